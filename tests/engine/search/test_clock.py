"""The time of day is set while an engine runs: a prune can be undone for as long as it should, and no longer."""
import os
import sys

import msgpack

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import ENDLESS, Run, events, main, make_run, preloaded  # noqa: E402
from interrupt import unhurried  # noqa: E402

HOUR = 3600


def run_with_clock(where, env):
    path = make_run(f"{where}/a", candidates=ENDLESS, epochs=100000)
    set_clock(where, 0)
    run = Run(path, env=env)
    run.until("progress", 1, what="train")
    return run, path


def jumps(path):
    """Between events, in hours: that the clock was set at all."""
    with open(f"{path}/events.mpk", "rb") as f:
        at = [msgpack.unpackb(payload)[1] for _, _, payload in msgpack.Unpacker(f)]
    return [round((b - a) / HOUR) for a, b in zip(at, at[1:]) if abs(b - a) > HOUR / 2]


def set_clock(where, seconds):
    with open(f"{where}/new", "w") as f:
        f.write(f"{seconds}\n")
    os.replace(f"{where}/new", f"{where}/off")


def forward(where):
    run, path = run_with_clock(where, unhurried(AX_WALLCLOCK=f"{where}/off"))
    assert run.do("prune", 1)[0] == 0
    set_clock(where, HOUR)
    run.until("started", 2)
    code, text = run.do("undo", 1)
    assert code == 0, text
    assert run.stop() == 0
    assert jumps(path) == [1]
    assert not [f for k, i, f in events(path) if k == "pruned" and f["phase"] == 2]


def back(where):
    run, path = run_with_clock(where, preloaded("wallclock", AX_WALLCLOCK=f"{where}/off"))
    assert run.do("prune", 1)[0] == 0
    set_clock(where, -HOUR)
    assert run.until("pruned", 1, phase=2)  # after ten seconds, not in an hour
    code, text = run.do("prune", 2)
    assert code == 0, text
    assert run.do("undo", 2)[0] == 0
    assert [f["until"] > 0 for k, i, f in events(path) if (k, i, f.get("phase")) == ("pruned", 2, 1)] == [True]
    assert run.stop() == 0
    assert jumps(path) == [-1]


main([forward, back])
