"""tests/run.sh counts what tests say, in the words of every version of cmocka, and fails when one fails or dies."""
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../helper"))
from auxcell import main  # noqa: E402

RUN = os.path.abspath(os.path.join(os.path.dirname(__file__), "../run.sh"))


class Test(unittest.TestCase):
    def run_tests(self, *bodies):
        """Runs shell scripts as tests; exit status and closing line."""
        with tempfile.TemporaryDirectory() as where:
            names = []
            for i, body in enumerate(bodies):
                names.append(os.path.join(where, f"test_{i}"))
                with open(names[-1], "w", encoding="utf-8") as f:
                    f.write(f"#!/bin/sh\n{body}\n")
                os.chmod(names[-1], 0o755)
            done = subprocess.run(["sh", RUN, "build", "", *names], cwd=where, capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout.splitlines()[-1]

    def test_sums(self):
        old = "echo '[  PASSED  ] 2 test(s).'; echo '[  SKIPPED ] 3 test(s), listed below:'; echo '[  SKIPPED ] 4 names'"
        new = "echo '[==========] tests: 9 test(s) run.'; echo '[  PASSED  ] 2 test(s).'; echo '[  SKIPPED ] tests: 3 test(s), listed below:'"
        self.assertEqual(self.run_tests(old), (0, "2 passed, 0 failed, 3 skipped"))
        self.assertEqual(self.run_tests(new), (0, "2 passed, 0 failed, 3 skipped"))
        self.assertEqual(self.run_tests(old, new), (0, "4 passed, 0 failed, 6 skipped"))

    def test_failures(self):
        said = "echo '[  PASSED  ] 2 test(s).'; echo '[  FAILED  ] {}1 test(s), listed below:'; exit 1"
        for form in ("", "tests: "):
            self.assertEqual(self.run_tests(said.format(form)), (1, "2 passed, 1 failed, 0 skipped"))
        self.assertEqual(self.run_tests("echo '[  PASSED  ] 2 test(s).'", "kill -9 $$"), (1, "2 passed, 1 failed, 0 skipped"))
        self.assertEqual(self.run_tests(said.format(""), "kill -9 $$"), (1, "2 passed, 2 failed, 0 skipped"))


if __name__ == "__main__":
    main()
