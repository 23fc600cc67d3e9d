"""make bench-tui: what the screens cost, beside htop and tig in the same run, and which goals are missed.

A pseudo-terminal of 80x24 and of 160x48; a recorded run of 5,000 candidates, and one of 30 for the start. tig shows this
repository. Times end with the last byte before 120 ms without one, so that keys are single ones, not one held down."""
import argparse, fcntl, os, pty, select, shutil, signal, statistics, struct, sys, termios, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../helper"))
from screen import PROGRAM, ROOT, Place, make_run  # noqa: E402

QUIET = 0.12


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

    def idle(self, seconds):
        n, until = 0, time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                n += len(os.read(self.fd, 1 << 16))
        return n / seconds

    def rss(self):
        with open("/proc/%d/status" % self.pid) as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) / 1024

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def p95(values):
    return sorted(values)[max(0, int(len(values) * 0.95 + 0.5) - 1)]


def measure(argv, rows, cols, env, starts, keys):
    row, times = {}, []
    for _ in range(starts):
        r = Run(argv, rows, cols, env)
        row["first bytes"], took = r.drain(quiet=0.3)
        times.append(took * 1000)
        r.end()
    row["start"] = p95(times)
    r = Run(argv, rows, cols, env)
    r.drain(quiet=0.5)
    pressed = [r.press(b"\x1b[B") for _ in range(keys)]
    row["key bytes"] = statistics.mean(n for n, _ in pressed)
    row["key"] = statistics.median(t * 1000 for _, t in pressed)
    row["key p95"] = p95([t * 1000 for _, t in pressed])
    times = []
    for k in range(8):
        r.size(rows + k % 2, cols)
        times.append(r.drain()[1] * 1000)
    row["resize"] = p95(times)
    r.drain(quiet=0.5)
    row["idle"] = r.idle(3)
    row["rss"] = r.rss()
    r.end()
    return row


GOALS = {"start": 250, "key": 2, "key p95": 10, "key bytes": 400, "resize": 20, "rss": 12, "idle": 0}
UNITS = {"start": "ms p95", "key": "ms", "key p95": "ms", "key bytes": "B", "resize": "ms p95", "rss": "MB",
         "idle": "B/s", "first bytes": "B"}


def main():
    parser = argparse.ArgumentParser(prog="make bench-tui")
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--keys", type=int, default=30)
    parser.add_argument("--candidates", type=int, default=5000)
    a = parser.parse_args()
    missed = []
    with Place() as place:
        make_run(place.runs, "large", candidates=a.candidates)
        make_run(place.runs, "small")
        env = dict(os.environ, **place.env, TERM="xterm-256color", LANG="C.UTF-8", TZ="UTC")
        programs = [("auxcell, %d" % a.candidates, [PROGRAM, "attach", "large"]), ("auxcell, 30", [PROGRAM, "attach", "small"])]
        programs += [(name, [name]) for name in ("htop", "tig") if shutil.which(name)]
        for rows, cols in ((24, 80), (48, 160)):
            print("%-14s%s" % ("%dx%d" % (cols, rows), "".join("%16s" % h for h in UNITS)))
            print("%-14s%s" % ("", "".join("%16s" % u for u in UNITS.values())))
            for name, argv in programs:
                row = measure(argv, rows, cols, env, a.starts, a.keys)
                print("%-14s%s" % (name, "".join("%16.1f" % row[h] for h in UNITS)), flush=True)
                goals = dict(GOALS, start=50) if name == "auxcell, 30" else GOALS
                missed += ["%s %dx%d: %s %.1f %s, the goal is %g" % (name, cols, rows, h, row[h], UNITS[h], goals[h])
                           for h in goals if name.startswith("auxcell") and row[h] > goals[h]]
    for name in ("htop", "tig"):
        if not shutil.which(name):
            print("no %s here: apt-get install %s" % (name, name))
    print("\n".join(["goals that are missed:"] + ["  " + m for m in missed]) if missed else "no goal is missed")


main()
