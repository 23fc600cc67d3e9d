"""Both stages in a run: events, the gate's verdict across a kill, full training end to end."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import Run, events, history, main, make_run, serve  # noqa: E402

BOTH = dict(stages=2, stage2_samples=6, stage2_crop=50, stage2_batch=3, full_stage2_epochs=1)


def what_is_said(where):
    path = make_run(f"{where}/a", candidates=3, **BOTH)
    assert serve(path) == (0, "")
    for i in (1, 2, 3):
        mine = [(k, f) for k, ident, f in events(path) if ident == i and k not in ("progress", "proposed", "queued")]
        kinds = [k for k, _ in mine]
        passed = dict(mine)["gated"]["passed"]
        assert kinds == ["started", "scored", "gated"] + (["started", "scored"] if passed else []) + ["learned"], kinds
        stages = [(f["stage"], f["provisional"]) for k, f in mine if k == "scored"]
        assert stages == ([(1, 1), (2, 0)] if passed else [(1, 0)]), stages
        if passed:
            assert mine[3][1]["steps"] == 2 and mine[3][1]["stage"] == 2, mine[3]
            steps = [f["step"] for k, ident, f in events(path) if k == "progress" and ident == i]
            assert steps.count(2) == 2, steps  # the last step of both stages
    assert [i for k, i, _ in events(path) if k == "learned"] == [1, 2, 3]


def killed_in_stage_2(where):
    path = make_run(f"{where}/a", candidates=3, **BOTH)
    assert serve(path) == (0, "")
    for moment in ("gated", "started"):
        other = make_run(f"{where}/{moment}", cache=path, candidates=3, **BOTH)
        run = Run(other)
        run.until("scored", 2)
        if moment == "started":
            run.until("started", 2, stage=2)
        run.kill()
        run = Run(other)
        assert run.until("bye")["reason"] == "finished"
        assert run.end() == 0
        assert history(other) == history(path)


def worker_killed_after_the_gate(where):
    path = make_run(f"{where}/a", candidates=3, **BOTH)
    assert serve(path) == (0, "")
    passed = [i for k, i, f in events(path) if k == "gated" and f["passed"]]
    for moment in ("gated", "started"):
        other = make_run(f"{where}/{moment}", cache=path, candidates=3, **BOTH)
        run = Run(other)
        run.until("gated", passed[0])
        if moment == "started":
            run.until("started", passed[0], stage=2)
        os.kill(run.workers()[0], signal.SIGKILL)
        assert run.until("failed", passed[0])["retried"] == 1
        assert run.until("bye")["reason"] == "finished"
        assert run.end() == 0
        assert history(other) == history(path)  # the gate was asked once


def full_training(where):
    path = make_run(f"{where}/a", candidates=2, **BOTH)
    run = Run(path)
    run.until("queued", 2)
    assert run.do("pause", 2)[0] == 0  # so that the run doesn't end before the next command
    run.until("learned", 1)
    code, text = run.do("promote", 1)
    assert code == 0 and "full training as #3" in text, text
    started = run.until("started", 3)
    assert run.do("continue", 2)[0] == 0
    assert started["stage"] == 3 and started["epochs"] == 2 and started["steps"] == 4, started
    assert run.until("scored", 3)["stage"] == 3
    assert run.until("bye")["reason"] == "finished"
    assert run.end() == 0
    last = [f for k, i, f in events(path) if k == "progress" and i == 3][-1]
    epochs = [f for k, i, f in events(path) if k == "validated" and i == 3]
    assert [(f["stage"], f["epoch"], f["epochs"]) for f in epochs] == [(1, 1, 2), (2, 2, 2)], epochs
    assert epochs[-1]["reward"] == [f for k, i, f in events(path) if k == "scored" and i == 3][-1]["reward"]
    assert os.path.exists(f"{path}/masks/3.mpk")
    assert last["step"] == last["steps"] == 4 and last["what"] == "validate", last


main([what_is_said, killed_in_stage_2, worker_killed_after_the_gate, full_training])
