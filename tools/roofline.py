#!/usr/bin/python3
"""roofline.py [--engine PROGRAM] [--write docs/cuda-roofline.md]: what a stage-1 training step should take on cards that
nobody has run it on, from the figures of its own plan (auxcell-engine bench step --profile) and the cards' data sheets."""
import argparse
import contextlib
import io
import json
import re
import subprocess
import sys

GENOTYPES = {
    "arch0": "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
    "arch1": "[[2,[1,0,3,6],[0,1,2,8],[2,0,6,1]],[[2,3],[3,1],[4,4]]]",
    "arch2": "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]",
}
# Peaks of the data sheets: bytes/s of memory, FLOP/s in float32, and in TF32 and bfloat16 on tensor cores without sparsity.
#   H100: NVIDIA H100 Tensor Core GPU data sheet, column SXM (989 TFLOP/s TF32, 1,979 bfloat16 are with sparsity)
#   H200: NVIDIA H200 Tensor Core GPU data sheet, column SXM: the same chip with other memory
#   RTX 4090: NVIDIA Ada GPU Architecture white paper, appendix A (with float32 accumulation)
CARDS = {
    "H100 SXM": {"bandwidth": 3.35e12, "fp32": 67e12, "tf32": 494.7e12, "bf16": 989.4e12},
    "H200": {"bandwidth": 4.8e12, "fp32": 67e12, "tf32": 494.7e12, "bf16": 989.4e12},
    "RTX 4090": {"bandwidth": 1.008e12, "fp32": 82.6e12, "tf32": 82.6e12, "bf16": 165.2e12},
}
ARITHMETIC = {"fp32": "float32", "tf32": "TF32", "bf16": "bfloat16"}
# No data sheet has these. A launch costs the host 4 to 6 us (measured by others on an RTX 5070 Ti with CUDA 13:
# susun-blog.com/blog/pegainfer-3-cuda-graph); between the kernels of a graph about 1 us passes (a guess to be measured).
LAUNCH, GRAPH = 4e-6, (1e-6, 2.2e-6)
# A candidate of stage 1 with preset paper: epochs and crops; an epoch has crops / batch steps.
EPOCHS, CROPS = 5, 4000
MARK = "<!-- the rest is written by tools/roofline.py -->"
ENCODER = 1811712  # parameters that stage 1 doesn't train
TAPS = 24 / 4**2 + 32 / 8**2 + 96 / 16**2 + 320 / 32**2  # elements of a crop's taps per pixel
WIDE = "ce", "mse", "wmse", "wsum"  # operations whose maps stay float32


def operation(text):
    """Of "conv2d 3x3 d3 backward x w 16x64x64x48->48": name and what the backend's files need to know."""
    m = re.match(r"(?P<name>.*?) ?(?:(?P<from>\d+x\d+) to )?(?P<shape>\d+x\d+x\d+x\d+)(?:->(?P<out>\d+))?$", text)
    n, h, w, c = (int(v) for v in m["shape"].split("x"))
    return m["name"], m["from"], (n, h, w, c), int(m["out"] or c)


def launches_and_extra(row, biased):
    """The kernels of a node in their order (engine/backend/cuda: conv.c, norm.c, loss.c, resize.c, eltwise.c; cuDNN and
    cuBLASLt count as one each), and bytes beyond each tensor once: what is read again from memory."""
    name, from_size, (n, h, w, c), out = operation(row["op"])
    x, y = 4 * n * h * w * c, 4 * n * h * w * out
    backward = " backward" in name
    if name.startswith("conv2d"):
        own = " dw" in name  # depthwise convolutions use our own kernels and sum weight gradients from parts
        if not backward:
            # the matrix product of a 1x1 convolution adds the bias
            bias = (n, h, w, c, out) in biased and name.split()[1] != "1x1"
            return ["dw_forward" if own else "library"] + ["bias"] * bias, 2 * y * bias
        wants = name.split(" backward ")[1].split()
        weights = [f"dw_backward_weights {c}", "sum_parts"] if own else ["library weights"]
        return (["dw_backward_data" if own else "library data"] * ("x" in wants) + weights * ("w" in wants)
                + [f"column_sums {c}"] * ("b" in wants)), y * (len(wants) - 1)  # dy is read once per gradient
    if name.startswith("batchnorm"):
        return [f"bn{' backward' * backward} sums {c}", f"bn{' backward' * backward} apply"], x  # both kernels read x
    if name == "ce":
        return ["ce_count", "ce"], 0
    if name in ("mse", "wmse"):
        return ["squares"], 0
    if name == "gpool" or (name == "resize backward" and from_size == "1x1"):
        return [f"column_sums {c}"], 0
    if name == "resize backward":
        return ["rows", "resize backward"], 0
    if name.split()[0] in ("add", "relu", "concat", "resize", "gpool", "ce", "mse", "wmse", "wsum"):
        return [name], 0
    sys.exit(f"roofline.py: {row['op']}: an operation that nobody counted the kernels of")


