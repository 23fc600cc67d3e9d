#!/usr/bin/env python3
"""bench-peer: training steps and inference of auxcell against others, same networks, same machine, interleaved.

usage: peer.py [--genotypes N] [--seed N] [--list FILE] [--only KIND[,KIND]] [--peers NAME[,NAME]] [--rounds N]
               [--runs N] [--threads N] [--engine FILE] [--python FILE] [--venv DIR] [--out DIR]
Kinds: stage1 (batch 16, crop 256, 48 channels, decoder only from cached encoder outputs, auxiliary heads, teacher,
clipping, Adam, average), stage2 (batch 8, end to end), infer (batch 1, 512x512, 64 channels, 2 repeats), and infer of
other sizes: infer224, inferwide (1024x512) and infer8 (batch 8).
Peers: torch (eager), of inference also onnxruntime and openvino, which run our own ONNX export.

For each genotype a round times a few steps of ours, then a few of each peer's, so that a change of the machine's mood
meets all; the figure is the median over rounds of each round's median. They run one at a time. A ratio above 1 means
that auxcell is faster, or smaller. With AUXCELL_ISA=v3 OpenVINO keeps to AVX2, too, and PyTorch's convolutions;
onnxruntime can't be asked. "best" is the faster, or smaller, of onnxruntime and openvino. "others" is the share
of the cores that other processes took meanwhile: where it isn't near 0, the times say little (threads that wait for
each other by spinning suffer most). Results go to the terminal as they come, and to OUT/peer.md, peer.txt, peer.json.
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
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import genotypes as spaces  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KINDS = {"stage1": {"batch": 16, "crop": 256, "channels": 48, "repeats": 1},
         "stage2": {"batch": 8, "crop": 256, "channels": 48, "repeats": 1},
         "infer": {"batch": 1, "crop": 512, "channels": 64, "repeats": 2},
         "infer224": {"batch": 1, "crop": 224, "channels": 64, "repeats": 2},
         "inferwide": {"batch": 1, "crop": 512, "width": 1024, "channels": 64, "repeats": 2},
         "infer8": {"batch": 8, "crop": 512, "channels": 64, "repeats": 2}}
PEERS = {"torch": "PyTorch", "onnxruntime": "onnxruntime", "openvino": "OpenVINO"}
BEST = ("onnxruntime", "openvino")
CLASSES, WARM_UP = 21, 2
# smaller than PyPI's wheel, which is used if this server can't be reached
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"


def fail(text):
    sys.exit("bench-peer: " + text)


def options():
    p = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\nKinds")[0])
    p.add_argument("--genotypes", type=int, default=40)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--list")
    p.add_argument("--only", default="stage1,stage2,infer")
    p.add_argument("--peers", default=",".join(PEERS))
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
    o.peers = o.peers.split(",")
    for peer in o.peers:
        if peer not in PEERS:
            fail("--peers %s: not one of %s" % (peer, ", ".join(PEERS)))
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
    """A Python that has the peers: the one named, or that of the virtual environment, which is made on first use."""
    if o.python:
        return o.python
    python = pathlib.Path(o.venv) / "bin/python"
    packages = [*o.peers, "numpy"]
    missing = [name for name in packages if not (pathlib.Path(o.venv) / ("ready." + name)).exists()]
    if missing:
        print("making %s with %s (once; large downloads)" % (o.venv, ", ".join(missing)), flush=True)
        if not python.exists() and subprocess.run([sys.executable, "-m", "venv", o.venv], check=False).returncode:
            fail("no virtual environment; the Debian package is python3-venv")
        pip = [str(python), "-m", "pip", "install", "--quiet", "--retries", "1"]
        if subprocess.run([*pip, "--extra-index-url", CPU_WHEELS, *missing], check=False).returncode:
            fail("pip could not install them; --python FILE names an interpreter that has them, --peers leaves some out")
        for name in missing:
            (pathlib.Path(o.venv) / ("ready." + name)).touch()
    return str(python)


def environment():
    """OpenVINO and PyTorch have oneDNN's switch for the instruction set; onnxruntime has none."""
    same = {"ONEDNN_MAX_CPU_ISA": "AVX2"} if os.environ.get("AUXCELL_ISA") == "v3" else {}
    return {**{k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "GOMP_", "MKL_", "KMP_"))}, **same}


class Process:
    """Another process that answers a line of JSON with a line of JSON."""

    def __init__(self, *command):
        self.name = os.path.basename(command[1])
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, stdout=subprocess.PIPE,
                                        env=environment())
        self.about = self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            fail("%s ended; its reason is above" % self.name)
        return json.loads(line)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Torch:
    """A network in the PyTorch process, which is shared by all."""

    shared = None

    def __init__(self, o, kind, genotype, _):
        self.built = self.shared.ask(build="infer" if kind.startswith("infer") else kind, genotype=json.loads(genotype),
                                     threads=o.threads, classes=CLASSES, **KINDS[kind])
        self.error = self.built.get("error")

    def ask(self, **request):
        return self.shared.ask(**request)

    def close(self):
        if not self.error:
            self.shared.ask(end=1)


