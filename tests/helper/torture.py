"""Ways to damage a run, and checks that it ends as if nothing had happened."""
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time

import msgpack

from engine import BUILD, ENDLESS, LIMIT, Run, Skip, change, events, history, make_run, serve, settings
from engine import held as descriptors_of
from interrupt import Whole, conclude, held, in_training, last_proposed, send, unhurried
from powercut import PowerCut, SHIM

SMALL = dict(train_samples=4, val_samples=2, crop=32, val_crop=32, batch=2, epochs=2, stages=1, max_failures=0)


def new(where, name, cache=None, **settings):
    return make_run(os.path.join(where, name), cache=cache, **{**SMALL, **settings})


def stream(path):
    """What a run came to: all events but those of the engine's own life, times left out. Of queueing and starting only
    the first counts: whoever is interrupted queues and starts again. So it is of a score that is said again."""
    out, seen = [], set()
    for kind, ident, fields in events(path):
        if kind in ("hello", "progress", "validated", "saved", "device", "log", "lost", "bye", "noted"):
            continue
        if (kind == "failed" and fields["retried"]) or (kind == "paused" and ident == 0):
            continue
        rest = {k: v for k, v in fields.items() if k not in ("clock", "seconds", "latency_ms", "attempt", "position", "worker")}
        key = (kind, ident) if kind != "scored" else (kind, ident, str(rest))
        if key in seen:
            continue
        if kind in ("queued", "started", "scored"):
            seen.add(key)
        out.append((kind, ident, rest))
    return out


def contents(folder):
    out = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as f:
            out[name] = f.read()
    return out


def settled(path):
    """The settled candidates as their files have them, without what an interruption may change and a log doesn't say."""
    with open(f"{path}/snapshot.mpk", "rb") as f:
        n = msgpack.unpackb(f.read())[2]["settled"][0]
    rows = msgpack.Unpacker()
    if n:
        with open(f"{path}/candidates.mpk", "rb") as f:
            rows.feed(f.read(n))
    last = {row["id"]: row for row in rows}
    no = ("seconds", "latency_ms", "attempts", "crashes", "cause", "place", "logp_each")
    return {i: {k: v for k, v in row.items() if k not in no} for i, row in last.items()}


def assert_same(path, reference):
    a, b = stream(reference), stream(path)
    for x, y in zip(a, b):
        assert x == y, f"{x} became {y}"
    assert len(a) == len(b), (a[len(b):], b[len(a):])
    assert_same_results(path, reference)


def assert_same_results(path, reference):
    """All but the history."""
    a, b = settled(reference), settled(path)
    assert a == b, f"candidates.mpk: {a} became {b}"
    for folder in ("masks", "models", "inflight"):
        files = [contents(os.path.join(p, folder)) for p in (reference, path)]
        assert files[0].keys() == files[1].keys(), f"{folder}: {sorted(files[0])} became {sorted(files[1])}"
        for name, was in files[0].items():
            assert was == files[1][name], f"{folder}/{name} became another"


def finish(path, damaged=False):
    """Lets a run go on to its end, also one that has paused itself. damaged: it may have had to replace a file."""
    run = Run(path, seq=0)
    assert run.answer == "ok\n", f"it can't be resumed: {run.answer}"
    while run.until("paused", 0, on=1):
        try:
            run.do("continue")
        except (AssertionError, OSError):
            pass  # it has ended: this pause was an earlier one
    text = run.process.stderr
    assert run.end() == 0, text
    log = events(path)
    assert log[-1][0] == "bye" and log[-1][2]["reason"] == "finished", log[-1]
    for kind, _, f in log:  # no fault may leave a damaged file, not even one that can be rebuilt
        assert damaged or kind != "log" or "damaged" not in f["text"], f["text"]


class Reference:
    """Uninterrupted runs, one for each set of settings, kept for the whole test program."""
    made = {}

    @classmethod
    def of(cls, **settings):
        key = tuple(sorted(settings.items()))
        if key not in cls.made:
            path = new(tempfile.mkdtemp(), "reference", **settings)
            code, text = serve(path)
            assert (code, text) == (0, ""), (code, text)
            cls.made[key] = path
        return cls.made[key]


def notes(path):
    return [f["text"] for k, _, f in events(path) if k == "noted"]


# ---- kill -9 at any moment ----

