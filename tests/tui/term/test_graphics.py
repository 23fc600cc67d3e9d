"""Pictures on terminals with graphics: the bytes are decoded as a terminal would, and compared with the mask files."""
import os, re, signal, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
import maskfiles
from graphics import CELL, QUERY, Picture, Terminal
from screen import PROGRAM, Place, make_run, run_tests

GONE = "the engine has died"
HALF = "▀▀▀▀▀"


def run_with_masks(place):
    path = make_run(place.runs, "old", masks="masks/%d.mpk")
    maskfiles.write(path, range(1, 31))


def open_masks(place, speaks, env=None, rows=40, cols=110, **how):
    t = Terminal([PROGRAM, "attach", "old"], speaks, rows=rows, cols=cols, env=dict(place.env, **(env or {})), **how)
    return t.wait(GONE).send("5").wait("[5 Mask]")


def image_of(t):
    """Which image it is: the worst first, and of two equal ones the first."""
    return int(re.search(r"image (\d)/2", t.text())[1]) - 1


def named(t):
    """The pictures by the name above them."""
    out = {}
    for (row, col), (rows, cols, picture) in t.shown().items():
        name = re.match(r"\w+", t.lines()[row - 1][col:])
        assert name, (row, col, t.text())
        out[name[0]] = (rows, cols, picture)
        for r in range(row, row + rows):  # no characters show beside the pictures
            under = t.lines()[r][col:col + cols]
            assert not under.strip(" \xa0"), under
    return out


def settled(t, test):
    t.wait(lambda t: test(t) and not t.left)
    return t.quiet()


def check_kitty(t, id):
    shown = named(t)
    assert sorted(shown) == ["error", "input", "predicted", "truth"], sorted(shown)
    order = sorted(range(2), key=lambda i: sum(a == b for a, b in zip(maskfiles.truth(i), maskfiles.predicted(id, i))))
    i = order[image_of(t)]
    assert shown["input"][2].pixels == maskfiles.rgb(i)
    for name, mask in (("truth", maskfiles.truth(i)), ("predicted", maskfiles.predicted(id, i))):
        rows, cols, picture = shown[name]
        want = maskfiles.colored(mask)
        assert (picture.h, picture.w) == (rows * CELL[0], cols * CELL[1])
        assert picture.pixels == want.scaled(picture.h, picture.w).pixels, name
        # square, up to half a cell
        assert abs(rows * CELL[0] - cols * CELL[1] * want.h / want.w) <= CELL[0]
    return shown


def kitty_shows_what_the_files_hold():
    with Place() as place:
        run_with_masks(place)
        t = open_masks(place, "kitty")
        settled(t, lambda t: len(t.placed) == 4)
        assert t.asked == 1 and t.bytes.count(QUERY) == 1 and HALF not in t.text()
        check_kitty(t, 30)
        sent = t.images_sent
        assert sent == 4
        settled(t.send("j").wait("mask #29"), lambda t: len(t.placed) == 4)
        check_kitty(t, 29)
        assert t.images_sent == sent + 2  # input and truth have been sent already
        settled(t.send("k").wait("mask #30"), lambda t: len(t.placed) == 4)
        check_kitty(t, 30)
        assert t.images_sent == sent + 2
        for id in range(29, 8, -1):  # more images than are kept: those on the screen aren't dropped
            settled(t.send("j").wait("mask #%d" % id), lambda t: len(t.placed) == 4)
        check_kitty(t, 9)
        assert len(t.images) <= 16 and t.images_sent == sent + 2 + 2 * 20
        settled(t.send("g").wait("mask #30"), lambda t: len(t.placed) == 4)
        settled(t.send("]").wait("image 2/2"), lambda t: len(t.placed) == 4)
        check_kitty(t, 30)
        t.send("q")
        assert t.ended() == 0 and t.terminal_as_before() and not t.images
        t.close()


def signals_cut_no_picture():
    """A write that waits for the terminal ends early when a signal comes."""
    with Place() as place:
        run_with_masks(place)
        t = open_masks(place, "sixel")
        settled(t, lambda t: len(t.shown()) == 4)
        before = t.images_sent
        t.send("\x0c")
        for _ in range(200):
            if t.read(0.3):
                t.process.send_signal(signal.SIGWINCH)
        settled(t, lambda t: t.images_sent > before and len(t.shown()) == 4)
        assert not t.scrolled


