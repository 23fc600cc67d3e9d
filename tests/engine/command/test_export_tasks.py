"""Exported models of depth and pose: where onnxruntime can be imported, it computes what predict says."""
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
import tinypng  # noqa: E402
from auxcell import AUXCELL, main  # noqa: E402
from onnxtools import MISSING, numpy, onnx, onnxruntime  # noqa: E402

GENOTYPE = "[[4,[1,0,5,9],[3,2,2,9],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"
SMALL = ["--train-samples", "4", "--val-samples", "2", "--crop", "64", "--val-crop", "64", "--batch", "4", "--epochs", "2",
         "--channels", "8", "--repeats", "2", "--stages", "1", "--threads", "1"]
SIDE = 64


@unittest.skipIf(MISSING, MISSING)
class Tasks(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="ax-export-tasks-")
        self.addCleanup(place.cleanup)
        self.dir = place.name

    def path(self, name):
        return os.path.join(self.dir, name)

    def auxcell(self, *args):
        done = subprocess.run([AUXCELL, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def both(self, task, *how):
        """What onnxruntime makes of a picture, what the model says of its output, and where predict's file is."""
        rgb = bytes(random.Random(5).randrange(256) for _ in range(3 * SIDE * SIDE))
        tinypng.write_rgb(self.path("picture.png"), SIDE, SIDE, rgb)
        self.auxcell("try", GENOTYPE, *SMALL, "--data", "scenes", "--task", task, "--model", self.path("m.safetensors"))
        self.auxcell("export", self.path("m.safetensors"), "-o", self.path("m.onnx"), "--normalise")
        self.auxcell("predict", self.path("m.safetensors"), "-o", self.path("out"), *how, self.path("picture.png"))
        onnx.checker.check_model(self.path("m.onnx"), full_check=True)
        session = onnxruntime.InferenceSession(self.path("m.onnx"), providers=["CPUExecutionProvider"])
        x = numpy.frombuffer(rgb, numpy.uint8).reshape(SIDE, SIDE, 3).transpose(2, 0, 1)[None].astype(numpy.float32)
        return session.run(None, {"image": x})[0][0], session.get_modelmeta().custom_metadata_map

    def test_depth(self):
        (got,), meta = self.both("depth")
        h, w, channels, data = tinypng.read(self.path("out/picture.png"))
        self.assertEqual((h, w, channels, got.shape), (SIDE, SIDE, 1, (SIDE, SIDE)))
        want = numpy.frombuffer(data, ">u2").reshape(SIDE, SIDE) / 256
        metres = numpy.clip(got * float(meta["output_unit"]), 1e-3, 80)
        self.assertGreater(want.max(), 2 * want.min())
        self.assertLess(numpy.abs(metres - want).max(), 1e-4 * want.max() + 1 / 256)

    def test_pose(self):
        """The box is enlarged to the whole picture, so that the view is the picture; the score of a point is its peak."""
        box = (SIDE - 1) / 1.25
        maps, meta = self.both("pose", "--box", f"{(SIDE - 1 - box) / 2},{(SIDE - 1 - box) / 2},{box},{box}")
        with open(self.path("out/picture.json"), encoding="utf-8") as f:
            (person,) = json.load(f)
        points = numpy.array(person["keypoints"]).reshape(-1, 3)
        side = SIDE // int(meta["output_stride"])
        self.assertEqual((len(points), maps.shape[1:]), (len(maps), (side, side)))
        flat = maps.reshape(len(maps), -1)
        self.assertLess(numpy.abs(flat.max(1) - points[:, 2]).max(), 1e-4 * flat.max())
        step = (SIDE - 1) / (side - 1)
        for k, at in enumerate(flat.argmax(1)):  # the refinement is less than a cell of the map
            self.assertLess(abs(at % side * step - points[k, 0]), step + 1e-3)
            self.assertLess(abs(at // side * step - points[k, 1]), step + 1e-3)


if __name__ == "__main__":
    main()
