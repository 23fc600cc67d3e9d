"""Faults around an engine: a full disk, damaged files, a second engine, strangers at its socket."""
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys

import msgpack

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../tools"))
from eventlog import crc32c  # noqa: E402
from engine import ENDLESS, ENGINE, LIMIT, Run, Skip, change, events, history, main, make_run, serve  # noqa: E402
from interrupt import conclude, last_proposed, same, unhurried  # noqa: E402


def one_line(text):
    assert text.startswith("auxcell: ") and text.count("\n") == 1 and text.endswith("\n"), text
    return text


def only_one_engine(where):
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path)
    run.until("hello")
    code, text = serve(path)
    assert code == 1 and f"in use by the engine with process id {run.process.pid}" in one_line(text), text
    second = Run(path, view=False)
    assert "in use by the engine" in second.answer
    assert second.end() == 1
    assert run.do("note", 0, "still here")[0] == 0
    mode = os.stat(f"{path}/engine.sock").st_mode
    assert stat.S_IMODE(mode) & 0o077 == 0
    assert run.stop() == 0
    assert not os.path.exists(f"{path}/engine.sock")


def wrong_input_is_named(where):
    def run_with(text, name="x"):
        path = f"{where}/{name}"
        os.makedirs(path, exist_ok=True)
        with open(f"{path}/run.ini", "w") as f:
            f.write(text)
        code, text = serve(path)
        return code, one_line(text)
    code, text = run_with("[run]\ncrop = 65\n")
    assert code == 1 and "run.ini: line 2" in text and "65" in text, text
    code, text = run_with("[run]\ndata = camvid:/nowhere/at/all\n")
    assert code in (1, 2) and "/nowhere/at/all" in text, text
    code, text = run_with("[run]\nstrategy = guess\n")
    assert code in (1, 2) and "guess" in text and "random" in text, text
    assert not os.path.exists(f"{where}/x/engine.sock")
    code, text = serve(f"{where}/missing")
    assert code == 1 and "missing" in one_line(text)
    r = subprocess.run([ENGINE, "serve"], stderr=subprocess.PIPE, text=True)
    assert r.returncode == 2 and "--run" in one_line(r.stderr)
    r = subprocess.run([ENGINE, "serve", "--run", where, "--previous"], stderr=subprocess.PIPE, text=True)
    assert r.returncode == 2 and "--resume" in one_line(r.stderr)
    r = subprocess.run([ENGINE, "worker"], stderr=subprocess.PIPE, text=True)
    assert r.returncode == 2 and "by hand" in one_line(r.stderr)
    path = make_run(f"{where}/class", leave_out="unicorn")
    code, text = serve(path)
    assert code == 2 and "unicorn" in one_line(text) and not os.path.exists(f"{path}/events.mpk"), text
    path = make_run(f"{where}/device", device="cuda:31")
    code, text = serve(path)
    assert code == 3 and "cuda:31" in one_line(text) and not os.path.exists(f"{path}/events.mpk"), text


def only_the_worker_finds_out(where):
    usual = make_run(f"{where}/usual", candidates=1)
    assert serve(usual) == (0, "")
    path = make_run(f"{where}/hindered", candidates=1)
    for name in os.listdir(f"{usual}/cache"):
        os.mkdir(f"{path}/cache/{name}")
    code, text = serve(path)
    assert code == 1 and "the worker can't get ready: cache/" in one_line(text) and "Is a directory" in text, text
    assert events(path)[-1][2]["reason"] == "failed"


def fill(path):
    fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        while True:
            os.write(fd, b"x" * 4096)
    except OSError:
        os.close(fd)


def goes_on(path):
    """Resumes a run that may be paused."""
    run = Run(path)
    assert run.answer == "ok\n", run.answer
    assert run.do("continue")[0] == 0
    return run


def full_disk(where):
    a = make_run(f"{where}/a")
    assert serve(a)[0] == 0
    disk = f"{where}/disk"
    os.mkdir(disk)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", disk], stderr=subprocess.DEVNULL).returncode:
        raise Skip("mounting a tmpfs is not allowed here")
    try:
        path = make_run(f"{disk}/b", cache=a, candidates=ENDLESS)
        for moment in ("started", "scored", "progress"):
            run = goes_on(path)
            run.until(moment)
            fill(f"{disk}/ballast")
            # either the engine's own files had no room, and it ended; or only the worker's, and the run paused itself
            if not run.until(("bye", "paused")) or run.seen[-1][0] == "bye":
                run.end()
                assert run.process.returncode == 1, run.process.returncode
                os.unlink(f"{disk}/ballast")
            else:
                f = [f for k, _, f in run.seen if k == "failed"][-1]
                assert f["cause"] == "disk" and f["retried"] == 1 and "No space left" in f["message"], f
                why = run.until("log", level="error")
                # None: there was no room for the message either
                assert why is None or "No space left" in why["text"], why
                os.unlink(f"{disk}/ballast")
                run.kill()
        assert goes_on(path).stop() == 0
        conclude(path)
        same(path)
        # no room for the first snapshot, at the very start
        full = make_run(f"{disk}/c", cache=a)
        fill(f"{disk}/ballast")
        code, text = serve(full)
        assert code == 1 and "No space left" in one_line(text), text
        os.unlink(f"{disk}/ballast")
        assert serve(full) == (0, "")
        assert history(full) == history(a)
    finally:
        subprocess.run(["umount", disk], check=False)


