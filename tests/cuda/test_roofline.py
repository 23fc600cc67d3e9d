"""tools/roofline.py counts the kernels of a step from the list of its operations: the emulated device counts them too."""
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../helper"))
import auxcell
import emulated

ROOFLINE = os.path.join(os.path.dirname(__file__), "../../tools/roofline.py")
SMALL = ["--batch", "1", "--crop", "64", "--channels", "4"]
# An update takes three kernels for each run of neighbouring parameters, and one for the norm of all; in arch0 some
# parameters in between get no gradient.
MORE = {"arch0": 3, "arch1": 0}
MOST = 450  # limit for the launches of a step: with more, something no longer runs together
sys.path.insert(0, os.path.dirname(ROOFLINE))
import roofline


@unittest.skipUnless(emulated.HERE, emulated.WHY_NOT)
class Roofline(unittest.TestCase):
    def launches(self, genotype, runs, bf16):
        done = emulated.engine("bench", "step", "--genotype", genotype, "--device", "cuda:0", *SMALL, "--runs", str(runs),
                               "--json", FAIL_CALL="cudaStreamBeginCapture", AUXCELL_CUDA_BF16=bf16)  # kernel by kernel
        self.assertEqual(done.code, 0, done.err)
        return sum(n for name, n in done.calls.items() if name in ("cudaLaunchKernel", "cublasLtMatmul")
                   or name.startswith("cudnnConvolution"))

    def test_the_kernels_of_a_step(self):
        self.compare(0)

    def test_the_kernels_of_a_step_in_bfloat16(self):
        self.compare(1)

    def compare(self, bf16):
        said = subprocess.run([sys.executable, ROOFLINE, "--engine", emulated.ENGINE, *SMALL, "--launches", *["--bf16"] * bf16],
                              capture_output=True, text=True, timeout=300)
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        lines = dict(line.split() for line in said.stdout.splitlines())
        self.assertEqual(set(lines), set(roofline.GENOTYPES))
        for name in MORE:
            genotype = roofline.GENOTYPES[name]
            more = self.launches(genotype, 2, bf16) - self.launches(genotype, 1, bf16) - int(lines[name])
            self.assertEqual(more, MORE[name], name)
            self.assertLess(int(lines[name]), MOST, name)


if "address" in emulated.BUILD:  # slow there, and the counts are the same with a sanitizer
    del Roofline
auxcell.main()
