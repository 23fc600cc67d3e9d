"""A short sample of `make torture`: kills, faults at system calls, power cuts."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import main  # noqa: E402
from syscalls import Fresh, hurt_at, strace_or_skip  # noqa: E402
from torture import descriptors, failed_sync, flips, killed_at_random, left_in_training, power_cut, removed  # noqa: E402


def killed_twenty_times(where):
    killed_at_random(where, random.Random(1), 20)


def paused_goes_on_where_it_was(where):
    left_in_training(where, "pause")


def pruned_and_taken_back_goes_on_where_it_was(where):
    left_in_training(where, "prune")


def killed_at_a_system_call(where):
    strace_or_skip()
    fresh = Fresh()
    for who, call, n in (("engine", "write", 4), ("engine", "renameat", 2), ("worker", "fsync", 3)):
        assert hurt_at(where, fresh, who, call, n, "signal=KILL"), (who, call, n)


def fails_at_a_system_call(where):
    strace_or_skip()
    fresh = Fresh()
    for who, call, n, error in (("engine", "pwrite64", 8, "ENOSPC"), ("worker", "fsync", 2, "EIO")):
        assert hurt_at(where, fresh, who, call, n, f"error={error}"), (who, call, n, error)


def syncs_that_fail(where):
    failed_sync(where, 3)


def a_worker_that_cant_be_started(where):
    strace_or_skip()
    fresh = Fresh()
    for call in ("clone", "socketpair"):
        assert hurt_at(where, fresh, "engine", call, 1, "error=EAGAIN"), call


def files_removed_under_the_engine(where):
    removed(where, random.Random(2), 1)


def damaged_logs(where):
    flips(where, random.Random(1), 8)


def few_descriptors(where):
    descriptors(where, (12, 32))


main([killed_twenty_times, paused_goes_on_where_it_was, pruned_and_taken_back_goes_on_where_it_was,
      killed_at_a_system_call, fails_at_a_system_call, power_cut, syncs_that_fail, a_worker_that_cant_be_started,
      files_removed_under_the_engine, damaged_logs, few_descriptors])
