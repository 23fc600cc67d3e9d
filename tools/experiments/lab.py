"""Runs candidates and searches, and keeps what came out, so that an experiment cut short goes on where it was."""
import json
import os
import pathlib
import shutil
import subprocess
import sys


class Lab:
    """out: the folder of results.jsonl (one line per candidate), searches and cached features."""

    def __init__(self, engine, out, common):
        self.engine, self.out, self.common = engine, pathlib.Path(out), common
        self.out.mkdir(parents=True, exist_ok=True)
        (self.out / "cache").mkdir(exist_ok=True)
        self.results = {}
        try:
            for line in open(self.out / "results.jsonl", encoding="utf-8"):
                entry = json.loads(line)
                self.results[self.key(entry["genotype"], entry["settings"])] = entry["result"]
        except FileNotFoundError:
            pass

    @staticmethod
    def key(genotype, settings):
        return json.dumps([genotype, sorted(settings.items())])

    @staticmethod
    def options(settings):
        return [text for name, value in sorted(settings.items()) for text in ("--" + name.replace("_", "-"), str(value))]

    def candidates(self, genotypes, **settings):
        """Results of `auxcell try`, in the genotypes' order; those that failed are None."""
        settings = {**self.common, **settings}
        missing = [g for g in genotypes if self.key(g, settings) not in self.results]
        if missing:
            print("%d candidates: %s" % (len(missing), " ".join(self.options(settings))), file=sys.stderr)
            command = [self.engine, "try", *missing, "--json", "--cache", str(self.out / "cache"),
                       *self.options(settings)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            with open(self.out / "results.jsonl", "a", encoding="utf-8") as kept:
                for line in process.stdout:
                    result = json.loads(line)
                    if "reward" not in result:
                        continue
                    self.results[self.key(result["genotype"], settings)] = result
                    kept.write(json.dumps({"genotype": result["genotype"], "settings": settings, "result": result}) + "\n")
                    kept.flush()
            process.wait()
        return [self.results.get(self.key(g, settings)) for g in genotypes]

    def compare(self, sides):
        """What searches came to, as `auxcell compare` says it in Markdown; sides: {name: [search, ...]}."""
        front = str(pathlib.Path(self.engine).with_name("auxcell"))
        operands = ["%s=%s" % (name, ",".join(str(self.out / s) for s in searches)) for name, searches in sides.items()]
        return subprocess.run([front, "compare", "--markdown", *operands], check=True, capture_output=True, text=True).stdout

    def search(self, name, **settings):
        """Candidates of a whole search as `auxcell export --json` gives them, in the order of their ids."""
        settings = {**self.common, **settings}
        done = self.out / (name + ".json")
        if not done.exists():
            run = self.out / name
            shutil.rmtree(run, ignore_errors=True)
            print("search %s: %s" % (name, " ".join(self.options(settings))), file=sys.stderr)
            front = str(pathlib.Path(self.engine).with_name("auxcell"))
            subprocess.run([front, "search", "--headless", "--run", str(run), *self.options(settings)], check=True,
                           stdout=subprocess.DEVNULL)
            subprocess.run([front, "export", str(run), "--json", "-o", str(done) + ".part"], check=True)
            os.replace(str(done) + ".part", done)
        return json.loads(done.read_text(encoding="utf-8"))
