"""A run that is killed at any moment and resumed is the run that was never killed."""
import os
import select
import signal
import sys
import tempfile

import msgpack

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../tools"))
from eventlog import crc32c  # noqa: E402
from engine import ENDLESS, LIMIT, Run, change, events, history, main, make_run, serve  # noqa: E402
from interrupt import conclude, crash, in_training, same  # noqa: E402


class Five:
    """A run of five candidates for all tests; others copy its cache."""
    path = None

    @classmethod
    def run(cls):
        if not cls.path:
            cls.path = make_run(os.path.join(tempfile.mkdtemp(), "five"))
            assert serve(cls.path) == (0, "")
        return cls.path

    @classmethod
    def history(cls):
        return history(cls.run())


def endless(where):
    return make_run(os.path.join(where, "endless"), cache=Five.run(), candidates=ENDLESS)


def whole_run(where):
    path = Five.run()
    kinds = [(k, i) for k, i, _ in events(path)]
    for i in range(1, 6):
        for k in ("proposed", "queued", "started", "progress", "scored", "gated", "learned"):
            assert (k, i) in kinds, (k, i)
        assert os.path.exists(f"{path}/masks/{i}.mpk")
    assert kinds[0] == ("hello", 0) and kinds[-1] == ("bye", 0)
    rewards = [f["reward"] for k, _, f in Five.history() if k == "scored"]
    assert all(0 < r < 1 for r in rewards) and len(set(rewards)) > 1
    assert not os.path.exists(f"{path}/engine.sock")
    shares = [f["overhead"] for k, _, f in events(path) if k == "saved"]
    assert all(0 <= s < 1 for s in shares) and shares[-1] > 0, shares
    same(path)  # a second run of the same seed is the same run


