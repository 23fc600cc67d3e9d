"""predict with a pose model: the persons in given boxes, in COCO's format of results, and their skeletons."""
import json
import os
import shutil
import struct
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from auxcell import engine, main  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
CAMVID = os.path.join(HERE, "..", "..", "data", "camvid-tiny", "val")
GENOTYPE = "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"
SMALL = ["--train-samples", "8", "--val-samples", "2", "--crop", "64", "--batch", "4", "--epochs", "2",
         "--channels", "8", "--stages", "1"]


class PredictPose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="ax-predict-pose-")
        cls.model = os.path.join(cls.dir, "m.safetensors")
        code, out, err = engine("try", GENOTYPE, "--model", cls.model, "--json", "--task", "pose", *SMALL)
        assert code == 0, err
        cls.tried = json.loads(out)
        cls.png = os.path.join(cls.dir, "000123.png")
        shutil.copy(os.path.join(CAMVID, sorted(os.listdir(CAMVID))[0]), cls.png)
        with open(cls.png, "rb") as f:
            cls.w, cls.h = struct.unpack(">II", f.read()[16:24])

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    def predict(self, *args, model=None):
        out = tempfile.mkdtemp(dir=self.dir)
        code, text, err = engine("predict", model or self.model, "-o", out, self.png, *args)
        self.assertEqual((code, err), (0, ""))
        with open(os.path.join(out, "000123.json")) as f:
            return json.load(f), text, out

    def refused(self, says, *args):
        code, text, err = engine("predict", self.model, "-o", os.path.join(self.dir, "no"), self.png, *args)
        self.assertEqual((code, text, err.count("\n")), (2, "", 1), err)
        self.assertIn(says, err)

    def boxes(self, name, what):
        path = os.path.join(self.dir, name)
        with open(path, "w") as f:
            json.dump(what, f)
        return path

    def test_it_was_judged_by_key_points(self):
        self.assertTrue(0 <= self.tried["reward"] <= 1)
        self.assertTrue(0 <= self.tried["pck"] <= 1)

    def test_without_boxes_the_image_is_one_person(self):
        people, text, out = self.predict("--overlay")
        self.assertEqual(sorted(os.listdir(out)), ["000123-overlay.png", "000123.json"])
        self.assertEqual(len(text.split()), 2)
        (person,) = people
        self.assertEqual(person["image_id"], 123)
        self.assertEqual(person["category_id"], 1)
        self.assertEqual(person["bbox"], [0, 0, self.w, self.h])
        self.assertEqual(len(person["keypoints"]), 3 * 14)
        side = 1.25 * max(self.w, self.h)
        for x, y in zip(person["keypoints"][::3], person["keypoints"][1::3]):
            self.assertTrue(abs(x - self.w / 2) <= side / 2 and abs(y - self.h / 2) <= side / 2, (x, y))
        with open(os.path.join(out, "000123-overlay.png"), "rb") as f:
            self.assertEqual(struct.unpack(">IIBB", f.read()[16:26]), (self.w, self.h, 8, 2))

    def test_a_box_is_where_it_looks(self):
        (whole,), _, _ = self.predict()
        (person,), _, _ = self.predict("--box", "20,10,30,60")
        self.assertEqual(person["bbox"], [20, 10, 30, 60])
        for x, y in zip(person["keypoints"][::3], person["keypoints"][1::3]):
            self.assertTrue(abs(x - 35) <= 37.6 and abs(y - 40) <= 37.6, (x, y))
        self.assertNotEqual(whole["keypoints"], person["keypoints"])
        (flipped,), _, _ = self.predict("--box", "20,10,30,60", "--flip")
        self.assertNotEqual(flipped["keypoints"], person["keypoints"])

    def test_boxes_of_a_detector(self):
        path = self.boxes("found.json", [
            {"image_id": 123, "category_id": 1, "bbox": [20, 10, 30, 60], "score": 0.5},
            {"image_id": 124, "category_id": 1, "bbox": [20, 10, 30, 60], "score": 0.9},
            {"image_id": 123, "category_id": 3, "bbox": [20, 10, 30, 60], "score": 0.9},
            {"image_id": 123, "bbox": [5, 5, 40, 40]}])
        people, text, _ = self.predict("--boxes", path, "--json")
        self.assertEqual([p["bbox"] for p in people], [[20, 10, 30, 60], [5, 5, 40, 40]])
        said = json.loads(text)
        self.assertEqual(said["persons"], people)
        self.assertEqual((said["height"], said["width"], said["overlay"]), (self.h, self.w, None))
        (alone,), _, _ = self.predict("--box", "20,10,30,60")
        self.assertEqual(people[0]["keypoints"], alone["keypoints"])
        self.assertAlmostEqual(people[0]["score"], alone["score"] / 2, delta=2e-6)

    def test_boxes_of_annotations(self):
        path = self.boxes("truth.json", {
            "annotations": [{"image_id": 7, "category_id": 1, "iscrowd": 0, "bbox": [20, 10, 30, 60]},
                            {"image_id": 7, "category_id": 1, "iscrowd": 1, "bbox": [0, 0, 9, 9]}],
            "images": [{"id": 7, "file_name": "train/000123.png"}]})
        people, _, _ = self.predict("--boxes", path)
        self.assertEqual([(p["image_id"], p["bbox"]) for p in people], [(7, [20, 10, 30, 60])])
        empty, _, _ = self.predict("--boxes", self.boxes("empty.json", []))
        self.assertEqual(empty, [])

    def test_what_makes_no_sense(self):
        for box in ("1,2,3", "1,2,3,4,5", "1,2,0,4", "a,2,3,4", "1,2,3,1e9", ""):
            self.refused("--box", "--box", box)
        self.refused("exclude each other", "--box", "1,2,3,4", "--boxes", self.boxes("none.json", []))
        for name, what, says in (("a.json", [{"image_id": 123}], "line 1: a box without image_id and bbox"),
                                 ("b.json", {"images": [{"id": 1}]}, "an image without id and file_name")):
            code, _, err = engine("predict", self.model, "-o", self.dir, self.png, "--boxes", self.boxes(name, what))
            self.assertEqual(code, 1)
            self.assertIn(says, err)
        other = os.path.join(self.dir, "segmentation.safetensors")
        code, _, err = engine("try", GENOTYPE, "--model", other, *SMALL)
        self.assertEqual((code, err), (0, ""))
        code, _, err = engine("predict", other, "-o", self.dir, self.png, "--flip")
        self.assertEqual(code, 2)
        self.assertIn("a model of segmentation predicts whole images, so --flip is of no use", err)

    def test_caches_are_used_again_by_the_same_protocol_only(self):
        cache = os.path.join(self.dir, "cache")
        tried = ["try", GENOTYPE, "--json", "--task", "pose", "--cache", cache, *SMALL]
        outcome = []
        for more, files in (([], 2), ([], 2), (["--pose-protocol", "paper"], 4)):
            code, out, err = engine(*tried, *more)
            self.assertEqual((code, err), (0, ""))
            outcome.append(json.loads(out))
            self.assertEqual(len([f for f in os.listdir(cache) if f.endswith(".cache")]), files)
        self.assertEqual(outcome[0]["reward"], outcome[1]["reward"])
        self.assertNotEqual(outcome[0]["reward"], outcome[2]["reward"])

    def test_models_are_judged_as_they_were_trained(self):
        code, out, err = engine("eval", self.model, "--data", "scenes:8,2", "--json")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(json.loads(out)["reward"], self.tried["reward"])
        points = json.loads(out)["keypoints"]
        self.assertEqual([points[0]["name"], len(points), json.loads(out)["oks"]], ["head_top", 14, {}])
        right = sum(p["labelled"] * p["pck"] for p in points if p["labelled"])
        self.assertAlmostEqual(right / sum(p["labelled"] for p in points), self.tried["pck"], delta=1e-5)
        code, text, err = engine("eval", self.model, "--data", "scenes:8,2", "--csv", os.path.join(self.dir, "k.csv"))
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(text, r"(?m)^  left_knee +([.\d]+|-) +([.\d]+|-) +\d+$")
        with open(os.path.join(self.dir, "k.csv")) as f:
            self.assertEqual(f.readline(), "keypoint,labelled,right,pck,pck_of_mean_pose\n")
            self.assertEqual(len(f.readlines()), 14)
        self.assertTrue(all(0 <= p["pck_of_mean_pose"] <= 1 for p in points if p["labelled"]))
        self.assertEqual((json.loads(out)["oks_of_mean_pose"], json.loads(out)["pckh_percent_of_mean_pose"]), ({}, {}))
        code, flipped, err = engine("eval", self.model, "--data", "scenes:8,2", "--json", "--flip")
        self.assertEqual((code, err), (0, ""))
        self.assertNotEqual(json.loads(flipped)["reward"], self.tried["reward"])
        code, _, err = engine("eval", self.model, "--data", "scenes:8,2", "--scales", "1,2")
        self.assertEqual(code, 2)
        self.assertIn("--scales: the outputs of a model for pose can't be averaged so", err)

    def test_validation_with_the_flip_test(self):
        """Its figures are those of eval --flip, whether the encoder's outputs are cached or it is trained, too."""
        model = os.path.join(self.dir, "flip.safetensors")
        for stages in ("1", "2"):
            code, out, err = engine("try", GENOTYPE, "--model", model, "--json", "--task", "pose", *SMALL[:-1], stages,
                                    "--val-flip", "1", "--val-samples", "5", "--stage2-samples", "8")
            self.assertEqual((code, err), (0, ""))
            tried = json.loads(out)["reward"]
            judged = []
            for more in ([], ["--flip"]):
                code, out, err = engine("eval", model, "--data", "scenes:8,5", "--json", *more)
                self.assertEqual((code, err), (0, ""))
                judged.append(json.loads(out)["reward"])
            self.assertAlmostEqual(tried, judged[1], delta=1e-5)
            self.assertNotAlmostEqual(tried, judged[0], delta=1e-4)

    def test_the_worst_persons(self):
        """What eval writes of a person is what predict says of the same box in the same picture."""
        root = os.path.join(self.dir, "mpii")
        os.makedirs(f"{root}/annot")
        os.makedirs(f"{root}/images")
        joints = [[30 + 9 * k, 40 + 5 * k] for k in range(16)]
        for name, n in (("train", 2), ("valid", 5)):
            with open(f"{root}/annot/{name}.json", "w") as f:
                json.dump([{"image": f"{name}.png", "center": [100 + 3 * i, 60], "scale": .5, "joints": joints,
                            "joints_vis": [1] * 16} for i in range(n)], f)
            shutil.copy(self.png, f"{root}/images/{name}.png")
        model, out = os.path.join(self.dir, "mpii.safetensors"), os.path.join(self.dir, "worst")
        code, _, err = engine("try", GENOTYPE, "--model", model, "--data", f"mpii:{root}", *SMALL)
        self.assertEqual(code, 0, err)
        code, text, err = engine("eval", model, "--data", f"mpii:{root}", "--worst", "2", "-o", out, "--json")
        self.assertEqual((code, err), (0, ""))
        said = json.loads(text)
        low, high = said["reward_interval"]
        self.assertTrue(low <= said["reward"] <= high)
        self.assertEqual([w["image"] for w in said["worst"]], ["images/valid.png"] * 2)
        self.assertLessEqual(said["worst"][0]["reward"], said["worst"][1]["reward"])
        names = sorted(os.listdir(out))
        self.assertEqual([n.split("-")[0] + n[len("images_valid-0"):] for n in names],
                         ["images_valid-overlay.png", "images_valid.json"] * 2)
        for name in names[1::2]:
            with open(os.path.join(out, name)) as f:
                (person,) = json.load(f)
            (other,), _, _ = self.predict("--box", ",".join(str(v) for v in person["bbox"]), model=model)
            for a, b in zip(person["keypoints"], other["keypoints"]):
                self.assertAlmostEqual(a, b, delta=.6)  # three digits of a box may move a peak by a fraction of a pixel

    def test_logits_of_whole_images_are_no_teacher(self):
        code, _, err = engine("try", GENOTYPE, "--task", "pose", "--teacher", self.dir, *SMALL)
        self.assertEqual(code, 2)
        self.assertIn("logits of whole images say nothing of persons cut out of them", err)

    def test_protocols_differ_and_are_kept(self):
        model = os.path.join(self.dir, "paper.safetensors")
        code, _, err = engine("try", GENOTYPE, "--model", model, "--json", "--task", "pose", "--pose-protocol", "paper",
                              *SMALL)
        self.assertEqual((code, err), (0, ""))
        with open(model, "rb") as f:
            head = f.read(200000).replace(b" ", b"")
        self.assertIn(b'"pose_protocol":"paper"', head)
        self.assertIn(b'"skeleton":"scenes"', head)
        (person,), _, _ = self.predict(model=model)
        self.assertEqual(len(person["keypoints"]), 3 * 14)
        changed = os.path.join(self.dir, "changed.safetensors")
        with open(model, "rb") as f, open(changed, "wb") as g:
            g.write(f.read().replace(b'"paper"', b'"paler"'))
        code, _, err = engine("predict", changed, "-o", self.dir, self.png)
        self.assertEqual(code, 1)
        self.assertIn("'pose_protocol' is paler, not udp or paper", err)


if __name__ == "__main__":
    main()
