/* Workers' reports about their candidates. */
#include "tests/helper/search_steps.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

static void a_crash_is_tried_once_more(void **state)
{
    searching *t = searching_begin(state, 2, "random");
    searching_take(t);
    ax_search_failed(t->search, 0, AX_CAUSE_CRASHED, "killed by signal 9");
    assert_int_equal(searching_last(t, AX_EVENT_FAILED, 0)->u.FAILED.retried, 1);
    assert_int_equal(searching_take(t), 1);
    ax_search_failed(t->search, 0, AX_CAUSE_CRASHED, "killed by signal 9");
    const ax_event *f = searching_last(t, AX_EVENT_FAILED, 0);
    assert_int_equal(f->u.FAILED.retried, 0);
    assert_string_equal(f->u.FAILED.cause, "crashed");
    assert_int_equal(searching_take(t), 2);
    ax_search_failed(t->search, 0, AX_CAUSE_DIVERGED, "the loss is nan");
    assert_int_equal(searching_last(t, AX_EVENT_FAILED, 0)->u.FAILED.retried, 0);
    assert_int_equal(searching_count(t, AX_EVENT_LEARNED), 0); /* a failure isn't a reward of 0 */
    assert_int_equal(searching_count(t, AX_EVENT_SCORED), 0);
    assert_true(ax_search_finished(t->search));
    assert_int_equal(searching_do(t, AX_VERB_PRUNE, 1, NULL, NULL), AX_EINVAL);
}

static void a_reward_that_is_no_number_is_a_failure(void **state)
{
    searching *t = searching_begin(state, 2, "random");
    searching_take(t);
    searching_score(t, NAN);
    assert_string_equal(searching_last(t, AX_EVENT_FAILED, 0)->u.FAILED.cause, "diverged");
    assert_int_equal(searching_take(t), 2);
}

static void five_failures_in_a_row_pause_the_run(void **state)
{
    searching *t = searching_begin(state, 20, "random");
    for (int i = 0; i < 4; i++) {
        searching_take(t);
        ax_search_failed(t->search, 0, AX_CAUSE_MEMORY, "out of memory");
    }
    searching_take(t);
    searching_score(t, 0.5); /* the failures aren't consecutive */
    for (int i = 0; i < 5; i++) {
        assert_false(ax_search_paused(t->search));
        assert_int_not_equal(searching_take(t), 0);
        ax_search_failed(t->search, 0, AX_CAUSE_MEMORY, "out of memory");
    }
    assert_true(ax_search_paused(t->search));
    assert_int_equal(searching_take(t), 0);
    const ax_event *l = searching_last(t, AX_EVENT_LOG, 0);
    assert_string_equal(l->u.LOG.level, "error");
    assert_non_null(strstr(l->u.LOG.text, "5 failures in a row"));
    assert_non_null(strstr(l->u.LOG.text, "out of memory"));
    assert_int_equal(searching_last(t, AX_EVENT_PAUSED, 0)->id, 0);
    searching_do(t, AX_VERB_CONTINUE, 0, NULL, NULL);
    assert_int_not_equal(searching_take(t), 0);
}

static void idle_workers_that_die_count_too(void **state)
{
    searching *t = searching_begin(state, 20, "random");
    for (int i = 0; i < 5; i++)
        ax_search_worker_failed(t->search, "the worker ended with status 1");
    assert_true(ax_search_paused(t->search));
}

static void progress_belongs_to_what_runs(void **state)
{
    searching *t = searching_begin(state, 3, "random");
    ax_search_progress(t->search, 0, "cache", 1, 0, 3, 8, NAN);
    assert_int_equal(searching_last(t, AX_EVENT_PROGRESS, 0)->id, 0);
    searching_take(t);
    ax_search_progress(t->search, 0, "train", 1, 1, 5, 9, 0.5);
    const ax_event *p = searching_last(t, AX_EVENT_PROGRESS, 0);
    assert_true(p->id == 1 && p->u.PROGRESS.step == 5 && p->u.PROGRESS.loss == 0.5);
    searching_do(t, AX_VERB_PAUSE, 1, NULL, NULL);
    ax_search_progress(t->search, 0, "train", 1, 1, 6, 9, 0.4);
    assert_int_equal(searching_count(t, AX_EVENT_PROGRESS), 2);
}

/* The log says where a training really goes on, as its worker reports it. */
static void a_training_goes_on_where_it_says(void **state)
{
    searching *t = searching_begin(state, 3, "random");
    static const struct {
        int64_t stage, step;
        const char *says;
    } then[] = { { 1, 6, "it goes on after step 5 of 9" },
                 { 1, 1, "it begins again" },
                 { 2, 3, "it goes on after step 2 of 9 of stage 2" },
                 { 3, 7, "it goes on after step 6 of 9" } };
    searching_take(t);
    ax_search_progress(t->search, 0, "train", 1, 1, 1, 9, 0.5);
    assert_int_equal(searching_count(t, AX_EVENT_LOG), 0);
    for (size_t i = 0; i < sizeof then / sizeof *then; i++) {
        searching_do(t, AX_VERB_PAUSE, 1, NULL, NULL);
        ax_search_stopped(t->search, 0);
        searching_do(t, AX_VERB_CONTINUE, 1, NULL, NULL);
        assert_int_equal(searching_take(t), 1);
        ax_search_progress(t->search, 0, "train", then[i].stage, 1, then[i].step, 9, 0.5);
        ax_search_progress(t->search, 0, "train", then[i].stage, 1, then[i].step + 1, 9, 0.5);
        assert_int_equal(searching_count(t, AX_EVENT_LOG), i + 1);
        const ax_event *l = searching_last(t, AX_EVENT_LOG, 0);
        assert_string_equal(l->u.LOG.text, then[i].says);
        assert_true(l->id == 1 && !strcmp(l->u.LOG.level, "info"));
    }
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(searching_set_up, searching_tear_down, a_crash_is_tried_once_more,
                                a_reward_that_is_no_number_is_a_failure, five_failures_in_a_row_pause_the_run,
                                idle_workers_that_die_count_too, progress_belongs_to_what_runs,
                                a_training_goes_on_where_it_says);
}
