"""The page of a run in a browser: as wide as the window, in its colours, without errors, on a phone and on paper."""
import collections
import os
import re
import shutil
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../helper"))
import browser  # noqa: E402
import tinypng  # noqa: E402
from auxcell import Place, main  # noqa: E402

OLD = os.path.join(HERE, "../../data/old-run/run")
CHROMIUM = browser.find()
OVERFLOWING = """[...document.querySelectorAll('body *')].filter(e => {
    const r = e.getBoundingClientRect();
    let a = e.parentElement;
    while (a && getComputedStyle(a).overflowX === 'visible') a = a.parentElement;
    return r.width > 0 && r.right > innerWidth + 1 && (!a || a === document.body || a === document.documentElement);
}).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40)).slice(0, 5)"""


@unittest.skipUnless(CHROMIUM, "needs chromium")
class InABrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        os.makedirs(cls.place.runs, mode=0o700)
        shutil.copytree(OLD, cls.place.run_dir("old"))
        cls.page = os.path.join(cls.place.dir, "r.html")
        done = cls.place.call("report", "old", "-o", cls.page)
        assert done.returncode == 0, done.stderr
        cls.browser = browser.Browser(CHROMIUM)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.place.close()

    def shown(self, width, height, phone=False):
        """The page's size in pixels, and how often each colour comes."""
        self.browser.open(self.page, width, height, phone)
        self.assertEqual(self.browser.ask(OVERFLOWING), [])
        self.assertEqual(self.browser.ask("document.documentElement.scrollWidth"), width)
        long = self.browser.ask("document.documentElement.scrollHeight")
        path = os.path.join(self.place.dir, f"{width}.png")
        self.browser.picture(path)
        h, w, channels, pixels = tinypng.read(path)
        self.assertEqual(w, width)
        self.assertAlmostEqual(h, long, delta=1)
        colors = collections.Counter(pixels[i:i + 3] for i in range(0, len(pixels), channels))
        self.assertEqual(self.browser.said, [])
        return h, colors

    def check(self, h, colors):
        total = sum(colors.values())
        ground, n = colors.most_common(1)[0]
        self.assertGreater(n / total, .3)
        self.assertGreater(min(ground), 230, "a light ground")
        self.assertGreater(len(colors), 300, "curves and pictures")
        self.assertTrue(any(c[0] > 180 and c[1] < 90 and c[2] < 90 for c in colors), "errors in red")
        self.assertTrue(any(max(c) < 70 for c in colors), "dark text")
        self.assertGreater(h, 1500)

    def test_wide(self):
        self.check(*self.shown(1280, 900))
        shown = self.browser.ask("[...document.querySelectorAll('svg')].filter(s => s.getBoundingClientRect().width).length")
        self.assertGreaterEqual(shown, 5)
        self.assertEqual(self.browser.ask("[...document.images].filter(i => !i.naturalWidth).length"), 0)

    def test_phone(self):
        h, colors = self.shown(390, 844, True)
        self.check(h, colors)
        small = self.browser.ask("""[...document.querySelectorAll('body *')].filter(e => e.children.length === 0
            && !e.closest('svg') && e.textContent.trim()
            && parseFloat(getComputedStyle(e).fontSize) < 11).length""")
        self.assertEqual(small, 0, "text that is too small to read")
        self.assertGreaterEqual(self.browser.ask("""Math.min(...[...document.querySelectorAll('svg text')].filter(t =>
            t.getBoundingClientRect().width).map(t => t.getBoundingClientRect().height))"""), 8)

    def test_print(self):
        self.browser.open(self.page, 1280, 900)
        pdf = self.browser.print()
        self.assertEqual(pdf[:5], b"%PDF-")
        pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
        self.assertTrue(2 <= pages <= 20, pages)
        self.browser.call("Emulation.setEmulatedMedia", media="print")
        self.browser.call("Emulation.setDeviceMetricsOverride", width=718, height=1000, deviceScaleFactor=1, mobile=False)
        self.assertEqual(self.browser.ask(OVERFLOWING), [], "wider than the paper")
        self.browser.call("Emulation.setEmulatedMedia", media="")
        self.assertEqual(self.browser.said, [])


if __name__ == "__main__":
    main()
