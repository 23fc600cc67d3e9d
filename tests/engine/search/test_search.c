/* The search's state machine: what happens to candidates. */
#include "engine/search/search_internal.h"
#include "engine/wire/state.h"
#include "tests/helper/search_steps.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void one_runs_and_one_waits(void **state)
{
    searching *t = searching_begin(state, 3, "random");
    assert_int_equal(searching_take(t), 1);
    assert_int_equal(searching_count(t, AX_EVENT_PROPOSED), 2);
    assert_int_equal(searching_count(t, AX_EVENT_STARTED), 1);
    assert_int_equal(searching_take(t), 0); /* the worker is busy */
    const ax_event *p = searching_last(t, AX_EVENT_PROPOSED, 1);
    assert_int_equal(p->id, 1);
    assert_string_equal(p->u.PROPOSED.origin, "random");
    assert_true(p->u.PROPOSED.params > 1800000 && p->u.PROPOSED.macs > 0);
    searching_score(t, 0.4);
    const ax_event *s = searching_last(t, AX_EVENT_SCORED, 0);
    assert_int_equal(s->id, 1);
    assert_true(s->u.SCORED.reward == 0.4 && s->u.SCORED.stage == 1 && s->u.SCORED.peak_bytes == 12345);
    assert_string_equal(s->u.SCORED.masks, "masks/1.mpk");
    assert_string_equal(s->u.SCORED.model, "");
    assert_int_equal(searching_last(t, AX_EVENT_GATED, 0)->u.GATED.passed, 1);
    assert_int_equal(searching_last(t, AX_EVENT_LEARNED, 0)->id, 1);
    assert_true(ax_search_dirty(t->search));
    searching_train(t, 2, 0.3);
    assert_int_equal(searching_take(t), 3);
    assert_false(ax_search_finished(t->search));
    searching_score(t, 0.2);
    assert_int_equal(searching_take(t), 0);
    assert_true(ax_search_finished(t->search));
    assert_int_equal(searching_count(t, AX_EVENT_PROPOSED), 3);
}

static void gate_can_be_switched_off(void **state)
{
    searching *t = searching_begin(state, 2, "random");
    t->setup.settings.gate = 0;
    searching_restart(t);
    searching_take(t);
    searching_score(t, 0.5);
    assert_int_equal(searching_count(t, AX_EVENT_GATED), 0);
    assert_int_equal(searching_count(t, AX_EVENT_LEARNED), 1);
}

static bool goes_on_after_stage1(searching *t, const ax_outcome *o)
{
    bool on = false;
    ax_search_stage1(t->search, 0, o);
    assert_true(ax_search_verdict(t->search, 0, &on));
    assert_false(ax_search_verdict(t->search, 0, &on)); /* reported only once */
    return on;
}

static void two_stages_and_the_gate(void **state)
{
    searching *t = searching_begin(state, 3, "random");
    searching_take(t);
    ax_outcome o = searching_outcome(1, 0.4);
    assert_true(goes_on_after_stage1(t, &o));
    assert_int_equal(searching_last(t, AX_EVENT_SCORED, 0)->u.SCORED.stage, 1);
    assert_int_equal(searching_last(t, AX_EVENT_GATED, 0)->u.GATED.passed, 1);
    const ax_event *s = searching_last(t, AX_EVENT_STARTED, 0);
    assert_true(s->id == 1 && s->u.STARTED.stage == 2 && s->u.STARTED.steps == 4 && s->u.STARTED.epochs == 1);
    assert_int_equal(searching_count(t, AX_EVENT_LEARNED), 0);
    assert_int_equal(ax_search_running(t->search, 0), 1);
    ax_answer a;
    assert_int_equal(searching_do(t, AX_VERB_PROMOTE, 1, NULL, &a), AX_EINVAL);
    assert_non_null(strstr(a.message, "through the gate"));

    o = searching_outcome(2, 0.5); /* the strategy learns from the last stage */
    assert_int_equal(ax_search_outcome(t->search, 0, &o, NULL), AX_OK);
    assert_true(ax_search_has_unlearned(t->search));
    assert_int_equal(ax_search_catch_up(t->search, NULL), AX_OK);
    assert_false(ax_search_has_unlearned(t->search));
    assert_true(searching_last(t, AX_EVENT_SCORED, 0)->u.SCORED.reward == 0.5);
    assert_int_equal(searching_last(t, AX_EVENT_SCORED, 0)->u.SCORED.stage, 2);
    assert_int_equal(searching_count(t, AX_EVENT_GATED), 1);
    assert_int_equal(searching_count(t, AX_EVENT_LEARNED), 1);

    searching_take(t);
    o = searching_outcome(1, 0); /* reward 0: certain to end here, with stage 1's outcome */
    assert_false(goes_on_after_stage1(t, &o));
    assert_int_equal(ax_search_outcome(t->search, 0, &o, NULL), AX_OK);
    assert_int_equal(ax_search_catch_up(t->search, NULL), AX_OK);
    assert_int_equal(searching_count(t, AX_EVENT_SCORED), 3);
    assert_int_equal(searching_count(t, AX_EVENT_GATED), 2);
    assert_int_equal(searching_count(t, AX_EVENT_LEARNED), 2);

    searching_take(t); /* a crash in stage 2: the candidate starts again and keeps its verdict */
    o = searching_outcome(1, 0.4);
    assert_true(goes_on_after_stage1(t, &o));
    ax_search_failed(t->search, 0, AX_CAUSE_CRASHED, "killed");
    assert_int_equal(searching_take(t), 3);
    assert_true(goes_on_after_stage1(t, &o));
    assert_int_equal(searching_count(t, AX_EVENT_GATED), 3);
    assert_int_equal(searching_count(t, AX_EVENT_SCORED), 4);
    assert_int_equal(searching_last(t, AX_EVENT_STARTED, 0)->u.STARTED.stage, 2);
}