def unwritable_directory(where):
    if os.geteuid() != 0:
        raise Skip("needs a second user: run as root")
    path = make_run(f"{where}/a")
    os.chmod(where, 0o755)
    shutil.chown(path, 65534, 65534)
    shutil.chown(f"{path}/run.ini", 65534, 65534)
    os.chmod(path, 0o500)
    probe = subprocess.run(["true"], user=65534, cwd=where)
    assert probe.returncode == 0
    if subprocess.run(["test", "-x", os.path.abspath(ENGINE)], user=65534).returncode:
        raise Skip("the build isn't readable for a second user")
    code, text = serve(path, user=65534)
    assert code == 1 and "engine.pid" in one_line(text) and "Permission denied" in text, text
    os.chmod(path, 0o700)
    shutil.chown(path, 0, 0)
    code, text = serve(path, user=65534)
    assert code == 1 and one_line(text), text


def damaged_snapshot(where):
    path = make_run(f"{where}/a", candidates=3)
    assert serve(path)[0] == 0
    whole = history(path)
    r = subprocess.run([ENGINE, "serve", "--run", path], stderr=subprocess.PIPE, text=True)
    assert r.returncode == 1 and "started before" in one_line(r.stderr), r.stderr
    name = f"{path}/snapshot.mpk"
    with open(name, "rb") as f:
        good = f.read()
    for bad in (good[:-100], good[:1000] + b"\0" + good[1001:], b"", b"\x93"):
        with open(name, "wb") as f:
            f.write(bad)
        code, text = serve(path)
        assert code == 1 and "snapshot.mpk: damaged" in one_line(text) and "--previous" in text, text
    newer = bytearray(good)
    newer[18] = 3
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    newer[-4:] = crc32c(bytes(newer[:-5])).to_bytes(4, "big")
    with open(name, "wb") as f:
        f.write(newer)
    code, text = serve(path)
    assert code == 1 and "version 3" in one_line(text) and "newer" in text, text
    os.unlink(name)
    code, text = serve(path)
    assert code == 1 and "snapshot.mpk: is missing" in one_line(text) and "--previous" in text, text
    assert serve(path, "--previous") == (0, "")
    assert history(path) == whole
    assert serve(path)[0] == 0
    os.unlink(name)
    os.unlink(f"{path}/snapshot.prev.mpk")
    code, text = serve(path)
    assert code == 1 and "snapshot.mpk: is missing" in one_line(text), text
    with open(name, "wb") as f:
        f.write(good)
    os.truncate(f"{path}/events.mpk", os.path.getsize(f"{path}/events.mpk") // 2)
    code, text = serve(path)
    assert code == 1 and "are missing" in one_line(text) and "--repair" in text, text


def damaged_candidates(where):
    path = make_run(f"{where}/a", candidates=3)
    assert serve(path)[0] == 0
    whole = history(path)
    name = f"{path}/candidates.mpk"
    for k in range(2):
        with open(name, "r+b") as f:
            f.seek(500)
            byte = f.read(1)[0]
            f.seek(500)
            f.write(bytes([byte ^ 16]))
        assert serve(path) == (0, "")
        said = [f["text"] for kind, _, f in events(path) if kind == "log"]
        assert len(said) == k + 1 and "candidates.mpk: damaged" in said[k] and "events.mpk" in said[k], said
        assert os.path.exists(f"{name}.damaged")
        assert serve(path) == (0, "")  # it is whole again
        assert history(path) == whole
    change(path, candidates=5)
    other = shutil.copytree(path, f"{where}/b")
    os.unlink(name)
    assert serve(path) == (0, "") == serve(other)
    assert history(path) == history(other) and len(history(path)) > len(whole)
    with open(name, "wb"):
        pass
    os.truncate(f"{path}/events.mpk", 2000)
    os.unlink(f"{path}/snapshot.prev.mpk")
    code, text = serve(path)
    assert code == 1 and "snapshot.mpk: candidates.mpk: damaged" in one_line(text) and "events are missing" in text, text


def torn_events(where):
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path)
    run.until("scored")
    run.kill()
    with open(f"{path}/events.mpk", "ab") as f:
        f.write(b"\x93\xcd")
    conclude(path)
    assert any(k == "log" and "torn" in f["text"] for k, _, f in events(path))
    assert [n for n in os.listdir(path) if n.startswith("events.mpk.torn-")]
    same(path)


