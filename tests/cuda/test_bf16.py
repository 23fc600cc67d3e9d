"""Maps in bfloat16 on the emulated device: what 7 bits of mantissa do to the golden files' values and gradients keeps to
stated tolerances, and TF32's would notice it; a training's steps have them, and nothing else does."""
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../helper"))
import auxcell
import emulated
from bf16 import GoldenFiles

GENOTYPE = "[[2,[0,0,9,1],[0,0,9,9],[0,0,9,9]],[[0,0],[0,0],[0,0]]]"
KERNELS = "ax_k_bn_sums", "ax_k_bn_apply", "ax_k_bn_backward_sums", "ax_k_bn_backward_apply"


@unittest.skipUnless(emulated.HERE, emulated.WHY_NOT)
@unittest.skipIf("address" in emulated.BUILD, "slow there")
class Bf16(GoldenFiles, unittest.TestCase):
    switch = "AUXCELL_CUDA_BF16"

    def selftest(self, *args, **switches):
        done = emulated.engine("selftest", "--device", "cuda:0", "--json", *args, **switches)
        self.assertEqual((done.err, done.leaks), ("", []))
        return done.code, [json.loads(line) for line in done.out.splitlines()]

    def test_tf32_is_for_cuda(self):
        done = emulated.engine("selftest", "--device", "cpu", "--tf32")
        self.assertEqual((done.code, done.err), (2, "auxcell: option --tf32: it is for CUDA, and this is cpu\n"))

    def train(self, cache, bf16, **switches):
        done = emulated.engine("try", GENOTYPE, "--device", "cuda:0", "--json", *auxcell.TINY, "--stages", "1", "--latency", "0",
                               "--train-samples", "4", "--batch", "2", "--val-samples", "2", "--epochs", "3", "--cache", cache,
                               "--cuda-tune", "0", "--cuda-bf16", str(bf16), **switches)
        self.assertEqual((done.code, done.leaks), (0, []), done.err)
        return done, json.loads(done.out)

    def test_a_training(self):
        with tempfile.TemporaryDirectory() as folder:
            float32, expected = self.train(f"{folder}/a", 0)
            done, result = self.train(f"{folder}/b", 1)
            caches = [{name: open(f"{folder}/{c}/{name}", "rb").read() for name in os.listdir(f"{folder}/{c}")} for c in "ab"]
            self.assertEqual(caches[0], caches[1])  # the encoder's outputs stay float32
            old, same = self.train(f"{folder}/a", 1, CC=75)
        self.assertFalse([name for name in float32.ran if "bf16" in name or name in ("ax_k_narrow", "ax_k_widen")])
        for name in KERNELS:
            self.assertGreater(done.ran[name + "_bf16"], 0)
            self.assertEqual(done.ran[name + "_bf16"] + done.ran.get(name, 0), float32.ran[name], name)
        # backward kernels ran only in bfloat16; a validation is float32
        self.assertFalse([name for name in done.ran if "backward" in name and name + "_bf16" in done.ran])
        self.assertEqual(done.ran["ax_k_bn_final"], float32.ran["ax_k_bn_final"])
        self.assertNotEqual(result["loss"], expected["loss"])
        for a, b in zip(result["loss"], expected["loss"], strict=True):
            self.assertAlmostEqual(a, b, delta=5e-2 * b)
        # an older card goes on in float32, and a message says so
        self.assertEqual(same["loss"], expected["loss"])
        self.assertEqual(old.err, "auxcell: cuda:0: maps stay float32: bfloat16 needs compute capability 8.0\n")


auxcell.main()
