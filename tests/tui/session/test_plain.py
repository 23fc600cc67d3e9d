"""attach --plain: lines in, lines out, no cursor motion; --low-bandwidth: keys."""
import os, re, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from screen import BUSY, PROGRAM, Place, Screen, make_run, run_tests


def plain(place, typed):
    return subprocess.run([PROGRAM, "attach", "old", "--plain"], env=dict(os.environ, **place.env), input=typed,
                          capture_output=True, text=True, timeout=60 * BUSY)


def lines_in_and_out():
    with Place() as place:
        make_run(place.runs, "old")
        done = plain(place, "run\nlist\nj\ngoto 7\nshow\nx\nkill\n/\nreward>.65\nlist\nq\nnever\n")
        assert done.returncode == 0 and done.stderr == "", done
        assert "\x1b" not in done.stdout and "\r" not in done.stdout, done.stdout
        out = done.stdout.splitlines()
        assert out[0] == "run old: DIED, 30 of 200 ended, 0 in training, 0 queued, best .7000, candidate 30", out[0]
        assert out[2] == out[0] and out[13] == "10 of 30 rows", out
        assert out[3].startswith("candidate 30, selected: done, epoch 4 of 4, reward .7000, 2.23M parameters, [[8,"), out
        said = "\n".join(out)
        for line in ("candidate 29, selected: done", "candidate 7, selected: done, epoch 4 of 4, reward .3933",
                     "not done: x: no engine runs", "not done: 'kill' is not a command", "filter: ", "4 of 4 rows"):
            assert line in said, (line, said)
        assert "never" not in said
        assert "auxcell resume old" in out[-1]


def lines_wait_for_a_long_history():
    """What they ask for and act on is the whole run, however long it takes to read."""
    with Place() as place:
        make_run(place.runs, "old", candidates=20000)
        out = plain(place, "run\nlist\ngoto 7\n").stdout.splitlines()
        assert out[0] == out[2] == "run old: DIED, 20000 of 200 ended, 0 in training, 0 queued, best .7000, candidate 20000", out
        assert out[13] == "10 of 20000 rows" and out[14].startswith("candidate 7, selected: done"), out


def lines_that_need_no_screen():
    with Place() as place:
        make_run(place.runs, "old")
        done = plain(place, "/reward>.65\nlist\nfilter reward>.69\nlist\nEsc\nlist\nG\nup\n?\nshow\n=\nshow\n")
        out = done.stdout.splitlines()
        assert [line for line in out if re.fullmatch(r"\d+ of \d+ rows?", line)] == ["4 of 4 rows", "1 of 1 row", "10 of 30 rows"], out
        assert sum(line.startswith("candidate 2, selected") for line in out) == 3, out  # by up, and by each show
        assert sum("/         filter" in line for line in out) == 1 and "is for the screens" in done.stdout, out


def it_ends_with_its_input():
    with Place() as place:
        make_run(place.runs, "old")
        done = plain(place, "")
        assert done.returncode == 0 and len(done.stdout.splitlines()) == 3, done


def with_a_low_bandwidth_keys_are_drawn_at_once():
    with Place() as place:
        make_run(place.runs, "old")
        s = Screen([PROGRAM, "attach", "old", "--low-bandwidth"], env=place.env).wait("30/200")
        s.send("j").wait(">    29 D")  # the effect of a key is drawn at once, whatever it costs
        s.quit()


run_tests([lines_in_and_out, lines_wait_for_a_long_history, lines_that_need_no_screen, it_ends_with_its_input,
           with_a_low_bandwidth_keys_are_drawn_at_once])
