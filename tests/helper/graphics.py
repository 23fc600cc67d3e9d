"""A terminal with graphics on a pseudo-terminal: answers the questions of programs, and keeps the pictures they show."""
import base64, os, re

import tinypng
from screen import Emulated, Screen, Stream

# pixels of a cell; small, since each picture is decoded here
CELL = (12, 6)
KITTY_OK = b"\x1b_Gi=1;OK\x1b\\"
QUERY = b"\x1b_Gi=1,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[?2026$p\x1b[?1004$p\x1b[c"


class Picture:
    """h, w and pixels (a list of triples, row by row)."""

    def __init__(self, h, w, pixels):
        self.h, self.w, self.pixels = h, w, pixels

    def at(self, y, x):
        return self.pixels[y * self.w + x]

    def part(self, y, x, h, w):
        return Picture(h, w, [self.at(y + i, x + k) for i in range(h) for k in range(w)])

    def scaled(self, h, w):
        """By the nearest pixel."""
        return Picture(h, w, [self.at(int((i + 0.5) * self.h / h), int((k + 0.5) * self.w / w)) for i in range(h) for k in range(w)])

    def difference(self, other):
        """The mean one of a channel."""
        assert (self.h, self.w) == (other.h, other.w)
        return sum(abs(a - b) for p, q in zip(self.pixels, other.pixels) for a, b in zip(p, q)) / (3 * len(self.pixels))


def decode_png(data):
    h, w, channels, raw = tinypng.decode(data)
    if channels == 1:
        colors = tinypng.palette(data)
        return Picture(h, w, [colors[i] for i in raw])
    return Picture(h, w, [tuple(raw[i:i + 3]) for i in range(0, len(raw), 3)])


def decode_sixel(text):
    """What follows the q of ESC P ... q."""
    colors, color, at, rows = {}, 0, 0, []
    x = y = 0
    declared = (0, 0)
    cells = {}
    for m in re.finditer(r'"(\d+);(\d+);(\d+);(\d+)|#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|(\$)|(-)', text):
        if m[3]:
            declared = int(m[4]), int(m[3])
        elif m[5]:
            color = int(m[5])
            if m[6] is not None:
                colors[color] = tuple(round(int(m[k]) * 255 / 100) for k in (6, 7, 8))
        elif m[12]:
            x = 0
        elif m[13]:
            x, y = 0, y + 6
        else:
            n, bits = (int(m[9]), ord(m[10]) - 63) if m[9] else (1, ord(m[11]) - 63)
            for i in range(6):
                if bits >> i & 1:
                    for k in range(x, x + n):
                        cells[y + i, k] = color
            x += n
    h, w = declared
    assert cells and max(p[0] for p in cells) < h and max(p[1] for p in cells) < w, declared
    assert len(cells) == h * w, "not all pixels are set"
    return Picture(h, w, [colors[cells[i, k]] for i in range(h) for k in range(w)])


class Cells(Emulated):
    """Sixel pictures are in cells, and gone from those where something is written."""

    def __init__(self, cols, rows):
        self.written = lambda row, col: None
        self.cleared = lambda: None
        super().__init__(cols, rows)

    def draw(self, data):
        for char in data:
            super().draw(char)
            self.written(self.cursor.y, self.cursor.x - 1)

    def erase_characters(self, count=None):
        for k in range(count or 1):
            self.written(self.cursor.y, self.cursor.x + k)
        super().erase_characters(count)

    def erase_in_line(self, how=0, private=False):
        first, last = {0: (self.cursor.x, self.columns), 1: (0, self.cursor.x + 1)}.get(how, (0, self.columns))
        for k in range(first, last):
            self.written(self.cursor.y, k)
        super().erase_in_line(how, private)

    def erase_in_display(self, how=0, *args, **kwargs):
        if how in (2, 3):
            self.cleared()
        else:
            rows = range(self.cursor.y + 1, self.lines) if how == 0 else range(self.cursor.y)
            for r in rows:
                for k in range(self.columns):
                    self.written(r, k)
        super().erase_in_display(how, *args, **kwargs)


