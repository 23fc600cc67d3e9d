"""Every data set that --data names: whole it trains, its test images can be judged, and each way of being broken is one
line that names a file, before anything is computed."""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../helper"))
from auxcell import AUXCELL, BUILD, main  # noqa: E402
import pictures  # noqa: E402

ENGINE = os.path.join(os.environ["AUXCELL_BUILD"], "auxcell-engine")
GENOTYPE = "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"
TINY = ["--preset", "demo", "--train-samples", "2", "--val-samples", "1", "--crop", "32", "--val-crop", "32",
        "--batch", "2", "--epochs", "1", "--channels", "8", "--stages", "1", "--threads", "1", "--latency", "0"]
W, H = 96, 64  # size of tiny.jpg
PARTS = ("train", "val", "test")
COUNT = {"train": 3, "val": 1, "test": 2}
with open(os.path.join(HERE, "tiny.jpg"), "rb") as jpeg_file:
    JPEG = jpeg_file.read()


def depth_png(value=2000, bits=16):
    row = struct.pack(">H", value) * W if bits == 16 else bytes([value % 256]) * W
    return pictures.png(W, H, [row] * H, depth=bits)


class Set:
    """One whole set of each kind in a folder of its own: files by their role, as paths below the folder."""
    task, images, masks, texts, jsons, spec, test = "segmentation", [], [], [], [], None, True
    ids = range(3)
    bad_id = None  # an id that no class has

    def __init__(self, folder):
        self.dir, self.images, self.masks, self.jsons, self.lists = folder, [], [], [], []
        self.build()

    def at(self, name):
        return os.path.join(self.dir, name)

    def image(self, name):
        pictures.put(self.at(name), JPEG)
        self.images.append(name)

    def mask(self, name, ids=None):
        pictures.mask(self.at(name), list(ids or self.ids), W, H)
        self.masks.append(name)

    def text(self, name, text):
        pictures.put(self.at(name), text)

    def lines(self, name, lines):
        self.text(name, "".join(f"{line}\n" for line in lines))
        self.lists.append(name)

    def json(self, name, value):
        self.text(name, json.dumps(value))
        self.jsons.append(name)

    def pairs(self, image, mask):
        for part in PARTS:
            for i in range(COUNT[part]):
                self.image(image.format(part=part, i=f"{part}{i}"))
                self.mask(mask.format(part=part, i=f"{part}{i}"))

    def whole_spec(self):
        return self.spec.replace("$", self.dir)


class Camvid(Set):
    spec, bad_id = "camvid:$", 12

    def build(self):
        self.pairs("{part}/{i}.png", "{part}annot/{i}.png")
        for part in PARTS:
            self.lines(f"{part}.txt", [f"/SegNet/CamVid/{part}/{part}{i}.png /SegNet/CamVid/{part}annot/{part}{i}.png"
                                       for i in range(COUNT[part])])


class List(Set):
    spec, bad_id = "list:$/train.txt,$/val.txt", 3

    def build(self):
        self.pairs("a/{i}.jpg", "b/{i}.png")
        self.text("classes.txt", "0 road\n1 car\n2 sky\n")
        for part in PARTS:
            self.lines(f"{part}.txt", [f"a/{part}{i}.jpg b/{part}{i}.png" for i in range(COUNT[part])])


class Nyu(Set):
    spec, task = "nyu_png:$", "depth"

    def mask(self, name, ids=None):
        pictures.put(self.at(name), depth_png())
        self.masks.append(name)

    def build(self):
        self.pairs("rgb/{i}.jpg", "depth/{i}.png")
        for part in PARTS:
            self.lines(f"{part}.txt", [f"rgb/{part}{i}.jpg depth/{part}{i}.png" for i in range(COUNT[part])])


class Folder(Set):
    spec, bad_id = "folder:$", 3

    def build(self):
        self.pairs("images/{part}/{i}.JPG", "masks/{part}/{i}.png")
        self.text("classes.txt", "0 road\n1 car\n2 sky\n")


class Voc(Set):
    spec, bad_id = "voc:$", 21

    def build(self):
        self.pairs("JPEGImages/{i}.jpg", "SegmentationClass/{i}.png")
        for part in PARTS:
            self.lines(f"ImageSets/Segmentation/{part}.txt", [f"{part}{i}" for i in range(COUNT[part])])


class Cityscapes(Set):
    spec, ids, bad_id = "cityscapes:$", (7, 11, 26), 34

    def build(self):
        self.pairs("leftImg8bit/{part}/ulm/{i}_leftImg8bit.png", "gtFine/{part}/ulm/{i}_gtFine_labelIds.png")


