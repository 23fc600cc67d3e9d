"""A search on another encoder than the built-in one: its own caches, its own history, its own models; and a run goes on
with the very weights that it began with."""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
import mobilenet  # noqa: E402
import onnxfile  # noqa: E402
import tinypng  # noqa: E402
from auxcell import auxcell  # noqa: E402
from engine import ENDLESS, Run, change, events, history, main, make_run, serve  # noqa: E402

GENOTYPE = "[[1,[0,1,8,9],[1,0,0,2],[3,1,5,7]],[[0,1],[2,3],[4,5]]]"
SMALL = ("--epochs 1 --train-samples 4 --val-samples 2 --batch 4 --channels 8 --crop 32 --val-crop 32 --stages 2 "
         "--stage2-samples 4 --stage2-crop 32 --stage2-batch 4 --latency 0 --threads 1").split()
STAGE2 = dict(stages=2, stage2_samples=4, stage2_crop=32, stage2_batch=4, gate=0)


def weights(where, name, width, seed=1):
    mobilenet.write(f"{where}/{name}", width, seed)
    return f"{where}/{name}"


def params(path):
    return [f["params"] for kind, _, f in events(path) if kind == "proposed"]


def caches(path):
    return {name for name in os.listdir(f"{path}/cache") if name.endswith(".cache")}


def metadata(path):
    import json
    import struct
    with open(path, "rb") as f:
        return json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))["__metadata__"]


def a_search_on_it(where):
    narrow = weights(where, "half.safetensors", .5)
    builtin = make_run(f"{where}/builtin", candidates=2, **STAGE2)
    assert serve(builtin) == (0, "")
    first = make_run(f"{where}/first", cache=builtin, candidates=2, encoder=narrow, **STAGE2)
    assert serve(first) == (0, "")
    scored = [f for kind, _, f in history(first) if kind == "scored"]
    assert len(scored) == 4 and all(0 <= f["reward"] <= 1 for f in scored), scored
    assert all(a < b for a, b in zip(params(first), params(builtin))), "its parameters are counted"
    assert len(caches(builtin)) == 2 and len(caches(first)) == 4, "another encoder's outputs aren't used"
    shutil.copy(narrow, f"{where}/copy")  # another name for the same weights
    second = make_run(f"{where}/second", cache=first, candidates=2, encoder=f"{where}/copy", **STAGE2)
    assert serve(second) == (0, "")
    assert caches(second) == caches(first)
    assert history(second) == history(first) != history(builtin)


def a_run_goes_on_with_the_same(where):
    narrow, other = weights(where, "w.safetensors", .35), weights(where, "other.safetensors", .35, seed=2)
    path = make_run(f"{where}/run", candidates=1, encoder=narrow)
    assert serve(path) == (0, "")
    before = events(path)
    os.rename(narrow, f"{where}/aside")
    shutil.copy(other, narrow)
    change(path, candidates=2)
    status, says = serve(path)
    assert status == 2 and f"encoder {narrow}: the file is another one than the run was started with" in says, says
    os.remove(narrow)
    status, says = serve(path)
    assert status == 1 and narrow in says and len(says.splitlines()) == 1, says
    with open(f"{path}/run.ini") as f:
        text = f.read()
    with open(f"{path}/run.ini", "w") as f:
        f.write("".join(line for line in text.splitlines(True) if not line.startswith("encoder")))
    status, says = serve(path)
    assert status == 2 and "encoder" in says, says  # the setting can't be changed
    assert events(path) == before, "nothing of that is in the history"
    with open(f"{path}/run.ini", "w") as f:
        f.write(text)
    os.rename(f"{where}/aside", narrow)
    assert serve(path) == (0, "")
    assert len([1 for kind, _, _ in events(path) if kind == "scored"]) == 2


def weights_that_change_pause_it(where):
    narrow, other = weights(where, "w.safetensors", .35), weights(where, "other.safetensors", .35, seed=2)
    path = make_run(f"{where}/run", candidates=ENDLESS, encoder=narrow, **STAGE2)
    run = Run(path)
    assert run.until("scored")
    os.rename(other, narrow)
    assert run.until("paused", 0), "it goes on with other weights"
    failed = [f for kind, _, f in run.seen if kind in ("failed", "log") and "another one" in str(f)]
    assert failed, run.seen[-5:]
    run.stop()


def a_model_has_it_inside(where):
    narrow, model = weights(where, "half.safetensors", .5), f"{where}/model.safetensors"
    code, _, says = auxcell("try", GENOTYPE, *SMALL, "--encoder", narrow, "--model", narrow)
    assert code == 1 and "half.safetensors" in says, says  # it would be overwritten
    code, _, says = auxcell("try", GENOTYPE, *SMALL, "--encoder", narrow, "--model", model)
    assert code == 0, says
    os.remove(narrow)
    meta = metadata(model)
    assert meta["encoder"] == "MobileNet-v2 x0.5, half.safetensors" and meta["encoder_license"] == "", meta
    assert meta["encoder_layout"] == "16 8x1 16x2 16x3 32x4 48x3 80x3 160x1", meta
    tinypng.write_rgb(f"{where}/p.png", 40, 64, bytes(range(256)) * 30)
    code, _, says = auxcell("predict", model, "-o", f"{where}/masks", f"{where}/p.png")
    assert code == 0 and tinypng.read(f"{where}/masks/p.png")[:2] == (40, 64), says
    code, _, says = auxcell("export", model, "-o", f"{where}/m.onnx")
    assert code == 0, says
    assert onnxfile.Model(f"{where}/m.onnx").tensors["encoder.features.0.0.weight"].dims == [16, 3, 3, 3]
    # the trained model can be the encoder of others
    code, _, says = auxcell("try", GENOTYPE, *SMALL, "--encoder", model, "--model", f"{where}/next.safetensors")
    assert code == 0, says
    meta = metadata(f"{where}/next.safetensors")
    assert meta["encoder"] == "MobileNet-v2 x0.5, half.safetensors, as in model.safetensors", meta
    # models with the built-in encoder are written as before
    code, _, says = auxcell("try", GENOTYPE, *SMALL, "--model", model)
    assert code == 0, says
    meta = metadata(model)
    assert meta["encoder"] == "MobileNet-v2 x1.0, ImageNet" and "encoder_layout" not in meta, meta


def what_is_wrong_is_said_at_once(where):
    with open(f"{where}/no-weights", "w") as f:
        f.write("some text, for certain no tensors")
    for name in ("none", "no-weights"):
        for command in (["try", GENOTYPE, *SMALL], ["search", "--headless", "--run", f"{where}/run", *SMALL]):
            code, out, says = auxcell(*command, "--encoder", f"{where}/{name}")
            assert code == 1 and out == "" and f"{where}/{name}" in says and len(says.splitlines()) == 1, (code, says)


main([a_search_on_it, a_run_goes_on_with_the_same, weights_that_change_pause_it,
      a_model_has_it_inside, what_is_wrong_is_said_at_once])