class Terminal(Screen):
    """speaks: "kitty", "sixel", or "" for neither; answers: at once, or when answer() is called. cell: pixels, which it
    says when asked; system: whether the size of the window in pixels is known, too."""

    def __init__(self, argv, speaks, answers=True, cell=CELL, system=False, **more):
        self.speaks, self.answers, self.cell, self.system = speaks, answers, cell, system
        self.images, self.placed, self.sixels = {}, {}, {}
        self.left, self.parts, self.asked = b"", b"", 0
        self.graphics_bytes = self.images_sent = self.cleared = self.scrolled = 0
        super().__init__(argv, **more)

    def make_screen(self, rows, cols):
        screen = Cells(cols, rows)
        screen.written = self.lose_cell
        screen.cleared = self.lose_all
        return screen

    def pixels(self, rows, cols):
        return (rows * self.cell[0], cols * self.cell[1]) if self.system else (0, 0)

    def lose_cell(self, row, col):
        for key, (at, size, _) in list(self.sixels.items()):
            if at[0] <= row < at[0] + size[0] and at[1] <= col < at[1] + size[1]:
                del self.sixels[key]  # partly overwritten, it doesn't count any more

    def lose_all(self):
        self.sixels.clear()
        self.placed.clear()

    def answer(self):
        h, w = self.cell
        size = b"\x1b[6;%d;%dt" % (h, w)
        self.send((KITTY_OK if self.speaks == "kitty" else b"") + size + (b"\x1b[?62;4;22c" if self.speaks == "sixel" else b"\x1b[?62;22c"))

    def feed(self, data):
        data = self.left + data
        while data:
            m = re.search(rb"\x1b(?:_(.*?)\x1b\\|P(.*?)\x1b\\|\[16t|\[c|\[\?1049[hl])", data, re.S)
            if not m:
                # a possible beginning of such a sequence waits for the rest
                begin = re.search(rb"\x1b(?:[_P].*|\[[0-9?]{0,5})?\Z", data, re.S)
                cut = begin.start() if begin else len(data)
                self.stream.feed(data[:cut])
                self.left = data[cut:]
                return
            self.stream.feed(data[:m.start()])
            data = data[m.end():]
            if m[1] is not None:
                self.graphics_bytes += len(m[0])
                self.kitty(m[1])
            elif m[2] is not None:
                self.graphics_bytes += len(m[0])
                self.sixel(m[2].decode())
            elif m[0] == b"\x1b[c":
                self.asked += 1
                if self.answers:
                    self.answer()
            elif m[0] != b"\x1b[16t":
                self.lose_all()  # pictures belong to one of the two screens
                self.stream.feed(m[0])
        self.left = b""

    def kitty(self, text):
        assert text[:1] == b"G", text[:20]
        keys, _, payload = text[1:].partition(b";")
        k = dict(pair.split("=") for pair in keys.decode().split(",") if pair)
        if k.get("a") == "q":
            return
        if not k.get("a"):
            k = dict(self.transfer, m=k["m"])
        assert len(payload) <= 4096 and k["q"] == "2" if k["a"] != "t" or "f" in k else True
        if k["a"] == "t":
            self.transfer = k
            self.parts += payload
            if k["m"] == "0":
                assert k["f"] == "100"
                self.images[k["i"]] = decode_png(base64.b64decode(self.parts))
                self.images_sent += 1
                self.parts = b""
        elif k["a"] == "p":
            image = self.images[k["i"]]
            x, y, w, h = (int(k[n]) for n in "xywh")
            assert k["C"] == "1"
            cursor = self.screen.cursor
            self.placed[k["i"], k["p"]] = ((cursor.y, cursor.x), (int(k["r"]), int(k["c"])), image.part(y, x, h, w))
        elif k["d"] == "A":
            self.placed.clear()
            self.images.clear()
            self.cleared += 1
        elif k["d"] == "i":
            self.placed.pop((k["i"], k["p"]), None)
        elif k["d"] == "I":
            self.images.pop(k["i"])
            self.placed = {key: v for key, v in self.placed.items() if key[0] != k["i"]}
        else:
            raise AssertionError(k)

    def sixel(self, text):
        picture = decode_sixel(text[text.index("q") + 1:])
        cursor = self.screen.cursor
        h, w = self.cell
        rows, cols = -(-picture.h // h), -(-picture.w // w)
        if cursor.y + rows >= self.screen.lines or cursor.x + cols > self.screen.columns:
            self.scrolled += 1  # it was sent for a window that has shrunk meanwhile, or it is wrong
            return
        for key in [key for key, (at, _, _) in self.sixels.items() if at == (cursor.y, cursor.x)]:
            del self.sixels[key]
        self.images_sent += 1
        self.sixels[cursor.y, cursor.x] = ((cursor.y, cursor.x), (rows, cols), picture)

    def shown(self):
        """The pictures on the screen, by where they are: {(row, col): (rows, cols, picture)}; while one takes the place of
        another, none."""
        all = list(self.placed.values()) + list(self.sixels.values())
        if len({at for at, _, _ in all}) != len(all):
            return {}
        return {at: (size[0], size[1], picture) for at, size, picture in all}
