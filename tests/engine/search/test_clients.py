"""Clients that flood the engine or say nothing, and system calls that fail: the run goes on."""
import contextlib
import os
import resource
import select
import socket
import subprocess
import sys
import threading

import msgpack

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from auxcell import AUXCELL  # noqa: E402
from engine import BUILD, ENDLESS, LIMIT, Run, events, history, main, make_run, serve  # noqa: E402
from interrupt import conclude, held, same  # noqa: E402
from syscalls import start, strace_or_skip  # noqa: E402


def connect(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(LIMIT)
    here = os.open(path, os.O_RDONLY)
    s.connect(f"/proc/self/fd/{here}/engine.sock")
    os.close(here)
    return s


def gone(s):
    """Whether the engine has hung up, without waiting."""
    return bool(select.select([s], [], [], 0)[0]) and s.recv(1) == b""


def floods_and_never_reads(where):
    run = Run(make_run(f"{where}/a", candidates=ENDLESS, epochs=200))
    run.until("started", 1)
    tiny = msgpack.packb([1, "pin", 9, "", ""])  # for a candidate that doesn't exist: little to do, much to answer
    for words in (b"", msgpack.packb(["hello", 0])):
        s = connect(run.path)
        s.setblocking(False)
        data, sent, silent = words + tiny * 1000, 0, 0
        while silent < 3:
            try:
                sent += s.send(data[sent % len(tiny):])
                silent = 0
            except BlockingIOError:
                silent += run.do("save") == (0, "saved")  # other clients are served meanwhile
        assert sent > 256 * len(tiny), sent
        assert run.do("note", 0, "still here")[0] == 0
        s.close()
        assert run.do("note", 0, "still here")[0] == 0
    assert run.stop() == 0


def twenty_clients_at_once(where):
    run = Run(make_run(f"{where}/a", candidates=ENDLESS, epochs=200))
    run.until("started", 1)
    said, wrong = [], []

    def work(k):
        try:
            s, u = connect(run.path), msgpack.Unpacker()
            if k % 2:
                s.sendall(msgpack.packb(["hello", 0]))
            mine = [[1000 * k + i, "note", i % 2, f"{k} {i}", "t"] for i in range(1, 151)]
            s.sendall(b"".join(map(msgpack.packb, mine[:100])))  # at once
            answers = []
            while len(answers) < len(mine):
                u.feed(s.recv(65536))
                for m in u:
                    if isinstance(m[2], str):
                        answers.append(m)
                        if len(answers) >= 100 and len(answers) < len(mine):
                            s.sendall(msgpack.packb(mine[len(answers)]))  # and one at a time
            assert [a[0] for a in answers] == [m[0] for m in mine] and not any(a[1] for a in answers)
            said.extend(m[3] for m in mine)
            s.close()
        except Exception as e:
            wrong.append(e)
    threads = [threading.Thread(target=work, args=(k,)) for k in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong, wrong
    assert run.stop() == 0
    assert sorted(f["text"] for k, _, f in events(run.path) if k == "noted") == sorted(said)


def a_crowd_waits_its_turn(where):
    run = Run(make_run(f"{where}/a", candidates=ENDLESS, epochs=200))
    run.until("started", 1)
    crowd = []
    for i in range(120):  # more clients than are served, fewer than may wait; silent ones are disconnected after a while
        crowd.append(connect(run.path))
        crowd[i].sendall(msgpack.packb([i + 1, "note", 0, f"socket {i}", "t"]))
    commands = [subprocess.Popen([AUXCELL, "note", run.path, f"process {i}"], stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True) for i in range(8)]
    for i, s in enumerate(crowd):
        assert msgpack.unpackb(s.recv(1000)) == [i + 1, 0, "noted"]
        s.close()
    for c in commands:
        assert c.communicate(timeout=LIMIT)[0] == "noted\n"
    assert run.stop() == 0
    assert sum(k == "noted" for k, _, _ in events(run.path)) == 128


def sent_so_far(viewer):
    """The kinds of the events that the engine has sent to a viewer, without waiting for more."""
    while select.select([viewer.socket], [], [], 0)[0]:
        viewer.unpacker.feed(viewer.socket.recv(65536))
    return [msgpack.unpackb(m[2])[0] for m in viewer.unpacker if not isinstance(m[2], str)]


def a_fast_worker_shuts_nobody_out(where):
    """Candidates that train faster than the strategy learns from them: there is always a message of the worker."""
    run = Run(make_run(f"{where}/a", candidates=ENDLESS, train_samples=4, val_samples=2, crop=32, val_crop=32, batch=2))

    def scored():
        return sum(k == "scored" for k, _, _ in events(run.path))

    each = 10 if "address" in BUILD else 50  # a sanitizer makes a training many times as long
    for ident in range(each, 5 * each, each):
        run.until("scored", ident)
        late = Run.__new__(Run)
        late.path, late.request = run.path, ident
        with held([run.process.pid]):  # what it does next it can't have done before the command came
            before = scored()
            late.connect((1 << 63) - 1)
            late.socket.sendall(msgpack.packb([ident, "note", 0, f"after {before}", "tester"]))
        told = False
        while not told:
            since = scored() - before
            told = "noted" in sent_so_far(late)
            assert told or since < 1000, since  # viewers get their events meanwhile
        late.socket.close()
    run.kill()
    done = 0
    for kind, _, fields in events(run.path):
        done += kind == "scored"
        assert kind != "noted" or done - int(fields["text"].split()[1]) < 200, (done, fields)


def mute_clients_take_no_places(where):
    run = Run(make_run(f"{where}/a", candidates=ENDLESS, epochs=200))
    run.until("started", 1)
    mute = [connect(run.path) for _ in range(40)]
    late = Run.__new__(Run)
    late.path, late.request = run.path, 5000
    late.connect()
    assert late.do("note", 0, "here I am")[0] == 0
    late.socket.close()
    assert sum(gone(s) for s in mute) >= 9
    r = subprocess.run([AUXCELL, "stop", run.path], capture_output=True, text=True, timeout=LIMIT)
    assert (r.returncode, r.stderr) == (0, ""), r
    assert run.end() == 0
    for s in mute:
        s.close()


def one_screen_too_many_is_told_why(where):
    run = Run(make_run(f"{where}/a", candidates=ENDLESS, epochs=200))
    run.until("started", 1)
    screens = [connect(run.path) for _ in range(27)]
    for s in screens:
        s.sendall(msgpack.packb(["hello", 0]))
        assert s.recv(1)
    r = subprocess.run([AUXCELL, "log", run.path, "--follow"], capture_output=True, text=True, timeout=LIMIT)
    assert (r.returncode, r.stderr) == (1, "auxcell: 28 screens show this run already; its engine serves no more\n"), r
    r = subprocess.run([AUXCELL, "note", run.path, "1", "x"], capture_output=True, text=True, timeout=LIMIT)
    assert (r.returncode, r.stdout, r.stderr) == (0, "noted at #1\n", ""), r
    assert run.stop() == 0


def few_descriptors(where):
    run = Run(make_run(f"{where}/a", candidates=ENDLESS),
              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
    assert run.answer == "ok\n", run.answer
    idle = [connect(run.path) for _ in range(45)]
    for s in idle[::2]:
        with contextlib.suppress(BrokenPipeError):  # it said nothing while another needed its place
            s.sendall(msgpack.packb(["hello", (1 << 63) - 1]))
    for _ in range(2):
        assert run.until("scored")
    assert run.stop() == 0
    conclude(run.path)
    same(run.path)


def refused_by_the_kernel(where):
    """The engine's calls fail for a while: it says so, tries again later, and comes to the same end."""
    strace_or_skip()
    a = make_run(f"{where}/a", candidates=2)
    assert serve(a)[0] == 0
    for name, call, error, times, says in (
            ("fork", "clone", "EAGAIN", "1..3", "cannot start a worker: Resource temporarily unavailable"),
            ("pair", "socketpair", "EMFILE", "1..3", "cannot make a socket pair for a worker: Too many open files"),
            ("dead", "sendto", "EPIPE", "1", "the worker was killed by signal 9"),
            ("poll", "poll", "ENOMEM", "2..4", "cannot wait for workers and clients: Cannot allocate memory")):
        path = make_run(f"{where}/{name}", cache=a, candidates=2)
        run = start(path, "engine", call, times, f"error={error}", f"{where}/strace")
        assert run.answer == "ok\n", run.answer
        run.finished()
        log = [(f["level"], f["text"]) for k, _, f in events(path) if k == "log"]
        assert any(level == "warning" and says in text for level, text in log), (call, log)
        with open(f"{where}/strace") as f:
            assert "INJECTED" in f.read(), call
        assert history(path) == history(a), call
    run = start(make_run(f"{where}/accept", cache=a, candidates=ENDLESS, epochs=200), "engine", "accept4", "1..2",
                "error=ENFILE", f"{where}/strace")
    assert run.do("note", 0, "a second later")[0] == 0
    assert run.do("stop")[0] == 0
    run.end()


def without_any_fork(where):
    """What never works pauses the run, as any other failure does, and the run can go on later."""
    strace_or_skip()
    path = make_run(f"{where}/a", candidates=2, max_failures=3)
    run = start(path, "engine", "clone", "1+", "error=EAGAIN", f"{where}/strace")
    assert run.until("paused", 0, on=1)["by"] == "engine"
    assert "cannot start a worker" in run.until("log", level="error")["text"]
    assert run.do("stop")[0] == 0
    run.end()
    run = Run(path)
    assert run.do("continue")[0] == 0
    run.finished()
    assert len(history(path)) > 4


main([floods_and_never_reads, twenty_clients_at_once, a_crowd_waits_its_turn, a_fast_worker_shuts_nobody_out,
      mute_clients_take_no_places, one_screen_too_many_is_told_why, few_descriptors, refused_by_the_kernel, without_any_fork])
