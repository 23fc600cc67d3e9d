#!/usr/bin/env python3
"""Experiments on the method itself: the value of its ingredients, its short training and its strategies.

usage: run.py ablations|proxy|strategies|yardstick [--data SPEC] [--preset P] [--genotypes N] [--max-macs N] [--seeds N]
              [--candidates N] [--strategies LIST] [--space S] [--set NAME=VALUE]... [--minutes N] [--engine FILE]
              [--out DIR] [--results DIR]

ablations   stage-1 rewards with and without auxiliary heads, the parameters' average and (with --set teacher=MODEL)
            the teacher: paired by genotype and seed.
proxy       how the rewards of a short training, under several schedules, rank decoders against those of one five
            times as long: Spearman's and Kendall's rank correlations.
strategies  ppo, reinforce, evolution, elite, gp and random at the same number of candidates: `auxcell compare`'s tables
            (the first of the finals, with fresh seeds, and paired t tests), and how the rewards went.

yardstick   the three published cells on CamVid under what could make PyTorch's rewards of the same recipe higher than
            ours: how parameters begin, averages, filters, arithmetic. Each arm is paired with the first by cell and seed.

--max-macs leaves out decoders that need more multiply-adds for an image of 512x512: what is expensive takes most of an
experiment's time. What has been computed is kept as lines of JSON in the folder of --results (docs/results), with version
and processor, and isn't computed again, there or elsewhere; an interrupted search goes on where it was. --minutes:
nothing is begun after so many; tables are made of what there is then. The table goes to the terminal and to OUT/NAME.md.
"""
import argparse
import itertools
import json
import math
import pathlib
import statistics
import subprocess
import sys
import time

import figures
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import genotypes  # noqa: E402
from lab import Lab

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEDULES = {"constant": {},
             "cosine": {"schedule": "cosine"},
             "cosine, warm-up 10": {"schedule": "cosine", "warmup": 10},
             "cosine, learning rate x 2": {"schedule": "cosine", "lr": 6e-3},
             "cosine, average .97": {"schedule": "cosine", "polyak": 0.97},
             "constant, average .98": {"polyak": 0.98},
             "constant, no average": {"polyak": 0},
             "constant, average copied back": {"polyak_copy": 1}}


# Results of a PyTorch program with the recipe of preset cpu on CamVid (367 crops of 256, 5 epochs), two seeds each.
PEER = {"arch0": (.649, .619), "arch1": (.629, .666), "arch2": (.644, .665)}
BEFORE = {"init": "he"}  # the preset's value when the arms were chosen; the first arm has been the preset's value since
ARMS = {"init pytorch": {"init": "pytorch"},
        "averages copied back": {"polyak_copy": 1},
        "averages not debiased": {"debias": 0},
        "no average": {"polyak": 0},
        "bicubic": {"interpolation": "bicubic"},
        "random scales, original": {"scaling": "original", "scale_min": .7, "scale_max": 1.4, "shorter_side": 300},
        "no Winograd": {"winograd": 0},
        "init pytorch, averages copied back": {"init": "pytorch", "polyak_copy": 1}}


def options():
    p = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    p.add_argument("what", choices=("ablations", "proxy", "strategies", "yardstick"))
    p.add_argument("--data", default="scenes")
    p.add_argument("--preset")
    p.add_argument("--genotypes", type=int, default=12)
    p.add_argument("--max-macs", type=float, default=math.inf)
    p.add_argument("--seeds", type=int, default=2)
    p.add_argument("--candidates", type=int, default=300)
    p.add_argument("--strategies", default="random,evolution,elite,gp,reinforce,ppo")
    p.add_argument("--space", default="cells")
    p.add_argument("--minutes", type=float, default=math.inf)
    p.add_argument("--set", action="append", default=[])
    p.add_argument("--engine", default=str(ROOT / "build/release/auxcell-engine"))
    p.add_argument("--out", default=str(ROOT / "build/experiments"))
    p.add_argument("--results", default=str(ROOT / "docs/results"))
    o = p.parse_args()
    o.preset = o.preset or ("demo" if o.data == "scenes" else "cpu")
    return o


def table(head, rows):
    out = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(out + ["| " + " | ".join(row) + " |" for row in rows])


def chosen(o):
    """The published decoders, then draws, without those that need too many multiply-adds."""
    def cheap(name):
        figures_of = subprocess.run([o.engine, "show", name, "--json"], capture_output=True, text=True, check=True).stdout
        return json.loads(figures_of)["macs"] <= o.max_macs
    return list(itertools.islice(filter(cheap, genotypes.chosen(1000)), o.genotypes))


def rewards(lab, names, seeds, **settings):
    """Per seed, per genotype; None where a candidate failed."""
    return [[r["reward"] if r else None for r in lab.candidates(names, seed=s, **settings)] for s in seeds]


def paired(base, other):
    """Per genotype, the mean over the seeds that both have: of the other rewards, and of the differences. Seeds of one
    genotype aren't independent of each other."""
    out = []
    for a, b in zip(zip(*base), zip(*other)):
        both = [(x, y) for x, y in zip(a, b) if x is not None and y is not None]
        if both:
            out.append((statistics.fmean(y for _, y in both), statistics.fmean(y - x for x, y in both)))
    return out


def compared(pairs):
    """The cells of a table: mean difference with its interval, and how many genotypes are better."""
    difference, half = figures.mean_and_half_width([d for _, d in pairs])
    return ["%+.4f +- %.4f" % (difference, half), "%d of %d" % (sum(d > 0 for _, d in pairs), len(pairs))]


