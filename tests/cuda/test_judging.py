"""Validation on the emulated device comes to what the CPU finds, of every task, with and without the flip test; where the
device judges, no prediction is read that nobody looks at."""
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../helper"))
import auxcell
import emulated

GENOTYPE = "[[2,[0,0,9,1],[0,0,9,9],[0,0,9,9]],[[0,0],[0,0],[0,0]]]"
OUTCOME = {"segmentation": ("reward", "miou"), "depth": ("reward", "rmse", "rmse_image", "silog"), "pose": ("reward",)}
JUDGES = {"segmentation": "ax_k_confusion", "depth": "ax_k_depth_sums", "pose": "ax_k_peaks"}
# bytes that come back for each image; of a pose, the peaks of its key points
PER_IMAGE = {"segmentation": 0, "depth": 15 * 8, "pose": 14 * 88}


@unittest.skipUnless(emulated.HERE, emulated.WHY_NOT)
@unittest.skipIf("address" in emulated.BUILD, "slow there")
class Judging(unittest.TestCase):
    def setUp(self):
        self.cache = tempfile.TemporaryDirectory()
        self.addCleanup(self.cache.cleanup)

    def train(self, device, task, flip, images):
        done = emulated.engine("try", GENOTYPE, "--device", device, "--json", "--task", task, *auxcell.TINY, "--stages", "1",
                               "--latency", "0", "--train-samples", "4", "--batch", "2", "--val-samples", str(images),
                               "--val-flip", str(flip), "--cache", self.cache.name, "--cuda-tune", "0")
        self.assertEqual((done.code, done.leaks), (0, []), done.err)
        return done, json.loads(done.out)

    def test_every_task(self):
        for task, figures in OUTCOME.items():
            for flip in 0, 1:
                with self.subTest(task=task, flip=flip):
                    _, expected = self.train("cpu", task, flip, 6)
                    done, result = self.train("cuda:0", task, flip, 6)
                    for name in figures:
                        self.assertAlmostEqual(result[name], expected[name], delta=2e-3 * max(1, abs(expected[name])), msg=name)
                    self.assertEqual(done.ran.get("ax_k_add_view", 0), 2 * flip)  # all images are in one batch
                    self.assertEqual(done.ran[JUDGES[task]], 1)
                    self.train("cpu", task, flip, 3)  # fills the cache
                    few, _ = self.train("cuda:0", task, flip, 3)
                    # more images need more sums of depth and more peaks, and nothing else
                    self.assertEqual(done.bytes["from"] - few.bytes["from"], 3 * PER_IMAGE[task])

    def test_batches_of_a_step_s_size(self):
        """Five images of 256x256 are more than the CPU takes at once; a step of stage 1 has as many pixels."""
        options = [*auxcell.TINY, "--stages", "1", "--latency", "0", "--train-samples", "40", "--batch", "40", "--crop", "96",
                   "--epochs", "1", "--val-samples", "5", "--val-crop", "256", "--cache", self.cache.name, "--cuda-tune", "0"]
        cpu = emulated.engine("try", GENOTYPE, "--json", "--device", "cpu", *options)
        done = emulated.engine("try", GENOTYPE, "--json", "--device", "cuda:0", *options)
        self.assertEqual((done.code, done.leaks), (0, []), done.err)
        self.assertEqual(done.ran["ax_k_confusion"], 1)
        self.assertAlmostEqual(json.loads(done.out)["miou"], json.loads(cpu.out)["miou"], delta=2e-3)


auxcell.main()
