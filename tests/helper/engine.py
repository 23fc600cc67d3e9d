"""Runs of the real engine on tiny settings: start, listen, kill, compare."""
import contextlib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import msgpack

import janitor

BUILD = os.environ.get("AUXCELL_BUILD", "build/release")
ENGINE = os.path.join(BUILD, "auxcell-engine")
TINY = dict(candidates=5, train_samples=8, val_samples=4, crop=64, val_crop=64, epochs=1, channels=8, full_epochs=1,
            full_channels=16, full_repeats=1, threads=1, batch=4, stages=1, device="cpu")
ENDLESS = 100000  # candidates of a run that goes on until it is told to stop
LIMIT = 300  # seconds until a test counts as hanging; sanitizers and busy machines are much slower than usual

# Seconds by which a test is slower than its engine, wherever it acts on one: after the start, after an event that it
# waited for, before a command. On a busy machine it is by chance; AUXCELL_STALL=1 shows tests that can't bear it.
STALL = float(os.environ.get("AUXCELL_STALL", "0"))


def stall():
    if STALL:
        time.sleep(STALL)


def make_run(path, cache=None, **settings):
    os.mkdir(path, 0o700)
    for sub in ("cache", "inflight", "models", "masks"):
        os.mkdir(os.path.join(path, sub), 0o700)
    if cache:  # the encoder's outputs are the same in every run of a test
        shutil.rmtree(os.path.join(path, "cache"))
        shutil.copytree(os.path.join(cache, "cache"), os.path.join(path, "cache"))
    with open(os.path.join(path, "run.ini"), "w") as f:
        f.write("[run]\npreset = demo\n")
        for k, v in {**TINY, **settings}.items():
            f.write(f"{k} = {v}\n")
    return path


def settings(path):
    """What run.ini says."""
    with open(f"{path}/run.ini") as f:
        return dict(line.rstrip("\n").split(" = ", 1) for line in f if " = " in line)


def change(path, **new):
    """Other settings for a run. Its engine reads them when it starts again."""
    with open(f"{path}/run.ini") as f:
        lines = [line for line in f if line.split(" = ")[0] not in new]
    with open(f"{path}/run.ini", "w") as f:
        f.writelines([*lines, *(f"{k} = {v}\n" for k, v in new.items())])


def parse(data):
    """Events of the bytes of events.mpk, as (kind, id, fields)."""
    u = msgpack.Unpacker()
    u.feed(data)
    out = []
    for seq, _, payload in u:
        kind, _, ident, fields = msgpack.unpackb(payload)
        assert seq == len(out) + 1
        fields.pop("clock", None)  # differs from run to run
        out.append((kind, ident, fields))
    return out


def events(path):
    with open(os.path.join(path, "events.mpk"), "rb") as f:
        return parse(f.read())


def history(path):
    """What was found, times left out: equal for runs that are equal."""
    out = []
    for kind, ident, fields in events(path):
        if kind in ("proposed", "scored", "gated", "learned", "final"):
            out.append((kind, ident, {k: v for k, v in fields.items() if k not in ("clock", "seconds", "latency_ms")}))
    return out


