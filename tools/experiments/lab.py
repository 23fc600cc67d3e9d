"""Runs candidates and searches, and keeps the results, so that an interrupted experiment continues where it was."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import kept


def portable(settings):
    """Settings by which results are kept: those of another machine have the same, so files go without their folders."""
    def name(key, value):
        if key == "data":
            return str(value).split(":", 1)[0]
        return pathlib.Path(value).name if key in ("teacher", "encoder") else value
    return {key: name(key, value) for key, value in settings.items()}


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        model = next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), "unknown")
    return "%d x %s" % (len(os.sched_getaffinity(0)), model)


class Lab:
    """out: a folder for searches and cached features. results: the folder of what is kept, candidates.jsonl (a line per
    candidate) and searches.jsonl. until: the time after which nothing more is computed."""

    def __init__(self, engine, out, results, common, until):
        self.engine, self.out, self.common, self.until = engine, pathlib.Path(out), common, until
        self.kept = pathlib.Path(results) / "candidates.jsonl"
        self.shelf = kept.Shelf(pathlib.Path(results) / "searches.jsonl")
        self.version = subprocess.run([engine, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        (self.out / "cache").mkdir(parents=True, exist_ok=True)
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        self.results = {}
        try:
            for line in open(self.kept, encoding="utf-8"):
                entry = json.loads(line)
                self.results[self.key(entry["genotype"], entry["settings"])] = entry["result"]
        except FileNotFoundError:
            pass

    @staticmethod
    def key(genotype, settings):
        return json.dumps([genotype, sorted((k, str(v)) for k, v in portable(settings).items())])

    @staticmethod
    def options(settings):
        return [text for name, value in sorted(settings.items()) for text in ("--" + name.replace("_", "-"), str(value))]

    def candidates(self, genotypes, **settings):
        """Results of `auxcell try`, in the genotypes' order; those that failed are None."""
        settings = {**self.common, **settings}
        missing = [g for g in genotypes if self.key(g, settings) not in self.results]
        if missing and time.time() < self.until:
            print("%d candidates: %s" % (len(missing), " ".join(self.options(settings))), file=sys.stderr)
            command = [self.engine, "try", *missing, "--json", "--cache", str(self.out / "cache"),
                       *self.options(settings)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            with open(self.kept, "a", encoding="utf-8") as lines:
                for line in process.stdout:
                    result = json.loads(line)
                    if "reward" not in result:
                        continue
                    self.results[self.key(result["genotype"], settings)] = result
                    about = {"genotype": result["genotype"], "settings": portable(settings), "version": self.version,
                             "processor": processor(), "result": result}
                    lines.write(json.dumps(about) + "\n")
                    lines.flush()
            process.wait()
        return [self.results.get(self.key(g, settings)) for g in genotypes]

    def compare(self, sides):
        """What searches came to, as `auxcell compare` says it in Markdown; sides: {name: [search, ...]}."""
        front = str(pathlib.Path(self.engine).with_name("auxcell"))
        operands = ["%s=%s" % (name, ",".join(str(self.out / s) for s in searches)) for name, searches in sides.items()]
        return subprocess.run([front, "compare", "--markdown", *operands], check=True, capture_output=True, text=True).stdout

    def finish(self, front, name, run, settings):
        """Does a search to its end; one that was interrupted goes on where it was, if it is the same."""
        note = run.with_name(name + ".json")  # of what a run in the folder was begun with
        same = json.dumps([self.version, settings], sort_keys=True)
        goes_on = run.is_dir() and note.is_file() and note.read_text(encoding="utf-8") == same
        if not goes_on:
            shutil.rmtree(run, ignore_errors=True)
            note.write_text(same, encoding="utf-8")
        print("search %s%s: %s" % (name, " goes on" if goes_on else "", " ".join(self.options(settings))), file=sys.stderr)
        how = ["resume", str(run), "--headless"] if goes_on else ["search", "--headless", "--run", str(run),
                                                                  *self.options(settings)]
        subprocess.run([front, *how], check=True, stdout=subprocess.DEVNULL)
        note.unlink()

    def search(self, name, **settings):
        """Candidates of a whole search as `auxcell export --json` gives them, in the order of their ids; None: it hasn't
        been done, and there is no time for it."""
        settings = {**self.common, **settings}
        run = self.out / name
        front = str(pathlib.Path(self.engine).with_name("auxcell"))
        if not self.shelf.get(name, portable(settings)):
            if time.time() >= self.until:
                return None
            self.finish(front, name, run, settings)
            self.shelf.put(name, portable(settings), run, version=self.version, processor=processor())
        shutil.rmtree(run, ignore_errors=True)
        kept.restore(self.shelf.get(name, portable(settings)), run)
        return json.loads(subprocess.run([front, "export", str(run), "--json"], check=True, capture_output=True).stdout)
