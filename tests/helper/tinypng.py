"""PNG files, written (with 8 bits) and read without a library."""
import struct
import zlib


def _chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def write_rgb(path, h, w, rgb):
    """rgb: h * w * 3 bytes."""
    rows = b"".join(b"\0" + rgb[3 * w * i:3 * w * (i + 1)] for i in range(h))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0))
                + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b""))


def read(path):
    """(h, w, channels, bytes) of a PNG of 8 or 16 bits without interlacing; a palette's indices are one channel."""
    with open(path, "rb") as f:
        return decode(f.read(), path)


def palette(data):
    """The colours of a palette PNG, as a list of triples."""
    at = data.index(b"PLTE")
    n = struct.unpack_from(">I", data, at - 4)[0]
    return [tuple(data[at + 4 + i:at + 7 + i]) for i in range(0, n, 3)]


def decode(data, path="PNG"):
    """As read, of a file's bytes."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, packed, head = 8, b"", None
    while at < len(data):
        n, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IHDR":
            head = struct.unpack_from(">IIBBBBB", data, at + 8)
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + n]
        at += n + 12
    w, h, depth, color, _, _, interlaced = head
    assert depth in (8, 16) and not interlaced, path
    c = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    step = c * depth // 8
    raw, out, before = zlib.decompress(packed), bytearray(), bytes(w * step)
    for i in range(h):
        line = bytearray(raw[i * (w * step + 1) + 1:(i + 1) * (w * step + 1)])
        _unfilter(raw[i * (w * step + 1)], line, before, step)
        out += line
        before = line
    return h, w, c, bytes(out)


def _unfilter(how, line, above, step):
    for k in range(len(line)):
        left, up, corner = (line[k - step] if k >= step else 0), above[k], (above[k - step] if k >= step else 0)
        near = left + up - corner
        a, b, c = abs(near - left), abs(near - up), abs(near - corner)
        paeth = left if a <= b and a <= c else up if b <= c else corner
        line[k] = (line[k] + (0, left, up, (left + up) // 2, paeth)[how]) & 255
