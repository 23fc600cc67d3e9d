"""compare: the best so far of several runs, of runs of one kind as their mean, and their fronts."""
import csv
import io
import os
import sys
import unittest
import xml.dom.minidom

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../helper"))
from auxcell import Place, main  # noqa: E402
from screen import ARCH, Log  # noqa: E402

START = 1764072000.0


def make(runs, name, rewards, params=None, pruned=()):
    """A run whose candidates take ten seconds each."""
    path = os.path.join(runs, name)
    os.makedirs(path, mode=0o700)
    with open(os.path.join(path, "run.ini"), "w") as f:
        f.write("[run]\npreset = demo\n")
    log = Log(os.path.join(path, "events.mpk"))
    log.add("hello", START, 0, run=name, data="scenes", preset="demo", strategy="ppo", device="cpu", seed=1,
            planned=9, workers=1, pid=1, resumed=0)
    for i, reward in enumerate(rewards, 1):
        log.add("proposed", START + 10 * i - 9, i, genotype=ARCH[i % 3], parent=0, origin="ppo",
                params=int(params[i - 1]) if params else 2000000, macs=1)
        log.add("scored", START + 10 * i, i, reward=reward, miou=0.3, loss=0.7, seconds=4.0, stage=1, model="", masks="")
        if i in pruned:
            log.add("pruned", START + 10 * i, i, phase=2, by="user")


class Compare(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.addClassCleanup(cls.place.close)
        os.makedirs(cls.place.runs, mode=0o700)
        make(cls.place.runs, "a1", [0.2, 0.5, 0.1, 0.6], params=[4e6, 2e6, 1e6, 3e6])
        make(cls.place.runs, "a2", [0.4, 0.3, 0.7], params=[1e6, 5e6, 6e6])
        make(cls.place.runs, "b", [0.3, 0.9, 0.4], pruned=[2])

    def table(self, *args):
        done = self.place.call("compare", *args, "--csv")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return list(csv.DictReader(io.StringIO(done.stdout)))

    def test_a_run_is_its_best_so_far(self):
        rows = self.table("a1", "b")
        self.assertEqual([(r["name"], r["x"], float(r["mean"])) for r in rows],
                         [("a1", "1", 0.2), ("a1", "2", 0.5), ("a1", "3", 0.5), ("a1", "4", 0.6),
                          ("b", "1", 0.3), ("b", "2", 0.3), ("b", "3", 0.4)])  # what is pruned never counts

    def test_runs_of_one_kind_are_a_mean_and_its_ends(self):
        rows = self.table("ppo=a1,a2")
        self.assertEqual([(r["runs"], float(r["low"]), round(float(r["mean"]), 9), float(r["high"])) for r in rows],
                         [("2", 0.2, 0.3, 0.4), ("2", 0.4, 0.45, 0.5), ("2", 0.5, 0.6, 0.7)])  # as far as both went

    def test_time_is_an_axis_too(self):
        rows = self.table("--time", "a1")
        last = [r for r in rows if float(r["x"]) <= 20.01][-1]
        self.assertEqual(float(last["mean"]), 0.5)
        self.assertEqual(float(rows[-1]["x"]), 40)
        self.assertTrue(all(float(r["x"]) >= 10 for r in rows))  # nothing is known before

    def test_fronts_of_one_kind_are_one_front(self):
        rows = self.table("--front", "params", "ppo=a1,a2")
        self.assertEqual([(r["run"], r["id"], float(r["cost"]), float(r["reward"])) for r in rows],
                         [("2", "1", 1e6, 0.4), ("1", "2", 2e6, 0.5), ("1", "4", 3e6, 0.6), ("2", "3", 6e6, 0.7)])

    def test_names_are_text(self):
        for args in ([], ["--front", "params"]):
            rows = self.table("a1,a2", "+x=b", *args)
            self.assertEqual({r["name"] for r in rows}, {"a1,a2", "'+x"})

    def test_pictures(self):
        for args in ([], ["--front", "params"], ["--time"]):
            done = self.place.call("compare", "ppo=a1,a2", "b", "--svg", *args)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            names = [t.firstChild.data for t in xml.dom.minidom.parseString(done.stdout).getElementsByTagName("text")]
            self.assertIn("a  ppo", names)
            self.assertIn("b  b", names)
        done = self.place.call("compare", "ppo=a1,a2", "b", "--size", "12x60", "--ascii")
        lines = done.stdout.splitlines()
        self.assertRegex(lines[1], r"^a  ppo +2 +3 +\.6000 +\.6000  \(\.5000 to \.7000\)$")
        self.assertRegex(lines[2], r"^b  b +1 +3 +\.4000 +\.4000$")
        plot = lines[5:]
        self.assertEqual(len(plot), 12)
        self.assertTrue(any("aaa" in line for line in plot) and any("bbb" in line for line in plot))
        path = os.path.join(self.place.dir, "plot.svg")
        done = self.place.call("compare", "a1", "--svg", "-o", path)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        xml.dom.minidom.parse(path)

    def test_what_is_wrong_is_said(self):
        for args, says in (([], "compare: which runs"), (["none"], "no such run"), (["a1", "--front", "size"], "--front takes"),
                           (["a1", "-o", os.path.join(self.place.runs, "a1", "events.mpk")], "events.mpk"),
                           (["a1", "--csv", "--svg"], "exclude each other"), (['x"y=a1'], "is no name")):
            done = self.place.call("compare", *args)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(says, done.stderr)


if __name__ == "__main__":
    main()
