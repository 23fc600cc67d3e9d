"""A search for pose networks as a whole: figures, events, pictures, and a run that goes on with the same history."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from auxcell import main  # noqa: E402
from engine import change  # noqa: E402

BUILD = os.environ["AUXCELL_BUILD"]
SMALL = ["--task", "pose", "--preset", "demo", "--train-samples", "8", "--val-samples", "4", "--crop", "64",
         "--stage2-crop", "64", "--stage2-samples", "4", "--batch", "4", "--epochs", "1", "--channels", "8",
         "--strategy", "random"]


class Pose(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="ax-pose-")
        self.env = dict(os.environ, XDG_STATE_HOME=self.dir)

    def tearDown(self):
        shutil.rmtree(self.dir)

    def auxcell(self, *args):
        done = subprocess.run([os.path.join(BUILD, "auxcell"), *args], capture_output=True, text=True, env=self.env,
                              timeout=300)
        self.assertEqual((done.returncode, done.stderr), (0, ""), args)
        return done.stdout

    def plan(self, run, candidates):
        change(os.path.join(self.dir, "auxcell", "runs", run), candidates=candidates)

    def candidates(self, run):
        said = json.loads(self.auxcell("export", run, "--json"))
        said = said["candidates"] if isinstance(said, dict) else said
        return {c["id"]: c for c in said}

    def test_a_search_with_a_pause_in_it_is_one_without(self):
        text = self.auxcell("search", "--headless", "--run", "whole", "--candidates", "4", *SMALL)
        self.assertRegex(text, r"#1 +reward \.\d{4} +PCK [.\d]+ ")
        self.auxcell("search", "--headless", "--run", "parted", "--candidates", "2", *SMALL)
        self.plan("parted", 4)
        self.auxcell("resume", "parted", "--headless")
        whole, parted = self.candidates("whole"), self.candidates("parted")
        self.assertEqual(sorted(whole), [1, 2, 3, 4])
        for i, c in whole.items():
            for name in ("genotype", "reward", "pck", "loss"):
                self.assertEqual(c[name], parted[i][name], (i, name))
            self.assertTrue(0 <= c["reward"] <= 1 and 0 <= c["pck"] <= 1)
            self.assertNotIn("miou", c)
            self.assertIsNone(c["ap"])
        folder = os.path.join(self.dir, "auxcell", "runs", "whole", "masks")
        self.assertIn("validation.mpk", os.listdir(folder))
        self.assertEqual(len([f for f in os.listdir(folder) if f[0].isdigit()]), 4)
        with open(os.path.join(self.dir, "auxcell", "runs", "whole", "run.ini")) as f:
            self.assertRegex(f.read(), r"(?m)^task = pose$")


if __name__ == "__main__":
    main()
