"""PNG files for tests, written without a library."""
import os
import struct
import zlib

GREY, RGB, PALETTE = 0, 2, 3


def png(width, height, rows, kind=GREY, depth=8, palette=(), orientation=0):
    """The bytes of a PNG: rows are bytes each, packed as the depth says. orientation: of its EXIF, 0 = none."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
    if palette:
        out += chunk(b"PLTE", b"".join(bytes(c) for c in palette))
    if orientation:
        out += chunk(b"eXIf", b"MM\0\x2a" + struct.pack(">IHHHIHHI", 8, 1, 0x112, 3, 1, orientation, 0, 0))
    return out + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))) + chunk(b"IEND", b"")


def put(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb" if isinstance(data, bytes) else "w") as f:
        f.write(data)


def picture(path, width=64, height=32, seed=0):
    put(path, png(width, height, [bytes((x * 3 + y + (seed * 7 >> x % 2 * 8)) % 256 for x in range(3 * width))
                                  for y in range(height)], RGB))


def mask(path, ids, width=64, height=32):
    """Grey: ids go round."""
    put(path, png(width, height, [bytes(ids[(x + y * width) % len(ids)] for x in range(width)) for y in range(height)]))


def colors(path, color, width=64, height=32):
    put(path, png(width, height, [b"".join(bytes(color[(x + y * width) % len(color)]) for x in range(width))
                                  for y in range(height)], RGB))
