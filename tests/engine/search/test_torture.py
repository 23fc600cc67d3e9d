"""A short sample of `make torture`: kills, faults at system calls, power cuts."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import main  # noqa: E402
from torture import (Reference, failed_sync, hurt_at, killed_at_random, left_in_training, power_cut,  # noqa: E402
                     strace_or_skip)


def killed_twenty_times(where):
    killed_at_random(where, random.Random(1), 20)


def paused_goes_on_where_it_was(where):
    left_in_training(where, "pause")


def pruned_and_taken_back_goes_on_where_it_was(where):
    left_in_training(where, "prune")


def killed_at_a_system_call(where):
    strace_or_skip()
    reference = Reference.of(candidates=1)
    for call, n in (("write", 4), ("fsync", 3), ("renameat", 2)):
        assert hurt_at(where, reference, call, n, "signal=KILL"), (call, n)


def fails_at_a_system_call(where):
    strace_or_skip()
    reference = Reference.of(candidates=1)
    for call, n, error in (("write", 8, "ENOSPC"), ("fsync", 4, "EIO")):
        assert hurt_at(where, reference, call, n, f"error={error}"), (call, n, error)


def syncs_that_fail(where):
    failed_sync(where, 3)


main([killed_twenty_times, paused_goes_on_where_it_was, pruned_and_taken_back_goes_on_where_it_was,
      killed_at_a_system_call, fails_at_a_system_call, power_cut, syncs_that_fail])
