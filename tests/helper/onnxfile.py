"""An ONNX file read without anybody's library: protocol buffers by their wire format, and of onnx.proto the messages
that auxcell writes."""
import struct


def fields(data):
    """(number, value) of a message in the file's order; numbers of wire types 0 and 5, bytes of type 2."""
    at = 0

    def varint():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value if value < 1 << 63 else value - (1 << 64)

    while at < len(data):
        key = varint()
        number, wire = key >> 3, key & 7
        if wire == 0:
            yield number, varint()
        elif wire == 2:
            n = varint()
            assert at + n <= len(data), "a field is longer than its message"
            yield number, data[at:at + n]
            at += n
        elif wire == 5:
            yield number, struct.unpack_from("<f", data, at)[0]
            at += 4
        else:
            raise AssertionError(f"wire type {wire}")


class Message:
    def __init__(self, data):
        self.all = {}
        for number, value in fields(data):
            self.all.setdefault(number, []).append(value)

    def many(self, number):
        return self.all.get(number, [])

    def one(self, number, default=None):
        got = self.many(number)
        assert len(got) < 2, f"field {number} is there {len(got)} times"
        return got[0] if got else default

    def text(self, number):
        return self.one(number, b"").decode("utf-8")

    def texts(self, number):
        return [b.decode("utf-8") for b in self.many(number)]

    def messages(self, number):
        return [Message(b) for b in self.many(number)]


class Tensor:
    def __init__(self, m):
        self.name, self.dims, self.type = m.text(8), m.many(1), m.one(2)
        count = 1
        for d in self.dims:
            count *= d
        raw = m.one(9, b"")
        letter, size = {1: ("f", 4), 7: ("q", 8)}[self.type]
        assert len(raw) == count * size, self.name
        self.values = struct.unpack(f"<{count}{letter}", raw)


class Node:
    def __init__(self, m):
        self.inputs, self.outputs, self.name, self.op = m.texts(1), m.texts(2), m.text(3), m.text(4)
        self.attributes = {}
        for a in m.messages(5):
            kind = a.one(20)
            self.attributes[a.text(1)] = {2: lambda: a.one(3), 3: lambda: a.text(4), 7: lambda: a.many(8)}[kind]()


class Port:
    def __init__(self, m):
        tensor = Message(Message(m.one(2)).one(1))
        self.name, self.type, self.dims = m.text(1), tensor.one(1), []
        for d in Message(tensor.one(2)).messages(1):
            assert len(d.all) == 1
            self.dims.append(d.one(1) if 1 in d.all else d.text(2))


class Model:
    def __init__(self, path):
        with open(path, "rb") as f:
            m = Message(f.read())
        self.ir, self.producer, self.version, self.doc = m.one(1), m.text(2), m.text(3), m.text(6)
        self.opset = [(o.text(1), o.one(2)) for o in m.messages(8)]
        self.meta = [(p.text(1), p.text(2)) for p in m.messages(14)]
        g = Message(m.one(7))
        self.nodes = [Node(n) for n in g.messages(1)]
        self.tensors = {}
        for t in map(Tensor, g.messages(5)):
            assert t.name not in self.tensors, f"{t.name} is there twice"
            self.tensors[t.name] = t
        self.inputs, self.outputs = [Port(p) for p in g.messages(11)], [Port(p) for p in g.messages(12)]
