"""A program on a pseudo-terminal, with the screen that a person would see (pyte); runs made up in Python."""
import os, pty, select, signal, struct, subprocess, sys, tempfile, time, fcntl, termios

import pyte

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools"))
import janitor
from engine import LIMIT, stall
from eventlog import Log

BUILD = os.environ.get("AUXCELL_BUILD", "build/release")
PROGRAM = os.path.join(os.path.abspath(BUILD), "auxcell")
ROOT = os.getcwd()
# factor for all time limits: a test must fail because of errors, not because the machine is busy
BUSY = 5
POLL = ("7", "271", "73")  # poll on x86-64, ppoll there and on aarch64


ARCH = ["[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
        "[[2,[1,0,3,6],[0,1,2,8],[2,0,6,1]],[[2,3],[3,1],[4,4]]]",
        "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"]


def make_run(parent, name, candidates=30, start=1764072000.0, masks="", reason="", data="scenes"):
    """A run directory without an engine: run.ini and events.mpk. masks: of the candidates, with %d. reason: why its
    engine said good-bye."""
    path = os.path.join(parent, name)
    os.makedirs(path, mode=0o700)
    with open(os.path.join(path, "run.ini"), "w") as f:
        f.write("[run]\npreset = demo\n")
    log = Log(os.path.join(path, "events.mpk"))
    log.add("hello", start, 0, run=name, data=data, preset="demo", strategy="ppo", device="cpu", seed=1,
            planned=200, workers=1, pid=1, resumed=0)
    for i in range(1, candidates + 1):
        at = start + 5 * i
        log.add("proposed", at, i, genotype=ARCH[i % 3], parent=0, origin="ppo", logp=-30.5, entropy=33.0,
                params=2200000 + 1000 * i, macs=900000000)
        log.add("started", at, i, stage=1, epochs=4, steps=24, attempt=1)
        log.add("scored", at + 4, i, reward=0.3 + 0.4 * i / candidates, miou=0.3, fwiou=0.5, accuracy=0.4, loss=0.7,
                seconds=4.0, latency_ms=8.25, peak_bytes=90000000, stage=1, model="", masks=masks % i if masks else "")
    if reason:
        log.add("bye", start + 5 * candidates + 4, 0, reason=reason)
    return path


class Emulated(pyte.Screen):
    """With the scrolling (SU, SD) that curses uses and pyte lacks, and tab stops for all columns after a resize."""

    def resize(self, lines=None, columns=None):
        super().resize(lines, columns)
        self.tabstops = set(range(8, self.columns, 8))

    def scroll(self, by):
        top, bottom = self.margins or (0, self.lines - 1)
        self.dirty.update(range(self.lines))
        rows = {y: self.buffer.pop(y) for y in range(top, bottom + 1) if y in self.buffer}
        for y, row in rows.items():
            if top <= y - by <= bottom:
                self.buffer[y - by] = row

    def scroll_up(self, count=1):
        self.scroll(count or 1)

    def scroll_down(self, count=1):
        self.scroll(-(count or 1))


class Stream(pyte.ByteStream):
    csi = dict(pyte.ByteStream.csi, S="scroll_up", T="scroll_down")
    events = frozenset(pyte.ByteStream.events | {"scroll_up", "scroll_down"})


