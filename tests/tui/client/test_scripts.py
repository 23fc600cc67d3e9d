"""The interface for scripts: JSON, CSV, exit codes, forks, repeated requests, completion."""
import csv
import io
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../helper"))
from auxcell import AUXCELL, TINY, PlaceCase, main  # noqa: E402
from screen import make_run  # noqa: E402

ARCH0 = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../..")


class Scripts(PlaceCase):
    def test_export(self):
        make_run(self.place.runs, "old", 30)
        objects = json.loads(self.ok("export", "old", "--json"))
        rows = list(csv.DictReader(io.StringIO(self.ok("export", "old"))))
        self.assertEqual(len(objects), 30)
        self.assertEqual(len(rows), 30)
        for o, r in zip(objects, rows):
            self.assertEqual(list(o), list(r))
            for name, value in o.items():
                if value is None:
                    self.assertEqual(r[name], "")
                elif isinstance(value, (int, float)) and not isinstance(value, bool):
                    self.assertEqual(float(r[name]), float(value))
                elif isinstance(value, str):
                    self.assertEqual(r[name], value)
        first = objects[0]
        self.assertEqual((first["id"], first["status"], first["stage"], first["params"]), (1, "D", 1, 2201000))
        self.assertEqual((first["parent"], first["origin"], first["finished"]), (None, "ppo", 1764072009.0))
        self.assertAlmostEqual(first["reward"], 0.3 + 0.4 / 30)
        done = [o for o in objects if o["status"] in "D*" and o["stage"] < 3]
        best = {o["id"] for o in done
                if not any(p["params"] <= o["params"] and p["reward"] > o["reward"] or
                           p["params"] < o["params"] and p["reward"] == o["reward"] for p in done)}
        self.assertEqual({o["id"] for o in objects if o["front_params"]}, best)
        self.assertGreater(len(best), 1)
        path = os.path.join(self.place.dir, "out.csv")
        self.assertEqual(self.ok("export", "old", "--csv", "-o", path), "")
        with open(path) as f:
            self.assertEqual(f.read(), self.ok("export", "old"))
        self.assertEqual(self.ok("export", "old", "-o", "-"), self.ok("export", "old"))
        nowhere = self.place.call("export", "old", "-o", os.path.join(self.place.dir, "none", "x.csv"))
        self.assertEqual((nowhere.returncode, nowhere.stdout), (1, ""))
        self.assertRegex(nowhere.stderr, r"\Aauxcell: [^\n]*x\.csv[^\n]*\n\Z")

    def test_export_is_written_like_any_output(self):
        run = make_run(self.place.runs, "old", 3)
        table = self.ok("export", "old")
        here = os.path.join(self.place.dir, "o")
        os.mkdir(here)
        os.symlink("target.csv", os.path.join(here, "link.csv"))
        self.ok("export", "old", "-o", os.path.join(here, "link.csv"))
        with open(os.path.join(here, "target.csv")) as f:
            self.assertEqual(f.read(), table)
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual(os.stat(os.path.join(here, "target.csv")).st_mode & 0o777, 0o666 & ~mask)
        piped = subprocess.run(["bash", "-c", 'printf head,; "$0" export old -o /dev/stdout; "$0" export old -o >(cat >&2)',
                                AUXCELL], env=self.place.env, capture_output=True, text=True)
        self.assertEqual((piped.stdout, piped.stderr), ("head," + table, table))
        log = os.path.join(here, "log")
        subprocess.run(["bash", "-c", '(printf head,; "$0" export old -o /dev/stdout; printf tail) >"$1"', AUXCELL, log],
                       env=self.place.env, check=True)
        with open(log) as f:
            self.assertEqual(f.read(), "head," + table + "tail")
        os.link(os.path.join(run, "events.mpk"), os.path.join(here, "hard"))
        os.symlink(os.path.join(run, "run.ini"), os.path.join(here, "soft"))
        own = [os.path.join(run, "events.mpk"), os.path.join(here, "hard"), os.path.join(here, "soft")]
        for folder in ("cache", "inflight", "masks", "models"):
            os.makedirs(os.path.join(run, folder), exist_ok=True)
            own.append(os.path.join(run, folder, "1.x"))
            with open(own[-1], "w") as f:
                f.write("of the run")
        for name in own:
            with open(name, "rb") as f:
                was = f.read()
            for command in ("export", "report", "compare"):
                wrong = self.place.call(command, "old", "-o", name)
                self.assertEqual(wrong.returncode, 1)
                self.assertRegex(wrong.stderr, r"\Aauxcell: [^\n]+ would overwrite [^\n]+\n\Z")
            with open(name, "rb") as f:
                self.assertEqual(f.read(), was)
        self.assertEqual(self.ok("export", "old"), table)

    def test_csv_of_odd_notes(self):
        from screen import Log
        path = make_run(self.place.runs, "odd", 1)
        log = Log(os.path.join(path, "events.mpk"))
        for kind, at, ident, fields in (("hello", 1.0, 0, dict(run="odd")),
                                        ("proposed", 2.0, 1, dict(genotype=ARCH0, origin="user", parent=0)),
                                        ("noted", 3.0, 1, dict(text='small, but "good"', pin=-1, by="user"))):
            log.add(kind, at, ident, **fields)
        self.assertIn(',"small, but ""good""",', self.ok("export", "odd"))
        self.assertEqual(json.loads(self.ok("export", "odd", "--json"))[0]["note"], 'small, but "good"')

    def test_a_long_path_is_shown_whole(self):
        """Events have room for 199 bytes."""
        from screen import Log
        data = "camvid:/" + "d" * 197 + "\u00e4" * 20
        path = make_run(self.place.runs, "long", 1)
        log = Log(os.path.join(path, "events.mpk"))
        log.add("hello", 1.0, 0, run="long", data=data[:198], preset="demo", strategy="ppo", device="cpu")
        with open(os.path.join(path, "run.ini"), "a") as f:
            f.write(f"data = {data}\n")
        self.assertEqual(json.loads(self.ok("status", "long", "--json"))["data"], data)
        self.assertEqual(json.loads(self.ok("ls", "--json"))[0]["data"], data)
        self.assertIn(f" {data},", self.ok("status", "long"))

    def test_log_of_a_torn_history(self):
        path = os.path.join(make_run(self.place.runs, "torn", 5), "events.mpk")
        whole = [json.loads(line) for line in self.ok("log", "torn", "--json").splitlines()]
        self.assertEqual([e["seq"] for e in whole], list(range(1, 17)))
        self.assertEqual(whole[-1]["event"], "scored")
        size = os.path.getsize(path)
        os.truncate(path, size - 7)
        for more in ([], ["--follow"]):
            torn = [json.loads(line) for line in self.ok("log", "torn", "--json", *more).splitlines()]
            self.assertEqual(torn, whole[:-1])
        self.assertEqual(len(json.loads(self.ok("export", "torn", "--json"))), 5)

    def test_exit_codes(self):
        make_run(self.place.runs, "old", 2)
        self.assertEqual(self.place.call("ls").returncode, 0)
        self.assertEqual(self.place.call("status", "none").returncode, 1)
        self.assertEqual(self.place.call("pause", "old", "1").returncode, 1)  # no engine runs
        self.assertEqual(self.place.call("prune", "old").returncode, 2)  # the candidate is missing
        self.assertEqual(self.place.call("fork", "old", "1", "--set", "op77=1").returncode, 2)
        device = self.place.call("try", ARCH0, "--device", "cuda:0", *TINY)
        self.assertIn(device.returncode, (2, 3), device.stderr)
        full = subprocess.run([AUXCELL, "export", "old"], env=self.place.env, stdout=open("/dev/full", "w"),
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual((full.returncode, full.stderr),
                         (1, "auxcell: standard output: cannot write: No space left on device\n"))

    def test_json_of_every_listing(self):
        make_run(self.place.runs, "old", 2)
        self.assertEqual(json.loads(self.ok("list", "--json"))[0]["name"], "old")
        self.assertEqual(self.ok("list"), self.ok("ls"))
        self.assertEqual(len(json.loads(self.ok("status", "old", "--json"))["candidates"]), 2)
        self.assertEqual(json.loads(self.ok("stop", "old", "--json")),
                         {"run": "old", "verb": "stop", "was_running": False})
        self.assertEqual(json.loads(self.ok("show", ARCH0, "--json"))["genotype"], ARCH0)
        rows = [json.loads(line) for line in self.ok("selftest", "--json", "--threads", "1").splitlines()]
        self.assertGreater(len(rows), 3)
        self.assertTrue(all(r["ok"] for r in rows))

    def test_hand_made_candidates(self):
        search = self.place.start("search", "--run", "live", "--candidates", "100000", *TINY)
        self.addCleanup(search.stdout.close)
        self.addCleanup(search.stderr.close)
        for line in search.stdout:
            if " #1 " in line:
                break
        self.ok("pause", "live")
        made = json.loads(self.ok("submit", "live", ARCH0, "--json", "--request", "71"))
        again = json.loads(self.ok("submit", "live", ARCH0, "--json", "--request", "71"))
        self.assertEqual(made, again)  # answered again without doing it again
        self.assertEqual((made["run"], made["verb"], made["id"], made["request"]), ("live", "submit", None, 71))
        parent = made["candidate"]
        other = self.place.call("pin", "live", "1", "--request", "71")
        self.assertEqual((other.returncode, other.stdout), (2, ""))
        self.assertEqual(other.stderr,
                         "auxcell: request 71 was 'submit': nothing is done; another act takes another number\n")
        done = self.ok("fork", "live", str(parent), "--set", "op5=sep3x3", "--set", "in8=4,block6b=1")
        self.assertRegex(done, rf"\A#{parent + 1} is next: #{parent} with op5 sep5x5_d6 -> sep3x3, in8 0 -> 4, block6b 0 -> 1\n")
        rows = json.loads(self.ok("export", "live", "--json"))
        self.assertEqual(len(rows), parent + 1)
        child = rows[-1]
        self.assertEqual((child["id"], child["parent"], child["origin"]), (parent + 1, parent, "user"))
        self.assertEqual(child["genotype"], "[[8,[0,0,5,2],[0,2,2,8],[4,5,1,4]],[[3,3],[3,2],[3,1]]]")
        for wrong, says in ((["op5=8"], "nothing of #%d is changed" % parent), (["in2=7"], "positions of layer 1 are 0 to 1"),
                            (["op5"], "write DECISION=VALUE"), (["colour=1"], "'colour' is not a decision")):
            refused = self.place.call("fork", "live", str(parent), "--set", *wrong)
            self.assertEqual((refused.returncode, refused.stdout), (2, ""))
            self.assertIn(says, refused.stderr)
        self.assertEqual(self.place.call("fork", "live", "99999", "--set", "op5=1").returncode, 2)
        self.assertEqual(self.place.call("fork", "live", str(parent)).returncode, 2)
        self.assertEqual(len(json.loads(self.ok("export", "live", "--json"))), parent + 1)
        many = [str(9000 + i) for i in range(129)]
        for ids in many[:3], many[:128]:  # that many are taken: it is the candidates that don't exist
            done = self.place.call("prune", "live", *ids)
            self.assertEqual((done.returncode, done.stderr), (2, f"auxcell: there is no candidate #{ids[0]}\n"))
        self.assertEqual(self.place.call("prune", "live", *many).stderr, "auxcell: prune: more than 128 candidates at once\n")
        pruned = json.loads(self.ok("prune", "live", "1", str(parent + 1), "--json"))
        self.assertEqual((pruned["id"], pruned["ids"], pruned["count"]), (None, [1, parent + 1], 2))
        self.assertEqual(pruned["message"], "pruned 2 candidates; undo takes them back, 1 of them within 10 s")
        back = json.loads(self.ok("undo", "live", "1", str(parent + 1), "--json"))
        self.assertEqual((back["count"], back["message"]), (2, "2 candidates are back"))
        # A killed engine remembers its answers; a paused run would stop without a terminal.
        self.ok("continue", "live")
        os.kill(json.loads(self.ok("status", "live", "--json"))["engine"], 9)
        search.wait(300)
        resumed = self.place.start("resume", "live", "--wait")  # the run is paused
        self.addCleanup(resumed.stdout.close)
        self.addCleanup(resumed.stderr.close)
        while json.loads(self.ok("status", "live", "--json"))["engine"] == 0 and resumed.poll() is None:
            os.sched_yield()
        self.assertEqual(json.loads(self.ok("submit", "live", ARCH0, "--json", "--request", "71")), made)
        rows = json.loads(self.ok("export", "live", "--json"))
        self.assertEqual([r["id"] for r in rows if r["origin"] == "user"], [parent, parent + 1])
        self.assertEqual(json.loads(self.ok("stop", "live", "--json"))["was_running"], True)

    def test_published_names(self):
        """The help lists the names that the program knows."""
        unknown = self.place.call("show", "arch9")
        self.assertEqual(unknown.returncode, 2)
        known = unknown.stderr.rsplit("they are ", 1)[1].strip()
        self.assertIn(f"or published: {known}\n", self.ok("show", "--help"))

    def test_completion(self):
        make_run(self.place.runs, "old", 1)
        make_run(self.place.runs, "other", 1)
        script = ("source completions/auxcell.bash; COMP_WORDS=(auxcell \"$@\"); COMP_CWORD=$#; _auxcell; "
                  "printf '%s\\n' \"${COMPREPLY[@]}\"")

        def complete(*words):
            env = dict(self.place.env, PATH=os.path.dirname(os.path.abspath(AUXCELL)) + ":" + os.environ["PATH"])
            done = subprocess.run(["bash", "--norc", "-c", script, "bash", *words], env=env, cwd=ROOT,
                                  capture_output=True, text=True)
            self.assertEqual(done.stderr, "")
            return done.stdout
        self.assertEqual(sorted(complete("pr").split()), ["predict", "promote", "prune"])
        self.assertEqual(complete("prune", "o").split(), ["old", "other"])
        self.assertEqual(complete("fork", "old", "1", "--s").split(), ["--set"])
        self.assertEqual(complete("replay", "o").split(), ["old", "other"])
        self.assertEqual(complete("replay", "READ").split(), ["README.md"])
        self.assertEqual(complete("bench", "o").split(), ["ops"])
        self.assertEqual(complete("show", "template").split(), ["template-arch0", "template-arch1"])
        self.assertEqual(complete("try", "arch0", "arch1").split(), ["arch1"])
        self.assertEqual(complete("train", "READ").split(), ["README.md"])
        self.assertEqual(complete("bench", "ops", "--on").split(), ["--only"])
        self.assertIn("check", complete("data", "c").split())
        self.assertEqual(complete("data", "check", "cam").split(), ["camvid:"])
        self.assertEqual(complete("data", "check", "scenes", "--a").split(), ["--all"])
        self.assertIn("--train-samples", complete("search", "--tr").split())
        self.assertEqual(complete("search", "--preset", "c").split(), ["cpu", "cpu-full"])
        self.assertEqual(complete("search", "--strategy", "r").split(), ["reinforce", "random"])
        self.assertEqual(complete("demo", "--task", "").split(), ["segmentation", "depth", "pose"])
        self.assertEqual(complete("search", "--objective", "").split(), ["reward", "params", "macs", "latency"])
        self.assertEqual(complete("search", "--encoder", "READ").split(), ["README.md"])
        self.assertEqual(complete("compare", "old", "o").split(), ["old", "other"])
        self.assertEqual(complete("compare", "old", "--front", "").split(), ["params", "macs", "latency", "seconds"])
        self.assertEqual(complete("eval", "--split", "").split(), ["train", "val", "test"])
        self.assertEqual(complete("bench", "ops", "--device", "").split(), ["auto", "cpu", "ref"])
        # Runs with any name: nothing in it is executed, and it can't control the terminal.
        for name in ("odd $(touch made)", "odd `touch made`", "odd\x1b[31m", "odd\nx", "odd *"):
            make_run(self.place.runs, name, 1)
        self.assertEqual(sorted(complete("prune", "odd").splitlines()),
                         ["odd $(touch made)", "odd *", "odd `touch made`"])
        self.assertFalse(os.path.exists(os.path.join(ROOT, "made")))

    def test_other_shells_complete_too(self):
        make_run(self.place.runs, "old", 1)
        env = dict(self.place.env, PATH=os.path.dirname(os.path.abspath(AUXCELL)) + ":" + os.environ["PATH"])

        def ask(*argv):
            return subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300)
        if not shutil.which("fish"):
            self.skipTest("fish is not installed")
        here = sorted(n for n in os.listdir(ROOT) if n.startswith("REA"))
        for typed, words in (("auxcell pr", ["predict", "promote", "prune"]), ("auxcell attach o", ["old"]),
                             ("auxcell attach ", ["old"]), ("auxcell compare old ", ["old"]),
                             ("auxcell replay ol", ["old"]), ("auxcell replay REA", here), ("auxcell export REA", here),
                             ("auxcell attach ./REA", ["./" + n for n in here]),
                             ("auxcell attach old --script REA", here),
                             ("auxcell replay --sp", ["--speed"]),
                             ("auxcell compare old --front l", ["latency"]),
                             ("auxcell data ", ["check", "show"]), ("auxcell data check cam", ["camvid:"]),
                             ("auxcell data check scenes --a", ["--all"]), ("auxcell bench o", ["ops"]),
                             ("auxcell bench ops --on", ["--only"])):
            done = ask("fish", "--no-config", "-c", "source completions/auxcell.fish; complete -C '%s'" % typed)
            self.assertEqual(done.stderr, "")
            found = sorted(line.split("\t")[0] for line in done.stdout.splitlines())
            self.assertEqual([w for w in found if not w.endswith("/")], words, done.stdout)
        if not shutil.which("zsh"):
            return
        # what the function would give to zsh's completion
        script = ("compadd() { while [[ $1 == -* ]] { [[ $1 == -S ]] && shift; [[ $1 == -a ]] && set -- x ${(P)2}; shift }; "
                  "print -rl -- $@ }; _describe() { print -rl -- ${(P)2%%:*} }; _files() { print FILES }; "
                  "words=($@); CURRENT=$#; PREFIX=$words[-1]; source completions/_auxcell")
        for typed, words in (("pr", ["predict", "promote", "prune"]), ("attach o", ["old"]),
                             ("compare old o", ["old"]), ("search --preset c", ["cpu", "cpu-full"]),
                             ("compare old --front l", ["latency"]), ("data c", ["check"]),
                             ("data check cam", ["camvid:"]), ("data check scenes --a", ["--all"]),
                             ("bench o", ["ops"]), ("bench ops --on", ["--only"]), ("show s", ["FILES"])):
            done = ask("zsh", "-f", "-c", script, "zsh", "auxcell", *typed.split())
            self.assertEqual(done.stderr, "")
            start = typed.split()[-1]
            found = [w for w in done.stdout.split() if w.startswith(start) or w == "FILES"]
            self.assertEqual(sorted(found), words, typed)


if __name__ == "__main__":
    main()
