"""make torture: 200 kills, faults at every system call of a tiny run and of its recovery, power cuts; and the proof that
all this would notice: bugs planted in a copy of the tree must be caught.

main.py              everything
main.py CHECK...     some of it: kills, calls, promoted, refusals, damaged, errors, promoted-errors, cuts, damage,
                     flips, removed, limits, plants, or the name of a plant"""
import os
import random
import shutil
import subprocess
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests/helper")]
import janitor  # noqa: E402
import syscalls  # noqa: E402
import torture  # noqa: E402
from engine import BUILD, Skip  # noqa: E402
from plants import PLANTS  # noqa: E402
from syscalls import CALLS, WHO, Damaged, Fresh, Promoted  # noqa: E402

SEED = int(os.environ.get("AX_SEED", "1"))
TOO_MANY = 2000  # more calls of one kind mean a loop
# above this number of calls of a kind only every tenth gets a fault: a model file takes hundreds of similar writes
EACH = 40


def sweep(where, scene, who, call, action):
    """Hurts one call after the other until the run has no more of them; every third also while it recovers."""
    syscalls.strace_or_skip()
    scene = scene()
    n, places = 1, 0
    while syscalls.hurt_at(where, scene, who, call, n, action, again=1 + n * 7 % 11 if n % 3 == 0 else None):
        n += 1 if n < EACH or call == "openat" else 10
        places += 1
        assert n < TOO_MANY
    Count.places += places
    return f"{places} places"


def kills(where):
    torture.killed_at_random(where, random.Random(SEED), 200)
    return "200 kills"


def training(where):
    for verb in ("pause", "prune"):
        sub = f"{where}/{verb}"
        os.mkdir(sub)
        torture.left_in_training(sub, verb)


def each(scene, action, whose=WHO):
    of = "" if scene is Fresh else f", {scene.__name__.lower()}"
    return [(f"{action} at {who}'s {call}{of}",
             lambda where, who=who, call=call: sweep(where, scene, who, call, action)) for who in whose for call in CALLS]


def flips(where):
    torture.flips(where, random.Random(SEED), 200)
    return "200 logs"


def removed(where):
    torture.removed(where, random.Random(SEED), 30)
    return "30 runs"


# errors of calls with which an engine forks, waits and accepts clients; none of them ends the run
REFUSALS = (("clone", "EAGAIN"), ("socketpair", "EMFILE"), ("accept4", "EMFILE"), ("accept4", "ENOMEM"), ("poll", "ENOMEM"),
            ("poll", "EINVAL"))


GROUPS = {
    "kills": [("killed at random", kills), ("left in training", training)],
    "cuts": [("power cut", torture.power_cut), ("a sync fails", torture.failed_sync)],
    "damage": [("torn tail", torture.torn_tail), ("bit flips", torture.bit_flips), ("two engines", torture.two_engines)],
    "flips": [("bits and bytes of the log", flips)],
    "removed": [("files removed under the engine", removed)],
    "limits": [("files up to a size", torture.file_sizes), ("few descriptors", torture.descriptors)],
    "calls": each(Fresh, "signal=KILL"),
    "promoted": each(Promoted, "signal=KILL"),
    "refusals": [(f"error={error} at engine's {call}",
                  lambda where, call=call, error=error: sweep(where, Fresh, "engine", call, f"error={error}"))
                 for call, error in REFUSALS],
    "damaged": [c for action in ("signal=KILL", "error=ENOSPC", "error=EIO") for c in each(Damaged, action, ["engine"])],
    "errors": [c for error in ("ENOSPC", "EIO") for c in each(Fresh, f"error={error}")],
    "promoted-errors": [c for error in ("ENOSPC", "EIO") for c in each(Promoted, f"error={error}", ["worker"])],
}


class Count:
    passed = failed = skipped = places = 0


