"""What makes a training faster on a device changes no result: steps as CUDA graphs, crops that are on the device."""
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../helper"))
import auxcell
import emulated

GENOTYPE = "[[2,[0,0,9,1],[0,0,9,9],[0,0,9,9]],[[0,0],[0,0],[0,0]]]"
CROPS, BATCH, EPOCHS = 4, 2, 2
STEPS = EPOCHS * CROPS // BATCH
COPIES = {"cudaSetDevice", "cudaMemcpyAsync", "cudaStreamSynchronize", "cudaEventRecord", "cudaEventSynchronize"}
CROP_BYTES = 4 * (8 * 8 * 24 + 4 * 4 * 32 + 2 * 2 * 96 + 320) + 8 * 8  # the four taps of a crop of 32x32, and its labels


@unittest.skipUnless(emulated.HERE, emulated.WHY_NOT)
class Training(unittest.TestCase):
    def setUp(self):
        self.cache = tempfile.TemporaryDirectory()
        self.addCleanup(self.cache.cleanup)

    def train(self, fast, device="cuda:0", epochs=EPOCHS, more=(), **switches):
        done = emulated.engine("try", GENOTYPE, "--device", device, "--json", *auxcell.TINY, "--stages", "1",
                               "--aux-weight", "0", "--latency", "0", "--train-samples", str(CROPS), "--batch", str(BATCH), "--val-samples", "1",
                               "--epochs", str(epochs), "--cache", self.cache.name, "--cuda-graphs", str(fast),
                               "--cuda-cache", str(fast), "--cuda-tune", "0", *more, **switches)
        result = json.loads(done.out) if done.out else {}
        for name in "seconds", "peak_rss":
            result.pop(name, None)
        return done, result

    def test_the_results_are_the_same(self):
        self.train(0, "cpu")  # fills the cache
        plain, expected = self.train(0)
        self.assertEqual((plain.code, plain.err, plain.leaks), (0, "", []))
        self.assertNotIn("cudaStreamBeginCapture", plain.calls)

        # the first step runs directly, the second is recorded; all but the first are launched as graphs
        done, result = self.train(1)
        self.assertEqual((done.code, done.err, done.leaks), (0, "", []))
        self.assertEqual(result, expected)
        self.assertEqual(done.calls["cudaStreamBeginCapture"], 1)
        self.assertEqual(done.calls["cudaGraphLaunch"], STEPS - 1)
        self.assertLess(done.calls["cudaLaunchKernel"], plain.calls["cudaLaunchKernel"])
        # one step more is one launch more, and only copies besides: clipping, optimiser and average are in the graph
        longer, _ = self.train(1, epochs=EPOCHS + 1)
        more = {name: n - done.calls.get(name, 0) for name, n in longer.calls.items()}
        self.assertEqual(more["cudaGraphLaunch"], CROPS // BATCH)
        self.assertLessEqual({name for name, n in more.items() if n}, COPIES | {"cudaGraphLaunch"})
        # every crop is copied once, not once per epoch; only the indices of each batch and of the validation are sent
        self.assertEqual(plain.bytes["to"] - done.bytes["to"], (EPOCHS - 1) * CROPS * CROP_BYTES - STEPS * BATCH * 4 - 4)

        # Scores are computed on the device: with more images nothing more comes back and there are no more waits.
        few, _ = self.train(0, epochs=1)
        self.train(0, "cpu", more=["--val-samples", "5"], epochs=1)  # fills the cache
        many, _ = self.train(0, more=["--val-samples", "5"], epochs=1)
        self.assertEqual((few.ran["ax_k_confusion"], many.ran["ax_k_confusion"]), (1, 1))  # all images are in one batch
        self.assertGreater(many.bytes["to"], few.bytes["to"])
        self.assertEqual(many.calls["cudaStreamSynchronize"], few.calls["cudaStreamSynchronize"])
        self.assertEqual(many.bytes["from"], few.bytes["from"])

        # 1x1 convolutions run as matrix products, looked up once per shape; cuDNN gives the same results
        self.assertGreater(plain.calls["cublasLtMatmulDescCreate"], plain.calls["cublasLtMatmulAlgoGetHeuristic"])
        done, result = self.train(1, AUXCELL_CUDA_NO_CUBLASLT=1)
        self.assertEqual((done.code, done.err, done.leaks), (0, "", []))
        self.assertNotIn("cublasLtMatmul", done.calls)
        self.assertGreater(done.calls["cudnnConvolutionForward"], plain.calls["cudnnConvolutionForward"])
        for a, b in zip(result["loss"], expected["loss"], strict=True):
            self.assertAlmostEqual(a, b, delta=1e-3)

        # With measurements, cuDNN is used where it is faster, and stays chosen whatever later times are.
        tune = ["--cuda-tune", "1"]
        slow, result = self.train(1, more=tune, BLAS_TIME=9)
        self.assertEqual((slow.code, slow.err, slow.leaks), (0, "", []))
        self.assertGreater(slow.calls["cudaEventElapsedTime"], 0)
        again, same = self.train(1, more=tune, BLAS_TIME=0)
        self.assertEqual((again.code, again.err, again.leaks, same), (0, "", [], result))
        self.assertNotIn("cudaEventElapsedTime", again.calls)
        self.assertNotIn("cublasLtMatmul", again.calls)
        for a, b in zip(result["loss"], expected["loss"], strict=True):
            self.assertAlmostEqual(a, b, delta=1e-3)

        # 10 bits of mantissa, and no algorithm with scratch memory: both change the numbers a little
        done, result = self.train(1, more=["--cuda-tf32", "1", "--cuda-workspace", "0"])
        self.assertEqual((done.code, done.leaks), (0, []))
        self.assertTrue(all("our own kernel, which may be slow" in line for line in done.err.splitlines()), done.err)
        self.assertNotEqual(result["loss"], expected["loss"])
        for a, b in zip(result["loss"], expected["loss"], strict=True):
            self.assertAlmostEqual(a, b, delta=2e-2)
        self.assertIn("cudnnConvolutionBackwardFilter", plain.calls)  # all deterministic algorithms need scratch memory
        self.assertNotIn("cudnnConvolutionBackwardFilter", done.calls)

        # a graph that can't be recorded runs kernel by kernel, with one message; see tests/engine/graph/test_capture.c,
        # too
        done, result = self.train(1, FAIL_CALL="cudaGraphInstantiate")
        self.assertEqual((done.code, done.leaks), (0, []))
        self.assertEqual(result, expected)
        self.assertEqual(done.calls["cudaGraphInstantiate"], 1)
        self.assertEqual(done.err, "auxcell: kernels are launched one by one, since they can't be recorded: cuda:0: "
                                   "cudaGraphInstantiate: out of memory (cudaErrorMemoryAllocation)\n")

    def test_what_a_step_costs_beside_its_network(self):
        """20 steps more: copies (what the step is told, its batch) and waits for them (one in 10 at most)."""
        steps = 20
        more = ["--train-samples", str(steps), "--batch", "1"]
        self.train(0, "cpu", epochs=1, more=more)
        (short, _), (longer, _) = (self.train(1, epochs=n, more=more) for n in (2, 3))
        for done in short, longer:
            self.assertEqual((done.code, done.err, done.leaks), (0, "", []))
        self.assertLessEqual(longer.calls["cudaMemcpyAsync"] - short.calls["cudaMemcpyAsync"], 4 * steps)
        self.assertLessEqual(longer.waits - short.waits, steps / 10)
        self.assertEqual(longer.ran["ax_k_gather"] - short.ran["ax_k_gather"], steps)  # one for the whole batch

    def test_end_to_end(self):
        """Both stages and the encoder, small enough for a sanitizer too: what the CPU finds."""
        more = ["--stages", "2", "--train-samples", "2", "--stage2-epochs", "1", "--stage2-samples", "2", "--stage2-batch", "1"]
        cpu, expected = self.train(1, "cpu", epochs=1, more=more)
        self.assertEqual((cpu.code, cpu.err), (0, ""))
        done, result = self.train(1, epochs=1, more=more)
        self.assertEqual((done.code, done.err, done.leaks), (0, "", []))
        self.assertEqual(done.calls["cudaGraphLaunch"], 1)  # the second step of stage 2; stage 1 has only one
        self.assertEqual(len(result["loss"]), 2)
        for a, b in zip(result["loss"], expected["loss"], strict=True):
            self.assertAlmostEqual(a, b, delta=1e-3)
        self.assertAlmostEqual(result["reward"], expected["reward"], delta=1e-3)


auxcell.main()
