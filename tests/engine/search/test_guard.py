"""A run's directory is changed while its engine runs: nothing is acknowledged that a resume doesn't find."""
import os
import shutil
import sys

import msgpack

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import ENDLESS, Run, Skip, change, events, main, make_run, serve  # noqa: E402
from interrupt import held, last_proposed  # noqa: E402

LONG = dict(candidates=ENDLESS, max_failures=0, train_samples=4, val_samples=2, crop=32, val_crop=32, batch=2)


def started(where, name="a"):
    run = Run(make_run(f"{where}/{name}", **LONG))
    run.until("scored", 1)
    assert run.do("note", 0, "before")[0] == 0
    return run


def notes(path):
    return [f["text"] for k, _, f in events(path) if k == "noted"]


def goes_on(path, *said):
    """The run can be resumed, and what was acknowledged is there."""
    run = Run(path)
    assert run.answer == "ok\n", run.answer
    for text in said:
        assert notes(path).count(text) == 1, (text, notes(path))
    run.until("scored")
    assert run.stop() == 0


def refused(run, *words, log=None):
    """The next command isn't acknowledged; the engine says why in its answer and in its log, and ends."""
    try:
        run.socket.sendall(msgpack.packb([7, "note", 0, "after", "tester"]))
    except BrokenPipeError:  # the engine had noticed already
        pass
    while (m := run._message()) is not None and not isinstance(m[2], str):
        pass
    if m:
        assert m[0] == 7 and m[1] != 0 and all(word in m[2] for word in words), m
    assert run.end() == 1
    if log:
        with open(f"{log}/engine.log") as f:
            said = f.read()
        assert all(word in said for word in words), said


def lock_removed(where):
    run = started(where)
    os.unlink(f"{run.path}/engine.pid")
    code, text = serve(run.path)  # also before the engine has noticed
    assert code == 1 and "in use" in text, text
    assert run.do("note", 0, "after")[0] == 0
    with open(f"{run.path}/engine.pid") as f:
        assert f.read() == f"{run.process.pid}\n"
    code, text = serve(run.path)
    assert code == 1 and f"process id {run.process.pid}" in text, text
    assert any(k == "log" and f["text"].startswith("engine.pid was removed") for k, _, f in events(run.path))
    run.kill()
    goes_on(run.path, "before", "after")


def log_removed(where):
    run = started(where)
    os.unlink(f"{run.path}/events.mpk")
    refused(run, "events.mpk was removed", log=run.path)
    assert events(run.path)[-1][2]["reason"] == "failed"
    goes_on(run.path, "before")


def log_replaced(where):
    run = started(where)
    other = f"{where}/other"
    shutil.copy(f"{run.path}/events.mpk", other)
    os.rename(other, f"{run.path}/events.mpk")
    refused(run, "events.mpk was replaced", log=run.path)
    assert os.path.exists(f"{run.path}/events.mpk.replaced")
    goes_on(run.path, "before")


def lock_and_log_removed(where):
    run = started(where)
    os.unlink(f"{run.path}/engine.pid")
    os.unlink(f"{run.path}/events.mpk")
    refused(run, "events.mpk was removed", log=run.path)
    goes_on(run.path, "before")


def log_removed_at_the_end(where):
    """Nobody asks for anything: the run doesn't end as finished without its history."""
    path = make_run(f"{where}/a", **LONG)
    run = Run(path)
    run.until("queued", 2)
    assert run.do("pause")[0] == 0
    last = last_proposed(path)
    assert run.do("pause", last)[0] == 0
    assert run.stop() == 0
    change(path, candidates=last)
    run = Run(path)
    assert run.do("continue")[0] == 0
    run.until("device")
    while sum(k == "scored" for k, _, _ in events(path)) < last - 1:
        run.until("scored")
    with held(run.workers()):  # the last candidate mustn't finish before the log is removed
        assert run.do("continue", last)[0] == 0
        os.unlink(f"{path}/events.mpk")
    assert run.end() == 1
    assert [f["reason"] for k, _, f in events(path) if k == "bye"] == ["stopped", "failed"]
    assert serve(path) == (0, "")
    assert {i for k, i, _ in events(path) if k == "scored"} == set(range(1, last + 1))


def candidates_removed(where):
    run = started(where)
    os.unlink(f"{run.path}/candidates.mpk")
    assert run.do("note", 0, "after")[0] == 0
    run.kill()
    run = Run(run.path)
    run.until("scored")
    assert run.stop() == 0
    said = [f["text"] for k, _, f in events(run.path) if k == "log" and f["level"] == "warning"]
    assert len(said) == 1 and said[0].startswith("candidates.mpk was removed"), said
    goes_on(run.path, "before", "after")


def settings_removed(where):
    run = started(where)
    os.unlink(f"{run.path}/run.ini")
    assert run.do("note", 0, "after")[0] == 0
    run.kill()
    goes_on(run.path, "before", "after")


def directory_moved(where):
    run = started(where)
    os.rename(run.path, f"{where}/b")
    refused(run, f"{where}/b", log=f"{where}/b")
    goes_on(f"{where}/b", "before")


def directory_replaced(where):
    run = started(where)
    os.rename(run.path, f"{where}/b")
    # files that grow or get their final names during the copy would be inconsistent
    with held([run.process.pid]), held(run.workers()):
        shutil.copytree(f"{where}/b", run.path, ignore=lambda _, names: [n for n in names if n.endswith(".sock")])
    refused(run, f"{where}/b", log=f"{where}/b")
    goes_on(f"{where}/b", "before")
    goes_on(run.path, "before")


def directory_removed(where):
    run = started(where)
    while os.path.exists(run.path):  # engine and worker keep writing to it
        shutil.rmtree(run.path, ignore_errors=True)
    refused(run, "removed")
    assert not os.path.exists(run.path)


def owner_changed(where):
    if os.geteuid() != 0:
        raise Skip("needs a second user: run as root")
    run = started(where)
    os.chown(run.path, 65534, 65534)
    refused(run, "belongs to another user")
    os.chown(run.path, 0, 0)
    goes_on(run.path, "before")


main([lock_removed, log_removed, log_replaced, lock_and_log_removed, log_removed_at_the_end, candidates_removed,
      settings_removed, directory_moved, directory_replaced, directory_removed, owner_changed])