class Ade(Set):
    spec, bad_id, test = "ade20k:$", 151, False

    def build(self):
        for part, count in (("training", 3), ("validation", 1)):
            for i in range(count):
                self.image(f"images/{part}/{i}.jpg")
                self.mask(f"annotations/{part}/{i}.png")


class Yolo(Set):
    spec = "yolo:$"

    def build(self):
        self.labels = []
        self.text("data.yaml", "names: [road, car]\n")
        for part in PARTS:
            for i in range(COUNT[part]):
                self.image(f"images/{part}/{part}{i}.jpg")
                name = f"labels/{part}/{part}{i}.txt"
                self.text(name, "0 0 0 1 0 1 1\n1 .2 .2 .8 .2 .8 .8 .2 .8\n")
                self.labels.append(name)


def coco(part, first, persons=False):
    images = [{"id": first + i, "file_name": f"{part}{i}.jpg", "height": H, "width": W} for i in range(COUNT[part])]
    points = [v for k in range(17) for v in (20 + 3 * k, 10 + 2 * k, 2)]
    objects = [{"id": first + i, "image_id": first + i, "category_id": 1, "area": 600, "iscrowd": 0,
                "bbox": [10, 5, 70, 50], "segmentation": [[10, 10, 60, 10, 60, 50, 10, 50]],
                **({"keypoints": points, "num_keypoints": 17} if persons else {})} for i in range(COUNT[part])]
    return {"images": images, "annotations": objects, "categories": [{"id": 1, "name": "person"}]}


class Coco(Set):
    spec = "coco:$/train.json,$/train,val=$/val.json,$/val,test=$/test.json,$/test"

    def build(self):
        for n, part in enumerate(PARTS):
            for i in range(COUNT[part]):
                self.image(f"{part}/{part}{i}.jpg")
            self.json(f"{part}.json", coco(part, 10 * n))


class LabelMe(Set):
    spec = "labelme:$"

    def build(self):
        for part in PARTS:
            for i in range(COUNT[part]):
                self.image(f"{part}/{part}{i}.jpg")
                self.json(f"{part}/{part}{i}.json", self.doc(f"{part}{i}.jpg"))

    @staticmethod
    def doc(image):
        return {"version": "5.0.1", "flags": {}, "imagePath": image, "imageData": None, "imageHeight": H, "imageWidth": W,
                "shapes": [{"label": "road", "points": [[0, 20], [95, 20], [95, 63], [0, 63]], "shape_type": "polygon"},
                           {"label": "car", "points": [[10, 30], [40, 50]], "shape_type": "rectangle"},
                           {"label": "sun", "points": [[70, 10], [75, 10]], "shape_type": "circle"}]}

    def far(self, doc):
        doc["shapes"][0]["points"][2] = [4000, 63]


class CocoKeypoints(Set):
    spec, task = "coco_keypoints:$", "pose"

    def build(self):
        for n, part in enumerate(PARTS):
            for i in range(COUNT[part]):
                self.image(f"{part}2017/{part}{i}.jpg")
            self.json(f"annotations/person_keypoints_{part}2017.json", coco(part, 10 * n, True))

    def far(self, doc):
        doc["annotations"][0]["keypoints"][0] = 5000


class Mpii(Set):
    spec, task = "mpii:$", "pose"

    def build(self):
        for part in PARTS:
            for i in range(COUNT[part]):
                self.image(f"images/{part}{i}.jpg")
            self.json(f"annot/{'valid' if part == 'val' else part}.json",
                      [{"image": f"{part}{i}.jpg", "center": [48, 32], "scale": .3, "joints_vis": [1] * 16,
                        "joints": [[20 + 3 * k, 10 + 2 * k] for k in range(16)]} for i in range(COUNT[part])])

    def far(self, doc):
        doc[0]["joints"][3] = [-900, 20]


KINDS = (Camvid, List, Nyu, Folder, Voc, Cityscapes, Ade, Yolo, LabelMe, Coco, CocoKeypoints, Mpii)


