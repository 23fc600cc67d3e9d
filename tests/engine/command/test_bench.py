"""bench: figures of kernels, profiles and threads exist, fit each other and the work; times themselves aren't judged."""
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from auxcell import main  # noqa: E402

ENGINE = os.path.join(os.environ["AUXCELL_BUILD"], "auxcell-engine")
HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = ["--batch", "1", "--crop", "32", "--channels", "4", "--classes", "3", "--runs", "1"]


PEER = os.path.exists(os.path.join(os.environ["AUXCELL_BUILD"], "auxcell-onednn.so"))


def bench(*args, env=()):
    done = subprocess.run([ENGINE, "bench", *args, *SMALL], capture_output=True, text=True, timeout=300,
                          env={**os.environ, **dict(env)})
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def operations():
    with open(os.path.join(HERE, "..", "..", "..", "engine", "op", "op.h")) as f:
        return re.findall(r'^    X\([A-Z0-9]+, "(\w+)"', f.read(), re.M)


class Ops(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cpu = json.loads(bench("ops", "--device", "cpu", "--threads", "1", "--ms", "0", "--json"))

    def rows(self, family):
        return [r for r in self.cpu["rows"] if r["family"].split(" ")[0].split("+")[0] == family]

    def test_every_operation_is_there_forward_and_backward(self):
        names = operations()
        self.assertIn("conv2d", names)
        for op in names:
            directions = {r["variant"].startswith("backward") for r in self.rows(op)}
            want = {"chain": set()}.get(op, {False} if op in ("zero", "add", "argmax", "fused", "cast") else {False, True})
            self.assertEqual(directions, want, op)  # chains need larger maps than these
        self.assertEqual(len(self.rows("updates")), 4)

    def test_figures_are_finite_and_fit_each_other(self):
        c = self.cpu
        self.assertTrue(c["peak_gflops"] > 0.1 and c["peak_gbs"] > 0.01)
        for r in c["rows"]:
            self.assertTrue(all(math.isfinite(v) for v in r.values() if isinstance(v, float)), r)
            self.assertGreater(r["bytes"], 0, r)
            if r["ms"] < 0.01:  # too few digits
                continue
            self.assertAlmostEqual(r["gflops"], r["flop"] / r["ms"] * 1e-6, delta=0.01 + 0.01 * r["gflops"])
            self.assertAlmostEqual(r["gbs"], r["bytes"] / r["ms"] * 1e-6, delta=0.01 + 0.01 * r["gbs"])
            share = max(r["gflops"] / c["peak_gflops"], r["gbs"] / c["peak_gbs"])
            self.assertAlmostEqual(r["roofline"], share, delta=0.001 + 0.02 * share)

    @unittest.skipUnless(PEER, "no libdnnl here, so bench ops has no oneDNN beside it")
    def test_onednn_stands_beside_what_it_has(self):
        self.assertRegex(self.cpu["onednn"], r"^[23]\.\d+\.\d+$")
        for family in ("conv2d", "batchnorm", "relu", "resize", "gpool"):
            for r in self.rows(family):
                self.assertTrue(r["onednn_ms"] > 0 and r["ratio"] >= 0, r)
        for family in ("argmax", "wsum", "mse", "zero", "updates"):
            for r in self.rows(family):
                self.assertIsNone(r["onednn_ms"], r)

    def test_work_is_counted_without_the_padding(self):
        # 8x8 pixels of 4 channels, 3x3 taps: 8 + 2 * 7 pairs along an axis; dilated by 12 only the middle tap is inside
        flop = {(r["family"], r["variant"]): r["flop"] for r in self.cpu["rows"]}
        self.assertEqual(flop["conv2d 3x3", "1x8x8x4->4"], 2 * 22 * 22 * 4 * 4)
        self.assertEqual(flop["conv2d 3x3", "backward x w 1x8x8x4->4"], 4 * 22 * 22 * 4 * 4)
        self.assertEqual(flop["conv2d 3x3 d12", "1x8x8x4->4"], 2 * 8 * 8 * 4 * 4)
        self.assertEqual(flop["conv2d 3x3 dw", "1x8x8x4->4"], 2 * 22 * 22 * 4)

    def test_text_fits_a_terminal(self):
        text = bench("ops", "--device", "cpu", "--threads", "1", "--ms", "0", "--only", "dw")
        lines = text.splitlines()
        self.assertLessEqual(max(map(len, lines)), 100)
        self.assertIn("conv2d 5x5 dw d6", lines)
        if PEER:
            self.assertRegex(lines[1], r"^beside it oneDNN [23]\.\d+\.\d+$")
            self.assertRegex(lines[-1], r"^oneDNN's time over ours, geometric mean of \d+: \d+\.\d\d$")

    def test_without_onednn_it_says_so(self):
        with tempfile.TemporaryDirectory() as empty:
            where = {"AUXCELL_PLUGIN_DIR": empty}
            few = ["ops", "--device", "cpu", "--threads", "1", "--ms", "0", "--only", "relu"]
            lines = bench(*few, env=where).splitlines()
            self.assertRegex(lines[1], r"^no oneDNN beside it: auxcell-onednn\.so isn't beside the program")
            self.assertLessEqual(max(map(len, lines)), 100)
            self.assertNotIn("oneDNN's time", lines[-1])
            result = json.loads(bench(*few, "--json", env=where))
            self.assertIsNone(result["onednn"])
            self.assertTrue(result["rows"])
            self.assertTrue(all(r["onednn_ms"] is None and r["ratio"] is None for r in result["rows"]))
            # a file that isn't our shared object is no peer, and no reason to fail
            with open(os.path.join(empty, "auxcell-onednn.so"), "w") as f:
                f.write("text")
            self.assertRegex(bench(*few, env=where).splitlines()[1], r"^no oneDNN beside it: .*auxcell-onednn\.so")

    def test_the_programs_do_without_onednn(self):
        for program in "auxcell", "auxcell-engine":
            needs = subprocess.run(["objdump", "-p", os.path.join(os.environ["AUXCELL_BUILD"], program)],
                                   capture_output=True, text=True, check=True).stdout
            self.assertIn("NEEDED", needs)
            self.assertNotIn("dnnl", needs)

    def test_other_devices_go_the_same_way(self):
        ref = json.loads(bench("ops", "--device", "ref", "--ms", "0", "--json", "--only", "batchnorm"))
        want = [(r["family"], r["variant"]) for r in self.rows("batchnorm")]
        self.assertEqual([(r["family"], r["variant"]) for r in ref["rows"]], want)
        self.assertTrue(all(r["onednn_ms"] is None for r in ref["rows"]))

    def test_unknown_names_are_refused(self):
        done = subprocess.run([ENGINE, "bench", "ops", "--device", "ref", "--only", "bogus", *SMALL],
                              capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 2)
        self.assertIn("option --only: no kernel's name has 'bogus'", done.stderr)


class Others(unittest.TestCase):
    def test_profile_accounts_for_every_node(self):
        p = json.loads(bench("step", "--device", "cpu", "--threads", "1", "--profile", "--json"))["profile"]
        self.assertAlmostEqual(sum(r["share"] for r in p), 1, places=3)
        self.assertTrue(all(r["ms"] >= 0 and r["bytes"] > 0 and r["nodes"] >= 1 for r in p))
        self.assertEqual(p, sorted(p, key=lambda r: -r["ms"]))

    def test_inference_is_profiled_as_it_is_fused(self):
        rows = json.loads(bench("infer", "--device", "cpu", "--threads", "1", "--profile", "--json"))["profile"]
        names = {re.sub(r" \d+x\d+x\d+x.*", "", r["op"]) for r in rows}
        self.assertFalse([n for n in names if n.startswith(("conv2d", "batchnorm"))], names)
        self.assertIn("fused 3x3 dw+bn+relu6", names)
        self.assertTrue(any(n.endswith("+bn+add") for n in names), names)  # the encoder's residual additions
        self.assertTrue(any("+bn+relu+add" in n for n in names), names)  # the sums of a cell
        for r in rows:
            self.assertEqual(r["op"].startswith("fused"), r["by"] != "", r)
        ref = json.loads(bench("infer", "--device", "ref", "--profile", "--json"))["profile"]
        self.assertEqual({r["op"] for r in ref}, {r["op"] for r in rows})

    def test_convolutions_of_large_maps_are_chained(self):
        done = subprocess.run([ENGINE, "bench", "infer", "--device", "cpu", "--threads", "2", "--channels", "4", "--runs", "1",
                               "--crop", "512", "--profile", "--json"], capture_output=True, text=True, check=True)
        profile = json.loads(done.stdout)["profile"]
        chains = [r for r in profile if r["op"].startswith("chain ")]
        self.assertGreater(len(chains), 3)
        stem = next(r for r in chains if "512x512x3" in r["op"])
        self.assertRegex(stem["op"], r"^chain 3x3 s2\+bn\+relu6 3x3 dw\+bn\+relu6 1x1\+bn ")
        self.assertRegex(stem["by"], r"^\d rows at a time$")

    def test_profile_ends_with_the_fused_roofline(self):
        for mode in ["step"], ["step", "--stage", "2"], ["infer"]:
            j = json.loads(bench(*mode, "--device", "cpu", "--threads", "1", "--profile", "--json"))
            self.assertTrue(j["peak_gflops"] > 0.1 and j["peak_gbs"] > 0.01)
            self.assertAlmostEqual(j["roofline"], j["roofline_ms"] / j["ms_min"], delta=0.002 + 0.02 * j["roofline"])
            convs = [r for r in j["profile"] if r["op"].startswith(("conv2d", "fused"))]
            most = sum(max(r["flop"] / j["peak_gflops"], r["bytes"] / j["peak_gbs"]) * 1e-6 for r in convs)
            self.assertTrue(0 < j["roofline_ms"] <= 1.01 * most, (j["roofline_ms"], most))
        text = bench("infer", "--device", "cpu", "--threads", "1", "--profile").splitlines()
        self.assertRegex(text[-1], r"^fused roofline \(convolutions alone, at [\d.]+ GFLOP/s and [\d.]+ GB/s\): "
                                   r"[\d.]+ ms, \d+% of the least time$")

    def test_inference_has_a_width_and_writes_what_it_measures(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "network.onnx")
            wide = json.loads(bench("infer", "--device", "cpu", "--threads", "1", "--json", "--width", "64",
                                    "--onnx", path))
            square = json.loads(bench("infer", "--device", "cpu", "--threads", "1", "--json"))
            # twice as many, except after a global pool
            self.assertTrue(1.99 * square["macs"] < wide["macs"] <= 2 * square["macs"], (wide, square))
            with open(path, "rb") as f:
                data = f.read()
            self.assertTrue(b"logits" in data and b"image" in data and len(data) > 4 * wide["params"])
        for args, why in ((["infer", "--width", "65"], "option --width: 65 isn't a multiple of 32"),
                          (["step", "--width", "64"], "--onnx and --width are for bench infer")):
            done = subprocess.run([ENGINE, "bench", *args, *SMALL], capture_output=True, text=True, timeout=300)
            self.assertEqual(done.returncode, 2)
            self.assertIn(why, done.stderr)

    def test_profile_names_the_implementation_of_convolutions(self):
        step = ["step", "--stage", "2", "--device", "cpu", "--threads", "1", "--profile"]
        for r in json.loads(bench(*step, "--json"))["profile"]:
            if not r["op"].startswith("conv2d"):
                self.assertEqual((r["by"], r["why"]), ("", ""))
                continue
            costs = {name: float(cost) for name, cost in re.findall(r"(\w+) ([\d.e+-]+)M", r["why"])}
            for name in r["by"].split(", "):
                self.assertIn(name, costs, r)
            self.assertEqual(costs[r["by"].split(", ")[0]], min(costs.values()), r)
        self.assertRegex(bench(*step), r"conv2d 3x3 1x16x16x3->32 s2: direct\n")

    def test_threads_count_up_from_one(self):
        rows = json.loads(bench("threads", "--threads-max", "2", "--json"))
        self.assertEqual([r["threads"] for r in rows], [1, 2])
        self.assertEqual(rows[0]["speedup"], 1)
        for r in rows:
            self.assertAlmostEqual(r["speedup"], rows[0]["ms_min"] / r["ms_min"], delta=0.01 + 0.01 * r["speedup"])
            self.assertAlmostEqual(r["efficiency"], r["speedup"] / r["threads"], delta=0.001)


if __name__ == "__main__":
    main()
