"""--record and replay: what was on the screens comes again, at another pace."""
import json, os, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
import pyte  # noqa: E402
from screen import BUSY, PROGRAM, Place, make_run, run_tests  # noqa: E402


def call(place, *words):
    return subprocess.run([PROGRAM, *words], env=dict(os.environ, **place.env), cwd=place.path, capture_output=True,
                          timeout=60 * BUSY)


def recorded(place):
    make_run(place.runs, "old")
    with open(os.path.join(place.path, "script"), "w") as f:
        f.write("wait 30/200\nkeys jj\nsave first.txt\nsleep 1\nkeys 2\nsleep 3\nkeys 6~?\nsave last.txt\n")
    done = call(place, "attach", "old", "--size", "90x30", "--script", "script", "--record", "screens.cast")
    assert done.returncode == 0, done


def shown(output):
    screen = pyte.Screen(90, 30)
    pyte.ByteStream(screen).feed(output)
    return [line.rstrip() for line in screen.display]


def text(place, name):
    with open(os.path.join(place.path, name)) as f:
        return [line.rstrip() for line in f.read().splitlines()]


def what_was_shown_comes_again():
    with Place() as place:
        recorded(place)
        with open(os.path.join(place.path, "screens.cast")) as f:
            lines = [json.loads(line) for line in f]
        assert (lines[0]["version"], lines[0]["width"], lines[0]["height"]) == (2, 90, 30), lines[0]
        assert all(kind == "o" for _, kind, _ in lines[1:]) and len(lines) > 5
        times = [at for at, _, _ in lines[1:]]
        assert times == sorted(times) and times[0] == 0 and times[-1] >= 4, times
        began = time.monotonic()
        done = call(place, "replay", "screens.cast", "--speed", "20")
        assert done.returncode == 0 and time.monotonic() - began >= times[-1] / 20, done
        assert shown(done.stdout) == text(place, "last.txt")
        assert done.stdout.endswith(b"\x1b[?25h\x1b[?1049l")
        assert call(place, "replay", "screens.cast", "--at", "0:%d" % (times[-1] + 1)).stdout == done.stdout


def what_is_no_recording_is_refused():
    with Place() as place:
        recorded(place)
        with open(os.path.join(place.path, "screens.cast")) as f:
            good = f.read()
        for content, line in (("hello\n", "bad: not a recording (asciicast v2)"),
                              (good.replace('"version":2', '"version":1'), "bad: not a recording (asciicast v2)"),
                              (good + "[1, \"o\", \"\\x\"]\n", "not an event of a recording")):
            with open(os.path.join(place.path, "bad"), "w") as f:
                f.write(content)
            done = call(place, "replay", "bad", "--speed", "1000")
            assert done.returncode == 1 and line in done.stderr.decode(), done.stderr
        assert b"--at '1:x'" in call(place, "replay", "screens.cast", "--at", "1:x").stderr
        assert b"--speed '0'" in call(place, "replay", "screens.cast", "--speed", "0").stderr
        assert b"which recording?" in call(place, "replay").stderr
        assert call(place, "attach", "old", "--size", "80x24", "--script", "script", "--record", "/").returncode != 0


run_tests([what_was_shown_comes_again, what_is_no_recording_is_refused])