def killed_at_random(where, rng, kills, candidates=9):
    """Kills engine or worker `kills` times, at moments that the generator draws, and gives notes on the way."""
    settings = dict(candidates=candidates, finals=0.45, finals_best=2, finals_seeds=2)  # four of nine are the finals
    reference = Reference.of(**settings)
    done = runs = 0
    while done < kills:
        runs += 1
        # every other run also fills its cache
        path = new(where, f"run{runs}", cache=reference if runs % 2 == 0 else None, **settings)
        said, sent = [], []
        while done < kills:
            run = Run(path, seq=(1 << 63) - 1)
            assert run.answer == "ok\n", f"it can't be resumed: {run.answer}"
            alive = True
            while alive and rng.random() < 0.7:
                alive = run.drain(rng.random() * 0.1)
                if alive and rng.random() < 0.4:
                    text = f"note {len(sent)}"
                    sent.append(text)
                    try:
                        assert run.do("note", 0, text)[0] == 0
                        said.append(text)
                    except (AssertionError, OSError):
                        alive = False
                crashed = any(k == "failed" for k, _, _ in events(path))
                if alive and not crashed and rng.random() < 0.2:
                    send(run.workers(), signal.SIGKILL)
                    done += 1
            if alive:
                run.kill()
                done += 1
            else:
                run.end()
            log = events(path)
            if log and log[-1][0] == "bye" and log[-1][2]["reason"] == "finished":
                break
        finish(path)
        assert_same(path, reference)
        there = notes(path)
        for text in said:
            assert there.count(text) == 1, f"'{text}' was acknowledged, but is there {there.count(text)} times"
        assert len(set(there)) == len(there)
        shutil.rmtree(path)


def ends_like_the_uninterrupted(path):
    """Lets an endless run end with the next candidate, and compares it."""
    change(path, candidates=last_proposed(path) + 1)
    finish(path)
    assert_same(path, Reference.of(**{k: v for k, v in settings(path).items() if k != "preset"}))


def left_in_training(where, verb):
    """Pauses (or prunes and takes back) a candidate in its training, kills the engine meanwhile, and lets it go on."""
    path = new(where, "a", candidates=ENDLESS, epochs=12, strategy="random")
    env = unhurried()
    run, done = Run(path, env=env), False
    while not done:
        run.until("progress", what="train")
        with in_training(run) as found:
            ident, = found
            if any(k == "progress" and i == ident and f["what"] == "train" for k, i, f in run.seen):
                assert run.do(verb, ident)[0] == 0
                done = True
    run.until("started")
    state = f"{path}/inflight/{ident}.mpk"
    assert os.path.exists(state), "its state wasn't kept"
    run.kill()
    run = Run(path, env=env)
    assert run.do("continue" if verb == "pause" else "undo", ident)[0] == 0
    first = run.until("progress", ident, what="train")
    assert first["step"] > 1, "it started again from its first step"
    assert run.until("scored", ident)
    assert run.stop() == 0
    conclude(path, more=1)
    assert not os.listdir(f"{path}/inflight"), os.listdir(f"{path}/inflight")
    # its turn came later, so that only the order may differ
    mine, whole = ({(k, i): f for k, i, f in history(p) if k == "scored"} for p in (path, Whole.of(path)))
    assert ("scored", ident) in mine and len(mine) == last_proposed(path)
    for key, fields in mine.items():
        assert fields == whole[key], f"{key}: {whole[key]} became {fields}"


# ---- power cuts ----

def power_cut(where, images=4):
    """Pulls the plug after every acknowledgement and at every scored candidate, and goes on from what was synced."""
    if "address" in BUILD or "thread" in BUILD:
        raise Skip("a preloaded library and a sanitizer don't go together")
    path = new(where, "a", cache=Reference.of(candidates=2), candidates=ENDLESS)
    power = PowerCut(path, f"{where}/shadow")
    run = Run(path, env=power.env())
    assert run.answer == "ok\n", run.answer
    for k in range(images):
        assert run.until(("started", "scored")[k % 2])
        assert run.do("note", 0, f"note {k}")[0] == 0
        with held([run.process.pid, *run.workers()]):
            power.image(f"{where}/image{k}")
    run.kill()
    for k in range(images):
        image = f"{where}/image{k}"
        for i in range(k + 1):
            assert notes(image).count(f"note {i}") == 1, f"after a power cut the acknowledged note {i} is gone"
        ends_like_the_uninterrupted(image)
        assert all(notes(image).count(f"note {i}") == 1 for i in range(k + 1)), notes(image)


