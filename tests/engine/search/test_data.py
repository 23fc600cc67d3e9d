"""A data set that changes: results of the old data aren't used again, and the run says so."""
import json
import os
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import BUILD, ENDLESS, Run, change, events, main, make_run, serve  # noqa: E402

TINY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data/camvid-tiny")
AUXCELL = os.path.join(BUILD, "auxcell")
GENOTYPE = "[[1,[0,1,8,9],[1,0,0,2],[3,1,5,7]],[[0,1],[2,3],[4,5]]]"
SMALL = ("--preset cpu --epochs 1 --train-samples 2 --val-samples 2 --batch 2 --channels 8 --crop 64 --stages 1 "
         "--latency 0 --threads 1").split()


def data_set(path):
    shutil.copytree(TINY, path)  # keeps the times of modification
    return path


def swap(path, a, b):
    """Two labels take each other's place, with the time of the first: only the inodes tell."""
    for name in (a, b):
        os.rename(f"{path}/{name}", f"{path}/{name}.other")
    for name, other in ((a, b), (b, a)):
        os.rename(f"{path}/{other}.other", f"{path}/{name}")


def masks(path):
    with open(f"{path}/train.txt") as f:
        return [line.split()[1].removeprefix("/SegNet/CamVid/") for line in f]


def reward(where, *args):
    done = subprocess.run([AUXCELL, "try", GENOTYPE, "--data", "camvid:data", *SMALL, "--json", *args], cwd=where,
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["reward"]


def drawn(path):
    """Which file the validation images are drawn in."""
    try:
        st = os.stat(f"{path}/masks/validation.mpk")
        return st.st_ino, st.st_mtime_ns
    except FileNotFoundError:
        return 0


def warnings(path):
    return [f["text"] for k, _, f in events(path) if k == "log" and f["level"] == "warning"]


def changed(path):
    return [f["data_changed"] for k, _, f in events(path) if k == "hello"]


def a_cache_is_of_the_data_as_they_are(where):
    for name in ("one", "two"):
        os.mkdir(f"{where}/{name}")
        data_set(f"{where}/{name}/data")
    swap(f"{where}/two/data", *masks(f"{where}/two/data"))
    true = [reward(f"{where}/{name}") for name in ("one", "two")]
    assert true[0] != true[1], true
    os.mkdir(f"{where}/cache")
    cached = [reward(f"{where}/{name}", "--cache", f"{where}/cache") for name in ("one", "two")]
    assert cached == true, "another folder of the same relative name"
    files = sorted(os.listdir(f"{where}/cache"))
    assert reward(f"{where}/one", "--cache", f"{where}/cache") == true[0]
    assert sorted(os.listdir(f"{where}/cache")) == files, "the same data are made once"
    swap(f"{where}/one/data", *masks(f"{where}/one/data"))  # sizes and times of modification may be unchanged
    assert reward(f"{where}/one", "--cache", f"{where}/cache") == true[1], "data that changed in their place"


def a_resumed_run_says_so(where):
    data = data_set(f"{where}/data")
    path = make_run(f"{where}/run", candidates=1, data=f"camvid:{data}")
    more = 1
    for what, says in ((None, 0), ("moved", 0), ("touched", 1), (None, 1)):
        if what == "moved":
            data = data_set(f"{where}/elsewhere")
        elif what == "touched":
            os.utime(f"{data}/{masks(data)[0]}", (1, 1))
        change(path, candidates=more, data=f"camvid:{data}")
        before = drawn(path)
        status, said = serve(path)
        assert status == 0, said
        assert changed(path)[-1] == says, (what, changed(path))
        assert (drawn(path) == before) == (more > 1 and not says), "the pictures beside the masks are of the data"
        more += 1
    told = [text for text in warnings(path) if "the data have changed since the run began" in text]
    assert len(told) == 2 and "can't be compared" in told[0], told
    status = subprocess.run([AUXCELL, "status", f"{path}/"], capture_output=True, text=True, check=True).stdout
    assert "changed     the data" in status, status
    status = subprocess.run([AUXCELL, "status", f"{path}/", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(status.stdout)["data_changed"] is True


def a_worker_that_starts_again_sees_it(where):
    data = data_set(f"{where}/data")
    path = make_run(f"{where}/run", candidates=ENDLESS, data=f"camvid:{data}")
    run = Run(path)
    run.until("progress", 1, what="train")
    os.utime(f"{data}/{masks(data)[0]}", (1, 1))
    os.kill(run.workers()[0], signal.SIGKILL)
    while "the data have changed while the engine ran" not in run.until("log", level="warning")["text"]:
        pass
    assert run.stop() == 0
    assert changed(path) == [0]


def a_teacher_counts_as_data(where):
    data = data_set(f"{where}/data")
    model = f"{where}/teacher.safetensors"
    subprocess.run([AUXCELL, "try", GENOTYPE, "--data", f"camvid:{data}", *SMALL, "--model", model], check=True,
                   stdout=subprocess.DEVNULL)
    path = make_run(f"{where}/run", candidates=1, data=f"camvid:{data}", teacher=model)
    assert serve(path)[0] == 0
    os.utime(model, (1, 1))
    change(path, candidates=2)
    assert serve(path)[0] == 0
    assert changed(path) == [0, 1]


main([a_cache_is_of_the_data_as_they_are, a_resumed_run_says_so, a_worker_that_starts_again_sees_it,
      a_teacher_counts_as_data])
