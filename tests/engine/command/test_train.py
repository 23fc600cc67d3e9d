"""train with the real engine: the best epoch is the model, and a training that was killed gives the bits of one that
never was."""
import fcntl
import json
import os
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from auxcell import Place, TINY, main  # noqa: E402

ENGINE = os.path.join(os.environ["AUXCELL_BUILD"], "auxcell-engine")
GENOTYPE = "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"
OTHER = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"
SMALL = ["--train-samples", "8", "--val-samples", "4", "--crop", "32", "--val-crop", "32", "--batch", "4",
         "--stage2-samples", "4", "--stage2-crop", "32", "--stage2-batch", "2", "--full-channels", "8",
         "--full-repeats", "1", "--full-epochs", "3", "--full-stage2-epochs", "2", "--threads", "1", "--latency", "0",
         "--lr", "0.01"]
STAGE1 = [*SMALL, "--stages", "1"]


def read(path):
    with open(path, "rb") as f:
        return f.read()


def metadata(path):
    data = read(path)
    n, = struct.unpack("<Q", data[:8])
    return json.loads(data[8:8 + n])["__metadata__"]


def epochs(path):
    """What every epoch came to, times left out."""
    return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in read(path).splitlines()]


class Train(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        code, out, err = cls.train(GENOTYPE, *SMALL, "--state", cls.at("whole"), "--json")
        assert (code, err) == (0, ""), err
        cls.lines = [json.loads(line) for line in out.splitlines()]

    @classmethod
    def tearDownClass(cls):
        cls.place.close()

    @classmethod
    def at(cls, name):
        return os.path.join(cls.place.dir, name)

    @classmethod
    def train(cls, *args, timeout=300):
        done = subprocess.run([ENGINE, "train", *args], env=cls.place.env, cwd=cls.place.dir, capture_output=True,
                              stdin=subprocess.DEVNULL, text=True, timeout=timeout)
        return done.returncode, done.stdout, done.stderr

    def refused(self, says, *args, code=2):
        got, out, err = self.train(*args)
        self.assertEqual((got, out, err.count("\n")), (code, "", 1), err)
        self.assertIn(says, err)

    def as_whole(self, folder):
        """It came to the bits of the training that nothing interrupted."""
        self.assertEqual(epochs(self.at(folder + "/epochs-1.jsonl")), epochs(self.at("whole/epochs-1.jsonl")))
        self.assertEqual(read(self.at(folder + "/model-1.safetensors")), read(self.at("whole/model-1.safetensors")))

    def line_by_line(self, name, **more):
        """A training that waits for who reads its lines: the pipe has room for one, so it is two epochs ahead at most."""
        ours, its = os.pipe2(os.O_DIRECT)  # every line is a packet
        self.addCleanup(os.close, ours)
        fcntl.fcntl(its, fcntl.F_SETPIPE_SZ, 4096)
        p = subprocess.Popen([ENGINE, "train", GENOTYPE, *SMALL, "--state", self.at(name), "--json"], env=self.place.env,
                             cwd=self.place.dir, stdout=its, **more)
        os.close(its)
        return p, lambda: os.read(ours, 4096)

    def test_the_best_epoch_is_the_model(self):
        each, end = self.lines[:-1], self.lines[-1]
        self.assertEqual([(e["epoch"], e["stage"], e["epochs"]) for e in each],
                         [(1, 1, 5), (2, 1, 5), (3, 1, 5), (4, 2, 5), (5, 2, 5)])
        best = max(each, key=lambda e: e["reward"])
        self.assertEqual((end["done"], end["epoch"], end["reward"]), (True, best["epoch"], best["reward"]))
        top = -1
        for e in each:
            self.assertEqual(e["best"], e["reward"] > top)
            top = max(top, e["reward"])
        m = metadata(end["model"])
        self.assertEqual((m["genotype"], m["channels"]), (GENOTYPE, "8"))
        for figure in ("reward", "miou", "fwiou", "accuracy"):
            self.assertAlmostEqual(float(m[figure]), best[figure], places=6)
        # an earlier epoch's network differs, so the file really holds the best one
        self.assertLess(each[0]["reward"], best["reward"])
        self.assertGreater(end["params"], 1000000)

    def test_a_killed_training_goes_on_to_the_same_bits(self):
        for lines in range(1, 5):
            name = f"killed{lines}"
            p, read_line = self.line_by_line(name)
            for _ in range(lines):
                self.assertIn(b'"epoch"', read_line())
            p.kill()
            self.assertEqual(p.wait(), -signal.SIGKILL)
            code, out, err = self.train("--state", self.at(name), "--resume", "--json")
            self.assertEqual((code, err), (0, ""))
            self.assertLess(out.count('"stage"'), 6)
            self.as_whole(name)

    def test_killed_at_any_time(self):
        """However often, at moments that have nothing to do with epochs."""
        args, kills = [GENOTYPE, *SMALL], 0
        for delay in [0.05 + 0.13 * k for k in range(40)]:
            p = subprocess.Popen([ENGINE, "train", *args, "--state", self.at("often")], env=self.place.env,
                                 cwd=self.place.dir, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            try:
                err = p.communicate(timeout=delay)[1]
                self.assertEqual(p.returncode, 0, err)
                break
            except subprocess.TimeoutExpired:
                p.kill()
                p.communicate()
                kills += 1
            if os.path.exists(self.at("often/train.json")):
                args = ["--resume"]
        else:
            code, _, err = self.train(*args, "--state", self.at("often"))
            self.assertEqual((code, err), (0, ""))
        self.assertGreater(kills, 0)
        self.as_whole("often")

    def test_interrupted_it_keeps_the_step(self):
        p, read_line = self.line_by_line("stopped", stderr=subprocess.PIPE, text=True)
        read_line()
        p.send_signal(signal.SIGINT)
        while read_line():
            pass
        _, err = p.communicate()
        self.assertEqual((p.returncode, err.count("\n")), (130, 1), err)
        self.assertIn("--resume", err)
        code, _, err = self.train("--state", self.at("stopped"), "--resume")
        self.assertEqual((code, err), (0, ""))
        self.as_whole("stopped")

    def test_halved_batches_stay_halved(self):
        """Memory was short when it began, and isn't when it goes on."""
        args = [*STAGE1, "--crop", "64", "--batch", "8", "--full-channels", "32"]
        code, _, err = self.train(GENOTYPE, *args, "--state", self.at("short"), "--memory", "28MiB")
        self.assertEqual(code, 0, err)
        self.assertIn("half the size", err)
        p = subprocess.Popen([ENGINE, "train", GENOTYPE, *args, "--state", self.at("long"), "--memory", "28MiB",
                              "--json"], env=self.place.env, cwd=self.place.dir, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)
        for _ in range(2):  # the first seed's state exists by then
            p.stdout.readline()
        p.kill()
        p.wait()
        p.stdout.close()
        code, _, err = self.train("--state", self.at("long"), "--resume", "--memory", "4GiB")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(epochs(self.at("long/epochs-1.jsonl")), epochs(self.at("short/epochs-1.jsonl")))
        self.assertEqual(read(self.at("long/model-1.safetensors")), read(self.at("short/model-1.safetensors")))

    def test_what_is_finished_is_said_again(self):
        was = {n: read(self.at("whole/" + n)) for n in ("model-1.safetensors", "epochs-1.jsonl", "state-1.mpk")}
        code, out, err = self.train("--state", self.at("whole"), "--resume", "--json")
        self.assertEqual((code, err), (0, ""))
        again = json.loads(out)
        self.assertEqual({k: self.lines[-1][k] for k in again}, again)
        for n, data in was.items():
            self.assertEqual(read(self.at("whole/" + n)), data)

    def test_another_training_isnt_gone_on_with(self):
        shutil.copytree(self.at("whole"), self.at("other"))
        os.remove(self.at("other/model-1.safetensors"))  # makes it unfinished
        self.refused("another training", "--state", self.at("other"), "--resume", "--lr", "0.02")
        self.refused("another network", OTHER, "--state", self.at("other"), "--resume")
        self.refused("--resume continues it", GENOTYPE, "--state", self.at("other"))
        with open(self.at("other/state-1.mpk"), "r+b") as f:
            f.truncate(os.path.getsize(f.name) // 2)
        self.refused("state-1.mpk", "--state", self.at("other"), "--resume", code=1)
        with open(self.at("other/epochs-1.jsonl"), "a") as f:
            f.write("{\"stage\":1}\n")
        self.refused("line 6", "--state", self.at("other"), "--resume", code=1)

    def test_refusals(self):
        self.refused("needs a genotype", "-o", "m.safetensors")
        self.refused("-o MODEL.safetensors", GENOTYPE)
        self.refused("--state", "--resume", "-o", "m.safetensors")
        self.refused("holds no training", "--resume", "--state", self.place.dir)
        self.refused("neither a genotype nor RUN:ID", "nobody:x", "-o", "m.safetensors")
        for name in ("train.json", "train.ini", "state-1.mpk", "epochs-1.jsonl"):
            self.refused("would overwrite", GENOTYPE, *STAGE1, "--state", self.at("on-" + name), "-o",
                         self.at("on-" + name + "/" + name), code=1)
        self.refused("not a regular file", GENOTYPE, *STAGE1, "-o", "/dev/null")
        self.refused("cannot", GENOTYPE, *STAGE1, "-o", "no/such/folder/m.safetensors", code=1)

    def test_an_order_that_cannot_begin_leaves_no_folder(self):
        self.place.env["AUXCELL_PLUGIN_DIR"] = "/nowhere"
        for says, code, args in (("no CUDA plugin", 3, ["--device", "cuda:0"]), ("no CUDA plugin", 3, ["--device", "cuda"]),
                                 ("/nowhere", 1, ["--data", "camvid:/nowhere"]),
                                 ("/nowhere", 1, ["--teacher", "/nowhere"]),
                                 ("encoder: /nowhere", 1, ["--encoder", "/nowhere"]),
                                 ("scale_min", 2, ["--scale-min", "5", "--scale-max", "2"])):
            self.refused(says, GENOTYPE, *STAGE1, "--state", self.at("new"), *args, code=code)
            self.assertFalse(os.path.exists(self.at("new")), args)
        os.mkdir(self.at("mine"))
        self.refused("no CUDA plugin", GENOTYPE, *STAGE1, "--state", self.at("mine"), "--device", "cuda:0", code=3)
        code, _, err = self.train(GENOTYPE, *STAGE1, "--state", self.at("mine"), "--device", "cpu", "--full-epochs", "1")
        self.assertEqual((code, err), (0, ""))

    def test_a_folder_is_one_processs(self):
        p = subprocess.Popen([ENGINE, "train", GENOTYPE, *SMALL, "--full-epochs", "1000", "--state", self.at("busy"),
                              "--json"], env=self.place.env, cwd=self.place.dir, stdout=subprocess.PIPE, text=True)
        p.stdout.readline()
        self.refused("another process", "--state", self.at("busy"), "--resume", code=1)
        p.kill()
        p.wait()
        p.stdout.close()

    def test_seeds(self):
        code, out, err = self.train(GENOTYPE, *STAGE1, "--seeds", "3", "--seed", "5", "-o", "s.safetensors", "--json")
        self.assertEqual((code, err), (0, ""))
        lines = [json.loads(line) for line in out.splitlines()]
        ends = [line for line in lines if line.get("done")]
        self.assertEqual([(e["seed"], e["model"]) for e in ends], [(k, f"s-{k}.safetensors") for k in (5, 6, 7)])
        self.assertEqual(len({read(self.at(e["model"])) for e in ends}), 3)
        rewards = [e["reward"] for e in ends]
        self.assertEqual(lines[-1]["seeds"], 3)
        self.assertAlmostEqual(lines[-1]["reward"]["mean"], statistics.mean(rewards), places=5)
        self.assertAlmostEqual(lines[-1]["reward"]["half"], 4.303 * statistics.stdev(rewards) / 3 ** 0.5, places=5)
        code, out, err = self.train(GENOTYPE, *STAGE1, "--seed", "6", "-o", "six.safetensors", "--json")
        self.assertEqual(read(self.at("six.safetensors")), read(self.at("s-6.safetensors")))

    def test_several_seeds_go_on_too(self):
        args = [GENOTYPE, *STAGE1, "--seeds", "2"]
        code, whole, err = self.train(*args, "--state", self.at("both"))
        self.assertEqual((code, err), (0, ""))
        p = subprocess.Popen([ENGINE, "train", *args, "--state", self.at("two"), "--json"], env=self.place.env,
                             cwd=self.place.dir, stdout=subprocess.PIPE, text=True)
        for _ in range(5):  # three epochs and the end of the first seed, one epoch of the second
            p.stdout.readline()
        p.kill()
        p.wait()
        p.stdout.close()
        code, out, err = self.train("--state", self.at("two"), "--resume")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(out.splitlines()[-5:], whole.splitlines()[-5:])
        for seed in (1, 2):
            self.assertEqual(read(self.at(f"two/model-{seed}.safetensors")),
                             read(self.at(f"both/model-{seed}.safetensors")))

    def test_schedules(self):
        def factors(*args):
            code, out, err = self.train(GENOTYPE, *STAGE1, "-o", "f.safetensors", "--json", *args)
            self.assertEqual((code, err), (0, ""))
            return [json.loads(line)["lr_factor"] for line in out.splitlines()[:-1]]
        last = [1, 3, 5]  # two steps each
        for got, step in zip(factors("--schedule", "poly"), last):
            self.assertAlmostEqual(got, (1 - step / 6) ** 0.9, places=6)
        cosine = factors("--schedule", "cosine")
        self.assertEqual(cosine, factors())
        self.assertAlmostEqual(cosine[1], 0.5, places=6)

    def losses(self, *args):
        code, out, err = self.train(GENOTYPE, *SMALL, "-o", "loss.safetensors", "--json", *args)
        self.assertEqual((code, err), (0, ""))
        return [json.loads(line)["loss"] for line in out.splitlines()[:-1]]

    def test_jitter(self):
        for task in ("segmentation", "pose"):
            plain, changed = self.losses("--task", task), self.losses("--task", task, "--jitter", "0.3")
            self.assertNotEqual(plain[0], changed[0])
            self.assertNotEqual(plain[3], changed[3])  # stage 2
            self.assertEqual(changed, self.losses("--task", task, "--jitter", "0.3"))
        self.refused("jitter", GENOTYPE, *SMALL, "-o", "loss.safetensors", "--jitter", "1.5")

    def test_class_weights(self):
        plain, weighed = self.losses(), self.losses("--class-weights", "median-frequency")
        for stage in (0, 3):
            self.assertNotEqual(plain[stage], weighed[stage])
        self.assertEqual(plain, self.losses("--class-weights", "none"))
        for task in ("pose", "depth"):
            self.refused(f"task {task} has no classes", GENOTYPE, *SMALL, "-o", "loss.safetensors", "--task", task,
                         "--class-weights", "median-frequency")

    def test_validations_now_and_then(self):
        code, out, err = self.train(GENOTYPE, *SMALL, "-o", "now.safetensors", "--json", "--eval-every", "2")
        self.assertEqual((code, err), (0, ""))
        each = [json.loads(line) for line in out.splitlines()][:-1]
        self.assertEqual([e["epoch"] for e in each if "reward" in e], [2, 3, 5])
        self.assertEqual([e["loss"] for e in each], [e["loss"] for e in self.lines[:-1]])

    def test_every_task(self):
        code, out, err = self.train(GENOTYPE, *STAGE1, "--task", "pose", "-o", "pose.safetensors", "--json")
        self.assertEqual((code, err), (0, ""))
        end = json.loads(out.splitlines()[-1])
        self.assertIn("pck", end)
        self.assertNotIn("miou", end)
        self.assertEqual(metadata(self.at("pose.safetensors"))["task"], "pose")

    def test_published_networks_by_name(self):
        code, out, err = self.train("arch2", *STAGE1, "--full-epochs", "1", "-o", "named.safetensors", "--json")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(metadata(self.at("named.safetensors"))["genotype"], GENOTYPE)
        self.refused("'arch9' is not a published network; they are arch0, arch1, arch2, template-arch0, template-arch1",
                     "arch9", *STAGE1, "-o", "no.safetensors")

    def test_a_candidate_of_a_run(self):
        done = self.place.call("search", "--run", "r", "--headless", "--candidates", "2", *TINY, "--stages", "1",
                               "--full-epochs", "2", "--full-channels", "8", "--full-repeats", "1", "--seed", "3")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = json.loads(self.place.call("export", "r", "--json").stdout)
        code, out, err = self.train("r:2", "-o", "r.safetensors", "--json")
        self.assertEqual((code, err), (0, ""))
        first = json.loads(out.splitlines()[0])
        self.assertEqual((first["seed"], first["epochs"]), (3, 2))
        self.assertEqual(metadata(self.at("r.safetensors"))["genotype"], rows[1]["genotype"])
        self.refused("no candidate 9", "r:9", "-o", "r.safetensors")
        self.refused("--preset", "r:2", "--preset", "cpu", "-o", "r.safetensors")
        self.refused("nobody", "nobody:1", "-o", "r.safetensors", code=1)
        for name in ("run.ini", "events.mpk", "masks/1.mpk"):
            was = read(self.place.run_dir("r") + "/" + name)
            self.refused("would overwrite", "r:2", "-o", self.place.run_dir("r") + "/" + name, code=1)
            self.assertEqual(read(self.place.run_dir("r") + "/" + name), was)

    def test_bars_on_a_terminal(self):
        ours, its = os.openpty()
        p = subprocess.Popen([ENGINE, "train", GENOTYPE, *STAGE1, "-o", "bars.safetensors"], env=self.place.env,
                             cwd=self.place.dir, stdout=subprocess.PIPE, stderr=its, text=True)
        os.close(its)
        said = b""
        try:
            while part := os.read(ours, 4096):
                said += part
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        out = p.communicate()[0]
        self.assertEqual((p.returncode, out.count("epoch ")), (0, 4))
        lines = [line for line in said.decode().split("\r\x1b[K") if "step" in line]
        self.assertRegex(lines[0], r"^  loss [\d.]+  step 1/6 $")
        self.assertRegex(lines[-1], r"^  loss \u2588[\u2581-\u2588] [\d.]+  reward [\u2581-\u2588]{2} [\d.]+  step 6/6 $")

    def test_the_front_end_passes_it_on(self):
        done = self.place.call("train", "--help")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout, self.train("--help")[1])
        done = self.place.call("train", GENOTYPE, *STAGE1, "-o", "front.safetensors")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], r"^epoch +1/3  stage 1  loss [\d.]+  reward [\d.]+  mIoU .* s  0:\d\d to go  \*$")
        self.assertEqual(lines[-1], "  front.safetensors")


if __name__ == "__main__":
    main()
