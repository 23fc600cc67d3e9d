"""Folders of a run that are removed, or that a copy of it left out, are made again."""
import os
import re
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import ENDLESS, LIMIT, Run, Skip, change, events, main, make_run, serve  # noqa: E402
from interrupt import held, in_training  # noqa: E402

FOLDERS = ("cache", "inflight", "models", "masks")


def take_away(folder, where):
    """Removes it at once: a worker may be writing into it."""
    gone = os.path.join(tempfile.mkdtemp(dir=where), "gone")
    os.rename(folder, gone)
    shutil.rmtree(gone, ignore_errors=True)


def of(path, kind):
    return [(i, f) for k, i, f in events(path) if k == kind]


def left_out_of_a_copy(where):
    first = make_run(f"{where}/first", candidates=1)
    assert serve(first)[0] == 0
    for folder in FOLDERS:
        path = f"{where}/{folder}"
        shutil.copytree(first, path)
        shutil.rmtree(f"{path}/{folder}")
        change(path, candidates=2)
        status, said = serve(path)
        assert status == 0, (folder, said)
        assert os.path.isdir(f"{path}/{folder}"), folder
        assert not of(path, "failed") and not of(path, "paused"), folder
        assert len(of(path, "scored")) == 2, folder
        lost = [f["text"] for _, f in of(path, "log") if f["level"] == "warning"]
        assert lost == (["masks/ was missing, so it was made again; the masks of 1 candidate are gone"]
                        if folder == "masks" else []), (folder, lost)


def a_file_in_its_place(where):
    path = make_run(f"{where}/a")
    os.rmdir(f"{path}/models")
    with open(f"{path}/models", "w"):
        pass
    status, said = serve(path)
    assert status == 1 and "models: is there, but not a directory" in said, said


def removed_under_the_engine(where):
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path)
    run.until("scored", 1)
    for folder in ("cache", "inflight", "models"):
        take_away(f"{path}/{folder}", where)
    for _ in range(2):  # the first may have been nearly done when the folders were removed
        run.until("scored")
    assert all(os.path.isdir(f"{path}/{folder}") for folder in FOLDERS)
    assert run.stop() == 0
    assert not of(path, "failed") and not of(path, "paused")


def results_removed_under_the_engine(where):
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path)
    run.until("scored", 1)
    take_away(f"{path}/masks", where)
    run.until("paused", 0, on=1, by="engine")
    text = run.until("log", level="warning")["text"]
    assert text.startswith("masks/ was missing, so it was made again; the masks of ") and "continue goes on" in text, text
    assert os.path.isdir(f"{path}/masks")
    assert run.do("continue")[0] == 0
    for _ in range(2):  # the first may have been written before the folder was removed
        scored = run.until("scored")
    assert os.path.exists(f"{path}/{scored['masks']}")
    assert run.stop() == 0
    assert not of(path, "failed")


def result_is_on_its_way(where):
    """A worker's files are removed before the engine has read what it says of them."""
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path)
    run.until("scored", 1)
    run.until("started", 2)
    worker, = run.workers()
    with held([run.process.pid]):
        wait_for_worker(worker)
        take_away(f"{path}/masks", where)
    run.until("paused", 0, on=1, by="engine")
    assert run.stop() == 0
    log = [(kind, ident, fields.get("text", "")) for kind, ident, fields in events(path)]
    loss, = [i for i, (_, _, text) in enumerate(log) if text.startswith("masks/ was missing")]
    counted = int(re.search(r"the masks of (\d+) ", log[loss][2])[1])
    before = [ident for kind, ident, _ in log[:loss] if kind == "scored"]
    later = [ident for kind, ident, _ in log[loss:] if kind == "scored"]
    named = [ident for kind, ident, text in log if text == "its files were removed before its result was recorded"]
    assert counted == len(before) and named == [i for i in later if not os.path.exists(f"{path}/masks/{i}.mpk")], log


def waits_for_the_engine(pid):
    """Whether a worker is in a call of recv that blocks."""
    try:
        with open(f"/proc/{pid}/syscall") as f:
            call = f.read().split()
    except PermissionError:
        raise Skip("/proc/PID/syscall may not be read")
    # a blocking recvfrom (without MSG_DONTWAIT) on x86-64 and aarch64
    return call[0] in ("45", "207") and call[4] == "0x0"


