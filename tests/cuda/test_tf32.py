"""TF32 on the emulated device, which rounds factors of convolutions to 10 bits of mantissa: what that does to the golden
files' values and gradients keeps to wider tolerances, and float32's would notice it."""
import glob
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../helper"))
import auxcell
import emulated

GOLDEN = sorted(glob.glob(os.path.join(os.path.dirname(__file__), "../golden/decoder-*.safetensors")))
FLOAT32, TF32 = 1e-4, 3e-2  # largest errors, relative to a map's largest element


@unittest.skipUnless(emulated.HERE, emulated.WHY_NOT)
@unittest.skipIf("address" in emulated.BUILD, "slow there")
class Tf32(unittest.TestCase):
    def selftest(self, *args, **switches):
        done = emulated.engine("selftest", "--device", "cuda:0", "--json", *args, **switches)
        self.assertEqual((done.err, done.leaks), ("", []))
        return done.code, [json.loads(line) for line in done.out.splitlines()]

    def errors(self, rows, group):
        return {row["file"]: row["relative_error"] for row in rows if row["group"] == group}

    def test_golden_files(self):
        code, exact = self.selftest(*GOLDEN)
        self.assertEqual(code, 0, exact)
        code, rounded = self.selftest("--tf32", *GOLDEN)
        self.assertEqual(code, 0, rounded)
        for group in "eval.logits", "train.logits", "gradient norm":
            before, after = self.errors(exact, group), self.errors(rounded, group)
            self.assertEqual(len(after), len(GOLDEN))
            for file, error in after.items():
                self.assertLess(before[file], FLOAT32, file)
                self.assertGreater(error, FLOAT32, f"{file}, {group}: nothing is rounded")
                self.assertLess(error, TF32, file)
        # Adam's step runs on our own kernels in float32
        self.assertEqual(self.errors(exact, "adam step"), self.errors(rounded, "adam step"))

    def test_small_networks_and_tolerances_of_float32(self):
        code, rows = self.selftest("--tf32")
        self.assertEqual(code, 0, rows)
        code, rows = self.selftest(GOLDEN[0], AUXCELL_CUDA_TF32=1)
        self.assertEqual(code, 1)
        failed = {row["group"] for row in rows if not row["ok"]}
        self.assertLessEqual({"eval.logits", "train.logits", "gradients"}, failed)

    def test_it_is_for_cuda(self):
        done = emulated.engine("selftest", "--device", "cpu", "--tf32")
        self.assertEqual((done.code, done.err), (2, "auxcell: option --tf32: it is for CUDA, and this is cpu\n"))


auxcell.main()
