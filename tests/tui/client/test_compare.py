"""compare: the best so far of several runs, of runs of one kind as their mean, and their fronts."""
import csv
import io
import math
import os
import statistics
import sys
import xml.dom.minidom

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../helper"))
from auxcell import SharedPlaceCase, main  # noqa: E402
from screen import ARCH, Log  # noqa: E402

START = 1764072000.0
T95 = (math.nan, 12.706205, 4.302653, 3.182446)  # Student's t at 95 %, indexed by degrees of freedom


def make(runs, name, rewards, params=None, pruned=(), seed=1, finals=(), data="scenes", task=""):
    """A run whose candidates take ten seconds each. finals: rewards of candidate 2 with fresh seeds."""
    path = os.path.join(runs, name)
    os.makedirs(path, mode=0o700)
    with open(os.path.join(path, "run.ini"), "w") as f:
        f.write("[run]\npreset = demo\n")
    log = Log(os.path.join(path, "events.mpk"))
    log.add("hello", START, 0, run=name, data=data, task=task, preset="demo", strategy="ppo", device="cpu", seed=seed,
            planned=9, workers=1, pid=1, resumed=0)
    for i, reward in enumerate(rewards, 1):
        log.add("proposed", START + 10 * i - 9, i, genotype=ARCH[i % 3], parent=0, origin="ppo",
                params=int(params[i - 1]) if params else 2000000, macs=1)
        log.add("scored", START + 10 * i, i, reward=reward, miou=0.3, loss=0.7, seconds=4.0, stage=1, model="", masks="")
        if i in pruned:
            log.add("pruned", START + 10 * i, i, phase=2, by="user")
    for k, reward in enumerate(finals, 1):
        i = len(rewards) + k
        log.add("proposed", START + 10 * i - 9, i, genotype=ARCH[2], parent=2, origin="finals", seed=seed + 1000 * k,
                params=2000000, macs=1)
        log.add("scored", START + 10 * i, i, reward=reward, miou=0.3, loss=0.7, seconds=4.0, stage=1, model="", masks="")
        log.add("final", START + 10 * i, 2, place=1, trainings=len(finals), final_mean=statistics.mean(finals[:k]),
                final_interval=T95[k - 1] * statistics.stdev(finals[:k]) / k ** 0.5 if k > 1 else math.nan,
                final_best=1.0 if k > 1 else math.nan, final_seeds=k)


