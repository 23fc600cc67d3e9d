"""A real search seen through the terminal program: first reward, prune, undo, promote, note, submit, change, pause, detach,
attach, stop; the engine outlives its viewer."""
import json, os, re, signal, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
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
            s.send("2/state=D\r").wait(lambda s: re.search(r" of \d+  .*state=D", s.text()))
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
            os.kill(engine_of(place, "live"), 0)  # the engine is alive

            s = Screen([PROGRAM, "attach", "live"], rows=48, cols=160, env=place.env)
            s.wait("RUNNING").wait("┌─ pareto").wait("┌─ mask #", 60)
            s.send("3:goto %s\r" % id).wait("worth a look").wait("done and promoted")
            s.send("1e").wait("wrote 4 masks")
            assert len([f for f in os.listdir(os.path.join(place.runs, "live", "export")) if f.endswith(".png")]) == 4
            s.send("2/state=D\r").wait(lambda s: len(re.findall(r"^[> ]h? +\d+ +D ", s.text(), re.M)) > 1, 120)
            s.send("gmmx").wait("prune 2 marked candidates?").send("y").wait("pruned 2 candidates; undo takes them back")
            s.send("u").wait("2 candidates are back")
            s.send("\x1b").quiet()
            s.send("Q").wait("y/N").send("n").wait("not stopped")
            s.send("Q").wait("y/N").send("y")
            assert s.ended(60) == 0
            assert "auxcell resume live" in s.text() and s.terminal_as_before()
            s.close()

            s = Screen([PROGRAM, "attach", "live"], env=place.env).wait("STOPPED")
            s.quit()
        finally:
            stop(place, "live")


def row_in_training(s):
    return re.search(r"^[>│ ]* *\d+ R ", s.text(), re.M)


def shown_pid(s):
    found = re.search(r"pid (\d+)", s.text())
    return found and int(found.group(1))


def same_as_a_new_viewer(place, name, s):
    """What the screens show is what somebody sees who opens them now."""
    fresh = Screen([PROGRAM, "attach", name], rows=48, cols=160, env=place.env).wait("STOPPED")
    for view in "24":
        fresh.send(view).wait("[" + view).quiet()
        s.send(view).wait("[" + view).quiet()
        assert fresh.text() == s.text(), fresh.text() + s.text()
    fresh.send("q")
    assert fresh.ended() == 0
    fresh.close()


def viewers_follow_the_engine():
    with Place() as place:
        try:
            env = dict(os.environ, **place.env)
            s = Screen([PROGRAM, "search", "--run", "dead", *TINY], rows=48, cols=160, env=place.env).wait(rewards, 120)
            s.wait(row_in_training, 60)
            os.kill(engine_of(place, "dead"), signal.SIGKILL)
            s.wait("DIED").wait("the engine has died; to go on:  R, or  auxcell resume dead")
            assert not row_in_training(s), s.text()
            status = json.loads(subprocess.check_output([PROGRAM, "status", "dead", "--json"], env=env))
            assert (status["state"], status["running"]) == ("interrupted", 0), status
            said = subprocess.check_output([PROGRAM, "status", "dead"], env=env, text=True)
            assert "'auxcell resume dead' goes on" in said and " 0 running" in said, said
            s.send("x").wait("x: no engine runs; R starts it again")
            s.send("R").wait("RUNNING", 60).wait(row_in_training, 60)
            assert shown_pid(s) == engine_of(place, "dead")
            s.wait(lambda s: len(re.findall(r"^│ *>? *\d+ D ", s.text(), re.M)) > 4, 60)

            os.kill(engine_of(place, "dead"), signal.SIGKILL)  # perhaps with candidates that no snapshot has
            s.wait("DIED")
            other = subprocess.Popen([PROGRAM, "resume", "dead", "--headless"], env=env, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
            s.wait("RUNNING", 60)  # no key was pressed
            s.wait(lambda s: shown_pid(s) == engine_of(place, "dead")).wait(row_in_training, 60)
            subprocess.run([PROGRAM, "stop", "dead"], env=env, check=True, stdout=subprocess.DEVNULL)
            other.wait(timeout=300)
            s.wait("STOPPED").wait("the engine has stopped; to go on:  R")
            same_as_a_new_viewer(place, "dead", s)
            s.send("q")
            assert s.ended() == 0 and "has stopped" in s.text()
            s.close()
        finally:
            stop(place, "dead")


def a_finished_run_that_goes_on_elsewhere_is_followed():
    with Place() as place:
        try:
            env = dict(os.environ, **place.env)
            subprocess.run([PROGRAM, "search", "--run", "done", "--headless", *TINY[:-1], "1"], env=env, check=True,
                           stdout=subprocess.DEVNULL, timeout=300)
            s = Screen([PROGRAM, "attach", "done"], env=place.env).wait("FINISHED")
            s.send("R").wait("R: the run is finished")
            subprocess.run([PROGRAM, "submit", "done", ARCH], env=env, check=True, stdout=subprocess.DEVNULL)
            s.wait(lambda s: re.search(r"^[> ]h? +2 D", s.text(), re.M), 60).wait("FINISHED", 60)
            s.quit()
        finally:
            stop(place, "done")


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
                           stdout=subprocess.DEVNULL, timeout=300)
            s = Screen([PROGRAM, "attach", "done"], env=place.env)
            s.wait("FINISHED").send("p").wait("p: no engine runs")  # pausing makes no sense now
            s.send("x").wait("pruned #1; undo takes it back", 60).wait(r" 1 X").wait("FINISHED", 60)
            s.send("u").wait("#1 is finished again", 60).wait(r" 1 D").wait("FINISHED", 60)
            s.send("aworth a look\r").wait("noted at #1", 60)
            s.wait("FINISHED", 60)  # nothing else is left to do
            s.send(":submit %s\r" % ARCH).wait("#2 is next", 60).wait("FINISHED", 60).wait(r"2 D")
            s.quit()
        finally:
            stop(place, "done")


if __name__ == "__main__":
    run_tests([a_search_from_start_to_stop, a_finished_run_takes_up_what_a_person_wants, viewers_follow_the_engine,
               a_finished_run_that_goes_on_elsewhere_is_followed,
               a_killed_viewer_leaves_the_engine_alone, without_runs_a_demo_is_offered])