def strangers_at_the_socket(where):
    path = make_run(f"{where}/a", candidates=ENDLESS, epochs=200)
    run = Run(path)
    run.until("started", 1)

    def connect():
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(LIMIT)
        here = os.open(path, os.O_RDONLY)
        s.connect(f"/proc/self/fd/{here}/engine.sock")
        os.close(here)
        return s
    for junk in (b"\xdd\xff\xff\xff\xff", b"\xc1", b"\x91" * 100, b"\xdb\xff\xff\xff\xff" + b"x" * 5000,
                 msgpack.packb([1, "explode", 0, "", ""]), msgpack.packb([1, "note", -1, "", ""]),
                 msgpack.packb(["hello", "x"]), msgpack.packb([1, "note", 1, "x" * 5000, ""]), b"\0"):
        s = connect()
        try:
            s.sendall(junk + b"\0" * 1100)  # a command has at most 1024 bytes, so a longer claim is refused by then
            assert s.recv(1) == b"", junk  # the engine disconnects
        except (ConnectionResetError, BrokenPipeError):
            pass
        s.close()
    many = [connect() for _ in range(60)]
    for s in many:
        s.close()
    # a viewer that never reads doesn't slow others down
    sleeper = connect()
    sleeper.sendall(msgpack.packb(["hello", 0]))
    for k in range(300):
        assert run.do("note", 1, "n" * 150)[0] == 0
    # half a command, then the rest
    s = connect()
    c = msgpack.packb([9, "note", 0, "in two parts", "t"])
    s.sendall(c[:7])
    assert run.do("note", 0, "between")[0] == 0
    s.sendall(c[7:])
    assert msgpack.unpackb(s.recv(1000)) == [9, 0, "noted"]
    # events from the middle, and from the end
    late = Run.__new__(Run)
    late.path = path
    late.request = 5000
    late.connect(seq=[f.get("text") for _, _, f in events(path)].index("in two parts"))
    assert late.until("noted", 0)["text"] == "in two parts"
    late.socket.close()
    late.connect(seq=(1 << 63) - 1)
    assert late.do("note", 0, "last")[0] == 0
    assert late.until("noted", 0)["text"] == "last"
    if os.geteuid() == 0:
        os.chmod(where, 0o755)
        os.chmod(path, 0o755)
        os.chmod(f"{path}/engine.sock", 0o777)
        probe = ("import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\n"
                 "s.sendall(b'\\x95\\x01\\xa4stop\\x00\\xa0\\xa0')\nprint(s.recv(10))")
        r = subprocess.run([sys.executable, "-c", probe, f"{path}/engine.sock"], user=65534, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, timeout=LIMIT)
        assert r.stdout == "b''\n" or "Reset" in r.stdout or "Broken" in r.stdout, r.stdout
    assert run.do("save") == (0, "saved")
    assert run.stop() == 0


def a_person_at_work(where):
    path = make_run(f"{where}/a", candidates=ENDLESS, epochs=100000)  # a training that doesn't end before it is pruned
    run = Run(path, env=unhurried())
    run.until("progress", 1, what="train")
    assert run.do("prune", 1) == (0, "pruned #1; undo within 10 s")
    run.until("started", 2)  # the worker was freed at its next step
    assert run.do("undo") == (0, "#1 is queued again")
    assert run.do("pause", 2) == (0, "paused #2")
    run.until("started", 1)
    assert run.do("pause")[0] == 0
    assert run.stop() == 0


def promoted(where):
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path)
    run.until("scored", 1)
    code, text = run.do("promote", 1)
    assert code == 0, text
    full = int(re.search(r"full training as #(\d+)", text)[1])
    f = run.until("scored", full)
    assert f["stage"] == 3 and f["model"] == f"models/{full}.safetensors"
    assert run.stop() == 0
    assert os.path.getsize(f"{path}/{f['model']}") > 1000000
    p = [f for k, i, f in events(path) if k == "proposed" and i == full][0]
    assert p["parent"] == 1 and p["origin"] == "promote"


def soft_prune_becomes_final(where):
    path = make_run(f"{where}/a", candidates=ENDLESS)
    run = Run(path)
    run.until("queued", 2)
    assert run.do("pause")[0] == 0
    ident = last_proposed(path)
    assert run.do("prune", ident)[0] == 0
    run.kill()
    run = Run(path)  # the deadline is a time of day and stays the same across a restart
    assert run.until("pruned", ident, phase=2)
    assert run.do("continue")[0] == 0
    assert run.stop() == 0
    conclude(path)
    n = last_proposed(path)
    assert [i for k, i, _ in events(path) if k == "scored"] == [i for i in range(1, n + 1) if i != ident]


main([only_one_engine, wrong_input_is_named, only_the_worker_finds_out, full_disk, unwritable_directory, damaged_snapshot,
      damaged_candidates, torn_events, strangers_at_the_socket, a_person_at_work, promoted, soft_prune_becomes_final])
