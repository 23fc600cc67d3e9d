"""What the editor of a hand-made candidate says that its network costs is what `auxcell show` says; keys don't wait for
it."""
import json, os, re, shutil, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from screen import ARCH, PROGRAM, Log, Place, Screen, make_run, run_tests

TEMPLATES = ["[[[5,3,1],[2,2,1],[3,3,0]],[[0,1,0,1,1],[0,0,1,2,0],[2,2,0,1,1],[0,3,2,1,0],[3,4,2,1,0],[1,2,2,2,0],[2,1,0,0,0]]]",
             "[[[2,1,1],[2,3,1],[1,3,0]],[[0,1,0,1,1],[0,0,0,2,0],[2,1,1,2,0],[1,2,1,2,0],[2,2,2,3,0],[3,4,1,3,0],[6,0,2,2,0]]]"]
SIZE = 200, 34  # large enough to read whole template genotypes from the screen


def made_run(place, name, settings, genotype):
    """A finished run without an engine, of one candidate, which the editor starts from."""
    path = make_run(place.runs, name, 0)
    with open(os.path.join(path, "run.ini"), "a") as f:
        f.write(settings)
    log = Log(os.path.join(path, "events.mpk"))
    log.add("hello", 1764072000, 0, run=name, data="scenes", preset="demo", strategy="ppo", device="cpu", seed=1,
            planned=1, workers=1, pid=1, resumed=0)
    log.add("proposed", 1764072001, 1, genotype=genotype, parent=0, origin="ppo", logp=-30.5, entropy=33.0)
    log.add("scored", 1764072002, 1, reward=0.3, miou=0.3, fwiou=0.5, accuracy=0.4, loss=0.7, seconds=4.0, params=1,
            macs=2, latency_ms=8.25, peak_bytes=3, stage=1, model="", masks="")
    log.add("bye", 1764072003, 0, reason="finished")
    return path


def shown(place, *args):
    env = dict(os.environ, **place.env)
    return json.loads(subprocess.run([PROGRAM, "show", *args, "--json"], env=env, capture_output=True, check=True).stdout)


def figures(v):
    return v["params"], v["macs"], v["output_stride"], v["peak_bytes"]


def brief(n):
    """As viz/figure.c: three digits and a unit."""
    for unit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if n >= unit:
            v = n / unit
            return "%.*f%s" % (2 if v < 10 else 1 if v < 100 else 0, v, letter)
    return "%d" % n


def of_screen(s):
    """The genotype that is edited, and the row of what it costs."""
    found = re.search(r"^│ (?:now|[.]{3}) +(\S+) +(\S+) +(\S+) +(\S+)", s.text(), re.M)
    return re.search(r"^│ (\[\[\S+\]\])", s.text(), re.M).group(1), found.groups() if found else None


def same_as_show(place, name, keys):
    s = Screen([PROGRAM, "attach", name], rows=SIZE[1], cols=SIZE[0], env=place.env)
    s.wait("FINISHED").send("c").wait("a new candidate")
    seen = set()
    for key in [""] + keys:
        s.send(key).quiet(0.3).wait(lambda s: "..." not in s.text())
        s.quiet(0.3)
        genotype, row = of_screen(s)
        cost = figures(shown(place, genotype, "--run", name))
        assert row[:3] == (brief(cost[0]), brief(cost[1]), str(cost[2])), (genotype, row, cost)
        assert abs(float(row[3][:-1]) * 1048576 - cost[3]) < 2 ** 20, (row, cost)
        seen.add((genotype, row))
    assert len({g for g, _ in seen}) == len(keys) + 1 and len({r for _, r in seen}) > 1, seen
    assert "to #1" in s.text()
    s.send("\x1b").wait(lambda s: "a new candidate" not in s.text())
    s.quit()


def the_editor_says_what_show_says():
    with Place() as place:
        made_run(place, "cells", "", ARCH[0])
        same_as_show(place, "cells", ["2", "jj+", "jjjj7", "jjjjj+"])
        made_run(place, "templates", "space = templates\nchannels = 32\n", TEMPLATES[0])
        same_as_show(place, "templates", ["+", "jjj1", "jjl3"])


def lines_are_answered_like_operands():
    with Place() as place:
        made_run(place, "run", "channels = 16\naggregate = concat\n", ARCH[0])
        env, asked = dict(os.environ, **place.env), ARCH + TEMPLATES
        done = subprocess.run([PROGRAM, "show", "-", "--run", "run", "--json"], env=env, text=True, capture_output=True,
                              input="\n".join(asked[:2] + ["[[8"] + asked[2:]) + "\n")
        assert (done.returncode, done.stderr) == (2, ""), done
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert "expected" in answers.pop(2)["error"], done.stdout
        assert [a["genotype"] for a in answers] == asked and len({figures(a) for a in answers}) == len(asked)
        for genotype, answer in zip(asked, answers):
            assert answer == shown(place, genotype, "--run", "run")
            preset = shown(place, genotype, "--preset", "demo", "--channels", "16", "--concat")
            assert figures(answer) == figures(preset), (answer, preset)
        for bad in (["--run", "none"], ["--run", "run", "--preset", "demo"], ["--run", "run", "--channels", "8"]):
            done = subprocess.run([PROGRAM, "show", ARCH[0], *bad], env=env, text=True, capture_output=True)
            assert done.returncode and done.stderr.startswith("auxcell: ") and not done.stdout, done


def programs_beside_a_slow_engine(place, seconds):
    """The front end, and in place of the engine one that takes its time to start."""
    folder = os.path.join(place.path, "bin")
    os.mkdir(folder)
    shutil.copy(PROGRAM, folder)
    slow = os.path.join(folder, "auxcell-engine")
    with open(slow, "w") as f:
        f.write("#!/bin/sh\nsleep %g\nexec '%s-engine' \"$@\"\n" % (seconds, PROGRAM))
    os.chmod(slow, 0o755)
    return os.path.join(folder, "auxcell")


def keys_do_not_wait_for_what_is_counted():
    with Place() as place:
        made_run(place, "cells", "", ARCH[0])
        s = Screen([programs_beside_a_slow_engine(place, 3600), "attach", "cells"], rows=34, cols=160, env=place.env)
        s.wait("FINISHED").send("c").wait("a new candidate").send("2").wait("+ op1 ")
        assert of_screen(s)[1] == ("...",) * 4
        s.send("\x1b").wait(lambda s: "a new candidate" not in s.text()).quit()


def what_cannot_be_counted_is_said():
    with Place() as place:
        made_run(place, "gone", "data = folder:/nonexistent\n", ARCH[0])
        s = Screen([PROGRAM, "attach", "gone"], rows=34, cols=160, env=place.env)
        s.wait("FINISHED").send("c").wait("what it costs isn't known: ")
        assert "/nonexistent" in s.text()
        s.send("2").wait("+ op1 ").send("q\x1b").close()


if __name__ == "__main__":
    run_tests([the_editor_says_what_show_says, lines_are_answered_like_operands, keys_do_not_wait_for_what_is_counted,
               what_cannot_be_counted_is_said])
