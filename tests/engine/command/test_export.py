"""export of a model with the real programs: the ONNX file is read back byte by byte, tensors are compared with the
model's, options that contradict it are refused; where onnxruntime can be imported, it sees what predict sees."""
import hashlib
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
import onnxfile  # noqa: E402
import tinypng  # noqa: E402
from auxcell import AUXCELL, auxcell, main  # noqa: E402
from onnxtools import MISSING, numpy, onnx, onnxruntime  # noqa: E402

# an average pool before a dilated convolution, separable convolutions, skips; two blocks are merged at the end
GENOTYPE = "[[4,[1,0,5,9],[3,2,2,9],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"
SMALL = ["--train-samples", "4", "--val-samples", "2", "--crop", "64", "--val-crop", "64", "--batch", "4",
         "--epochs", "2", "--channels", "8", "--repeats", "2"]
OPS = {"Conv", "Relu", "Clip", "Add", "Mul", "Concat", "Resize", "GlobalAveragePool", "MaxPool", "Expand", "ArgMax"}


def read_safetensors(path):
    """({name: (shape, floats)}, metadata)"""
    with open(path, "rb") as f:
        data = f.read()
    n = struct.unpack_from("<Q", data)[0]
    head, body = json.loads(data[8:8 + n]), data[8 + n:]
    meta = head.pop("__metadata__", {})
    out = {}
    for name, t in head.items():
        assert t["dtype"] == "F32", name
        begin, end = t["data_offsets"]
        out[name] = tuple(t["shape"]), struct.unpack(f"<{(end - begin) // 4}f", body[begin:end])
    return out, meta


