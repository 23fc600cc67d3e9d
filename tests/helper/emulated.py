"""Runs the real programs with the CUDA plugin on emulated devices (tests/cuda/emu)."""
import os
import subprocess
import tempfile

BUILD = os.environ.get("AUXCELL_BUILD", os.path.join(os.path.dirname(__file__), "../../build/release"))
ENGINE = os.path.join(BUILD, "auxcell-engine")
HERE = os.path.exists(os.path.join(BUILD, "cuda/emu/libcudart.so.13")) and os.path.exists(
    os.path.join(BUILD, "auxcell-cuda.so"))
WHY_NOT = "no nvcc with cuDNN here, so there is neither the plugin nor an emulated device"


def environment(nccl=os.path.join(BUILD, "cuda/nccl"), **switches):
    """That of a process that shall meet emulated devices; nccl: the folder of libnccl.so.2; switches: AUXCELL_EMU_<name>,
    or whole names."""
    env = dict(os.environ, LD_LIBRARY_PATH=os.path.join(BUILD, "cuda/emu") + ":" + nccl)
    for name, value in switches.items():
        env[name if name.startswith("AUXCELL_") else "AUXCELL_EMU_" + name] = str(value)
    return env


class Done:
    """What a program said, and what the emulation counted: calls by name, and what was left behind."""

    def __init__(self, done, report):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        lines = [line.split(" ", 2) for line in report.splitlines()]
        self.calls = {line[2]: int(line[1]) for line in lines if line[0] == "call"}
        # bytes copied "to" and "from" devices
        self.bytes = {line[2]: int(line[1]) for line in lines if line[0] == "bytes"}
        # number of times each piece of work ran, also in graphs
        self.ran = {line[2]: int(line[1]) for line in lines if line[0] == "ran"}
        # threads of the largest launch, by kernel
        self.threads = {line[2]: int(line[1]) for line in lines if line[0] == "threads"}
        self.waits = sum(int(line[1]) for line in lines if line[0] == "waits")  # waits of the host for unfinished work
        self.leaks = [" ".join(line[1:]) for line in lines if line[0] == "leak"]


def engine(*args, timeout=300, **switches):
    with tempfile.NamedTemporaryFile(mode="r") as report:
        done = subprocess.run([ENGINE, *args], env=environment(REPORT=report.name, **switches), capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=timeout)
        return Done(done, report.read())


def devices(run, n):
    """The names of n workers' devices, once all of them are ready; one whose memory changes says its name again."""
    seen = {}
    while len(seen) < n:
        seen.update((fields["worker"], fields["name"]) for kind, _, fields in run.seen if kind == "device")
        if len(seen) < n:
            run.until("device")
    return [seen[worker] for worker in sorted(seen)]
