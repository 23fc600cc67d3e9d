"""train on a terminal: a line per epoch, and plots below the last one, redrawn in their place."""
import fcntl
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

import pyte

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from auxcell import main  # noqa: E402

ENGINE = os.path.join(os.environ["AUXCELL_BUILD"], "auxcell-engine")
GENOTYPE = "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"
SMALL = ["--train-samples", "8", "--val-samples", "4", "--crop", "32", "--val-crop", "32", "--batch", "4",
         "--full-channels", "8", "--full-repeats", "1", "--full-epochs", "6", "--threads", "1", "--latency", "0",
         "--stages", "1"]


class Live(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="ax-live-")
        self.addCleanup(shutil.rmtree, self.dir)

    def trained(self, rows, cols, term="xterm-256color"):
        """The lines of the screen at the end."""
        screen = pyte.Screen(cols, rows)
        stream = pyte.ByteStream(screen)
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        model = os.path.join(self.dir, "m.safetensors")
        p = subprocess.Popen([ENGINE, "train", GENOTYPE, "-o", model, *SMALL], stdin=theirs, stdout=theirs, stderr=theirs,
                             env=dict(os.environ, LC_ALL="C.UTF-8", TERM=term))
        os.close(theirs)
        while True:
            try:
                data = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            stream.feed(data)
        os.close(ours)
        self.assertEqual(p.wait(300), 0)
        return [line.rstrip() for line in screen.display]

    def test_plots_are_redrawn(self):
        lines = self.trained(50, 150)
        epochs = [i for i, line in enumerate(lines) if line.startswith("epoch ")]
        self.assertEqual(epochs, list(range(epochs[0], epochs[0] + 6)), lines)
        titles = [i for i, line in enumerate(lines) if "l loss" in line]
        self.assertEqual(titles, [epochs[-1] + 1])
        self.assertIn("r reward, m mIoU", lines[titles[0]])
        axis = lines[titles[0] + 8]
        self.assertEqual(axis.count("\u2514"), 2, axis)
        self.assertTrue(lines[titles[0] + 10].startswith("seed 1: best"), lines)

    def test_no_plots_where_there_is_no_room(self):
        for rows, cols, term in ((12, 100, "xterm"), (40, 50, "xterm"), (40, 100, "dumb")):
            self.assertFalse([line for line in self.trained(rows, cols, term) if "l loss" in line])


if __name__ == "__main__":
    main()
