"""A whole short search on the emulated device: it finds what the CPU finds, leaves nothing behind on the device, and a
candidate whose memory runs out takes smaller batches, one whose device is lost another worker."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../helper"))
import engine

EMULATION = os.path.abspath(os.path.join(engine.BUILD, "cuda/emu"))
HERE = os.path.exists(os.path.join(EMULATION, "libcudart.so.13")) and os.path.exists(
    os.path.join(engine.BUILD, "auxcell-cuda.so"))
NOT_HERE = "no nvcc with cuDNN and cuBLASLt here, so there is no CUDA plugin to run on emulated libraries"
SHORT = dict(candidates=1, cuda_tune=0, latency=0, crop=32, val_crop=32, train_samples=4, val_samples=2, batch=2)
DIGITS = ("reward", "miou", "fwiou", "accuracy", "loss")


def search(path, device, switches=None, **settings):
    """Runs it to its end: what was found, and the worker's reports of the emulation."""
    run = engine.make_run(path, device=device, **{**SHORT, **settings})
    reports = os.path.join(path, "emulation")
    os.mkdir(reports)
    env = dict(os.environ, LD_LIBRARY_PATH=EMULATION, AUXCELL_EMU_REPORT=os.path.join(reports, "%p"))
    env.update({"AUXCELL_EMU_" + name: value for name, value in (switches or {}).items()})
    status, said = engine.serve(run, env=env)
    assert status == 0 and "violation" not in said, (status, said)
    texts = []
    for name in sorted(os.listdir(reports)):
        with open(os.path.join(reports, name)) as f:
            texts.append(f.read())
    return run, texts


def the_same_as_on_the_cpu(where, **settings):
    cpu, reports = search(os.path.join(where, "cpu"), "cpu", **settings)
    assert not reports, reports
    cuda, reports = search(os.path.join(where, "cuda"), "cuda:0", **settings)
    assert any(int(r.split()[1]) > 1000 for r in reports), reports  # the first line is "calls N"
    assert not any("leak" in r for r in reports), reports
    seen = 0
    for a, b in zip(engine.history(cpu), engine.history(cuda), strict=True):
        assert a[:2] == b[:2], (a, b)
        if a[0] != "scored":
            continue
        seen += 1
        for name in DIGITS:
            assert abs(a[2][name] - b[2][name]) <= 0.02 * abs(a[2][name]) + 1e-3, (name, a, b)
    assert seen == settings.get("stages", 1), seen
    return reports


def count(reports, of):
    """A line of the emulation's report: "calls N", or "call N NAME"."""
    return next(int(line.split()[1]) for r in reports for line in r.splitlines() if re.search(of, line))


def failures(run):
    return [(ident, fields["cause"], fields["retried"], fields["message"]) for kind, ident, fields in engine.events(run)
            if kind == "failed"]


def scored(run):
    """Candidates and their batches."""
    return [(ident, fields["batch"]) for kind, ident, fields in engine.history(run) if kind == "scored"]


def skip(unless, why):
    if not unless:
        raise engine.Skip(why)


def test_one_stage(where):
    skip(HERE, NOT_HERE)
    reports = the_same_as_on_the_cpu(where)

    # The same with no memory for the last allocation, one of the first candidate's, which then halves its batch.
    last = count(reports, " cudaMalloc$")
    run, said = search(os.path.join(where, "full"), "cuda:0", {"FAIL_CALL": f"cudaMalloc:{last}"}, candidates=2)
    assert len(said) == 1 and "leak" not in said[0] and "\nfailed cudaMalloc\n" in said[0], said
    assert not failures(run) and scored(run) == [(1, 1), (2, 2)], (failures(run), scored(run))
    [warning] = [fields["text"] for kind, ident, fields in engine.events(run) if kind == "log" and ident == 1]
    assert "cuda:0: cudaMalloc, " in warning, warning

    # The same when the device is lost during a training: its worker ends, and the next one makes fewer calls.
    lost = count(reports, "^calls") * 4 // 5
    run, _ = search(os.path.join(where, "lost"), "cuda:0", {"FAIL": f"{lost}:lost"})
    [(ident, cause, retried, message)] = failures(run)
    assert (ident, cause, retried) == (1, "device", 1) and "cuda:0: " in message, message
    assert scored(run) == [(1, 2)], scored(run)


def test_end_to_end(where):
    skip(HERE, NOT_HERE)
    the_same_as_on_the_cpu(where, stages=2, stage2_samples=2, stage2_crop=32, stage2_batch=2)


# slow under a sanitizer, where the selftest covers the encoder, too
engine.main([test_one_stage] + ([] if "address" in engine.BUILD else [test_end_to_end]))
