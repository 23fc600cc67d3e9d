"""Scripts of keys: played without a terminal and on one, and errors in them."""
import os, re, sys, xml.dom.minidom

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from screen import PROGRAM, Place, Screen, make_run, run_tests
import subprocess

KEYS = """# from the overview to the third row's cell, and what a filter leaves
wait 30/200
keys 2jj
wait >    28
save table.txt
keys <Enter>
wait [3 Cell]
save cell.txt
keys 2/reward<lt>.4 id>2<Enter>
wait filter
save filter.txt
keys ?
wait any other key: back
save help.txt
"""


def play(place, text, *more):
    path = os.path.join(place.path, "keys")
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(text)
    return subprocess.run([PROGRAM, "attach", "old", "--script", path, *more], cwd=place.path, text=True, timeout=300,
                          env=dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", **place.env), stdin=subprocess.DEVNULL,
                          capture_output=True)


def saved(place, name):
    with open(os.path.join(place.path, name)) as f:
        return f.read()


def screens_are_saved_without_a_terminal():
    with Place() as place:
        make_run(place.runs, "old")
        for size in ("80x24", "160x48", "40x12"):
            if size == "40x12":
                done = play(place, "wait GENOTYPE\nsave table.txt\n", "--size", size)
            else:
                done = play(place, KEYS, "--size", size)
            assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
            cols, rows = map(int, size.split("x"))
            lines = saved(place, "table.txt").splitlines()
            assert len(lines) == rows and max(map(len, lines)) <= cols, (size, len(lines))
        assert ">    28 D" in play_and_read(place, "table.txt") and "┌─ cell #28" in saved(place, "cell.txt")
        assert re.search(r"^ +3 D", saved(place, "filter.txt"), re.M) and "30 D" not in saved(place, "filter.txt")
        assert "┌─ keys" in saved(place, "help.txt")


def pictures_are_saved_by_their_ending():
    with Place() as place:
        make_run(place.runs, "old")
        done = play(place, "wait 30/200\nsave a.txt\nsave a.ansi\nsave a.svg\n", "--size", "80x24")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
        text, ansi = saved(place, "a.txt"), saved(place, "a.ansi")
        bare = re.sub("\x1b\\[[0-9;]*m", "", ansi)
        assert [line.rstrip() for line in bare.splitlines()] == [line.rstrip() for line in text.splitlines()]
        assert "\x1b[0;38;2;0;179;131m" in ansi and "\x1b[0;7m" in ansi
        svg = xml.dom.minidom.parseString(saved(place, "a.svg"))
        drawn = "".join(t.firstChild.data for t in svg.getElementsByTagName("text")).replace("\xa0", " ")
        for word in ("auxcell", "cell #30", "GENOTYPE", "reward"):
            assert word in drawn, word
        assert sorted(drawn.replace(" ", "")) == sorted(text.replace(" ", "").replace("\n", ""))


def views_become_pictures():
    with Place() as place:
        make_run(place.runs, "old")
        done = play(place, "wait 30/200\nkeys :svg rew<Tab><Enter>\nwait wrote export/reward.svg\n"
                           "keys :svg pareto<Enter>\nwait wrote export/pareto.svg\nkeys :svg cell<Enter>\n"
                           "wait wrote export/cell.svg\nkeys :svg<Enter>\nwait wrote export/screen.svg\n"
                           "keys 2:svg<Enter>\nwait wrote export/table.svg\nkeys :svg why<Enter>\nwait isn't on the screen\n"
                           "keys :svg none<Enter>\nwait no view 'none'\n", "--size", "80x24")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
        folder = os.path.join(place.runs, "old", "export")
        for name, shapes in (("reward", 30), ("pareto", 30), ("cell", 12), ("screen", 0), ("table", 0)):
            svg = xml.dom.minidom.parse(os.path.join(folder, name + ".svg"))
            assert len(svg.getElementsByTagName("circle")) == shapes, (name, len(svg.getElementsByTagName("circle")))


def the_screen_is_written_as_text():
    with Place() as place:
        make_run(place.runs, "old")
        done = play(place, "wait 30/200\nkeys 2jj<Esc>2\nkeys :screen <Tab>\nkeys <Ctrl-U>screen<Enter>\n"
                           "wait wrote export/screen.txt\nkeys :screen ansi<Enter>\nwait wrote export/screen.ansi\n"
                           "keys :screen svg<Enter>\nwait wrote export/screen.svg\nkeys :screen png<Enter>\n"
                           "wait it can be text, ansi or svg, not 'png'\n", "--size", "80x24")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
        folder = os.path.join(place.runs, "old", "export")
        with open(os.path.join(folder, "screen.txt"), encoding="utf-8") as f:
            text = f.read()
        assert text.count("\n") == 24 and "30/200" in text and "\x1b" not in text, text
        with open(os.path.join(folder, "screen.ansi"), encoding="utf-8") as f:
            colored = f.read()
        assert "\x1b[" in colored and "30/200" in re.sub("\x1b\\[[0-9;]*m", "", colored), colored
        assert xml.dom.minidom.parse(os.path.join(folder, "screen.svg")).getElementsByTagName("text")


