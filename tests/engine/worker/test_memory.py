"""The memory that events, and so the screens, give for a worker is that of the network in training."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from auxcell import PlaceCase, TINY, main  # noqa: E402
from engine import LIMIT  # noqa: E402


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        return [int(child) for child in f.read().split()]


def memory(pid):
    """What the process has now, and the most that it has had, in bytes."""
    with open(f"/proc/{pid}/status") as f:
        kib = {line.split(":")[0]: int(line.split()[1]) for line in f if line.startswith(("VmRSS:", "VmHWM:"))}
    return kib["VmRSS"] * 1024, kib["VmHWM"] * 1024


class Memory(PlaceCase):
    def told(self):
        events = [json.loads(line) for line in self.ok("log", "r", "--json").splitlines()]
        return [e for e in events if e["event"] == "device"]

    def test_it_follows_the_training(self):
        self.ok("search", "--run", "r", "--headless", "--candidates", "1", *TINY)
        first, *later = self.told()
        self.assertTrue(later, "the worker's memory grows when the network is made")
        self.assertGreater(later[-1]["rss_bytes"], 1.25 * first["rss_bytes"])
        self.assertEqual({(e["name"], e["worker"], e["host"], e["threads"]) for e in later},
                         {(first["name"], first["worker"], first["host"], first["threads"])})

    def test_it_is_that_of_the_process(self):
        self.place.start("search", "--run", "r", "--headless", "--candidates", "1", *TINY, "--epochs", "100000",
                         "--crop", "64").stdout.readline()
        engine = json.loads(self.ok("status", "r", "--json"))["engine"]
        end, told, now, most = time.monotonic() + LIMIT, [], 0, 0
        while True:
            time.sleep(.1)
            self.assertLess(time.monotonic(), end, f"told {told}, of {now}, at most {most} bytes")
            told = self.told()
            if len(told) < 2:
                continue  # maybe there is no worker yet
            now, most = memory(children(engine)[0])
            # told again when it has grown: never more than it had, nor much less than it has
            if .7 * now < told[-1]["rss_bytes"] <= 1.05 * most:
                break


if __name__ == "__main__":
    main()