def attempt(data, task="", *more):
    done = subprocess.run([ENGINE, "try", GENOTYPE, "--data", data, *(["--task", task] if task else []), *TINY, *more],
                          capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


@unittest.skipIf("thread" in BUILD, "whole programs take too long; test_loader.c and test_each.c run the threads")
class Loaders(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="auxcell-loaders-")
        self.addCleanup(shutil.rmtree, self.dir)

    def each(self, having=lambda s: True):
        """A fresh whole set of each kind."""
        for kind in KINDS:
            folder = os.path.join(self.dir, kind.__name__)
            shutil.rmtree(folder, ignore_errors=True)
            one = kind(folder)
            if having(one):
                yield one

    def refused(self, one, names, says=""):
        """Nothing was computed; one line has the file's name."""
        code, out, err = attempt(one.whole_spec(), one.task)
        self.assertEqual((code, out, len(err.splitlines())), (1, "", 1), f"{one.spec}: {names}: {err}")
        self.assertIn(names, err)
        self.assertIn(says, err)

    def test_all_kinds_are_here(self):
        done = subprocess.run([AUXCELL, "search", "--help"], capture_output=True, text=True, check=True, timeout=300)
        listed = done.stdout.split("Data sets:")[1].split("\n\n")[0]
        names = {line.split("[")[0].split(":")[0].strip() for line in listed.strip().splitlines()}
        self.assertEqual(names - {"scenes"}, {kind.spec.split(":")[0] for kind in KINDS})

    def test_whole(self):
        for one in self.each():
            code, _, err = attempt(one.whole_spec(), one.task)
            self.assertEqual(code, 0, err)

    def test_the_test_part(self):
        for one in self.each():
            model = one.at("m.safetensors")
            code, _, err = attempt(one.whole_spec(), one.task, "--model", model)
            self.assertEqual(code, 0, err)
            for split, n in (("train", 3), ("val", 1), ("test", 2)):
                done = subprocess.run([ENGINE, "eval", model, "--data", one.whole_spec(), "--split", split, "--json"],
                                      capture_output=True, text=True, timeout=300, check=False)
                if split == "test" and not one.test:
                    self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1))
                    self.assertIn("has no test images", done.stderr)
                    continue
                self.assertEqual(done.returncode, 0, done.stderr)
                said = json.loads(done.stdout)
                self.assertEqual((said["split"], said["images"]), (split, n))

    def test_no_test_part(self):
        for one in self.each(lambda s: s.test):
            for name in os.listdir(one.dir):
                path = one.at(name)
                if name.startswith("test"):
                    os.remove(path) if os.path.isfile(path) else shutil.rmtree(path)
            for name in ("images/test", "masks/test", "labels/test", "leftImg8bit/test", "gtFine/test",
                         "test2017"):
                shutil.rmtree(one.at(name), ignore_errors=True)
            for name in ("ImageSets/Segmentation/test.txt", "annot/test.json",
                         "annotations/person_keypoints_test2017.json"):
                if os.path.exists(one.at(name)):
                    os.remove(one.at(name))
            code, out, err = attempt(one.whole_spec() + ",part=test", one.task)
            self.assertEqual((code, out, len(err.splitlines())), (1, "", 1), err)
            self.assertIn("test", err)

    def test_an_image_is_missing(self):
        for one in self.each(lambda s: not isinstance(s, Yolo)):
            os.remove(one.at(one.images[0]))
            stem = os.path.splitext(os.path.basename(one.images[0]))[0].split("_")[0]
            self.refused(one, stem)

    def test_a_target_is_missing(self):
        for one in self.each(lambda s: s.masks):
            os.remove(one.at(one.masks[0]))
            self.refused(one, os.path.splitext(os.path.basename(one.masks[0]))[0].split("_")[0])

    def test_another_size(self):
        for one in self.each():
            if one.masks:
                rows = [bytes(2 * (W + 1)) if one.task == "depth" else bytes(W + 1)] * H
                pictures.put(one.at(one.masks[1]), pictures.png(W + 1, H, rows, depth=16 if one.task == "depth" else 8))
                self.refused(one, one.masks[1], f"{W + 1}x{H}")
            elif one.jsons:
                pictures.picture(one.at(one.images[1]), W, H - 1)
                self.refused(one, one.images[1], f"{W}x{H - 1}") if not isinstance(one, Mpii) else None

    def test_another_depth(self):
        for one in self.each(lambda s: s.masks):
            if one.task == "depth":
                pictures.put(one.at(one.masks[1]), depth_png(20, 8))
                self.refused(one, one.masks[1], "16-bit")
            else:  # 16-bit ids work like 8-bit ids
                pictures.put(one.at(one.masks[1]), depth_png(one.bad_id + 256))
                self.refused(one, one.masks[1], f"id {one.bad_id + 256}")

    def test_files_that_are_cut(self):
        for one in self.each():
            for name in [one.images[1]] + one.masks[1:2]:
                with open(one.at(name), "rb") as f:
                    data = f.read()
                for share in (0, .01, .3, .6, .95):
                    pictures.put(one.at(name), data[:int(len(data) * share)])
                    self.refused(one, name)
                pictures.put(one.at(name), data)
            pictures.put(one.at(one.images[1]), b"GIF89a" + bytes(100))
            self.refused(one, one.images[1])

    def test_json_that_is_cut(self):
        for one in self.each(lambda s: s.jsons):
            with open(one.at(one.jsons[0]), "rb") as f:
                data = f.read()
            for i in range(50):
                pictures.put(one.at(one.jsons[0]), data[:len(data) * i // 50])
                self.refused(one, one.jsons[0])

    def test_ids_out_of_range(self):
        for one in self.each(lambda s: s.bad_id):
            pictures.mask(one.at(one.masks[2]), [one.ids[0], one.bad_id], W, H)
            self.refused(one, one.masks[2], f"id {one.bad_id}")
        for one in self.each(lambda s: isinstance(s, (Coco, CocoKeypoints))):
            doc = coco("train", 0, one.task == "pose")
            doc["annotations"][1]["image_id"] = 77
            one.json(one.jsons[0], doc)
            self.refused(one, one.jsons[0], "77")
        for one in self.each(lambda s: isinstance(s, Coco)):
            doc = coco("train", 0)
            doc["annotations"][1]["category_id"] = 9
            one.json(one.jsons[0], doc)
            self.refused(one, one.jsons[0], "9")
        for one in self.each(lambda s: isinstance(s, Yolo)):
            one.text(one.labels[1], "2 0 0 1 0 1 1\n")
            self.refused(one, one.labels[1], "class 2")
            for text in ("0 0 0 1 0 1\n", "0 .1 .2 .3 .4\n", "0 0 0 2 0 1 1\n", "0 0 0 nan 0 1 1\n", "x\n", "-1 0 0 1 0 1 1\n"):
                one.text(one.labels[1], text)
                self.refused(one, one.labels[1], "line 1")

    def test_shapes_of_labelme(self):
        for change, says in (
                ({"label": ""}, "shape 2: no label"), ({"points": [[1, 2]]}, "shape 2: a rectangle has two points"),
                ({"points": [["1", 2], [3, 4]]}, "shape 2: a rectangle has two points"), ({"points": 3}, "no points"),
                ({"shape_type": "polygon"}, "shape 2: an outline has three points"),
                ({"shape_type": "line"}, "shape_type line: polygons, rectangles and circles have an area")):
            one = LabelMe(os.path.join(self.dir, "labelme"))
            doc = one.doc("train1.jpg")
            doc["shapes"][1].update(change)
            one.json("train/train1.json", doc)
            self.refused(one, "train/train1.json", says)
        one = LabelMe(os.path.join(self.dir, "labelme"))
        one.text("classes.txt", "road\ncar\n")
        self.refused(one, "train/train0.json", "shape 3: no class is called 'sun'")
        one.json("train/train0.json", {"shapes": {}})
        self.refused(one, "train/train0.json", "no list of shapes")

    def test_an_empty_part(self):
        for one in self.each():
            for part in ("train", "val"):
                one = type(one)(one.dir)
                if one.lists:
                    name = next(n for n in one.lists if n.endswith(f"{part}.txt"))
                    one.text(name, "\n")
                elif one.jsons and not isinstance(one, LabelMe):
                    name = one.jsons[part == "val"]
                    one.text(name, "[]" if isinstance(one, Mpii)
                             else '{"images": [], "annotations": [], "categories": [{"id": 1, "name": "person"}]}')
                else:
                    name = one.dir
                    for image in one.images + one.masks + one.jsons:
                        if f"/{part}" in image and os.path.exists(one.at(image)):
                            os.remove(one.at(image))
                    for label in getattr(one, "labels", []):
                        if f"/{part}/" in label:
                            os.remove(one.at(label))
                self.refused(one, name if one.lists or one.task == "pose" else one.dir)
                shutil.rmtree(one.dir)
            type(one)(one.dir)

    def test_json_of_something_else(self):
        for one in self.each(lambda s: s.jsons):
            for text in ("null", "3", '"x"', "{}", "[]"):
                one.text(one.jsons[0], text)
                self.refused(one, one.jsons[0])

    def test_classes_that_are_too_many_or_too_few(self):
        for text, says in (("".join(f"class{i}\n" for i in range(256)), "more than 255 classes"),
                           ("road\n", "one class only, 'road'")):
            one = Folder(os.path.join(self.dir, "folder"))
            one.text("classes.txt", text)
            self.refused(one, "/classes.txt: " + says)
        one = Folder(os.path.join(self.dir, "folder"))
        for text, says in (("* -> all\n", "one class only, 'all'"), ("* -> ignore\n", "no class is left")):
            one.text("map", text)
            code, out, err = attempt(f"{one.whole_spec()},map={one.dir}/map")
            self.assertEqual((code, out, err), (1, "", f"auxcell: {one.dir}/map: {says}" + err[err.find(says) + len(says):]))

    def test_key_points_outside(self):
        for one in self.each(lambda s: hasattr(s, "far")):
            with open(one.at(one.jsons[0])) as f:
                doc = json.load(f)
            one.far(doc)
            one.json(one.jsons[0], doc)
            self.refused(one, one.jsons[0], "far outside")


if __name__ == "__main__":
    main()
