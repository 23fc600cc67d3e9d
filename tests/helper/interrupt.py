"""Interruptions of a run, at moments that are certain however slow the test is, and what the run must come to all the same.

A run whose end depends on how fast somebody acts on it can't be compared with anything. So an interrupted run is endless
until the test has done with it, and gets its end afterwards (conclude). What it has found is a function of its settings:
any moment of an interruption is right, and the run must be as long a one that nobody interrupted (same)."""
import contextlib
import os
import signal
import tempfile
import time

from engine import LIMIT, change, events, history, make_run, preloaded, serve, settings


# ---- a moment in a training ----

def stopped(pid):
    """Whether all threads of a process stand still, or it is no more."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except FileNotFoundError:
        return True
    try:
        for thread in threads:
            with open(f"/proc/{pid}/task/{thread}/stat") as f:
                if f.read().rpartition(")")[2].split()[0] not in "TZX":
                    return False
        return os.listdir(f"/proc/{pid}/task") == threads  # one that came meanwhile may not stand still yet
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return False


def send(pids, sign):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)


@contextlib.contextmanager
def held(pids):
    """Processes stand still meanwhile."""
    send(pids, signal.SIGSTOP)
    try:
        end = time.monotonic() + LIMIT
        while not all(map(stopped, pids)):
            assert time.monotonic() < end, "a process doesn't stop"
            time.sleep(0.001)
        yield
    finally:
        send(pids, signal.SIGCONT)


def catch_up(run):
    """Reads all events up to now. What a worker had sent before is among them."""
    text = f"until {len(run.seen)}"
    assert run.do("note", 0, text)[0] == 0
    run.until("noted", 0, text=text)


def trained(run):
    """Which candidates are in training, and in which stage, as far as events have been read."""
    found = {}
    for kind, ident, fields in run.seen:
        if kind == "started":
            found[ident] = fields["stage"]
        elif kind in ("failed", "queued", "paused", "pruned") or (kind == "scored" and not fields["provisional"]):
            found.pop(ident, None)
    return found


@contextlib.contextmanager
def in_training(run, stage=None):
    """Holds all workers, each in the middle of a training (of that stage) whose result is far: a dictionary of candidates
    and their stages."""
    while True:
        pids = run.workers()
        with held(pids):
            catch_up(run)
            found = trained(run)
            if pids and len(found) == len(pids) and stage in (None, *found.values()):
                yield found
                return
        assert run.until("started"), "the engine has ended"


def crash(run, how=signal.SIGKILL, stage=None):
    """Ends a worker by a signal in the middle of a training: (candidate, fields of FAILED)."""
    with in_training(run, stage) as found:
        os.kill(run.workers()[-1], how)
    fields = run.until("failed")
    ident = run.seen[-1][1]
    assert ident in found, (ident, found)
    return ident, fields


def unhurried(**more):
    """The environment of an engine for which ten seconds, as a prune can be undone, are a thousand of a slow test."""
    return preloaded("wallclock", AX_SLOWCLOCK=str(int(time.time())), **more)


# ---- what it comes to ----

def last_proposed(path):
    log = events(path) if os.path.exists(f"{path}/events.mpk") else []
    return max((i for k, i, _ in log if k == "proposed"), default=0)


def conclude(path, more=3):
    """Lets an endless run come to its end: a few candidates more than it has proposed."""
    change(path, candidates=last_proposed(path) + more)
    assert serve(path) == (0, "")


class Whole:
    """Uninterrupted runs, the longest one for each set of settings, kept for the whole test program."""
    made = {}

    @staticmethod
    def key(path):
        return tuple(sorted((k, v) for k, v in settings(path).items() if k not in ("preset", "candidates")))

    @classmethod
    def keep(cls, path):
        """To be compared with; it has come to its end, and stays there."""
        cls.made[cls.key(path)] = path

    @classmethod
    def of(cls, path):
        """One with the settings of this run, and with as many candidates or more."""
        key, n = cls.key(path), int(settings(path)["candidates"])
        if key not in cls.made or int(settings(cls.made[key])["candidates"]) < n:
            whole = make_run(os.path.join(tempfile.mkdtemp(), "whole"), cache=path, **{**dict(key), "candidates": n + n // 4})
            assert serve(whole) == (0, "")
            cls.keep(whole)
        return cls.made[key]


def found(path, n):
    """What the first n candidates came to. The last lesson is left out: it comes after the next proposal if there is one,
    and both draw from the same random numbers."""
    return [h for h in history(path) if h[1] <= n and h[:2] != ("learned", n)]


def same(path):
    """Asserts that a run has finished, and has found what it would have found without interruption."""
    log = events(path)
    assert log[-1][0] == "bye" and log[-1][2]["reason"] == "finished", log[-1]
    n = int(settings(path)["candidates"])
    mine, whole = found(path, n), found(Whole.of(path), n)
    assert max(i for _, i, _ in history(path)) == n
    for x, y in zip(whole, mine):
        assert x == y, f"{x} became {y}"
    assert len(mine) == len(whole)
