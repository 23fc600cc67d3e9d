"""Runs side by side, and workers of a run: each stays on its part of the cores, with all its threads."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import ENDLESS, Run, Skip, main, make_run, serve  # noqa: E402


def cores_of(pid):
    """The cores that each thread of a process may use."""
    out = []
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/status") as f:
                line = next(x for x in f if x.startswith("Cpus_allowed_list:"))
        except (FileNotFoundError, ProcessLookupError):  # the thread has ended, maybe between opening and reading
            continue
        cores = set()
        for part in line.split()[1].split(","):
            first, _, last = part.partition("-")
            cores |= set(range(int(first), int(last or first) + 1))
        out.append(frozenset(cores))
    return out


def runs_share_the_cores(where):
    allowed = os.sched_getaffinity(0)
    if len(allowed) < 2:
        raise Skip("one core can't be shared out")
    first = make_run(f"{where}/first", candidates=ENDLESS, share="1/2", threads=0)
    second = make_run(f"{where}/second", cache=first, candidates=ENDLESS, share="2/2", threads=0)
    runs = [Run(first), Run(second)]
    taken = []
    for run in runs:
        threads = run.until("device")["threads"]
        run.until("progress", 1)
        sets = set(cores_of(run.workers()[0]))
        assert len(sets) == 1, f"threads of one worker have different cores: {sets}"
        taken.append(sets.pop())
        assert 1 <= threads <= len(taken[-1]), (threads, taken)
        assert cores_of(run.process.pid)[0] == allowed, "the coordinator stays free"
    for run in runs:
        assert run.stop() == 0
    assert taken[0] & taken[1] == set() and taken[0] | taken[1] == allowed, taken


def workers_share_the_cores(where):
    allowed = os.sched_getaffinity(0)
    if len(allowed) < 2:
        raise Skip("one core can't be shared out")
    run = Run(make_run(f"{where}/two", candidates=ENDLESS, workers=2, threads=0))
    for worker in (1, 2):  # the second starts once the first has filled the cache; the first says meanwhile that it grows
        assert run.until("device", worker=worker)["threads"] <= (len(allowed) + 1) // 2
    workers = run.workers()
    assert len(workers) == 2
    run.until("scored", 1)
    taken = [set(cores_of(pid)) for pid in workers]
    assert run.stop() == 0
    assert all(len(sets) == 1 for sets in taken), f"threads of one worker have different cores: {taken}"
    first, second = (sets.pop() for sets in taken)
    assert first & second == set() and first | second == allowed, (first, second)


def wrong_parts_are_named(where):
    path = make_run(f"{where}/wrong", share="3/2")
    code, text = serve(path)
    assert code == 1 and "share = '3/2': not K/N" in text, text


main([runs_share_the_cores, workers_share_the_cores, wrong_parts_are_named])
