"""Injects a fault at the n-th system call of a kind, in a run's engine or in its worker."""
import os
import shutil
import signal
import subprocess
import tempfile

from engine import ENDLESS, Run, Skip, change, events, preloaded
from interrupt import send
from torture import Reference, assert_same, finish, new

CALLS = ("write", "pwrite64", "fsync", "fdatasync", "renameat", "rename", "linkat", "openat", "unlinkat", "ftruncate")
WHO = ("engine", "worker")


def strace_or_skip():
    if not shutil.which("strace"):
        raise Skip("strace isn't installed")
    if subprocess.run(["strace", "-f", "-o", os.devnull, "true"], stderr=subprocess.DEVNULL).returncode:
        raise Skip("ptrace is not permitted here")


# ---- starting points ----
# After a failure a run stands still (max_failures): what kills a worker would kill the next one, too.

class Fresh:
    """A run of one candidate. Its worker fills the cache; the engine's sweeps take one that is filled."""
    settings = dict(candidates=1, max_failures=1)
    damaged = False

    def __init__(self):
        self.reference = Reference.of(**self.settings)

    def begin(self, where, who):
        return new(where, "hurt", cache=self.reference if who == "engine" else None, **self.settings)


class Promoted:
    """A run that was killed when its first candidate was promoted: full training in two stages and a model file, then
    another candidate in two stages."""
    settings = dict(max_failures=1, stages=2, gate=0, stage2_epochs=1, stage2_batch=2, stage2_samples=2, stage2_crop=32,
                    full_stage2_epochs=1)
    damaged = False

    def __init__(self):
        where = tempfile.mkdtemp()
        self.start = new(where, "start", candidates=ENDLESS, **self.settings)
        run = Run(self.start)
        run.until("scored", 1, provisional=0)
        assert run.do("promote", 1)[0] == 0
        run.kill()
        change(self.start, candidates=sum(k == "proposed" and f["origin"] != "promote" for k, _, f in events(self.start)))
        os.unlink(f"{self.start}/engine.sock")  # a socket can't be copied
        self.reference = os.path.join(where, "reference")
        shutil.copytree(self.start, self.reference)
        finish(self.reference)
        assert os.listdir(f"{self.reference}/models"), "no model was written"

    def begin(self, where, who):
        return shutil.copytree(self.start, os.path.join(where, "hurt"))


class Damaged:
    """A finished run with a changed bit in candidates.mpk: what its engine does is to rebuild it."""
    damaged = True

    def __init__(self):
        self.reference = Reference.of(candidates=3)

    def begin(self, where, who):
        path = shutil.copytree(self.reference, os.path.join(where, "hurt"))
        with open(f"{path}/candidates.mpk", "r+b") as f:
            f.seek(700)
            byte = f.read(1)[0]
            f.seek(700)
            f.write(bytes([byte ^ 1]))
        return path


# ---- one fault ----

def start(path, who, call, n, action, out):
    """The engine, started under strace; or with a worker that is. strace counts the calls of each process apart, so
    that only one of the two may be seen."""
    words = ["-f", "-q", "-o", out, "-e", f"trace={call}", "-e", f"inject={call}:{action}:when={n}"]
    if who == "engine":  # strace detaches from processes that call execve
        return Run(path, prefix=["strace", "-b", "execve", *words], env=dict(os.environ))
    return Run(path, env=preloaded("traceworker", AX_TRACE_WORKER="\n".join(["-A", *words])))


def end(run):
    """Ends the engine itself, so that the run is free; its tracer and its worker end with it."""
    if run.traced:
        send(run.workers(), signal.SIGKILL)
        run.end()
    else:
        run.kill()


def hurt(path, who, call, n, action):
    """Runs the engine until the n-th call was hurt and it noticed; False: there are fewer."""
    out = f"{path}.strace"
    run = start(path, who, call, n, action, out)
    noticed = False
    if run.answer == "ok\n":
        while not noticed and run.until(("failed", "paused", "log")):
            kind, _, fields = run.seen[-1]
            noticed = kind != "log" or (fields["level"] == "warning" and "made again" not in fields["text"])
    if noticed or (run.answer != "ok\n" and run.process.poll() is None):
        end(run)  # an engine that couldn't report that it is ready may be paused now
    elif run.process.poll() is None:
        run.end()
    text = ""
    if os.path.exists(out):
        with open(out) as f:
            text = f.read()
        os.unlink(out)
    was = noticed or "INJECTED" in text or "killed by SIGKILL" in text
    assert was or run.process.returncode == 0, f"it failed unhurt: {run.answer}"
    return was


def hurt_at(where, scene, who, call, n, action, again=None):
    """One run, hurt at one call (and once more while it recovers), then finished and compared. False: no such call."""
    path = scene.begin(where, who)
    try:
        if not hurt(path, who, call, n, action):
            assert_same(path, scene.reference)
            return False
        if again:
            hurt(path, who, call, again, action)
        finish(path, scene.damaged)
        assert_same(path, scene.reference)
        return True
    except AssertionError as e:
        raise AssertionError(f"{action} at {who}'s {call} number {n}{f', then {again}' if again else ''}: {e}") from e
    finally:
        shutil.rmtree(path)
