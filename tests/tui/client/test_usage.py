"""Wrong command lines: one line on stderr that says what is wrong, nothing on stdout, the right exit code."""
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../helper"))
from auxcell import AUXCELL, Place, main  # noqa: E402

ARCH0 = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"
WRONG = [  # arguments, exit code, text of the message
    (["frobnicate"], 2, "unknown command 'frobnicate'; 'auxcell --help' lists them"),
    (["serach"], 2, "unknown command 'serach'; did you mean 'search'?"),
    (["--frob"], 2, "unknown option '--frob'; 'auxcell --help' lists them"),
    (["help", "reume"], 2, "unknown command 'reume'; did you mean 'resume'?"),
    (["search", "--candidate", "3"], 2, "unknown option '--candidate'; did you mean '--candidates'?"),
    (["search", "--train-sample=3"], 2, "unknown option '--train-sample'; did you mean '--train-samples'?"),
    (["search", "--frobnicate"], 2, "unknown option '--frobnicate'; 'auxcell search --help' lists them"),
    (["search", "--batch", "many"], 2, "batch = 'many': not a whole number"),
    (["search", "--batch", "0"], 2, "batch = 0: not between 1 and 4096"),
    (["search", "--batch"], 2, "option --batch needs a value"),
    (["search", "--headless=yes"], 2, "option --headless takes no value"),
    (["search", "--no-aux=1"], 2, "option --no-aux takes no value"),
    (["status", "--no-aux"], 2, "unknown option '--no-aux'"),
    (["search", "here"], 2, "search: 'here' is one argument too many"),
    (["search", "--preset", "voc"], 2, "preset 'voc': not one of demo, cpu, cpu-full, paper"),
    (["search", "--preset", "cpu", "--config", "x"], 2, "--config and --preset exclude each other"),
    (["search", "--config", "none.ini"], 1, "none.ini: cannot open: No such file or directory"),
    (["search", "--run", ".."], 2, '".." is not a name for a run'),
    (["search", "--run", "a/.."], 2, '"a/.." is not a name for a run: it is that of the directory above'),
    (["search", "--run", ""], 2, '"" is not a name for a run: it is empty'),
    (["search", "--run", "a\x1b[31m"], 2, r'"a\x1b[31m" is not a name for a run'),
    (["search", "--run", "a\nb"], 2, r'"a\nb" is not a name for a run'),
    (["search", "--run", "a\u009bb"], 2, r'"a\u009bb" is not a name for a run'),
    (["search", "--run", "a\u202eb"], 2, r'"a\u202eb" is not a name for a run'),
    (["search", "--run", b"caf\xe9"], 2, r'"caf\xe9" is not a name for a run'),
    (["search", "--run", "new\x7f/a"], 2, r'"new\x7f/a" is not a name for a run'),
    (["search", "--run=-a"], 2, '"-a" is not a name for a run: it would be taken for an option'),
    (["search", "--run", "./-a"], 2, '"./-a" is not a name for a run: it would be taken for an option'),
    (["search", "--run", ".a"], 2, '".a" is not a name for a run: it would be hidden'),
    (["search", "--run", "12"], 2, '"12" is not a name for a run: it would be taken for a candidate'),
    (["search", "--run", "#12"], 2, '"#12" is not a name for a run: it would be taken for a candidate'),
    (["search", "--run", "[a]"], 2, '"[a]" is not a name for a run: it would be taken for a candidate'),
    (["search", "--run", "a "], 2, '"a " is not a name for a run: a blank at its end'),
    (["search", "--run", "a" * 256], 2, "it is too long"),
    (["note", "a", "1", "x\ty"], 2, r"""note: "x\ty" isn't UTF-8, or holds a character that can't be seen"""),
    (["note", "a", "1", "x\u009b"], 2, r'note: "x\u009b" isn'),
    (["note", "a", "1", b"caf\xe9"], 2, r'note: "caf\xe9" isn'),
    (["search", "--data", "camvid:" + "d" * 505], 2, "data: 512 bytes, more than the 511 allowed"),
    (["search", "--teacher", "t" * 512], 2, "teacher: 512 bytes, more than the 511 allowed"),
    (["search", "--data", "camvid:/nonexistent"], None, "/nonexistent"),
    (["status"], 2, "there is no run yet; 'auxcell search' starts one"),
    (["status", "none"], 1, "none: no such run; 'auxcell ls' lists"),
    (["log", "/dev/null"], 1, "/dev/null: no such run: Not a directory"),
    (["resume", "none"], 1, "none: no such run"),
    (["attach"], 2, "attach needs a terminal; 'auxcell attach --plain' and"),
    (["attach", "--plain", "--record", "f"], 2, "--record writes the screens, and --plain has none"),
    (["help", "keys", "more"], 2, "help: 'more' is one argument too many"),
    (["help", "data", "check", "more"], 2, "help: 'more' is one argument too many"),
    ([], 2, "needs a terminal"),
    (["prune"], 2, "prune: which candidate? 'auxcell prune RUN ID'"),
    (["prune", "a", "b"], 2, "prune: which candidate?"),
    (["prune", "a", "0"], 2, "prune: which candidate?"),
    (["prune", "a", "1", "2", "x"], 2, "prune: 'x' is one argument too many"),
    (["note", "a", "1"], 2, "note: the text is missing"),
    (["note", "a", "1", "x" * 300], 2, "note: longer than 199 bytes"),
    (["submit", "a"], 2, "submit: the genotype is missing"),
    (["submit", "a", "[[11"], 2, "genotype: op 11 at character 3"),
    (["help", "zyzzyva"], 2, "no command, key or setting has the word 'zyzzyva'"),
    (["help", "statu"], 2, "did you mean 'status'?"),
    (["stop", "a", "b"], 2, "stop: 'b' is one argument too many"),
    (["show"], 2, "show needs a genotype"),
    (["show", "[[8"], 2, "genotype: expected ','"),
    (["export", "none.safetensors", "-o", "out.onnx"], 1, "none.safetensors"),
    (["eval", "m", "--data", "scenes", "--epochs", "3"], 2, "option --epochs: a setting without effect here; 'auxcell eval --help'"),
    (["eval", "m", "--data", "scenes", "--strategy=gp"], 2, "option --strategy: a setting without effect here"),
    (["eval", "m", "--data", "scenes", "--no-aux"], 2, "option --no-aux: a setting without effect here"),
    (["eval", "m", "--data", "scenes", "--thread", "3"], 2, "unknown option '--thread'; did you mean '--threads'?"),
    (["try", "arch0", "--strategy", "gp"], 2, "option --strategy: a setting without effect here; 'auxcell try --help'"),
    (["try", "arch0", "--full-epochs", "3"], 2, "full_epochs: has no effect without --full"),
    (["try", "arch0", "--channels", "32", "--full"], 2, "channels: has no effect with --full"),
    (["train", "arch0", "--epochs", "3"], 2, "option --epochs: a setting without effect here; 'auxcell train --help'"),
    (["train", "arch0", "--no-gate"], 2, "option --no-gate: a setting without effect here"),
    (["predict", "none.safetensors", "-o", "out", "x.png"], 1, "none.safetensors"),
    (["predict", "", "-o", "out", "x.png"], 1, "auxcell: a file without a name\n"),
    (["predict", "none.safetensors", "-o", "", "x.png"], 2, "option -o: an empty name"),
    (["train", "arch0", "-o", ""], 2, "option -o: an empty name"),
    (["train", "arch0", "--state="], 2, "option --state: an empty name"),
    (["try", "arch0", "--model", ""], 2, "option --model: an empty name"),
    (["eval", "m", "--data", "scenes", "--csv", ""], 2, "option --csv: an empty name"),
    (["search", "--config", ""], 2, "option --config: an empty name"),
    (["attach", "--script", ""], 2, "option --script: an empty name"),
    (["report", "-o", ""], 2, "option -o: an empty name"),
    (["export", "-o", ""], 2, "option -o: an empty name"),
    (["compare", "a", "-o", ""], 2, "option -o: an empty name"),
    (["replay", "a", "--record", ""], 2, "option --record: an empty name"),
    (["replay", "none.cast"], 1, "none.cast: No such file or directory"),
    (["search", "--headless", "--record", "f"], 2, "--record writes the screens, which need a terminal"),
    (["demo", "--candidates", "1", "--record", "f"], 2, "--record writes the screens, which need a terminal"),
    (["resume", "--json", "--record", "f"], 2, "--record writes the screens, which need a terminal"),
]


