"""Searches kept as text, one line each: what their results are made of. So an experiment of many hours is computed in
parts, on several machines, and its tables can be made again from what is in the repository."""
import json
import os

import eventlog

# The fields that comparisons need: which candidates were proposed, their outcomes, the finals, and when an engine ran.
FIELDS = {"hello": ("data", "task", "preset", "strategy", "seed", "planned", "finals", "workers", "resumed"),
          "proposed": ("genotype", "parent", "origin", "seed", "params", "macs"),
          "scored": ("reward", "seconds", "latency_ms", "provisional", "stage", "reused"),
          "failed": ("cause", "retried"),
          "final": ("place", "trainings", "final_mean", "final_interval", "final_best", "final_seeds"),
          "bye": ("reason",)}


def short(value):
    return float("%.6g" % value) if isinstance(value, float) else value


def events(run):
    """When a run's history begins, and of its events [kind, seconds since then, id, fields], without what says nothing."""
    whole = eventlog.read(os.path.join(run, "events.mpk"))
    begin = whole[0][1]
    out = []
    for kind, at, ident, fields in whole:
        if kind in FIELDS:
            said = {name: short(fields[name]) for name in FIELDS[kind] if fields.get(name) not in (None, "", 0)}
            out.append([kind, round(at - begin, 2), ident, said])
    return begin, out


def restore(one, run):
    """Makes a directory of a run that lists and compares as the one did that was kept (a line of a Shelf)."""
    os.makedirs(run, mode=0o700)
    with open(os.path.join(run, "run.ini"), "w", encoding="utf-8") as f:
        f.write("[run]\n" + "".join("%s = %s\n" % item for item in sorted(one["settings"].items())))
    log = eventlog.Log(os.path.join(run, "events.mpk"))
    for kind, at, ident, fields in one["events"]:
        log.add(kind, one["began"] + at, ident, **fields)
    log.file.close()


class Shelf:
    """A file of kept searches: {name, settings, began, events and what else was said} a line; a later line replaces an earlier."""

    def __init__(self, path):
        self.path, self.lines = path, {}
        try:
            with open(path, encoding="utf-8") as f:
                for line in f:
                    one = json.loads(line)
                    self.lines[self.key(one["name"], one["settings"])] = one
        except FileNotFoundError:
            pass

    @staticmethod
    def key(name, settings):
        return json.dumps([name, sorted((k, str(v)) for k, v in settings.items())])

    def get(self, name, settings):
        return self.lines.get(self.key(name, settings))

    def put(self, name, settings, run, **about):
        began, history = events(run)
        one = {"name": name, "settings": settings, **about, "began": began, "events": history}
        os.makedirs(os.path.dirname(os.path.abspath(self.path)), exist_ok=True)
        with open(self.path, "a", encoding="utf-8") as f:
            f.write(json.dumps(one, separators=(",", ":")) + "\n")
        self.lines[self.key(name, settings)] = one
