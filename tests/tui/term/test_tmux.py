"""Under a real shell in tmux: the terminal is restored after leaving, a signal, and Ctrl-Z; fg continues."""
import contextlib, os, shlex, shutil, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from screen import PROGRAM, Place, make_run, run_tests


class Tmux:
    def __init__(self, place, rows=24, cols=80):
        self.base = ["tmux", "-S", os.path.join(place.path, "tmux"), "-f", "/dev/null"]
        env = dict(os.environ, LANG="C.UTF-8", TZ="UTC", TERM="xterm-256color", **place.env)
        for drop in ("LC_ALL", "NO_COLOR", "TMUX"):
            env.pop(drop, None)
        subprocess.run(self.base + ["new-session", "-d", "-x", str(cols), "-y", str(rows), "bash --norc --noprofile -i"],
                       check=True, env=env)
        self.type("PS1='read''y> '; clear\n")

    def send(self, *keys):
        subprocess.run(self.base + ["send-keys"] + list(keys), check=True)

    def type(self, text):
        subprocess.run(self.base + ["send-keys", "-l", text], check=True)

    def attach(self):
        self.type(shlex.quote(PROGRAM) + " attach old\n")
        self.wait("┌─ reward")

    def paste(self, text):
        """Pastes as a terminal does: in brackets where the program has asked for them."""
        subprocess.run(self.base + ["set-buffer", text], check=True)
        subprocess.run(self.base + ["paste-buffer", "-p"], check=True)

    def text(self):
        return subprocess.run(self.base + ["capture-pane", "-p"], check=True, capture_output=True, text=True).stdout

    def flags(self):
        out = subprocess.run(self.base + ["display", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}"], check=True,
                             capture_output=True, text=True)
        return out.stdout.split()

    def wait(self, test, seconds=300):
        if isinstance(test, str):
            what, test = test, lambda: what in self.text()
        end = time.monotonic() + seconds
        while not test():
            if time.monotonic() > end:
                raise AssertionError("never seen; the screen:\n%s" % self.text())
            time.sleep(0.05)  # tmux has no way to wait for its own screen

    def close(self):
        subprocess.run(self.base + ["kill-server"], capture_output=True)


@contextlib.contextmanager
def attached():
    """A shell in tmux that shows the screens of a run."""
    with Place() as place:
        make_run(place.runs, "old")
        t = Tmux(place)
        try:
            t.wait("ready>")
            t.attach()
            yield t
        finally:
            t.close()


def the_terminal_is_given_back():
    with attached() as t:
        assert t.flags() == ["1", "0", "0"], t.flags()
        t.send("C-z")
        t.wait(lambda: t.flags()[:2] == ["0", "1"])
        t.wait("Stopped")
        t.type("echo back $((6*7))\n")
        t.wait("back 42")
        t.type("fg\n")
        t.wait("┌─ reward")
        t.wait(lambda: t.flags()[:2] == ["1", "0"])
        t.paste("6q\r")
        t.wait("pasted text is ignored")
        t.send("2")
        t.wait("[2 Table]")
        t.send("q")
        t.wait(lambda: t.flags() == ["0", "1", "0"])
        t.wait("auxcell resume old: go on")
        t.type("stty -a | grep -c ' echo '; echo state $?\n")
        t.wait("state 0")
        t.attach()
        t.send("C-c")
        t.wait(lambda: t.flags() == ["0", "1", "0"])
        t.type("echo again $((40+2))\n")
        t.wait("again 42")


def a_new_size_is_drawn():
    with attached() as t:
        subprocess.run(t.base + ["resize-window", "-x", "160", "-y", "48"], check=True)
        t.wait("┌─ pareto")
        subprocess.run(t.base + ["resize-window", "-x", "50", "-y", "10"], check=True)
        t.wait(lambda: "pareto" not in t.text() and "GENOTYPE" in t.text())
        t.send("q")
        t.wait("ready>")


if __name__ == "__main__":
    if not shutil.which("tmux"):
        print("skip: tmux is not installed")
        print("[  SKIPPED ] 2 test(s).")
        sys.exit(0)
    run_tests([the_terminal_is_given_back, a_new_size_is_drawn])