/* The mean that the gate compared the next candidate's reward with. */
static double next_mean(searching *t, double reward)
{
    searching_take(t);
    ax_outcome o = searching_outcome(1, reward);
    goes_on_after_stage1(t, &o);
    assert_int_equal(ax_search_outcome(t->search, 0, &o, NULL), AX_OK);
    assert_int_equal(ax_search_catch_up(t->search, NULL), AX_OK);
    return searching_last(t, AX_EVENT_GATED, 0)->u.GATED.mean;
}

static void the_gates_mean_is_a_setting(void **state)
{
    searching *t = searching_begin(state, 9, "random");
    assert_true(fabs(next_mean(t, 0.4) - 0.01) < 1e-12);
    assert_true(fabs(next_mean(t, 0.4) - 0.0139) < 1e-12);
    snprintf(t->setup.settings.gate_mean, sizeof t->setup.settings.gate_mean, "after");
    searching_restart(t);
    assert_true(fabs(next_mean(t, 0.4) - 0.0139) < 1e-12);
}

static void the_gate_may_leave_out_what_people_submit(void **state)
{
    for (int counts = 0; counts < 2; counts++) {
        searching *t = searching_begin(state, 9, "random");
        t->setup.settings.gate_handmade = counts;
        searching_restart(t);
        searching_do(t, AX_VERB_SUBMIT, 0, "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]", NULL);
        next_mean(t, 0.9);
        const uint32_t id = searching_last(t, AX_EVENT_GATED, 0)->id;
        assert_string_equal(ax_search_get(t->search, id)->origin, "user");
        const double before = 0.01, after = 0.01 * 0.99 + 0.9 * 0.01;
        assert_true(fabs(next_mean(t, 0.4) - (counts ? after : before)) < 1e-12);
    }
}

static double entropy_after(void **state, double step)
{
    searching *t = searching_begin(state, 9, "reinforce");
    t->setup.settings.reinforce_lr = step;
    searching_restart(t);
    for (int i = 0; i < 4; i++) {
        searching_take(t);
        searching_score(t, 0.2 * i);
    }
    return searching_last(t, AX_EVENT_LEARNED, 0)->u.LEARNED.entropy;
}

static void reinforce_takes_steps_of_the_size_set(void **state)
{
    const double small = entropy_after(state, 1e-6), again = entropy_after(state, 1e-6),
                 large = entropy_after(state, 0.03);
    assert_true(small == again && large != small);
}

/* Killed between the gate's verdict and its outcome: the candidate starts again, and the events show that it had
   ended. */
static void one_that_the_gate_ended_starts_again(void **state)
{
    searching *t = searching_begin(state, 3, "random");
    searching_take(t);
    ax_outcome o = searching_outcome(1, 0);
    assert_false(goes_on_after_stage1(t, &o));
    ax_search_failed(t->search, 0, AX_CAUSE_CRASHED, "killed");
    assert_int_equal(searching_take(t), 1);
    assert_false(goes_on_after_stage1(t, &o));
    assert_int_equal(ax_search_outcome(t->search, 0, &o, NULL), AX_OK);
    assert_int_equal(ax_search_catch_up(t->search, NULL), AX_OK);
    assert_int_equal(searching_count(t, AX_EVENT_GATED), 1);
    assert_int_equal(searching_count(t, AX_EVENT_LEARNED), 1);
    ax_state s;
    ax_state_init(&s);
    for (size_t i = 0; i < t->n; i++)
        ax_state_fold(&s, &t->event[i]);
    assert_int_equal(ax_state_candidate(&s, 1)->status, AX_DONE);
    assert_int_equal(s.n_scored, 1);
    ax_state_release(&s);
}

