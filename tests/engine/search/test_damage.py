"""A damaged log: intact events are kept, losses are reported, and the run goes on."""
import json
import os
import random
import shutil
import subprocess
import sys

import msgpack

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import BUILD, ENDLESS, Run, change, events, history, main, make_run, serve  # noqa: E402

SMALL = dict(candidates=4, max_failures=0, train_samples=4, val_samples=2, crop=32, val_crop=32, batch=2)


class Finished:
    """A finished run for all tests, the bytes of its log, and where each record begins."""
    path = log = None
    start = []

    @classmethod
    def copy(cls, where, name="a", **new):
        if not cls.path:
            import atexit
            import tempfile
            cls.path = os.path.join(tempfile.mkdtemp(prefix="ax-test-"), "a")
            atexit.register(shutil.rmtree, os.path.dirname(cls.path), True)
            make_run(cls.path, **SMALL)
            assert serve(cls.path) == (0, "")
            with open(f"{cls.path}/events.mpk", "rb") as f:
                cls.log = f.read()
            u = msgpack.Unpacker()
            u.feed(cls.log)
            cls.start = [0]
            for _ in u:
                cls.start.append(u.tell())
        path = shutil.copytree(cls.path, os.path.join(where, name))
        change(path, **new)
        return path


def overwrite(path, at, data):
    with open(f"{path}/events.mpk", "r+b") as f:
        f.seek(at)
        f.write(data)


def log_of(path):
    with open(f"{path}/events.mpk", "rb") as f:
        return f.read()


def said(path):
    return [f["text"] for k, _, f in events(path) if k == "log" and f["level"] == "warning"]


def known(path):
    """What a report knows of the candidates, from the events alone."""
    out = {}
    for kind, i, f in events(path):
        if kind == "proposed":
            out.setdefault(i, {})["genotype"] = f["genotype"]
        elif kind == "scored":
            out.setdefault(i, {})["reward"] = f["reward"]
    return out


def a_flipped_bit_loses_nothing(where):
    """Anywhere in the log, also in its last record."""
    rng = random.Random(1)
    Finished.copy(where, "first")
    places = [rng.randrange(len(Finished.log)) for _ in range(6)] + [0, 12, len(Finished.log) - 1, Finished.start[-2] + 15]
    for n, at in enumerate(places):
        path = Finished.copy(where, f"a{n}")
        overwrite(path, at, bytes([Finished.log[at] ^ 1 << rng.randrange(8)]))
        assert serve(path) == (0, ""), at
        assert log_of(path).startswith(Finished.log), at
        assert said(path) == [f"events.mpk: damaged at byte {at}: 1 flipped bit, put right; nothing is missing"]
        shutil.rmtree(path)


def the_middle_is_lost_and_the_run_goes_on(where):
    path = Finished.copy(where, candidates=6)
    # three records are overwritten; the next one can't be verified, since the checksum before it is gone
    from_, to = Finished.start[9], Finished.start[13]
    overwrite(path, from_ + 3, b"\0" * (Finished.start[12] - from_ - 5))
    bad = log_of(path)
    assert serve(path) == (0, "")
    there = events(path)
    lost = [i for i, e in enumerate(there) if e[0] == "lost"]
    assert lost == [9, 10, 11, 12] and there[9][2]["events"] == 4, (lost, there[9])
    assert there[9][2]["bytes"] == to - from_ and there[9][2]["offset"] == from_
    before = events(Finished.path)
    assert there[:9] == before[:9] and there[13:len(before)] == before[13:]
    assert said(path) == [f"events.mpk: damaged at byte {from_}: 4 events (10 to 13) are missing, {to - from_} bytes can't "
                          "be read; they are kept in events.mpk.damaged-*"], said(path)
    with open(f"{path}/events.mpk.damaged-{from_}", "rb") as f:
        assert f.read() == bad[from_:to]
    assert not os.path.exists(f"{path}/events.mpk.tmp")
    # all candidates are known again, and the run goes on as it would have without damage
    other = Finished.copy(where, "b", candidates=6)
    assert serve(other) == (0, "")
    assert known(path) == known(other)
    future = [[h for h in history(p) if h[1] > 4] for p in (path, other)]
    for a, b in zip(*future):
        assert a == b, (a, b)
    assert len(future[0]) == len(future[1]) > 0


def refused_and_untouched(path, *words):
    before = {name: os.path.getsize(f"{path}/{name}") for name in os.listdir(path) if name.endswith(".mpk")}
    code, text = serve(path)
    assert code == 1 and "--repair goes on from snapshot.mpk" in text and all(w in text for w in words), text
    after = {name: os.path.getsize(f"{path}/{name}") for name in os.listdir(path) if name.endswith(".mpk")}
    assert before == after, (before, after)


