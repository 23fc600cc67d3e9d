"""Programs that are started with blocked or ignored signals work all the same."""
import json
import os
import resource
import signal
import sys
import subprocess
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../helper"))
from auxcell import AUXCELL, TINY, Place, main  # noqa: E402


def all_blocked():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def hang_up_ignored():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


class Signals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.addClassCleanup(cls.place.close)

    def start(self, *args, **how):
        p = subprocess.Popen([AUXCELL, *args], env=self.place.env, cwd=self.place.dir, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how)
        self.addCleanup(p.stdout.close)
        self.addCleanup(p.stderr.close)
        return p

    def wait_for(self, p, text):
        for line in p.stdout:
            if text in line:
                return
        self.fail(f"{text} never came; {p.stderr.read()}")

    def test_a_mask_that_was_left(self):
        search = self.start("search", "--run", "a", "--candidates", "100000", *TINY)
        self.wait_for(search, " #1 ")
        log = self.start("log", "a", "--follow", preexec_fn=all_blocked)
        self.wait_for(log, "reward")
        log.send_signal(signal.SIGTERM)
        self.assertEqual(log.wait(300), -signal.SIGTERM)
        self.assertEqual(self.place.call("stop", "a").returncode, 0)
        search.wait(300)
        search = self.start("resume", "a", preexec_fn=all_blocked)
        self.wait_for(search, " #")
        search.send_signal(signal.SIGTERM)
        self.assertEqual(search.wait(300), 0)
        self.assertIn("stopping", search.stderr.read())

    def test_a_hang_up_that_is_ignored(self):
        search = self.start("search", "--run", "b", "--candidates", "100000", *TINY, preexec_fn=hang_up_ignored)
        self.wait_for(search, " #1 ")
        search.send_signal(signal.SIGHUP)
        self.wait_for(search, " #2 ")
        search.send_signal(signal.SIGINT)
        self.assertEqual(search.wait(300), 0)

    def test_children_that_are_not_waited_for(self):
        """A parent that ignores SIGCHLD leaves a program whose children nobody can wait for."""
        search = self.start("search", "--run", "c", "--candidates", "1", *TINY,
                            preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        out, err = search.communicate(timeout=300)
        self.assertEqual((search.returncode, err), (0, ""))
        self.assertIn("best: #1", out)
        show = self.start("show", "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
                          preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        self.assertEqual((show.communicate()[1], show.returncode), ("", 0))


class FileSizes(unittest.TestCase):
    """A limit on the size of files is like a full disk: the candidate isn't blamed for it."""

    def test_a_limit_pauses_the_run(self):
        place = Place()
        self.addCleanup(place.close)
        self.assertEqual(place.call("search", "--run", "free", "--candidates", "1", *TINY).returncode, 0)
        # a training saves more than that
        most = os.path.getsize(os.path.join(place.run_dir("free"), "snapshot.mpk")) + (1 << 19)
        done = subprocess.run([AUXCELL, "search", "--run", "a", "--candidates", "1", *TINY], env=place.env,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
        self.assertEqual(done.returncode, 1)
        self.assertIn("#1 failed: disk: inflight/1.mpk: cannot write: File too large", done.stderr)
        one = json.loads(place.call("export", "a", "--json").stdout)[0]
        self.assertNotEqual(one["status"], "X")
        self.assertEqual(place.call("resume", "a").returncode, 0)
        self.assertEqual(json.loads(place.call("export", "a", "--json").stdout)[0]["status"], "D")

    def test_a_limit_is_said(self):
        place = Place()
        self.addCleanup(place.close)
        path = os.path.join(place.dir, "help")
        with open(path, "w") as out:
            done = subprocess.run([AUXCELL, "search", "--help"], stdout=out, stderr=subprocess.PIPE, text=True,
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
        self.assertEqual((done.returncode, done.stderr),
                         (1, "auxcell: standard output: cannot write: File too large\n"))


main()