class Usage(unittest.TestCase):
    def setUp(self):
        self.place = Place()
        self.addCleanup(self.place.close)

    def test_wrong_lines(self):
        for args, code, says in WRONG:
            with self.subTest(args=args):
                done = self.place.call(*args)
                self.assertEqual(done.stdout, "")
                self.assertRegex(done.stderr, r"\Aauxcell: [^\n]+\n\Z")
                self.assertIn(says, done.stderr)
                if code is not None:
                    self.assertEqual(done.returncode, code)
                self.assertNotEqual(done.returncode, 0)
        self.assertEqual(os.listdir(self.place.runs) if os.path.isdir(self.place.runs) else [], [],
                         "a run that never began left its directory behind")

    def test_a_path_that_gets_too_long(self):
        """It is made absolute for a run that is resumed from elsewhere."""
        deep = os.path.join(self.place.dir, *["d" * 150] * 4)
        os.makedirs(os.path.join(deep, "set"))
        for setting, value in (("data", "camvid:set"), ("teacher", "set")):
            done = subprocess.run([AUXCELL, "search", "--" + setting, value], env=self.place.env, cwd=deep,
                                  capture_output=True, text=True)
            n = len(os.path.join(deep, "set"))
            most = 511 - len("camvid:") * (setting == "data")
            self.assertEqual((done.returncode, done.stderr),
                             (2, f"auxcell: {setting}: 'set' from the root on has {n} bytes, more than the {most} allowed\n"))
        self.assertFalse(os.path.isdir(self.place.runs))

    def test_every_command_explains_itself(self):
        listing = self.place.call("--help")
        self.assertEqual(listing.returncode, 0)
        names = [line.split()[0] for line in listing.stdout.splitlines() if line.startswith("  ")]
        self.assertIn("prune", names)
        self.assertEqual(len(names), len(set(names)))
        for name in names:
            with self.subTest(command=name):
                done = self.place.call("help", name)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertRegex(done.stdout, rf"\Ausage: auxcell(-engine)? {name}\b")
                self.assertEqual(done.stdout, self.place.call(name, "--help").stdout)
                self.assertLessEqual(max(map(len, done.stdout.splitlines())), 130)
        for words in ["data", "check"], ["data", "show"], ["bench", "ops"]:
            self.assertEqual(self.place.call("help", *words).stdout, self.place.call(*words, "--help").stdout)
            self.assertIn(f"usage: auxcell {' '.join(words)}", self.place.call("help", *words).stdout)

    def test_help_finds_settings_as_options_spell_them(self):
        for word in "random_first", "random-first", "--random-first", "-first":
            done = self.place.call("help", word)
            self.assertEqual((done.returncode, done.stderr), (0, ""), word)
            self.assertRegex(done.stdout, r"(?m)^  random_first  ")

    def test_help_lists_the_settings_that_count(self):
        listed = {name: set(re.findall(r"^  (--[a-z0-9-]+)", self.place.call("help", name).stdout, re.MULTILINE))
                  for name in ("search", "eval", "try", "train")}
        self.assertLessEqual({"--data", "--device", "--threads", "--leave-out", "--depth-max"}, listed["eval"])
        self.assertEqual(listed["eval"] & {"--epochs", "--lr", "--strategy", "--no-aux", "--gate", "--crop"}, set())
        for name, those in ("try", {"--strategy", "--finals"}), ("train", {"--strategy", "--finals", "--epochs"}):
            self.assertEqual(those & listed[name], set())
            self.assertLessEqual(those, listed["search"])
            self.assertLessEqual({"--lr", "--seed", "--stages", "--no-aux", "--full-epochs"}, listed[name])

    def test_the_list_of_commands_has_all_that_a_verb_needs(self):
        listing = self.place.call("--help").stdout
        for name in "pause", "continue", "prune", "undo", "promote", "demote", "pin", "note", "submit", "fork", "save":
            usage = self.place.call("help", name).stdout.splitlines()[0]
            operands = re.fullmatch(rf"usage: auxcell {name} (.*) \[OPTION\.\.\.\]", usage).group(1)
            self.assertRegex(listing, rf"(?m)^  {name} +{re.escape(operands)}  ")
        self.assertIn("[RUN] GENOTYPE", listing)

    def test_the_manual_has_every_command_and_option(self):
        with open(os.path.join(os.path.dirname(__file__), "../../../man/auxcell.1")) as f:
            page = f.read().replace("\\-", "-")
        names = [line.split()[0] for line in self.place.call("--help").stdout.splitlines() if line.startswith("  ")]
        for name in names:
            self.assertRegex(page, rf"Cm {name}\b")
            for option in re.findall(r"^  (--[a-z0-9-]+)", self.place.call("help", name).stdout, re.MULTILINE):
                with self.subTest(command=name, option=option):
                    self.assertIsNotNone(re.search(rf"Fl Fl {option[2:]}\b", page))

    def test_version(self):
        self.assertRegex(self.place.call("--version").stdout, r"\Aauxcell \d+\.\d+\.\d+\n\Z")

    def test_no_runs(self):
        self.assertEqual(self.place.call("ls").stdout, "no runs yet; 'auxcell search' or 'auxcell demo' starts one\n")
        self.assertEqual(self.place.call("ls", "--json").stdout.split(), ["[", "]"])

    def test_show_draws_lanes(self):
        done = self.place.call("show", ARCH0)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"\nparams 2\.6\d\dM  multiply-adds 4\.\d\dG at 512x512  output stride 4 ")
        self.assertIn(" ├─┼─┼─┼─●   5 sep5x5_d6   11.6k ← 0", done.stdout)
        env = dict(self.place.env, LC_ALL="C")
        plain = subprocess.run([AUXCELL, "show", ARCH0], env=env, capture_output=True)
        self.assertEqual(max(plain.stdout) < 128, True)
        self.assertEqual(len(plain.stdout.splitlines()), len(done.stdout.splitlines()))

    def test_without_its_engine(self):
        import shutil
        alone = os.path.join(self.place.dir, "auxcell")
        shutil.copy(AUXCELL, alone)
        done = subprocess.run([alone, "selftest"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\Aauxcell: .*/auxcell-engine: cannot run: No such file or directory\n\Z")


if __name__ == "__main__":
    main()
