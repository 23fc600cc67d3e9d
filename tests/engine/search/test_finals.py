"""The finals of a real run: the best are trained again with fresh seeds; whatever happens in the middle of it, the run
comes to the same bits."""
import math
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import Run, change, events, history, make_run, serve, settings  # noqa: E402
from interrupt import catch_up, crash, in_training  # noqa: E402

SEARCH, BEST, TRAININGS = 14, 3, 6
SETTINGS = dict(candidates=SEARCH + TRAININGS, finals=0.3, finals_best=BEST, finals_seeds=2, stages=2, crop=32,
                stage2_samples=8, stage2_crop=32, stage2_batch=4, strategy="evolution", population=5, tournament=2, seed=7)
MANY = 42  # rounds; the finals may be nine tenths of a run at most


def rounds(k):
    """Settings for so many rounds of finals after the same search."""
    return dict(candidates=SEARCH + BEST * k, finals=BEST * k / (SEARCH + BEST * k))


def found(path):
    """Without how many trainings were planned when it was said."""
    return [(k, i, {n: v for n, v in f.items() if n != "trainings"}) for k, i, f in history(path)]


def trainings(seen):
    """What came of the finals: {finalist: [(seed, reward), ...]}."""
    job = {i: (f["parent"], f["seed"]) for k, i, f in seen if k == "proposed" and f["origin"] == "finals"}
    out = {}
    for k, i, f in seen:
        if k == "scored" and i in job and not f["provisional"]:
            finalist, seed = job[i]
            out.setdefault(finalist, []).append((seed, f["reward"]))
    return out


