"""A run that is killed at any moment and resumed is the run that was never killed."""
import os
import select
import signal
import sys

import msgpack

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../tools"))
from eventlog import crc32c  # noqa: E402
from engine import Run, events, history, main, make_run, serve  # noqa: E402


class Reference:
    """One uninterrupted run for all tests."""
    path = None
    history = None


def reference(where):
    if not Reference.path:
        import atexit
        import shutil
        import tempfile
        Reference.path = os.path.join(tempfile.mkdtemp(prefix="ax-test-"), "a")
        atexit.register(shutil.rmtree, os.path.dirname(Reference.path), True)
        make_run(Reference.path)
        assert serve(Reference.path) == (0, "")
        Reference.history = history(Reference.path)
    return make_run(os.path.join(where, "b"), cache=Reference.path)


def same(path):
    assert events(path)[-1][0] == "bye" and events(path)[-1][2]["reason"] == "finished", events(path)[-1]
    a, b = Reference.history, history(path)
    for x, y in zip(a, b):
        assert x == y, (x, y)
    assert len(a) == len(b)


def whole_run(where):
    reference(where)
    kinds = [(k, i) for k, i, _ in events(Reference.path)]
    for i in range(1, 6):
        for k in ("proposed", "queued", "started", "progress", "scored", "gated", "learned"):
            assert (k, i) in kinds, (k, i)
        assert os.path.exists(f"{Reference.path}/masks/{i}.mpk")
    assert kinds[0] == ("hello", 0) and kinds[-1] == ("bye", 0)
    rewards = [f["reward"] for k, _, f in Reference.history if k == "scored"]
    assert all(0 < r < 1 for r in rewards) and len(set(rewards)) > 1
    assert not os.path.exists(f"{Reference.path}/engine.sock")
    shares = [f["overhead"] for k, _, f in events(Reference.path) if k == "saved"]
    assert all(0 <= s < 1 for s in shares) and shares[-1] > 0, shares
    # a second run of the same seed is the same run
    other = make_run(os.path.join(where, "c"), cache=Reference.path)
    assert serve(other)[0] == 0
    same(other)


