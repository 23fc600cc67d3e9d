"""events.mpk in Python, from its format's description: msgpack records [seq, crc, payload], where crc goes on over the
one before, seq and payload, and payload is [kind, time, id, fields]."""
import struct

import msgpack


def _table():
    out = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        out.append(value)
    return out


TABLE = _table()


def crc32c(data, crc=0):
    """RFC 3720 appendix B.4: polynomial 0x1EDC6F41, reflected, a table of what a byte does."""
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


class Log:
    """Writes a new file at path, event by event."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.seq = self.crc = 0

    def add(self, kind, at, id, **fields):
        payload = msgpack.packb([kind, float(at), id, fields])
        self.seq += 1
        self.crc = crc32c(struct.pack("<IQ", self.crc, self.seq) + payload)
        self.file.write(msgpack.packb([self.seq, self.crc, payload]))
        self.file.flush()


def read(path):
    """Events [kind, time, id, fields] of a file that is whole."""
    with open(path, "rb") as f:
        return [msgpack.unpackb(payload) for _, _, payload in msgpack.Unpacker(f)]