def run(name, check):
    """Runs one check in a place of its own; what it said when it failed, None when it passed."""
    where = tempfile.mkdtemp()
    try:
        said = check(where)
        Count.passed += 1
        print(f"ok    {name}{f' ({said})' if said else ''}", flush=True)
    except Skip as e:
        Count.skipped += 1
        print(f"skip: {name} - {e}", flush=True)
    except Exception as e:  # the other parts should run, too
        Count.failed += 1
        print(f"FAIL  {name}: {e}", flush=True)
        traceback.print_exc()
    finally:
        shutil.rmtree(where, ignore_errors=True)


def make(tree):
    config = os.path.relpath(BUILD, ROOT)
    built = subprocess.run(["make", "-s", "all", f"{config}/powercut.so",
                            f"{config}/traceworker.so", *make_flags()], cwd=tree,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert built.returncode == 0, built.stdout[-2000:]
    return os.path.join(tree, config)


def copy_of_the_tree():
    """Made once, with what is built already, so that a plant costs the building of one file."""
    tree = os.path.join(tempfile.gettempdir(), "tree")
    if not os.path.exists(tree):
        os.mkdir(tree)
        for part in ("Makefile", "VERSION", "engine", "data", "viz", "tui", "tools", "tests", os.path.relpath(BUILD, ROOT)):
            target = os.path.join(tree, part)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            subprocess.run(["cp", "-a", os.path.join(ROOT, part), target], check=True)
        make(tree)
    return tree


def plant(name):
    """Builds a copy of the tree with one bug in it and runs the check that must notice."""
    file, old, new, check = PLANTS[name]
    at = os.path.join(copy_of_the_tree(), file)
    with open(at) as f:
        text = f.read()
    assert text.count(old) == 1, f"the plant is out of date: '{old}' is {text.count(old)} times in {file}"
    try:
        with open(at, "w") as f:
            f.write(text.replace(old, new))
        env = dict(os.environ, AUXCELL_BUILD=make(copy_of_the_tree()))
        done = subprocess.run([sys.executable, __file__, "--check", *check], env=env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=1800)
    finally:
        with open(at, "w") as f:
            f.write(text)
    assert done.returncode == 1 and "AssertionError" in done.stdout, f"not caught:\n{done.stdout[-2000:]}"
    return "caught: " + [line for line in done.stdout.splitlines() if "AssertionError" in line][-1][16:140]


def make_flags():
    parts = os.path.basename(BUILD).split("-")
    return [f"MODE={parts[0]}", f"SAN={parts[1] if len(parts) > 1 and parts[1] != 'clang' else 'none'}"]


def check_alone(words):
    """In a child: one function of the harness, with words for its arguments."""
    where = tempfile.mkdtemp()
    if words[0] == "hurt_at":
        syscalls.strace_or_skip()
        for n in words[3].split(","):
            syscalls.hurt_at(where, Fresh(), words[1], words[2], int(n), words[4])
    elif words[0] in ("killed_at_random", "removed", "flips"):
        getattr(torture, words[0])(where, random.Random(SEED), int(words[1]))
    else:
        getattr(torture, words[0])(where, *words[1:])


def main(words):
    tempfile.tempdir = tempfile.mkdtemp(prefix="ax-torture-")
    janitor.watch(tempfile.tempdir)
    if words[:1] == ["--check"]:
        return check_alone(words[1:])
    words = words or [*GROUPS, "plants"]
    for word in words:
        if word not in GROUPS and word not in PLANTS and word != "plants":
            sys.exit(f"main.py: '{word}' is none of {', '.join([*GROUPS, 'plants', *PLANTS])}")
    for word in words:
        for name, check in GROUPS.get(word, []):
            run(name, check)
        for name in PLANTS if word == "plants" else [word] if word in PLANTS else []:
            run(f"plant {name}", lambda _, name=name: plant(name))
    janitor.clean(tempfile.tempdir)
    print(f"{Count.passed} passed, {Count.failed} failed, {Count.skipped} skipped; {Count.places} places "
          f"(seed {SEED})")
    sys.exit(1 if Count.failed else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
