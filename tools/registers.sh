#!/bin/sh
# Reads what `ptxas -v` says and prints a line per kernel; exit status 1 when one spills
# registers to memory, or there is none.
awk '
    /Compiling entry function/ { split($0, part, "\047"); name = part[2]; arch = part[4] }
    /bytes stack frame/ { spill = $0; sub(/.*frame, /, "", spill); sub(/ bytes spill stores.*/, "", spill) }
    /Used [0-9]+ registers/ {
        shared = 0
        for (i = 1; i <= NF; i++) {
            if ($i == "registers,") registers = $(i - 1)
            if ($i ~ /^smem,?$/) shared = $(i - 2)
        }
        printf "%-6s %-32s %3d registers %5d bytes shared %4d bytes spilled\n", arch, name, registers, shared, spill
        if (spill > 0) bad = 1
        kernels++
    }
    END { exit bad || !kernels }'