def the_end_is_lost(where):
    path = Finished.copy(where, candidates=6)
    n, at = len(Finished.start) - 1, Finished.start[-6]
    overwrite(path, at + 2, b"\xff" * (len(Finished.log) - at - 2))
    refused_and_untouched(path, f"damaged at byte {at}: 5 events ({n - 4} to {n}) are missing")
    assert serve(path, "--previous")[0] in (0, 1)  # depends on what the previous snapshot knew
    path = Finished.copy(where, "b", candidates=6)
    with open(f"{path}/events.mpk", "r+b") as f:
        f.truncate(at)
    refused_and_untouched(path, f"damaged at byte {at}: 5 events ({n - 4} to {n}) are missing")
    assert serve(path, "--repair") == (0, "")
    assert [i for i, e in enumerate(events(path)) if e[0] == "lost"] == list(range(n - 5, n))
    other = Finished.copy(where, "c", candidates=6)
    assert serve(other) == (0, "")
    assert known(path) == known(other)


def the_whole_log_is_lost(where):
    path = Finished.copy(where, candidates=6)
    n = len(Finished.start) - 1
    os.unlink(f"{path}/events.mpk")
    refused_and_untouched(path, f"{n} events (1 to {n}) are missing")
    assert not os.path.exists(f"{path}/events.mpk")
    Run(path, "--repair").finished()
    other = Finished.copy(where, "b", candidates=6)
    assert serve(other) == (0, "")
    assert known(path) == known(other)
    assert serve(path) == (0, "")


def report(path):
    """What 'auxcell status' says of the candidates, without what only the events know: times and notes."""
    r = subprocess.run([f"{BUILD}/auxcell", "status", path, "--json"], stdout=subprocess.PIPE, check=True)
    status = json.loads(r.stdout)
    no = ("proposed", "started", "finished", "note", "entropy", "gate", "epoch", "step", "loss", "attempt", "failure",
          "epochs", "steps", "stage")
    return status["state"], [{k: v for k, v in c.items() if not k.startswith(no)} for c in status["candidates"]]


def what_a_person_did_is_told_again(where):
    run = Run(make_run(f"{where}/a", **{**SMALL, "candidates": ENDLESS, "epochs": 20}))
    run.until("scored", 4)
    assert run.do("pause")[0] == 0
    for verb, ident in (("prune", 1), ("pin", 2), ("promote", 3), ("prune", 4), ("undo", 4)):
        assert run.do(verb, ident)[0] == 0, (verb, ident)
    for k in range(3):
        code, text = run.do("submit", 0, f"[[{k},[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]")
        assert code == 0, text
    last = int(text.split()[0].strip("#:"))
    assert run.do("pause", last)[0] == 0
    assert run.do("prune", last - 1)[0] == 0
    assert run.stop() == 0
    before = report(run.path)
    assert {c["status"] for c in before[1]} >= set("X*QDP"), before
    os.unlink(f"{run.path}/events.mpk")
    run = Run(run.path, "--repair")
    assert run.answer.startswith("ok"), run.answer
    assert run.stop() == 0
    after = report(run.path)
    for a, b in zip(before[1], after[1]):
        assert a == b, (a, b)
    assert before == after


def what_no_snapshot_knows_is_done_again(where):
    """Damage behind the snapshot is of no matter, but its bytes are kept."""
    path = Finished.copy(where, candidates=6)
    with open(f"{path}/events.mpk", "ab") as f:
        f.write(Finished.log[:300] + b"\x93half")
    assert serve(path) == (0, "")
    assert said(path) == ["events.mpk: its torn end, 305 bytes, was cut off and kept aside"], said(path)
    assert not any(k == "lost" for k, _, _ in events(path))


def candidates_and_log_are_damaged(where):
    """Then something is lost that the search needs."""
    path = Finished.copy(where)
    overwrite(path, Finished.start[5] + 2, b"\0" * 40)
    with open(f"{path}/candidates.mpk", "r+b") as f:
        f.seek(300)
        f.write(b"\0" * 8)
    for option in (), ("--repair",):
        code, text = serve(path, *option)
        assert code == 1 and "candidates.mpk: damaged" in text and "events are missing" in text, text


def an_engine_serves_what_lies_behind(where):
    """Somebody damages the log under it: screens get all that follows."""
    run = Run(make_run(f"{where}/a", **{**SMALL, "candidates": ENDLESS}))
    run.until("scored", 3)
    overwrite(run.path, 900, b"\xff" * 700)
    for seq in (0, 2, len(Finished.start)):
        late = Run.__new__(Run)
        late.path, late.request = run.path, seq
        late.connect(seq=seq)
        late.socket.sendall(msgpack.packb([seq + 1, "note", 0, f"seen from {seq}", "tester"]))
        assert late.until("noted", 0, text=f"seen from {seq}")
        if not seq:
            assert ("hello", 0) == late.seen[0][:2] and len(late.seen) > 20, late.seen
        late.socket.close()
    assert run.stop() == 0


main([a_flipped_bit_loses_nothing, the_middle_is_lost_and_the_run_goes_on, the_end_is_lost, the_whole_log_is_lost,
      what_a_person_did_is_told_again,
      what_no_snapshot_knows_is_done_again, candidates_and_log_are_damaged,
      an_engine_serves_what_lies_behind])
