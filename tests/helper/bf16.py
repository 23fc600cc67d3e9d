"""What maps in bfloat16 do to the golden files' values and gradients, for the backends that have them."""
import glob
import os

GOLDEN = sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../golden/decoder-*.safetensors")))
# largest errors, relative to a map's largest element or to the norm
LARGEST = {"eval.logits": 3e-2, "train.logits": 6e-2, "losses": 2e-2, "gradient norm": 2e-1}


class GoldenFiles:
    """A part of a TestCase, whose selftest(*args, **environment) gives the exit status and the rows of its report."""
    switch = None  # the environment's variable that makes maps bfloat16 where selftest isn't told of it

    def test_golden_files(self):
        code, exact = self.selftest(*GOLDEN)
        self.assertEqual(code, 0, exact)
        code, rounded = self.selftest("--bf16", *GOLDEN)
        self.assertEqual(code, 0, rounded)
        for group, most in LARGEST.items():
            errors = {row["file"]: row["relative_error"] for row in rounded if row["group"] == group}
            self.assertEqual(len(errors), len(GOLDEN))
            for file, error in errors.items():
                self.assertLess(error, most, f"{file}, {group}")
                self.assertGreater(error, 1e-4, f"{file}, {group}: nothing is rounded")
        # Adam's step stays float32, and so do the parameters
        steps = [[row["relative_error"] for row in rows if row["group"] == "adam step"] for rows in (exact, rounded)]
        self.assertEqual(steps[0], steps[1])

    def test_other_tolerances_notice_it(self):
        code, rows = self.selftest("--bf16")
        self.assertEqual(code, 0, rows)
        code, rows = self.selftest(GOLDEN[0], **{self.switch: 1})
        self.assertEqual(code, 1)
        self.assertLessEqual({"eval.logits", "train.logits", "gradients"}, {row["group"] for row in rows if not row["ok"]})
