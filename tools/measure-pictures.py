#!/usr/bin/python3
"""measure-pictures.py IMAGE.png MASK.png: what the masks view sends to terminals of each kind for such a picture, and how
far what they show is from the picture. IMAGE is RGB, MASK has a class in each grey value; the prediction is the mask, moved
by some pixels. docs/pictures.md has the figures."""
import math, os, re, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/helper"))
import maskfiles, tinypng
from graphics import Picture, Terminal
from screen import PROGRAM, Place, make_run

CELL = (20, 10)


def masks_of(run, image, mask):
    h, w, channels, rgb = tinypng.read(image)
    mh, mw, mask_channels, ids = tinypng.read(mask)
    assert (mh, mw, channels, mask_channels) == (h, w, 3, 1), "an RGB picture and a grey mask of its size"
    maskfiles.H, maskfiles.W = h, w
    maskfiles.COLORS = [((i * 67 + 40) % 256, (i * 101 + 90) % 256, (i * 151 + 140) % 256) for i in range(12)]
    maskfiles.NAMES = ["class %d" % i for i in range(12)]
    maskfiles.rgb = lambda i: [tuple(rgb[k:k + 3]) for k in range(0, len(rgb), 3)]
    maskfiles.truth = lambda i: [255 if v > 11 else v for v in ids]
    maskfiles.predicted = lambda id, i: [min(ids[y * w + max(0, x - 2 - id % 5)], 11) for y in range(h) for x in range(w)]
    maskfiles.write(run, range(1, 31), images=1)
    return Picture(h, w, maskfiles.rgb(0)), Picture(h, w, [maskfiles.COLORS[v] for v in maskfiles.predicted(30, 0)])


def color_256(n):
    if n >= 232:
        return (8 + 10 * (n - 232),) * 3
    return tuple((0, 95, 135, 175, 215, 255)[(n - 16) // k % 6] for k in (36, 6, 1))


def half_blocks(t):
    """The pictures that half blocks make, by the names above them."""
    out = {}
    hexed = {"%02x%02x%02x" % color_256(n): color_256(n) for n in range(16, 256)}
    for row, line in enumerate(t.screen.display):
        for m in re.finditer(r"\b(input|predicted)\b", line):
            col, pixels, rows, cols = m.start(), [], 0, 0
            while t.screen.buffer[row + 1][col + cols].data == "▀":
                cols += 1
            while t.screen.buffer[row + 1 + rows][col].data == "▀" and rows < 60:
                cells = [t.screen.buffer[row + 1 + rows][col + k] for k in range(cols)]
                pixels += [hexed[c.fg] for c in cells] + [hexed[c.bg] for c in cells]
                rows += 1
            if cols:
                out.setdefault(m[1], (rows, cols, Picture(2 * rows, cols, pixels)))
    return out


def psnr(shown, source, rows, cols):
    """Of the pixels of the cells: what the terminal shows of them against the source scaled to them."""
    h, w = rows * CELL[0], cols * CELL[1]
    a, b = shown.scaled(h, w), source.scaled(h, w)
    square = sum((x - y) ** 2 for p, q in zip(a.pixels, b.pixels) for x, y in zip(p, q)) / (3 * h * w)
    return math.inf if not square else 10 * math.log10(255 ** 2 / square)


def wrong(shown, source, rows, cols):
    """The share of pixels whose colour is nearest to that of another class."""
    h, w = rows * CELL[0], cols * CELL[1]
    a, b = shown.scaled(h, w), source.scaled(h, w)
    near = {}
    for p in set(a.pixels):
        near[p] = min(maskfiles.COLORS, key=lambda c: sum((x - y) ** 2 for x, y in zip(p, c)))
    return sum(near[p] != q for p, q in zip(a.pixels, b.pixels)) / (h * w)


def main():
    for rows, cols in ((24, 80), (48, 160)):
        for kind in ("", "sixel", "kitty"):
            with Place() as place:
                run = make_run(place.runs, "old", masks="masks/%d.mpk")
                image, predicted = masks_of(run, sys.argv[1], sys.argv[2])
                t = Terminal([PROGRAM, "attach", "old"], kind, rows=rows, cols=cols, env=place.env).wait("has died").send("2").wait("[2 Table]").quiet(0.5)
                before = len(t.bytes)
                t.send("5").wait("[5 Mask]").quiet(1.5)
                opened, before = len(t.bytes) - before, len(t.bytes)
                t.send("j").wait("mask #29").quiet(1.5)
                moved, before = len(t.bytes) - before, len(t.bytes)
                t.send("k").wait("mask #30").quiet(1.5)
                back = len(t.bytes) - before
                named = {re.match(r"\w+", t.screen.display[r - 1][c:])[0]: v for (r, c), v in t.shown().items()} or half_blocks(t)
                (a, b, shown), (_, _, classes) = named["input"], named["predicted"]
                print("%3dx%-3d %-6s picture %2d x %2d cells  opened %6d B  next %6d B  back %6d B  photo %4.1f dB  classes wrong %4.1f %%" %
                      (cols, rows, kind or "cells", a, b, opened, moved, back, psnr(shown, image, a, b), 100 * wrong(classes, predicted, a, b)), flush=True)
                t.close()


main()
