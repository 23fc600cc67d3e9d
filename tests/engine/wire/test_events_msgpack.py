"""events.mpk of a real search, read without our code: by Python's msgpack and a crc32c written from its definition."""
import os
import struct
import sys
import unittest

import msgpack

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../helper"))
sys.path.append(os.path.join(os.path.dirname(__file__), "../../../tools"))
from eventlog import crc32c  # noqa: E402
from auxcell import TINY, Place, main  # noqa: E402


class Events(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        done = cls.place.call("search", "--run", "a", "--candidates", "2", *TINY)
        assert done.returncode == 0, done.stderr
        with open(os.path.join(cls.place.run_dir("a"), "events.mpk"), "rb") as f:
            cls.bytes = f.read()
        unpacker = msgpack.Unpacker(raw=False)
        unpacker.feed(cls.bytes)
        cls.records = list(unpacker)
        cls.events = [msgpack.unpackb(r[2], raw=False) for r in cls.records]

    @classmethod
    def tearDownClass(cls):
        cls.place.close()

    def test_definition_of_crc32c(self):
        self.assertEqual(crc32c(b"123456789"), 0xE3069283)
        self.assertEqual(crc32c(bytes(32)), 0x8A9136AA)

    def test_records_are_numbered_and_chained(self):
        self.assertGreater(len(self.records), 10)
        previous = 0
        for i, record in enumerate(self.records):
            self.assertEqual(len(record), 3)
            seq, crc, payload = record
            self.assertEqual(seq, i + 1)
            self.assertIsInstance(payload, bytes)
            previous = crc32c(struct.pack("<IQ", previous, seq) + payload)
            self.assertEqual(crc, previous)

    def test_payloads_are_kind_time_id_fields(self):
        before = 0
        for kind, at, ident, fields in self.events:
            self.assertIsInstance(kind, str)
            self.assertGreaterEqual(at, before)
            before = at - 1  # the clock may have been set
            self.assertGreaterEqual(ident, 0)
            self.assertTrue(all(isinstance(name, str) for name in fields))

    def test_what_happened(self):
        kinds = [e[0] for e in self.events]
        self.assertEqual(kinds[0], "hello")
        self.assertEqual(kinds[-1], "bye")
        self.assertEqual(self.events[-1][3]["reason"], "finished")
        self.assertEqual(len([e for e in self.events if e[0] == "scored" and not e[3]["provisional"]]), 2)
        for ident in (1, 2):
            mine = [e for e in self.events if e[2] == ident]
            passed = [e[3]["passed"] for e in mine if e[0] == "gated"] == [1]
            self.assertEqual([e[0] for e in mine if e[0] in ("proposed", "started", "scored")],
                             ["proposed", "started", "scored"] + (["started", "scored"] if passed else []))
        scored = [e[3] for e in self.events if e[0] == "scored"]
        for s in scored:
            self.assertAlmostEqual(s["reward"], (s["miou"] * s["fwiou"] * s["accuracy"]) ** (1 / 3), places=9)

    def test_json_says_the_same(self):
        import json
        lines = self.place.call("log", "a", "--json").stdout.splitlines()
        self.assertEqual(len(lines), len(self.events))
        for line, record, (kind, at, ident, fields) in zip(lines, self.records, self.events):
            said = json.loads(line)
            self.assertEqual((said.pop("seq"), said.pop("event"), said.pop("id")), (record[0], kind, ident))
            self.assertAlmostEqual(said.pop("at"), at, places=5)
            for name, value in said.items():
                if isinstance(value, list):  # float32 values
                    said[name] = [v and struct.unpack("f", struct.pack("f", v))[0] for v in value]
            self.assertEqual(said, fields)


if __name__ == "__main__":
    main()
