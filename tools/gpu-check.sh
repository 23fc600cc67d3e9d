#!/bin/sh
# gpu-check.sh [--device cuda:0] [--build build/release] [--golden tests/golden] [--small] [--out gpu-report.md]
# All checks that need a machine with a GPU, in one run of at most 8 minutes: devices and libraries, the algorithms
# offered for every convolution, golden files, steps with and without graphs, in float32, TF32 and bfloat16, beside PyTorch,
# searches with one, two and four workers, compute-sanitizer. The programs are built beforehand (make CUDA_ARCHS=90) and
# need only a driver; libraries beside them are found (LD_LIBRARY_PATH=DIR). The exit status is 1 when a check failed.
# --small: sizes for an emulated device.
set -u
device=cuda:0 build=build/release golden=tests/golden small= out=gpu-report.md
while [ $# -gt 0 ]; do
    case $1 in
    --small) small=1 && shift && continue ;;
    --device | --build | --golden | --out) ;;
    *) echo "gpu-check.sh: $1: not an option" >&2 && exit 2 ;;
    esac
    [ $# -gt 1 ] || { echo "gpu-check.sh: $1: a value is missing" >&2 && exit 2; }
    case $1 in
    --device) device=$2 ;;
    --build) build=$2 ;;
    --golden) golden=$2 ;;
    --out) out=$2 ;;
    esac
    shift 2
done
engine=$build/auxcell-engine
[ -x "$engine" ] || { echo "gpu-check.sh: $engine: there is no such program" >&2 && exit 2; }
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
begin=$(date +%s)
ALL=470 # seconds; the rest of them bounds every step
[ -z "$small" ] || ALL=4700 # an emulated device is slow, and the machine is shared
bad=0

# step NAME SECONDS COMMAND...: adds a row to the table; the output is then in the file that $said names
step() {
    name=$1 limit=$2
    shift 2
    [ -z "$small" ] || limit=$((limit * 10))
    said=$work/$(echo "$name" | tr -c 'a-z0-9\n' '-')
    left=$((ALL - $(date +%s) + begin))
    [ "$left" -ge "$limit" ] || limit=$left
    if [ "$limit" -lt 2 ]; then
        echo "| $name | not done | no time was left |" >>"$work/table"
        : >"$said" && : >"$said.err"
        return 1
    fi
    start=$(date +%s)
    timeout "$limit" "$@" >"$said" 2>"$said.err"
    rc=$?
    took=$(($(date +%s) - start))
    case $rc in
    0) echo "| $name | good | $took s |" >>"$work/table" ;;
    77) echo "| $name | absent | $(tail -n 1 "$said.err") |" >>"$work/table" ;;
    124) echo "| $name | cut off | after $took s |" >>"$work/table" ;;
    *) bad=1 && echo "| $name | FAILED ($rc) | $(tail -n 1 "$said.err" | cut -c1-120) |" >>"$work/table" ;;
    esac
    echo "$name: exit $rc, $took s" >&2
    return $rc
}
# arithmetic NAME: sets the arithmetic of the commands that follow
arithmetic() {
    AUXCELL_CUDA_TF32=0 AUXCELL_CUDA_BF16=0
    [ "$1" != TF32 ] || AUXCELL_CUDA_TF32=1
    [ "$1" != bfloat16 ] || AUXCELL_CUDA_BF16=1
    export AUXCELL_CUDA_TF32 AUXCELL_CUDA_BF16
}
section() { printf '\n## %s\n\n' "$1" >>"$work/report"; }
quote() { { echo '```' && cat "$@" && echo '```'; } >>"$work/report"; }
say() { printf '%s\n\n' "$*" >>"$work/report"; }
# shown TITLE RC: after a step, adds its output, or why there is none
shown() {
    case $2 in
    77) say "$1: $(tail -n 1 "$said.err")." ;;
    *) printf '\n%s:\n\n' "$1" >>"$work/report" && quote "$said" ;;
    esac
}

if [ -n "$small" ]; then
    sizes="--batch 1 --crop 32 --channels 4 --runs 1" batches=1 seconds=4 golden_files=$(ls "$golden"/decoder*.safetensors | head -n 1)
    run="--crop 32 --val-crop 32 --train-samples 4 --val-samples 2 --batch 2 --channels 8 --epochs 1 --stages 1 --latency 0 --cuda-tune 0"
else
    sizes="--runs 20" batches="16 64" seconds=60 golden_files=$(ls "$golden"/decoder*.safetensors "$golden"/encoder*.safetensors)
    run=
fi

section Versions
step "driver" 10 sh -c 'command -v nvidia-smi >/dev/null || { echo "no nvidia-smi" >&2; exit 77; }; nvidia-smi' && quote "$said"
step "devices" 30 "$engine" devices && quote "$said"
"$engine" --version >"$work/version" 2>&1 && quote "$work/version"

section "What every convolution is offered, and what was taken"
say 'For each shape, the algorithms that the libraries offer, with scratch and time per call, and below them the one that was chosen.'
for arithmetic in float32 TF32 bfloat16; do
    arithmetic "$arithmetic"
    AUXCELL_CUDA_TUNE=1 AUXCELL_CUDA_OFFERS=1 export AUXCELL_CUDA_TUNE AUXCELL_CUDA_OFFERS
    step "offers, $arithmetic" 60 "$engine" bench ops --device "$device" --only "conv2d${small:+ 3x3 1x8x8x4}" --ms 0 ${small:+--batch 1 --crop 32 --channels 4 --runs 1}
    printf '\n%s:\n\n' "$arithmetic" >>"$work/report"
    quote "$said" "$said.err"
