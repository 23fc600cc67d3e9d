#!/usr/bin/env python3
"""bench-peer: training steps and inference of auxcell against PyTorch, same networks, same machine, interleaved.

usage: peer.py [--genotypes N] [--seed N] [--list FILE] [--only KIND[,KIND]] [--rounds N] [--runs N] [--threads N]
               [--engine FILE] [--python FILE] [--venv DIR] [--out DIR]
Kinds: stage1 (batch 16, crop 256, 48 channels, decoder only from cached encoder outputs, auxiliary heads, teacher,
clipping, Adam, average), stage2 (batch 8, end to end), infer (batch 1, 512x512, 64 channels, 2 repeats).

For each genotype a round times a few steps of ours, then a few of PyTorch's, so that a change of the machine's mood
meets both; the figure is the median over rounds of each round's median. Both run one at a time. A ratio above 1 means
that auxcell is faster, or smaller. "others" is the share of the cores that other processes took meanwhile: where it
isn't near 0, the times say little (threads that wait for each other by spinning suffer most). Results go to the terminal as they come, and to OUT/peer.md, peer.txt, peer.json.
"""
import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import genotypes as spaces  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KINDS = {"stage1": {"batch": 16, "crop": 256, "channels": 48, "repeats": 1},
         "stage2": {"batch": 8, "crop": 256, "channels": 48, "repeats": 1},
         "infer": {"batch": 1, "crop": 512, "channels": 64, "repeats": 2}}
CLASSES, WARM_UP = 21, 2
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"  # smaller; where it can't be reached PyPI's own wheel does


def fail(text):
    sys.exit("bench-peer: " + text)


def options():
    p = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\nKinds")[0])
    p.add_argument("--genotypes", type=int, default=40)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--list")
    p.add_argument("--only", default=",".join(KINDS))
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--runs", type=int, default=3)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--engine", default=str(ROOT / "build/release/auxcell-engine"))
    p.add_argument("--python")
    p.add_argument("--venv", default=str(ROOT / "build/peer-venv"))
    p.add_argument("--out", default=str(ROOT / "build/bench-peer"))
    o = p.parse_args()
    o.only = o.only.split(",")
    for kind in o.only:
        if kind not in KINDS:
            fail("--only %s: not one of %s" % (kind, ", ".join(KINDS)))
    if min(o.rounds, o.runs, o.threads) < 1 or o.genotypes < 0:
        fail("--rounds, --runs and --threads are at least 1, --genotypes at least 0")
    return o


def genotypes(o):
    """Name -> text, in the order of measuring."""
    if o.list:
        try:
            lines = [line.strip() for line in open(o.list, encoding="utf-8")]
        except OSError as problem:
            fail("%s: %s" % (o.list, problem.strerror))
        return {"#%d" % (i + 1): line for i, line in enumerate(line for line in lines if line and line[0] != "#")}
    drawn = spaces.chosen(len(spaces.PUBLISHED) + o.genotypes, o.seed)[len(spaces.PUBLISHED):]
    return {**spaces.PUBLISHED, **{"r%02d" % i: text for i, text in enumerate(drawn)}}


def interpreter(o):
    """A Python that has torch: the one named, or that of the virtual environment, which is made on first use."""
    if o.python:
        return o.python
    python = pathlib.Path(o.venv) / "bin/python"
    ready = pathlib.Path(o.venv) / "ready"
    if not ready.exists():
        print("making %s with torch and numpy (once; a large download)" % o.venv, flush=True)
        if subprocess.run([sys.executable, "-m", "venv", o.venv], check=False).returncode:
            fail("no virtual environment; the Debian package is python3-venv")
        pip = [str(python), "-m", "pip", "install", "--quiet", "--retries", "1"]
        if subprocess.run([*pip, "--extra-index-url", CPU_WHEELS, "torch", "numpy"], check=False).returncode:
            fail("pip could not install torch; --python FILE names an interpreter that has it")
        ready.touch()
    return str(python)