class Screen:
    """Runs a program on a pseudo-terminal of rows x cols; what it shows is kept by pyte."""

    def __init__(self, argv, rows=24, cols=80, env=None, cwd=None):
        self.screen = self.make_screen(rows, cols)
        self.stream = Stream(self.screen)
        self.drawn = None  # cached lines until data arrive: pyte builds them from every cell
        self.bytes = b""
        self.master, slave = pty.openpty()
        self.slave_name = os.ttyname(slave)
        self.set_size(rows, cols, tell=False)
        self.before = termios.tcgetattr(slave)
        settings = dict(os.environ, TERM="xterm-256color", LANG="C.UTF-8", TZ="UTC")
        for drop in ("LC_ALL", "LC_CTYPE", "NO_COLOR", "COLUMNS", "LINES"):
            settings.pop(drop, None)
        settings.update(env or {})
        settings = {k: v for k, v in settings.items() if v is not None}

        def child():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=settings, cwd=cwd,
                                        preexec_fn=child, close_fds=True)
        self.slave = slave  # kept open: termios is compared after the program has ended

    def make_screen(self, rows, cols):
        return Emulated(cols, rows)

    def pixels(self, rows, cols):
        """High and wide; 0: not known."""
        return 0, 0

    def feed(self, data):
        self.stream.feed(data)

    def set_size(self, rows, cols, tell=True):
        high, wide = self.pixels(rows, cols)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, wide, high))
        if tell:
            self.screen.resize(rows, cols)
            self.drawn = None
            self.process.send_signal(signal.SIGWINCH)

    def read(self, seconds):
        """Reads what comes within so many seconds; False when nothing did."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.bytes += data
        self.feed(data)
        self.drawn = None
        return bool(data)

    def lines(self):
        if self.drawn is None:
            self.drawn = self.screen.display
        return self.drawn

    def text(self):
        return "\n".join(self.lines())

    def wait(self, what, seconds=30):
        """Waits until the screen shows the text (or what(screen) is true); seconds are those of an idle machine."""
        stall()
        end = time.monotonic() + max(LIMIT, BUSY * seconds)
        test = what if callable(what) else lambda s: what in s.text()
        while not test(self):
            left = end - time.monotonic()
            if left <= 0 or (self.process.poll() is not None and not self.read(0.1) and not test(self)):
                raise AssertionError("never seen: %r; the screen:\n%s" % (what, self.text()))
            self.read(min(left, 0.5))
        return self.quiet(0.02)  # wait for the rest of the same drawing, which comes in several parts

    def at_rest(self):
        """Whether the program has ended, or has taken all input and waits: what it draws of that is written then."""
        if self.process.poll() is not None:
            return True
        taken = not struct.unpack("i", fcntl.ioctl(self.slave, termios.FIONREAD, b"\0" * 4))[0]
        try:
            with open("/proc/%d/syscall" % self.process.pid) as f:
                return taken and f.read().split()[0] in POLL
        except PermissionError:  # nobody can know
            return taken

    def quiet(self, seconds=0.15):
        """Reads until the program is at rest, and nothing came for so long."""
        end = time.monotonic() + LIMIT
        while True:
            rests = self.at_rest() or time.monotonic() > end
            if not self.read(seconds) and rests:
                return self

    def send(self, keys):
        stall()
        os.write(self.master, keys.encode() if isinstance(keys, str) else keys)
        return self

    def ended(self, seconds=20):
        """Waits for the end; the exit status, negative for a signal."""
        end = time.monotonic() + max(LIMIT, BUSY * seconds)
        while self.process.poll() is None:
            self.read(0.05)
            if time.monotonic() > end:
                raise AssertionError("does not end; the screen:\n%s" % self.text())
        self.quiet(0.02)
        return self.process.returncode

    def quit(self, keys="q"):
        """Ends the program with these keys: it exits with status 0."""
        self.send(keys)
        assert self.ended() == 0, self.process.returncode
        self.close()

    def terminal_as_before(self):
        return termios.tcgetattr(self.slave) == self.before

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


class Place:
    """A state directory of its own, removed at the end."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="auxcell-test-")
        self.janitor = janitor.watch(self.path)
        self.runs = os.path.join(self.path, "auxcell", "runs")
        os.makedirs(self.runs, mode=0o700)
        with open(os.path.join(self.path, "auxcell", "prompts"), "w") as f:
            f.write("tour seen\n")  # the first-use tour has a test of its own
        self.env = {"XDG_STATE_HOME": self.path, "XDG_CONFIG_HOME": self.path,
                    "PATH": os.path.dirname(PROGRAM) + os.pathsep + os.environ.get("PATH", "")}
        return self

    def __exit__(self, *_):
        janitor.clean(self.path)
        os.close(self.janitor)


def run_tests(tests):
    """Runs functions, prints as cmocka does, exits."""
    failed = 0
    for test in tests:
        print("[ RUN      ] %s" % test.__name__, flush=True)
        try:
            test()
            print("[       OK ] %s" % test.__name__, flush=True)
        except Exception:
            import traceback
            traceback.print_exc(file=sys.stdout)
            print("[  FAILED  ] %s" % test.__name__, flush=True)
            failed += 1
    print("[  PASSED  ] %d test(s)." % (len(tests) - failed))
    if failed:
        print("[  FAILED  ] %d test(s)." % failed)
    sys.exit(1 if failed else 0)
