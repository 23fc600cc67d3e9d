"""data show: pictures in pixels where the terminal has them, in half blocks elsewhere, and neither in a file."""
import os, subprocess, sys, tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from graphics import CELL, Terminal, decode_png
from screen import BUSY, PROGRAM, run_tests

HALF = "▀▀▀▀▀"
WORDS = [PROGRAM, "data", "show", "scenes", "--samples", "1"]


def shown(speaks, folder=None, env=None, **more):
    t = Terminal(WORDS + (["-o", folder] if folder else []), speaks, env=env, **dict({"rows": 40, "cols": 80}, **more))
    assert t.ended() == 0, t.text()
    assert t.terminal_as_before()
    t.close()
    return t


def shown_in_pixels(speaks, folder):
    """On a busy machine the test's terminal may answer later than the program waits, a tenth of a second: it asks again."""
    for _ in range(10):
        t = shown(speaks, folder)
        if HALF not in t.text():
            break
    return t


def pixels_are_those_of_the_image():
    for speaks, error in ("kitty", 0), ("sixel", 3):
        with tempfile.TemporaryDirectory() as folder:
            t = shown_in_pixels(speaks, folder)
            assert t.asked == 1 and HALF not in t.text() and not t.scrolled
            pictures = t.shown()
            assert len(pictures) == 2 and {row for row, _ in pictures} == {2}, pictures.keys()
            with open(os.path.join(folder, "train-0-target.png"), "rb") as f:
                target = decode_png(f.read())
            for (row, col), (rows, cols, picture) in pictures.items():
                name = t.screen.display[row - 1][col:].split()[0]
                for r in range(row, row + rows):
                    assert not t.screen.display[r][col:col + cols].strip(), t.text()
                if name == "truth":
                    assert picture.w == cols * CELL[1] and rows * CELL[0] - 6 <= picture.h <= rows * CELL[0]
                    assert picture.difference(target.scaled(picture.h, picture.w)) <= error
            below = 2 + max(rows for rows, _, _ in pictures.values())
            assert "sky" in "".join(t.screen.display[below:below + 2]), t.text()  # the legend


def half_blocks_elsewhere():
    small = {"rows": 12}  # the lines of the pictures have scrolled out of the window when they are printed
    for speaks, env, more, asked in (("", {}, {}, 1), ("kitty", {"TMUX": "/tmp/x,1,0"}, {}, 0), ("kitty", {"NO_COLOR": "1"}, {}, 0),
                                     ("kitty", {"TERM": "linux"}, {}, 0), ("kitty", {}, small, 1),
                                     ("sixel", {}, {"answers": False}, 1)):
        t = shown(speaks, env=env, **more)
        assert t.asked == asked and not t.shown() and HALF in t.text(), (speaks, env, more, t.text())


def nothing_for_a_file():
    done = subprocess.run(WORDS, capture_output=True, stdin=subprocess.DEVNULL, timeout=60 * BUSY)
    assert done.returncode == 0 and b"\x1b" not in done.stdout and b"sky" in done.stdout, done


run_tests([pixels_are_those_of_the_image, half_blocks_elsewhere, nothing_for_a_file])
