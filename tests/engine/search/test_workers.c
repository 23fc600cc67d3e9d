/* Several workers: each has one candidate, and what happens to one doesn't affect the others. */
#include "tests/helper/search_steps.h"
#include "tests/helper/suite.h"

static uint32_t take(searching *t, uint32_t worker)
{
    ax_search_job job = { 0 };
    bool taken = false;
    assert_int_equal(ax_search_take(t->search, worker, &job, &taken, NULL), AX_OK);
    assert_int_equal(ax_search_catch_up(t->search, NULL), AX_OK);
    assert_int_equal(ax_search_running(t->search, worker), job.id);
    return taken ? job.id : 0;
}

static void score(searching *t, uint32_t worker, double reward)
{
    const ax_outcome o = searching_outcome(1, reward);
    assert_int_equal(ax_search_outcome(t->search, worker, &o, NULL), AX_OK);
    assert_int_equal(ax_search_catch_up(t->search, NULL), AX_OK);
}

static void each_has_its_own(void **state)
{
    searching *t = searching_begin(state, 4, "random");
    assert_int_equal(take(t, 0), 1);
    assert_int_equal(take(t, 5), 2);
    score(t, 5, 0.4);
    assert_int_equal(searching_last(t, AX_EVENT_SCORED, 0)->id, 2);
    assert_int_equal(ax_search_running(t->search, 0), 1);
    assert_int_equal(take(t, 5), 3);
    /* only its own candidate fails; that one is next in the queue */
    ax_search_failed(t->search, 0, AX_CAUSE_CRASHED, "killed");
    assert_int_equal(searching_last(t, AX_EVENT_FAILED, 0)->id, 1);
    assert_int_equal(ax_search_running(t->search, 5), 3);
    assert_int_equal(take(t, 0), 1);
    ax_search_progress(t->search, 5, "train", 1, 1, 5, 9, 0.5);
    assert_int_equal(searching_last(t, AX_EVENT_PROGRESS, 0)->id, 3);
    score(t, 0, 0.3);
    assert_int_equal(take(t, 0), 4);
    assert_false(ax_search_finished(t->search));
    score(t, 0, 0.3);
    assert_int_equal(take(t, 0), 0);
    assert_false(ax_search_finished(t->search)); /* the other one is still in training */
    score(t, 5, 0.3);
    assert_true(ax_search_finished(t->search));
}

static void verdicts_go_to_their_workers(void **state)
{
    searching *t = searching_begin(state, 4, "random");
    bool on = false;
    take(t, 0);
    take(t, 1);
    const ax_outcome good = searching_outcome(1, 0.4), nothing = { .stage = 1, .batch = 8 };
    ax_search_stage1(t->search, 1, &good);
    assert_false(ax_search_verdict(t->search, 0, &on));
    ax_search_stage1(t->search, 0, &nothing);
    assert_true(ax_search_verdict(t->search, 1, &on) && on);
    assert_true(ax_search_verdict(t->search, 0, &on) && !on);
    assert_false(ax_search_verdict(t->search, 0, &on) || ax_search_verdict(t->search, 1, &on));
}

static void who_has_not_stopped_yet_is_not_given_away(void **state)
{
    searching *t = searching_begin(state, 4, "random");
    take(t, 0);
    searching_do(t, AX_VERB_PAUSE, 1, NULL, NULL);
    assert_true(ax_search_stop_requested(t->search, 0) && !ax_search_stop_requested(t->search, 1));
    searching_do(t, AX_VERB_CONTINUE, 1, NULL, NULL);
    assert_int_equal(take(t, 1), 2); /* candidate 1 is first in the queue, but its worker still has it */
    ax_search_stopped(t->search, 0);
    assert_int_equal(take(t, 0), 1);
}

