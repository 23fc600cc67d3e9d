"""First use: the screen without runs, and the tour, which is shown once."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from screen import PROGRAM, Place, Screen, make_run, run_tests

TOUR = "new here?"
GONE = "the engine has died"


class New(Place):
    """Nobody has been here."""

    def __enter__(self):
        super().__enter__()
        os.remove(self.seen())
        make_run(self.runs, "old")
        return self

    def seen(self):
        return os.path.join(self.path, "auxcell", "prompts")


def attach(place, *more):
    return Screen([PROGRAM, "attach", "old", *more], env=place.env).wait(GONE)


def leave(s):
    s.quit()


def the_tour_is_seen_once():
    with New() as place:
        s = attach(place).wait(TOUR).quiet()
        lines = s.text().split("\n")
        first = next(i for i, line in enumerate(lines) if TOUR in line)
        assert "┘" in lines[first + 6] and all("│ " in line for line in lines[first + 1:first + 6]), s.text()
        s.send("j").wait(">    29 D")  # keys work at once
        assert TOUR not in s.text()
        with open(place.seen()) as f:
            assert f.read() == "tour seen\n"
        leave(s)
        s = attach(place).quiet(0.3)
        assert TOUR not in s.text()
        leave(s)


def what_cannot_be_kept_is_said_once():
    with New() as place:
        os.mkdir(place.seen())
        s = attach(place).quiet(0.3)
        s.send(":sort params\r").wait("what is typed isn't kept for later sessions: prompts: ")
        for typed, says in (":theme nosuch\r", "theme: there is no 'nosuch'"), (":unmark\r", "nothing is marked"):
            s.send(typed).wait(lambda s: says in s.text() and "isn't kept" not in s.text())
        assert s.quiet(0.3) and "isn't kept" not in s.text(), s.text()
        leave(s)


def keys_that_only_go_on():
    for key in "\r", "\x1b", " ":
        with New() as place:
            s = attach(place).wait(TOUR)
            s.send(key).wait(lambda s: TOUR not in s.text())
            s.quiet(0.1)
            assert "[1 Overview]" in s.text() and ">    30 D" in s.text(), s.text()
            leave(s)
            assert os.path.exists(place.seen())


def keys_that_change_the_run_do_not_yet():
    """What is pressed to go on must not end the best candidate: nothing reaches an engine, not even an excuse."""
    for key, what in ("x", "end the candidate"), ("Q", "stop the engine"), ("R", "start the engine again"):
        with New() as place:
            s = attach(place).wait(TOUR)
            s.send(key).wait("nothing was done; %s again: %s" % (key, what))
            assert TOUR not in s.text()
            s.send("j").wait(">    29 D")
            if key == "x":  # now it is intended
                s.send(key).wait("x: no engine runs")
            leave(s)


def whoever_leaves_at_once_has_seen_it():
    with New() as place:
        leave(attach(place).wait(TOUR))
        assert os.path.exists(place.seen())


def not_for_those_who_only_look_nor_for_scripts():
    with New() as place:
        s = attach(place, "--readonly").quiet(0.3)
        assert TOUR not in s.text()
        leave(s)
        script = os.path.join(place.path, "script")
        with open(script, "w") as f:
            f.write("wait 30/200\nsave screen.txt\n")
        s = Screen([PROGRAM, "attach", "old", "--script", script, "--size", "80x24"], env=place.env, cwd=place.path)
        assert s.ended() == 0
        s.close()
        with open(os.path.join(place.path, "screen.txt")) as f:
            assert TOUR not in f.read()
        assert not os.path.exists(place.seen())


def without_runs_one_key_is_enough():
    with Place() as place:
        s = Screen([PROGRAM], env=place.env)
        s.wait(lambda s: "Press d" in s.text() and len([line for line in s.text().split("\n")[1:-1] if line.strip()]) == 3)
        s.quit()


def the_list_of_runs_answers_every_key():
    with Place() as place:
        for name in "one", "two", "three":
            make_run(place.runs, name)
        s = Screen([PROGRAM], env=place.env).wait("RUN, newest first")
        s.send("?").wait("all marked runs in one plot").send("j").wait(lambda s: "in one plot" not in s.text())
        for key, name in ("w", "w"), ("6", "6"), ("\x0b", "Ctrl-K"), ("\x1b[15~", "F5"), ("/", "/"):
            s.send(key).wait(name + " has no meaning here; ? lists the keys")
        s.send("j").wait(lambda s: "has no meaning" not in s.text())
        at = [next(i for i, line in enumerate(s.send(key).quiet(0.2).text().split("\n")) if line.startswith("  >"))
              for key in ("g", "G", "\x1b[5~", "\x1b[6~")]
        assert at[0] == at[2] == at[1] - 2 == at[3] - 2, at
        s.send("\x1b[11~").wait("in one plot").send(" ").quiet(0.1)
        s.quit()
    with Place() as place:
        s = Screen([PROGRAM], env=place.env).wait("Press d")
        for key in "x", "m", "=", "r":
            s.send(key).wait(key + ": there are no runs yet")
        s.quit()


if __name__ == "__main__":
    run_tests([the_tour_is_seen_once, what_cannot_be_kept_is_said_once, keys_that_only_go_on, keys_that_change_the_run_do_not_yet,
               whoever_leaves_at_once_has_seen_it,
               not_for_those_who_only_look_nor_for_scripts, without_runs_one_key_is_enough,
               the_list_of_runs_answers_every_key])