def gone(pid):
    """Waits until a process that isn't our child has ended."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], 30)[0])
    finally:
        os.close(fd)


def engine_killed(where):
    path = reference(where)
    for moment in (("hello", 0), ("started", 1), ("scored", 1), ("learned", 2), ("saved", None), ("progress", 3),
                   ("proposed", 5)):
        run = Run(path)
        assert run.answer == "ok\n", run.answer
        worker = run.workers()
        run.until(*moment)
        assert run.kill() == -signal.SIGKILL
        for pid in worker:
            assert gone(pid), "the worker lives on"
    assert serve(path) == (0, "")
    same(path)
    assert events(path)[0][2]["resumed"] == 0
    assert any(k == "hello" and f["resumed"] == 1 for k, _, f in events(path))


def worker_killed(where):
    path = reference(where)
    run = Run(path)
    for moment in (1, 3):
        run.until("started", moment)
        os.kill(run.workers()[0], signal.SIGKILL)
        assert run.until(("failed", "scored"), moment)
        kind, _, f = run.seen[-1]
        if kind == "scored" and moment > 1:
            continue  # on a busy machine it may finish before its worker is killed
        assert kind == "failed" and f["cause"] == "crashed" and f["retried"] == 1 and "signal 9" in f["message"], f
    assert run.until("bye")["reason"] == "finished"
    assert run.end() == 0
    same(path)


def worker_that_always_dies(where):
    path = reference(where)
    run = Run(path)
    run.until("started", 1)
    os.kill(run.workers()[0], signal.SIGKILL)
    run.until("started", 1)
    os.kill(run.workers()[0], signal.SIGABRT)  # the sanitizer would catch SIGSEGV
    f = run.until("failed", 1, retried=0)
    assert f["cause"] == "crashed" and "signal 6" in f["message"], f
    for ident in (2, 2, 3):
        run.until("started", ident)
        os.kill(run.workers()[0], signal.SIGKILL)
    assert run.until("paused", 0)["on"] == 1
    assert "5 failures in a row" in run.until("log", level="error")["text"]
    assert run.do("continue")[0] == 0
    assert run.until("bye")["reason"] == "finished"
    assert run.end() == 0
    # the others are the same as without the crash
    mine = {i: f["genotype"] for k, i, f in history(path) if k == "proposed"}
    assert mine[1] == Reference.history[0][2]["genotype"]
    assert [i for k, i, _ in events(path) if k == "scored"] == [3, 4, 5]


def stopped_and_resumed(where):
    path = reference(where)
    run = Run(path)
    run.until("started", 2)
    assert run.stop() == 0
    assert events(path)[-1][0:2] == ("bye", 0) and events(path)[-1][2]["reason"] == "stopped"
    run = Run(path)
    run.until("scored", 2)
    run.process.send_signal(signal.SIGINT)
    assert run.end() == 0
    run = Run(path)
    code, message = run.do("stop")
    assert code == 0, message
    assert run.until("bye")["reason"] == "stopped"
    assert run.end() == 0
    assert serve(path) == (0, "")
    same(path)
    assert serve(path) == (0, "")  # a finished run has nothing to do, and the engine says so
    same(path)


def finished_run_goes_on_with_more_candidates(where):
    path = make_run(os.path.join(where, "c"), cache=reference(where), candidates=2)
    assert serve(path)[0] == 0
    with open(f"{path}/run.ini") as f:
        text = f.read()
    with open(f"{path}/run.ini", "w") as f:
        f.write(text.replace("candidates = 2", "candidates = 5"))
    assert serve(path)[0] == 0
    assert {i for k, i, _ in events(path) if k == "scored"} == {1, 2, 3, 4, 5}
    first = [h for h in history(path) if h[0] == "scored" and h[1] <= 2]
    assert first == [h for h in Reference.history if h[0] == "scored" and h[1] <= 2]


def acknowledged_is_on_disk(where):
    path = reference(where)
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
    assert run.until("bye")["reason"] == "finished"
    assert run.end() == 0
    user = [i for k, i, f in events(path) if k == "proposed" and f["origin"] == "user"]
    assert len(user) == 3
    scored = {i: f for k, i, f in events(path) if k == "scored"}
    assert [scored[i]["reused"] for i in user] == [0, user[2], 0]  # the one submitted later was trained first
    assert scored[user[1]]["reward"] == scored[user[2]]["reward"]
    assert not [1 for k, i, _ in events(path) if k == "started" and i == user[1]]
    assert len([1 for k, i, f in events(path) if k == "noted" and i == 1 and f["pin"] == -1]) == 1


def snapshot_opens_everywhere(where):
    reference(where)
    with open(f"{Reference.path}/snapshot.mpk", "rb") as f:
        data = f.read()
    magic, version, body, crc = msgpack.unpackb(data)
    assert (magic, version) == ("auxcell-snapshot", 2)
    assert data[-5:] == b"\xce" + crc.to_bytes(4, "big")
    assert crc == crc32c(data[:-5])
    assert body["seq"] == len(events(Reference.path))
    assert body["settings"]["crop"] == "64" and body["strategy"] == "ppo"
    scored = {i: f["reward"] for k, i, f in Reference.history if k == "scored"}
    with open(f"{Reference.path}/candidates.mpk", "rb") as f:
        settled = f.read()
    assert body["settled"] == [len(settled), crc32c(settled)]
    unpacker = msgpack.Unpacker()
    unpacker.feed(settled)
    candidates = {c["id"]: c for c in [*unpacker, *body["candidates"]]}
    assert len(candidates) == body["count"]
    assert {i: c["reward"] for i, c in candidates.items()} == scored
    assert all(c["status"] == "D" for c in candidates.values())
    assert isinstance(msgpack.unpackb(body["state"]), dict)


main([whole_run, engine_killed, worker_killed, worker_that_always_dies, stopped_and_resumed,
      finished_run_goes_on_with_more_candidates, acknowledged_is_on_disk, snapshot_opens_everywhere])