static void a_network_in_training_is_waited_for(void **state)
{
    searching *t = searching_begin(state, 6, "random");
    t->setup.workers = 3;
    searching_restart(t);
    searching_do(t, AX_VERB_SUBMIT, 0, "arch0", NULL);
    assert_int_equal(take(t, 0), 1);
    searching_do(t, AX_VERB_SUBMIT, 0, "arch0", NULL);
    uint32_t twin = searching_last(t, AX_EVENT_QUEUED, 0)->id, other = take(t, 1);
    assert_true(other && other != twin); /* the twin is first in the queue, but worker 0 trains its network */
    score(t, 0, 0.4);
    size_t scored = searching_count(t, AX_EVENT_SCORED);
    assert_int_equal(take(t, 0), 0); /* the twin reuses the outcome, so there is no job */
    assert_int_equal(searching_count(t, AX_EVENT_SCORED), scored + 1);
    assert_true(searching_last(t, AX_EVENT_SCORED, 0)->id == twin);
    assert_true(take(t, 0) != 0);

    searching_do(t, AX_VERB_SUBMIT, 0, "[[2,[0,0,9,1],[0,0,9,9],[0,0,9,9]],[[0,0],[0,0],[0,0]]]", NULL);
    uint32_t first = take(t, 2);
    searching_do(t, AX_VERB_SUBMIT, 0, "[[2,[0,0,9,1],[0,0,9,9],[0,0,9,9]],[[0,0],[0,0],[0,0]]]", NULL);
    twin = searching_last(t, AX_EVENT_QUEUED, 0)->id;
    ax_search_failed(t->search, 2, AX_CAUSE_MEMORY, "no memory"); /* nothing is left to wait for */
    assert_int_equal(searching_last(t, AX_EVENT_FAILED, 0)->id, first);
    assert_int_equal(take(t, 2), twin);
}

static void pausing_the_run_stops_all(void **state)
{
    searching *t = searching_begin(state, 4, "random");
    take(t, 0);
    take(t, 1);
    searching_do(t, AX_VERB_PAUSE, 0, NULL, NULL);
    assert_true(ax_search_stop_requested(t->search, 0) && ax_search_stop_requested(t->search, 1));
    ax_search_stopped(t->search, 1);
    assert_int_equal(take(t, 1), 0);
    searching_do(t, AX_VERB_CONTINUE, 0, NULL, NULL);
    assert_int_equal(take(t, 1), 2);
    ax_search_stopped(t->search, 0);
    assert_int_equal(take(t, 0), 1);
}

static void a_snapshot_has_them_all(void **state)
{
    searching *t = searching_begin(state, 4, "random");
    take(t, 0);
    take(t, 3);
    searching_reload(t);
    ax_search_hello(t->search, true, 42);
    assert_int_equal(ax_search_running(t->search, 0), 0);
    assert_int_equal(take(t, 0), 1); /* in the order in which they were started, before the queued ones */
    assert_int_equal(take(t, 1), 2);
    assert_int_equal(take(t, 2), 3);
}

/* A full training on all devices: the other workers finish their candidates and get no new ones until it is over. */
static void several_devices_are_one_candidates(void **state)
{
    searching *t = searching_begin(state, 6, "random");
    assert_int_equal(take(t, 0), 1);
    assert_int_equal(take(t, 1), 2);
    ax_search_set_devices(t->search, 0, 2);
    assert_string_equal(searching_last(t, AX_EVENT_LOG, 0)->u.LOG.text, "it trains on 2 devices");
    score(t, 1, 0.3);
    assert_int_equal(take(t, 1), 0);
    ax_search_set_devices(t->search, 0, 1); /* its second stage has too few crops */
    assert_int_equal(take(t, 1), 3);
    ax_search_set_devices(t->search, 0, 2);
    score(t, 1, 0.3);
    assert_int_equal(take(t, 1), 0);
    ax_search_failed(t->search, 0, AX_CAUSE_DEVICE, "lost");
    ax_search_job job;
    bool taken = false;
    assert_int_equal(ax_search_take(t->search, 1, &job, &taken, NULL), AX_OK);
    assert_true(taken && job.id == 1 && job.again);
    assert_int_equal(take(t, 0), 4);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(searching_set_up, searching_tear_down, each_has_its_own, verdicts_go_to_their_workers,
                                who_has_not_stopped_yet_is_not_given_away, a_network_in_training_is_waited_for,
                                pausing_the_run_stops_all, a_snapshot_has_them_all, several_devices_are_one_candidates);
}