def launches_of(kernels):
    """Of nodes that run together: those of one kernel that come first, second, ... in their nodes are one launch."""
    return sum(len({k[i] for k in kernels if i < len(k)}) for i in range(max(map(len, kernels))))


def kind(text):
    """Rows of the table: operations without their shapes; depthwise ones run together whatever their kernels."""
    name = operation(text)[0]
    name = re.sub(r" backward.*", " backward", name).replace("conv2d", "conv")
    return re.sub(r"conv .* dw( d\d+)?", "conv depthwise", name)


def rows_of(profile, bf16=False):
    """Per kind: nodes, launches, bytes, FLOP, and of each group that runs together bytes, FLOP, launches. With bf16 maps
    have half the bytes, and there are casts (engine/graph/narrow.c): of the taps, and of all logits and their gradients."""
    ops = profile["profile"]
    biased = {operation(r["op"])[2] + (operation(r["op"])[3],) for r in ops if r["op"].split()[-2] == "b"}
    rows = {}

    def add(name, nodes, size, flop, launches):
        row = rows.setdefault(name, {"nodes": 0, "launches": 0, "bytes": 0, "flop": 0, "parts": [],
                                     "tensor": name.startswith("conv ") and "depthwise" not in name})
        for key, value in ("nodes", nodes), ("launches", launches), ("bytes", size), ("flop", flop):
            row[key] += value
        row["parts"].append((size, flop, launches))

    for group in profile["groups"]:
        kernels, size, flop = [], 0, 0
        for r in (ops[i] for i in group):
            own, again = launches_and_extra(r, biased)
            kernels.append(own)
            share = 0.5 if bf16 and kind(r["op"]).split()[0] not in WIDE else 1
            size += share * (r["bytes"] / r["nodes"] + again)
            flop += r["flop"] / r["nodes"]
        add(kind(ops[group[0]]["op"]), len(group), size, flop, launches_of(kernels))
    params = profile["params"] - ENCODER
    # Rearranged at the beginning of a step, and their gradients at its end: few bytes; the weights of our own kernels
    # stay float32.
    add("weights in another order", 1, 0, 0, 2 + (bf16 and "conv depthwise" in rows))
    if bf16:
        elements = TAPS * profile["batch"] * profile["crop"] ** 2
        for r in ops:
            name, _, (n, h, w, c), _ = operation(r["op"])
            elements += 2 * r["nodes"] * n * h * w * c * (name == "ce")
        add("cast", 5, 6 * elements, 0, 5)
    add("clip, Adam, average", 1, 44 * params, 20 * params, 4)
    return rows


def bound(row, card, peak, gap):
    """Seconds of a row, those of what runs together being the largest of its three bounds; and by what bounds them."""
    by = {"memory": 0, "FLOP": 0, "launch": 0}
    for size, flop, launches in row["parts"]:
        times = {"memory": size / card["bandwidth"], "FLOP": flop / card[peak if row["tensor"] else "fp32"],
                 "launch": launches * gap}
        most = max(times, key=times.get)
        by[most] += times[most]
    return sum(by.values()), by


def table(rows):
    head = "".join(f" | {name}, us | bound" for name in CARDS)
    print(f"| operation | nodes | launches | MB | GFLOP{head} |")
    print("| --- | ---: | ---: | ---: | ---:" + " | ---: | ---" * len(CARDS) + " |")
    first = next(iter(CARDS.values()))
    for name, row in sorted(rows.items(), key=lambda r: -bound(r[1], first, "fp32", GRAPH[0])[0]):
        cells = ""
        for card in CARDS.values():
            seconds, by = bound(row, card, "fp32", GRAPH[0])
            cells += f" | {seconds * 1e6:.0f} | {max(by, key=by.get)}"
        print(f"| {name} | {row['nodes']} | {row['launches']} | {row['bytes'] / 1e6:.1f} | {row['flop'] / 1e9:.2f}{cells} |")