class Onnx:
    """A network in a process of its own."""

    name, version = "", {}

    def __init__(self, o, kind, genotype, path):
        self.process = Process(o.python, str(HERE / "peer_onnx.py"), self.name, path, str(o.threads))
        self.error = self.process.about.get("error")
        Onnx.version[self.name] = self.process.about.get("version", "?")

    def ask(self, **request):
        return self.process.ask(**request)

    def close(self):
        self.process.close()


class Onnxruntime(Onnx):
    name = "onnxruntime"


class Openvino(Onnx):
    name = "openvino"


SIDES = {"torch": Torch, "onnxruntime": Onnxruntime, "openvino": Openvino}


def ours(o, kind, genotype, runs, *more):
    """One process of the engine: median of so many steps after two that don't count."""
    k = KINDS[kind]
    what = ["infer"] if kind.startswith("infer") else ["step", "--stage", kind[-1]]
    command = [o.engine, "bench", *what, "--json", "--genotype", genotype, "--runs", str(runs), "--threads",
               str(o.threads), "--classes", str(CLASSES), "--device", "cpu", *more]
    for name, value in k.items():
        command += ["--" + name, str(value)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment(), check=False)
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


def measure(o, kind, name, genotype, folder):
    infer = kind.startswith("infer")
    before, mine_before, cpu_seconds = busy_seconds(), children_seconds(), 0
    row = {"name": name, "genotype": genotype, "kind": kind, "ours": [], "peers": {}}
    path = os.path.join(folder, "network.onnx")
    if infer and set(BEST) & set(o.peers):
        ours(o, kind, genotype, 1, "--onnx", path)
    sides = {peer: SIDES[peer](o, kind, genotype, path) for peer in o.peers if infer or peer == "torch"}
    times = {peer: [] for peer in sides}
    for round_ in range(o.rounds):
        mine = ours(o, kind, genotype, o.runs)
        row["ours"].append(mine["ms_median"])
        row["ours_mb"] = max(row.get("ours_mb", 0), mine["peak_rss_mb"])
        for peer, side in sides.items():
            if peer == "torch" and not side.error and mine["params"] != side.built["params"]:
                fail("%s: %d parameters here, %d in PyTorch: not the same network" % (genotype, mine["params"],
                                                                                    side.built["params"]))
            theirs = {"error": side.error} if side.error else side.ask(run=o.runs + (0 if round_ else WARM_UP))
            if "error" in theirs:
                side.error = row["peers"].setdefault(peer, {})["error"] = theirs["error"]
                continue
            times[peer].append(statistics.median(theirs["ms"][-o.runs:]))
            row["peers"][peer] = {"mb": theirs["peak_rss_mb"], "cpu": theirs["cpu_seconds"]}
    for peer, side in sides.items():
        side.close()
        # the other peers are child processes and counted below
        cpu_seconds += row["peers"][peer].get("cpu", 0) if peer == "torch" else 0
    busy, whole = (b - a for a, b in zip(before, busy_seconds()))
    row["others"] = max(0, busy - cpu_seconds - (children_seconds() - mine_before)) / whole if whole else 0
    row["ours_ms"] = statistics.median(row["ours"])
    for peer, of in row["peers"].items():
        if times[peer] and "error" not in of:
            of["ms"] = statistics.median(times[peer])
            of["time_ratio"], of["memory_ratio"] = of["ms"] / row["ours_ms"], of["mb"] / row["ours_mb"]
    two = [row["peers"][peer] for peer in BEST if "time_ratio" in row["peers"].get(peer, {})]
    if two:
        row["peers"]["best"] = {key: min(of[key] for of in two) for key in ("time_ratio", "memory_ratio")}
    return row


# ---- output ----

def columns(kind, o):
    peers = [PEERS[p] for p in o.peers if kind.startswith("infer") or p == "torch"]
    return ["genotype", "auxcell ms", *(p + " ms" for p in peers), *("/ " + p for p in peers), "auxcell MB",
            *(p + " MB" for p in peers), "others"]


def cells(row, o):
    peers = [row["peers"].get(p, {}) for p in o.peers if row["kind"].startswith("infer") or p == "torch"]

    def all_of(key, form):
        return [form % of[key] if key in of else of.get("error", "")[:20] for of in peers]
    return [row["name"], "%.1f" % row["ours_ms"], *all_of("ms", "%.1f"), *all_of("time_ratio", "%.2f"),
            "%.0f" % row["ours_mb"], *all_of("mb", "%.0f"), "%.0f%%" % (100 * row["others"])]


