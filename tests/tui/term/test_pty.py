"""The terminal program on a pseudo-terminal, with a recorded run: what is shown, keys, sizes, signals, environments."""
import os, re, signal, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from screen import PROGRAM, Place, Screen, make_run, run_tests


GONE = "the engine has died; to go on"  # shown for a run that ended without a final event


def attach(place, env=None, name="old", **size):
    return Screen([PROGRAM, "attach", name], env=dict(place.env, **(env or {})), **size)


def overview_is_shown_and_left():
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place).wait(GONE)
        text = s.text()
        assert "DIED" in text and "30/200" in text and ".7000 #30" in text, text
        assert "┌─ reward" in text and "● " in text and "cell #30" in text, text
        assert s.screen.cursor.hidden
        s.send("q")
        assert s.ended() == 0
        assert "auxcell resume old" in s.text()
        assert s.terminal_as_before()
        s.close()


def keys_change_what_is_shown():
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place).wait(GONE)
        s.send("2").wait("[2 Table]")
        s.send("jj").wait(">    28 D")
        s.send("\x1b[A").wait(">    29 D")
        s.send("/reward>.65\r").wait(lambda s: "   25 D" not in s.text() and "   27 D" in s.text())
        s.send("\x1b").wait("   25 D")
        s.send("\r").wait("[3 Cell]")
        s.send("?").wait("┌─ keys")
        s.send("x").wait("[3 Cell]")
        s.send("6").wait("┌─ log")
        s.send("x").wait("x: no engine runs")
        s.send(":goto 7\r").send("1").wait("cell #7")
        s.send("y").wait("copied the genotype of #7")
        assert b"\x1b]52;c;" in s.bytes
        s.quit()


def prompts_remember():
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place).wait(GONE)
        s.send("/reward>.65\r").wait(" of 30  ").send(":keep good\r").wait("@good stands for: reward>.65")
        s.send(":goto 7\r").quit()
        with open(os.path.join(place.path, "auxcell", "prompts")) as f:
            assert f.read() == "filter reward>.65\ncommand keep good\ncommand goto 7\n@good reward>.65\ntour seen\n"
        s = attach(place).wait(GONE)
        s.send("2/").wait("filter:").send("\x1b[A").wait("filter: reward>.65").wait(lambda s: "   25 D" not in s.text())
        s.send("\x1b").wait("   25 D")
        s.send("/@g\t").wait("filter: @good").send("\r").wait(lambda s: "   25 D" not in s.text())
        s.send(":\x1b[A").wait(": goto 7").send("\x1b").quit()


def every_size_is_drawn():
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place).wait(GONE)
        s.set_size(48, 160)
        s.wait("┌─ candidates").wait("┌─ pareto")
        s.set_size(12, 40)
        s.wait(lambda s: "GENOTYPE" in s.text() and "reward" not in s.text())
        s.set_size(1, 1)
        s.quiet()
        s.set_size(4, 19)
        s.wait("DIED")
        for i in range(200):
            s.set_size(1 + i * 7 % 60, 1 + i * 13 % 200)
        s.set_size(24, 80)
        s.wait("┌─ reward").wait("? help")
        s.quit()


def signals_give_the_terminal_back():
    with Place() as place:
        make_run(place.runs, "old")
        for name in ("INT", "TERM", "HUP", "QUIT", "SEGV", "ABRT", "BUS"):
            s = attach(place).wait(GONE)
            number = getattr(signal, "SIG" + name)
            s.process.send_signal(number)
            code = s.ended()
            assert code == -number or code > 0, (name, code)  # a sanitizer may turn the signal into an exit status
            assert s.terminal_as_before(), name
            assert s.bytes.rfind(b"\x1b[?1049l") > s.bytes.rfind(b"\x1b[?1049h"), name
            assert s.bytes.rfind(b"\x1b[?25h") > s.bytes.rfind(b"\x1b[?25l"), name
            s.close()


def no_color_gives_no_color():
    color = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:3[0-9]|4[0-9]|9[0-7]|10[0-7])[;0-9]*m")
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place).wait(GONE)
        assert color.search(s.bytes)
        s.close()
        s = attach(place, env={"NO_COLOR": "1"}).wait(GONE)
        s.send("234561jjq")
        assert s.ended() == 0
        found = color.search(s.bytes)
        assert not found, found
        s.close()


def plain_locale_gives_ascii():
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place, env={"LANG": "C"}).wait(GONE)
        s.send("\t23456?q1q")
        assert s.ended() == 0
        assert all(b < 0x80 for b in s.bytes)
        assert "+- " in s.bytes.decode()
        s.close()


