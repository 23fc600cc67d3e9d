"""predict with the real engine: a model is trained, masks are read back, and bad pictures are named one by one."""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from auxcell import ENGINE, engine, main  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
TINY = os.path.join(HERE, "..", "..", "data")
GENOTYPE = "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"
SMALL = ["--train-samples", "4", "--val-samples", "2", "--crop", "64", "--val-crop", "64", "--batch", "4",
         "--epochs", "1", "--channels", "8"]


def png_header(path):
    with open(path, "rb") as f:
        data = f.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR", path
    w, h, depth, color = struct.unpack(">IIBB", data[16:26])
    return w, h, depth, color, data


def contents(folder):
    """The bytes of every regular file below it."""
    out = {}
    for d, _, files in os.walk(folder):
        for path in (os.path.join(d, f) for f in files):
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    out[path] = f.read()
    return out


def absurd_png(path):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1000000, 1000000, 8, 2, 0, 0, 0))
                + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b""))


class Predict(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="ax-predict-")
        cls.model = os.path.join(cls.dir, "m.safetensors")
        code, out, err = engine("try", GENOTYPE, "--model", cls.model, "--json", *SMALL)
        assert code == 0, err
        cls.png = os.path.join(TINY, "camvid-tiny", "train")
        cls.png = os.path.join(cls.png, sorted(os.listdir(cls.png))[0])
        cls.jpg = os.path.join(TINY, "tiny.jpg")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    def test_folders_lists_and_standard_input(self):
        place = os.path.join(self.dir, "many")
        os.makedirs(os.path.join(place, "in", "sub"))
        shutil.copy(self.png, os.path.join(place, "in", "a.png"))
        shutil.copy(self.jpg, os.path.join(place, "in", "sub", "b.JPG"))
        with open(os.path.join(place, "list.txt"), "w") as f:
            f.write("in/a.png\r\n# no picture\nin/sub/b.JPG\n")
        out, listed = os.path.join(place, "out"), os.path.join(place, "listed")
        code, text, err = engine("predict", self.model, "-o", out, os.path.join(place, "in"))
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(text.split(), [f"{out}/a.png", f"{out}/sub/b.png"])
        code, text, err = engine("predict", self.model, "-o", listed, "--list", os.path.join(place, "list.txt"))
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(text.split(), [f"{listed}/a.png", f"{listed}/b.png"])
        with open(self.png, "rb") as f, open(f"{out}/a.png", "rb") as mask:
            piped = subprocess.run([ENGINE, "predict", self.model, "-"], stdin=f, capture_output=True, timeout=300)
            self.assertEqual((piped.returncode, piped.stderr), (0, b""))
            self.assertEqual(piped.stdout, mask.read())
        with open(os.path.join(place, "list.txt"), "rb") as f:
            piped = subprocess.run([ENGINE, "predict", self.model, "-"], stdin=f, capture_output=True, timeout=300)
        self.assertEqual((piped.returncode, piped.stdout), (1, b""))
        self.assertIn(b"/dev/stdin: neither a PNG nor a JPEG", piped.stderr)
        code, _, err = engine("predict", self.model, "-o", out, os.path.join(place, "in"), self.png, self.png)
        self.assertEqual(code, 1)
        self.assertIn("would be written there", err)
        os.makedirs(os.path.join(place, "empty"))
        with open(os.path.join(place, "binary"), "wb") as f:
            f.write(b"in/a.png\n\0\xbd\n\0\xbe\n")
        for says, args in (("no PNG or JPEG in it", ["-o", out, os.path.join(place, "empty")]),
                           ("binary: line 2: a zero byte in it; this is not text",
                            ["-o", out, "--list", os.path.join(place, "binary")]),
                           ("no-list", ["-o", out, "--list", os.path.join(place, "no-list")]),
                           ("needs a directory", [self.png]), ("needs at least one image", ["-o", out])):
            code, text, err = engine("predict", self.model, *args)
            self.assertTrue(code in (1, 2) and not text and len(err.splitlines()) == 1, err)
            self.assertIn(says, err)

    def test_a_network_that_concatenates_comes_back(self):
        model, out = os.path.join(self.dir, "c.safetensors"), os.path.join(self.dir, "concat")
        code, text, err = engine("try", GENOTYPE, "--model", model, "--json", "--aggregate", "concat", *SMALL)
        self.assertEqual((code, err), (0, ""))
        code, plain, err = engine("try", GENOTYPE, "--json", *SMALL)
        self.assertEqual(json.loads(text)["params"] - json.loads(plain)["params"],
                         6 * (4 * 64 + 16) + 3 * (2 * 64 + 16))
        self.assertEqual(engine("predict", model, "-o", out, self.png)[0], 0)
        with open(model, "rb") as f:
            head = f.read(200000)
        self.assertIn(b'"aggregate":"concat"', head.replace(b" ", b""))
        self.assertIn(b'"version":"2"', head.replace(b" ", b""))  # so that programs that can only sum refuse it
        changed = os.path.join(self.dir, "changed.safetensors")
        with open(model, "rb") as f, open(changed, "wb") as g:
            g.write(f.read().replace(b"cell.1.aggregate.conv", b"cell.1.aggregate.cone"))
        code, text, err = engine("predict", changed, "-o", out, self.png)
        self.assertEqual((code, err.count("\n")), (1, 1))
        self.assertIn("aggregate.conv.weight", err)

    def test_masks_have_the_size_of_their_pictures(self):
        out = os.path.join(self.dir, "out")
        code, text, err = engine("predict", self.model, "-o", out, "--overlay", self.png, self.jpg)
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(len(text.split()), 4)
        stem = os.path.splitext(os.path.basename(self.png))[0]
        w, h, depth, color, data = png_header(os.path.join(out, stem + ".png"))
        self.assertEqual((w, h), png_header(self.png)[:2])
        self.assertEqual((depth, color), (8, 3))  # palette
        self.assertIn(b"PLTE", data)
        self.assertEqual(png_header(os.path.join(out, stem + "-overlay.png"))[:4], (w, h, 8, 2))
        self.assertTrue(os.path.exists(os.path.join(out, "tiny.png")))

    def test_names_that_look_like_options(self):
        out = os.path.join(self.dir, "dashes")
        shutil.copy(self.jpg, os.path.join(self.dir, "--json.jpg"))
        done = subprocess.run([ENGINE, "predict", self.model, "-o", out, "--threads=1", "--", "--json.jpg", "--help"],
                              cwd=self.dir, capture_output=True, text=True, timeout=300)
        self.assertEqual((done.returncode, os.listdir(out)), (1, ["--json.png"]), done.stderr)
        self.assertEqual(done.stderr, "auxcell: --help: cannot open: No such file or directory\n")
        code, text, err = engine("try", *SMALL, "--json", "--", GENOTYPE)
        self.assertEqual((code, err, text.count("\n")), (0, "", 1))
        self.assertIn("usage: auxcell try", engine("try", "-h")[1])
        code, text, err = engine("try", "--", GENOTYPE, "--json")
        self.assertEqual((code, text), (2, ""), err)

    def test_a_bad_picture_stops_nobody_else(self):
        out = os.path.join(self.dir, "bad")
        cut, absurd, text_file = (os.path.join(self.dir, n) for n in ("cut.png", "absurd.png", "words.png"))
        with open(self.png, "rb") as f, open(cut, "wb") as g:
            g.write(f.read()[:-200])
        absurd_png(absurd)
        with open(text_file, "w") as f:
            f.write("not a picture")
        code, _, err = engine("predict", self.model, "-o", out, cut, absurd, text_file, "/no/such.png", self.jpg)
        lines = err.splitlines()
        self.assertEqual(code, 1)
        self.assertEqual(len(lines), 4, err)
        for line, name in zip(lines, (cut, absurd, text_file, "/no/such.png")):
            self.assertTrue(line.startswith("auxcell: " + name), line)
        self.assertEqual(os.listdir(out), ["tiny.png"])

    def refused(self, says, out, *args):
        """Nothing is computed or written, and the folder isn't made."""
        was = contents(self.dir)
        code, text, err = engine("predict", "-o", out, *args)
        self.assertEqual((code, text, len(err.splitlines())), (1, "", 1), err)
        for part in says:
            self.assertIn(part, err)
        self.assertEqual(was, contents(self.dir))

    def test_any_number_of_jobs_writes_the_same(self):
        """Files, lines and complaints are in the order of the pictures, whoever reads and writes them."""
        place = os.path.join(self.dir, "jobs")
        os.makedirs(place)
        pictures = [os.path.join(place, f"{i:02}.png") for i in range(12)]
        for i, path in enumerate(pictures):
            shutil.copy(self.jpg if i % 3 else self.png, path)
        for i in (4, 9):
            with open(pictures[i], "r+b") as f:
                f.truncate(30)
        said = []
        for jobs in ("0", "1", "3"):
            for form in ([], ["--json"]):
                out = os.path.join(place, "out")
                code, text, err = engine("predict", self.model, "-o", out, "--overlay", "--jobs", jobs, *form, *pictures)
                self.assertEqual((code, err.count("\n")), (1, 2), err)
                self.assertLess(err.index("04.png"), err.index("09.png"))
                said.append((form, text, err, contents(out)))
                shutil.rmtree(out)
        for form, text, err, files in said[2:]:
            self.assertEqual((text, err, files), said[bool(form)][1:])
        self.assertEqual([os.path.basename(line) for line in said[0][1].splitlines()][:4],
                         ["00.png", "00-overlay.png", "01.png", "01-overlay.png"])
        self.assertEqual(len(said[0][3]), 20)

    def test_no_output_lands_on_another_file_of_the_call(self):
        place = os.path.join(self.dir, "same")
        names = ["a/frame.png", "b/frame.png", "b/frame.jpg", "a/frame-overlay.png", "c/link.png", "c/hard.png"]
        for d in ("a", "b", "c"):
            os.makedirs(os.path.join(place, d))
        a, b, jpg, overlay, link, hard = (os.path.join(place, n) for n in names)
        for path in (a, b, overlay):
            shutil.copy(self.png, path)
        shutil.copy(self.jpg, jpg)
        os.symlink("../a/frame.png", link)
        os.link(b, hard)
        new = os.path.join(place, "new/out")
        for pair in ((a, b), (a, jpg), (b, jpg), (a, a)):
            self.refused([*pair, "new/out/frame.png: both "], new, self.model, *pair)
            self.assertFalse(os.path.exists(new))
        self.refused([a, overlay, "both"], new, "--overlay", self.model, a, overlay)
        self.refused(["would overwrite " + a], os.path.dirname(a), self.model, a)
        self.refused([b, "would overwrite " + hard], os.path.dirname(b), self.model, jpg, hard)
        self.refused(["c/link.png", "would overwrite"], os.path.join(place, "c"), self.model, link)
        self.refused(["c/hard.png", "would overwrite"], os.path.join(place, "c"), self.model, hard, link)
        model = os.path.join(place, "c", "m.png")  # the model may have any name
        shutil.copy(self.model, model)
        picture = shutil.copy(self.png, os.path.join(place, "m.png"))
        self.refused(["would overwrite " + model], os.path.join(place, "c"), model, picture)
        later = os.path.join(place, "later.png")  # would be read after it was written
        self.refused(["later.png"], place, self.model, shutil.copy(self.png, os.path.join(place, "a", "later.png")), later)
        code, text, err = engine("predict", self.model, "-o", os.path.join(place, "d"), a, overlay)
        self.assertEqual((code, err, len(text.split())), (0, "", 2))

    def test_masks_are_written_like_any_output(self):
        out = os.path.join(self.dir, "kept")
        os.makedirs(out)
        stem = os.path.splitext(os.path.basename(self.png))[0]
        mask, target = os.path.join(out, stem + ".png"), os.path.join(out, "target.png")
        with open(target, "w") as f:
            f.write("old")
        os.chmod(target, 0o664)
        os.symlink("target.png", mask)
        os.symlink("/dev/null", os.path.join(out, stem + "-overlay.png"))
        self.assertEqual(engine("predict", self.model, "-o", out, "--overlay", self.png)[0::2], (0, ""))
        self.assertEqual(png_header(target)[2:4], (8, 3))
        self.assertEqual(os.stat(target).st_mode & 0o777, 0o664)
        self.assertTrue(os.path.islink(mask))
        self.assertEqual(sorted(os.listdir(out)), sorted([stem + ".png", "target.png", stem + "-overlay.png"]))

    def test_a_model_is_written_like_any_output(self):
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual(os.stat(self.model).st_mode & 0o777, 0o666 & ~mask)
        link = os.path.join(self.dir, "m-link.safetensors")
        os.symlink("/dev/null", link)
        self.assertEqual(engine("try", GENOTYPE, "--model", link, "--json", *SMALL)[0], 0)
        self.assertTrue(os.path.islink(link))

    def test_a_model_lands_on_nothing_that_is_read(self):
        data = os.path.join(self.dir, "set")
        shutil.copytree(os.path.join(TINY, "camvid-tiny"), data)
        teacher = os.path.join(self.dir, "teacher")
        cache = os.path.join(self.dir, "cache")
        code, _, err = engine("try", GENOTYPE, "--data", "camvid:" + data, "--cache", cache, *SMALL)
        self.assertEqual((code, err), (0, ""))
        made = os.path.join(cache, next(n for n in os.listdir(cache) if n.endswith(".cache")))  # the folder is made
        shutil.copy(self.model, teacher)
        os.symlink(os.path.join(data, "val.txt"), os.path.join(self.dir, "soft"))
        os.link(teacher, os.path.join(self.dir, "hard"))
        train = [os.path.join(d, f) for d, _, files in os.walk(data) for f in sorted(files) if f.endswith(".png")]
        for model in (*train, os.path.join(data, "train.txt"), os.path.join(self.dir, "soft"), made, teacher,
                      os.path.join(self.dir, "hard")):
            with self.subTest(model=model):
                was = contents(self.dir)
                code, out, err = engine("try", GENOTYPE, "--data", "camvid:" + data, "--teacher", teacher, "--cache", cache,
                                        "--model", model, *SMALL)
                self.assertEqual((code, out, len(err.splitlines())), (1, "", 1), err)
                self.assertIn("would overwrite", err)
                self.assertEqual(contents(self.dir), was)

    def test_a_model_that_cannot_be_written_is_said_before_the_training(self):
        for model, says in (("none/m", "none/m: cannot write: No such file or directory"),
                            (".", "cannot write: Is a directory"), ("/dev/fd/99", "cannot write: Bad file descriptor")):
            cache = os.path.join(self.dir, "unused")
            code, _, err = engine("try", GENOTYPE, "--model", model, "--cache", cache, *SMALL)
            self.assertEqual((code, len(err.splitlines())), (1, 1), err)
            self.assertIn(says, err)
            self.assertEqual(os.listdir(cache), [])

    def test_wrong_models_and_options(self):
        broken = os.path.join(self.dir, "broken.safetensors")
        with open(self.model, "rb") as f:
            data = f.read()
        with open(broken, "wb") as f:
            f.write(data[:len(data) // 2])
        weights = os.path.join(HERE, "..", "..", "golden", "encoder.safetensors")
        for model, says in ((broken, "broken.safetensors"), (weights, "not a model of auxcell"),
                            ("/no/model", "/no/model")):
            code, _, err = engine("predict", model, "-o", self.dir + "/x", self.jpg)
            self.assertEqual((code, len(err.splitlines())), (1, 1), err)
            self.assertIn(says, err)
        for args, says in (([], "needs a model"), ([self.model], "-o DIR"), ([self.model, "-o", "d"], "image"),
                           ([self.model, "--frobnicate"], "--frobnicate"),
                           ([self.model, "-o", "d", "--device", "tpu", self.jpg], "tpu")):
            code, _, err = engine("predict", *args)
            self.assertEqual((code, len(err.splitlines())), (2, 1), err)
            self.assertIn(says, err)
        code, _, err = engine("predict", self.model, "-o", "d", "--device", "cuda:0", self.jpg)
        self.assertEqual(code, 3, err)

    def spoilt(self, tensor, change, dtype=None, also=None):
        """A copy of the model in which the first number of a tensor (a list: all of them), or its type, is another."""
        with open(self.model, "rb") as f:
            data = bytearray(f.read())
        n = struct.unpack("<Q", data[:8])[0]
        header, body = json.loads(data[8:8 + n]), data[8 + n:]
        at, end = header[tensor]["data_offsets"]
        if isinstance(change, list):
            body[at:end] = struct.pack("<f", change[0]) * ((end - at) // 4)
        elif change is not None:
            body[at:at + 4] = struct.pack("<f", change)
        if dtype:
            header[tensor]["dtype"] = dtype
        for name in also or ():
            header[name] = {"dtype": "BOOL", "shape": [8], "data_offsets": [len(body), len(body) + 8]}
            body += bytes(8)
        text = json.dumps(header).encode()
        path = os.path.join(self.dir, "spoilt.safetensors")
        with open(path, "wb") as f:
            f.write(struct.pack("<Q", len(text)) + text + body)
        return path

    def test_weights_that_are_no_weights(self):
        """A mask of the first class everywhere would be all that such a model gives."""
        out = os.path.join(self.dir, "spoilt")
        bias, variance = "decoder.classifier.bias", "encoder.features.0.1.running_var"
        for tensor, change, dtype, says in (
                (bias, float("nan"), None, "tensor 'decoder.classifier.bias': element 0 is not a number"),
                (bias, float("-inf"), None, "tensor 'decoder.classifier.bias': element 0 is infinite"),
                ("encoder.features.0.0.weight", float("nan"), None, "'encoder.features.0.0.weight': element 0 is not"),
                (variance, -1e-3, None, f"tensor '{variance}': element 0 is -0.001, and a variance can't be negative"),
                (bias, None, "I32", "integers (I32) instead of floats"),
                (bias, None, "U32", "numbers of type U32, which isn't read"),
                (bias, 3e38, None, None),
                ("decoder.classifier.weight", [3e38], None, "what the network computes isn't finite")):
            model = self.spoilt(tensor, change, dtype)
            code, text, err = engine("predict", model, "-o", out, self.jpg)
            if says is None:  # large, but valid
                self.assertEqual((code, err), (0, ""))
                continue
            self.assertEqual((code, text, len(err.splitlines())), (1, "", 1), err)
            self.assertIn("spoilt.safetensors: ", err)
            self.assertIn(says, err)
        model = self.spoilt(bias, None, also=["what", "nobody.uses"])
        self.assertEqual(engine("predict", model, "-o", out, self.jpg)[::2], (0, ""))

    def test_try_names_wrong_input(self):
        for args, code, says in ((["[[11,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"], 2, "character"),
                                 ([GENOTYPE, "--data", "camvid:/no/such"], 1, "/no/such"),
                                 ([GENOTYPE, "--data", "imagenet"], 2, "imagenet"),
                                 ([GENOTYPE, "--epocs", "3"], 2, "epochs"),
                                 ([GENOTYPE, "--epochs"], 2, "value"), ([], 2, "genotype")):
            got, _, err = engine("try", *args)
            self.assertEqual((got, len(err.splitlines())), (code, 1), err)
            self.assertIn(says, err)


if __name__ == "__main__":
    main()