static void the_strategy_can_learn_the_price(void **state)
{
    static const char *const objectives[] = { "reward", "params", "macs" };
    for (size_t k = 0; k < 3; k++) {
        searching *t = searching_begin(state, 4, "random");
        ax_settings *set = &t->setup.settings;
        snprintf(set->objective, sizeof set->objective, "%s", objectives[k]);
        set->objective_weight = 0.5;
        searching_restart(t);
        double cost[3] = { 1, 1, 1 };
        for (int i = 1; i <= 2; i++) { /* relative to candidate 1 */
            searching_take(t);
            const ax_event *p = searching_last(t, AX_EVENT_PROPOSED, 1);
            assert_int_equal(p->id, i);
            if (k)
                cost[i] = (double)(k == 1 ? p->u.PROPOSED.params : p->u.PROPOSED.macs);
            searching_score(t, 0.4);
            const ax_event *l = searching_last(t, AX_EVENT_LEARNED, 0);
            assert_true(fabs(l->u.LEARNED.objective - 0.4 * sqrt(cost[1] / cost[i])) < 1e-12);
            assert_true(searching_last(t, AX_EVENT_SCORED, 0)->u.SCORED.reward == 0.4); /* the reward shown to users */
        }
        assert_true(k == 0 || cost[1] != cost[2]);
        double baseline = 0.95 * 0.4 + 0.05 * 0.4 * sqrt(cost[1] / cost[2]);
        assert_true(fabs(searching_last(t, AX_EVENT_LEARNED, 0)->u.LEARNED.baseline - baseline) < 1e-12);
    }
    searching *t = searching_begin(state, 4, "random");
    snprintf(t->setup.settings.objective, AX_SETTING_TEXT, "params");
    t->setup.settings.objective_weight = 1;
    t->setup.settings.objective_target = 1e6;
    searching_restart(t);
    searching_take(t);
    double params = (double)searching_last(t, AX_EVENT_PROPOSED, 1)->u.PROPOSED.params;
    searching_score(t, 0.4);
    assert_true(fabs(searching_last(t, AX_EVENT_LEARNED, 0)->u.LEARNED.objective - 0.4e6 / params) < 1e-12);
}

/* Candidate 1's latency isn't known: the target is the first latency measured. */
static void the_strategy_can_learn_the_latency(void **state)
{
    static const double ms[] = { 0, 8, 2, 0, 32 }, objective[] = { .4, .4, .8, .4, .2 };
    searching *t = searching_begin(state, 5, "random");
    snprintf(t->setup.settings.objective, AX_SETTING_TEXT, "latency");
    t->setup.settings.objective_weight = 0.5;
    searching_restart(t);
    for (int i = 0; i < 5; i++) {
        searching_take(t);
        t->latency_ms = ms[i];
        searching_score(t, 0.4);
        assert_true(fabs(searching_last(t, AX_EVENT_LEARNED, 0)->u.LEARNED.objective - objective[i]) < 1e-12);
        double said = searching_last(t, AX_EVENT_SCORED, 0)->u.SCORED.latency_ms;
        assert_true(ms[i] > 0 ? said == ms[i] : isnan(said));
    }
}

static void hello_after_a_resume_requeues_what_ran(void **state)
{
    searching *t = searching_begin(state, 3, "random");
    searching_take(t);
    searching_forget(t);
    ax_search_hello(t->search, true, 42);
    assert_int_equal(t->event[0].kind, AX_EVENT_HELLO);
    assert_int_equal(t->event[0].u.HELLO.resumed, 1);
    assert_int_equal(t->event[0].u.HELLO.pid, 42);
    assert_int_equal(t->event[1].kind, AX_EVENT_QUEUED);
    assert_int_equal(searching_take(t), 1);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(searching_set_up, searching_tear_down, one_runs_and_one_waits, gate_can_be_switched_off,
                                the_gates_mean_is_a_setting, the_gate_may_leave_out_what_people_submit,
                                reinforce_takes_steps_of_the_size_set, two_stages_and_the_gate,
                                one_that_the_gate_ended_starts_again, the_strategy_can_learn_the_price,
                                hello_after_a_resume_requeues_what_ran, the_strategy_can_learn_the_latency);
}