def text_line(values):
    return " ".join("%*s" % (-9 if i == 0 else 14, v) for i, v in enumerate(values))


def summary(rows, kind, peer, key):
    values = [(r["peers"][peer][key], r["name"]) for r in rows if r["kind"] == kind and key in r["peers"].get(peer, {})]
    if not values:
        return None
    mean = math.exp(statistics.fmean(math.log(v) for v, _ in values))
    least = min(values)
    return {"n": len(values), "mean": mean, "least": least[0], "least_of": least[1], "most": max(values)[0],
            "slower": sum(v < 1 for v, _ in values)}


def summaries(rows, kind):
    """For each peer a line of time and one of memory."""
    for peer, title in (*PEERS.items(), ("best", "best")):
        for key, what in (("time_ratio", "time"), ("memory_ratio", "peak memory")):
            s = summary(rows, kind, peer, key)
            if s:
                yield "%s, %s, %s / auxcell: geometric mean %.2f, least %.2f (%s), most %.2f; %d of %d below 1" % (
                    kind, what, title, s["mean"], s["least"], s["least_of"], s["most"], s["slower"], s["n"])
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


def machine(o):
    cpu = first_match("/proc/cpuinfo", "model name") or platform.machine()
    version = subprocess.run([o.engine, "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    commit = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, check=False).stdout.strip()
    return ["machine: %s, %s, %d of %d cores, Linux %s" % (platform.node(), cpu, len(os.sched_getaffinity(0)),
                                                           os.cpu_count(), platform.release()),
            "versions: %s%s%s%s, Python %s" % (
                version, " " + commit if commit else "",
                "; PyTorch %(torch)s (%(isa)s), channels_last, eager" % Torch.shared.about if Torch.shared else "",
                ", AUXCELL_ISA=" + os.environ["AUXCELL_ISA"] if os.environ.get("AUXCELL_ISA") else "",
                platform.python_version()),
            "date: %s; load average at the start %.2f" % (
                datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), os.getloadavg()[0]),
            "protocol: %d threads, %d interleaved rounds of %d steps, median of the rounds' medians; "
            "peak resident size of each process" % (o.threads, o.rounds, o.runs)]


def write_reports(o, about, rows):
    out = pathlib.Path(o.out)
    out.mkdir(parents=True, exist_ok=True)
    versions = ["peers: " + ", ".join("%s %s" % (PEERS[p], v) for p, v in Onnx.version.items())] if Onnx.version else []
    about = [*about, *versions]
    text, mark = [*about, ""], ["# auxcell against others", "", *("- " + line for line in about)]
    for kind in o.only:
        mine = [r for r in rows if r["kind"] == kind]
        if not mine:
            continue
        setting = ", ".join("%s %d" % item for item in KINDS[kind].items())
        head = columns(kind, o)
        text += ["%s: %s, classes %d" % (kind, setting, CLASSES), text_line(head)]
        text += [text_line(cells(r, o)) for r in mine] + list(summaries(rows, kind)) + [""]
        mark += ["", "## %s: %s" % (kind, setting), "", *("- " + line for line in summaries(rows, kind)), ""]
        mark += ["| %s | text |" % " | ".join(head), "|---|" + "--:|" * (len(head) - 1) + "---|"]
        mark += ["| %s | `%s` |" % (" | ".join(cells(r, o)), r["genotype"]) for r in mine]
    (out / "peer.txt").write_text("\n".join(text) + "\n", encoding="utf-8")
    (out / "peer.md").write_text("\n".join(mark) + "\n", encoding="utf-8")
    (out / "peer.json").write_text(json.dumps({"about": about, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def main():
    o = options()
    if not os.access(o.engine, os.X_OK):
        fail("%s: not there; make builds it" % o.engine)
    todo = genotypes(o)
    o.python = interpreter(o)
    if "torch" in o.peers:
        Torch.shared = Process(o.python, str(HERE / "peer_torch.py"))
    about, rows = machine(o), []
    print("\n".join(about), flush=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for kind in o.only:
                setting = ", ".join("%s %d" % i for i in KINDS[kind].items())
                print("\n%s: %s\n%s" % (kind, setting, text_line(columns(kind, o))))
                for name, genotype in todo.items():
                    rows.append(measure(o, kind, name, genotype, folder))
                    write_reports(o, about, rows)
                    print(text_line(cells(rows[-1], o)), flush=True)
                print("\n".join(summaries(rows, kind)), flush=True)
    except KeyboardInterrupt:
        print("\nstopped")
    if Torch.shared:
        Torch.shared.close()
    print("\nwritten: %s/peer.{txt,md,json}" % o.out)


if __name__ == "__main__":
    main()
