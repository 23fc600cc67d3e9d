#!/bin/sh
# make lint: checks that compilers don't make. $1 = build folder.
build=$1
flags="-I. -I$build -D_GNU_SOURCE -DAX_VERSION=\"0\""
# the CUDA backend is checked where CUDA is installed
cuda=$(sed -nE 's/^CUDA_HOME := //p' "$build/deps.mk")
grep -q '^CUDA_NVCC := .' "$build/deps.mk" && flags="$flags -isystem $cuda/include" tidy_skip=NONE || tidy_skip=engine/backend/cuda
# the peer of bench ops is checked where oneDNN is installed, for its version
peer=engine/command/bench/onednn
dnnl=$(sed -nE 's/^DNNL_MAJOR := //p' "$build/deps.mk")
bad=0
complain() {
    printf 'lint: %s\n' "$1"
    bad=1
}

front="engine/base engine/candidate engine/config engine/space/genotype.h engine/space/change.h engine/space/space.h engine/wire viz"
# Include directions (ARCHITECTURE.md): folder, then the folders it may include besides itself.
allowed() {
    case $1 in
    engine/base) echo "" ;;
    engine/candidate) echo "engine/base" ;;
    engine/config) echo "engine/base" ;;
    engine/op) echo "engine/base" ;;
    engine/backend | engine/backend/ref | engine/backend/cuda | engine/backend/cpu | engine/backend/cpu/isa) echo "engine/base engine/op engine/backend" ;;
    engine/graph) echo "engine/base engine/op" ;;
    engine/space | engine/space/*) echo "engine/base engine/op engine/graph engine/space" ;;
    engine/task | engine/task/*) echo "engine/base engine/candidate engine/config/settings.h engine/op engine/graph engine/space engine/task/task.h engine/wire/maskfile.h" ;;
    engine/model) echo "engine/base engine/candidate engine/op engine/graph engine/space engine/task/task.h" ;;
    engine/export) echo "engine/base engine/op engine/graph engine/space engine/model engine/task/task.h" ;;
    engine/policy) echo "engine/base engine/space" ;;
    engine/wire) echo "engine/base engine/candidate engine/space/genotype.h engine/space/change.h engine/space/space.h" ;;
    engine/train) echo "engine/base engine/candidate engine/config engine/op engine/backend/list.h engine/graph engine/space engine/model engine/task/task.h engine/wire/maskfile.h" ;;
    engine/worker) echo "engine/base engine/candidate engine/backend/list.h engine/config engine/op engine/graph engine/space engine/model engine/train engine/wire" ;;
    engine/search | engine/search/coordinator | engine/search/journal) echo "engine/search engine/base engine/candidate engine/config engine/op engine/graph engine/space engine/model engine/policy engine/train engine/wire engine/worker" ;;
    engine/command/bench | engine/command/selftest) echo "engine" ;;
    engine/command | engine/command/data) echo "engine viz" ;;
    engine/command/bench/onednn) echo "engine/command/bench/peer.h" ;;
    data) echo "engine/base engine/config/dataset.h engine/task engine/train/source.h engine/train/survey.h" ;;
    viz) echo "engine/base engine/candidate engine/space/genotype.h engine/space/space.h engine/wire" ;;
    tui/term) echo "engine/base viz" ;;
    tui/ui) echo "$front tui/term/keycode.h" ;;
    tui/view) echo "$front tui/ui" ;;
    tui/session) echo "$front tui/term tui/ui tui/view" ;;
    tui/report) echo "$front" ;;
    tui/client) echo "$front tui/session tui/report" ;;
    tui) echo "$front tui/client tui/session" ;;
    *) echo "NONE" ;;
    esac
}
for f in $(find engine data viz tui -name '*.[ch]' | sort); do
    dir=$(dirname "$f")
    [ "$f" = engine/main.c ] && continue
    may="$dir/ $(allowed "$dir")"
    case $may in *NONE*) complain "$f: its folder has no rule in tools/lint.sh" ;; esac
    for inc in $(sed -nE 's/^#include "([^"]+)".*/\1/p' "$f"); do
        ok=0
        for a in $may; do
            case $inc in "${a%/}" | "${a%/}"/*) ok=1 ;; esac
        done
        [ $ok -eq 1 ] || complain "$f: includes $inc against the include directions"
    done
    case $f in
    tui/term/*) ;;
    *) grep -qE '^#include <(n?curses|term)\.h>' "$f" && complain "$f: curses belongs into tui/term" ;;
    esac
    case $f in
    engine/command/bench/onednn/*) ;;
    *) grep -q '^#include <\(oneapi\|dnnl\)' "$f" && complain "$f: oneDNN belongs into engine/command/bench/onednn" ;;
    esac
    case $f in
    engine/backend/cuda/*) ;;
    *) grep -q '^#include <\(cuda\|cudnn\|cublas\)' "$f" && complain "$f: CUDA belongs into engine/backend/cuda" ;;
    esac
done

# Include cycles, and names used twice.
/usr/bin/python3 tools/lint-tree.py || bad=1

# Functions that are misused without a warning.
grep -nE '\b(strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atof|alloca)\(' $(find engine data viz tui -name '*.[ch]') &&
    complain "the calls above are banned"

# All output goes through engine/base/out.h, which escapes it and checks that it arrived.
grep -nE '(^|[^_a-z])(printf|vprintf|puts|putchar|fputs|fputc|putc|fprintf|vfprintf|fwrite|fflush|perror)\(' \
    $(find engine data viz tui -name '*.[ch]' ! -path engine/base/out.c ! -path 'tui/term/*') &&
    complain "the calls above go past engine/base/out.h"

# The caller owns all mutable state: the engine has nothing in .data or .bss.
for o in $(find "$build/engine" -name '*.o' ! -path '*/main.o' ! -name '*.cu.o'); do
    state=$(objdump -t "$o" 2>/dev/null | awk '$0 ~ / O \.(data|bss)(\.[A-Za-z0-9_.]*)?\t/ && $0 !~ /\.data\.rel\.ro/ {print $NF}')
    [ -z "$state" ] || complain "$o: mutable globals: $state"