def play_and_read(place, name):
    assert play(place, KEYS, "--size", "80x24").returncode == 0
    return saved(place, name)


def the_same_script_makes_the_same_screens():
    with Place() as place:
        make_run(place.runs, "old")
        assert play_and_read(place, "cell.txt") == play_and_read(place, "cell.txt")
        assert play(place, KEYS, "--size", "80x24", "--ascii").returncode == 0
        assert saved(place, "table.txt").isascii() and saved(place, "cell.txt").isascii()


def editors_of_other_systems_write_scripts():
    with Place() as place:
        make_run(place.runs, "old")
        done = play(place, "\ufeffwait 30/200\r\nkeys 2\r\n\r\nsave table.txt\r\n", "--size", "80x24")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
        assert "[2 Table]" in saved(place, "table.txt")
        done = play(place, "\ufeffkeys j\r\n\r\nclick 3\r\n", "--size", "80x24")
        assert done.returncode == 2 and "keys, line 3: not one of" in done.stderr, done


def wrong_scripts_say_where():
    with Place() as place:
        make_run(place.runs, "old")
        for text, code, says in (("keys j\nkeys <Entre>\n", 2, "keys, line 2: no key of that name"),
                                 ("\n\nclick 3\n", 2, "keys, line 3: not one of keys, wait, sleep, save"),
                                 ("sleep soon\n", 2, "keys, line 1: sleep SECONDS"),
                                 ("keys j\0k\n", 2, "not a text file"),
                                 ("save none/x.txt\n", 1, "none/x.txt"),
                                 ("save a.txt\n\nsave ./a.txt\n", 1, "both line 1 and line 3 would be written there"),
                                 ("save keys\n", 1, "writing line 1 there would overwrite"),
                                 (f"save {place.runs}/old/run.ini\n", 1, "writing line 1 there would overwrite")):
            done = play(place, text, "--size", "80x24")
            assert done.returncode == code and says in done.stderr, (text, done)
            assert re.fullmatch(r"auxcell: [^\n]+\n", done.stderr) and not done.stdout, done
        for size in ("80", "0x5", "80x24x2", "9999x1"):
            assert play(place, "", "--size", size).returncode == 2, size
        assert play(place, "keys j\n").returncode == 2  # there is no terminal, and no --size
        assert "No such file" in subprocess.run([PROGRAM, "attach", "old", "--script", "/none", "--size", "80x24"],
                                                env=dict(os.environ, **place.env), capture_output=True, text=True).stderr


def the_table_is_written_like_any_output():
    with Place() as place:
        folder = os.path.join(make_run(place.runs, "old"), "export")
        table = os.path.join(folder, "candidates.csv")
        assert play(place, "keys E\nwait wrote 30 rows\n", "--size", "80x24").returncode == 0
        assert os.stat(table).st_mode & 0o777 == 0o600 and os.stat(folder).st_mode & 0o777 == 0o700
        with open(table) as f:
            rows = f.read()
        os.rename(table, os.path.join(place.path, "mine.csv"))
        os.chmod(os.path.join(place.path, "mine.csv"), 0o644)
        open(os.path.join(place.path, "mine.csv"), "w").close()
        os.symlink(os.path.join(place.path, "mine.csv"), table)
        assert play(place, "keys E\nwait wrote 30 rows\n", "--size", "80x24").returncode == 0
        assert os.path.islink(table) and saved(place, "mine.csv") == rows
        assert os.stat(table).st_mode & 0o777 == 0o644 and os.listdir(folder) == ["candidates.csv"]


def a_script_plays_on_a_terminal():
    with Place() as place:
        make_run(place.runs, "old")
        path = os.path.join(place.path, "keys")
        with open(path, "w") as f:
            f.write("wait 30/200\nkeys 6\nwait following\nsleep 0.01\n")
        s = Screen([PROGRAM, "attach", "old", "--script", path], env=place.env)
        assert s.ended() == 0
        assert "[6 Log]" in s.text() and "auxcell resume old" in s.text(), s.text()
        assert s.terminal_as_before()
        s.close()


if __name__ == "__main__":
    run_tests([screens_are_saved_without_a_terminal, pictures_are_saved_by_their_ending, views_become_pictures,
               the_screen_is_written_as_text,
               the_same_script_makes_the_same_screens, editors_of_other_systems_write_scripts,
               wrong_scripts_say_where, the_table_is_written_like_any_output, a_script_plays_on_a_terminal])