def failed_sync(where, most=12):
    """Lets one sync after the other fail: nothing may be acknowledged that a power cut would take away."""
    if "address" in BUILD or "thread" in BUILD:
        raise Skip("a preloaded library and a sanitizer don't go together")
    for n in range(1, most + 1):
        path = new(where, f"a{n}", cache=Reference.of(candidates=2), candidates=ENDLESS)
        power = PowerCut(path, f"{where}/shadow{n}")
        run = Run(path, env=power.env(AX_FAIL_SYNC=str(n)))
        images = []
        try:
            assert run.answer == "ok\n"
            for k in range(3):
                assert run.do("note", 0, f"note {k}")[0] == 0
                with held([run.process.pid, *run.workers()]):
                    images.append(power.image(f"{where}/image{n}.{k}"))
            run.until("nothing")
        except (AssertionError, OSError):
            pass
        run.end()
        images.append(power.image(f"{where}/image{n}"))
        for k, image in enumerate(images):
            ends_like_the_uninterrupted(image)
            for i in range(min(k + 1, len(images) - 1)):
                assert notes(image).count(f"note {i}") == 1, f"sync {n} failed, and the acknowledged note {i} is gone"


def file_sizes(where):
    """A limit on the size of files, at every size that a file of the run has: a candidate isn't blamed for it, and without
    the limit the run goes on as if nothing had been."""
    settings = dict(candidates=2, stages=2, stage2_samples=2, stage2_crop=32, stage2_batch=2, save_epochs=1)
    reference = Reference.of(**settings)
    sizes = {os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(reference) for f in files if "/cache" not in d}
    limits = sorted({max(0, s - 1) for s in sizes if s > 4096} | {s + 4096 for s in sizes if s > 4096} | {0, 600, 4096})
    for limit in limits:
        path = new(where, f"a{limit}", cache=reference, **settings)
        run = Run(path, preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        if run.answer == "ok\n":
            run.until(("paused", "bye"))
        run.stop()
        if os.path.exists(f"{path}/events.mpk"):
            causes = {f["cause"] for kind, _, f in events(path) if kind == "failed"}
            assert causes <= {"disk"}, f"files of {limit} bytes at most: failed by {causes}"
        finish(path)
        assert_same(path, reference)


# ---- limits ----

def ended_or_paused(run):
    """Without a viewer, for there may be no descriptor left for one."""
    end = time.monotonic() + LIMIT
    while run.process.poll() is None:
        log = events(run.path) if os.path.exists(f"{run.path}/events.mpk") else []
        if any(kind == "paused" and ident == 0 for kind, ident, _ in log):
            return
        assert time.monotonic() < end, "it neither ends nor pauses"
        time.sleep(0.05)


def descriptors(where, limits=(8, 10, 12, 14, 16, 20, 24, 32, 48, 64), clients=40):
    """Few descriptors, and clients that keep those that are left: the run goes on, or can be resumed."""
    reference = Reference.of(candidates=2)
    for limit in limits:
        path = new(where, f"a{limit}", cache=reference, candidates=2, max_failures=3)
        run = Run(path, view=False, preexec_fn=lambda n=limit: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)))
        idle = []
        if run.answer.startswith("ok"):
            for _ in range(clients):
                run.connect()
                idle.append(run.socket)
            ended_or_paused(run)
        run.stop()
        for one in idle:
            if one:
                one.close()
        finish(path)
        assert_same(path, reference)


# ---- other processes in the run's directory ----

def second_engine(run):
    """Another engine doesn't start while the first lives; it may when that has ended meanwhile."""
    second = Run(run.path, view=False)
    if not second.answer.startswith("ok"):
        assert "in use" in second.answer, f"a second engine: {second.answer}"
        assert second.end() == 1
        return
    alive = descriptors_of(run.process.pid)  # none since before its lock was free, though it may not be waited for yet
    second.stop()
    assert not alive, f"a second engine started, and the first has {alive}"


def removed(where, rng, rounds, candidates=6):
    """Removes the lock, the log and other files under a living engine, starts a second one, kills, and gives notes."""
    reference = Reference.of(candidates=candidates)
    for n in range(rounds):
        path = new(where, f"r{n}", cache=reference, candidates=candidates)
        said, sent, finished = [], 0, False
        with open(f"{path}/run.ini", "rb") as f:
            settings = f.read()
        while not finished:
            run = Run(path, seq=(1 << 63) - 1)
            assert run.answer.startswith("ok"), f"it can't be resumed: {run.answer}"
            while run.drain(rng.random() * 0.2):
                what = rng.choice(("engine.pid", "events.mpk", "candidates.mpk", "run.ini", "note", "second", "kill"))
                if what == "kill":
                    run.kill()
                    break
                if what == "second":
                    second_engine(run)
                elif what == "note":
                    sent += 1
                    try:
                        if run.do("note", 0, f"note {sent}")[0] == 0:
                            said.append(f"note {sent}")
                    except (AssertionError, OSError):
                        pass
                else:
                    try:
                        os.unlink(f"{path}/{what}")
                    except FileNotFoundError:
                        pass
                if what == "run.ini":  # if the engine is killed before it notices, the contents are lost
                    try:
                        run.do("save")
                    except (AssertionError, OSError):
                        pass
                if what == "events.mpk":  # see above
                    try:
                        answer = run.do("note", 0, "to nobody")
                    except (AssertionError, OSError):
                        answer = None
                    assert not answer or answer[0], "a note was acknowledged whose log is gone"
                    while run.until("nothing"):
                        pass
            run.end()
            if not os.path.exists(f"{path}/events.mpk"):  # the engine had ended just before
                break
            if not os.path.exists(f"{path}/run.ini"):  # see above
                with open(f"{path}/run.ini", "wb") as f:
                    f.write(settings)
            log = events(path)
            finished = log[-1][0] == "bye" and log[-1][2]["reason"] == "finished"
        if finished:
            finish(path, damaged=True)
            assert_same(path, reference)
            there = notes(path)
            for text in said:
                assert there.count(text) == 1, f"'{text}' was acknowledged, but is there {there.count(text)} times"
        shutil.rmtree(path)


