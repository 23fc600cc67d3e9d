"""make bench-tui: what the screens cost, beside htop and tig in the same run, and which goals are missed.

A pseudo-terminal of 80x24 and of 160x48; a recorded run of 5,000 candidates, and one of 30 for the start; then a search
that lives. tig shows this repository. Times end with the last byte before 120 ms without one, so that keys are single
ones, not one held down; "cpu" is the process's own time, which others at work don't change."""
import argparse, fcntl, os, pty, select, shutil, signal, statistics, struct, subprocess, sys, termios, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../helper"))
from screen import PROGRAM, ROOT, Place, make_run  # noqa: E402

QUIET = 0.12
LIVE_KEYS = 100  # a search disturbs some of them, so that 30 don't show which share
SIZES = ((24, 80), (48, 160))


class Run:
    """A program on a pseudo-terminal; what it writes is counted, not shown."""

    def __init__(self, argv, rows, cols, env):
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.chdir(ROOT)
            os.execvpe(argv[0], argv, env)
        self.size(rows, cols, tell=False)

    def size(self, rows, cols, tell=True):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        if tell:
            os.kill(self.pid, signal.SIGWINCH)

    def drain(self, quiet=QUIET, most=20.0):
        """Bytes, and seconds until the last of them."""
        began = last = time.monotonic()
        n = 0
        while time.monotonic() - began < most:
            if not select.select([self.fd], [], [], quiet if n else 3)[0]:
                break
            try:
                got = os.read(self.fd, 1 << 16)
            except OSError:
                break
            n += len(got)
            last = time.monotonic()
        return n, last - began

    def press(self, key):
        os.write(self.fd, key)
        return self.drain()

    def watch(self, seconds):
        """Bytes a second, and the share of a processor in percent, while nothing is typed."""
        n, cpu, began = 0, self.cpu(), time.monotonic()
        while (left := began + seconds - time.monotonic()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                n += len(os.read(self.fd, 1 << 16))
        return n / seconds, (self.cpu() - cpu) / seconds / 10

    def cpu(self):
        """Milliseconds that it has computed."""
        with open("/proc/%d/schedstat" % self.pid) as f:
            return int(f.read().split()[0]) / 1e6

    def rss(self):
        with open("/proc/%d/status" % self.pid) as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) / 1024

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def p95(values):
    return sorted(values)[max(0, int(len(values) * 0.95 + 0.5) - 1)]


# name, unit, limit (None = there is none)
COLUMNS = (("start", "p95 ms", 250), ("start cpu", "ms", None), ("key", "ms", 2), ("key p95", "ms", 10),
           ("key cpu", "ms", None), ("key bytes", "B", 400), ("page bytes", "B", None), ("resize", "p95 ms", 20),
           ("resize cpu", "ms", None), ("idle", "B/s", 0), ("idle cpu", "%", 0.05), ("RSS", "MB", 12), ("paint", "B", None))


def measure(argv, rows, cols, env, a):
    row, times, cpu = {}, [], []
    for _ in range(a.starts):
        r = Run(argv, rows, cols, env)
        row["paint"], took = r.drain(quiet=0.3)
        times.append(took * 1000)
        cpu.append(r.cpu())
        r.end()
    row["start"], row["start cpu"] = p95(times), statistics.median(cpu)
    r = Run(argv, rows, cols, env)
    r.drain(quiet=0.5)
    before = r.cpu()
    pressed = [r.press(b"\x1b[B") for _ in range(a.keys)]
    row["key cpu"] = (r.cpu() - before) / a.keys
    row["key bytes"] = statistics.mean(n for n, _ in pressed)
    row["key"] = statistics.median(t * 1000 for _, t in pressed)
    row["key p95"] = p95([t * 1000 for _, t in pressed])
    row["page bytes"] = statistics.mean(r.press(b"\x1b[6~")[0] for _ in range(5))
    times, before = [], r.cpu()
    for k in range(20):
        r.size(rows + (k + 1) % 2, cols)
        times.append(r.drain()[1] * 1000)
    row["resize"], row["resize cpu"] = p95(times), (r.cpu() - before) / 20
    r.drain(quiet=0.5)
    row["idle"], row["idle cpu"] = r.watch(5)
    row["RSS"] = r.rss()
    r.end()
    return row


