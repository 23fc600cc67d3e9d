"""Depth with the real programs: the loss falls, figures beat the mean, the reward is what the manual says; predictions
are 16-bit PNG that say their scale; a run in the background and its pictures."""
import json
import os
import re
import struct
import sys
import tempfile
import unittest
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
import pictures  # noqa: E402
from auxcell import Place, TINY, engine, main  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PICTURE = os.path.join(HERE, "../../data/camvid-tiny/train/0001TP_006960.png")
GENOTYPE = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"
DEPTH = ["--task", "depth", "--stages", "1"]


def chunks(path):
    """Kinds and bodies of a PNG's chunks, in their order."""
    with open(path, "rb") as f:
        data = f.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, out = 8, []
    while at < len(data):
        n = struct.unpack_from(">I", data, at)[0]
        kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + n]
        assert zlib.crc32(kind + body) == struct.unpack_from(">I", data, at + 8 + n)[0], path
        out.append((kind, body))
        at += 12 + n
    return out


def header(path):
    return struct.unpack(">IIBB", chunks(path)[0][1][:10])


def judged(model, data, *args):
    """What eval says: of all pixels, of each image."""
    code, out, err = engine("eval", model, "--data", data, "--json", *args)
    assert code == 0, err
    return json.loads(out)["depth"]


def always(model, metres, to):
    """A copy of a model that says the same of every pixel."""
    with open(model, "rb") as f:
        data = bytearray(f.read())
    n = 8 + struct.unpack_from("<Q", data)[0]
    tensors = json.loads(data[8:n])
    begin, end = tensors["decoder.classifier.weight"]["data_offsets"]
    data[n + begin:n + end] = bytes(end - begin)
    begin, end = tensors["decoder.classifier.bias"]["data_offsets"]
    data[n + begin:n + end] = struct.pack("<f", metres / float(tensors["__metadata__"]["output_unit"]))
    with open(to, "wb") as f:
        f.write(data)