# ---- damage ----

def go_on(path):
    """Resumes a run whose log is damaged, with --repair where it asks for that. Its state is whole."""
    run = Run(path)
    if not run.answer.startswith("ok"):
        assert "--repair" in run.answer, f"it can't be resumed: {run.answer}"
        run.end()
        run = Run(path, "--repair")
    assert run.answer.startswith("ok"), f"it can't be resumed: {run.answer}"
    while run.until("nothing"):
        pass
    run.end()
    finish(path, damaged=True)


def flips(where, rng, rounds):
    """Changes bits and bytes of the log of a finished run and of one that was killed. A single bit loses nothing; whatever
    was overwritten, the results are the same."""
    whole = Reference.of(candidates=3)
    killed = new(where, "killed", cache=whole, candidates=ENDLESS)
    run = Run(killed)
    run.until("scored")
    run.kill()
    os.unlink(f"{killed}/engine.sock")  # a socket can't be copied
    more = max(last_proposed(killed), 3)
    change(killed, candidates=more)
    for n in range(rounds):
        reference = Reference.of(candidates=more) if n % 2 else whole
        path = shutil.copytree(killed if n % 2 else whole, os.path.join(where, f"f{n}"))
        with open(f"{path}/events.mpk", "r+b") as f:
            data = f.read()
            at = rng.randrange(len(data))
            bit = n % 4 < 2
            f.seek(at)
            f.write(bytes([data[at] ^ 1 << rng.randrange(8)]) if bit else rng.randbytes(rng.randrange(2, 3000)))
        try:
            go_on(path)
            if bit:
                assert_same(path, reference)
            else:
                assert_same_results(path, reference)
        except AssertionError as e:
            raise AssertionError(f"{'a bit' if bit else 'bytes'} at {at} of the {(' finished', 'killed')[n % 2]} run: {e}") from e
        shutil.rmtree(path)


def torn_tail(where):
    """Half a record at the end of the log, twice: what follows must be readable."""
    path = new(where, "a", cache=Reference.of(candidates=2), candidates=ENDLESS)
    for _ in range(2):
        run = Run(path)
        run.until("started")
        run.kill()
        with open(f"{path}/events.mpk", "ab") as f:
            f.write(b"\x93\xcf\0\0\0\0\0\0\0\x09\xce\1\2\3\4\xc4\x40half")
    try:
        ends_like_the_uninterrupted(path)
    except (ValueError, TypeError, msgpack.UnpackException) as e:
        raise AssertionError(f"a msgpack library can't read the log: {e}") from e


def bit_flips(where):
    """Changed bytes in the snapshot, in its middle where every field still looks right: refused."""
    reference = Reference.of(candidates=2)
    path = os.path.join(where, "a")
    shutil.copytree(reference, path)
    with open(f"{path}/snapshot.mpk", "rb") as f:
        good = f.read()
    body = msgpack.unpackb(good)[2]
    at = good.index(msgpack.packb(body["gate"]["mean"]))
    for place in (at + 5, at + 8, len(good) // 2):
        with open(f"{path}/snapshot.mpk", "wb") as f:
            f.write(good[:place] + bytes([good[place] ^ 1]) + good[place + 1:])
        code, text = serve(path)
        assert code == 1 and "snapshot.mpk: damaged" in text, (code, text)


def two_engines(where):
    path = new(where, "a", cache=Reference.of(candidates=2), candidates=ENDLESS)
    run = Run(path)
    second = Run(path, view=False)
    try:
        assert "in use by the engine" in second.answer, f"a second engine started: {second.answer}"
        assert second.end() == 1
        assert run.stop() == 0
    finally:
        for one in (run, second):  # if the second engine did start, no lock identifies it
            one.process.kill()
