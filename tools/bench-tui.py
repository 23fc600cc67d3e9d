#!/usr/bin/python3
"""How fast the screens are: start to full paint, key to last byte, bytes per key, idle bytes and CPU, memory, resize.
Prints figures, judges nothing. Usage: tools/bench-tui.py [BUILD] [CANDIDATES...]   (default build/release, 30 5000)"""
import fcntl, os, pty, select, signal, statistics, struct, subprocess, sys, termios, time

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build/release"
os.environ["AUXCELL_BUILD"] = BUILD
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "helper"))
from screen import PROGRAM, Place, make_run  # noqa: E402


class Terminal:
    """A pseudo-terminal that only counts and times: no emulator stands in the way."""

    def __init__(self, argv, rows, cols, env):
        self.master, slave = pty.openpty()
        self.size(rows, cols)
        env = dict(os.environ, TERM="xterm-256color", LANG="C.UTF-8", **env)
        self.began = time.perf_counter()
        self.process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=env, close_fds=True,
                                        start_new_session=True)
        os.close(slave)

    def size(self, rows, cols):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def until_painted(self):
        """Reads the first whole screen: its last line is that of the hints."""
        data, at = b"", None
        while b"help" not in data and select.select([self.master], [], [], 10)[0]:
            data += os.read(self.master, 1 << 16)
            at = time.perf_counter()
        n, later = self.until_quiet(0.1, 0.1)
        return len(data) + n, later or at

    def until_quiet(self, quiet, first=5.0):
        """Bytes that come, and the time of the last one; waits up to `first` for the first."""
        n, at, wait = 0, None, first
        while select.select([self.master], [], [], wait)[0]:
            try:
                n += len(os.read(self.master, 1 << 16))
            except OSError:
                break
            at, wait = time.perf_counter(), quiet
        return n, at

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) / 1024

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def p95(values):
    return sorted(values)[int(len(values) * 0.95)]


def times(values):
    return "%.1f (p95 %.1f)" % (1000 * statistics.median(values), 1000 * p95(values))


def measure(place, name, rows, cols):
    argv = [PROGRAM, "attach", name]
    start, size = [], []
    for _ in range(11):
        t = Terminal(argv, rows, cols, place.env)
        n, at = t.until_painted()
        start.append(at - t.began)
        size.append(n)
        t.close()
    t = Terminal(argv, rows, cols, place.env)
    t.until_painted()
    print(f"  {cols}x{rows}: first paint {times(start)} ms, {statistics.median(size):.0f} bytes, RSS {t.rss():.1f} MB")
    for what, keys in (("down", ["\x1b[B"] * 40), ("up", ["\x1b[A"] * 40), ("table, down", ["2"] + ["\x1b[B"] * 40),
                       ("page down", ["\x1b[6~"] * 10), ("views", list("1345621"))):
        took, sent = [], []
        for key in keys:
            before = time.perf_counter()
            os.write(t.master, key.encode())
            n, at = t.until_quiet(0.03, 0.5)
            if n:
                took.append(at - before)
                sent.append(n)
        if not took:
            print(f"    key {what:12} nothing to do")
            continue
        print(f"    key {what:12} {times(took)} ms to the last byte, {statistics.median(sent):.0f} bytes (p95 {p95(sent)})")
    took = []
    for i in range(9):
        before = time.perf_counter()
        t.size(rows + i % 2, cols)
        t.process.send_signal(signal.SIGWINCH)
        n, at = t.until_quiet(0.05, 0.5)
        if n:
            took.append(at - before)
    print(f"    resize       {times(took)} ms")
    cpu, before = t.cpu(), time.perf_counter()
    n, _ = t.until_quiet(5, 5)
    print(f"    idle         {n} bytes, {100 * (t.cpu() - cpu) / (time.perf_counter() - before):.2f} % CPU in 5 s")
    t.close()


def main():
    counts = [int(a) for a in sys.argv[2:]] or [30, 5000]
    with Place() as place:
        for count in counts:
            make_run(place.runs, f"run{count}", count)
            print(f"{count} candidates")
            for rows, cols in ((24, 80), (48, 160)):
                measure(place, f"run{count}", rows, cols)


if __name__ == "__main__":
    main()
