"""A viewer of a run whose directory is removed says so in one line, and goes on."""
import os, shutil, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from screen import PROGRAM, Place, Screen, make_run, run_tests

SAYS = "the run was removed"


def a_viewer_says_that_its_run_is_gone():
    with Place() as place:
        for reason, word in (("finished", "FINISHED"), ("", "DIED")):
            path = make_run(place.runs, "gone", reason=reason)
            s = Screen([PROGRAM, "attach", "gone"], env=place.env)
            s.wait(word).wait("arch 30/200")
            shutil.rmtree(path)
            s.wait(SAYS)
            assert sum(SAYS in line for line in s.lines()) == 1
            # keys still work, and the message stays
            s.send("\x1b[B").wait(lambda s: "> " in s.text() and SAYS in s.text())
            assert word in s.text() and "arch 30/200" in s.text()  # the data read before are still shown
            s.send("x").wait("x: " + SAYS)
            s.send("R").wait("R: " + SAYS)
            s.quiet()
            s.bytes = b""
            s.read(1)
            assert s.bytes == b"", s.bytes  # the message isn't drawn again and again
            s.send("q")
            assert s.ended() == 0
            assert "gone was removed." in s.text() and "attach gone" not in s.text(), s.text()
            s.close()


def it_comes_back():
    with Place() as place:
        path = make_run(place.runs, "gone", reason="finished")
        s = Screen([PROGRAM, "attach", "gone"], env=place.env)
        s.wait("FINISHED")
        with open(os.path.join(path, "events.mpk"), "rb") as f:
            history = f.read()
        os.unlink(os.path.join(path, "events.mpk"))
        s.wait(SAYS)
        with open(os.path.join(path, "new"), "wb") as f:
            f.write(history)
        os.rename(os.path.join(path, "new"), os.path.join(path, "events.mpk"))
        s.wait(lambda s: SAYS not in s.text() and "arch 30/200" in s.text())
        s.close()


def plain_lines_say_it_once():
    with Place() as place:
        path = make_run(place.runs, "gone", reason="finished")
        p = subprocess.Popen([PROGRAM, "attach", "gone", "--plain"], env=dict(os.environ, **place.env), text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert "finished" in p.stdout.readline().lower()
        shutil.rmtree(path)
        while SAYS not in (line := p.stdout.readline()):
            assert line
        rest = p.communicate("run\nq\n", timeout=300)[0]
        assert SAYS not in rest and "30 of 200" in rest, rest


run_tests([a_viewer_says_that_its_run_is_gone, it_comes_back, plain_lines_say_it_once])
