"""Mask files of a run made up in Python, as engine/wire/maskfile.h has them."""
import os

import msgpack

from graphics import Picture

H, W = 48, 64
COLORS = [(70, 130, 180), (220, 60, 60), (110, 160, 60), (230, 200, 80)]
NAMES = ["sky", "disc", "ground", "box"]


def truth(image):
    return [1 if (y - 20) ** 2 + (x - 30 - 4 * image) ** 2 < 150 else 2 if y > 34 else 0 for y in range(H) for x in range(W)]


def predicted(id, image):
    reach = 40 + id * 7 % 90
    return [1 if (y - 20) ** 2 + (x - 30 - 4 * image) ** 2 < reach else 2 if y > 34 + id % 5 else 0 for y in range(H) for x in range(W)]


def rgb(image):
    """With a fine pattern, so that a picture that is put together wrongly is noticed."""
    return [((x * 4 + image * 40) % 256, (y * 5) % 256, 255 if (x // 3 + y // 3) % 2 else 0) for y in range(H) for x in range(W)]


def runs(mask):
    out, at = bytearray(), 0
    while at < len(mask):
        n = 1
        while n < 255 and at + n < len(mask) and mask[at + n] == mask[at]:
            n += 1
        out += bytes((n, mask[at]))
        at += n
    return bytes(out)


def flat(pixels):
    return bytes(v for p in pixels for v in p)


def colored(mask):
    return Picture(H, W, [COLORS[i] for i in mask])


def write(run, ids, images=2):
    """masks/validation.mpk and a file for each candidate."""
    folder = os.path.join(run, "masks")
    os.makedirs(folder, exist_ok=True)
    head = {"version": 1, "h": H, "w": W, "classes": len(NAMES), "names": NAMES, "palette": flat(COLORS)}
    for name, more in [("validation", {"rgb": [flat(rgb(i)) for i in range(images)], "truth": [runs(truth(i)) for i in range(images)]})] + \
            [(str(id), {"predicted": [runs(predicted(id, i)) for i in range(images)]}) for id in ids]:
        with open(os.path.join(folder, name + ".mpk"), "wb") as f:
            f.write(msgpack.packb({**head, **more}, use_bin_type=True))
