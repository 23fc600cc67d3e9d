"""tools/lint-tree.py: circles of includes and names used twice are found where they are planted, and nowhere else."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
sys.path.insert(0, os.path.join(ROOT, "tests/helper"))
from auxcell import main  # noqa: E402

FILES = ["engine/base/err.h", "engine/base/err.c", "tui/term/keycode.h", "tui/ui/action.h", "tui/ui/action.c",
         "viz/canvas.h"]


class LintTree(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)
        for path in FILES:
            os.makedirs(os.path.dirname(os.path.join(self.root, path)), exist_ok=True)
            shutil.copy(os.path.join(ROOT, path), os.path.join(self.root, path))

    def plant(self, path, text):
        os.makedirs(os.path.dirname(os.path.join(self.root, path)), exist_ok=True)
        with open(os.path.join(self.root, path), "a", encoding="utf-8") as f:
            f.write(text)

    def lint(self, root):
        done = subprocess.run([sys.executable, os.path.join(ROOT, "tools/lint-tree.py"), root], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 1 if done.stdout else 0)
        return done.stdout

    def test_what_is_in_order_is_no_complaint(self):
        self.assertEqual(self.lint(self.root), "")
        self.assertEqual(self.lint(ROOT), "")

    def test_folders_in_a_circle(self):
        self.plant("tui/term/keycode.h", '#include "tui/ui/action.h"\n')
        self.assertIn("folders include each other in a circle: tui/term/keycode.h includes tui/ui/action.h; "
                      "tui/ui/action.h includes tui/term/keycode.h", self.lint(self.root))

    def test_a_circle_of_three_folders_through_sources(self):
        self.plant("tui/term/term.c", '#include "tui/view/view.h"\n')
        self.plant("tui/view/view.h", '#include "tui/ui/action.h"\n')
        said = self.lint(self.root)
        self.assertEqual(said.count("\n"), 1)
        for step in ("tui/term/term.c includes tui/view/view.h", "tui/view/view.h includes tui/ui/action.h",
                     "tui/ui/action.h includes tui/term/keycode.h"):
            self.assertIn(step, said)

    def test_headers_in_a_circle(self):
        self.plant("viz/canvas.h", '#include "viz/plot.h"\n')
        self.plant("viz/plot.h", '#include "viz/canvas.h"\n')
        self.assertEqual(self.lint(self.root), "lint: headers include each other in a circle: viz/canvas.h, viz/plot.h\n")

    def test_a_header_of_a_name_that_is_taken(self):
        self.plant("viz/err.h", "")
        self.assertEqual(self.lint(self.root), "lint: headers of one name, err.h: engine/base/err.h, viz/err.h\n")
        os.remove(os.path.join(self.root, "viz/err.h"))
        self.plant("engine/backend/cpu/err.h", "")
        self.assertEqual(self.lint(self.root), "")

    def test_a_type_that_is_defined_twice(self):
        for definition in ("typedef struct ax_canvas {\n    int rows;\n} ax_canvas;\n",
                           "typedef struct {\n    int n;\n} ax_canvas;\n",
                           "typedef enum ax_canvas { AX_A } ax_canvas;\n", "typedef void (*ax_canvas)(int rows);\n",
                           "typedef unsigned int ax_canvas;\n"):
            with self.subTest(definition):
                self.plant("engine/base/picture.h", definition)
                self.assertEqual(self.lint(self.root),
                                 "lint: headers define one type, ax_canvas: engine/base/picture.h, viz/canvas.h\n")
                os.remove(os.path.join(self.root, "engine/base/picture.h"))

    def test_a_type_that_is_only_named_is_none(self):
        self.plant("engine/base/picture.h", "/* struct ax_canvas { */\nstruct ax_canvas;\n"
                   "typedef struct ax_canvas ax_canvas;\n")
        self.assertEqual(self.lint(self.root), "")


if __name__ == "__main__":
    main()
