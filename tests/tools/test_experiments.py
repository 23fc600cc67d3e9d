"""Experiments keep their results, from which the same tables can be made elsewhere."""
import json
import os
import shutil
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../helper"))
sys.path[1:1] = [os.path.join(HERE, "../../tools"), os.path.join(HERE, "../../tools/experiments")]
from auxcell import BUILD, TINY, Place, main  # noqa: E402
import kept  # noqa: E402

RUN = os.path.join(HERE, "../../tools/experiments/run.py")
SMALL = [text for name, value in zip(TINY[::2], TINY[1::2])
         for text in ("--set", "%s=%s" % (name[2:].replace("-", "_"), value))]


class Experiments(unittest.TestCase):
    def setUp(self):
        self.place = Place()
        self.addCleanup(self.place.close)
        self.out, self.results = (os.path.join(self.place.dir, name) for name in ("out", "results"))

    def run_it(self, *words):
        done = subprocess.run([sys.executable, RUN, *words, *SMALL, "--engine", os.path.join(BUILD, "auxcell-engine"),
                               "--out", self.out, "--results", self.results], capture_output=True, text=True,
                              env=self.place.env, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def test_searches(self):
        words = ("strategies", "--strategies", "random,elite", "--seeds", "2", "--candidates", "10", "--set", "stages=1",
                 "--set", "finals=0.4")
        first = self.run_it(*words)
        self.assertEqual(first.stderr.count("\nsearch ") + first.stderr.startswith("search "), 4)
        self.assertRegex(first.stdout, r"\| random - elite \| .* \| 2 pairs of runs \|")
        shutil.rmtree(self.out)
        again = self.run_it(*words, "--minutes", "0")
        self.assertEqual(again.stderr, "")
        self.assertEqual(again.stdout.split("\n\n`")[0], first.stdout.split("\n\n`")[0])
        with open(os.path.join(self.results, "searches.jsonl"), encoding="utf-8") as f:
            lines = f.readlines()
        self.assertEqual(len(lines), 4)
        with open(os.path.join(self.results, "searches.jsonl"), "w", encoding="utf-8") as f:
            f.writelines(lines[:3])  # seed 2 isn't complete
        self.assertIn("10 candidates, 1 seed", self.run_it(*words, "--minutes", "0").stdout)

    def test_an_interrupted_search_goes_on(self):
        words = ("strategies", "--strategies", "random", "--seeds", "1", "--set", "stages=1", "--candidates")
        run = os.path.join(self.out, "random-1")
        began = subprocess.Popen([sys.executable, RUN, *words, "400", *SMALL, "--engine",
                                  os.path.join(BUILD, "auxcell-engine"), "--out", self.out, "--results", self.results],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.place.env)
        while '"scored"' not in self.place.call("log", run, "--json").stdout:
            self.assertIsNone(began.poll())
        began.kill()
        began.wait()
        self.place.call("stop", run)
        note = os.path.join(self.out, "random-1.json")
        with open(note, encoding="utf-8") as f:
            said = f.read()
        self.assertIn("search random-1 goes on: ", self.run_it(*words, "400").stderr)
        self.assertFalse(os.path.exists(note))
        with open(os.path.join(self.results, "searches.jsonl"), encoding="utf-8") as f:
            events = json.loads(f.read())["events"]
        self.assertEqual(len({ident for kind, _, ident, _ in events if kind == "scored"}), 400)
        self.assertGreater(sum(kind == "hello" for kind, *_ in events), 1)
        with open(note, "w", encoding="utf-8") as f:
            f.write(said)
        self.assertNotIn("goes on", self.run_it(*words, "10").stderr)  # it is another search

    def test_candidates(self):
        words = ("ablations", "--genotypes", "2", "--seeds", "1")
        first = self.run_it(*words)
        again = self.run_it(*words)
        self.assertEqual((again.stdout, again.stderr), (first.stdout, ""))
        self.assertIn("no auxiliary heads", first.stdout)

    def test_a_kept_search_compares_as_the_run(self):
        done = self.place.call("search", "--run", "a", "--candidates", "10", "--stages", "1", "--finals", "0.4", *TINY)
        self.assertEqual(done.returncode, 0, done.stderr)
        run = self.place.run_dir("a")
        path = os.path.join(self.place.dir, "kept.jsonl")
        kept.Shelf(path).put("a", {"preset": "demo"}, run)
        kept.restore(kept.Shelf(path).get("a", {"preset": "demo"}), os.path.join(self.place.dir, "b"))
        said = [self.place.call("compare", "a=" + of, "--markdown").stdout
                for of in (run, os.path.join(self.place.dir, "b"))]
        self.assertIn("first of the finals", said[0])
        self.assertEqual(said[0], said[1])

    def test_folders_are_not_kept(self):
        import lab
        self.assertEqual(lab.portable({"data": "camvid:/home/x", "teacher": "/a/b.safetensors", "seed": 1}),
                         {"data": "camvid", "teacher": "b.safetensors", "seed": 1})


if __name__ == "__main__":
    main()
