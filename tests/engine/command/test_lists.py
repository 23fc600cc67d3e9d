"""Commands that take several: a wrong one is named, and doesn't end the list."""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../helper"))
from auxcell import AUXCELL, PlaceCase, TINY, main  # noqa: E402

ARCH0 = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"


class Lists(PlaceCase):
    def listed(self, text, *args):
        return subprocess.run([AUXCELL, "show", "-", *args], env=self.place.env, input=text, capture_output=True,
                              text=True)

    def test_a_list_is_answered_to_its_end(self):
        text = f"{ARCH0}\nbogus\narch1\r\n[[11\n{ARCH0}"
        done = self.listed(text)
        self.assertEqual(done.returncode, 2)
        wrong = done.stderr.splitlines()
        self.assertEqual(len(wrong), 2, done.stderr)
        self.assertTrue(wrong[0].startswith("auxcell: standard input: line 2: genotype: 'bogus' is not"), wrong)
        self.assertTrue(wrong[1].startswith("auxcell: standard input: line 4: genotype: op 11"), wrong)
        drawings = re.split(r"\n\n(?=\[\[)", done.stdout)
        self.assertEqual(len(drawings), 3, done.stdout)
        self.assertEqual(drawings[0] + "\n", drawings[2])
        self.assertEqual([d.count("output stride") for d in drawings], [1, 1, 1])
        done = self.listed(text, "--json")
        self.assertEqual((done.returncode, done.stderr), (2, ""))
        self.assertEqual(["error" in json.loads(line) for line in done.stdout.splitlines()],
                         [False, True, False, True, False])
        done = self.listed(f"{ARCH0}\narch1\n", "--json")
        self.assertEqual((done.returncode, done.stderr, done.stdout.count("\n")), (0, "", 2))
        with open("/proc/self/mem") as unreadable:
            done = subprocess.run([AUXCELL, "show", "-"], env=self.place.env, stdin=unreadable, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "auxcell: standard input: cannot read: Input/output error\n")

    def test_a_training_that_fails_does_not_end_the_list(self):
        done = self.place.call("try", ARCH0, "arch1", "--memory", "8MiB", *TINY)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        wrong = re.findall(r"(?m)^auxcell: (\[.*\]): memory: .* 8 MiB may be used$", done.stderr)
        self.assertEqual(len(wrong), 2, done.stderr)
        self.assertEqual(wrong[0], ARCH0)



if __name__ == "__main__":
    main()
