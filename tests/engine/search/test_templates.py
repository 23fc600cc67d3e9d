"""A run of the template space: killed and resumed it has the same history; what people submit is of its space; and one
network is trained once."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import ENDLESS, Run, events, main, make_run, serve  # noqa: E402
from interrupt import Whole, conclude, in_training, same  # noqa: E402

SPACE = dict(space="templates", stages=2, stage2_samples=6, stage2_crop=64, stage2_batch=3, full_stage2_epochs=1)
ARCH0 = ("[[[3,0,1],[4,1,1],[3,1,1]],[[0,1,0,0,1],[2,1,2,1,0],[3,1,1,1,0],[1,1,2,0,0],[3,0,2,0,0],[5,3,2,1,0],"
         "[0,5,0,1,0]]]")
# the same network with its templates in another order
SAME = ("[[[3,0,1],[3,1,1],[4,1,1]],[[0,1,0,0,1],[2,1,1,1,0],[3,1,2,1,0],[1,1,1,0,0],[3,0,1,0,0],[5,3,1,1,0],"
        "[0,5,0,1,0]]]")
CELLS = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"


def killed_and_resumed(where):
    path = make_run(f"{where}/a", candidates=6, **SPACE)
    assert serve(path) == (0, "")
    Whole.keep(path)
    proposed = [f for k, _, f in events(path) if k == "proposed"]
    assert len(proposed) == 6
    for f in proposed:
        assert f["genotype"].startswith("[[["), f
        assert len(f["logp_each"]) == 44 and f["logp_each"][43] == 0, f  # only one choice
        assert 55488 < f["params"] < 2000000, f  # the encoder is cut after its second tap
    other = make_run(f"{where}/b", cache=path, candidates=ENDLESS, **SPACE)
    run = Run(other)
    run.until("scored")
    run.kill()
    run = Run(other)
    with in_training(run, stage=2):
        run.kill()
    conclude(other, more=2)
    same(other)


def what_people_want(where):
    path = make_run(f"{where}/a", candidates=ENDLESS, dedupe=1, **SPACE)
    run = Run(path)
    run.until("started", 1)
    code, text = run.do("submit", 0, CELLS)
    assert code != 0 and "this run searches templates" in text, text
    code, text = run.do("submit", 0, ARCH0)
    assert code == 0, text
    mine = int(text.split()[0].lstrip("#"))
    scored = run.until("scored", mine, provisional=0)
    assert scored["reward"] > 0, scored
    code, text = run.do("submit", 0, SAME)
    assert code == 0 and f"is the network of #{mine}" in text, text
    again = int(text.split()[0].lstrip("#"))
    assert run.until("scored", again)["reused"] == mine
    code, text = run.do("fork", mine, "b8t=2 t2agg=sum")
    assert code == 0 and "b8t 0 -> 2" in text, text
    code, text = run.do("fork", mine, "b5s=1")
    assert code != 0 and "strides of block 3 are 0 to 0" in text, text
    code, text = run.do("promote", mine)
    assert code == 0, text
    full = int(text.split("as #")[1].split()[0])
    done = run.until("scored", full)
    assert done["stage"] == 3 and os.path.exists(os.path.join(path, done["model"])), done
    assert run.do("stop")[0] == 0
    assert run.end() == 0


def every_strategy(where):
    for strategy in ("reinforce", "evolution", "elite", "gp", "random"):
        path = make_run(f"{where}/{strategy}", candidates=4, strategy=strategy, space="templates", population=2,
                        tournament=1, random_first=2)
        assert serve(path) == (0, "")
        found = [f for k, _, f in events(path) if k == "scored"]
        assert len(found) == 4 and all(f["reward"] >= 0 for f in found), found


main([killed_and_resumed, what_people_want, every_strategy])
