"""Output: every command checks that it was written, and text from elsewhere can't control a terminal."""
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../helper"))
from auxcell import AUXCELL, BUILD, TINY, Place, PlaceCase, SharedPlaceCase, main  # noqa: E402
from screen import Log, make_run  # noqa: E402

ARCH0 = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"
ENGINE = os.path.join(BUILD, "auxcell-engine")
LISTINGS = [["ls"], ["ls", "--json"], ["list"], ["status"], ["status", "--json"], ["log"], ["log", "--json"], ["export"],
            ["export", "--json"], ["report"], ["show", ARCH0], ["show", ARCH0, "--json"], ["devices"], ["devices", "--json"],
            ["selftest", "--threads", "1"], ["selftest", "--threads", "1", "--json"], ["stop"], ["stop", "--json"],
            ["--version"], ["--help"], ["help"]]


class Arrival(SharedPlaceCase):
    @classmethod
    def prepare(cls):
        make_run(cls.place.runs, "old", 3)
        cls.model = os.path.join(cls.place.dir, "m.safetensors")
        done = cls.place.call("try", ARCH0, *TINY, "--stages", "1", "--model", cls.model)
        assert done.returncode == 0, done.stderr
        cls.picture = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data/tiny.jpg")

    def commands(self):
        """Every command, with what it takes to print something."""
        helps = [line.split()[0] for line in self.place.call("--help").stdout.splitlines() if line.startswith("  ")]
        predict = ["predict", self.model, "-o", os.path.join(self.place.dir, "out"), self.picture]
        small = ["--genotype", ARCH0, "--batch", "1", "--crop", "32", "--channels", "8", "--classes", "2", "--runs", "1"]
        return (LISTINGS + [["help", name] for name in helps] + [predict, [*predict, "--json"], [*predict, "--overlay"]] +
                [["try", ARCH0, *TINY], ["try", ARCH0, *TINY, "--json"], ["bench", "step", *small],
                 ["bench", "step", *small, "--json"], ["bench", "infer", *small, "--profile"]] +
                [["search", "--candidates", "1", *TINY], ["search", "--json", "--candidates", "1", *TINY]])

    def into(self, out, args, program=AUXCELL, **how):
        done = subprocess.run([program, *args], env=self.place.env, cwd=self.place.dir, stdin=subprocess.DEVNULL,
                              stdout=out, stderr=subprocess.PIPE, text=True, timeout=300, **how)
        return done.returncode, done.stderr

    def test_a_full_disk(self):
        with open("/dev/full", "w") as full:
            for args in self.commands():
                with self.subTest(args=args):
                    self.assertEqual(self.into(full, args),
                                     (1, "auxcell: standard output: cannot write: No space left on device\n"))
            for args in (["--help"], ["--version"], ["serve", "--help"]):
                self.assertEqual(self.into(full, args, ENGINE)[0], 1)

    def test_a_closed_descriptor(self):
        """What is opened next mustn't get its number: the text would go into that file."""
        predict = ["predict", self.model, "-o", os.path.join(self.place.dir, "closed"), self.picture]
        for args in (*LISTINGS, predict, ["search", "--json", "--candidates", "1", *TINY]):
            with self.subTest(args=args):
                self.assertEqual(self.into(None, args, preexec_fn=lambda: os.close(1)),
                                 (1, "auxcell: standard output: cannot write: Bad file descriptor\n"))
        with open(os.path.join(self.place.run_dir("old"), "run.ini")) as f:
            self.assertEqual(f.read(), "[run]\npreset = demo\n")

    def test_a_pipe_that_nobody_reads(self):
        """As other programs: the signal ends it; where that is ignored it says so."""
        for args in (["--help"], ["log", "old"], ["devices"]):
            for ignored in (False, True):
                read, write = os.pipe()
                os.close(read)
                code, said = self.into(write, args, restore_signals=not ignored)
                os.close(write)
                if ignored:
                    self.assertEqual((code, said), (1, "auxcell: standard output: cannot write: Broken pipe\n"))
                else:
                    self.assertEqual((code, said), (-signal.SIGPIPE, ""))


ODD = "a\x1b[31m\u009b7mb\tc\nd\u202ee"
SEEN = r"a\x1b[31m\u009b7mb\tc\nd\u202ee"