def ablations(lab, o):
    names, seeds = chosen(o), range(1, o.seeds + 1)
    teacher = lab.common.pop("teacher", None)
    arms = {"no auxiliary heads": {"aux_weight": 0}, "no average": {"polyak": 0}}
    if teacher:
        arms["teacher"] = {"teacher": teacher}
    base = rewards(lab, names, seeds, stages=1)
    alone = paired(base, base)
    if not alone:
        return "no candidate is done yet"
    rows = [["as the preset says", figures.number(statistics.fmean(r for r, _ in alone)), "", ""]]
    for arm, settings in arms.items():
        pairs = paired(base, rewards(lab, names, seeds, stages=1, **settings))
        if pairs:
            rows.append([arm, figures.number(statistics.fmean(r for r, _ in pairs)), *compared(pairs)])
    return table(["stage 1, mean of %d seeds" % o.seeds, "mean reward", "difference, 95 % interval", "better in"], rows)


def proxy(lab, o):
    names, seeds = chosen(o), range(1, o.seeds + 1)
    epochs = lab.candidates(names[:1], seed=1, stages=1)[0]
    epochs = len(epochs["loss"])
    long = rewards(lab, names, [1], stages=1, epochs=5 * epochs, schedule="cosine")[0]
    rows = []
    for name, settings in SCHEDULES.items():
        for s, short in zip(seeds, rewards(lab, names, seeds, stages=1, **settings)):
            pairs = [(a, b) for a, b in zip(short, long) if a is not None and b is not None]
            if len(pairs) < 3:
                continue  # not computed yet
            short_ok, long_ok = [a for a, _ in pairs], [b for _, b in pairs]
            rows.append([name, str(s), figures.number(statistics.fmean(short_ok)),
                         figures.number(statistics.pstdev(short_ok)),
                         figures.number(figures.spearman(short_ok, long_ok), 3),
                         figures.number(figures.kendall(short_ok, long_ok), 3)])
    return table(["%d epochs, against %d with a cosine schedule" % (epochs, 5 * epochs), "seed", "mean reward", "spread",
                  "Spearman", "Kendall"], rows)


def strategies(lab, o):
    """Seed after seed, so that a table of what there is compares all strategies by the same seeds."""
    found = {}
    for seed in range(1, o.seeds + 1):
        for strategy in o.strategies.split(","):
            name = "-".join([*([] if o.space == "cells" else [o.space]), strategy, str(seed)])
            search = lab.search(name, strategy=strategy, space=o.space, seed=seed, candidates=o.candidates)
            if search is not None:
                found.setdefault(seed, {})[strategy] = name, search
    done = [of for of in found.values() if len(of) == len(o.strategies.split(","))]
    if not done:
        return "no seed of all strategies is done yet"
    rows, sides = [], {}
    for strategy in o.strategies.split(","):
        top, last, half = [], [], []
        sides[strategy] = [of[strategy][0] for of in done]
        for of in done:
            scores = [c["reward"] for c in of[strategy][1] if c.get("reward") is not None and c["origin"] != "finals"]
            half.append(max(scores[:len(scores) // 2]))
            top.append(statistics.fmean(sorted(scores)[-10:]))
            last.append(statistics.fmean(scores[-len(scores) // 3:]))
        rows.append([strategy] + ["%s +- %s" % tuple(map(figures.number, figures.mean_and_half_width(v)))
                                  for v in (half, top, last)])
    return lab.compare(sides) + "\n" + table(["%d candidates, %d seed%s" % (o.candidates, len(done), "s" * (len(done) != 1)),
                                              "best of the first half", "mean of the best 10", "mean of the last third"],
                                             rows)


def yardstick(lab, o):
    names, seeds = genotypes.chosen(3), range(1, o.seeds + 1)
    base = rewards(lab, names, seeds, stages=1, **BEFORE)
    mean = [statistics.fmean(of) for of in PEER.values()]
    rows = [["PyTorch", *map(figures.number, mean), figures.number(statistics.fmean(mean)), "", ""]]
    for arm, settings in {"init he": {}, **ARMS}.items():
        other = rewards(lab, names, seeds, stages=1, **{**BEFORE, **settings}) if settings else base
        pairs = paired(base, other)
        cell = [[row[k] for row in other if row[k] is not None] for k in range(len(names))]
        if not pairs or not all(cell):
            continue  # not computed yet
        cell = [statistics.fmean(of) for of in cell]
        rows.append([arm, *map(figures.number, cell), figures.number(statistics.fmean(cell)),
                     *(compared(pairs) if settings else ["", ""])])
    return table(["stage 1, %d seeds" % o.seeds, *PEER, "mean", "difference, 95 % interval", "better in"], rows)


def main():
    o = options()
    common = {"data": o.data, "preset": o.preset}
    for pair in o.set:
        name, _, value = pair.partition("=")
        common[name] = value
    lab = Lab(o.engine, o.out, o.results, common, time.time() + 60 * o.minutes)
    text = {"ablations": ablations, "proxy": proxy, "strategies": strategies, "yardstick": yardstick}[o.what](lab, o)
    text = "%s\n\n`%s`, %s\n" % (text, " ".join([o.what, *sys.argv[2:]]), lab.version)
    (pathlib.Path(o.out) / (o.what + ".md")).write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