def held(pid):
    """What the descriptors of a process are; one may be closed while they are read."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for fd in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(FileNotFoundError):
                found.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
    return found


def is_engine(pid):
    """A tracer has other children for a while, by which it finds out what the kernel can do."""
    try:
        return os.path.samefile(f"/proc/{pid}/exe", ENGINE)
    except FileNotFoundError:
        return False


class Run:
    """A started engine, and a viewer connected to it."""

    def __init__(self, path, *args, view=True, seq=None, prefix=(), **popen):
        """prefix: a program that starts it, as strace; seq: the viewer wants events after it, else those of this engine."""
        self.path, self.traced = path, bool(prefix)
        ready, give = os.pipe()
        self.process = subprocess.Popen([*prefix, ENGINE, "serve", "--run", path, "--resume", "--ready-fd", str(give), *args],
                                        pass_fds=[give], stderr=subprocess.PIPE, **popen)
        os.close(give)
        with os.fdopen(ready) as f:
            self.answer = self._answer(f)
        if ready := re.fullmatch(r"ok (\d+)\n", self.answer):  # with the number of its first event
            self.answer = "ok\n"
            seq = int(ready[1]) - 1 if seq is None else seq
        self.request = int.from_bytes(os.urandom(6), "big")
        self.socket = None
        stall()
        if self.answer == "ok\n" and view:
            self.connect(seq)

    def _answer(self, f):
        """What the engine says once it is ready, "" when it couldn't. A tracer holds the other end as long as it lives,
        so that its closing is looked for in the engine itself."""
        pipe = f"pipe:[{os.fstat(f.fileno()).st_ino}]"
        while not select.select([f], [], [], 0.5)[0]:
            engine = list(filter(is_engine, self.workers())) if self.traced else [self.process.pid]
            if engine and not any(pipe in held(pid) for pid in engine):
                # it may have answered, and closed it, after the wait above
                return f.readline() if select.select([f], [], [], 0)[0] else ""
        return f.readline()

    def connect(self, seq=0):
        self.unpacker = msgpack.Unpacker()
        self.seen = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(LIMIT)
        here = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.socket.connect(f"/proc/self/fd/{here}/engine.sock")
            self.socket.sendall(msgpack.packb(["hello", seq]))
        except OSError:  # the engine has ended already, or does so with the connection still waiting
            self.socket.close()
            self.socket = None
        finally:
            os.close(here)

    def _message(self):
        while True:
            for m in self.unpacker:
                return m
            try:
                data = self.socket.recv(65536) if self.socket else b""
            except ConnectionResetError:  # it ended before it had read everything
                data = b""
            if not data:
                return None
            self.unpacker.feed(data)

    def until(self, kind, ident=None, **fields):
        """Waits for an event (kind may be a tuple of kinds); None when the engine ends first."""
        kind = kind if isinstance(kind, tuple) else (kind,)
        while True:
            m = self._message()
            if m is None:
                return None
            if isinstance(m[2], str):
                continue
            k, _, i, f = msgpack.unpackb(m[2])
            self.seen.append((k, i, f))
            if k in kind and ident in (None, i) and all(f.get(n) == v for n, v in fields.items()):
                stall()
                return f

    def do(self, verb, ident=0, text="", request=None):
        """Gives a command; returns (code, message)."""
        if request is None:
            self.request += 1
            request = self.request
        assert self.socket, "the engine has ended"
        stall()
        self.socket.sendall(msgpack.packb([request, verb, ident, text, "tester"]))
        while True:
            m = self._message()
            assert m is not None, "the engine ended without an answer"
            if isinstance(m[2], str):
                assert m[0] == request
                return m[1], m[2]
            k, _, i, f = msgpack.unpackb(m[2])
            self.seen.append((k, i, f))

    def drain(self, seconds):
        """Reads what comes within so many seconds; False when the engine has ended."""
        end = time.monotonic() + seconds
        while self.socket:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return True
            try:
                if not self.socket.recv(65536):
                    return False
            except ConnectionResetError:
                return False
        return False

    def workers(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as f:
            return [int(p) for p in f.read().split()]

    def kill(self):
        self.process.kill()
        return self.end()

    def end(self):
        try:
            self.process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        if self.socket:
            self.socket.close()
        return self.process.returncode

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.end()

    def finished(self):
        """Waits for a run that comes to its end by itself, be it before the viewer was there."""
        status = self.end()
        assert status == 0 or self.traced, status  # a sanitizer finds no leaks under a tracer, and fails for that
        kind, _, fields = events(self.path)[-1]
        assert kind == "bye" and fields["reason"] == "finished", (kind, fields)


def serve(path, *args, **popen):
    """Runs the engine in the foreground to its end: (status, stderr)."""
    r = subprocess.run([ENGINE, "serve", "--run", path, "--resume", *args], stderr=subprocess.PIPE, text=True,
                       timeout=LIMIT, **popen)
    return r.returncode, r.stderr


class Skip(Exception):
    pass


def preloaded(library, **more):
    """The environment of a program that loads one of the libraries of tests/shim first."""
    if "thread" in BUILD:
        raise Skip("a preloaded library and this sanitizer don't go together")
    # or the other sanitizer's library would have to come first
    asan = f"{os.environ.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0"
    return dict(os.environ, LD_PRELOAD=os.path.abspath(f"{BUILD}/{library}.so"), ASAN_OPTIONS=asan, **more)


def main(tests):
    """Each test gets an empty directory of its own; the closing lines are those of cmocka."""
    passed = failed = skipped = 0
    tempfile.tempdir = tempfile.mkdtemp(prefix="ax-test-")
    os.chmod(tempfile.tempdir, 0o755)
    janitor.watch(tempfile.tempdir)
    for test in tests:
        where = tempfile.mkdtemp(prefix="ax-test-")
        try:
            test(where)
            passed += 1
            print("ok  ", test.__name__, flush=True)
        except Skip as e:
            skipped += 1
            print("skip:", test.__name__, "-", e)
        except Exception as e:  # the other tests should run, too
            import traceback
            traceback.print_exc(file=sys.stdout)
            failed += 1
            print("FAIL", test.__name__, e, flush=True)
        finally:
            shutil.rmtree(where, ignore_errors=True)
    janitor.clean(tempfile.tempdir)
    if skipped:
        print(f"[  SKIPPED ] {skipped} test(s).")
    if failed:
        print(f"[  FAILED  ] {failed} test(s).")
    print(f"[  PASSED  ] {passed} test(s).")
    sys.exit(1 if failed else 0)
