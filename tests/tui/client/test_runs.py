"""Runs from the command line, with the real engine: start, watch, act, stop, kill, resume."""
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../helper"))
from auxcell import AUXCELL, TINY, PlaceCase, main  # noqa: E402

ARCH0 = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"


class Runs(PlaceCase):
    def status(self, *run):
        return json.loads(self.ok("status", *run, "--json"))

    def endless(self, name, *more):
        """A search that doesn't end by itself, once it has its first reward."""
        search = self.place.start("search", "--run", name, "--candidates", "100000", *TINY, *more)
        self.addCleanup(search.stdout.close)
        self.addCleanup(search.stderr.close)
        for line in search.stdout:
            if " #1 " in line:
                return search
        self.fail(search.stderr.read())

    def test_headless_to_its_end(self):
        out = self.ok("search", "--candidates", "3", *TINY)
        lines = out.splitlines()
        self.assertEqual(lines[0], "run scenes-001: scenes, preset demo, strategy ppo, 3 candidates")
        for i in (1, 2, 3):
            self.assertRegex(lines[i], rf"^   {i}/3 #{i} +reward \.\d{{4}} +mIoU \.\d{{3}} +params [\d.]+M +[\d.]+ s  \[\[")
        self.assertIn("    ID S REWARD", out)
        rewards = [line.split()[2] for line in lines if line.startswith("     ") and " D " in line]
        self.assertEqual(len(rewards), 3)
        self.assertEqual(rewards, sorted(rewards, reverse=True))
        self.assertIn(f"best: #{self.status()['best']['id']}, reward {rewards[0]}", out)
        self.assertEqual(self.status("scenes-001")["state"], "finished")
        overhead = self.status()["overhead"]
        self.assertTrue(0 < overhead < 1, overhead)
        self.assertRegex(self.ok("status"), r"\n  overhead +[\d.]+ % of the workers' time\n")
        self.assertRegex(self.ok("ls"), r"scenes-001 +finished +3/3 ")
        self.assertEqual([r["name"] for r in json.loads(self.ok("ls", "--json"))], ["scenes-001"])
        log = self.ok("log", "scenes-001")
        self.assertEqual(len(re.findall(r"  scored +#\d+ +reward", log)), 3)  # outcomes of stage 1 are marked as such
        self.assertRegex(log, r"\d\d:\d\d:\d\d  end +finished\n\Z")
        again = self.place.call("search", "--run", "scenes-001")
        self.assertEqual(again.returncode, 1)
        self.assertIn("there is a run already; 'auxcell resume' continues it", again.stderr)
        self.ok("search", "--candidates", "1", *TINY)
        self.assertEqual(sorted(os.listdir(self.place.runs)), ["scenes-001", "scenes-002"])

    def test_a_finished_run_takes_up_more(self):
        self.ok("search", "--run", "a", "--candidates", "1", *TINY, "--full-epochs", "1", "--full-channels", "8",
                "--full-repeats", "1")
        self.assertEqual(self.ok("note", "a", "1", "good"), "noted at #1\n")
        self.assertRegex(self.ok("promote", "a", "1"), r"^#1: full training as #2 is next\n$")
        self.ok("log", "a", "--follow")  # until the end; the engine releases the run a moment after its last event
        until = time.monotonic() + 300
        while self.status("a")["state"] == "running" and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(self.status("a")["state"], "finished")
        self.assertTrue(os.path.exists(os.path.join(self.place.run_dir("a"), "models", "2.safetensors")))
        self.assertEqual(self.place.call("pause", "a", "1").returncode, 1)  # no engine runs, and none is needed
        self.assertEqual(self.ok("prune", "a", "1", "2"), "pruned 2 candidates; undo takes them back\n")
        self.assertEqual([c["status"] for c in self.status("a")["candidates"]], ["X", "X"])
        advice = self.place.call("promote", "a", "1")
        self.assertEqual((advice.returncode, advice.stderr),
                         (2, "auxcell: #1 is pruned; 'undo 1' takes that back, and then it can be promoted\n"))
        self.assertEqual(self.ok("undo", "a"), "2 candidates are back\n")
        self.assertEqual([c["status"] for c in self.status("a")["candidates"]], ["*", "D"])

    def test_json_lines(self):
        out = self.ok("search", "--json", "--candidates", "1", *TINY)
        events = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([e["seq"] for e in events], list(range(1, len(events) + 1)))
        self.assertEqual((events[0]["event"], events[-1]["event"]), ("hello", "bye"))

    def test_settings_come_back_from_run_ini(self):
        self.ok("search", "--run", "a", "--candidates", "1", "--seed", "7", *TINY, "--no-aux", "--no-polyak", "--no-gate")
        ini = os.path.join(self.place.run_dir("a"), "run.ini")
        with open(ini) as a:
            lines = a.read().splitlines()
        self.assertLessEqual({"aux_weight = 0", "polyak = 0", "gate = 0"}, set(lines))
        self.ok("search", "--run", "b", "--config", ini)
        with open(ini) as a, open(os.path.join(self.place.run_dir("b"), "run.ini")) as b:
            self.assertEqual(a.read(), b.read())
        a, b = self.status("a"), self.status("b")
        self.assertEqual(a["seed"], 7)
        self.assertEqual(a["best"]["genotype"], b["best"]["genotype"])
        self.assertEqual(a["best"]["reward"], b["best"]["reward"])

    def test_a_model_teaches(self):
        self.ok("try", ARCH0, "--model", "teacher.safetensors", *TINY)
        self.ok("search", "--run", "a", "--candidates", "2", "--teacher", "teacher.safetensors", *TINY)
        with open(os.path.join(self.place.run_dir("a"), "run.ini")) as f:
            self.assertIn(f"teacher = {os.path.join(os.path.realpath(self.place.dir), 'teacher.safetensors')}\n", f.read())
        self.ok("search", "--run", "b", "--candidates", "2", "--teacher", "teacher.safetensors", "--no-kd", *TINY)
        a, b = self.status("a"), self.status("b")
        self.assertEqual((a["scored"], b["scored"]), (2, 2))
        self.assertNotEqual(a["best"]["reward"], b["best"]["reward"])
        done = self.place.call("search", "--run", "c", "--teacher", "none.safetensors", *TINY)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))
        self.assertIn("teacher none.safetensors: No such file or directory", done.stderr)

    def test_acts_on_a_live_run(self):
        self.endless("live")
        self.assertEqual(self.ok("pause"), "the run is paused\n")
        self.assertEqual(self.status()["state"], "paused")
        self.assertEqual(self.ok("note", "live", "1", "the \"first\""), "noted at #1\n")
        self.assertEqual(self.status()["candidates"][0]["note"], "the \"first\"")
        self.ok("pin", "live", "#1")
        self.assertTrue(self.status()["candidates"][0]["pinned"])
        self.ok("pin", "1")
        self.assertFalse(self.status()["candidates"][0]["pinned"])
        before = self.status()
        self.ok("submit", ARCH0)
        after = self.status()
        self.assertEqual(after["proposed"], before["proposed"] + 1)
        self.assertEqual(after["candidates"][-1]["genotype"], ARCH0)
        self.ok("prune", "live", "1")
        self.assertEqual(self.status()["candidates"][0]["status"], "X")
        self.ok("undo", "live", "1")
        self.assertEqual(self.status()["candidates"][0]["status"], "D")
        self.ok("save")
        unknown = self.place.call("prune", "live", "999999")
        self.assertEqual(unknown.returncode, 2)
        self.assertRegex(unknown.stderr, r"\Aauxcell: [^\n]+999999\n\Z")
        self.ok("continue")
        self.assertEqual(self.status()["state"], "running")
        busy = self.place.call("resume", "live")
        self.assertEqual(busy.returncode, 1)
        self.assertIn("its engine runs already", busy.stderr)
        self.assertEqual(self.ok("stop"), "live: stopped; 'auxcell resume live' goes on from there\n")
        self.assertEqual(self.status()["state"], "stopped")
        self.assertEqual(self.ok("stop", "live"), "live: no engine runs\n")
        gone = self.place.call("prune", "live", "1")
        self.assertEqual((gone.returncode, gone.stderr),
                         (1, "auxcell: live: no engine runs; 'auxcell resume live' starts it\n"))
        self.assertEqual(self.status()["events"], len(self.ok("log", "live", "--json").splitlines()))

    def test_several_live_runs_must_be_named(self):
        self.endless("one")
        self.endless("two")
        done = self.place.call("stop")
        self.assertEqual(done.returncode, 2)
        self.assertIn("several runs are live, name one: ", done.stderr)
        self.assertIn(self.status()["name"], ("one", "two"))  # asking is harmless

    def test_ctrl_c_stops_and_resume_goes_on(self):
        search = self.endless("a")
        search.send_signal(signal.SIGINT)
        out, err = search.communicate(timeout=300)
        self.assertEqual(search.returncode, 0)
        self.assertEqual(err, "auxcell: stopping; 'auxcell resume a' goes on from there\n")
        self.assertIn("\nbest: #", out)
        stopped = self.status("a")
        self.assertEqual(stopped["state"], "stopped")
        resumed = self.place.start("resume", "a")
        first = resumed.stdout.readline()
        self.assertIn(f" #{stopped['scored'] + 1} ", first)  # older events aren't printed again
        resumed.send_signal(signal.SIGTERM)
        resumed.communicate(timeout=300)
        after = self.status("a")
        self.assertGreater(after["scored"], stopped["scored"])

    def test_resume_right_after_a_kill(self):
        """A killed engine lets go of the run a moment later, and resume waits for that."""
        search = self.endless("a")
        for _ in range(3):
            os.kill(self.status("a")["engine"], signal.SIGKILL)
            resumed = self.place.start("resume", "a")
            self.addCleanup(resumed.stdout.close)
            self.addCleanup(resumed.stderr.close)
            self.assertIn(" reward ", resumed.stdout.readline(), resumed.stderr)
        search.wait(timeout=300)

    def test_a_run_that_pauses_itself_isnt_waited_for(self):
        failing = ["--candidates", "3", "--max-failures", "2", *TINY, "--memory", "1MiB"]
        done = self.place.call("search", "--run", "a", *failing)
        self.assertEqual(done.returncode, 1)
        self.assertIn("2 failures in a row, so the run is paused", done.stderr)
        self.assertRegex(done.stderr, r"its engine was stopped; 'auxcell resume a' goes on\n\Z")
        self.assertEqual((self.status("a")["state"], self.status("a")["failed"]), ("stopped", 2))
        again = self.place.call("resume", "a")  # it is tried again, and the third candidate is the last
        self.assertEqual((again.returncode, self.status("a")["state"]), (1, "finished"), again.stderr)
        self.assertEqual(self.status("a")["failed"], 3)

    def test_a_run_that_pauses_itself_is_waited_for_on_request(self):
        failing = ["--candidates", "3", "--max-failures", "2", *TINY, "--memory", "1MiB"]
        search = self.place.start("search", "--run", "a", "--wait", *failing)
        self.addCleanup(search.stdout.close)
        self.addCleanup(search.stderr.close)
        for line in search.stderr:
            if "waits; 'auxcell continue a' goes on, Ctrl-C stops it" in line:
                break
        else:
            self.fail("it didn't wait")
        self.assertEqual(self.ok("continue", "a"), "the run goes on\n")
        self.assertEqual(search.wait(300), 1)
        self.assertEqual(self.status("a")["failed"], 3)
        for wrong in (["--wait", "--no-wait"], ["--no-wait", "--headless", "--wait"]):
            done = self.place.call("search", *wrong)
            self.assertEqual((done.returncode, done.stderr), (2, "auxcell: --wait and --no-wait exclude each other\n"))

    def test_what_a_person_paused_isnt_resumed_without_one(self):
        search = self.endless("a")
        self.ok("pause", "a")
        self.ok("stop", "a")
        self.assertEqual(search.wait(300), 0)
        done = self.place.call("resume", "a")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\Aauxcell: the run is paused and unattended")
        self.assertIn("    ID S REWARD", done.stdout)
        self.assertNotIn("/100000 #1 ", done.stdout)  # an event of the engine before
        self.assertEqual(self.status("a")["state"], "stopped")

    def test_hang_up_leaves_the_engine_alone(self):
        search = self.endless("a")
        search.send_signal(signal.SIGHUP)
        _, err = search.communicate(timeout=300)
        self.assertEqual(search.returncode, 128 + signal.SIGHUP)
        self.assertIn("the engine goes on, 'auxcell attach a' shows it", err)
        self.assertEqual(self.status("a")["state"], "running")
        self.ok("stop", "a")

    def test_killed_engine(self):
        search = self.endless("a")
        os.kill(self.status("a")["engine"], signal.SIGKILL)
        _, err = search.communicate(timeout=300)
        self.assertEqual((search.returncode, err),
                         (1, "auxcell: the engine was killed by signal 9; 'auxcell resume a' goes on\n"))
        killed = self.status("a")
        self.assertEqual((killed["state"], killed["engine"]), ("interrupted", 0))
        resumed = self.place.start("resume", "a")
        self.assertRegex(resumed.stdout.readline(), r" #\d+ +reward ")
        self.ok("stop", "a")
        resumed.communicate(timeout=300)
        self.assertEqual(self.status("a")["state"], "stopped")

    def test_a_run_that_failed_says_why(self):
        search = self.endless("a")
        self.assertIsNone(self.status("a")["why"])
        os.rename(self.place.run_dir("a"), self.place.run_dir("b"))
        search.communicate(timeout=300)
        failed = self.status("b")
        self.assertEqual(failed["state"], "failed")
        self.assertIn("the run was moved under its engine", failed["why"])
        self.assertIn(f"\n  why         {failed['why']}\n", self.ok("status", "b"))

    def test_follow_says_that_the_engine_died(self):
        search = self.endless("a")
        log = self.place.start("log", "a", "--follow")
        for line in log.stdout:
            if "  scored    #2 " in line:
                break
        os.kill(self.status("a")["engine"], signal.SIGKILL)
        _, err = log.communicate(timeout=300)
        self.assertEqual((log.returncode, err), (1, "auxcell: the engine has died; 'auxcell resume a' goes on\n"))
        search.communicate(timeout=300)
        self.assertRegex(self.ok("status", "a"), r" 0 running, .*")

    def test_follow_ends_with_the_engine(self):
        self.endless("a")
        log = self.place.start("log", "a", "--follow")
        for line in log.stdout:
            if "  scored    #3 " in line:
                break
        self.ok("stop", "a")
        rest, err = log.communicate(timeout=300)
        self.assertEqual((log.returncode, err), (0, ""))
        self.assertTrue(rest.endswith("stopped\n"), rest[-200:])

    def test_demo_writes_masks(self):
        out = self.ok("demo", *TINY)
        self.assertIn("   4/4 #4 ", out)
        self.assertIn(" ◎", out)
        names = [word for line in out.splitlines() for word in line.split() if word.endswith(".png")]
        self.assertEqual(len(names), 4)
        self.assertIn("\nmasks: " + names[0], out)
        for name in names:
            with open(name, "rb") as f:
                head = f.read(33)
            self.assertEqual(head[:8], b"\x89PNG\r\n\x1a\n")
            width, height, depth, kind = struct.unpack(">IIBB", head[16:26])
            self.assertEqual((width, height, depth, kind), (32, 32, 8, 3))  # class ids with a palette

    def test_a_run_in_a_directory_of_ones_own(self):
        where = os.path.join(self.place.dir, "here", "mine")
        self.ok("search", "--run", "./here/mine", "--candidates", "1", *TINY)
        self.assertEqual(self.status(where)["path"], where)
        self.assertEqual(os.stat(where).st_mode & 0o777, 0o700)

    def test_an_engine_that_is_killed_before_its_first_event(self):
        programs = os.path.join(self.place.dir, "programs")
        os.mkdir(programs)
        shutil.copy(AUXCELL, programs)
        engine = os.path.join(programs, "auxcell-engine")
        with open(engine, "w") as f:  # serve --run DIR ...
            f.write('#!/bin/sh\ncd "$3" && touch snapshot.mpk.tmp snapshot.mpk engine.pid && kill -9 $$\n')
        os.chmod(engine, 0o755)
        done = subprocess.run([os.path.join(programs, "auxcell"), "search", "--run", "a", *TINY], env=self.place.env,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("killed at its start by signal 9", done.stderr)
        self.assertEqual(os.listdir(self.place.runs), [])

    def test_a_linked_run(self):
        self.ok("search", "--run", "one", "--candidates", "1", *TINY)
        elsewhere = os.path.join(self.place.dir, "disk2")
        os.mkdir(elsewhere, 0o700)
        os.rename(self.place.run_dir("one"), os.path.join(elsewhere, "moved"))
        os.symlink(os.path.join(elsewhere, "moved"), self.place.run_dir("one"))
        self.assertEqual(self.status("one")["name"], "one")
        self.assertRegex(self.ok("ls"), r"\none +finished ")
        self.assertEqual(self.ok("submit", "one", ARCH0), "#2 is next\n")
        self.ok("log", "one", "--follow")
        words = [line.split()[1] for line in self.ok("log", "one").splitlines()]
        self.assertEqual((words[0], words[-1], set(words) & {"hello", "gated", "bye"}), ("engine", "end", set()))
        self.assertIn('"run":"one"', [e for e in self.ok("log", "one", "--json").splitlines() if '"hello"' in e][-1])
        os.rename(elsewhere, elsewhere + "-unplugged")
        done = self.place.call("ls")
        self.assertIn("one: no such run: a link to ", done.stderr)
        self.assertEqual(self.place.call("status", "one").returncode, 1)

    def damaged(self, code, *words):
        """Everybody who shows the history names its damage, on standard error and in JSON."""
        for args, status in ((("status", "a"), 0), (("status", "a", "--json"), 0), (("ls",), 0), (("ls", "--json"), 0),
                             (("log", "a"), code), (("log", "a", "--json"), code), (("export", "a"), code),
                             (("export", "a", "--json"), code)):
            done = self.place.call(*args)
            self.assertEqual(done.returncode, status, (args, done.stderr))
            self.assertTrue(done.stdout)
            if code:
                self.assertEqual(done.stderr.count("\n"), 1, (args, done.stderr))
                for word in ("auxcell: a: events.mpk: damaged at byte ", *words):
                    self.assertRegex(done.stderr, word, args)
            else:
                self.assertEqual(done.stderr, "", args)
        if code:
            with open(os.path.join(self.place.dir, "keys"), "w") as f:
                f.write("wait damaged\nsave screen.txt\n")
            self.ok("attach", "a", "--script", "keys", "--size", "160x48")
            with open(os.path.join(self.place.dir, "screen.txt")) as f:
                screen = f.read()
            self.assertRegex(screen.splitlines()[0], r"  damaged(: \d+ events? lost| log)")
            self.assertIn("events.mpk: damaged at byte ", screen)
        return json.loads(self.place.call("status", "a", "--json").stdout)["damage"]

    def test_damaged_in_the_middle(self):
        self.ok("search", "--run", "a", "--candidates", "2", *TINY)
        self.assertIsNone(self.damaged(0))
        path = os.path.join(self.place.run_dir("a"), "events.mpk")
        with open(path, "rb+") as f:
            whole = f.read()
            at = whole.index(b"proposed")  # the event of the first candidate
            f.seek(at)
            f.write(b"\0" * 100)
        damage = self.damaged(1, r"1 event \(\d+\) is missing", "1 candidate is unknown", "'auxcell resume a' goes on")
        self.assertEqual((damage["events"], damage["candidates"], damage["mended"]), (1, 1, 0))
        self.assertTrue(0 < damage["byte"] < at and 100 < damage["bytes"] < len(whole) / 2, damage)
        self.assertEqual(self.status_of("a")["scored"], 2)
        done = self.place.call("resume", "a")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("auxcell: events.mpk: damaged at byte ", done.stderr)
        self.assertIsNone(self.damaged(0))
        status = self.status("a")
        self.assertEqual((status["lost"], status["scored"], status["proposed"]), (1, 2, 2))
        self.assertIn("\n  history     1 event is lost\n", self.ok("status", "a"))

    def status_of(self, run):
        return json.loads(self.place.call("status", run, "--json").stdout)

    def test_damaged_at_its_end(self):
        self.ok("search", "--run", "a", "--candidates", "1", *TINY)
        n = self.status("a")["events"]
        path = os.path.join(self.place.run_dir("a"), "events.mpk")
        with open(path, "rb+") as f:
            f.truncate(os.path.getsize(path) - 3)
        damage = self.damaged(1, rf"1 event \({n}\) is missing", "'auxcell resume a --repair' goes on")
        self.assertEqual((damage["events"], damage["candidates"]), (1, 0))
        status = self.status_of("a")
        self.assertEqual(status["state"], "interrupted")  # the final event is the part that was cut off
        self.assertEqual(status["scored"], 1)
        size = os.path.getsize(path)
        refused = self.place.call("resume", "a")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("--repair goes on from snapshot.mpk without them", refused.stderr)
        self.assertEqual(os.path.getsize(path), size)
        done = self.place.call("resume", "a", "--repair")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIsNone(self.damaged(0))

    def test_a_flipped_bit(self):
        self.ok("search", "--run", "a", "--candidates", "1", *TINY)
        path = os.path.join(self.place.run_dir("a"), "events.mpk")
        with open(path, "rb+") as f:
            whole = f.read()
            f.seek(1000)
            f.write(bytes([whole[1000] ^ 4]))
        damage = self.damaged(1, "damaged at byte 1000: 1 flipped bit, put right; nothing is missing")
        self.assertEqual((damage["events"], damage["mended"]), (0, 1))
        done = self.place.call("resume", "a")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(path, "rb") as f:
            self.assertTrue(f.read().startswith(whole))
        self.assertIsNone(self.damaged(0))

    def test_a_search_without_a_result_has_failed(self):
        done = self.place.call("search", "--run", "a", "--candidates", "2", *TINY, "--memory", "1MiB")
        self.assertEqual(done.returncode, 1)
        self.assertIn("\nno candidate has a reward yet\n", done.stdout)
        self.assertIn("#2 failed: memory: ", done.stderr)

    def test_a_history_that_is_lost(self):
        """Runs that nobody can read are runs, too; and one without its history isn't new."""
        self.ok("search", "--run", "a", "--candidates", "1", *TINY)
        path = os.path.join(self.place.run_dir("a"), "events.mpk")
        os.rename(path, path + ".kept")
        os.symlink("events.mpk", path)
        done = self.place.call("ls")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("auxcell: a: events.mpk: ", done.stderr)
        done = self.place.call("ls", "--json")
        self.assertEqual((done.returncode, json.loads(done.stdout)), (1, []))
        os.unlink(path)
        open(path, "w").close()
        done = self.place.call("status", "a")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.splitlines()[0], "a  damaged")
        self.assertNotIn("preset ,", done.stdout)
        self.assertIn(" are missing", done.stderr)

    def test_pipes_in_a_run(self):
        """What waits for the other end of a pipe waits without end."""
        self.ok("search", "--run", "a", "--candidates", "1", *TINY)
        run = self.place.run_dir("a")
        for name in ("run.ini", "events.mpk", "snapshot.mpk", "candidates.mpk", "engine.log"):
            path = os.path.join(run, name)
            kept = os.path.exists(path)
            if kept:
                os.rename(path, path + ".kept")
            os.mkfifo(path)
            for command in (("ls",), ("status", "a"), ("log", "a"), ("export", "a")):
                done = self.place.call(*command, timeout=300)
                if name == "events.mpk" and command != ("ls",):  # the message doesn't call it damaged
                    self.assertEqual((done.returncode, done.stdout, done.stderr),
                                     (1, "", "auxcell: events.mpk: a pipe, not a regular file\n"))
            done = self.place.call("resume", "a", timeout=300)
            if name == "candidates.mpk":  # it is rebuilt from the events
                self.assertEqual((done.returncode, done.stderr.count("\n")), (0, 1), done.stderr)
                self.assertIn("candidates.mpk: damaged", done.stderr)
            else:
                self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), done.stderr)
                self.assertIn(name, done.stderr)
            os.unlink(path)
            if kept:
                os.rename(path + ".kept", path)
        self.assertEqual(self.place.call("resume", "a").stderr, "")


if __name__ == "__main__":
    main()