def unusable_terminals_are_refused():
    with Place() as place:
        make_run(place.runs, "old")
        for term in ("dumb", "unknown", "no-such-terminal", None, ""):
            s = attach(place, env={"TERM": term})
            assert s.ended() == 2, term
            lines = [line.rstrip() for line in s.lines() if line.strip()]
            assert len(lines) <= 2 and lines[0].startswith("auxcell: ") and "TERM" in lines[0], (term, lines)
            s.close()


def a_lost_terminal_ends_the_program():
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place).wait(GONE)
        os.close(s.slave)
        os.close(s.master)
        assert s.process.wait(timeout=300) in (0, -signal.SIGHUP)


def nothing_is_sent_while_nothing_happens():
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place).wait(GONE).quiet()
        before = len(s.bytes)
        s.quiet(1.5)
        assert len(s.bytes) == before
        s.send("j").wait(">    29 D").quiet()
        assert len(s.bytes) - before <= 700, len(s.bytes) - before
        s.close()


def a_long_history_is_shown_once_it_is_read():
    """However seldom events are drawn."""
    with Place() as place:
        make_run(place.runs, "old", candidates=5000)
        with open(os.path.join(place.path, "auxcell", "config.ini"), "w") as f:
            f.write("rate = 0.1\n")
        s = attach(place).wait(lambda s: s.text().strip())  # and until the program is at rest
        assert "#5000" in s.text(), s.text()
        s.close()


def seen(s):
    """Every cell with its look, of blanks what can be seen of it."""
    return [[(c.data, c.reverse, c.bg, *(() if c.data == " " else (c.fg, c.bold))) for c in
             (s.screen.buffer[y][x] for x in range(s.screen.columns))] for y in range(s.screen.lines)]


def changes_come_to_what_is_drawn_whole():
    """What is sent past curses leaves the screen that Ctrl-L draws by it."""
    for rows, cols in ((24, 80), (48, 160)):
        with Place() as place:
            make_run(place.runs, "old", candidates=300)
            s = attach(place, rows=rows, cols=cols).wait(GONE).quiet()
            for key in "jjjjjjjjkG6g8?q2gjjjjjjjjj\x1b[6~34\t1iL?\x1b" if rows == 24 else "jjjjG78?q5641zi\x1b[5~":
                before = len(s.bytes)
                s.send(key)
                if key in "\x1b[65~":
                    continue  # part of a key, or a key that may change nothing
                s.wait(lambda s: len(s.bytes) > before).quiet(0.3)
                changed, before = seen(s), len(s.bytes)
                s.send("\x0c").wait(lambda s: b"\x1b[2J" in s.bytes[before:]).quiet(0.3)
                assert seen(s) == changed, (rows, key, s.text())
            s.close()


def a_held_key_sends_little():
    """Details follow once the key is let go, and show what is selected then."""
    for view, rows, cols, most in (("1", 24, 80, 400), ("1", 48, 160, 400), ("2", 48, 160, 100)):
        with Place() as place:
            make_run(place.runs, "old", candidates=300)
            s = attach(place, rows=rows, cols=cols).wait(GONE)
            s.send(view).quiet()
            before = len(s.bytes)
            for _ in range(40):
                s.send("j")
                end = time.monotonic() + 0.03
                while time.monotonic() < end:
                    s.read(0.005)
            s.wait(lambda s: re.search("^│?>  *260 ", s.text(), re.M)).quiet()
            assert view == "2" or "cell #260 " in s.text(), s.text()
            assert len(s.bytes) - before <= 40 * most, (view, rows, len(s.bytes) - before)
            s.close()


def noise_does_no_harm():
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place).wait(GONE)
        state = 12345
        for _ in range(100):
            noise = bytearray()
            for _ in range(200):
                state = (state * 1103515245 + 12345) & 0x7FFFFFFF
                byte = state >> 16 & 0xFF
                if byte not in (0x03, 0x1A, 0x1C, 0x13, ord("q"), ord(":")):
                    noise.append(byte)
            s.send(bytes(noise))
            s.read(0.01)
        s.quiet()
        assert s.process.poll() is None
        s.send("\x1b\x1b").quiet()
        s.send("\x1b").quiet()
        s.send("1q")
        assert s.ended() == 0
        assert s.terminal_as_before()
        s.close()


ARCH = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"
BEGIN, END = "\x1b[200~", "\x1b[201~"