def with_metadata(path, out, **changes):
    with open(path, "rb") as f:
        data = f.read()
    n = struct.unpack_from("<Q", data)[0]
    head = json.loads(data[8:8 + n])
    head["__metadata__"].update(changes)
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(out, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data[8 + n:])


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="auxcell-export-")
        cls.model = os.path.join(cls.dir, "model.safetensors")
        code, _, err = auxcell("try", GENOTYPE, *SMALL, "--threads", "1", "--model", cls.model)
        assert code == 0, err
        cls.tensors, cls.metadata = read_safetensors(cls.model)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def export(self, name, *options):
        path = self.path(name)
        code, out, err = auxcell("export", self.model, "-o", path, *options)
        self.assertEqual((code, out, err), (0, "", ""))
        return path

    def refuse(self, says, *args, code=2):
        got, out, err = auxcell("export", *args)
        self.assertEqual((got, out, len(err.splitlines())), (code, "", 1), err)
        self.assertIn(says, err)

    # ---- ONNX, byte by byte ----

    def check_graph(self, m):
        self.assertEqual((m.ir, m.opset, m.producer), (7, [("", 13)], "auxcell"))
        known = {p.name for p in m.inputs} | set(m.tensors)
        self.assertEqual(len(known), len(m.inputs) + len(m.tensors))
        used = set()
        for n in m.nodes:
            self.assertIn(n.op, OPS)
            self.assertEqual(len(n.outputs), 1)
            for name in n.inputs:
                self.assertTrue(name == "" or name in known, f"{n.name} reads {name} before it is there")
            used |= set(n.inputs)
            self.assertNotIn(n.outputs[0], known)
            known.add(n.outputs[0])
        self.assertLessEqual({p.name for p in m.outputs}, known)
        self.assertLessEqual(set(m.tensors), used, "tensors that nobody reads")
        self.assertEqual(len({n.name for n in m.nodes}), len(m.nodes))

    def check_ops(self, m):
        pooled = set()  # maps one pixel large, from global pooling
        for n in m.nodes:
            if n.op == "GlobalAveragePool" or (n.op in ("Conv", "Relu", "Clip") and n.inputs[0] in pooled):
                pooled.add(n.outputs[0])
            if n.op == "Conv" and n.inputs[0] in pooled:
                self.assertEqual(n.attributes["kernel_shape"], [1, 1])
            if n.op == "Resize":
                self.assertNotIn(n.inputs[0], pooled)
                self.assertEqual((len(n.inputs), n.inputs[1]), (3, ""))
                self.assertEqual(n.attributes, {"mode": "linear", "coordinate_transformation_mode": "half_pixel"})
                scales = m.tensors[n.inputs[2]]
                self.assertEqual((scales.type, scales.dims, scales.values[:2]), (1, [4], (1.0, 1.0)))
                self.assertIn(scales.values[2], (2.0, 4.0, 8.0, 16.0, 32.0))
                self.assertEqual(scales.values[2], scales.values[3])
            if n.op == "Clip":
                self.assertEqual([m.tensors[x].dims for x in n.inputs[1:]], [[], []])
            if n.op == "Conv":
                self.assertEqual(m.tensors[n.inputs[1]].dims[2:], n.attributes["kernel_shape"])
        self.assertTrue(pooled)
        return {n.op for n in m.nodes}

    def check_metadata(self, m):
        keys = [k for k, _ in m.meta]
        self.assertEqual(len(keys), len(set(keys)))
        meta = dict(m.meta)
        for key in ("task", "genotype", "encoder_license", "data"):
            self.assertEqual(meta[key], self.metadata[key])
        names, colors = json.loads(meta["classes"]), json.loads(meta["palette"])
        lines = [f"{n} #{r:02x}{g:02x}{b:02x}\n" for n, (r, g, b) in zip(names, colors)]
        self.assertEqual("".join(lines), self.metadata["class_names"])
        for key in ("mean", "std"):
            self.assertEqual(json.loads(meta[key]), [float(x) for x in self.metadata[key].split()])
        with open(self.model, "rb") as f:
            self.assertEqual(meta["sha256"], hashlib.sha256(f.read()).hexdigest())
        self.assertEqual((meta["space"], m.version), ("cells", meta["version"]))

    def test_any_size(self):
        m = onnxfile.Model(self.export("any.onnx"))
        self.check_graph(m)
        self.assertFalse(self.check_ops(m) & {"Expand", "ArgMax", "Mul"})
        self.check_metadata(m)
        (i,), (o,) = m.inputs, m.outputs
        axes = ["height_multiple_of_32", "width_multiple_of_32"]
        self.assertEqual((i.name, i.type, i.dims), ("image", 1, ["batch", 3, *axes]))
        stride = dict(m.meta)["output_stride"]
        self.assertEqual((o.name, o.type, o.dims), ("logits", 1, ["batch", 8, *[f"{a}/{stride}" for a in axes]]))
        self.assertIn("multiples of 32", m.doc)

    def test_fixed(self):
        m = onnxfile.Model(self.export("fixed.onnx", "--size", "64x96", "--batch", "2", "--argmax", "--normalise"))
        self.check_graph(m)
        self.assertLessEqual({"Expand", "ArgMax", "Mul"}, self.check_ops(m))
        self.check_metadata(m)
        (i,), (o,) = m.inputs, m.outputs
        self.assertEqual((i.dims, i.type), ([2, 3, 64, 96], 1))
        self.assertEqual((o.name, o.type, o.dims), ("classes", 7, [2, 64, 96]))
        self.assertEqual(m.nodes[-1].attributes, {"axis": 1, "keepdims": 0, "select_last_index": 0})
        product, total = m.nodes[:2]
        scale, shift = (m.tensors[n.inputs[1]].values for n in (product, total))
        for c in range(3):
            mean, std = (float(self.metadata[k].split()[c]) for k in ("mean", "std"))
            self.assertAlmostEqual((200 * scale[c] + shift[c]), (200 / 255 - mean) / std, places=5)

    def of_task(self, task):
        model = self.path(f"{task}.safetensors")
        code, _, err = auxcell("try", GENOTYPE, *SMALL, "--data", "scenes", "--task", task, "--stages", "1",
                               "--threads", "1", "--model", model)
        self.assertEqual(code, 0, err)
        self.refuse(f"--argmax is for segmentation, and this is a model of {task}", model, "-o", self.path("no.onnx"),
                    "--argmax")
        code, _, err = auxcell("export", model, "-o", self.path(f"{task}.onnx"), "--size", "64x96")
        self.assertEqual((code, err), (0, ""))
        m = onnxfile.Model(self.path(f"{task}.onnx"))
        self.check_graph(m)
        self.assertEqual(len(dict(m.meta)), len(m.meta))
        return m, dict(m.meta)

    def test_depth(self):
        m, meta = self.of_task("depth")
        (o,) = m.outputs
        self.assertEqual((o.name, o.type, o.dims), ("depth", 1, ["batch", 1, 64, 96]))
        self.assertEqual((meta["task"], meta["unit"], meta["output_stride"]), ("depth", "m", "1"))
        self.assertGreater(float(meta["output_unit"]), 0)
        self.assertNotIn("classes", meta)

    def test_pose(self):
        m, meta = self.of_task("pose")
        joints = meta["keypoints"].split()
        (o,) = m.outputs
        self.assertEqual((o.name, o.type, o.dims), ("heatmaps", 1, ["batch", len(joints), 16, 24]))
        self.assertEqual((meta["task"], meta["output_stride"]), ("pose", "4"))
        self.assertNotIn("classes", meta)
        self.assertIn("keypoints", m.doc)

    def test_the_same_bytes(self):
        read = []
        for name in ("one.onnx", "two.onnx"):
            with open(self.export(name), "rb") as f:
                read.append(f.read())
        self.assertEqual(*read)
        done = subprocess.run([AUXCELL, "export", self.model, "-f", "onnx", "-o", "-"], capture_output=True, timeout=300)
        self.assertEqual(done.stdout, read[0])

    def folded(self, conv, bn):
        """Weight and bias by the formula, from the model's tensors."""
        shape, w = self.tensors[f"{conv}.weight"]
        gamma, beta, mean, var = (self.tensors[f"{bn}.{k}"][1]
                                  for k in ("weight", "bias", "running_mean", "running_var"))
        s = [g / (v + 1e-5) ** 0.5 for g, v in zip(gamma, var)]
        each = len(w) // shape[0]
        return [x * s[i // each] for i, x in enumerate(w)], [b - k * m for b, k, m in zip(beta, s, mean)]

    def assert_near(self, got, want):
        self.assertEqual(len(got), len(want))
        largest = max(map(abs, want))
        self.assertLess(max(abs(a - b) for a, b in zip(got, want)), 1e-6 * largest)

    def test_weights(self):
        m = onnxfile.Model(self.export("weights.onnx"))
        tensors, meta = read_safetensors(self.export("folded.safetensors", "--fold"))
        for conv, bn in (("encoder.features.0.0", "encoder.features.0.1"),
                         ("encoder.features.5.conv.1.0", "encoder.features.5.conv.1.1"),
                         ("encoder.features.17.conv.2", "encoder.features.17.conv.3"),
                         ("decoder.head.conv", "decoder.head.bn")):
            for got, want in zip((f"{conv}.weight", f"{conv}.bias"), self.folded(conv, bn)):
                self.assert_near(m.tensors[got].values, want)
                self.assertEqual(m.tensors[got].values, tensors[got][1])
                self.assertEqual(tuple(m.tensors[got].dims), tensors[got][0])
        self.assertEqual(m.tensors["decoder.classifier.bias"].values, self.tensors["decoder.classifier.bias"][1])
        self.assertFalse([n for n in tensors if "running" in n or ".bn." in n])
        convs = {n for n in m.tensors if not n.startswith(("scales.", "bound.", "size.", "zeros."))}
        self.assertEqual(convs, set(tensors))
        self.assertEqual(meta["format"], "auxcell-folded")

    def test_as_it_is(self):
        path = self.export("plain.safetensors")
        tensors, meta = read_safetensors(path)
        self.assertEqual(tensors, self.tensors)
        with open(self.model, "rb") as f:
            digest = hashlib.sha256(f.read()).hexdigest()
        self.assertEqual({k: v for k, v in meta.items() if k in self.metadata}, self.metadata)
        self.assertEqual(meta["source_sha256"], digest)
        self.assertTrue(meta["exported_by"].startswith("auxcell "))
        self.picture(32, 64)
        masks = [self.predict(model) for model in (self.model, path)]
        self.assertEqual(*masks)
        folded = self.export("no-model.safetensors", "--fold")
        code, _, err = auxcell("predict", folded, "-o", self.path("masks"), self.path("picture.png"))
        self.assertEqual(code, 1)
        self.assertIn("auxcell-folded", err)

    def test_refused(self):
        out = self.path("no.onnx")
        self.refuse("multiples of 32; the next ones are 128x64", self.model, "-o", out, "--size", "100x64")
        self.refuse("-o FILE", self.model)
        self.refuse("needs a model", "-f", "onnx", "-o", out)
        self.refuse("neither .onnx", self.model, "-o", self.path("x.bin"))
        self.refuse("-f caffe", self.model, "-f", "caffe", "-o", out)
        self.refuse("for -f onnx", self.model, "-f", "safetensors", "-o", out, "--argmax")
        self.refuse("for -f safetensors", self.model, "-f", "onnx", "-o", out, "--fold")
        self.refuse("no-such", self.path("no-such.safetensors"), "-o", out, code=1)
        shutil.copy(self.model, self.path("own.safetensors"))
        self.refuse("own.safetensors", self.path("own.safetensors"), "-o", self.path("own.safetensors"), code=1)
        with open(self.model, "rb") as f, open(self.path("own.safetensors"), "rb") as g:
            self.assertEqual(f.read(), g.read())
        with_metadata(self.model, self.path("depth.safetensors"), task="dream")
        self.refuse("doesn't know", self.path("depth.safetensors"), "-o", out, "--argmax", code=1)
        with_metadata(self.model, self.path("depth.safetensors"), task="depth", unit="m", output_unit="1",
                      depth_min="0.001", depth_max="10")
        self.refuse("--argmax is for segmentation", self.path("depth.safetensors"), "-o", out, "--argmax")
        self.assertFalse(os.path.exists(out))

    def test_other_forms_stay(self):
        code, out, _ = auxcell("export", "--help")
        self.assertEqual(code, 0)
        self.assertIn("--csv", out)
        self.refuse("--json exclude", "--csv", "--json")

    # ---- compared with predict ----

    def picture(self, h, w):
        rng = random.Random(h * 1000 + w)
        blocks = {(i, j): bytes(rng.randrange(256) for _ in range(3))
                  for i in range(h // 8 + 1) for j in range(w // 8 + 1)}
        rgb = b"".join(blocks[i // 8, j // 8] for i in range(h) for j in range(w))
        tinypng.write_rgb(self.path("picture.png"), h, w, rgb)
        return rgb

    def predict(self, model):
        out = os.path.join(self.dir, "masks")
        code, _, err = auxcell("predict", model, "-o", out, self.path("picture.png"))
        self.assertEqual((code, err), (0, ""))
        return tinypng.read(os.path.join(out, "picture.png"))

    @unittest.skipIf(MISSING, MISSING)
    def test_predict_sees_the_same(self):
        options = ("--argmax", "--normalise")
        models = {None: self.export("see.onnx", *options),
                  (96, 64): self.export("see-96x64.onnx", *options, "--size", "96x64", "--batch", "1")}
        for size, path in models.items():
            onnx.checker.check_model(path, full_check=True)
            for h, w in [size] if size else [(64, 96), (50, 75), (32, 32)]:
                rgb = numpy.frombuffer(self.picture(h, w), numpy.uint8).reshape(h, w, 3)
                x = numpy.empty((1, 3, -(-h // 32) * 32, -(-w // 32) * 32), numpy.float32)
                for c, mean in enumerate((0.485, 0.456, 0.406)):
                    x[0, c] = 255 * mean
                    x[0, c, :h, :w] = rgb[..., c]
                session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
                got = session.run(None, {"image": x})[0][0, :h, :w]
                ph, pw, _, mask = self.predict(self.model)
                self.assertEqual((ph, pw), (h, w))
                want = numpy.frombuffer(mask, numpy.uint8).reshape(h, w)
                self.assertGreater(len(set(mask)), 1)
                self.assertLess((got != want).mean(), 1e-3)  # except where two logits are equal up to rounding


if __name__ == "__main__":
    main()