class Compare(SharedPlaceCase):
    @classmethod
    def prepare(cls):
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
                          ("b", "1", 0.3), ("b", "2", 0.3), ("b", "3", 0.4)])  # pruned candidates never count

    def test_a_run_may_have_the_signs_in_its_name(self):
        make(self.place.runs, "lr=0.1,wd=0", [0.2, 0.8])
        path = os.path.join(self.place.runs, "lr=0.1,wd=0")
        for operand, name in ("lr=0.1,wd=0", "lr=0.1,wd=0"), (path, path[:63]):
            self.assertEqual([(r["name"], r["runs"], float(r["mean"])) for r in self.table(operand)],
                             [(name, "1", 0.2), (name, "1", 0.8)])

    def test_long_names_stay_whole_and_in_line(self):
        names = ["an-experiment-with-a-long-name-1", "an-experiment-with-a-long-name-2", "gr\u00f6\u00dfe"]
        for name in names:
            make(self.place.runs, name, [0.2, 0.8])
        for args, before in (["ls"], ""), (["compare", *names], "a  "):
            out = self.place.call(*args).stdout
            lines = [line[len(before):] for line in out.splitlines() if any(name in line for name in names)]
            self.assertGreaterEqual(len(lines), 3)
            for line, name in zip(sorted(lines[:3]), names):
                self.assertEqual(line[:33], name.ljust(33))

    def test_runs_of_one_kind_are_a_mean_and_its_ends(self):
        rows = self.table("ppo=a1,a2")
        self.assertEqual([(r["runs"], float(r["low"]), round(float(r["mean"]), 9), float(r["high"])) for r in rows],
                         # only as far as both runs went
                         [("2", 0.2, 0.3, 0.4), ("2", 0.4, 0.45, 0.5), ("2", 0.5, 0.6, 0.7)])

    def test_time_is_an_axis_too(self):
        rows = self.table("--time", "a1")
        last = [r for r in rows if float(r["x"]) <= 20.01][-1]
        self.assertEqual(float(last["mean"]), 0.5)
        self.assertEqual(float(rows[-1]["x"]), 40)
        self.assertTrue(all(float(r["x"]) >= 10 for r in rows))  # no rows before the first reward

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
        plot = lines[lines.index("best reward so far") + 1:]
        self.assertEqual(len(plot), 12)
        self.assertTrue(any("aaa" in line for line in plot) and any("bbb" in line for line in plot))
        path = os.path.join(self.place.dir, "plot.svg")
        done = self.place.call("compare", "a1", "--svg", "-o", path)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        xml.dom.minidom.parse(path)

    def lines(self, *args):
        done = self.place.call("compare", *args, "--size", "8x40")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def test_without_finals_the_best_at_the_same_budget_counts(self):
        make(self.place.runs, "s1", [0.2, 0.5, 0.1], seed=1)
        make(self.place.runs, "s2", [0.4, 0.6], seed=2)
        make(self.place.runs, "t1", [0.3, 0.4, 0.9], seed=1)  # .9 comes after the others have ended
        make(self.place.runs, "t2", [0.3, 0.55, 0.2], seed=2)
        got = self.lines("s=s1,s2", "t=t1,t2")
        at = got.index("best at 2 candidates: mean of the runs, 95 % interval")
        self.assertEqual(got[at + 1:at + 3], ["a  s                        .5500 +- .6353", "b  t                        .4750 +- .9530"])
        # differences .1 and .05: mean .075, s .0354, standard error .025, t = 3 with one degree of freedom
        self.assertIn("a - b  +.0750 +- .3177  p .205  of 2 pairs of runs", got)
        # runs are paired by seed, not by position
        self.assertIn("a - b  +.0750 +- .3177  p .205  of 2 pairs of runs", self.lines("s=s1,s2", "t=t2,t1"))
        # of runs of a side with the same seed the first counts, on either side
        make(self.place.runs, "s1-again", [0.8, 0.9], seed=1)
        self.assertIn("a - b  +.0750 +- .3177  p .205  of 2 pairs of runs", self.lines("s=s1,s2,s1-again", "t=t1,t2"))
        self.assertIn("a - b  -.0750 +- .3177  p .205  of 2 pairs of runs", self.lines("t=t1,t2", "s=s1,s2,s1-again"))
        make(self.place.runs, "u3", [0.3, 0.4], seed=3)
        self.assertIn("a - b  no pairs: no seed and task are the same", self.lines("s=s1,s2", "u3"))

    def test_the_finals_count_where_all_have_them(self):
        make(self.place.runs, "f1", [0.2, 0.9], seed=1, finals=[0.5, 0.6, 0.7, 0.6])
        make(self.place.runs, "g1", [0.2, 0.8], seed=1, finals=[0.4, 0.55, 0.6, 0.45])
        got = self.lines("f1", "g1")
        at = got.index("first of the finals: mean of fresh seeds, 95 % interval")
        self.assertEqual(got[at + 1:at + 3], ["a  f1                       .6000 +- .1299", "b  g1                       .5000 +- .1453"])
        d = [0.1, 0.05, 0.1, 0.15]
        half = T95[3] * statistics.stdev(d) / 2
        self.assertIn("a - b  +.1000 +- %s  p .016  of 4 fresh seeds" % ("%.4f" % half)[1:], got)
        make(self.place.runs, "f2", [0.2, 0.9], seed=2, finals=[0.5, 0.5])
        make(self.place.runs, "g2", [0.2, 0.8], seed=2, finals=[0.45, 0.45])
        got = self.lines("f=f1,f2", "g=g1,g2")
        self.assertIn("a  f                        .5500 +- .6353", got)
        self.assertIn("a - b  +.0750 +- .3177  p .205  of 2 pairs of runs", got)
        self.assertIn("best at 2 candidates: mean of the runs, 95 % interval", self.lines("f1", "b"))  # b has no finals
        done = self.place.call("compare", "f=f1,f2", "g=g1,g2", "--markdown")
        self.assertEqual(done.stdout.splitlines(), [
            "| | runs | best at 2 candidates | first of the finals |",
            "| --- | --- | --- | --- |",
            "| f | 2 | .9000 +- .0000 | .5500 +- .6353 |",
            "| g | 2 | .8000 +- .0000 | .4750 +- .3177 |",
            "",
            "| first of the finals | difference | p | pairs |",
            "| --- | --- | --- | --- |",
            "| f - g | +.0750 +- .3177 | .205 | 2 pairs of runs |"])

    def test_what_cannot_be_compared_is_said(self):
        make(self.place.runs, "metres", [0.8, 0.9], task="depth")
        make(self.place.runs, "streets", [0.8, 0.9], data="camvid:/streets")
        make(self.place.runs, "dreams", [0.8], task="dreaming")
        for other, says in (("dreams", "tasks can't be compared: a1 has segmentation, dreams has unknown"),
                            ("metres", "tasks can't be compared: a1 has segmentation, metres has depth"),
                            ("streets", "data can't be compared: a1 has scenes, streets has camvid:/streets")):
            done = self.place.call("compare", "a1", other)
            self.assertEqual((done.returncode, done.stderr), (0, f"auxcell: compare: rewards of different {says}\n"))
            self.assertEqual("no pairs" in done.stdout, other != "streets")
        make(self.place.runs, "g3", [0.2, 0.9], finals=[0.5, 0.6])
        make(self.place.runs, "deep", [0.2, 0.9], finals=[0.4, 0.5], task="depth")
        self.assertIn("no pairs", self.place.call("compare", "g3", "deep").stdout)

    def test_what_is_wrong_is_said(self):
        for args, says in (([], "compare: which runs"), (["none"], "no such run"), (["a1", "--front", "size"], "--front takes"),
                           (["a1", "-o", os.path.join(self.place.runs, "a1", "events.mpk")], "events.mpk"),
                           (["a1", "--csv", "--svg"], "exclude each other"), (['x"y=a1'], "is not a name")):
            done = self.place.call("compare", *args)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(says, done.stderr)


if __name__ == "__main__":
    main()