def pastes_on(s):
    """Whether the terminal was last told to mark pastes."""
    return s.bytes.rfind(b"\x1b[?2004h") > s.bytes.rfind(b"\x1b[?2004l")


def a_paste_is_no_keys():
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place).wait(GONE)
        assert pastes_on(s)
        s.send(BEGIN + "prune xx [3,[0,0,8,5]] example\r6q" + END).wait("pasted text is ignored")
        assert "[1 Overview]" in s.text()
        s.send(BEGIN).quiet()
        s.send("2sq" + END[:3]).quiet()
        assert "[1 Overview]" in s.text()
        s.send(END[3:] + "2").wait("[2 Table]")
        s.send(BEGIN + ARCH + "\r" + END).wait("submit the pasted genotype: no engine runs")
        s.send("/").wait("filter:").send(BEGIN + "reward>.65\nid<30\x07" + END).wait("filter: reward>.65 id<30")
        s.send("\r").wait(lambda s: "   25 D" not in s.text() and "   27 D" in s.text() and "   30 D" not in s.text())
        s.send("\x1b").wait("   25 D")
        s.send(BEGIN + "x" * 3000000 + END + "6").wait("[6 Log]")
        s.send(BEGIN + "12345").quiet()
        # a paste without an end is dropped after some seconds, and keys work again
        s.send("q").wait("pasted text is ignored")
        s.send("1").wait("[1 Overview]")
        s.send("q")
        assert s.ended() == 0 and not pastes_on(s)
        s.close()


def pastes_are_keys_again_at_every_end():
    with Place() as place:
        make_run(place.runs, "old")
        for name in ("INT", "TERM", "HUP", "QUIT", "SEGV", "ABRT", "BUS", "ILL", "FPE", "TRAP", "SYS", "ALRM", "USR1",
                     "USR2", "XCPU"):
            s = attach(place).wait(GONE)
            assert pastes_on(s)
            s.process.send_signal(getattr(signal, "SIG" + name))
            assert s.ended() != 0 and not pastes_on(s) and s.terminal_as_before(), name
            s.close()
        s = attach(place).wait(GONE)
        told = s.bytes.count(b"\x1b[?2004h")
        s.process.send_signal(signal.SIGCONT)  # a shell may have turned bracketed paste off meanwhile
        s.wait(lambda s: s.bytes.count(b"\x1b[?2004h") > told)
        s.close()
        s = Screen([PROGRAM], env=dict(place.env)).wait("old")  # the list of runs
        s.send(BEGIN + "q" + END).wait("pasted text is ignored")
        s.send("q")
        assert s.ended() == 0 and not pastes_on(s)
        s.close()


def a_terminal_without_it_is_not_asked():
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place, env={"TERM": "vt52"})
        s.quiet(0.5)
        s.send("q")
        s.ended()
        assert b"2004" not in s.bytes
        s.close()


def lines_to_type_work_where_they_are_printed():
    with Place() as place:
        make_run(place.runs, "it's old")
        for program, path, line in (("auxcell", None, "auxcell resume 'it'\\''s old'"),
                                    (PROGRAM, None, "auxcell resume 'it'\\''s old'"),
                                    (PROGRAM, "/usr/bin:/bin", PROGRAM + " resume 'it'\\''s old'")):
            env = dict(place.env, **({"PATH": path} if path else {}))
            s = Screen([PROGRAM, "attach", "it's old"], env=env, cols=200, rows=40) if program != "auxcell" else \
                Screen(["/usr/bin/env", "auxcell", "attach", "it's old"], env=env, cols=200, rows=40)
            s.wait(GONE).wait(lambda s: line in s.text())
            s.send("q")
            assert s.ended() == 0
            assert " %s: go on" % line in s.text(), s.text()
            s.close()


def small_windows_say_what_they_do_not_show():
    with Place() as place:
        make_run(place.runs, "old")
        s = attach(place, rows=12, cols=40).wait("GENOTYPE")
        s.send("3").wait("3: only the table fits, below 60x16").send("\r").wait("Enter: only the table")
        s.set_size(4, 19)
        s.wait("Enter: only the t").send("j").wait("DIED").send("3").wait("3: too small, bel")
        s.send(":").wait(": ").send("q\r")
        assert s.ended() == 0
        s.close()


