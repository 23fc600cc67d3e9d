"""What a run of many candidates costs: attaching to it, listing it, exporting it, and running its engine."""
import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../helper"))
from engine import Run  # noqa: E402
from screen import Screen  # noqa: E402


def spent(command, **popen):
    """Seconds on the clock and of the processor, and the program's output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **popen)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        lines = dict(line.split(":", 1) for line in f)
    return {k: int(lines[k].split()[0]) / 1024 for k in ("VmRSS", "VmHWM")}


def first_screen(auxcell, path):
    """Seconds until something is seen, which is before all of the history is read."""
    start = time.monotonic()
    screen = Screen([auxcell, "attach", path], rows=48, cols=160).wait("auxcell")
    wall = time.monotonic() - start
    screen.close()
    return wall


def measure(build, path, repeat, train):
    rows = []
    auxcell = os.path.join(build, "auxcell")
    for name, command in (("status", ["status", path, "--json"]), ("export", ["export", path, "--csv"]),
                          ("log --json", ["log", path, "--json"])):
        best = min((spent([auxcell, *command])[:2] for _ in range(repeat)), key=lambda t: t[1])
        rows.append((f"auxcell {name}", best))
    env = dict(os.environ, XDG_STATE_HOME=os.path.dirname(os.path.dirname(os.path.dirname(path))))
    rows.append(("auxcell ls", min((spent([auxcell, "ls"], env=env)[:2] for _ in range(repeat)), key=lambda t: t[1])))
    script = os.path.join(os.path.dirname(path), "keys")
    with open(script, "w", encoding="ascii") as f:
        f.write("wait STOPPED\n")
    attach = [auxcell, "attach", path, "--script", script, "--size", "160x48"]
    rows.append(("auxcell attach, to its first screen", (first_screen(auxcell, path), 0)))
    rows.append(("auxcell attach, to its screen", min((spent(attach)[:2] for _ in range(repeat)), key=lambda t: t[1])))
    start = time.monotonic()
    run = Run(path, seq=(1 << 63) - 1)
    if run.answer != "ok\n":
        sys.exit(run.answer)
    rows.append(("engine: resume until it listens", (time.monotonic() - start, cpu(run.process.pid))))
    at_start = memory(run.process.pid)
    pauses = []
    for i in range(20):
        run.do("pin", 1 + i)
        pauses.append(run.until("saved")["milliseconds"])
    at_end = memory(run.process.pid)
    share = overhead(run, train) if train else None
    run.stop()
    for name, (wall, used) in rows:
        print(f"{name:34} {wall:8.3f} s on the clock {used:8.3f} s of the processor")
    print(f"{'engine: memory after resuming':34} {at_start['VmRSS']:8.1f} MiB, at most {at_end['VmHWM']:.1f} MiB")
    print(f"{'engine: pause for a snapshot':34} {min(pauses):8.1f} ms at least, median {statistics.median(pauses):.1f}, "
          f"at most {max(pauses):.1f}")
    if train:
        print(f"{f'{train} more trained: worker waits':34} {100 * share[0]:8.2f} %, engine computes {100 * share[1]:.2f} %")


def overhead(run, train):
    """Lets it train some candidates, as an engine that starts with that past. The shares of that time: in which the worker
    waited for the engine, and in which the engine's process kept a processor busy."""
    path = run.path
    run.stop()
    run = Run(path, seq=(1 << 63) - 1)
    run.do("continue", 0)
    run.until("device")
    start, used = time.monotonic(), cpu(run.process.pid)
    for _ in range(train):
        run.until("learned")
        share = run.until("saved")["overhead"]
    busy = (cpu(run.process.pid) - used) / (time.monotonic() - start)
    run.do("pause", 0)
    run.stop()
    return share, busy


def cpu(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--build", default="build/release")
    p.add_argument("--candidates", type=int, default=100000)
    p.add_argument("--strategy", default="ppo")
    p.add_argument("--repeat", type=int, default=3)
    p.add_argument("--train", type=int, default=20, help="candidates to train really, for the engine's overhead")
    p.add_argument("--run", help="a run made before, by tests/scale/longrun; it is left as it is")
    o = p.parse_args()
    home = tempfile.mkdtemp(prefix="auxcell-scale-")
    try:
        path = os.path.join(home, "auxcell", "runs", "long")
        os.makedirs(os.path.dirname(path), 0o700)
        if o.run:
            shutil.copytree(o.run, path)
        else:
            wall, used, _ = spent([os.path.join(o.build, "tests/scale/longrun"), path, str(o.candidates), o.strategy])
            print(f"{'making it':34} {wall:8.3f} s on the clock {used:8.3f} s of the processor")
        for name in ("events.mpk", "candidates.mpk", "snapshot.mpk"):
            print(f"{name:34} {os.path.getsize(os.path.join(path, name)) / 1e6:8.1f} MB")
        measure(o.build, path, o.repeat, o.train)
    finally:
        shutil.rmtree(home)


main()
