"""--record and replay: screens are played again, at another speed."""
import json, os, re, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
import pyte  # noqa: E402
from screen import ARCH, BUSY, PROGRAM, Log, Place, Screen, make_run, run_tests  # noqa: E402


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
        assert b"which run or recording?" in call(place, "replay").stderr
        assert call(place, "attach", "old", "--size", "80x24", "--script", "script", "--record", "/").returncode != 0


# ---- the history of a run ----

def seconds(clock):
    total = 0
    for part in clock.split(":"):
        total = 60 * total + int(part)
    return total


def held_at(s):
    """Holds the replay; where it is, and of how much."""
    s.send(" ").wait(" HELD ").quiet(0.3)
    at, of = re.search(r"([\d:]+) of ([\d:]+)", s.text()).groups()
    return seconds(at), seconds(of)


def ended(s):
    return int(re.search(r"arch (\d+)/200", s.text()).group(1))


def by_then(at):
    """Candidate i of make_run is scored 5 i + 4 seconds after the first event."""
    return max(0, min(30, (at - 4) // 5))


def a_run_is_played_again():
    with Place() as place:
        path = make_run(place.runs, "old")
        before = sorted(os.listdir(path))
        s = Screen([PROGRAM, "replay", "old", "--at", "1:00"], env=place.env)
        s.wait(" REPLAY ")
        at, of = held_at(s)
        assert of == 154 and 60 <= at < of and ended(s) == by_then(at), s.text()
        s.send(".").quiet(0.3)
        later = seconds(re.search(r"([\d:]+) of", s.text()).group(1))
        assert later in (at + 10, of) and ended(s) == by_then(later), s.text()
        s.send(",,,").quiet(0.3)
        early = seconds(re.search(r"([\d:]+) of", s.text()).group(1))
        assert early in (later - 30, of - 30) and ended(s) == by_then(early), s.text()
        assert "best .%d" % round(10000 * (0.3 + 0.4 * by_then(early) / 30)) in s.text(), s.text()
        s.send("x").wait("this is a replay of the past")
        s.send("2").wait("[2 Table]").send("))))))))").wait("end of the replay").wait(" END ")
        assert ended(s) == 30
        s.send("," * 2).wait(" REPLAY ")  # also from the end
        s.send("q")
        assert s.ended() == 0 and s.terminal_as_before()
        assert sorted(os.listdir(path)) == before  # no engine was started
        s.close()


def news_are_paid_for_and_keys_are_not():
    """Events that come faster than anybody reads are drawn as often as the size of their frames allows; a key is answered
    at once all the same."""
    with Place() as place:
        make_run(place.runs, "fast", candidates=3000)
        s = Screen([PROGRAM, "replay", "fast", "--speed", "150", "--at", "1:00:00"], rows=48, cols=160, env=place.env)
        s.wait(" REPLAY ").wait("150x")
        before, began = len(s.bytes), time.monotonic()
        while time.monotonic() < began + 6:
            s.read(0.1)
        sent, took = len(s.bytes) - before, time.monotonic() - began
        assert 1000 < sent < 1400 * (took + 2), (sent, took)
        for key, title in zip("21617", ("2 Table", "1 Overview", "6 Log", "1 Overview", "7 Why")):
            s.send(key).quiet(0.3)  # once the program has taken the key and waits for something else
            assert "[%s]" % title in s.text(), s.text()
        s.quit()


def the_time_without_an_engine_is_left_out():
    day = 86400.0
    with Place() as place:
        path = make_run(place.runs, "twice", candidates=2)
        start, again = 1764072000.0, 1764072000.0 + day
        log = Log(os.path.join(path, "events.mpk"))
        hello = dict(run="twice", data="scenes", preset="demo", strategy="ppo", device="cpu", seed=1, planned=200,
                     workers=1, pid=1)
        log.add("hello", start, 0, resumed=0, **hello)
        log.add("proposed", start + 5, 1, genotype=ARCH[1], parent=0, origin="ppo", logp=-30.5, entropy=33.0,
                params=2200000, macs=900000000)
        log.add("bye", start + 10, 0, reason="stopped")
        log.add("hello", again, 0, resumed=1, **hello)
        log.add("proposed", again + 7, 2, genotype=ARCH[2], parent=0, origin="ppo", logp=-30.5, entropy=33.0,
                params=2200000, macs=900000000)
        s = Screen([PROGRAM, "replay", "twice", "--at", "17"], env=place.env)
        s.wait(" END ").wait("0:17 of 0:17")
        s.send(",").wait("0:07 of 0:17")
        s.quit()


def a_damaged_log_is_played_past_its_damage():
    with Place() as place:
        path = make_run(place.runs, "old")
        with open(os.path.join(path, "events.mpk"), "r+b") as f:
            f.seek(2000)
            f.write(b"\0" * 40)
        s = Screen([PROGRAM, "replay", "old", "--at", "9:00:00"], env=place.env)
        s.wait(" END ").wait("best .7000 #30")
        s.quit()


def what_cannot_be_replayed_is_said():
    with Place() as place:
        recorded(place)
        for words, line in ((["old"], b"replay of a run needs a terminal"),
                            (["screens.cast", "--ascii"], b"--ascii is for runs"),
                            (["old", "--at", "1:2:3:4"], b"--at '1:2:3:4'"),
                            (["old", "--speed", "nan"], b"--speed 'nan'")):
            done = call(place, "replay", *words)
            assert done.returncode == 2 and line in done.stderr, done
        s = Screen([PROGRAM, "replay", "nothing"], env=place.env)
        s.wait("nothing")
        assert s.ended() == 1
        s.close()


run_tests([a_run_is_played_again, the_time_without_an_engine_is_left_out, a_damaged_log_is_played_past_its_damage,
           news_are_paid_for_and_keys_are_not, what_cannot_be_replayed_is_said, what_was_shown_comes_again,
           what_is_no_recording_is_refused])
