#!/bin/sh
# run.sh FOLDER SECONDS TARGET...: makes the seeds and runs each target in turn. Inputs that end a target are kept in FOLDER/found.
folder=$1 seconds=$2
shift 2
mkdir -p "$folder/found" "$folder/tmp"
export TMPDIR="$folder/tmp"
"$folder/seeds" "$folder/corpus" tests/data/*.jpg $(find tests/data/camvid-tiny -name '*.png') || exit 1
failed=0
for target in "$@"; do
    name=$(basename "$target")
    if "$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$folder/found/$name-" \
        "$folder/corpus/$name" >"$folder/$name.log" 2>&1; then
        printf 'ok    %s: %s inputs\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$name.log")"
    else
        printf 'FAIL  %s: see %s\n' "$name" "$folder/$name.log"
        failed=1
    fi
done
rm -rf "$folder/tmp"
exit $failed
