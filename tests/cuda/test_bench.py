"""bench ops on a CUDA device goes the way it goes on the CPU: the plans' calls, peaks, nothing left behind."""
import json
import math
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../helper"))
import emulated  # noqa: E402
from auxcell import main  # noqa: E402

SMALL = ["--batch", "1", "--crop", "32", "--channels", "4", "--classes", "3", "--runs", "1", "--ms", "0"]


@unittest.skipUnless(emulated.HERE, emulated.WHY_NOT)
class Bench(unittest.TestCase):
    def test_ops_on_a_cuda_device(self):
        done = emulated.engine("bench", "ops", "--device", "cuda:0", "--json", "--only", "backward", *SMALL)
        self.assertEqual((done.code, done.err, done.leaks), (0, "", []))
        result = json.loads(done.out)
        self.assertEqual(result["device"], "cuda")
        self.assertGreater(result["peak_gflops"], 0)
        self.assertGreater(result["peak_gbs"], 0)
        families = {r["family"].split(" ")[0].split("+")[0] for r in result["rows"]}
        self.assertLessEqual({"conv2d", "batchnorm", "resize", "gpool", "ce", "mse", "wsum", "concat", "relu"}, families)
        for r in result["rows"]:
            self.assertTrue(r["ms"] > 0 and math.isfinite(r["roofline"]), r)
            self.assertIsNone(r["onednn_ms"], r)
            if r["family"].startswith("conv2d"):
                self.assertRegex(r["why"], r"(cuBLASLt|cuDNN \d|own), float32, \d+\.\d MiB.*; deterministic$")

    def test_a_coarse_map_s_gradient_has_threads_enough(self):
        """From 2x2 to 8x8: a thread for each place of {8, 2} first, and not only for the four of the result."""
        done = emulated.engine("bench", "ops", "--device", "cuda:0", "--only", "resize backward 2x2 to 1x8x8x4", *SMALL)
        self.assertEqual((done.code, done.err, done.leaks), (0, "", []))
        self.assertEqual(done.threads["ax_k_resize_backward_rows"], 8 * 32)

    def test_what_no_library_computes_is_said(self):
        few = ["bench", "ops", "--device", "cuda:0", "--only", "conv2d 3x3 1x", *SMALL]
        done = emulated.engine(*few, AUXCELL_CUDA_TF32=1)
        self.assertEqual((done.code, done.err), (0, ""))
        self.assertRegex(done.out, r"\n    cuDNN 1, TF32, \d+\.\d MiB; deterministic\n")
        done = emulated.engine(*few, ALGO=2)
        self.assertEqual(done.code, 0)
        self.assertRegex(done.err, r"(?m)^auxcell: cuda:0: conv \S+ 3x3 s1 p1 d1, forward: our own kernel, which may be slow, "
                                   r"since no library has one that gives the same bits each time within 256 MiB\n")
        self.assertRegex(done.out, r"\n    own, float32, 0\.0 MiB; deterministic\n")
        self.assertEqual(len(set(done.err.splitlines())), done.err.count("\n"))


if __name__ == "__main__":
    main()
