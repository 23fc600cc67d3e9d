"""Maps in bfloat16 on the CPU: what 7 bits of mantissa do to the golden files' values and gradients keeps to stated
tolerances; a training's steps have them, and nothing else does; a killed search with them comes to the same bits."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../../helper"))
import auxcell  # noqa: E402
from bf16 import GOLDEN, GoldenFiles  # noqa: E402
from engine import Run, history, make_run, serve  # noqa: E402

GENOTYPE = "[[2,[0,0,3,1],[0,0,0,5],[0,0,4,2]],[[0,1],[2,3],[3,0]]]"
LACKING = "maps stay float32: bfloat16 needs a processor with AVX512-BF16"


def has_bf16():
    return "AVX512-BF16" in auxcell.engine("devices")[1].splitlines()[0]


def engine(*args, **env):
    done = subprocess.run([auxcell.ENGINE, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
                          env=dict(os.environ, **{k: str(v) for k, v in env.items()}))
    return done.returncode, done.stdout, done.stderr


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


def train(cache, bf16, **env):
    code, out, err = engine("try", GENOTYPE, "--device", "cpu", "--json", *auxcell.TINY, "--stages", "1", "--latency", "0",
                            "--epochs", "3", "--cache", cache, "--cpu-bf16", str(bf16), **env)
    return code, json.loads(out), err


@unittest.skipUnless(has_bf16(), "this processor has no AVX512-BF16")
class Bf16(GoldenFiles, unittest.TestCase):
    switch = "AUXCELL_CPU_BF16"

    def selftest(self, *args, **env):
        code, out, err = engine("selftest", "--device", "cpu", "--json", *args, **env)
        self.assertEqual(err, "")
        return code, rows(out)

    def test_a_training(self):
        with tempfile.TemporaryDirectory() as folder:
            code, expected, err = train(f"{folder}/a", 0)
            self.assertEqual((code, err), (0, ""))
            code, result, err = train(f"{folder}/b", 1)
            self.assertEqual((code, err), (0, ""))
            caches = [{name: open(f"{folder}/{c}/{name}", "rb").read() for name in os.listdir(f"{folder}/{c}")} for c in "ab"]
            self.assertEqual(caches[0], caches[1])  # the encoder's outputs stay float32
            self.assertEqual(train(f"{folder}/a", 1)[1]["loss"], result["loss"])
        self.assertNotEqual(result["loss"], expected["loss"])
        for a, b in zip(result["loss"], expected["loss"], strict=True):
            self.assertAlmostEqual(a, b, delta=5e-2 * b)
        self.assertLess(result["peak_bytes"], expected["peak_bytes"])

    def test_a_killed_search(self):
        with tempfile.TemporaryDirectory() as folder:
            whole, killed = os.path.join(folder, "a"), os.path.join(folder, "b")
            make_run(whole, cpu_bf16=1)
            self.assertEqual(serve(whole), (0, ""))
            make_run(killed, cache=whole, cpu_bf16=1)
            for moment in (("progress", 1), ("scored", 2), ("progress", 3)):
                run = Run(killed)
                self.assertEqual(run.answer, "ok\n")
                run.until(*moment)
                self.assertEqual(run.kill(), -signal.SIGKILL)
            self.assertEqual(serve(killed), (0, ""))
            self.assertEqual(history(killed), history(whole))
            plain = make_run(os.path.join(folder, "c"), cache=whole)
            self.assertEqual(serve(plain), (0, ""))
            self.assertNotEqual(history(plain), history(whole))

    def test_inference(self):
        """bench infer: the fused graph takes less memory; a chain's maps are narrow too."""
        measured = []
        for bf16 in 0, 1:
            code, out, err = engine("bench", "infer", "--device", "cpu", "--threads", "1", "--runs", "1", "--crop", "256",
                                    "--json", AUXCELL_CPU_BF16=bf16)
            self.assertEqual((code, err), (0, ""))
            measured.append(json.loads(out)["peak_bytes"])
        self.assertLess(measured[1], .9 * measured[0])


class Lacking(unittest.TestCase):
    """Another instruction set is as a processor that has none of it."""

    def test_a_training_goes_on_in_float32(self):
        with tempfile.TemporaryDirectory() as folder:
            code, expected, err = train(f"{folder}/a", 0, AUXCELL_ISA="base")
            self.assertEqual((code, err), (0, ""))
            code, result, err = train(f"{folder}/a", 1, AUXCELL_ISA="base")
        self.assertEqual((code, err), (0, f"auxcell: {LACKING}\n"))
        self.assertEqual(result["loss"], expected["loss"])

    def test_selftest_says_so(self):
        code, _, err = engine("selftest", "--device", "cpu", "--bf16", GOLDEN[0], AUXCELL_ISA="base")
        self.assertEqual((code, err), (0, f"auxcell: {LACKING}\n"))
        code, _, err = engine("selftest", "--device", "ref", "--bf16")
        self.assertEqual((code, err), (2, "auxcell: option --bf16: it is for CUDA and the CPU, and this is ref\n"))


auxcell.main()
