"""eval against what predict writes: the confusion matrix is counted again here, from the masks' own pixels."""
import csv
import io
import json
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
import tinypng  # noqa: E402
from auxcell import engine, main  # noqa: E402

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "camvid-tiny")
GENOTYPE = "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"
SMALL = ["--train-samples", "4", "--val-samples", "2", "--crop", "64", "--val-crop", "64", "--batch", "2",
         "--epochs", "3", "--channels", "8", "--stages", "1"]


class Eval(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="ax-eval-")
        cls.model = os.path.join(cls.dir, "m.safetensors")
        cls.data = f"camvid:{DATA}"
        code, _, err = engine("try", GENOTYPE, "--data", cls.data, "--model", cls.model, "--json", *SMALL)
        assert code == 0, err
        with open(os.path.join(DATA, "val.txt")) as f:
            cls.pairs = [[os.path.join(DATA, name.replace("/SegNet/CamVid/", "")) for name in line.split()]
                         for line in f if line.strip()]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    def evaluate(self, *args):
        code, out, err = engine("eval", self.model, "--data", self.data, "--json", *args)
        self.assertEqual(code, 0, err)
        return json.loads(out)

    def counted(self):
        """[truth][predicted] pixels, by predict and the annotations."""
        out = os.path.join(self.dir, "masks")
        code, _, err = engine("predict", self.model, "-o", out, *[image for image, _ in self.pairs])
        self.assertEqual(code, 0, err)
        count = [[0] * 11 for _ in range(11)]
        for image, mask in self.pairs:
            predicted = tinypng.read(os.path.join(out, os.path.splitext(os.path.basename(image))[0] + ".png"))
            truth = tinypng.read(mask)
            self.assertEqual(predicted[:3], truth[:3])
            for p, t in zip(predicted[3], truth[3]):
                if t < 11:
                    count[t][p] += 1
        return count

    def test_every_pixel_is_counted(self):
        got = self.evaluate()
        self.assertEqual(got["images"], len(self.pairs))
        count = self.counted()
        self.assertEqual(got["confusion"], count)
        iou = [count[k][k] / (sum(count[k]) + sum(row[k] for row in count) - count[k][k])
               for k in range(11) if sum(count[k])]
        self.assertAlmostEqual(got["miou"], sum(iou) / len(iou), places=5)
        self.assertEqual([c["truth"] for c in got["classes"]], [sum(row) for row in count])
        low, high = got["miou_interval"]
        self.assertTrue(low <= high)

    def test_the_table(self):
        path, picture = os.path.join(self.dir, "c.csv"), os.path.join(self.dir, "c.png")
        got = self.evaluate("--csv", path, "--png", picture)
        h, w, _, shades = tinypng.read(picture)
        self.assertEqual((h, w), (176, 176))
        for t, row in enumerate(got["confusion"]):
            for p, n in enumerate(row):
                self.assertAlmostEqual(shades[(16 * t + 8) * w + 16 * p + 8], 255 * n / max(1, sum(row)), delta=.51)
        with open(path, newline="") as f:
            rows = list(csv.reader(io.StringIO(f.read())))
        self.assertEqual(rows[0][1:], [c["name"] for c in got["classes"]])
        self.assertEqual([[int(v) for v in row[1:]] for row in rows[1:]], got["confusion"])

    def test_averages(self):
        """Of one size it is what there was, but for one more resize; a mirrored image counts as much as the other."""
        plain, flipped = self.evaluate(), self.evaluate("--flip", "--scales", "1")
        self.assertNotEqual(plain["confusion"], flipped["confusion"])
        self.assertEqual([sum(row) for row in plain["confusion"]], [sum(row) for row in flipped["confusion"]])
        self.assertEqual(flipped, self.evaluate("--flip"))

    def test_the_worst(self):
        out = os.path.join(self.dir, "worst")
        got = self.evaluate("--worst", "1", "-o", out)
        self.assertEqual(len(got["worst"]), 1)
        alone = [self.evaluate("--images", str(n + 1))["worst"] for n in range(len(self.pairs))]
        self.assertEqual(min(w["reward"] for a in alone for w in a), got["worst"][0]["reward"])
        stem = os.path.splitext(got["worst"][0]["image"])[0].replace("/", "_")
        self.assertEqual(sorted(os.listdir(out)), [f"{stem}-overlay.png", f"{stem}.png"])

    def test_the_worst_never_lie_on_an_input(self):
        """Whichever they turn out to be: nothing is written when one of them could."""
        place = os.path.join(self.dir, "beside")
        os.makedirs(place)
        for k, (image, mask) in enumerate(self.pairs):
            shutil.copy(image, os.path.join(place, f"{k}.png"))
            shutil.copy(mask, os.path.join(place, f"{k}-mask.png"))
        with open(os.path.join(place, "l.txt"), "w") as f:
            f.writelines(f"{k}.png\t{k}-mask.png\n" for k in range(len(self.pairs)))
        shutil.copy(os.path.join(place, "l.txt"), os.path.join(place, "v.txt"))
        with open(os.path.join(place, "classes.txt"), "w") as f:
            f.writelines(f"{c['name']}\n" for c in self.evaluate()["classes"])
            f.write("unlabelled\n")
        with open(os.path.join(place, "drop"), "w") as f:
            f.write("unlabelled -> -\n")
        data = f"list:{place}/l.txt,{place}/v.txt,map={place}/drop"
        before = {n: os.path.getmtime(os.path.join(place, n)) for n in os.listdir(place)}
        code, out, err = engine("eval", self.model, "--data", data, "-o", place)
        self.assertEqual((code, out, len(err.splitlines())), (1, "", 1), err)
        self.assertIn("0.png", err)
        self.assertEqual(before, {n: os.path.getmtime(os.path.join(place, n)) for n in os.listdir(place)})
        code, out, err = engine("eval", self.model, "--data", data, "-o", os.path.join(place, "out"))
        self.assertEqual((code, err), (0, ""))

    def test_names_cannot_control_a_terminal(self):
        model, image = (os.path.join(self.dir, f"a\x1b]2;x\a\u202e\nb.{end}") for end in ("safetensors", "png"))
        shutil.copy(self.pairs[0][0], image)
        folder = os.path.join(self.dir, "odd")
        shutil.copytree(os.path.join(DATA, "val"), os.path.join(folder, "images"))
        shutil.copytree(os.path.join(DATA, "valannot"), os.path.join(folder, "masks"))
        with open(os.path.join(folder, "classes.txt"), "w") as f:
            f.writelines(f"{i} class\u202e {i}\n" for i in range(11))
        data = f"folder:{folder},split=50/50,ignore=11"
        code, _, err = engine("try", GENOTYPE, "--data", data, "--model", model, "--json", *SMALL)
        self.assertEqual(code, 0, err)
        for args in (["eval", model, "--data", data],
                     ["predict", self.model, "-o", os.path.join(self.dir, "odd-masks"), image]):
            code, out, err = engine(*args)
            self.assertEqual((code, err), (0, ""))
            self.assertFalse(set(out) & set("\x1b\a\u202e"), out)
            self.assertIn("\\u202e", out)

    def test_for_people(self):
        code, out, err = engine("eval", self.model, "--data", self.data)
        self.assertEqual((code, err), (0, ""))
        for word in ("mIoU", "accuracy", "pedestrian", "worst by reward", " to "):
            self.assertIn(word, out)

    def test_refused(self):
        for says, code, args in (
                ("needs a model", 2, []), ("needs a data set", 2, [self.model]),
                ("asks for 8", 2, [self.model, "--data", "scenes"]),
                ("--scales 9: up to 8 numbers", 2, [self.model, "--data", self.data, "--scales", "9"]),
                ("--split all: train, val or test", 2, [self.model, "--data", self.data, "--split", "all"]),
                ("test.txt", 1, [self.model, "--data", self.data, "--split", "test"]),
                ("no test images", 2, [self.model, "--data", "ade20k:/nowhere", "--split", "test"]),
                ("a data set with split=", 2, [self.model, "--data", "folder:/nowhere,split=1/1", "--split", "test"]),
                ("no-such", 1, ["no-such.safetensors", "--data", self.data]),
                ("camvid:/nowhere", 1, [self.model, "--data", "camvid:/nowhere"])):
            got, out, err = engine("eval", *args)
            self.assertEqual((got, out, len(err.splitlines())), (code, "", 1), err)
            self.assertIn(says, err)
        out = os.path.join(self.dir, "none")
        got, _, err = engine("eval", self.model, "--data", self.data, "-o", out, "--device", "cuda:255")
        self.assertEqual((got, err.count("\n"), os.path.exists(out)), (3, 1, False), err)
        before = os.path.getsize(self.model)
        got, _, err = engine("eval", self.model, "--data", self.data, "--csv", self.model)
        self.assertNotEqual(got, 0, err)
        self.assertEqual(os.path.getsize(self.model), before)


if __name__ == "__main__":
    main()
