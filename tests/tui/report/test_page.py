"""The page of a run: one well-formed document that asks for nothing else, and says what the run's files say."""
import base64
import html.parser
import json
import os
import re
import shutil
import sys
import xml.etree.ElementTree as ElementTree

import msgpack

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../helper"))
import tinypng  # noqa: E402
from auxcell import PlaceCase, main  # noqa: E402
from screen import ARCH, Log, make_run  # noqa: E402

OLD = os.path.join(HERE, "../../data/old-run/run")
VOID = {"meta", "img", "br"}


class Page(html.parser.HTMLParser):
    """Text, images and drawings of a page whose elements are closed in the order in which they were opened."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.words, self.images, self.rows = [], [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open
        self.text = " ".join(self.words)
        self.drawings = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", text, re.S)]

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        assert not [a for a in attrs if a.startswith("on") or a in ("href", "action")], attrs
        if tag == "img":
            kind, data = attrs["src"].split(",")
            assert kind == "data:image/png;base64" and attrs["alt"]
            self.images.append((attrs["alt"], base64.b64decode(data, validate=True)))
        if tag == "tr":
            self.rows.append([])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data):
        if self.open and self.open[-1] in ("style", "title"):
            return
        self.words.append(data.strip())
        if self.rows and "tr" in self.open and data.strip():
            self.rows[-1].append(data.strip())


def unpack_mask(data):
    return b"".join(bytes([index]) * n for n, index in zip(data[::2], data[1::2]))


class Report(PlaceCase):
    def old(self, name="old"):
        path = self.place.run_dir(name)
        shutil.copytree(OLD, path)
        return path

    def report(self, name):
        text = self.ok("report", name)
        page = Page(text)
        self.assertFalse({"script", "link", "iframe", "object", "form"} & set(page.tags))
        # the only URL-like text is SVG's namespace
        self.assertEqual(set(re.findall(r"[a-z]+://[^\"'\s)]*", text)) - {"http://www.w3.org/2000/svg"}, set())
        self.assertNotIn("url(", text)
        return page

    def test_a_finished_run(self):
        path = self.old()
        page = self.report("old")
        best = max((c for c in json.loads(self.ok("export", "old", "--json")) if c["status"] in "D*" and c["stage"] < 3),
                   key=lambda c: c["reward"])
        self.assertIn(f"candidate {best['id']}", page.text)
        self.assertIn(best["genotype"], page.text)
        table = [r for r in page.rows if r and r[0] == str(best["id"])]
        self.assertEqual(table[0][1], f"{best['reward']:.4f}"[1:])
        titles = [d.find("{http://www.w3.org/2000/svg}title").text for d in page.drawings]
        self.assertEqual(titles[:2], ["Rewards of the search"] * 2)  # one for wide windows and one for narrow ones
        self.assertEqual(titles[2:5], ["Reward and params", "Reward and multiply-adds", "Reward and time"])
        self.assertEqual(titles[5:7], ["cell", "decoder"])
        self.assertIn("auxcell search --preset", page.text)
        for line in ("encoder_lr", "Full training", path):
            self.assertIn(line, page.text)
        self.assertEqual(self.ok("report", "old"), self.ok("report", "old"))

    def test_pictures_are_the_run_s(self):
        path = self.old()
        page = self.report("old")
        best = int(re.search(r"Pictures of candidate (\d+)", page.text)[1])
        with open(f"{path}/masks/{best}.mpk", "rb") as f, open(f"{path}/masks/validation.mpk", "rb") as g:
            mask, truth = msgpack.unpackb(f.read()), msgpack.unpackb(g.read())
        n = len(mask["predicted"])
        self.assertEqual([alt.split(" of ")[0].split(":")[0] for alt, _ in page.images],
                         ["image", "truth", "prediction", "errors in red"] * n)
        shown = []
        for _, data in page.images:
            with open(os.path.join(self.place.dir, "p.png"), "wb") as f:
                f.write(data)
            shown.append(tinypng.read(os.path.join(self.place.dir, "p.png")))
        right = total = 0
        union, both = {}, {}
        for i in range(n):
            rgb, t, p, wrong = shown[4 * i:4 * i + 4]
            self.assertEqual(rgb, (mask["h"], mask["w"], 3, truth["rgb"][i]))
            self.assertEqual(t, (mask["h"], mask["w"], 1, unpack_mask(truth["truth"][i])))
            self.assertEqual(p, (mask["h"], mask["w"], 1, unpack_mask(mask["predicted"][i])))
            for k, (a, b) in enumerate(zip(t[3], p[3])):
                red, green, blue = wrong[3][3 * k:3 * k + 3]
                self.assertEqual(a not in (255, b), red > green == blue)
                self.assertEqual(a == 255, (red, green, blue) == (255, 255, 255))
                if a == 255:
                    continue
                total += 1
                right += a == b
                for c in {a, b}:
                    union[c] = union.get(c, 0) + 1
                both[a] = both.get(a, 0) + (a == b)
        self.assertLess(right, total)
        rows = {r[0]: r for r in page.rows if len(r) == 3 and r[1].endswith("%")}
        self.assertEqual(set(rows), {mask["names"][c] for c in union})
        for c, n in union.items():
            self.assertAlmostEqual(float(rows[mask["names"][c]][2]), both.get(c, 0) / n, delta=.00051)

    def test_what_others_wrote_is_text(self):
        name = "a<b>&\"c'"
        path = self.old(name)
        with open(f"{path}/run.ini") as f:
            text = f.read()
        with open(f"{path}/run.ini", "w") as f:
            f.write(text.replace("\nleave_out =", "\nleave_out = it's <i>odd</i>"))
        page = self.report(name)
        self.assertIn(name, page.text)
        self.assertNotIn("i", page.tags)
        self.assertIn("--leave-out 'it'\\''s <i>odd</i>'", " ".join(page.text.split()))

    def test_runs_without_much(self):
        empty = self.place.run_dir("empty")
        os.mkdir(empty, 0o700)
        with open(f"{empty}/run.ini", "w") as f:
            f.write("[run]\npreset = demo\n")
        Log(f"{empty}/events.mpk").add("hello", 1764072000, 0, run="empty", data="scenes", preset="demo", strategy="ppo",
                                       device="cpu", seed=1, planned=200, workers=1, pid=1, resumed=0)
        page = self.report("empty")
        self.assertIn("No candidate has a reward yet", page.text)
        self.assertEqual(page.drawings, [])
        make_run(self.place.runs, "plain", 1)
        page = self.report("plain")
        self.assertIn(ARCH[1], page.text)
        self.assertEqual(page.images, [])
        path = self.old()
        for name in os.listdir(f"{path}/masks"):
            with open(f"{path}/masks/{name}", "wb") as f:
                f.write(b"\xc1")
        self.assertIn("They can't be read: ", self.report("old").text)

    def test_files(self):
        path = self.old()
        out = os.path.join(self.place.dir, "r.html")
        self.assertEqual(self.ok("report", "old", "-o", out), "")
        with open(out) as f:
            self.assertEqual(f.read(), self.ok("report", "old", "-o", "-"))
        done = self.place.call("report", "old", "-o", f"{path}/run.ini")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("run.ini", done.stderr)
        self.assertEqual(self.place.call("report", "none").returncode, 1)


if __name__ == "__main__":
    main()
