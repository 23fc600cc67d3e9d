"""tools/gpu-check.sh from end to end on an emulated device: its report has every section, figures and a table of checks."""
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../helper"))
import emulated  # noqa: E402
from auxcell import main  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


@unittest.skipUnless(emulated.HERE, emulated.WHY_NOT)
@unittest.skipIf("address" in emulated.BUILD or "thread" in emulated.BUILD, "the emulated device takes minutes under a sanitizer")
class GpuCheck(unittest.TestCase):
    def test_the_report(self):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "report.md")
            done = subprocess.run(["sh", os.path.join(ROOT, "tools/gpu-check.sh"), "--small", "--build", emulated.BUILD,
                                   "--golden", os.path.join(ROOT, "tests/golden"), "--out", out],
                                  env=emulated.environment(AUXCELL_CUDA_WARM_MS=0, HOME=folder), capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, timeout=1200)
            with open(out) as f:
                report = f.read()
        self.assertEqual(done.returncode, 0, report[-3000:])
        for heading in ("Versions", "What every convolution is offered, and what was taken", "Golden files", "Steps of stage 1",
                        "Where a step's time goes", "PyTorch on the same device", "Searches on the scenes, 4 s",
                        "compute-sanitizer", "All checks"):
            self.assertIn(f"\n## {heading}\n", report)
        self.assertRegex(report, r"offer 1: (cuBLASLt|cuDNN) \d, float32, \d+\.\d MiB, \d+\.\d\d us")
        self.assertRegex(report, r"offer 2: cuDNN \d, TF32, ")
        self.assertRegex(report, r"offer 2: cuDNN \d, bfloat16, ")
        for arithmetic in "float32", "TF32", "bfloat16":
            self.assertRegex(report, rf"\| arch0 \| 1 \| 1 \| {arithmetic} \| \d+\.\d+ \| \d+\.\d+ \|")
        for workers in 1, 2, 4:
            self.assertRegex(report, rf"\n\| {workers} \| \d+ \| 0 \| (\d+|-) \|\n")
        self.assertNotIn("FAILED", report)


if __name__ == "__main__":
    main()
