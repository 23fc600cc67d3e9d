"""Cleans up after a test that was killed: ends the engines whose runs are below a directory, and removes it."""
import contextlib
import fcntl
import os
import shutil
import signal
import struct


def engine_of(path):
    """Process id of the engine that holds engine.pid's lock; 0 = nobody."""
    try:
        with open(path, "rb+") as f:
            lock = fcntl.fcntl(f, 36, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))  # F_OFD_GETLK
            locked = struct.unpack("hhqqi4x", lock)[0] != fcntl.F_UNLCK
            return int(f.read() or 0) if locked else 0
    except (OSError, ValueError):
        return 0


def clean(where):
    for folder, _, files in os.walk(where):
        if "engine.pid" in files:
            pid = engine_of(os.path.join(folder, "engine.pid"))
            if pid > 1:
                with contextlib.suppress(ProcessLookupError):  # it has ended since
                    os.kill(pid, signal.SIGKILL)
    shutil.rmtree(where, ignore_errors=True)


def watch(where):
    """Forks a process that cleans `where` once this one has ended, however it ended."""
    read, write = os.pipe()
    if os.fork():
        os.close(read)
        return write  # stays open (and is not inherited by programs) until we end
    os.setsid()
    for fd in range(3, 1024):
        if fd != read:
            try:
                os.close(fd)
            except OSError:
                pass
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)  # readers of the test's output must not wait for this process
    os.read(read, 1)
    clean(where)
    os._exit(0)
