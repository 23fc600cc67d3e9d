#!/bin/sh
# run.sh BUILD PATTERN TEST...: runs the tests in parallel, prints the output of each when it ends, and one closing line.
# cmocka programs and Python scripts (which end with the same lines) are counted by their closing lines.
build=$1 pattern=$2
shift 2
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
export AUXCELL_BUILD="$PWD/$build"
# more tests than cores, since many wait for an engine most of their time
[ -n "${TEST_JOBS:-}" ] || TEST_JOBS=$(($(nproc) * 2))
for t in "$@"; do
    case $t in *"$pattern"*) echo "$t" ;; esac
done >"$logs/all"
# tests that run programs take longest and come first, so that none of them runs alone at the end
{
    grep '\.py$' "$logs/all"
    grep -v '\.py$' "$logs/all"
} >"$logs/list"
[ -s "$logs/list" ] || { echo "no test matches '$pattern'"; exit 1; }
xargs -P "$TEST_JOBS" -n 1 sh -c '
    log=$1/$(echo "$2" | tr / _).log
    start=$(date +%s)
    case $2 in
    *.py) timeout ${TEST_TIMEOUT:-900} /usr/bin/python3 "$2" >"$log" 2>&1 ;;
    *) timeout ${TEST_TIMEOUT:-900} "$2" >"$log" 2>&1 ;;
    esac
    rc=$?
    took=$(($(date +%s) - start))
    if [ $rc -eq 0 ]; then
        printf "ok    %s (%d s)\n" "$2" $took
        grep -E "^\[  SKIPPED \]|skip:" "$log" | sort -u
    else
        printf "FAIL  %s (exit %d, %d s)\n" "$2" $rc $took
        echo "$2" >>"$1/failed"
    fi
' sh "$logs" <"$logs/list"
# cmocka 1.1.7 names the group: "[  SKIPPED ] tests: 1 test(s), listed below:"
sum() { cat "$logs"/*.log | sed -nE "s/^\[  $1 *\] *([^ ]+: )?([0-9]+) test\(s\).*/\2/p" | awk '{n += $1} END {print n + 0}'; }
passed=$(sum PASSED) failed=$(sum FAILED) skipped=$(sum SKIPPED)
if [ -s "$logs/failed" ]; then
    # a test that died didn't count itself
    broken=$(wc -l <"$logs/failed")
    [ "$failed" -ge "$broken" ] || failed=$broken
    while read -r t; do
        echo "---- $t"
        tail -n 60 "$logs/$(echo "$t" | tr / _).log"
    done <"$logs/failed"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ ! -s "$logs/failed" ]
