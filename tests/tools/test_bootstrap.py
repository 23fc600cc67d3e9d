"""What bootstrap.sh, find-deps.sh and fresh-root.sh say and do on machines that lack something: Debian 12 and 13 made up
by programs that stand in for apt, dpkg and pkg-config."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../helper"))
from auxcell import main  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
TOOLS = ("sh", "dirname", "tr", "grep", "sed", "cat", "tail", "rm", "mktemp", "env", "uname", "basename", "readlink", "paste",
         "gcc", "as", "ld", "git", "unshare")


class Machine:
    """A PATH with the tools of a minimal root and the programs that are made up."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="auxcell-test-")
        self.bin = os.path.join(self.dir, "bin")
        self.log = os.path.join(self.dir, "apt")
        os.mkdir(self.bin)
        for tool in filter(shutil.which, TOOLS):
            os.symlink(shutil.which(tool), os.path.join(self.bin, tool))

    def program(self, name, body):
        path = os.path.join(self.bin, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"#!/bin/sh\n{body}\n")
        os.chmod(path, 0o755)

    def apt(self, uid, installed=(), known=()):
        """apt as `uid` meets it: installed packages, and names that apt-cache knows."""
        some = "|".join(installed) or "-"
        self.program("id", f"echo {uid}")
        self.program("dpkg-query", f'for p; do :; done; case $p in {some}) echo install ok installed ;; *) exit 1 ;; esac')
        self.program("apt-cache", f'case $2 in {"|".join(known) or "-"}) ;; *) exit 100 ;; esac')
        self.program("apt-get", f'echo "$*" >>{self.log}')

    def call(self, script, *args, **env):
        return subprocess.run(["/bin/sh", os.path.join(ROOT, script), *args], env=dict(PATH=self.bin, **env), cwd=self.dir,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)

    def asked(self):
        """What apt-get was called with."""
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as f:
            return f.read().splitlines()


class Test(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(shutil.rmtree, self.machine.dir)

    def test_bootstrap_usage(self):
        for args in ((), ("nonsense",)):
            done = self.machine.call("bootstrap.sh", *args)
            self.assertEqual((done.returncode, done.stderr), (2, "usage: sh bootstrap.sh demo|check|check-all|deps\n"))

    def test_user_without_sudo_is_told_the_command(self):
        for known, name in (((), "libmsgpack-dev"), (("libmsgpack-c-dev", "libmsgpack-dev"), "libmsgpack-c-dev")):
            self.machine.apt(1000, installed=("gcc", "make"), known=known)
            for command in ("demo", "check", "check-all", "deps"):
                done = self.machine.call("bootstrap.sh", command)
                self.assertEqual(done.returncode, 1)
                words = done.stderr.split("apt-get install ")[1].split()
                self.assertIn(name, words)
                self.assertEqual(len(done.stderr.splitlines()), 1)
                self.assertFalse({"gcc", "make"} & set(words))
                self.assertEqual("strace" in words, command != "demo")
                self.assertEqual("libomp-dev" in words, command in ("check-all", "deps"))
        self.assertEqual(self.machine.asked(), [])

    def test_root_installs_what_is_missing(self):
        self.machine.apt(0, known=("libmsgpack-c-dev",))
        self.assertEqual(self.machine.call("bootstrap.sh", "deps").returncode, 0)
        update, install = self.machine.asked()
        self.assertEqual(update, "update")
        self.assertRegex(install, "^install -y .* libmsgpack-c-dev ")
        self.assertNotIn("|", install)

    def test_either_name_of_msgpack_is_enough(self):
        for name in ("libmsgpack-dev", "libmsgpack-c-dev"):
            self.machine.apt(0, installed=(name,), known=("libmsgpack-c-dev",))
            self.assertEqual(self.machine.call("bootstrap.sh", "deps").returncode, 0)
        self.assertEqual([line for line in self.machine.asked() if "msgpack-c" in line or "msgpack-dev" in line], [])

    def test_find_deps_knows_both_modules_of_msgpack(self):
        modules = "ncursesw|libpng|libjpeg|yajl|cmocka"
        for msgpack in ("msgpack", "msgpack-c"):
            self.machine.program("pkg-config", f'case $2 in {modules}|{msgpack}) echo "[$1 $2]" ;; *) exit 1 ;; esac')
            out = os.path.join(self.machine.dir, "deps.mk")
            done = self.machine.call("tools/find-deps.sh", out, CUDA_HOME="none")
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(out, encoding="utf-8") as f:
                self.assertIn(f"[--libs {msgpack}]", f.read())

    def test_find_deps_names_what_to_install(self):
        self.machine.program("pkg-config", "exit 1")
        for known, name in (((), "libmsgpack-dev"), (("libmsgpack-c-dev",), "libmsgpack-c-dev")):
            self.machine.apt(0, known=known)
            done = self.machine.call("tools/find-deps.sh", os.path.join(self.machine.dir, "deps.mk"), CUDA_HOME="none")
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, f"missing +msgpack +install {name}\n")
            self.assertIn("sh bootstrap.sh deps", done.stderr)
        done = self.machine.call("tools/find-deps.sh", os.path.join(self.machine.dir, "deps.mk"), CC="no-such-compiler")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no-such-compiler doesn't run", done.stderr)

    def test_fresh_root_refuses(self):
        for uid, args, status, text in ((1000, ("bookworm",), 1, "needs root"), (0, ("bookworm",), 1, "debootstrap is missing"),
                                        (0, (), 2, "usage: "), (0, ("--nonsense",), 2, "unknown option --nonsense"),
                                        (0, ("bookworm", "trixie"), 2, "one suite"), (0, ("bookworm", "--as"), 2, "needs a value"),
                                        (0, ("bookworm", "--as", "me"), 2, "root, user or sudo")):
            self.machine.apt(uid)
            done = self.machine.call("tools/fresh-root.sh", *args)
            self.assertEqual(done.returncode, status, (args, done.stderr))
            self.assertIn(text, done.stderr)


if __name__ == "__main__":
    main()
