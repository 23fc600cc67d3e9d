"""The time of day is set while a run is shown: clocks and countdowns on the screens go on as before."""
import os, re, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from screen import BUILD, BUSY, PROGRAM, Place, Screen, run_tests
from test_live import TINY, stop

HOUR = 3600


def set_clock(place, seconds):
    with open(os.path.join(place.path, "new"), "w") as f:
        f.write("%d\n" % seconds)
    os.replace(os.path.join(place.path, "new"), os.path.join(place.path, "off"))


def clock_of(s):
    """Seconds that the status line says the run has had."""
    at = re.search(r"(?:RUNNING|PAUSED)  +(\d+):(\d\d)(?::(\d\d))?", s.text())
    return int(at[1]) * 60 + int(at[2]) if not at[3] else int(at[1]) * HOUR + int(at[2]) * 60 + int(at[3])


def undo_left(s):
    left = re.search(r"u undo #\d+ \((\d+) s\)", s.text())
    return int(left[1]) if left else None


def clocks_go_on():
    with Place() as place:
        env = dict(place.env, LD_PRELOAD=os.path.abspath(os.path.join(BUILD, "wallclock.so")),
                   AX_WALLCLOCK=os.path.join(place.path, "off"))
        set_clock(place, 0)
        try:
            s = Screen([PROGRAM, "search", "--run", "live"] + TINY + ["--epochs", "100000"], env=env)
            s.wait("RUNNING", 60).wait("training 1", 120).send("2")
            for off in (HOUR, -HOUR, 24 * HOUR, 0):
                before = clock_of(s)
                set_clock(place, off)
                s.send("x").wait(lambda s: undo_left(s) is not None)
                assert undo_left(s) <= 10, s.text()
                s.send("u").wait(lambda s: undo_left(s) is None).wait(lambda s: clock_of(s) > before)
                assert clock_of(s) < before + 60 * BUSY, (before, s.text())
            s.send("q")
            assert s.ended() == 0
            s.close()
            # read from the log, in which the clock jumps back and forth
            s = Screen([PROGRAM, "attach", "live"], env=env)
            s.wait("RUNNING")
            assert before <= clock_of(s) < before + 120 * BUSY, (before, s.text())
            s.send("6").wait("pruned").send("8").send("1").send("q")
            assert s.ended() == 0
            s.close()
        finally:
            stop(place, "live")


if "address" in BUILD or "thread" in BUILD:
    print("skip: a sanitizer wants to be loaded first")
    print("[  SKIPPED ] 1 test(s).")
    sys.exit()
run_tests([clocks_go_on])
