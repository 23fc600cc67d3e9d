"""Both stages in a run: events, the gate's verdict across a kill, full training end to end."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import ENDLESS, Run, events, main, make_run, serve  # noqa: E402
from interrupt import conclude, crash, in_training, same  # noqa: E402

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
    path = make_run(f"{where}/a", candidates=ENDLESS, **BOTH)
    run = Run(path)
    assert run.until("gated", passed=1)
    run.kill()
    run = Run(path)
    with in_training(run, stage=2) as found:
        run.kill()
    ident, = found
    kind, _, fields = [e for e in events(path) if e[1] == ident and e[0] != "progress"][-1]
    assert kind == "started" and fields["stage"] == 2, (kind, fields)
    conclude(path, more=2)
    same(path)


def worker_killed_after_the_gate(where):
    path = make_run(f"{where}/a", candidates=ENDLESS, **BOTH)
    run = Run(path)
    ident, failed = crash(run, stage=2)
    assert failed["retried"] == 1, failed
    assert run.until("scored", ident, provisional=0)["stage"] == 2
    assert run.stop() == 0
    assert len([1 for k, i, _ in events(path) if k == "gated" and i == ident]) == 1
    conclude(path, more=2)
    same(path)


def full_training(where):
    path = make_run(f"{where}/a", candidates=ENDLESS, **BOTH)
    run = Run(path)
    run.until("learned", 1)
    code, text = run.do("promote", 1)
    assert code == 0, text
    full = int(re.search(r"full training as #(\d+)", text)[1])
    started = run.until("started", full)
    assert started["stage"] == 3 and started["epochs"] == 2 and started["steps"] == 4, started
    assert run.until("scored", full)["stage"] == 3
    assert run.stop() == 0
    last = [f for k, i, f in events(path) if k == "progress" and i == full][-1]
    epochs = [f for k, i, f in events(path) if k == "validated" and i == full]
    assert [(f["stage"], f["epoch"], f["epochs"]) for f in epochs] == [(1, 1, 2), (2, 2, 2)], epochs
    assert epochs[-1]["reward"] == [f for k, i, f in events(path) if k == "scored" and i == full][-1]["reward"]
    assert os.path.exists(f"{path}/masks/{full}.mpk")
    assert last["step"] == last["steps"] == 4 and last["what"] == "validate", last


main([what_is_said, killed_in_stage_2, worker_killed_after_the_gate, full_training])
