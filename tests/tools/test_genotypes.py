"""The published networks that measurements are made on are those that the program knows by the same names."""
import json
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../helper"))
sys.path.insert(0, os.path.join(HERE, "../../tools"))
import genotypes  # noqa: E402
from auxcell import AUXCELL, main  # noqa: E402


class Genotypes(unittest.TestCase):
    def test_names_are_those_of_the_program(self):
        for name, text in genotypes.PUBLISHED.items():
            done = subprocess.run([AUXCELL, "show", name, "--json"], capture_output=True, text=True, timeout=300)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(json.loads(done.stdout)["genotype"], text)


if __name__ == "__main__":
    main()