class Torch:
    """The PyTorch process. ask() sends a request and waits for its answer."""

    def __init__(self, python):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "GOMP_", "MKL_", "KMP_"))}
        self.process = subprocess.Popen([python, str(HERE / "peer_torch.py")], stdin=subprocess.PIPE, text=True,
                                        stdout=subprocess.PIPE, env=environment)
        self.about = self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            fail("the PyTorch process ended; its reason is above")
        return json.loads(line)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ours(o, kind, genotype):
    """One process of the engine: median of o.runs steps after two that don't count."""
    k = KINDS[kind]
    command = [o.engine, "bench", *(["infer"] if kind == "infer" else ["step", "--stage", kind[-1]]), "--json",
               "--genotype", genotype, "--runs", str(o.runs), "--threads", str(o.threads), "--classes", str(CLASSES),
               "--device", "cpu"]
    for name, value in k.items():
        command += ["--" + name, str(value)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "GOMP_"))}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=False)
    if done.returncode:
        fail("%s: exit %d" % (" ".join(command), done.returncode))
    return json.loads(done.stdout)


def busy_seconds():
    """Seconds that the cores have worked since boot, and those that they could have."""
    with open("/proc/stat", encoding="ascii") as stat:
        ticks = [int(n) for n in stat.readline().split()[1:9]]
    second = os.sysconf("SC_CLK_TCK")
    return (sum(ticks) - ticks[3] - ticks[4]) / second, sum(ticks) / second


def children_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(o, torch, kind, name, genotype):
    before, mine_before, cpu_seconds = busy_seconds(), children_seconds(), 0
    built = torch.ask(build=kind, genotype=json.loads(genotype), threads=o.threads, classes=CLASSES, **KINDS[kind])
    row = {"name": name, "genotype": genotype, "kind": kind, "ours": [], "torch": []}
    for round_ in range(o.rounds):
        mine = ours(o, kind, genotype)
        row["ours"].append(mine["ms_median"])
        row["ours_mb"] = max(row.get("ours_mb", 0), mine["peak_rss_mb"])
        if "error" not in built and mine["params"] != built["params"]:
            fail("%s: %d parameters here, %d in PyTorch: not the same network" % (genotype, mine["params"],
                                                                                built["params"]))
        theirs = built if "error" in built else torch.ask(run=o.runs + (0 if round_ else WARM_UP))
        if "error" in theirs:
            row["error"] = theirs["error"]
            return row
        row["torch"].append(statistics.median(theirs["ms"][-o.runs:]))
        row["torch_mb"], cpu_seconds = theirs["peak_rss_mb"], theirs["cpu_seconds"]
    torch.ask(end=1)
    busy, whole = (b - a for a, b in zip(before, busy_seconds()))
    row["others"] = max(0, busy - cpu_seconds - (children_seconds() - mine_before)) / whole if whole else 0
    row["ours_ms"], row["torch_ms"] = statistics.median(row["ours"]), statistics.median(row["torch"])
    row["time_ratio"] = row["torch_ms"] / row["ours_ms"]
    row["memory_ratio"] = row["torch_mb"] / row["ours_mb"]
    return row


# ---- what is printed ----

COLUMNS = ("genotype", "auxcell ms", "PyTorch ms", "ratio", "auxcell MB", "PyTorch MB", "ratio", "others")


def cells(row):
    if "error" in row:
        return [row["name"], "", "", row["error"], "", "", "", ""]
    return [row["name"], "%.1f" % row["ours_ms"], "%.1f" % row["torch_ms"], "%.2f" % row["time_ratio"],
            "%.0f" % row["ours_mb"], "%.0f" % row["torch_mb"], "%.2f" % row["memory_ratio"],
            "%.0f%%" % (100 * row["others"])]


def text_line(values):
    return "%-9s %11s %11s %6s %11s %11s %6s %6s" % tuple(values)


def summary(rows, kind, key):
    values = [(r[key], r["name"]) for r in rows if r["kind"] == kind and key in r]
    if not values:
        return None
    mean = math.exp(statistics.fmean(math.log(v) for v, _ in values))
    least = min(values)
    return {"n": len(values), "mean": mean, "least": least[0], "least_of": least[1], "most": max(values)[0],
            "slower": sum(v < 1 for v, _ in values)}


