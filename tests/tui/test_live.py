"""A real search seen through the terminal program: first reward, prune, undo, promote, note, submit, change, pause, detach,
attach, stop; the engine outlives its viewer."""
import os, re, signal, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "helper"))
from screen import PROGRAM, Place, Screen, run_tests

TINY = ["--train-samples", "8", "--val-samples", "4", "--crop", "64", "--val-crop", "64", "--batch", "4", "--epochs", "1",
        "--channels", "8", "--full-epochs", "2", "--full-channels", "8", "--threads", "1", "--candidates", "100000"]
ARCH = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"


def rewards(s):
    return re.search(r"best \.\d+ #\d+", s.text())


def engine_of(place, name):
    with open(os.path.join(place.runs, name, "engine.pid")) as f:
        return int(f.read())


def stop(place, name):
    try:
        os.kill(engine_of(place, name), signal.SIGTERM)
    except (OSError, ValueError):
        pass


def a_search_from_start_to_stop():
    with Place() as place:
        try:
            s = Screen([PROGRAM, "search", "--run", "live"] + TINY, env=place.env)
            s.wait("RUNNING", 60).wait(rewards, 120)
            s.send("P").wait("PAUSED")
            s.send("2/state=D\r").wait("filtered")
            s.wait(lambda s: re.search(r"^> +\d+ D", s.text(), re.M))
            id = re.search(r"^> +(\d+) D", s.text(), re.M).group(1)
            s.send("x").wait("pruned #%s; undo takes it back" % id)
            s.wait(lambda s: not re.search(r" %s D" % id, s.text()))
            s.send("u").wait(lambda s: re.search(r" %s D" % id, s.text()))
            s.send(":goto %s\r" % id).wait(lambda s: re.search(r"^> +%s D" % id, s.text(), re.M))
            s.send("+").wait("full training")
            s.send("\x1b").send("/id=%s\r" % id).wait(lambda s: re.search(r"^> +%s \*" % id, s.text(), re.M))
            s.send("aworth a look\r").wait("noted")
            s.send(":submit %s\r" % ARCH).wait("is next")
            made = int(re.search(r"#(\d+) is next", s.text()).group(1))
            s.send(":goto %d\r" % made).wait(lambda s: re.search(r"^>h? *%d " % made, s.text(), re.M))
            s.send("c").wait("made from #%d" % made).send("j2jl2").wait("+ op2 ").send("\r")
            s.wait("#%d is next: #%d with op2 " % (made + 1, made))
            s.send(":goto %d\r" % (made + 1)).wait(lambda s: re.search(r"^>h *%d " % (made + 1), s.text(), re.M))
            s.send("3").wait("+ not as #%d" % made).send("2")
            s.send("\x1b").send("P").wait("RUNNING")
            s.send("6").wait("promoted: full training", 60).wait("by user")
            s.send("q")
            assert s.ended() == 0
            assert "auxcell attach live" in s.text() and s.terminal_as_before()
            s.close()
            os.kill(engine_of(place, "live"), 0)  # it lives

            s = Screen([PROGRAM, "attach", "live"], rows=48, cols=160, env=place.env)
            s.wait("RUNNING").wait("┌─ pareto").wait("┌─ mask #", 60)
            s.send("3:goto %s\r" % id).wait("worth a look").wait("done and promoted")
            s.send("1e").wait("wrote 4 masks")
            assert len([f for f in os.listdir(os.path.join(place.runs, "live", "export")) if f.endswith(".png")]) == 4
            s.send("Q").wait("y/N").send("n").wait("not stopped")
            s.send("Q").wait("y/N").send("y")
            assert s.ended(60) == 0
            assert "auxcell resume live" in s.text() and s.terminal_as_before()
            s.close()

            s = Screen([PROGRAM, "attach", "live"], env=place.env).wait("STOPPED")
            s.send("q")
            assert s.ended() == 0
            s.close()
        finally:
            stop(place, "live")


def a_dead_engine_is_noticed():
    with Place() as place:
        try:
            s = Screen([PROGRAM, "search", "--run", "dead"] + TINY, env=place.env).wait(rewards, 120)
            os.kill(engine_of(place, "dead"), signal.SIGKILL)
            s.wait("NO ENGINE").wait("auxcell resume dead")
            s.send("x").wait("no engine runs")
            s.send("q")
            assert s.ended() == 0
            s.close()
        finally:
            stop(place, "dead")


def a_killed_viewer_leaves_the_engine_alone():
    with Place() as place:
        try:
            s = Screen([PROGRAM, "search", "--run", "left"] + TINY, env=place.env).wait(rewards, 120)
            s.process.kill()
            s.ended()
            s.close()
            os.kill(engine_of(place, "left"), 0)
            s = Screen([PROGRAM], env=place.env).wait("RUNNING").wait("left")  # without arguments: the live run
            s.send("Qy")
            assert s.ended(60) == 0
            s.close()
        finally:
            stop(place, "left")


def without_runs_a_demo_is_offered():
    with Place() as place:
        s = Screen([PROGRAM], env=place.env).wait("There are no runs yet").wait("start the demo")
        s.send("x").quiet()
        s.send("q")
        assert s.ended() == 0 and s.terminal_as_before()
        s.close()


def a_finished_run_takes_up_what_a_person_wants():
    with Place() as place:
        try:
            env = dict(os.environ, **place.env)
            subprocess.run([PROGRAM, "search", "--run", "done", "--headless", *TINY[:-1], "1"], env=env, check=True,
                           stdout=subprocess.DEVNULL, timeout=120)
            s = Screen([PROGRAM, "attach", "done"], env=place.env)
            s.wait("FINISHED").send("x").wait("x: no engine runs")  # nothing that makes sense now
            s.send("aworth a look\r").wait("noted at #1", 60)
            s.wait("FINISHED", 60)  # it has nothing else to do
            s.send(":submit %s\r" % ARCH).wait("#2 is next", 60).wait("FINISHED", 60).wait(r"2 D")
            s.send("q")
            assert s.ended() == 0
            s.close()
        finally:
            stop(place, "done")


if __name__ == "__main__":
    run_tests([a_search_from_start_to_stop, a_finished_run_takes_up_what_a_person_wants, a_dead_engine_is_noticed,
               a_killed_viewer_leaves_the_engine_alone, without_runs_a_demo_is_offered])