def whole(rows):
    """The step as a whole, per card: graph or not, in which arithmetic."""
    out = []
    for name, card in CARDS.items():
        for peak in ARITHMETIC:
            for how, gap in [(f"graph, {g * 1e6:g} us", g) for g in GRAPH] + [("kernel by kernel", LAUNCH)]:
                parts = [bound(row, card, peak, gap) for row in rows[peak == "bf16"].values()]
                seconds = sum(p[0] for p in parts)
                share = {b: sum(p[1][b] for p in parts) / seconds for b in ("memory", "FLOP", "launch")}
                out.append((name, peak, how, seconds, share))
    return out


def hourly(rows, card, peak, gap, batch):
    """Candidates an hour by 1, 2 and 4 workers, if a worker's gaps between kernels are all that the others can use, and
    nothing but steps took time."""
    steps = EPOCHS * CROPS // batch
    rows = rows[peak == "bf16"].values()
    alone = sum(bound(row, card, peak, gap)[0] for row in rows)
    busy = sum(bound(row, card, peak, 0)[0] for row in rows)
    return [3600 / steps * min(k / alone, 1 / busy) for k in (1, 2, 4)]


def measure(a, genotype, batch=None):
    profile = json.loads(subprocess.run(
        [a.engine, "bench", "step", "--genotype", genotype, "--device", "cpu", "--batch", str(batch or a.batch), "--crop",
         str(a.crop), "--channels", str(a.channels), "--runs", "1", "--profile", "--together", "--json"],
        check=True, capture_output=True, text=True).stdout)
    return profile | {"batch": batch or a.batch, "crop": a.crop}


def print_whole(totals):
    print("| network | card | arithmetic | launched | ms | memory | FLOP | launches |")
    print("| --- | --- | --- | --- | ---: | ---: | ---: | ---: |")
    for name, rows in totals.items():
        for card, peak, how, seconds, share in whole(rows):
            print(f"| {name} | {card} | {ARITHMETIC[peak]} | {how} | {seconds * 1e3:.2f} | "
                  + " | ".join(f"{100 * share[b]:.0f} %" for b in ("memory", "FLOP", "launch")) + " |")


def print_hourly(by_batch):
    print(f"\n## Candidates an hour\n\nStage 1 alone: {EPOCHS} epochs of {CROPS} crops, as a graph.\n")
    print("| network | batch | card | arithmetic | us per node | 1 worker | 2 | 4 |")
    print("| --- | ---: | --- | --- | ---: | ---: | ---: | ---: |")
    for batch, totals in by_batch.items():
        for name, rows in totals.items():
            for card in CARDS:
                for peak in ARITHMETIC:
                    for gap in GRAPH:
                        rates = hourly(rows, CARDS[card], peak, gap, batch)
                        print(f"| {name} | {batch} | {card} | {ARITHMETIC[peak]} | {gap * 1e6:g} | "
                              + " | ".join(f"{r:.0f}" for r in rates) + " |")


def both(profile):
    """The rows in float32 (and TF32, whose maps are), and in bfloat16."""
    return rows_of(profile), rows_of(profile, True)


def report(a):
    totals = {}
    for name, genotype in GENOTYPES.items():
        print(f"\n## {name}\n\n`{genotype}`\n")
        totals[name] = both(measure(a, genotype))
        table(totals[name][0])
    print(f"\n## The whole step, batch {a.batch}\n")
    print_whole(totals)
    larger = {name: both(measure(a, genotype, 4 * a.batch)) for name, genotype in GENOTYPES.items()}
    print(f"\n## The whole step, batch {4 * a.batch}\n")
    print_whole(larger)
    print_hourly({a.batch: totals, 4 * a.batch: larger})


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--engine", default="build/release/auxcell-engine")
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--crop", type=int, default=256)
    p.add_argument("--channels", type=int, default=48)
    p.add_argument("--launches", action="store_true", help="only a line per network: the kernels of a step")
    p.add_argument("--bf16", action="store_true", help="--launches: with maps in bfloat16")
    p.add_argument("--write", metavar="FILE", help=f"put the tables behind the line {MARK} of this file")
    a = p.parse_args()
    if a.launches:
        for name, genotype in GENOTYPES.items():
            print(name, sum(row["launches"] for row in rows_of(measure(a, genotype), a.bf16).values()))
    elif a.write:
        with open(a.write) as f:
            text, found, _ = f.read().partition(MARK + "\n")
        if not found:
            sys.exit(f"roofline.py: {a.write}: there is no line {MARK}")
        with contextlib.redirect_stdout(io.StringIO()) as tables:
            report(a)
        with open(a.write, "w") as f:
            f.write(text + found + tables.getvalue())
    else:
        report(a)


if __name__ == "__main__":
    main()