def wait_for_worker(pid):
    until = time.monotonic() + LIMIT
    while not waits_for_the_engine(pid):
        assert time.monotonic() < until
        time.sleep(0.02)


def remove_masks(run, names=None):
    """Removes mask files (None: all) while the engine stands still and its worker waits for it; the run pauses itself."""
    run.until("scored", 1)
    run.until("started", 2)
    worker, = run.workers()
    with held([run.process.pid]):
        wait_for_worker(worker)
        for name in names or os.listdir(f"{run.path}/masks"):
            os.remove(f"{run.path}/masks/{name}")
    run.until("paused", 0, on=1, by="engine")


def all_but_the_newest_removed(where):
    """As by rm -r that read the folder before the newest came."""
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path)
    remove_masks(run, ["1.mpk", "validation.mpk"])
    assert run.until("log", level="warning")["text"].startswith("files were removed from masks/, maybe those of ")
    assert run.do("continue")[0] == 0
    for _ in range(2):
        run.until("scored")
    assert os.path.exists(f"{path}/masks/validation.mpk")
    assert run.stop() == 0
    assert not of(path, "failed") and len([i for i, f in of(path, "paused") if f["on"]]) == 1


def a_run_that_is_being_removed(where):
    """Its folders aren't made again under the hands of whoever removes all of it."""
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path)
    run.until("scored", 1)
    with held([run.process.pid]):  # otherwise it might write run.ini again in between
        os.remove(f"{path}/run.ini")
        take_away(f"{path}/masks", where)
    run.until("paused", 0, on=1, by="engine")
    assert not os.path.exists(f"{path}/masks")
    assert run.stop() == 0


def results_removed_from_their_folder(where):
    """As by rm -r, when a worker writes into the folder meanwhile: it stays, and is empty."""
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path)
    remove_masks(run)
    text = run.until("log", level="warning")["text"]
    said = r"files were removed from masks/, maybe those of (all|the) [1-9]\d* candidates? that ha(ve|s) some there; the run is paused, "
    assert re.match(said, text), text
    assert run.do("continue")[0] == 0
    for _ in range(2):
        run.until("scored")
    assert run.stop() == 0
    assert not of(path, "failed") and len([i for i, f in of(path, "paused") if f["on"]]) == 1


def worker_is_faster_than_the_engine(where):
    """It can't write its masks before the engine has noticed that their folder is gone: its candidate is done again."""
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path)
    run.until("scored", 1)
    ident = 0
    while not ident:
        run.until("started")
        with in_training(run) as found:
            one, = found
            worker, = run.workers()
            if any(name.startswith(f"{one}.") for name in os.listdir(f"{path}/masks")):
                continue  # it has them there already
            with held([run.process.pid]):
                take_away(f"{path}/masks", where)
                os.kill(worker, signal.SIGCONT)
                wait_for_worker(worker)
            ident = one
    run.until("paused", 0, on=1, by="engine")  # results of others were there
    assert run.do("continue")[0] == 0
    assert run.until("scored", ident)
    assert run.stop() == 0
    assert len([i for i, _ in of(path, "started") if i == ident]) == 2
    assert len([i for i, _ in of(path, "scored") if i == ident]) == 1
    assert not of(path, "failed")


def what_interrupted_writes_left(where):
    """As of an engine that was killed before its first event, and of workers."""
    path = make_run(f"{where}/a", candidates=1)
    left = ["run.ini.tmp", "snapshot.mpk.tmp", "snapshot.prev.mpk.tmp", "inflight/7.mpk.tmp", "masks/7.mpk.tmp",
            "masks/validation.mpk.tmp", "models/7.safetensors.tmp", "inflight/7.mpk"]
    kept = ["notes.tmp", "masks/notes"]
    for name in left + kept:
        with open(f"{path}/{name}", "w") as f:
            f.write("half")
    assert serve(path)[0] == 0
    assert [name for name in left if os.path.exists(f"{path}/{name}")] == []
    assert [name for name in kept if os.path.exists(f"{path}/{name}")] == kept


main([what_interrupted_writes_left, left_out_of_a_copy, a_file_in_its_place, removed_under_the_engine,
      results_removed_under_the_engine, result_is_on_its_way, results_removed_from_their_folder, all_but_the_newest_removed,
      a_run_that_is_being_removed, worker_is_faster_than_the_engine])
