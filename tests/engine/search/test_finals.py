"""The finals of a real run: the best are trained again with fresh seeds; whatever happens in the middle of it, the run
comes to the same bits."""
import math
import os
import shutil
import signal
import statistics
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../helper"))
from engine import Run, events, history, make_run, serve  # noqa: E402

SEARCH, TRAININGS = 14, 6
SETTINGS = dict(candidates=SEARCH + TRAININGS, finals=0.3, finals_best=3, finals_seeds=2, stages=2, crop=32, stage2_samples=8,
                stage2_crop=32, stage2_batch=4, strategy="evolution", population=5, tournament=2, seed=7)


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
        cls.history = history(cls.whole)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.where)

    def run_of(self, name, **changed):
        return make_run(os.path.join(self.where, name), cache=self.whole, **{**SETTINGS, **changed})

    def is_the_same(self, path):
        self.assertEqual((events(path)[-1][0], events(path)[-1][2]["reason"]), ("bye", "finished"))
        for x, y in zip(self.history, history(path)):
            self.assertEqual(x, y)
        self.assertEqual(len(self.history), len(history(path)))

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
        path = self.run_of("killed")
        for moment in (("final", None), ("started", SEARCH + 1), ("progress", SEARCH + 2), ("scored", SEARCH + 3),
                       ("final", None), ("proposed", SEARCH + 6), ("progress", SEARCH + 6)):
            run = Run(path)
            self.assertEqual(run.answer, "ok\n")
            if run.until(*moment) is None:
                run.end()  # the run ended before it could be killed
                break
            self.assertEqual(run.kill(), -signal.SIGKILL)
        self.assertEqual(serve(path), (0, ""))
        self.is_the_same(path)

    def test_a_killed_worker_and_a_pause_change_nothing(self):
        path = self.run_of("paused")
        run = Run(path)
        run.until("progress", SEARCH + 2)
        self.assertEqual(run.do("pause")[0], 0)
        self.assertEqual(run.do("continue")[0], 0)
        run.until("started", SEARCH + 4)
        os.kill(run.workers()[0], signal.SIGKILL)
        run.until("started", SEARCH + 5)
        self.assertEqual(run.stop(), 0)
        self.assertEqual(serve(path), (0, ""))
        self.is_the_same(path)

    def test_a_pruned_training_counts_no_more_until_that_is_taken_back(self):
        path = self.run_of("pruned")
        run = Run(path)
        parent = run.until("proposed", SEARCH + 1)["parent"]
        run.until("scored", SEARCH + 1, provisional=0)
        self.assertEqual(run.until("final", parent, final_seeds=1)["final_seeds"], 1)
        self.assertEqual(run.do("prune", SEARCH + 1)[0], 0)
        self.assertIn(("final", parent, 0), [(k, i, f.get("final_seeds")) for k, i, f in run.seen])
        self.assertEqual(run.do("undo", SEARCH + 1)[0], 0)
        self.assertEqual(run.until("bye")["reason"], "finished")
        self.assertEqual(run.end(), 0)
        finals = [(i, f) for k, i, f in self.history if k == "final"][-3:]
        self.assertEqual([(i, f) for k, i, f in history(path) if k == "final"][-3:], finals)

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
        with open(f"{path}/run.ini") as f:
            text = f.read()
        with open(f"{path}/run.ini", "w") as f:
            f.write(text.replace(f"candidates = {SEARCH + TRAININGS}", "candidates = 30"))
        self.assertEqual(serve(path), (0, ""))
        origin = [f["origin"] for k, _, f in events(path) if k == "proposed"]
        self.assertEqual(origin.count("evolution"), 15)  # 30, minus the 6 before and 9 for the finals
        self.assertLessEqual(len(origin), 30)
        self.assertEqual([len(v) for v in trainings(events(path)).values()][-1], 3)

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
