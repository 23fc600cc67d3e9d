"""auxcell data: sound data sets, and every kind of defect."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from auxcell import AUXCELL, main  # noqa: E402
import pictures  # noqa: E402

GENOTYPE = "[[1,[0,1,8,9],[1,0,0,2],[3,1,5,7]],[[0,1],[2,3],[4,5]]]"


def call(*args, **more):
    return subprocess.run([AUXCELL, *args], capture_output=True, text=True, timeout=300, check=False, **more)


class Data(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="auxcell-data-")
        self.addCleanup(shutil.rmtree, self.dir)
        self.spec = f"folder:{self.dir}"

    def path(self, name):
        return os.path.join(self.dir, name)

    def pair(self, name, ids=(0, 1, 2, 255), seed=None, part="train"):
        pictures.picture(self.path(f"images/{part}/{name}.png"), seed=len(name) if seed is None else seed)
        pictures.mask(self.path(f"masks/{part}/{name}.png"), ids)

    def whole(self):
        for i in range(4):
            self.pair(f"t{i}", seed=i)
        for i in range(2):
            self.pair(f"v{i}", seed=10 + i, part="val")
        pictures.put(self.path("classes.txt"), "0 road\n1 car\n2 sky\n")

    def check(self, *args, status=1):
        done = call("data", "check", self.spec, "--json", *args)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual(said["good"], status == 0)
        text = call("data", "check", self.spec, *args)
        self.assertEqual(text.returncode, status)
        return said, {f["kind"]: f for f in said["findings"]}, text.stdout

    def test_whole(self):
        self.whole()
        said, found, text = self.check(status=0)
        self.assertEqual(found, {})
        self.assertTrue(said["all"])
        self.assertEqual((said["train"]["images"], said["val"]["images"]), (4, 2))
        self.assertEqual([c["name"] for c in said["classes"]], ["road", "car", "sky"])
        self.assertEqual([c["pixels"] for c in said["classes"]], [[4 * 512, 2 * 512]] * 3)
        self.assertEqual(said["train"]["unlabelled"], 4 * 512)
        self.assertEqual(said["sizes"], [{"what": "64x32", "files": 6}])
        self.assertEqual(said["targets"], [{"what": "grey, 8 bits", "files": 6}])
        self.assertLessEqual(len(text.splitlines()), 24, "one screen")
        self.assertIn("Nothing in it would make training go wrong.", text)
        self.assertEqual(len(text.splitlines()[8].split("#")), 25, "the most frequent class has the longest bar")

    def test_halves(self):
        self.whole()
        for i in range(13):
            pictures.picture(self.path(f"images/train/alone{i:02}.png"))
        pictures.mask(self.path("masks/val/nothing.png"), (0,))
        said, found, text = self.check()
        self.assertEqual(found["image_without_target"]["count"], 13)
        self.assertEqual(found["image_without_target"]["first"],
                         [self.path(f"images/train/alone{i:02}.png") for i in range(10)])
        self.assertEqual(found["target_without_image"]["first"], [self.path("masks/val/nothing.png")])
        self.assertIn("and 3 more", text)
        self.assertEqual(said["train"]["read"], 4, "the others are looked at all the same")

    def test_files(self):
        self.whole()
        pictures.mask(self.path("masks/train/t0.png"), (0, 1), width=63)
        with open(self.path("masks/train/t1.png"), "r+b") as f:
            f.truncate(60)
        shutil.copy("tests/data/tiny.jpg", self.path("masks/train/t2.png"))
        pictures.put(self.path("images/val/v0.png"), b"")
        os.unlink(self.path("images/val/v1.png"))
        os.symlink("v2.png", self.path("images/val/v1.png"))
        done = call("data", "check", self.spec)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, f"auxcell: {self.path('images/val/v1.png')}: No such file or directory\n")
        os.unlink(self.path("images/val/v1.png"))
        pictures.picture(self.path("images/val/v1.png"))
        _, found, _ = self.check()
        self.assertEqual(found["other_size"]["count"], 1)
        self.assertIn("t0.png: 63x32, but its image", found["other_size"]["first"][0])
        self.assertEqual(found["unreadable"]["count"], 3)
        for text, says in zip(found["unreadable"]["first"], ("t1.png: damaged PNG: the file is cut short",
                                                             "t2.png: a mask must be a PNG, and this is a JPEG",
                                                             "v0.png: the file is empty")):
            self.assertIn(says, text)

    def test_values(self):
        self.whole()
        self.pair("t1", ids=(0, 7, 9, 9), seed=1)
        pictures.colors(self.path("masks/val/v1.png"), [(1, 2, 3), (0, 0, 0)])
        _, found, _ = self.check()
        self.assertEqual(found["value_without_class"]["count"], 3)
        self.assertEqual(found["value_without_class"]["first"], [
            f"id 7: {self.path('masks/train/t1.png')} at x 1, y 0 (512 pixels in 1 image)",
            f"id 9: {self.path('masks/train/t1.png')} at x 2, y 0 (1024 pixels in 1 image)",
            f"colour 1,2,3: {self.path('masks/val/v1.png')} at x 0, y 0 (1024 pixels in 1 image)"])

    def test_orientations(self):
        self.whole()
        turned = pictures.png(64, 32, [bytes(range(64)) * 3] * 32, pictures.RGB, orientation=6)
        pictures.put(self.path("images/train/t0.png"), turned)
        _, found, _ = self.check(status=0)
        self.assertEqual(found["turned"]["first"], [self.path("masks/train/t0.png")])
        self.assertEqual(call("data", "show", self.spec, "--samples", "1").stdout.split("\n")[0],
                         "images/train/t0.png  32x64")
        pictures.mask(self.path("masks/train/t0.png"), (0, 1, 2), 32, 64)
        _, found, _ = self.check(status=0)
        self.assertEqual(found, {}, "drawn over the turned picture")
        pictures.picture(self.path("images/train/t0.png"))
        _, found, _ = self.check()
        self.assertIn("t0.png: 32x64, but its image", found["other_size"]["first"][0])

    def test_parts(self):
        self.whole()
        self.pair("v0", ids=(255,), seed=2, part="val")
        self.pair("v1", ids=(0, 1), seed=11, part="val")
        _, found, _ = self.check()
        self.assertEqual(found["in_both_splits"]["first"],
                         [f"{self.path('images/val/v0.png')} is {self.path('images/train/t2.png')}"])
        self.assertEqual(found["absent_class"]["first"], ["validation: sky"])
        self.assertEqual(found["blank_target"]["first"], [self.path("masks/val/v0.png")])
        self.assertFalse(found["absent_class"]["error"])
        self.pair("v1", ids=(255,), seed=11, part="val")
        _, found, _ = self.check()
        self.assertEqual(found["no_labels"]["first"], ["validation"])

    def test_no_class_file(self):
        self.whole()
        os.unlink(self.path("classes.txt"))
        said, found, _ = self.check(status=0)
        self.assertEqual([c["name"] for c in said["classes"]], ["class 0", "class 1", "class 2"])
        for i in range(4):
            self.pair(f"t{i}", ids=(0, 255), seed=i)
        for i in range(2):
            self.pair(f"v{i}", ids=(0, 255), seed=10 + i, part="val")
        _, found, _ = self.check()
        self.assertTrue(any("'255 object'" in text for text in found["classes"]["first"]), found)
        pictures.put(self.path("one.txt"), "0 background\n255 object\n")
        self.spec += f",classes={self.path('one.txt')}"
        self.check(status=0)

    def test_depth_taken_for_ids(self):
        """A list may name masks or depth maps: when the numbers are no ids, both ways out are named."""
        for i in range(3):
            pictures.picture(self.path(f"images/{i}.png"))
            pictures.put(self.path(f"depth/{i}.png"), pictures.png(
                64, 32, [b"".join((900 + x).to_bytes(2, "big") for x in range(64))] * 32, depth=16))
        pictures.put(self.path("list.txt"), "".join(f"images/{i}.png depth/{i}.png\n" for i in range(3)))
        spec = f"list:{self.path('list.txt')}"
        done = call("data", "check", spec)
        self.assertEqual(done.returncode, 1)
        self.assertIn("\nerror    3 faults of the classes\n", done.stdout)
        self.assertIn("--task depth if these", done.stdout)
        self.broken(spec, "a class file says which of them are classes; if they are depth, --task depth")

    def test_an_option_that_is_none(self):
        self.whole()
        takes = "auxcell: data set 'folder' takes no option colours; it takes classes map ignore split part\n"
        for options in "colours=1", "split=90/10,colours=1", f"classes={self.path('classes.txt')},colours=1":
            for command in ["data", "check"], ["try", GENOTYPE, "--data"]:
                done = call(*command, f"{self.spec},{options}")
                self.assertEqual((done.returncode, done.stderr), (2, takes), options)
        self.broken(f"folder:{self.dir}/a,b=c", "a,b=c: No such file or directory")

    def test_colors_without_a_file(self):
        self.whole()
        os.unlink(self.path("classes.txt"))
        for name in ("train/t0", "train/t1", "train/t2", "train/t3", "val/v0", "val/v1"):
            pictures.colors(self.path(f"masks/{name}.png"), [(255, 0, 0), (0, 255, 0)])
        _, found, _ = self.check()
        self.assertEqual(found["value_without_class"]["count"], 2)
        self.assertIn("lines R,G,B NAME", " ".join(found["classes"]["first"]))

    def test_a_sample_and_all(self):
        pictures.put(self.path("classes.txt"), "0 a\n1 b\n")
        for i in range(420):
            self.pair(f"{i:03}", ids=(0, 1, i % 2), seed=i)
        said, _, text = self.check(status=0)
        self.assertFalse(said["all"])
        self.assertTrue(200 <= said["train"]["read"] + said["val"]["read"] <= 203, said["train"])
        self.assertIn("--all: of all", text)
        said, _, _ = self.check("--all", status=0)
        self.assertTrue(said["all"])
        self.assertEqual(said["train"]["read"] + said["val"]["read"], 420)

    def test_depth(self):
        for i in range(3):
            pictures.picture(self.path(f"p{i}.png"), 64, 32, i)
            row = b"\0\0" * 16 + (1000 * (i + 1)).to_bytes(2, "big") * 48
            pictures.put(self.path(f"d{i}.png"), pictures.png(64, 32, [row] * 32, depth=16))
        pictures.put(self.path("all.txt"), "p0.png d0.png\np1.png d1.png\np2.png d2.png\n")
        self.spec = f"list:{self.path('all.txt')},scale=500"
        said, found, text = self.check("--task", "depth", status=0)
        self.assertEqual(said["depth"], {"least": 2, "median": 4, "most": 6, "missing": .25})
        self.assertEqual(found, {})
        self.assertIn("median 4 m (of single maps 2 to 6 m), 25.0 % missing", text)
        self.spec = f"list:{self.path('all.txt')},scale=5000"
        _, found, _ = self.check("--task", "depth", status=0)
        self.assertEqual(found["odd_depth"]["count"], 2)
        self.assertIn("d0.png: 0.2 m", found["odd_depth"]["first"][0])

    def people(self, **joints):
        """MPII's form: three persons in two pictures; what joints says of one, by its name."""
        def person(i, image):
            at = joints.get(f"p{i}", [20, 10])
            return {"image": image, "center": [32, 16], "scale": .1, "joints_vis": [1] * 15 + [0],
                    "joints": [at] + [[21 + k, 10] for k in range(15)]}
        pictures.put(self.path("annot/train.json"), json.dumps([person(0, "a.png"), person(1, "a.png")]))
        pictures.put(self.path("annot/valid.json"), json.dumps([person(2, "b.png")]))
        pictures.picture(self.path("images/a.png"), 64, 32)
        pictures.picture(self.path("images/b.png"), 64, 32)
        self.spec = f"mpii:{self.dir}"

    def test_people(self):
        self.people(p1=[70, 10])
        said, found, text = self.check(status=0)
        self.assertEqual((said["train"]["images"], said["val"]["images"], said["pictures"]), (2, 1, [1, 1]))
        self.assertEqual(said["points_outside"], 1)
        self.assertIn("a.png: right_ankle at 69, 9 of 64x32 pixels", found["point_outside"]["first"][0])
        self.assertEqual(said["key_points"][0], {"name": "right_ankle", "persons": [2, 1]})
        self.assertEqual(found["absent_class"]["first"], ["training: left_wrist", "validation: left_wrist"])
        self.assertIn("persons    2 for training, 1 for validation", text)
        self.people(p2=[500, 10])
        _, found, _ = self.check()
        self.assertIn("b.png: right_ankle", found["point_far_outside"]["first"][0])
        self.people()
        with open(self.path("images/a.png"), "r+b") as f:
            f.truncate(90)
        _, found, _ = self.check()
        self.assertEqual(found["unreadable"]["count"], 1, "of the picture, not of each person in it")
        os.unlink(self.path("images/a.png"))
        _, found, _ = self.check()
        self.assertIn("a.png", found["unreadable"]["first"][0])
        self.people()
        shutil.copy(self.path("annot/train.json"), self.path("annot/valid.json"))
        _, found, _ = self.check()
        self.assertEqual(found["in_both_splits"]["first"], [self.path("images/a.png")])

    def test_an_interrupt_tells_what_was_seen(self):
        pictures.picture(self.path("one.png"), 512, 384)
        pictures.mask(self.path("two.png"), (0, 1), 512, 384)
        for name, of in (("images", "one.png"), ("masks", "two.png")):
            os.mkdir(self.path(name))
            for i in range(3000):
                os.link(self.path(of), self.path(f"{name}/{i}.png"))
        os.unlink(self.path("one.png"))
        os.unlink(self.path("two.png"))
        pictures.put(self.path("classes.txt"), "0 a\n1 b\n")
        p = subprocess.Popen([AUXCELL, "data", "check", self.spec, "--all", "--json"], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
        blocked = 0
        while p.poll() is None and not blocked & 1 << signal.SIGINT - 1:
            with open(f"/proc/{p.pid}/status", encoding="utf-8") as f:
                blocked = int(next(line for line in f if line.startswith("SigBlk:")).split()[1], 16)
        p.send_signal(signal.SIGINT)
        out, said = p.communicate(timeout=300)
        self.assertEqual(p.returncode, 130, said)
        self.assertTrue(json.loads(out)["stopped"])
        self.assertLess(json.loads(out)["train"]["read"], 2700)

    def test_show(self):
        for i in range(3):
            pictures.picture(self.path(f"a b/images/p{i}.png"), 64, 64, seed=i)
            pictures.put(self.path(f"a b/masks/p{i}.png"),
                         pictures.png(64, 64, [bytes([0] * 32 + [1] * 32)] * 32 + [bytes([255] * 64)] * 32))
        pictures.put(self.path("a b/classes.txt"), "10,20,200 road\n250,50,50 old car\n")
        spec = f"folder:{self.path('a b')}"
        env = dict(os.environ, COLUMNS="44", LC_ALL="C.UTF-8")
        done = call("data", "show", spec, "--samples", "1", env=env)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0][:8] + lines[0][-7:], "images/p  64x64")
        self.assertEqual(lines[1].split(), ["input", "truth"])
        self.assertEqual([line[23:] for line in lines[2:12]], ["a" * 10 + "b" * 10] * 5 + ["." * 20] * 5)
        self.assertEqual(lines[12], "  a road 25.0 %  b old car 25.0 %")
        self.assertEqual(lines[13], "  . unlabelled 50.0 %")
        self.assertNotIn("\x1b", done.stdout)
        done = call("data", "show", spec, "--samples", "1", "--color", env=env)
        # in the last line of pixels above the unlabelled ones: blue, then red, in the terminal's 256 colours
        self.assertIn("\x1b[38;5;20;48;5;20m" + "\u2580" * 10 + "\x1b[38;5;203;48;5;203m" + "\u2580" * 10 + "\x1b[0m\n",
                      done.stdout)
        done = call("data", "show", spec, "--color", env=dict(env, LC_ALL="C"))
        self.assertNotIn("\x1b", done.stdout, "without UTF-8 there are letters")
        out = self.path("out")
        done = call("data", "show", spec, "--val", "-o", out, env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(os.listdir(out)), 2)
        self.assertTrue(all(name.startswith("images-p") for name in os.listdir(out)))
        for name in os.listdir(out):
            self.assertIn(os.path.join(out, name), done.stdout)
        shown = call("data", "show", "folder:" + out)
        self.assertEqual(shown.returncode, 1)
        self.assertIn("an image without a target", shown.stderr)
        self.assertIn("needs a data set", call("data", "show").stderr)
        with open(self.path("a b/classes.txt"), "w") as f:
            f.write("10,20,200 road\n250,50,50 old car\n")
        pictures.mask(self.path("a b/masks/p1.png"), (0, 9), 64, 64)
        pictures.mask(self.path("a b/masks/p0.png"), (0, 9), 64, 64)
        pictures.mask(self.path("a b/masks/p2.png"), (0, 9), 64, 64)
        done = call("data", "show", spec)
        self.assertEqual(done.returncode, 1)
        self.assertIn("id 9 at x 1, y 0: classes.txt has no such class", done.stderr)

    def broken(self, spec, says):
        """One line that names the file and the reason, exit status 1, and nothing was begun."""
        for command in (["try", GENOTYPE, "--data", spec, "--preset", "demo"],
                        ["search", "--data", spec, "--preset", "demo", "--headless", "--candidates", "1"]):
            done = call(*command, env=dict(os.environ, XDG_STATE_HOME=self.path("state")))
            self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(says, done.stderr)
        self.assertFalse(os.path.isdir(self.path("state/auxcell/runs")) and os.listdir(self.path("state/auxcell/runs")))

    def test_nothing_is_trained_on_broken_data(self):
        self.whole()
        pictures.picture(self.path("images/val/alone.png"))
        self.broken(self.spec, "images/val/alone.png: an image without a target")
        os.unlink(self.path("images/val/alone.png"))
        with open(self.path("masks/train/t1.png"), "r+b") as f:
            f.truncate(80)
        self.broken(self.spec, "masks/train/t1.png: damaged PNG")
        self.pair("t1", ids=(0, 200))
        self.broken(self.spec, "masks/train/t1.png: id 200 at x 1, y 0: classes.txt has no such class")
        voc = self.path("voc")
        for i in range(2):
            pictures.picture(f"{voc}/JPEGImages/{i}.jpg", 64, 64)
            pictures.mask(f"{voc}/SegmentationClass/{i}.png", (0, 20), 64, 64)
        pictures.put(f"{voc}/ImageSets/Segmentation/train.txt", "0\n")
        pictures.put(f"{voc}/ImageSets/Segmentation/val.txt", "1\n7\n")
        self.broken(f"voc:{voc}", "val.txt: line 2: " + f"{voc}/JPEGImages/7.jpg: No such file or directory")
        yolo = self.path("yolo")
        for i in range(2):
            pictures.picture(f"{yolo}/images/{i}.png", 64, 64)
            pictures.put(f"{yolo}/labels/{i}.txt", "0 .1 .1 .9 .1 .5 .9\n" if i else "0 .1 .1 .9 .9\n")
        self.broken(f"yolo:{yolo}", "labels/0.txt: line 1: four numbers are a box")
        annotations = {"images": [{"id": i, "file_name": f"{i}.png", "height": 64, "width": 64} for i in range(2)],
                       "categories": [{"id": 1, "name": "cat"}],
                       "annotations": [{"id": 5, "image_id": 1, "category_id": 2, "segmentation": [[1, 1, 9, 1, 9, 9]]}]}
        pictures.put(self.path("a.json"), json.dumps(annotations))
        self.broken(f"coco:{self.path('a.json')},{yolo}/images", "annotation 5 is of category 2, which isn't there")
        pictures.put(self.path("a.json"), json.dumps(annotations)[:-30])
        self.broken(f"coco:{self.path('a.json')},{yolo}/images", "a.json: ")

    def test_words(self):
        self.assertEqual(call("data").returncode, 2)
        self.assertIn("check", call("data", "--help").stdout)
        self.assertIn("no command 'chek'", call("data", "chek").stderr)
        self.assertIn("needs a data set", call("data", "check").stderr)
        self.assertIn("not one of scenes", call("data", "check", "x:y").stderr)
        done = call("data", "check", "scenes:20,10", "--json")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(json.loads(done.stdout)["val"]["read"], 10)
        done = call("data", "check", "scenes:6,4", "--task", "pose", "--json")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(json.loads(done.stdout)["classes"], [], "other truths than classes aren't counted")
        self.assertIn("no truth for pose", call("data", "check", "camvid:tests/data/camvid-tiny", "--task", "pose").stderr)
        done = call("data", "show", "scenes:6,4", "--task", "pose", "--samples", "1", "-o", self.dir)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.listdir(self.dir), ["train-person-0-target.png"])
        self.assertNotIn("unlabelled", done.stdout)
        done = call("data", "check", "camvid:tests/data/camvid-tiny")
        self.assertIn("sky", done.stdout)


if __name__ == "__main__":
    main()
