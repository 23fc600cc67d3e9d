"""tools/find-deps.sh finds cuDNN as a Python wheel, where the toolkit has none."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../helper"))
import emulated  # noqa: E402
from auxcell import main  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


def found(text):
    return dict(re.findall(r"^(CUD\w+) := (.*)$", text, re.M))


def link_all(source, to, only):
    os.makedirs(to, exist_ok=True)
    for name in os.listdir(source):
        if only(name) and not os.path.lexists(os.path.join(to, name)):
            os.symlink(os.path.join(os.path.realpath(source), name), os.path.join(to, name))


@unittest.skipUnless(emulated.HERE, emulated.WHY_NOT)
@unittest.skipIf(os.path.exists("/usr/include/cudnn_version.h"), "cuDNN is where the compiler looks, which comes before wheels")
class Places(unittest.TestCase):
    def test_a_wheel(self):
        with open(os.path.join(emulated.BUILD, "deps.mk")) as f:
            here = found(f.read())
        with tempfile.TemporaryDirectory() as folder:
            toolkit, wheel = f"{folder}/cuda", f"{folder}/venv/lib/python3.11/site-packages/nvidia/cudnn"
            for part in "bin", "include", "lib64":
                link_all(f"{here['CUDA_HOME']}/{part}", f"{toolkit}/{part}", lambda name: "cudnn" not in name)
            env = dict(os.environ, CUDA_HOME=toolkit, VIRTUAL_ENV=f"{folder}/venv", HOME=folder)
            env.pop("CUDNN_HOME", None)

            def look():
                done = subprocess.run(["sh", "tools/find-deps.sh", f"{folder}/deps.mk"], cwd=ROOT, env=env, text=True,
                                      capture_output=True, timeout=300)
                self.assertEqual(done.returncode, 0, done.stderr)
                with open(f"{folder}/deps.mk") as f:
                    return found(f.read()), done.stderr

            self.assertEqual(look()[0]["CUDA_NVCC"], "")
            link_all(here["CUDNN_INCLUDE"], f"{wheel}/include", lambda name: name.startswith("cudnn"))
            # a wheel has the libraries only with their major version
            link_all(here["CUDNN_LIB"], f"{wheel}/lib", lambda name: re.fullmatch(r"libcudnn\w*\.so\.9", name))
            places, said = look()
            self.assertEqual((places["CUDA_NVCC"], places["CUDNN_INCLUDE"], places["CUDNN_LIB"]),
                             (f"{toolkit}/bin/nvcc", f"{wheel}/include", f"{wheel}/lib"))
            self.assertIn(f"in {wheel}/lib", said)


main()