class Hostile(PlaceCase):
    """A run that somebody else made: whatever is in it is shown, and nothing of it is obeyed."""

    def setUp(self):
        super().setUp()
        self.path = make_run(self.place.runs, ODD, 1)
        log = Log(os.path.join(self.path, "events.mpk"))
        log.add("hello", 1.0, 0, run=ODD, data=ODD, preset=ODD, strategy=ODD, device=ODD, seed=1, planned=1, workers=1)
        log.add("proposed", 2.0, 1, genotype=ARCH0, origin=ODD, parent=0)
        log.add("started", 2.5, 1, stage=1, epochs=1, steps=4, attempt=1)
        log.add("log", 2.5, 0, level=ODD, text=ODD)
        log.add("noted", 3.0, 1, text=ODD, pin=-1, by=ODD)
        log.add("progress", 3.5, 0, what=ODD, step=1, steps=2)
        log.add("failed", 4.0, 1, cause=ODD, message=ODD, retried=0)
        log.add("pruned", 5.0, 1, phase=1, by=ODD)
        log.add("paused", 5.0, 0, on=1, by=ODD)
        log.add("device", 5.0, 0, name=ODD)
        log.add("bye", 6.0, 0, reason=ODD)

    def call(self, *args):
        done = self.place.call(*args)
        for text in (done.stdout, done.stderr):
            self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text), args)
        return done

    def test_for_people(self):
        listing = self.call("ls")
        self.assertEqual(len(listing.stdout.splitlines()), 2)
        self.assertIn(SEEN, listing.stdout)
        status = self.call("status", ODD)
        self.assertIn(f"{SEEN}  {SEEN}\n", status.stdout)
        self.assertIn(f"  data        {SEEN}, preset", status.stdout)
        log = self.call("log", ODD)
        self.assertIn(SEEN, log.stdout)
        self.assertTrue(all(re.match(r"\d\d:\d\d:\d\d  ", line) for line in log.stdout.splitlines()))
        for args in (["status", ODD + "?"], ["log", ODD + "?"], ["export", ODD, "-o", ODD + "/x/y"], ["prune", ODD, "1"],
                     ["search", "--data", "camvid:\x1b\u009b"], ["predict", ODD, "-o", "x", ODD], [ODD], ["--" + ODD],
                     ["try", "[[\x1b"], ["bench", ODD], ["devices", "--" + ODD], ["search", "--config", ODD]):
            wrong = self.call(*args)
            self.assertEqual(len(wrong.stderr.splitlines()), 1, args)
            self.assertNotEqual(wrong.returncode, 0)

    def test_bytes_that_are_no_text(self):
        name = os.fsencode(self.place.runs) + b"/caf\xe9\xff"
        os.rename(self.path, name)
        done = subprocess.run([AUXCELL, "ls"], env=self.place.env, capture_output=True)
        self.assertIn(rb"caf\xe9\xff", done.stdout)
        done.stdout.decode()

    def test_for_programs(self):
        self.assertEqual(json.loads(self.call("ls", "--json").stdout)[0]["state"], ODD)
        self.assertEqual(json.loads(self.call("status", ODD, "--json").stdout)["state"], ODD)
        lines = [json.loads(line) for line in self.call("log", ODD, "--json").stdout.splitlines()]
        self.assertEqual((len(lines), lines[-1]["reason"]), (11, ODD))
        self.assertEqual(json.loads(self.call("export", ODD, "--json").stdout)[0]["note"], ODD)
        rows = list(csv.DictReader(io.StringIO(self.call("export", ODD).stdout)))
        self.assertEqual([r["note"] for r in rows], [SEEN])


class Spreadsheets(unittest.TestCase):
    def test_a_text_is_no_formula(self):
        place = Place()
        self.addCleanup(place.close)
        os.makedirs(place.runs, mode=0o700)
        path = make_run(place.runs, "sheet", 1)
        log = Log(os.path.join(path, "events.mpk"))
        notes = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "fine", "a=b", '=HYPERLINK("x","y")']
        for i, note in enumerate(notes, 1):
            log.add("proposed", i, i, genotype=ARCH0, origin="user", parent=0, logp=-2.5)
            log.add("noted", i, i, text=note, pin=-1, by="user")
        rows = list(csv.DictReader(io.StringIO(place.call("export", "sheet").stdout)))
        self.assertEqual([r["note"] for r in rows],
                         ["'=1+1", "'+1", "'-1", "'@x", r"'\tx", r"'\rx", "fine", "a=b", '\'=HYPERLINK("x","y")'])
        self.assertEqual({r["logp"] for r in rows}, {"-2.5"})  # numbers aren't quoted
        self.assertEqual([o["note"] for o in json.loads(place.call("export", "sheet", "--json").stdout)], notes)


if __name__ == "__main__":
    main()