done

for tool in clang-format clang-tidy mandoc objdump; do
    command -v $tool >/dev/null || complain "$tool is missing"
done

# Versions format differently, so one version decides.
sources=$(find engine data viz tui tests -name '*.[ch]' | sort)
version=$(clang-format --version | sed -nE 's/.*version ([0-9]+)\..*/\1/p')
skipped=0
if [ "$version" != 14 ]; then
    echo "skip: clang-format 14 says how the sources are formatted, and this is ${version:-none}"
    skipped=1
elif ! said=$(clang-format --dry-run --Werror $sources 2>&1); then
    echo "$said" | grep -oE '^[^:]+:[0-9]+' | sort -u | head -20
    complain "not formatted; make format rewrites them"
fi

for m in man/*.[1-9]; do
    [ -e "$m" ] || continue
    mandoc -Tlint -W style "$m" 2>&1 | grep -v 'referenced manual not found' | grep . && complain "$m: see above"
done

if [ -z "${LINT_FAST:-}" ]; then
    { find engine data viz tui -name '*.c' ! -path "$tidy_skip/*" ! -path "$peer/*" | sort
      [ -z "$dnnl" ] || printf '%s\n' "$peer/onednn.c" "$peer/v$dnnl.c"; } | xargs -P "$(nproc)" -n 6 sh -c '
        f=$1; shift
        clang-tidy --quiet "$@" -- $f -std=c11 2>/dev/null' sh "$flags" | grep -E 'warning:|error:' && complain "clang-tidy: see above"
fi
[ $skipped -eq 0 ] || echo "0 passed, 0 failed, $skipped skipped"
[ $bad -eq 0 ] && echo "lint: clean"
exit $bad