class Finals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.where = tempfile.mkdtemp(prefix="ax-test-")
        cls.whole = make_run(os.path.join(cls.where, "whole"), **SETTINGS)
        cls.said = serve(cls.whole)
        cls.of_rounds = {2: cls.whole}
        cls.paused = cls.pause_in_the_finals()

    @classmethod
    def pause_in_the_finals(cls):
        """A run with far more finals than anybody waits for. A copy stands still until it is told to continue."""
        path = make_run(os.path.join(cls.where, "paused"), cache=cls.whole, **{**SETTINGS, **rounds(MANY)})
        run = Run(path)
        while not trainings(events(path)):
            time.sleep(0.01)
        run.do("pause")
        run.stop()
        return path

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.where)

    def run_of(self, name, **changed):
        return make_run(os.path.join(self.where, name), cache=self.whole, **{**SETTINGS, **changed})

    def goes_on(self, name):
        """The run that was paused in its finals, and goes on with them."""
        run = Run(shutil.copytree(self.paused, os.path.join(self.where, name)))
        self.assertEqual(run.do("continue")[0], 0)
        return run

    def uninterrupted(self, path):
        """A run whose finals have as many rounds as this one's."""
        k = (int(settings(path)["candidates"]) - SEARCH) // BEST
        if k not in self.of_rounds:
            self.of_rounds[k] = self.run_of(f"rounds{k}", **rounds(k))
            self.assertEqual(serve(self.of_rounds[k]), (0, ""))
        return self.of_rounds[k]

    def conclude(self, path):
        """Lets the finals end with the round after the last one that was begun."""
        begun = sum(k == "proposed" and f["origin"] == "finals" for k, _, f in events(path))
        self.assertLess(begun, BEST * (MANY - 1), "the finals ended before anything was done to them")
        change(path, **rounds(begun // BEST + 1))
        self.assertEqual(serve(path), (0, ""))
        self.assertEqual((events(path)[-1][0], events(path)[-1][2]["reason"]), ("bye", "finished"))

    def is_the_same(self, path):
        whole, mine = found(self.uninterrupted(path)), found(path)
        for x, y in zip(whole, mine):
            self.assertEqual(x, y)
        self.assertEqual(len(whole), len(mine))

    def test_the_best_are_trained_again_with_the_same_fresh_seeds(self):
        self.assertEqual(self.said, (0, ""))
        seen = events(self.whole)
        self.assertEqual((seen[0][2]["planned"], seen[0][2]["finals"]), (SEARCH + TRAININGS, TRAININGS))
        first = {i: f["reward"] for k, i, f in seen if k == "scored" and not f["provisional"] and i <= SEARCH
                 and not f["reused"]}
        ranked = sorted(first, key=lambda i: -first[i])[:3]
        got = trainings(seen)
        self.assertEqual(sorted(got), sorted(ranked))
        for finalist, scores in got.items():
            self.assertEqual([seed for seed, _ in scores], [1007, 2007], finalist)
            rewards = [r for _, r in scores]
            self.assertEqual(len({first[finalist], *rewards}), 3, "another seed is another training")
            f = [f for k, i, f in seen if k == "final" and i == finalist][-1]
            self.assertEqual((f["final_seeds"], f["trainings"]), (2, TRAININGS))
            self.assertAlmostEqual(f["final_mean"], statistics.mean(rewards), 12)
            # Student's t with one degree of freedom
            self.assertAlmostEqual(f["final_interval"], 12.706204736 * statistics.stdev(rewards) / math.sqrt(2), 6)
        last = {i: f["final_best"] for k, i, f in seen if k == "final"}
        self.assertAlmostEqual(sum(last.values()), 1, 9)
        # all finals go through both stages without a gate, and the strategy learns nothing from them
        stages = {(i, f["stage"]) for k, i, f in seen if k == "started" and i > SEARCH}
        self.assertEqual(stages, {(i, s) for i in range(SEARCH + 1, SEARCH + TRAININGS + 1) for s in (1, 2)})
        self.assertFalse([i for k, i, _ in seen if k in ("gated", "learned") and i > SEARCH])

    def test_killed_at_any_moment_it_is_the_same_run(self):
        for moment in ("final", "started", "progress", "scored", "proposed"):
            run = self.goes_on(f"killed_{moment}")
            self.assertIsNotNone(run.until(moment))
            self.assertEqual(run.kill(), -signal.SIGKILL)
            self.conclude(run.path)
            self.is_the_same(run.path)

    def test_killed_twice_in_a_training_it_is_the_same_run(self):
        run = self.goes_on("killed")
        with in_training(run) as held:
            self.assertGreater(min(held), SEARCH)
            run.kill()
        run = Run(run.path)
        with in_training(run):
            run.kill()
        self.conclude(run.path)
        self.is_the_same(run.path)

    def test_a_killed_worker_and_a_pause_change_nothing(self):
        run = self.goes_on("worker")  # it was paused
        ident, failed = crash(run)
        self.assertGreater(ident, SEARCH)
        self.assertEqual(failed["retried"], 1)
        self.assertEqual(run.stop(), 0)
        self.conclude(run.path)
        self.is_the_same(run.path)

    def test_a_pruned_training_counts_no_more_until_that_is_taken_back(self):
        run = self.goes_on("pruned")
        self.assertIsNotNone(run.until("final"))
        self.assertEqual(run.do("pause")[0], 0)
        catch_up(run)
        log = events(run.path)
        job = {i: f["parent"] for k, i, f in log if k == "proposed" and f["origin"] == "finals"}
        training = [i for k, i, f in log if k == "scored" and i in job and not f["provisional"]][-1]
        parent = job[training]
        seeds = [f["final_seeds"] for k, i, f in log if k == "final" and i == parent][-1]
        self.assertEqual(run.do("prune", training)[0], 0)
        # the training that went on while the run was paused may change the others' figures meanwhile
        self.assertIsNotNone(run.until("final", parent, final_seeds=seeds - 1))
        self.assertEqual(run.do("undo", training)[0], 0)
        self.assertIsNotNone(run.until("final", parent, final_seeds=seeds))
        self.assertEqual(run.do("continue")[0], 0)
        self.assertEqual(run.stop(), 0)
        self.conclude(run.path)
        finals = [[(i, f) for k, i, f in found(p) if k == "final"][-BEST:] for p in (self.uninterrupted(run.path), run.path)]
        self.assertEqual(finals[0], finals[1])

    def test_several_workers_come_to_the_same_finals(self):
        path = self.run_of("two", workers=2, strategy="random", dedupe=0)
        self.assertEqual(serve(path), (0, ""))
        got = trainings(events(path))
        self.assertEqual([sorted(s for s, _ in v) for v in got.values()], [[1007, 2007]] * 3)
        starts = [i for k, i, f in events(path) if k == "started" and f["stage"] == 1]
        self.assertTrue(all(i <= SEARCH for i in starts[:SEARCH]) and all(i > SEARCH for i in starts[SEARCH:]))

    def test_with_more_candidates_the_search_goes_on(self):
        path = self.run_of("more")
        shutil.rmtree(path)
        shutil.copytree(self.whole, path)
        change(path, candidates=30)
        self.assertEqual(serve(path), (0, ""))
        origin = [f["origin"] for k, _, f in events(path) if k == "proposed"]
        self.assertEqual(origin.count("evolution"), 15)  # 30, minus the 6 before and 9 for the finals
        self.assertIn(len(origin), (28, 29, 30))  # too few are left for one more round of three
        place = {i: f["place"] for k, i, f in events(path) if k == "final"}
        trained = trainings(events(path))
        self.assertEqual(sorted(p for p in place.values() if p), [1, 2, 3])
        each = {len(trained[i]) for i, p in place.items() if p}
        self.assertEqual((len(each), min(each) >= 3), (1, True), trained)

    def test_a_run_of_before_has_none(self):
        path = self.run_of("old")
        with open(f"{path}/run.ini") as f:
            lines = [line for line in f if not line.startswith("finals")]
        with open(f"{path}/run.ini", "w") as f:
            f.writelines(lines)
        self.assertEqual(serve(path), (0, ""))
        kinds = [k for k, _, _ in events(path)]
        self.assertEqual((kinds.count("proposed"), kinds.count("final")), (SEARCH + TRAININGS, 0))
        self.assertEqual(events(path)[0][2]["finals"], 0)


if __name__ == "__main__":
    from auxcell import main
    main()
