"""engine.sock goes away under its engine: what cleans a folder of sockets, or restores a copy, doesn't lose the engine."""
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from auxcell import PlaceCase, TINY, main  # noqa: E402
from engine import LIMIT  # noqa: E402


class Socket(PlaceCase):
    def setUp(self):
        super().setUp()
        search = self.place.start("search", "--run", "r", "--headless", "--candidates", "100000", *TINY)
        self.addCleanup(search.communicate)
        search.stdout.readline()
        self.addCleanup(os.kill, json.loads(self.ok("status", "r", "--json"))["engine"], signal.SIGTERM)
        self.path = os.path.join(self.place.run_dir("r"), "engine.sock")

    def comes_back(self, times):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            if self.place.call("note", "r", f"found {times}").returncode == 0:
                break
            time.sleep(.1)
        else:
            self.fail("nobody finds the engine any more")
        said = [e["text"] for e in map(json.loads, self.ok("log", "r", "--json").splitlines()) if e["event"] == "log"]
        self.assertEqual(said.count("engine.sock was removed or replaced under the engine; it is made again"), times, said)

    def test_it_is_made_again(self):
        follow = self.place.start("log", "r", "--follow")
        self.addCleanup(follow.communicate)
        self.addCleanup(follow.kill)
        follow.stdout.readline()
        os.unlink(self.path)
        self.comes_back(1)
        other = self.path + ".other"
        with open(other, "w"):
            os.rename(other, self.path)  # at once, or it may have been made again in between
            self.comes_back(2)
        os.symlink("/nowhere", other)
        os.rename(other, self.path)
        self.comes_back(3)
        for line in follow.stdout:  # who was connected has stayed so
            if "found 3" in line:
                break
        self.assertEqual(self.place.call("ls").returncode, 0)

    def test_a_paused_run_notices_at_once(self):
        """Its engine has nothing else to wake up for, but a look at its files once a minute."""
        self.ok("pause", "r")
        for make in (lambda: os.unlink(self.path), lambda: os.rename(self.path, self.path + ".old")):
            time.sleep(3)  # the engine has come to rest
            make()
            end = time.monotonic() + 20
            while not os.path.exists(self.path) and time.monotonic() < end:
                time.sleep(.1)
            self.assertTrue(os.path.exists(self.path), "an idle engine doesn't notice that its socket is gone")


if __name__ == "__main__":
    main()