def pictures_follow_the_screen():
    """Zoom, another view and back, help over them, a new size, everything drawn again, Ctrl-Z."""
    for speaks in ("kitty", "sixel"):
        with Place() as place:
            run_with_masks(place)
            t = open_masks(place, speaks)
            settled(t, lambda t: len(t.shown()) == 4)
            whole = named(t)
            t.send("z").wait("2x  0: whole")
            settled(t, lambda t: len(t.shown()) == 4)
            assert named(t)["truth"][2].pixels != whole["truth"][2].pixels
            if speaks == "kitty":
                truths = [maskfiles.colored(maskfiles.truth(i)).part(12, 16, 24, 32) for i in range(2)]
                got = named(t)["truth"][2]
                assert got.pixels in [x.scaled(got.h, got.w).pixels for x in truths]
            t.send("0")
            settled(t, lambda t: len(t.shown()) == 4 and named(t)["truth"][2].pixels == whole["truth"][2].pixels)
            t.send("2").wait("[2 Table]").quiet()
            assert not t.shown()
            settled(t.send("5").wait("[5 Mask]"), lambda t: len(t.shown()) == 4)
            t.send("?").wait("┌─ keys").quiet()
            assert not t.shown(), t.shown().keys()
            settled(t.send("x").wait("[5 Mask]"), lambda t: len(t.shown()) == 4)
            t.send("\x0c")
            settled(t, lambda t: len(t.shown()) == 4)
            for rows, cols in ((24, 80), (60, 200), (10, 40), (1, 1), (40, 110)):
                t.set_size(rows, cols)
                t.quiet(0.3)
                for (row, col), (high, wide, _) in t.shown().items():
                    assert row + high <= rows - 2 and col + wide <= cols, (rows, cols, row, col, high, wide)
            settled(t, lambda t: len(t.shown()) == 4)
            assert named(t)["predicted"][2].pixels == whole["predicted"][2].pixels
            before, cleared = t.images_sent, t.cleared
            t.process.send_signal(signal.SIGTSTP)  # no shell stops it, so it goes on at once
            settled(t, lambda t: t.images_sent == before + 4 and len(t.shown()) == 4)
            assert speaks == "sixel" or t.cleared > cleared
            assert named(t)["error"][2].pixels == whole["error"][2].pixels
            t.send("q")
            assert t.ended() == 0 and t.terminal_as_before()
            t.close()


def sixel_shows_what_the_files_hold():
    with Place() as place:
        run_with_masks(place)
        for system in (False, True):
            t = open_masks(place, "sixel", system=system)
            settled(t, lambda t: len(t.sixels) == 4)
            shown = named(t)
            assert sorted(shown) == ["error", "input", "predicted", "truth"] and HALF not in t.text()
            order = sorted(range(2), key=lambda i: sum(a == b for a, b in zip(maskfiles.truth(i), maskfiles.predicted(30, i))))
            i = order[0]
            for name, want, most in (("truth", maskfiles.colored(maskfiles.truth(i)), 1.5),
                                     ("predicted", maskfiles.colored(maskfiles.predicted(30, i)), 1.5),
                                     ("input", Picture(48, 64, maskfiles.rgb(i)), 40)):
                rows, cols, picture = shown[name]
                assert picture.w == cols * CELL[1] and 0 <= rows * CELL[0] - picture.h < 6, (rows, cols, picture.h, picture.w)
                off = picture.difference(want.scaled(picture.h, picture.w))
                assert off < most, (name, off)
            sent = t.images_sent
            settled(t.send("j").wait("mask #29"), lambda t: len(t.sixels) == 4)
            assert not t.scrolled and t.images_sent == sent + 2 and named(t)["truth"][2].pixels == shown["truth"][2].pixels
            t.quit()


def others_get_half_blocks():
    """No answer, one without graphics, NO_COLOR, ASCII, a setting, tmux: which isn't even asked."""
    with Place() as place:
        run_with_masks(place)
        for speaks, answers, env, asked in (("", False, {}, 1), ("", True, {}, 1), ("kitty", True, {"TMUX": "/tmp/x,1,0"}, 0),
                                            ("kitty", True, {"STY": "1.x"}, 0), ("kitty", True, {"TERM": "tmux-256color"}, 0),
                                            ("kitty", True, {"TERM": "screen-256color"}, 0)):
            t = open_masks(place, speaks, env=env, answers=answers).quiet()
            assert HALF in t.text() and not t.shown() and t.asked == asked, (speaks, env, t.asked)
            t.send("q")
            assert t.ended() == 0 and t.terminal_as_before()
            assert asked or b"\x1b_" not in t.bytes and b"\x1b[c" not in t.bytes
            t.close()
        t = open_masks(place, "kitty", env={"NO_COLOR": "1"}).quiet()
        assert not t.shown() and "aaaa" in t.text()
        t.quit()