def summaries(rows, kind):
    """A line of time and one of memory."""
    for key, what in (("time_ratio", "time"), ("memory_ratio", "peak memory")):
        s = summary(rows, kind, key)
        if s:
            yield "%s, %s, PyTorch / auxcell: geometric mean %.2f, least %.2f (%s), most %.2f; %d of %d below 1" % (
                kind, what, s["mean"], s["least"], s["least_of"], s["most"], s["slower"], s["n"])
    yield from disturbed(rows, kind)


def disturbed(rows, kind):
    """A line when other processes took more than a twentieth of the cores."""
    shares = [r["others"] for r in rows if r["kind"] == kind and "others" in r]
    if shares and statistics.fmean(shares) > 0.05:
        yield "%s: NOT RELIABLE, other processes took %.0f%% of the cores" % (kind, 100 * statistics.fmean(shares))


def first_match(path, key):
    try:
        for line in open(path, encoding="utf-8"):
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return None


def machine(o, torch):
    cpu = first_match("/proc/cpuinfo", "model name") or platform.machine()
    version = subprocess.run([o.engine, "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    commit = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, check=False).stdout.strip()
    return ["machine: %s, %s, %d of %d cores, Linux %s" % (platform.node(), cpu, len(os.sched_getaffinity(0)),
                                                           os.cpu_count(), platform.release()),
            "versions: %s%s; PyTorch %s (%s), channels_last, eager, Python %s" % (
                version, " " + commit if commit else "", torch.about["torch"], torch.about["isa"],
                platform.python_version()),
            "date: %s; load average at the start %.2f" % (
                datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), os.getloadavg()[0]),
            "protocol: %d threads, %d interleaved rounds of %d steps, median of the rounds' medians; "
            "peak resident size of each process" % (o.threads, o.rounds, o.runs)]


def write_reports(o, about, rows):
    out = pathlib.Path(o.out)
    out.mkdir(parents=True, exist_ok=True)
    text, mark = [*about, ""], ["# auxcell against PyTorch", "", *("- " + line for line in about)]
    for kind in o.only:
        mine = [r for r in rows if r["kind"] == kind]
        if not mine:
            continue
        setting = ", ".join("%s %d" % item for item in KINDS[kind].items())
        text += ["%s: %s, classes %d" % (kind, setting, CLASSES), text_line(COLUMNS)]
        text += [text_line(cells(r)) for r in mine] + list(summaries(rows, kind)) + [""]
        mark += ["", "## %s: %s" % (kind, setting), "", *("- " + line for line in summaries(rows, kind)), ""]
        mark += ["| %s | text |" % " | ".join(COLUMNS), "|---|" + "--:|" * (len(COLUMNS) - 1) + "---|"]
        mark += ["| %s | `%s` |" % (" | ".join(cells(r)), r["genotype"]) for r in mine]
    (out / "peer.txt").write_text("\n".join(text) + "\n", encoding="utf-8")
    (out / "peer.md").write_text("\n".join(mark) + "\n", encoding="utf-8")
    (out / "peer.json").write_text(json.dumps({"about": about, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def main():
    o = options()
    if not os.access(o.engine, os.X_OK):
        fail("%s: not there; make builds it" % o.engine)
    todo = genotypes(o)
    torch = Torch(interpreter(o))
    about, rows = machine(o, torch), []
    print("\n".join(about), flush=True)
    try:
        for kind in o.only:
            print("\n%s: %s\n%s" % (kind, ", ".join("%s %d" % i for i in KINDS[kind].items()), text_line(COLUMNS)))
            for name, genotype in todo.items():
                rows.append(measure(o, torch, kind, name, genotype))
                write_reports(o, about, rows)
                print(text_line(cells(rows[-1])), flush=True)
            print("\n".join(summaries(rows, kind)), flush=True)
    except KeyboardInterrupt:
        print("\nstopped")
    torch.close()
    print("\nwritten: %s/peer.{txt,md,json}" % o.out)


if __name__ == "__main__":
    main()
