"""The emulated CUDA libraries: right uses pass, and every mistake that they look for is found (tests/cuda/sample)."""
import os
import re
import signal
import subprocess
import sys
import tempfile

BUILD = os.environ["AUXCELL_BUILD"]
PROGRAM = os.path.join(BUILD, "cuda/misuse")
SAMPLE = os.path.join(BUILD, "cuda/sample")

# The message, or the signal, for each mistake. Those of the second table are found only by the checked build of the
# kernels (on hardware they might go unnoticed, too).
FOUND = {
    "host_reads_device": -signal.SIGSEGV,
    "early_read": r"y\[1\] == 1",
    "early_reuse": r"values\(d, 4\)\[1\] == 1",
    "other_stream_early": "was never written",
    "double_free": "cudaFree: .* not .* an allocation",
    "free_inside": "cudaFree: .* not .* an allocation",
    "free_host": "cudaFree: .* not .* an allocation",
    "copy_beyond": "reaches beyond its allocation",
    "copy_freed": "freed or never allocated",
    "copy_unwritten": "was never written",
    "copy_overlap": "overlap",
    "pinned_freed_early": "still used by work that nobody waited for",
    "stream_destroyed": "already released stream",
    "event_destroyed": "already released event",
    "kernel_far": "illegal access|load at .* freed or never allocated",
    "kernel_canary": "behind the end of the allocation|store at .* (reaches beyond|freed or never)",
    "kernel_pinned_pointer": "pinned host memory",
    "kernel_freed": "freed or never allocated",
    "kernel_uneven": "barrier divergence: .* has returned",
    "kernel_two_barriers": r"barrier divergence: .* waits at .*sample.cu:\d+",
    "kernel_undeclared": "its row says that it has none",
    "graph_freed": "freed or never allocated",
    "dnn_destroyed": "already released tensor descriptor",
    "dnn_foreign": "y at .* is not device memory",
    "dnn_short": "y at .* reaches beyond its allocation",
    "dnn_misaligned": "not aligned to 16 bytes",
    "dnn_unwritten": "was never written",
    "dnn_in_place": "overlaps another argument",
    "dnn_work_overlap": "overlaps another argument",
    "dnn_freed_early": "freed or never allocated",
    "blas_alignment": "aligned to 256 bytes",
    "blas_overlap": "overlaps another argument",
    "blas_bias_freed": "bias at .* freed or never allocated",
    "blas_destroyed": "already released matrix layout",
    "kernel_other_device": "point to memory of device 1, it runs on 0",
    "kernel_other_stream": "the stream at .* is of device 0, while 1 is current",
    "copy_other_device": "memory of device 1, the stream is of 0",
    "event_other_device": "the event at .* is of device 1, while 0 is current",
    "dnn_other_device": "the cuDNN handle at .* is of device 0, while 1 is current",
    "blas_other_device": "the cuBLASLt handle at .* is of device 0, while 1 is current",
    "nccl_sizes": "rank 0 sends 60, rank 1 receives 61",
    "nccl_unmatched": "rank 0 sends to 1, which doesn't receive",
    "nccl_no_group": "outside of a group the thread would wait for itself",
    "nccl_buffer": "is not memory of device 0",
    "nccl_stream": "the stream is of device 1, the communicator of 0",
    "nccl_destroyed": "already released NCCL communicator",
    "nccl_read_early": "was never written",
}
FOUND_CHECKED = {
    "kernel_host_pointer": "store of host memory",
    "kernel_unwritten": "load at .* was never written",
    "kernel_misaligned": "misaligned access",
    "kernel_race": r"kernel ax_k_race: race .*\(shared memory\)",
    "kernel_block_race": r"kernel ax_k_blockrace: race .*\(device memory\)",
    "kernel_uninitialised": "shared memory that nobody wrote",
    "kernel_beyond_shared": "index out of bounds",
    "kernel_overflow": "signed overflow",
}
passed = 0


def run(case=None, checked=0, **switches):
    folders = ":".join(os.path.join(BUILD, name) for name in ("cuda/emu", "cuda/nccl"))
    env = dict(os.environ, LD_LIBRARY_PATH=folders, AUXCELL_EMU_KERNELS=SAMPLE,
               AUXCELL_EMU_CHECK=str(checked), AUXCELL_EMU_DEVICES="2")
    # the program dies on purpose with work in its queue: leaks and faults are expected
    env["ASAN_OPTIONS"] = "detect_leaks=0:handle_segv=0:handle_abort=0"
    env.update({"AUXCELL_EMU_" + name: str(value) for name, value in switches.items()})
    return subprocess.run([PROGRAM] + ([case] if case else []), env=env, capture_output=True, text=True, timeout=300)


