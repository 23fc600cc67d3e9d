"""A search on two emulated devices: a worker each, and one that dies takes only its candidate."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../helper"))
import emulated  # noqa: E402
from engine import ENDLESS, ENGINE, Run, Skip, events, main, make_run, serve  # noqa: E402
from interrupt import crash  # noqa: E402

SMALL = dict(cuda_tune=0, latency=0, train_samples=4, batch=2, val_samples=1, crop=32, val_crop=32, epochs=1, channels=8, stages=1, gate=0,
             aux_weight=0, threads=1, strategy="random")


def small_run(where, **settings):
    """With the encoder's outputs there already: the CPU makes them in no time."""
    settings = {**SMALL, **settings}
    path = make_run(f"{where}/run", **settings)
    options = [word for name in ("train_samples", "batch", "val_samples", "crop", "val_crop", "epochs", "channels", "stages")
               for word in ("--" + name.replace("_", "-"), str(settings[name]))]
    subprocess.run([ENGINE, "try", "[[9,[0,0,9,9],[0,0,9,9],[0,0,9,9]],[[0,0],[0,0],[0,0]]]", "--device", "cpu", "--cache",
                    f"{path}/cache", *options], check=True, stdout=subprocess.DEVNULL, timeout=300)
    return path


def two_devices_train_at_once_and_one_worker_dies(where):
    run = Run(small_run(where, device="cuda:all", candidates=ENDLESS), env=emulated.environment(DEVICES=2))
    assert run.until("hello")["workers"] == 2
    names = emulated.devices(run, 2)
    assert names == ["cuda:0", "cuda:1"], names
    ident, failed = crash(run)  # while both are in a training
    assert failed["cause"] == "crashed" and failed["retried"] == 1, failed
    assert run.until("scored", ident)
    assert run.stop() == 0
    kinds = [(kind, i) for kind, i, _ in events(run.path)]
    assert sum(kind == "failed" for kind, _ in kinds) == 1
    scored = [i for kind, i in kinds if kind == "scored"]
    assert len(set(scored)) == len(scored), scored
    at_once = most = 0
    for kind, _ in kinds:
        at_once += (kind == "started") - (kind in ("scored", "failed"))
        most = max(most, at_once)
    assert most == 2, kinds


def several_workers_share_a_device(where):
    run = Run(small_run(where, device="cuda:0*2", candidates=ENDLESS), env=emulated.environment(DEVICES=1))
    assert run.until("hello")["workers"] == 2
    assert emulated.devices(run, 2) == ["cuda:0", "cuda:0"]
    scored_by = set()
    while scored_by != {1, 2}:
        run.until("scored")
        ident = run.seen[-1][1]
        scored_by |= {f["worker"] for kind, i, f in run.seen if kind == "started" and i == ident}
    assert run.stop() == 0
    assert not [1 for kind, _, _ in events(run.path) if kind == "failed"]


def memory_that_workers_share_is_enough_for_all(where):
    """What three take for themselves and for a training, 1.5 MB each, fits; with the crops of one, 1.6 MB, it wouldn't."""
    run = Run(small_run(where, device="cuda:0*3", candidates=4, train_samples=128, max_failures=0),
              env=emulated.environment(DEVICES=1, MEMORY=5000000, SHARED=f"{where}/devices"))
    run.finished()
    log = events(run.path)
    assert not [fields for kind, _, fields in log if kind == "failed"], log
    scored = {i: fields["batch"] for kind, i, fields in log if kind == "scored"}
    assert scored == dict.fromkeys(range(1, 5), SMALL["batch"]), scored


def what_cannot_be_used_is_named_at_once(where):
    path = make_run(f"{where}/a", device="cuda:0,2", **SMALL)
    for switches, expected in (dict(DEVICES=2), "there is no cuda:2"), (dict(DEVICES=3, CC=70), "cuda:0: compute capability 7.0"), \
                              (dict(DRIVER=0), "'cuda:0,2': no NVIDIA driver"):
        code, text = serve(path, env=emulated.environment(**switches))
        assert code == 3 and text.startswith("auxcell: ") and text.count("\n") == 1 and expected in text, (code, text)


def auto_is_the_cpu_until_told_otherwise(where):
    small = ["--train-samples", "2", "--batch", "2", "--val-samples", "1", "--crop", "32", "--val-crop", "32", "--epochs",
             "1", "--channels", "8", "--stages", "1", "--aux-weight", "0", "--threads", "1"]
    light = "[[9,[0,0,9,9],[0,0,9,9],[0,0,9,9]],[[0,0],[0,0],[0,0]]]"
    done = emulated.engine("try", light, *small)
    assert done.code == 0 and not done.calls, (done.code, done.err, done.calls)
    done = emulated.engine("try", light, *small, "--cache", where, AUXCELL_CUDA_AUTO=1)
    assert done.code == 0 and done.calls["cudaLaunchKernel"] and not done.leaks, (done.code, done.err)
    done = emulated.engine("try", light, *small, "--cache", where, AUXCELL_CUDA_AUTO=1, DEVICES=0)
    assert done.code == 0 and "cudaLaunchKernel" not in done.calls, (done.code, done.err)


def skipped(where):
    raise Skip(emulated.WHY_NOT)


main([two_devices_train_at_once_and_one_worker_dies, several_workers_share_a_device,
      memory_that_workers_share_is_enough_for_all, what_cannot_be_used_is_named_at_once,
      auto_is_the_cpu_until_told_otherwise] if emulated.HERE else [skipped])