class Depth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="ax-depth-")
        cls.model = os.path.join(cls.place.name, "m.safetensors")
        code, out, err = engine("try", GENOTYPE, *DEPTH, "--model", cls.model, "--json")
        assert code == 0, err
        cls.said = json.loads(out)

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def test_it_learns(self):
        d = self.said
        self.assertLess(d["loss"][-1], 0.7 * d["loss"][0])
        self.assertLess(d["rmse"], 0.95 * d["rmse_constant"])
        self.assertGreater(d["d1"], 0.2)
        reward = (d["d1"] / (1 + d["abs_rel"]) / (1 + d["rmse"] / d["rmse_constant"])) ** (1 / 3)
        self.assertAlmostEqual(d["reward"], reward, delta=2e-6)
        self.assertNotIn("miou", d)

    def test_eval_says_the_same(self):
        """The model's unit and range count, though the data set's are others."""
        code, out, err = engine("eval", self.model, "--data", "scenes:48,24", "--json")
        self.assertEqual(code, 0, err)
        d = json.loads(out)
        figures = d.get("figures", d)
        self.assertAlmostEqual(d["depth"]["pooled"]["rmse"], d["rmse"], delta=1e-5)
        self.assertAlmostEqual(d["depth"]["per_image"]["d1"], d["d1_image"], delta=1e-5)
        self.assertEqual((d["depth"]["measured"], set(d["depth"]["pooled"]) - set(d)),
                         (24, {"rmse_log"}))
        for name in "sq_rel", "log10", "d2", "d3", "silog":
            self.assertAlmostEqual(d["depth"]["pooled"][name], d[name], delta=1e-5)
            self.assertGreater(self.said[name], 0)
        model = os.path.join(self.place.name, "near.safetensors")
        code, out, err = engine("try", GENOTYPE, *DEPTH, "--depth-max", "20", "--model", model, "--json",
                                "--epochs", "1")
        self.assertEqual(code, 0, err)
        near = json.loads(out)
        code, out, err = engine("eval", model, "--data", "scenes:48,24", "--json")
        self.assertEqual(code, 0, err)
        again = json.loads(out)
        again = again.get("figures", again)
        self.assertGreater(figures["rmse_constant"], 2 * near["rmse_constant"])
        self.assertLess(abs(again["rmse_constant"] - near["rmse_constant"]), 0.2 * near["rmse_constant"])
        self.assertLess(abs(again["rmse"] - near["rmse"]), 0.2 * near["rmse"])

    def test_the_table_is_written_but_not_drawn(self):
        """Both are asked for: the fault is that of the picture."""
        table = os.path.join(self.place.name, "table.csv")
        picture = os.path.join(self.place.name, "table.png")
        ask = "eval", self.model, "--data", "scenes:2,2"
        self.assertEqual(engine(*ask, "--csv", table, "--png", picture),
                         (2, "", "auxcell: --png: there is no picture for depth\n"))
        self.assertFalse(os.path.exists(table))
        self.assertEqual(engine(*ask, "--csv", table)[0], 0)
        with open(table) as f:
            self.assertEqual(f.readline(), "figure,pooled,per_image\n")

    def test_the_mirror_image_counts_half(self):
        """An image and its mirror image get the same figures then; and validation's are those of eval."""
        with open(os.path.join(self.place.name, "pair.txt"), "w") as f:
            f.write("a.png a-depth.png\n" * 2)
        with open(os.path.join(self.place.name, "mirrored.txt"), "w") as f:
            f.write("b.png b-depth.png\n" * 2)
        for name, columns in (("a", range(96)), ("b", range(95, -1, -1))):
            path = os.path.join(self.place.name, name)
            pictures.put(path + ".png", pictures.png(96, 64, kind=pictures.RGB, rows=[
                bytes(v for x in columns for v in (7 * x % 256, 4 * y, x * y % 256)) for y in range(64)]))
            pictures.put(path + "-depth.png", pictures.png(96, 64, depth=16, rows=[
                struct.pack(">96H", *(1000 + 40 * x + 9 * y for x in columns)) for y in range(64)]))
        sets = [f"list:{self.place.name}/{name}.txt,scale=1000" for name in ("pair", "mirrored")]
        plain, flipped = ([judged(self.model, s, *more)["pooled"] for s in sets] for more in ([], ["--flip"]))
        self.assertGreater(abs(plain[0]["rmse"] - plain[1]["rmse"]), 1e-3)
        for figure in flipped[0]:
            self.assertAlmostEqual(flipped[0][figure], flipped[1][figure], delta=2e-5)
        self.assertGreater(abs(plain[0]["rmse"] - flipped[0]["rmse"]), 1e-3)

        model = os.path.join(self.place.name, "flip.safetensors")
        code, out, err = engine("try", GENOTYPE, *DEPTH, "--model", model, "--json", "--val-flip", "1", "--val-crop", "0",
                                "--val-samples", "5")
        self.assertEqual(code, 0, err)
        tried = json.loads(out)["rmse"]
        self.assertAlmostEqual(tried, judged(model, "scenes:48,5", "--flip")["pooled"]["rmse"], delta=2e-5)
        self.assertNotAlmostEqual(tried, judged(model, "scenes:48,5")["pooled"]["rmse"], delta=1e-3)

    def test_enlarged_images_seem_nearer(self):
        """Who sees 20 m in an image of twice the size means 40 m."""
        for metres in 20, 30, 40:
            always(self.model, metres, os.path.join(self.place.name, f"{metres}.safetensors"))
        said = {(metres, scales): judged(os.path.join(self.place.name, f"{metres}.safetensors"), "scenes:48,3", "--scales",
                                         scales)["pooled"]["rmse"] for metres in (20, 30, 40) for scales in ("1", "2", "1,2")}
        self.assertAlmostEqual(said[20, "2"], said[40, "1"], delta=1e-4)
        self.assertAlmostEqual(said[20, "1,2"], said[30, "1"], delta=1e-4)
        self.assertGreater(abs(said[20, "1"] - said[40, "1"]), 1)

    def test_every_loss_falls(self):
        for loss in "berhu-lineage", "silog":
            code, out, err = engine("try", GENOTYPE, *DEPTH, "--depth-loss", loss, "--json", "--channels", "8")
            self.assertEqual(code, 0, err)
            each = json.loads(out)["loss"]
            self.assertLess(each[-1], 0.9 * each[0], loss)

    def test_predictions(self):
        out = os.path.join(self.place.name, "out")
        code, said, err = engine("predict", self.model, "-o", out, "--overlay", "--json", PICTURE)
        self.assertEqual(code, 0, err)
        d = json.loads(said)
        self.assertEqual((d["unit"], d["scale"], d["height"], d["width"]), ("m", 256, 64, 96))
        self.assertTrue(0 < d["near"] < d["far"] <= 80)
        self.assertRegex(d["caption"], r"^[\d.]+ m yellow to [\d.]+ m blue$")
        self.assertEqual(header(d["depth"]), (96, 64, 16, 0))
        self.assertIn((b"tEXt", b"depth-scale\x00256"), chunks(d["depth"]))
        self.assertEqual(header(d["colors"]), (96, 64, 8, 2))
        code, said, err = engine("predict", self.model, "-o", out + "2", PICTURE)
        self.assertEqual((code, os.listdir(out + "2")), (0, ["0001TP_006960.png"]), err)

    def test_a_crop_that_does_not_fit(self):
        code, _, err = engine("try", GENOTYPE, *DEPTH, "--depth-crop", "nyu", *TINY)
        self.assertEqual((code, err), (1, f"auxcell: {GENOTYPE}: crop nyu is for images of 640x480, not 32x32\n"))

    def test_a_run(self):
        place = Place()
        try:
            done = place.call("demo", "--task", "depth", "--headless", "--candidates", "2", "--run", "r", *TINY)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(len(re.findall(r"^ +\d/2 #\d +reward \.\d+ +RMSE \d", done.stdout, re.M)), 2, done.stdout)
            self.assertRegex(done.stdout, r"(?m)^ +ID S REWARD .*RMSE ABSREL +D1")
            self.assertNotIn("mIoU", done.stdout)
            pictures = re.findall(r"\S+/export/\d-\d\.png", done.stdout)
            self.assertTrue(pictures, done.stdout)
            for p in pictures:
                self.assertEqual(header(p), (32, 32, 8, 2))
        finally:
            place.close()


if __name__ == "__main__":
    main()
