#!/bin/sh
# check.sh [all]: build and tests; "all" is everything that must pass before a change is merged. The last lines name
# the steps that failed and sum the tests of all builds.
set -u
jobs=$(nproc)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
: >"$out/sums"
: >"$out/failed"

step() { # name, command...
    name=$1
    shift
    start=$(date +%s)
    printf '== %s\n' "$name"
    { "$@"; echo $? >"$out/rc"; } 2>&1 | tee "$out/log" |
        grep --line-buffered -E '^(ok|FAIL|\[  SKIPPED|skip:|lint:|sm_|[0-9]+ passed)'
    if [ "$(cat "$out/rc")" -eq 0 ]; then
        printf '== %s: ok (%d s)\n' "$name" $(($(date +%s) - start))
    else
        tail -n 150 "$out/log"
        printf '== %s: FAILED (%d s)\n' "$name" $(($(date +%s) - start))
        printf '%s\n' "$name" >>"$out/failed"
    fi
    grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$out/log" >>"$out/sums"
}

step "build" make -j"$jobs" tests
step "tests" make -j"$jobs" test
if [ "${1:-}" = all ]; then
    step "registers of the CUDA kernels" make cuda-registers
    step "lint" make -j"$jobs" lint
    step "clang" make -j"$jobs" CC=clang MODE=debug all
    step "tests under address and undefined sanitizers" make -j"$jobs" MODE=debug SAN=address test
    step "tests of threads under the thread sanitizer" make -j"$jobs" MODE=debug SAN=thread ONLY=data/test_ test
fi
sed 's/^/failed: /' "$out/failed"
awk -v broken="$(wc -l <"$out/failed")" '{ p += $1; f += $3; s += $5 }
    END { if (broken > 0 && f == 0) f = broken; printf "%d passed, %d failed, %d skipped\n", p, f, s }' "$out/sums"
[ ! -s "$out/failed" ]