def the_list_of_runs_follows_what_is_there():
    with Place() as place:
        make_run(place.runs, "old")
        make_run(place.runs, "other")
        s = Screen([PROGRAM], env=place.env).wait("> o")
        s.send("j").wait(lambda s: "> old" in s.text() or "> other" in s.text())
        chosen = [line for line in s.text().splitlines() if "> o" in line][0]
        make_run(place.runs, "newest")
        s.wait("newest")  # no key was pressed
        assert chosen in s.text().splitlines(), s.text()
        s.quit()


def marked_runs_are_compared():
    with Place() as place:
        make_run(place.runs, "one", candidates=20)
        make_run(place.runs, "two", candidates=40)
        s = Screen([PROGRAM], env=place.env).wait("m mark")
        s.send("mm").wait("+one").wait("+two")
        s.send("=").wait("best reward so far").wait(lambda s: re.search("a (one|two)", s.text()) and "candidates" in s.text())
        s.send("t").wait("seconds").send("f").wait("fronts").wait("params (log)")
        s.set_size(40, 120)
        s.wait("params (log)").send("x").wait("RUN, newest first").wait("+one")
        assert "can't be compared" not in s.text()
        s.send("q")
        assert s.ended() == 0 and s.terminal_as_before()
        s.close()
    with Place() as place:
        make_run(place.runs, "one")
        make_run(place.runs, "two", data="camvid:/streets")
        s = Screen([PROGRAM], env=place.env).wait("> ").send("mm=")
        s.wait("rewards of different data can't be compared: ").send("q").wait("RUN, newest first")
        s.quit()


def an_unknown_run_is_one_line():
    with Place() as place:
        s = attach(place, name="nothing")
        assert s.ended() == 1
        lines = [line.rstrip() for line in s.lines() if line.strip()]
        assert len(lines) <= 2 and "no such run" in "".join(lines), lines
        assert s.terminal_as_before()
        s.close()


def the_mouse_is_taken_and_left():
    on, off = b"\x1b[?1002h\x1b[?1006h", b"\x1b[?1006l\x1b[?1002l"
    with Place() as place:
        make_run(place.runs, "old", candidates=300)
        s = attach(place, rows=48, cols=160).wait(GONE)
        assert on not in s.bytes
        s.send("%").quiet()
        assert s.bytes.count(on) == 1
        row = next(i for i, line in enumerate(s.lines()) if "└" in line)  # in the plot, above its axis
        s.send("\x1b[<0;12;%dM" % (row - 4)).wait(" x ")  # the crosshair shows the value there
        s.send("\x1b[<32;40;%dM" % (row - 4)).send("\x1b[<0;40;%dm" % (row - 4)).wait("0: all")
        s.send("%").quiet()
        assert s.bytes.rfind(off) > s.bytes.rfind(on)
        s.send("%").quiet()
        s.process.send_signal(signal.SIGTERM)
        s.ended()
        assert s.bytes.count(on) == 2 and s.bytes.rfind(off) > s.bytes.rfind(on)
        s.close()


def runs_are_listed_and_removed():
    with Place() as place:
        make_run(place.runs, "one")
        make_run(place.runs, "two", candidates=7)
        s = Screen([PROGRAM], env=place.env).wait("interrupted").wait(".7000 #30").wait(".7000 #7")
        assert "30/200" in s.text() and "scenes" in s.text(), s.text()
        for _ in range(2):
            if "> two" not in s.text():
                s.send("j").wait(lambda s: "> " in s.text())
        s.wait("> two").send("x").wait("remove two with all that it has found?").send("n").wait("nothing removed")
        assert os.path.isdir(os.path.join(place.runs, "two"))
        s.send("x").wait("y/N").send("y").wait("two is removed")
        assert not os.path.exists(os.path.join(place.runs, "two"))
        assert os.path.isdir(os.path.join(place.runs, "one"))
        s.quit()


run_tests([runs_are_listed_and_removed, overview_is_shown_and_left, keys_change_what_is_shown, prompts_remember, every_size_is_drawn,
               signals_give_the_terminal_back, no_color_gives_no_color, plain_locale_gives_ascii,
               unusable_terminals_are_refused, a_lost_terminal_ends_the_program,
               a_paste_is_no_keys, pastes_are_keys_again_at_every_end, a_terminal_without_it_is_not_asked,
               lines_to_type_work_where_they_are_printed, small_windows_say_what_they_do_not_show,
               the_list_of_runs_follows_what_is_there, marked_runs_are_compared,
               nothing_is_sent_while_nothing_happens, a_long_history_is_shown_once_it_is_read, changes_come_to_what_is_drawn_whole, a_held_key_sends_little, the_mouse_is_taken_and_left, noise_does_no_harm, an_unknown_run_is_one_line])