done
unset AUXCELL_CUDA_OFFERS
arithmetic float32

section "Golden files"
say "Networks and one training step of each, compared with PyTorch in double precision."
for how in float32 TF32:--tf32 bfloat16:--bf16; do
    option=${how#*:}
    [ "$option" != "$how" ] || option=
    # shellcheck disable=SC2086
    step "selftest, golden files, ${how%%:*}" 90 "$engine" selftest --device "$device" $option $golden_files
    shown "${how%%:*}" $?
done

section "Steps of stage 1"
printf '| network | batch | graphs | arithmetic | median ms | least ms |\n| --- | ---: | ---: | --- | ---: | ---: |\n' >"$work/steps"
arch0="[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"
arch1="[[2,[1,0,3,6],[0,1,2,8],[2,0,6,1]],[[2,3],[3,1],[4,4]]]"
arch2="[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"
for batch in $batches; do
    for net in arch0 arch1 arch2; do
        eval "genotype=\$$net"
        for arithmetic in float32 TF32 bfloat16; do
            arithmetic "$arithmetic"
            graphs_of=1
            [ "$arithmetic" != float32 ] || graphs_of="1 0"
            for graphs in $graphs_of; do
                # shellcheck disable=SC2086
                step "step $net, batch $batch, graphs $graphs, $arithmetic" 20 \
                    "$engine" bench step --genotype "$genotype" --device "$device" $sizes --batch "$batch" --graphs $graphs --json || continue
                sed -nE 's/.*"ms_median":([0-9.]+),"ms_min":([0-9.]+).*/\1 | \2/p' "$said" | head -n 1 |
                    sed "s/.*/| $net | $batch | $graphs | $arithmetic | & |/" >>"$work/steps"
            done
        done
    done
done
arithmetic float32
cat "$work/steps" >>"$work/report"
# shellcheck disable=SC2086
step "profile of arch0" 30 "$engine" bench step --device "$device" $sizes --profile && { section "Where a step's time goes" && quote "$said"; }

section "PyTorch on the same device"
for how in eager compile; do
    step "PyTorch, $how" 60 sh -c "python3 -c 'import torch; raise SystemExit(not torch.cuda.is_available())' 2>/dev/null || { echo 'no PyTorch that sees a device' >&2; exit 77; }; python3 '$here/bench/peer_torch.py' --device cuda --how $how --genotype '$arch0' --batch 16"
    shown "$how" $?
done

# finished FILE: when each candidate that has a reward was finished, in seconds
finished() { sed -nE 's/.*"reward":[-0-9.][^,]*,.*"finished":([0-9.]+).*/\1/p' "$1" | sort -n; }

section "Searches on the scenes, $seconds s"
say "Each search is a separate run, which first computes the outputs of the encoder and measures its convolutions." \
    '"Per hour" counts from'" the first candidate's end to the last one's; -: fewer than two ended."
printf '| workers | candidates | failed | per hour |\n| ---: | ---: | ---: | ---: |\n' >"$work/searches"
for workers in 1 2 4; do
    several=s
    [ "$workers" -gt 1 ] || several=
    at=$work/run-$workers
    # shellcheck disable=SC2086
    step "search, $workers worker$several" $((seconds + 20)) sh -c "AUXCELL_ENGINE='$engine' timeout -s INT $seconds '$build/auxcell' search --headless --data scenes --run '$at' --device '$device*$workers' $run || [ \$? -eq 124 ]"
    AUXCELL_ENGINE=$engine "$build/auxcell" stop "$at" >/dev/null 2>&1 # so that the next search has the device to itself
    "$build/auxcell" export "$at" --json >"$work/candidates" 2>/dev/null
    finished "$work/candidates" | awk -v workers="$workers" -v failed="$(grep -c '"failure":"[^"]' "$work/candidates")" '
        NR == 1 { first = $1 }
        { last = $1 }
        END {
            hourly = NR > 1 && last > first ? int((NR - 1) * 3600 / (last - first)) : "-"
            print "| " workers " | " NR " | " failed " | " hourly " |"
        }' >>"$work/searches"
    if [ -z "$small" ] && [ -z "$(finished "$work/candidates")" ]; then
        bad=1
        echo "| candidates of $workers worker$several | FAILED | none ended in $seconds s |" >>"$work/table"
    fi
done
cat "$work/searches" >>"$work/report"

section "compute-sanitizer"
for tool in memcheck racecheck; do
    sanitizer=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
    AUXCELL_CUDA_RESET=1 step "$tool" 60 sh -c "[ -x '$sanitizer' ] || { echo 'no compute-sanitizer' >&2; exit 77; }; '$sanitizer' --tool $tool --error-exitcode 1 '$engine' selftest --device '$device'"
    shown "$tool" $?
done

{
    echo "# GPU report"
    echo
    echo "$(uname -srm), $(date -u +%Y-%m-%d), $(($(date +%s) - begin)) s${small:+, sizes for an emulated device}."
    echo "The last section has all checks; it explains every figure that is missing above."
    cat "$work/report"
    printf '\n## All checks\n\n| check | result | |\n| --- | --- | --- |\n'
    cat "$work/table"
} >"$out"
echo "$out" >&2
exit $bad