def gone(pid):
    """Waits until a process that isn't our child has ended."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], LIMIT)[0])
    finally:
        os.close(fd)


def engine_killed(where):
    path = endless(where)
    for moment in ("hello", "started", "scored", "learned", "saved", "progress", "proposed"):
        run = Run(path)
        assert run.answer == "ok\n", run.answer
        worker = run.workers()
        assert run.until(moment)
        assert run.kill() == -signal.SIGKILL
        for pid in worker:
            assert gone(pid), "the worker lives on"
    conclude(path)
    same(path)
    assert events(path)[0][2]["resumed"] == 0
    assert len([1 for k, _, f in events(path) if k == "hello" and f["resumed"] == 1]) >= 6


def engine_killed_in_a_training(where):
    path = endless(where)
    for _ in range(2):
        run = Run(path)
        with in_training(run) as found:
            run.kill()
        assert not [1 for k, i, _ in events(path) if k == "scored" and i in found]
    conclude(path)
    same(path)


def worker_killed(where):
    path = endless(where)
    run = Run(path)
    for _ in range(2):
        ident, f = crash(run)
        assert f["cause"] == "crashed" and f["retried"] == 1 and "signal 9" in f["message"], f
        assert run.until("scored", ident), "it isn't trained again"
    assert run.stop() == 0
    conclude(path)
    same(path)


def worker_that_always_dies(where):
    # no training ends before its worker is killed: a result in between would begin a new row of failures
    path = make_run(f"{where}/a", cache=Five.run(), candidates=ENDLESS, epochs=100000)
    run = Run(path)
    said = [crash(run, how) for how in (signal.SIGKILL, signal.SIGABRT)]  # the sanitizer would catch SIGSEGV
    assert "signal 6" in said[1][1]["message"], said
    said += [crash(run) for _ in range(3)]
    assert [(i, f["cause"], f["retried"]) for i, f in said] == [(1, "crashed", 1), (1, "crashed", 0), (2, "crashed", 1),
                                                                (2, "crashed", 0), (3, "crashed", 1)], said
    assert run.until("paused", 0)["on"] == 1
    assert "5 failures in a row" in run.until("log", level="error")["text"]
    assert run.do("continue")[0] == 0
    assert run.until("progress", 3, what="train")
    # the others are the same as without the crash
    proposed = [(i, f["genotype"]) for k, i, f in history(path) if k == "proposed"]
    assert proposed[0] == [(i, f["genotype"]) for k, i, f in Five.history() if k == "proposed"][0]
    assert run.stop() == 0
    assert not [1 for k, _, _ in events(path) if k in ("scored", "learned")]


def stopped_and_resumed(where):
    path = endless(where)
    run = Run(path)
    run.until("started")
    assert run.stop() == 0
    assert events(path)[-1][0:2] == ("bye", 0) and events(path)[-1][2]["reason"] == "stopped"
    run = Run(path)
    run.until("scored")
    run.process.send_signal(signal.SIGINT)
    assert run.end() == 0
    run = Run(path)
    code, message = run.do("stop")
    assert code == 0, message
    assert run.until("bye")["reason"] == "stopped"
    assert run.end() == 0
    conclude(path)
    same(path)
    assert serve(path) == (0, "")  # a finished run has nothing to do, and the engine says so
    same(path)


def finished_run_goes_on_with_more_candidates(where):
    path = make_run(os.path.join(where, "c"), cache=Five.run(), candidates=2)
    assert serve(path)[0] == 0
    change(path, candidates=5)
    assert serve(path)[0] == 0
    assert {i for k, i, _ in events(path) if k == "scored"} == {1, 2, 3, 4, 5}
    first = [h for h in history(path) if h[0] == "scored" and h[1] <= 2]
    assert first == [h for h in Five.history() if h[0] == "scored" and h[1] <= 2]


def acknowledged_is_on_disk(where):
    path = endless(where)
    run = Run(path)
    run.until("scored", 1)
    code, message = run.do("note", 1, "größer", request=501)
    assert (code, message) == (0, "noted at #1"), message
    assert run.do("pin", 1, request=502) == (0, "pinned #1")
    assert run.do("submit", 0, "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]", request=503)[0] == 0
    assert run.do("pause", 0, request=504)[0] == 0
    run.kill()
    log = events(path)
    assert [f["text"] for k, i, f in log if k == "noted" and i == 1 and f["pin"] == -1] == ["größer"]
    run = Run(path)
    assert run.do("pin", 1, request=502) == (0, "pinned #1")  # a repeated request doesn't unpin it
    assert len([1 for k, i, f in events(path) if k == "noted" and f["pin"] >= 0]) == 1
    # the same network twice, with the inputs of a block swapped; the run is paused, so neither has started
    for blocks in "[2,3],[3,1]", "[3,2],[1,3]":
        assert run.do("submit", 0, f"[[2,[1,0,3,6],[0,1,2,8],[2,0,6,1]],[{blocks},[4,4]]]")[0] == 0
    assert run.do("continue", 0)[0] == 0
    assert run.stop() == 0
    conclude(path)
    user = [i for k, i, f in events(path) if k == "proposed" and f["origin"] == "user"]
    assert len(user) == 3
    scored = {i: f for k, i, f in events(path) if k == "scored"}
    assert [scored[i]["reused"] for i in user] == [0, user[2], 0]  # the one submitted later was trained first
    assert scored[user[1]]["reward"] == scored[user[2]]["reward"]
    assert not [1 for k, i, _ in events(path) if k == "started" and i == user[1]]
    assert len([1 for k, i, f in events(path) if k == "noted" and i == 1 and f["pin"] == -1]) == 1


def snapshot_opens_everywhere(where):
    path = Five.run()
    with open(f"{path}/snapshot.mpk", "rb") as f:
        data = f.read()
    magic, version, body, crc = msgpack.unpackb(data)
    assert (magic, version) == ("auxcell-snapshot", 2)
    assert data[-5:] == b"\xce" + crc.to_bytes(4, "big")
    assert crc == crc32c(data[:-5])
    assert body["seq"] == len(events(path))
    assert body["settings"]["crop"] == "64" and body["strategy"] == "ppo"
    scored = {i: f["reward"] for k, i, f in Five.history() if k == "scored"}
    with open(f"{path}/candidates.mpk", "rb") as f:
        settled = f.read()
    assert body["settled"] == [len(settled), crc32c(settled)]
    unpacker = msgpack.Unpacker()
    unpacker.feed(settled)
    candidates = {c["id"]: c for c in [*unpacker, *body["candidates"]]}
    assert len(candidates) == body["count"]
    assert {i: c["reward"] for i, c in candidates.items()} == scored
    assert all(c["status"] == "D" for c in candidates.values())
    assert isinstance(msgpack.unpackb(body["state"]), dict)


main([whole_run, engine_killed, engine_killed_in_a_training, worker_killed, worker_that_always_dies,
      stopped_and_resumed, finished_run_goes_on_with_more_candidates, acknowledged_is_on_disk, snapshot_opens_everywhere])
