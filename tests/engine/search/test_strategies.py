"""Strategies that learn: killed and resumed searches have the same history, and report what they expected."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import ENDLESS, Run, events, main, make_run, serve  # noqa: E402
from interrupt import Whole, conclude, same  # noqa: E402

SHORT = dict(candidates=14, random_first=4, elites=2, stages=1, epochs=1)


def killed_and_resumed(strategy):
    def check(where):
        path = make_run(f"{where}/a", strategy=strategy, **SHORT)
        assert serve(path) == (0, "")
        Whole.keep(path)
        proposed = [f for k, _, f in events(path) if k == "proposed"]
        assert len({f["genotype"] for f in proposed}) == SHORT["candidates"]
        made = [i for i, f in enumerate(proposed) if f["parent"]]
        assert min(made, default=14) >= 4 and (made or strategy == "gp"), made
        other = make_run(f"{where}/b", cache=path, strategy=strategy, **{**SHORT, "candidates": ENDLESS})
        for least in (3, 7):  # when it learns from random candidates, and from its own
            run = Run(other)
            while run.until("scored") and run.seen[-1][1] < least:
                pass
            run.kill()
        conclude(other)
        same(other)
        if strategy != "gp":
            assert all(f["expected"] is None for f in proposed)
            return
        for i, f in enumerate(proposed):
            assert (f["expected"] is not None) == (i >= 4), f
            assert i < 4 or f["expected_low"] <= f["expected"] <= f["expected_high"], f
        learned = [f for k, _, f in events(path) if k == "learned"]
        assert learned[0]["length"] is None and learned[-1]["length"] in (2, 4, 8, 16), learned
        assert learned[-1]["noise"] in (0.02, 0.1, 0.3, 0.6), learned
    check.__name__ = f"{strategy}_killed_and_resumed"
    return check


main([killed_and_resumed("elite"), killed_and_resumed("gp")])