def missed_of(name, row, goals):
    return ["%s: %s %.4g, the goal is %g" % (name, h, row[h], goal) for h, goal in goals if goal is not None and
            row[h] > goal]


def recorded(env, a):
    missed = []
    programs = [("auxcell, %d" % a.candidates, [PROGRAM, "attach", "large"]), ("auxcell, 30", [PROGRAM, "attach", "small"])]
    programs += [(name, [name]) for name in ("htop", "tig") if shutil.which(name)]
    for rows, cols in SIZES:
        print("%-14s%s" % ("%dx%d" % (cols, rows), "".join("%11s" % c[0] for c in COLUMNS)))
        print("%-14s%s" % ("", "".join("%11s" % c[1] for c in COLUMNS)))
        for name, argv in programs:
            row = measure(argv, rows, cols, env, a)
            print("%-14s%s" % (name, "".join("%11.*f" % (2 if "cpu" in c[0] else 1, row[c[0]]) for c in COLUMNS)), flush=True)
            goals = [(h, 50 if h == "start" and name == "auxcell, 30" else goal) for h, _, goal in COLUMNS]
            if name.startswith("auxcell"):
                missed += missed_of("%s %dx%d" % (name, cols, rows), row, goals)
    return missed


def living(env, a):
    """A search with its engine on every core: what is drawn of it, keys meanwhile, and growth."""
    missed = []
    engine = subprocess.Popen([PROGRAM, "search", "--run", "live", "--preset", "demo", "--candidates", "100000",
                               "--headless"], env=env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    for _ in range(25):
        engine.stdout.readline()  # waits for the first candidates
    try:
        for (rows, cols), goal in zip(SIZES, (600, 1500)):
            r = Run([PROGRAM, "attach", "live"], rows, cols, env)
            r.drain(quiet=0.2, most=3)
            row = dict(zip(("live", "live cpu"), r.watch(a.live)))
            # down and up again: at the end of the table nothing would answer, and news would be taken for the answer
            pressed = [r.press(b"\x1b[A" if k // 8 % 2 else b"\x1b[B")[1] * 1000 for k in range(LIVE_KEYS)]
            row["key"], row["key p95"] = statistics.median(pressed), p95(pressed)
            print("live %7s   Overview %.0f B/s, %.2f %% cpu; key %.1f ms, p95 %.1f" % ("%dx%d" % (cols, rows), row["live"],
                  row["live cpu"], row["key"], row["key p95"]), flush=True)
            missed += missed_of("live %dx%d" % (cols, rows), row, (("live", goal), ("live cpu", 1), ("key", 2), ("key p95", 10)))
            if a.soak and cols == 80:
                settled = r.rss()
                r.watch(a.soak)
                print("live   80x24   RSS %.2f MB, %.2f after %d s" % (settled, r.rss(), a.soak), flush=True)
            r.end()
    finally:
        engine.send_signal(signal.SIGINT)
        engine.stdout.close()
        engine.wait(60)
    return missed


def be_prompt():
    """The harness mustn't wait for a turn behind the search: its waits aren't the program's."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
        return ""
    except OSError:
        return "; the harness shares the processors, since it may not be in the real-time class"


def processor():
    with open("/proc/cpuinfo") as f:
        name = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), "?")
    return "%s, %d cores, load %.1f" % (name, os.cpu_count(), os.getloadavg()[0])


def main():
    parser = argparse.ArgumentParser(prog="make bench-tui")
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--keys", type=int, default=30)
    parser.add_argument("--candidates", type=int, default=5000)
    parser.add_argument("--live", type=float, default=20, help="seconds of a search; 0 = none")
    parser.add_argument("--soak", type=float, default=0, help="seconds after which its memory is looked at again")
    a = parser.parse_args()
    print(processor() + be_prompt())
    with Place() as place:
        make_run(place.runs, "large", candidates=a.candidates)
        make_run(place.runs, "small")
        env = dict(os.environ, **place.env, TERM="xterm-256color", LANG="C.UTF-8", TZ="UTC")
        missed = recorded(env, a)
        missed += living(env, a) if a.live else []
    for name in ("htop", "tig"):
        if not shutil.which(name):
            print("no %s here: apt-get install %s" % (name, name))
    print("\n".join(["goals that are missed:"] + ["  " + m for m in missed]) if missed else "no goal is missed")


main()
