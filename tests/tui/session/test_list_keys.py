"""The list of runs follows the user's keys and preferences, as the screens of a run do."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from screen import PROGRAM, Place, Screen, make_run, run_tests


def write(place, name, text):
    os.makedirs(os.path.join(place.env["XDG_CONFIG_HOME"], "auxcell"), exist_ok=True)
    with open(os.path.join(place.env["XDG_CONFIG_HOME"], "auxcell", name), "w") as f:
        f.write(text)


def open_list(place):
    make_run(place.runs, "old")
    make_run(place.runs, "older")
    return Screen([PROGRAM], env=place.env).wait("RUN, newest first").wait("interrupted").quiet()


def hints(s):
    return s.lines()[-1].split()


def keys_of_the_table():
    with Place() as place:
        s = open_list(place)
        assert hints(s) == "Enter look r resume d demo m mark = compare x remove q leave ? help".split(), s.text()
        s.send("x").wait("remove older").send("n").wait("nothing removed").quit()


def a_key_of_the_users_goes_before_the_lists_own():
    with Place() as place:
        write(place, "keys.ini", "prune = d\ndetach = X\nmark = t\n")
        s = open_list(place)
        assert hints(s) == "Enter look r resume t mark = compare d remove X leave ? help".split(), s.text()
        s.send("t").wait("+older").wait("> old ")
        s.send("d").wait("remove old with").send("n").wait("nothing removed")
        s.send("x").wait("x has no meaning here")
        s.send("?").wait("remove it with all").send("?")
        s.quit("X")


def resume_has_the_key_that_it_has_in_a_run():
    with Place() as place:
        write(place, "keys.ini", "resume = r\nreverse = R\nmark = d\n")
        s = open_list(place)
        assert hints(s) == "Enter look r resume d mark = compare x remove q leave ? help".split(), s.text()
        s.send("d").wait("+older").quit()


def glyphs_and_wrong_files():
    with Place() as place:
        write(place, "config.ini", "glyphs = ascii\n")
        write(place, "keys.ini", "prune = q\n")
        s = open_list(place).wait("prune").wait("detach")  # q has two meanings: the defaults stay
        s.send("?").wait("remove it with all")
        assert "│" not in s.text() and "|" in s.text(), s.text()
        s.send("?").quit()


if __name__ == "__main__":
    run_tests([keys_of_the_table, a_key_of_the_users_goes_before_the_lists_own, resume_has_the_key_that_it_has_in_a_run,
               glyphs_and_wrong_files])
