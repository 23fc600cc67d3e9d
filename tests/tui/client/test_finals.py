"""The results of the finals wherever a run is shown: ls, status, export, report, screens."""
import csv
import io
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from auxcell import SharedPlaceCase, main  # noqa: E402
from screen import ARCH, Log  # noqa: E402

START = 1764072000.0


def make(path, trained):
    """Four candidates of a search, of which 2 and 3 are finalists; `trained` of their four trainings are over."""
    os.makedirs(path, mode=0o700)
    with open(os.path.join(path, "run.ini"), "w") as f:
        f.write("[run]\npreset = demo\n")
    log = Log(os.path.join(path, "events.mpk"))
    log.add("hello", START, 0, run="r", data="scenes", preset="demo", strategy="random", device="cpu", seed=5, planned=8,
            finals=4, workers=1, pid=1, resumed=0)

    def train(i, reward, **proposed):
        at = START + 10 * i
        log.add("proposed", at - 9, i, genotype=ARCH[i % 3], params=2000000, macs=1, **{"parent": 0, "origin": "random", **proposed})
        log.add("scored", at, i, reward=reward, miou=0.3, loss=0.7, seconds=4.0, stage=1, model="", masks="")

    for i, reward in enumerate((0.3, 0.6, 0.5, 0.4), 1):
        train(i, reward)
    for place, i in enumerate((2, 3), 1):
        log.add("final", START + 41, i, place=place, trainings=4, final_mean=None, final_interval=None, final_best=None,
                final_seeds=0)
    said = [(2, .44, None, None, 1), (3, .52, None, None, 1), (2, .46, .1, .2, 2), (3, .53, .2, .8, 2)]
    rewards = (.44, .52, .48, .54)
    for k in range(trained):
        i, mean, half, best, seeds = said[k]
        train(5 + k, rewards[k], parent=i, origin="finals", seed=1005 + 1000 * (k // 2))
        log.add("final", START + 10 * (5 + k), i, place=i - 1, trainings=4, final_mean=mean, final_interval=half,
                final_best=best, final_seeds=seeds)
    if trained == 4:
        log.add("bye", START + 90, 0, reason="finished")


class Finals(SharedPlaceCase):
    @classmethod
    def prepare(cls):
        for name, trained in (("begun", 1), ("done", 4)):
            make(os.path.join(cls.place.runs, name), trained)

    def ok(self, *args):
        done = self.place.call(*args)
        self.assertEqual((done.returncode, done.stderr), (0, ""), args)
        return done.stdout

    def test_ls_has_the_mean_and_not_the_best_reward(self):
        self.assertRegex(self.ok("ls"), r"(?m)^done +finished +8/8 +\.5300 ")

    def test_status(self):
        text = self.ok("status", "done")
        self.assertIn("  candidates  4 of 8 scored, 0 running", text)
        self.assertIn("  finals      4 of 4 trainings done, 2 finalists\n", text)
        self.assertIn("in the finals .5300 +- .2000 of 2 seeds, best with probability .80\n", text)
        self.assertRegex(text, r"rate +5\.3 per minute")  # eight trainings in 90 seconds
        self.assertRegex(text, r"first +#3 ")
        self.assertRegex(text, r"best +#2 ")
        finals = json.loads(self.ok("status", "begun", "--json"))["finals"]
        self.assertEqual((finals["planned"], finals["done"], finals["finalists"], finals["first"]["id"]), (4, 1, 2, 2))

    def test_export(self):
        rows = {int(r["id"]): r for r in csv.DictReader(io.StringIO(self.ok("export", "done", "--csv")))}
        three = rows[3]
        self.assertEqual([float(three[k]) for k in ("reward", "final_mean", "final_interval", "final_best", "final_seeds",
                                                    "finalist")], [0.5, 0.53, 0.2, 0.8, 2, 2])
        self.assertEqual((rows[1]["finalist"], rows[1]["final_mean"], rows[1]["seed"]), ("", "", ""))
        self.assertEqual((rows[8]["origin"], rows[8]["parent"], rows[8]["seed"]), ("finals", "3", "2005"))
        rows = {r["id"]: r for r in json.loads(self.ok("export", "begun", "--json"))}
        self.assertEqual((rows[2]["final_mean"], rows[2]["final_interval"], rows[2]["final_seeds"]), (0.44, None, 1))

    def test_report(self):
        page = self.ok("report", "done")
        self.assertIn(".5300 \u00b1 .2000, candidate 3, 2 seeds, best with probability .80", page)
        self.assertIn("4 of 4 trainings, 2 finalists", page)
        table = page[page.index("<tbody>"):page.index("</tbody>")]
        ids = [row.split("</td>")[0] for row in table.split("<tr><td>")[1:]]
        self.assertEqual(ids, ["3", "2", "4", "1"])  # the winner of the finals comes first; their trainings have no rows

    def test_screens(self):
        path = os.path.join(self.place.dir, "screen.txt")
        script = os.path.join(self.place.dir, "keys")
        with open(script, "w") as f:
            f.write(f"keys 2\nsave {path}\n")
        self.ok("attach", "done", "--readonly", "--script", script, "--size", "100x24")
        with open(path, encoding="utf-8") as f:
            screen = f.read().splitlines()
        self.assertIn("finals 4 of 4", screen[0])
        self.assertIn("first .5300+-.2000 #3", screen[0])
        self.assertRegex(screen[2], r"REWARD +FINAL +\+-95% +PBEST")
        shown = [line.split()[0 if line[0] == " " else 1] for line in screen[3:11]]
        # by reward, followed by the trainings of the finals
        self.assertEqual(shown, ["2", "3", "4", "1", "8", "6", "7", "5"])
        self.ok("attach", "done", "--readonly", "--script", script, "--size", "68x24")
        with open(path, encoding="utf-8") as f:
            narrow = f.readline()
        self.assertIn("first .5300+-.2000 #3", narrow)  # the result of the finals is the last to be left out
        self.assertNotIn("finals", narrow)
        with open(script, "w") as f:
            f.write(f"keys 2mj=\nsave {path}\n")
        self.ok("attach", "done", "--readonly", "--script", script, "--size", "80x24")
        with open(path, encoding="utf-8") as f:
            heading = next(line for line in f if " reward " in line)
        self.assertRegex(heading, r" final +pbest +.$")  # only whole columns, and these are kept rather than the time
        self.assertNotIn("time", heading)


if __name__ == "__main__":
    main()
