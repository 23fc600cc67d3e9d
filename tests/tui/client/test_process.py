"""What a program finds when it is started, signals blocked or ignored, is not what it relies on."""
import os
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
        self.assertEqual(log.wait(60), -signal.SIGTERM)
        self.assertEqual(self.place.call("stop", "a").returncode, 0)
        search.wait(60)
        search = self.start("resume", "a", preexec_fn=all_blocked)
        self.wait_for(search, " #")
        search.send_signal(signal.SIGTERM)
        self.assertEqual(search.wait(60), 0)
        self.assertIn("stopping", search.stderr.read())

    def test_a_hang_up_that_is_ignored(self):
        search = self.start("search", "--run", "b", "--candidates", "100000", *TINY, preexec_fn=hang_up_ignored)
        self.wait_for(search, " #1 ")
        search.send_signal(signal.SIGHUP)
        self.wait_for(search, " #2 ")
        search.send_signal(signal.SIGINT)
        self.assertEqual(search.wait(60), 0)


main()
