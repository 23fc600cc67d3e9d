"""The README's way from a folder of images to an ONNX file: its commands as they are written, with smaller settings."""
import os
import re
import shlex
import shutil
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
sys.path.insert(0, os.path.join(HERE, "../../helper"))
from auxcell import PlaceCase, TINY, main  # noqa: E402

CAMVID = os.path.join(ROOT, "tests", "data", "camvid-tiny")
# Options that make a night's work take a second.
SMALLER = {"search": ["--headless", "--candidates", "1", *TINY],
           "train": ["--full-epochs", "1", "--full-stage2-epochs", "1", "--full-channels", "8", "--full-repeats", "1"]}


def commands():
    with open(os.path.join(ROOT, "README.md")) as f:
        section = f.read().split("## From a folder of images to an ONNX file")[1].split("\n## ")[0]
    # the explanation follows the command after two blanks or more
    return [shlex.split(re.split(r"  +", line.strip())[0]) for line in section.splitlines()
            if line.startswith("    auxcell ")]


class Readme(PlaceCase):
    def test_from_a_folder_to_onnx(self):
        for part, to in (("train", "images"), ("val", "images"), ("trainannot", "masks"), ("valannot", "masks")):
            shutil.copytree(os.path.join(CAMVID, part), os.path.join(self.place.dir, "DIR", to), dirs_exist_ok=True)
        asked = commands()
        self.assertEqual([c[1] for c in asked], ["data", "search", "train", "eval", "export"])
        for command in asked:
            done = self.place.call(*command[1:], *SMALLER.get(command[1], []), timeout=280)
            self.assertEqual(done.returncode, 0, (command, done.stderr))
        with open(os.path.join(self.place.dir, "net.onnx"), "rb") as f:
            onnx = f.read()
        self.assertEqual(onnx[:2], b"\x08\x07")  # its first field is IR version 7
        self.assertIn(b"genotype", onnx)


if __name__ == "__main__":
    main()