def report_of(case, **switches):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report")
        done = run(case, REPORT=path, **switches)
        with open(path) as file:
            return done, file.read()


def check(condition, message):
    if not condition:
        print("FAILED:", message)
        print("[  FAILED  ] 1 test(s).")
        sys.exit(1)


def ok(name):
    global passed
    passed += 1
    print("[       OK ]", name)


def right_uses(cases):
    for case in cases:
        for checked in 0, 1:
            for order in 0, 1:
                done, report = report_of(case, checked=checked, ORDER=order)
                check(done.returncode == 0 and done.stdout == "ok\n", f"{case}: {done.returncode} {done.stderr}")
                check("leak" not in report, f"{case}: {report}")
        ok(case)


def mistakes():
    for table, builds in (FOUND, (0, 1)), (FOUND_CHECKED, (1,)):
        for case, expected in table.items():
            for checked in builds:
                done = run(case, checked)
                if isinstance(expected, int):
                    check(done.returncode == expected, f"{case}: ended with {done.returncode}")
                    continue
                check(done.returncode in (1, -signal.SIGABRT), f"{case}: ended with {done.returncode}")
                check(re.search(expected, done.stderr), f"{case}: said {done.stderr!r}")
            ok(case)


def orders():
    """Without the checked build a race shows as a result that depends on the order of the threads."""
    value = [run("race_value", ORDER=order).stdout.split()[1] for order in (0, 1)]
    check(value[0] != value[1], f"the same in both orders: {value}")
    ok("orders")


def leaks():
    done, report = report_of("leak")
    check(done.returncode == 0, done.stderr)
    for line in ("leak 4 device memory", "leak 1 pinned memory", "leak 1 cuDNN handle", "leak 2 tensor descriptor",
                 "leak 1 filter descriptor", "leak 1 convolution descriptor", "leak 1 stream"):
        check(line in report.splitlines(), f"{line!r} is not in {report!r}")
    ok("leaks")


def faults():
    """Every call fails once; from then on too, for a device that is lost."""
    done, report = report_of("faults")
    calls = int(report.split()[1])
    check(done.stdout == "ok\n" and calls >= 8 and "leak" not in report, report)
    names = []
    for lost in "", ":lost":
        for n in range(1, calls + 1):
            done, report = report_of("faults", FAIL=f"{n}{lost}")
            failed = re.search("failed (.*)", report)
            check(done.returncode == 0 and failed and "failed " + failed[1] in done.stdout, f"call {n}: {done.stdout!r}")
            check("leak" not in report, f"call {n}, {failed[1]}: {report}")
            names.append(failed[1])
        check(run("faults", FAIL=f"{calls + 1}{lost}").stdout == "ok\n", "a call too many failed")
    check({"cudaMalloc", "cudnnCreate", "cublasLtCreate", "cudaFree"} <= set(names), names)
    ok("faults")


def devices():
    for switches, message in (({"DEVICES": 0}, "cudaMalloc"), ({"DRIVER": 0}, "cudaMalloc"), ({"MEMORY": 32}, "cudaMalloc"),
                              ({"FAIL_RUN": 1}, "cudaDeviceSynchronize")):
        done = run("faults", **switches)
        check(done.stdout.startswith("failed " + message + "\n"), f"{switches}: {done.stdout!r}")
    ok("devices")


def main():
    if not os.path.exists(PROGRAM):
        print("skip: no nvcc with cuDNN and cuBLASLt here, so the CUDA libraries are not emulated")
        print("[  SKIPPED ] 1 test(s).")
        return
    cases = run().stdout.split()
    known = set(FOUND) | set(FOUND_CHECKED) | {"faults", "leak", "race_value"}
    right = [case for case in cases if case.startswith("right_")]
    check(set(cases) == known | set(right) and len(right) > 5, f"cases without a test: {set(cases) ^ known ^ set(right)}")
    right_uses(right)
    mistakes()
    orders()
    leaks()
    faults()
    devices()
    print(f"[  PASSED  ] {passed} test(s).")


main()
