"""Events of the terminal's focus: wanted only where they are known, given back at every end, and little is drawn for
nobody."""
import contextlib, curses, os, signal, sys, threading, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import LIMIT, Run
from screen import PROGRAM, Place, Screen, make_run, run_tests

GONE = "the engine has died"
ON, OFF = b"\x1b[?1004h", b"\x1b[?1004l"
QUESTION = b"\x1b[?1004$p"
OUT, IN = "\x1b[O", "\x1b[I"
TINY = ["--train-samples", "8", "--val-samples", "4", "--crop", "32", "--val-crop", "32", "--batch", "4", "--epochs", "1",
        "--channels", "8", "--threads", "1", "--candidates", "100000"]


def answered(s, mode):
    """The program has asked, and the terminal says so of mode 1004."""
    s.wait(lambda s: QUESTION in s.bytes)
    s.send("\x1b[?2026;0$y\x1b[?1004;%d$y\x1b[?62;22c" % mode)
    return s


def attach(place, mode, name="old"):
    return answered(Screen([PROGRAM, "attach", name], env=place.env), mode).wait(GONE).quiet()


def listed():
    """Whether the data base of terminals says it, as ncurses 6.5's does and 6.4's doesn't."""
    curses.setupterm("xterm-256color", 1)
    return curses.tigetstr("fe") == ON


def given_back(s):
    return s.bytes.rfind(OFF) > s.bytes.rfind(ON) >= 0


def wanted_after_an_answer_only():
    with Place() as place:
        make_run(place.runs, "old")
        for mode in (0, 1, 2, 3, 4):
            s = attach(place, mode)
            s.send(OUT + "j" + IN + "j").wait(">    28 D")
            s.send("q")
            assert s.ended() == 0
            wanted = mode in (1, 2) or listed()
            assert s.bytes.count(ON) == wanted, (mode, s.bytes.count(ON))
            assert not wanted or given_back(s)
            assert s.terminal_as_before()
            s.close()


def given_back_by_every_signal():
    with Place() as place:
        make_run(place.runs, "old")
        for name in ("INT", "TERM", "HUP", "QUIT", "SEGV", "ABRT", "BUS"):
            s = attach(place, 2)
            assert s.bytes.count(ON) == 1
            s.process.send_signal(getattr(signal, "SIG" + name))
            s.ended()
            assert given_back(s), name
            s.close()


def given_back_while_suspended():
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place, 2)
        s.send("\x1a")  # no shell stops it, so it goes on at once
        s.wait(lambda s: s.bytes.count(ON) == 2)
        assert s.bytes.count(OFF) == 1 and not given_back(s)
        s.send("q")
        assert s.ended() == 0 and given_back(s)
        s.close()


def draws(s, seconds):
    """How often something was drawn: what comes until the program is at rest is of one."""
    n, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        if s.read(0.02):
            n += 1
            s.quiet(0.01)
    return n


@contextlib.contextmanager
def noted(path):
    """Notes come all the time, so that what there is to draw doesn't depend on how fast a machine trains."""
    someone = Run.__new__(Run)
    someone.path, someone.request = path, 1 << 40
    someone.connect((1 << 63) - 1)
    over = threading.Event()

    def write():
        while not over.wait(0.1):
            assert someone.do("note", 1, "still here")[0] == 0

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        someone.socket.close()


def little_is_drawn_for_nobody():
    with Place() as place:
        os.makedirs(os.path.join(place.path, "auxcell"), exist_ok=True)
        with open(os.path.join(place.path, "auxcell", "config.ini"), "w") as f:
            f.write("rate = 10\n")
        s = answered(Screen([PROGRAM, "search", "--run", "live", *TINY], rows=48, cols=160, env=place.env), 2)
        try:
            s.wait("best .", 120)
            with noted(os.path.join(place.runs, "live")):
                end = time.monotonic() + LIMIT
                while draws(s, 3) < 6:
                    assert time.monotonic() < end, s.text()
                s.send(OUT).quiet(0.01)
                assert draws(s, 4) <= 5
                s.send("2").wait("[2 Table]")  # keys still work at once
                s.send(IN).quiet(0.01)
                end = time.monotonic() + LIMIT
                while draws(s, 3) < 6:
                    assert time.monotonic() < end, s.text()
        finally:
            s.send("Qy")
            s.ended(60)
            s.close()


if __name__ == "__main__":
    run_tests([wanted_after_an_answer_only, given_back_by_every_signal, given_back_while_suspended,
               little_is_drawn_for_nobody])
