"""A run that an earlier version wrote (tests/data/old-run) is listed, shown, exported and continued as that version did."""
import csv
import io
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../helper"))
from auxcell import PlaceCase, main  # noqa: E402
from engine import events  # noqa: E402

OLD = os.path.join(HERE, "../../data/old-run")
KINDS = ("proposed", "scored", "gated", "learned")


class OldRun(PlaceCase):
    def setUp(self):
        super().setUp()
        self.path = self.place.run_dir("old")
        shutil.copytree(os.path.join(OLD, "run"), self.path)
        for folder in ("cache", "inflight", "models"):
            os.mkdir(os.path.join(self.path, folder))

    def test_it_is_listed_and_shown(self):
        listed = json.loads(self.ok("ls", "--json"))
        self.assertEqual([(r["name"], r["state"], r["proposed"], r["scored"]) for r in listed], [("old", "stopped", 13, 9)])
        self.assertRegex(self.ok("ls"), r"\nold +")
        self.assertRegex(self.ok("status", "old"), r"9 of 14 scored, 0 running, 2 queued, 0 failed, 2 pruned\n")
        log = self.ok("log", "old")
        self.assertIn("crashed: the worker was killed", log)
        self.assertEqual(len(self.ok("log", "old", "--json").splitlines()), 337)

    def test_it_is_exported(self):
        with open(os.path.join(OLD, "export.csv")) as f:
            then = list(csv.DictReader(f))
        now = list(csv.DictReader(io.StringIO(self.ok("export", "old", "--csv"))))
        self.assertEqual(len(then), 13)
        self.assertEqual([{k: row[k] for k in then[0]} for row in now], then)  # newer versions may have more columns

    def test_it_goes_on_with_the_same_bits(self):
        self.ok("resume", "old", "--headless")
        with open(os.path.join(OLD, "continued.json")) as f:
            then = [json.loads(line) for line in f]
        now = [(kind, ident, fields) for kind, ident, fields in events(self.path)[337:] if kind in KINDS]
        self.assertEqual([(k, i) for k, i, _ in now], [(k, i) for k, i, _ in then])
        for (kind, ident, fields), (_, _, expected) in zip(now, then):
            self.assertEqual({k: fields[k] for k in expected}, expected, (kind, ident))
        self.assertEqual(events(self.path)[-1][0], "bye")


if __name__ == "__main__":
    main()
