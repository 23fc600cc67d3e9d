"""Helpers of Python tests: the built programs, a place for runs, and closing lines that tests/run.sh counts."""
import os
import subprocess
import sys
import tempfile
import unittest

import janitor

BUILD = os.environ.get("AUXCELL_BUILD", os.path.join(os.path.dirname(__file__), "../../build/release"))
AUXCELL = os.path.join(BUILD, "auxcell")
ENGINE = os.path.join(BUILD, "auxcell-engine")

# A search that takes a second, whatever it learns.
TINY = ["--train-samples", "8", "--val-samples", "4", "--epochs", "1", "--crop", "32", "--val-crop", "32",
        "--channels", "8", "--batch", "4", "--threads", "1", "--stage2-samples", "4", "--stage2-crop", "32",
        "--stage2-batch", "4"]


def call(program, *args):
    """Runs a program; its exit status and what it wrote on stdout and on stderr."""
    done = subprocess.run([program, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def engine(*args):
    return call(ENGINE, *args)


def auxcell(*args):
    return call(AUXCELL, *args)


class Place:
    """A home for runs, removed afterwards with every engine that still runs in it."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="auxcell-test-")
        self.janitor = janitor.watch(self.dir)
        self.env = dict(os.environ, XDG_STATE_HOME=self.dir, XDG_CONFIG_HOME=self.dir, LC_ALL="C.UTF-8", TZ="UTC")
        self.runs = os.path.join(self.dir, "auxcell", "runs")

    def call(self, *args, timeout=300):
        """Runs auxcell without a terminal."""
        return subprocess.run([AUXCELL, *args], env=self.env, cwd=self.dir, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout)

    def start(self, *args):
        return subprocess.Popen([AUXCELL, *args], env=self.env, cwd=self.dir, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_dir(self, name):
        return os.path.join(self.runs, name)

    def close(self):
        if os.path.isdir(self.runs):
            for name in os.listdir(self.runs):
                self.call("stop", name)
        janitor.clean(self.dir)
        os.close(self.janitor)


class PlaceCase(unittest.TestCase):
    """Tests that each have a place of their own."""

    def setUp(self):
        self.place = Place()
        self.addCleanup(self.place.close)
        os.makedirs(self.place.runs, mode=0o700)

    def ok(self, *args):
        """What a call says that must succeed in silence."""
        done = self.place.call(*args, timeout=280)
        self.assertEqual((done.returncode, done.stderr), (0, ""), args)
        return done.stdout


class SharedPlaceCase(unittest.TestCase):
    """Tests that share one place; a class makes its runs in `prepare`."""

    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.addClassCleanup(cls.place.close)
        os.makedirs(cls.place.runs, mode=0o700)
        cls.prepare()

    @classmethod
    def prepare(cls):
        raise NotImplementedError


def main():
    """unittest.main with closing lines like cmocka's."""
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules["__main__"]))
    bad = len(result.failures) + len(result.errors)
    for test, why in result.skipped:
        print(f"skip: {test.id().split('.')[-1]} - {why}")
    if result.skipped:
        print(f"[  SKIPPED ] {len(result.skipped)} test(s).")
    if bad:
        print(f"[  FAILED  ] {bad} test(s).")
    print(f"[  PASSED  ] {result.testsRun - bad - len(result.skipped)} test(s).")
    sys.exit(1 if bad else 0)