def settings_decide():
    with Place() as place:
        run_with_masks(place)
        config = os.path.join(place.path, "config", "auxcell")
        os.makedirs(config)
        for text, speaks, env, n in (("cells", "kitty", {}, 0), ("kitty", "", {"TMUX": "/tmp/x,1,0"}, 4),
                                     ("sixel", "", {"TERM": "tmux-256color"}, 4), ("sixel", "kitty", {}, 4)):
            with open(os.path.join(config, "config.ini"), "w") as f:
                f.write("pictures = %s\n" % text)
            # a terminal that isn't queried is assumed to have cells of a usual size
            t = open_masks(place, speaks, env=dict(env, XDG_CONFIG_HOME=os.path.join(place.path, "config")), cell=(20, 10))
            settled(t, lambda t: len(t.shown()) == n)
            assert (len(t.placed) == n) == (text != "sixel" or n == 0) and (len(t.sixels) == n) == (text != "kitty" or n == 0)
            t.quit()


def answered_in_pieces(t):
    """Whether the pieces came as close to each other as those of an answer do; this process may have had to wait."""
    slowest, before = 0, time.monotonic()
    for piece in (b"\x1b", b"_Gi=1", b";OK\x1b", b"\\\x1b[6;20", b";10t\x1b[?62;2", b"2c"):
        os.write(t.master, piece)
        now = time.monotonic()
        slowest, before = max(slowest, now - before), now
        time.sleep(0.05)
    return slowest < 0.15


def a_late_answer_is_no_key():
    """It is used when it comes, in whatever pieces, and nothing of it acts as a key."""
    with Place() as place:
        run_with_masks(place)
        for speaks in ("kitty", "sixel"):
            t = open_masks(place, speaks, answers=False).quiet(0.4)
            assert HALF in t.text() and not t.shown()
            t.answer()
            settled(t, lambda t: len(t.shown()) == 4)
            assert "[5 Mask]" in t.text() and "mask #30" in t.text()
            t.quit()
        t = open_masks(place, "kitty", answers=False)
        while not answered_in_pieces(t):
            t.close()
            t = open_masks(place, "kitty", answers=False)
        settled(t, lambda t: len(t.shown()) == 4)
        assert "[5 Mask]" in t.text() and "mask #30" in t.text()
        t.send("\x1b_Gi=9;ENOENT:no\x1b\\").quiet()  # a late answer to something else
        assert "[5 Mask]" in t.text() and len(t.shown()) == 4
        t.send("2").wait("[2 Table]").quit()


def nothing_waits_for_an_answer():
    with Place() as place:
        run_with_masks(place)
        t = Terminal([PROGRAM, "attach", "old"], "", answers=False, env=place.env)
        t.wait(GONE).send("q")
        assert t.ended() == 0 and t.terminal_as_before()
        t.close()


def pictures_that_stay_cost_nothing():
    with Place() as place:
        run_with_masks(place)
        for speaks in ("kitty", "sixel"):
            t = open_masks(place, speaks)
            settled(t, lambda t: len(t.shown()) == 4)
            before, pictures = len(t.bytes), t.images_sent
            t.quiet(1.2)
            assert len(t.bytes) == before
            for keys in (":", "goto", "\x1b", "a", "x"):
                t.send(keys).quiet()
            assert t.images_sent == pictures and len(t.shown()) == 4
            t.quit()


def the_overview_has_them_too():
    with Place() as place:
        run_with_masks(place)
        t = Terminal([PROGRAM, "attach", "old"], "kitty", rows=48, cols=160, env=place.env).wait(GONE)
        settled(t, lambda t: len(t.shown()) == 4)
        before = t.graphics_bytes
        for _ in range(12):  # no pictures are sent while the key is held down
            t.send("j")
            t.read(0.02)
        settled(t.wait("cell #18"), lambda t: "mask #18" in t.text() and len(t.shown()) == 4)
        check_kitty(t, 18)
        assert t.graphics_bytes - before < 40000, t.graphics_bytes - before
        t.quit()


if __name__ == "__main__":
    run_tests([kitty_shows_what_the_files_hold, sixel_shows_what_the_files_hold, signals_cut_no_picture,
               pictures_follow_the_screen, others_get_half_blocks, settings_decide, a_late_answer_is_no_key, nothing_waits_for_an_answer,
               pictures_that_stay_cost_nothing, the_overview_has_them_too])
