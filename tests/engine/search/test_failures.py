"""A failure of a candidate is a result of that candidate, with a cause, and the search goes on."""
import os
import resource
import shutil
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import BUILD, ENDLESS, Run, Skip, events, main, make_run, preloaded  # noqa: E402
from interrupt import catch_up, conclude, crash, held, same  # noqa: E402
from syscalls import start, strace_or_skip  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def failures(path):
    return [(i, f) for k, i, f in events(path) if k == "failed"]


def learned(path):
    return {i for k, i, _ in events(path) if k == "learned"}


def promoted_fails_for_memory(path, says, **how):
    """Full training is too large; what is small enough isn't disturbed by it."""
    run = Run(path, **how)
    assert run.answer == "ok\n", run.answer
    run.until("scored", 1)
    code, text = run.do("promote", 1)
    assert code == 0, text
    full = int(text.split("#")[-1].split()[0].rstrip(".,;"))
    f = run.until("failed", full)
    assert f["cause"] == "memory" and f["retried"] == 0 and says in f["message"], f
    assert run.until("scored")
    assert run.stop() == 0
    assert [i for i, _ in failures(path)] == [full]
    scored = {i for k, i, _ in events(path) if k == "scored"}
    assert scored == {i for i in range(1, max(scored) + 1) if i != full}
    assert learned(path) in (scored, scored - {max(scored)})  # it was stopped before the last lesson
    assert any(k == "log" and i == full and "trying batches of half the size" in f["text"] for k, i, f in events(path))
    return full


def more_than_there_may_be(where):
    path = make_run(f"{where}/a", candidates=ENDLESS, memory="300MiB", full_channels=256, full_repeats=2, crop=128)
    full = promoted_fails_for_memory(path, "300 MiB may be used")
    # it never started
    assert not any(k == "progress" and i == full and f["what"] == "train" for k, i, f in events(path))


def allocation_fails(where):
    if "address" in BUILD or "thread" in BUILD:
        raise Skip("a sanitizer's shadow doesn't fit into a limited address space")
    path = make_run(f"{where}/a", candidates=ENDLESS, memory="1TiB", full_channels=512, full_repeats=2, crop=256)
    limit = 1 << 30
    promoted_fails_for_memory(path, "memory",
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))


def worker_of(run):
    workers = run.workers()
    assert len(workers) == 1, workers
    return workers[0]


def ended_by_a_signal(where):
    # the address sanitizer would catch the signal and end the worker with an exit status
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":handle_segv=0"
    # a training that doesn't end: otherwise the second might, before its worker is killed
    path = make_run(f"{where}/a", candidates=ENDLESS, epochs=100000)
    run = Run(path)
    for _ in range(2):
        _, f = crash(run, signal.SIGSEGV)
        assert f["cause"] == "crashed" and "signal 11" in f["message"], f
    assert run.until("progress", 2, what="train")
    assert run.stop() == 0
    assert [(i, f["retried"]) for i, f in failures(path)] == [(1, 1), (1, 0)]  # once more, then the failure is final
    assert not learned(path)


def a_worker_goes_before_the_engine(where):
    def score(pid):
        with open(f"/proc/{pid}/oom_score_adj") as f:
            return int(f.read())
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path)
    run.until("progress", 1, what="train")
    assert score(worker_of(run)) == max(500, score(run.process.pid))
    _, f = crash(run)  # as the kernel does
    assert "the kernel does that when memory runs out" in f["message"], f
    assert run.stop() == 0


def hung(where):
    """Found out by the engine's clock, which is set: how long it takes depends on how long the worker was silent before."""
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path, env=preloaded("wallclock", AX_ALLCLOCKS=f"{where}/ahead"))
    run.until("progress", 1, what="train")
    stopped = worker_of(run)
    with held([stopped]):
        for _ in range(2):  # between two trainings it is given the next one all the same
            catch_up(run)
        with open(f"{where}/later", "w") as f:
            f.write("1000000\n")
        os.rename(f"{where}/later", f"{where}/ahead")
        catch_up(run)  # a command, so that the engine looks at its clock
        f = run.until("failed")
    ident = run.seen[-1][1]
    assert f["cause"] == "hang" and f["retried"] == 1 and "no sign of life" in f["message"], f
    assert not os.path.exists(f"/proc/{stopped}")
    assert run.until("scored", ident)
    assert run.stop() == 0
    conclude(path)
    same(path)


def a_slow_disk_is_no_hanging_worker(where):
    """The engine waits for its disk longer than a worker may be silent, and hasn't read what the worker has said."""
    strace_or_skip()
    path = make_run(f"{where}/a", candidates=2, hang_seconds=5)
    run = start(path, "engine", "fdatasync", 3, "delay_enter=8000000", f"{where}/strace")
    run.finished()
    assert not failures(path), failures(path)


def data_vanished(where):
    data = f"{where}/camvid"
    shutil.copytree(os.path.join(HERE, "../../data/camvid-tiny"), data)
    path = make_run(f"{where}/a", candidates=ENDLESS, data=f"camvid:{data}", stages=2, stage2_samples=4, stage2_batch=2,
                    stage2_crop=64, gate=0, image_cache=0)
    run = Run(path)
    run.until("started", stage=2)  # stage 1 has its cache: only stage 2 reads the pictures again
    os.rename(f"{data}/train", f"{data}/gone")
    f = run.until("failed")
    ident = run.seen[-1][1]
    assert f["cause"] == "data" and f["retried"] == 1 and "train/" in f["message"], f
    run.until("paused", 0, on=1)
    assert "all others would fail as well" in run.until("log", level="error")["text"]
    os.rename(f"{data}/gone", f"{data}/train")
    assert run.do("continue")[0] == 0
    assert run.until("scored", ident, provisional=0)
    assert run.stop() == 0
    assert len(failures(path)) == 1
    conclude(path, more=1)
    assert learned(path) == {i for k, i, _ in events(path) if k == "proposed"}


main([more_than_there_may_be, allocation_fails, ended_by_a_signal, a_worker_goes_before_the_engine, hung, a_slow_disk_is_no_hanging_worker,
      data_vanished])
