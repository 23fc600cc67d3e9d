"""oracle.py DIR: whether onnx accepts the models that tests/helper/onnxcase.c wrote into DIR, and onnxruntime computes
from them what our engine did (DIR/cases). Leaves with 77 and says why where these packages can't be imported: "pip
install --target=SOMEWHERE onnx onnxruntime", then PYTHONPATH=SOMEWHERE."""
import os
import sys

try:
    import numpy as np
    import onnx
    import onnxruntime as ort
except ImportError as e:
    print(f"skip: onnx's checker and onnxruntime - {e}")
    sys.exit(77)
try:
    import openvino
except ImportError:
    openvino = None

TOLERANCE = 1e-4  # relative to the largest logit


def array(folder, words, dtype=np.float32):
    name, *shape = words
    return np.fromfile(os.path.join(folder, name), dtype).reshape([int(x) for x in shape])


class Models:
    """Each is checked once, and run many times."""

    def __init__(self, folder):
        self.folder, self.session, self.peer = folder, {}, {}

    def run(self, name, x):
        if name not in self.session:
            path = os.path.join(self.folder, name)
            onnx.checker.check_model(path, full_check=True)
            options = ort.SessionOptions()
            options.intra_op_num_threads = 2
            options.log_severity_level = 3
            self.session[name] = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            if openvino and len(self.session) % 4 == 1:  # compiling is slow in OpenVINO
                self.peer[name] = openvino.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        out = self.session[name].run(None, {"image": x})[0]
        return out, self.peer[name]({"image": x})[0] if name in self.peer else None


def logits_error(got, words, folder):
    want = array(folder, words[:5])
    assert got.shape == want.shape, (got.shape, want.shape)
    return float(np.abs(got - want).max() / np.abs(want).max())


def classes_error(got, words, folder):
    """How far our logit of their class is below that of ours, in the pixels where the classes differ."""
    want, logits = array(folder, words[:5], np.uint8)[:, 0], array(folder, words[5:10])
    assert got.shape == want.shape, (got.shape, want.shape)
    ours, theirs = (np.take_along_axis(logits, k[:, None].astype(np.int64), 1) for k in (want, got))
    return float((ours - theirs).max() / np.abs(logits).max())


def main(folder):
    models, worst, bad = Models(folder), {}, 0
    with open(os.path.join(folder, "cases"), encoding="utf-8") as f:
        cases = [line.split() for line in f]
    for model, kind, *words in cases:
        error = logits_error if kind == "logits" else classes_error
        for who, got in zip(("onnxruntime", "openvino"), models.run(model, array(folder, words[:5]))):
            if got is None:
                continue
            e = error(got, words[5:], folder)
            worst[who, kind] = max(worst.get((who, kind), 0), e)
            if not e < TOLERANCE:
                bad += 1
                print(f"{model} {kind} {words[1:5]}: {who} is {e:.2g} of the largest logit away", file=sys.stderr)
    print(f"onnx {onnx.__version__}, onnxruntime {ort.__version__}: {len(models.session)} models, {len(cases)} images; "
          + ", ".join(f"{who} {kind} {e:.2g}" for (who, kind), e in sorted(worst.items())))
    return 1 if bad or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
