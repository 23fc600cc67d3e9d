/* The search's state machine: what happens to candidates, and what every verb does and undoes. */
#include "engine/space/decision.h"
#include "engine/wire/state.h"
#include "tests/helper/searching.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char arch0[] = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]";

static void one_runs_and_one_waits(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 3, "random");
    assert_int_equal(searching_take(&t), 1);
    assert_int_equal(searching_count(&t, AX_EVENT_PROPOSED), 2);
    assert_int_equal(searching_count(&t, AX_EVENT_STARTED), 1);
    assert_int_equal(searching_take(&t), 0); /* the worker is busy */
    const ax_event *p = searching_last(&t, AX_EVENT_PROPOSED, 1);
    assert_int_equal(p->id, 1);
    assert_string_equal(p->u.PROPOSED.origin, "random");
    assert_true(p->u.PROPOSED.params > 1800000 && p->u.PROPOSED.macs > 0);
    searching_score(&t, 0.4);
    const ax_event *s = searching_last(&t, AX_EVENT_SCORED, 0);
    assert_int_equal(s->id, 1);
    assert_true(s->u.SCORED.reward == 0.4 && s->u.SCORED.stage == 1 && s->u.SCORED.peak_bytes == 12345);
    assert_string_equal(s->u.SCORED.masks, "masks/1.mpk");
    assert_string_equal(s->u.SCORED.model, "");
    assert_int_equal(searching_last(&t, AX_EVENT_GATED, 0)->u.GATED.passed, 1);
    assert_int_equal(searching_last(&t, AX_EVENT_LEARNED, 0)->id, 1);
    assert_true(ax_search_dirty(t.search));
    assert_int_equal(searching_take(&t), 2);
    searching_score(&t, 0.3);
    assert_int_equal(searching_take(&t), 3);
    assert_false(ax_search_finished(t.search));
    searching_score(&t, 0.2);
    assert_int_equal(searching_take(&t), 0);
    assert_true(ax_search_finished(t.search));
    assert_int_equal(searching_count(&t, AX_EVENT_PROPOSED), 3);
    searching_release(&t);
}

static void gate_can_be_switched_off(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 2, "random");
    t.setup.settings.gate = 0;
    ax_search_free(t.search);
    t.search = ax_search_new(&t.setup, NULL);
    searching_take(&t);
    searching_score(&t, 0.5);
    assert_int_equal(searching_count(&t, AX_EVENT_GATED), 0);
    assert_int_equal(searching_count(&t, AX_EVENT_LEARNED), 1);
    searching_release(&t);
}

static ax_outcome judged(uint32_t stage, double reward)
{
    ax_outcome o = { reward, reward, reward, reward, 1.5, 2.5, 0, 0, 12345, stage, 8 };
    return o;
}

static bool goes_on_after_stage1(searching *t, const ax_outcome *o)
{
    bool on = false;
    ax_search_stage1(t->search, 0, o);
    assert_true(ax_search_verdict(t->search, 0, &on));
    assert_false(ax_search_verdict(t->search, 0, &on)); /* said once */
    return on;
}

static void two_stages_and_the_gate(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 3, "random");
    searching_take(&t);
    ax_outcome o = judged(1, 0.4);
    assert_true(goes_on_after_stage1(&t, &o));
    assert_int_equal(searching_last(&t, AX_EVENT_SCORED, 0)->u.SCORED.stage, 1);
    assert_int_equal(searching_last(&t, AX_EVENT_GATED, 0)->u.GATED.passed, 1);
    const ax_event *s = searching_last(&t, AX_EVENT_STARTED, 0);
    assert_true(s->id == 1 && s->u.STARTED.stage == 2 && s->u.STARTED.steps == 4 && s->u.STARTED.epochs == 1);
    assert_int_equal(searching_count(&t, AX_EVENT_LEARNED), 0);
    assert_int_equal(ax_search_running(t.search, 0), 1);
    ax_answer a;
    assert_int_equal(searching_do(&t, AX_VERB_PROMOTE, 1, NULL, &a), AX_EINVAL);
    assert_non_null(strstr(a.message, "through the gate"));

    o = judged(2, 0.5); /* the strategy learns from the last stage */
    assert_int_equal(ax_search_outcome(t.search, 0, &o, NULL), AX_OK);
    assert_int_equal(ax_search_catch_up(t.search, NULL), AX_OK);
    assert_true(searching_last(&t, AX_EVENT_SCORED, 0)->u.SCORED.reward == 0.5);
    assert_int_equal(searching_last(&t, AX_EVENT_SCORED, 0)->u.SCORED.stage, 2);
    assert_int_equal(searching_count(&t, AX_EVENT_GATED), 1);
    assert_int_equal(searching_count(&t, AX_EVENT_LEARNED), 1);

    searching_take(&t);
    o = judged(1, 0); /* nothing: certain to end here, and judged by stage 1 */
    assert_false(goes_on_after_stage1(&t, &o));
    assert_int_equal(ax_search_outcome(t.search, 0, &o, NULL), AX_OK);
    assert_int_equal(ax_search_catch_up(t.search, NULL), AX_OK);
    assert_int_equal(searching_count(&t, AX_EVENT_SCORED), 3);
    assert_int_equal(searching_count(&t, AX_EVENT_GATED), 2);
    assert_int_equal(searching_count(&t, AX_EVENT_LEARNED), 2);

    searching_take(&t); /* a crash in stage 2: it starts again and keeps its verdict */
    o = judged(1, 0.4);
    assert_true(goes_on_after_stage1(&t, &o));
    ax_search_failed(t.search, 0, "crashed", "killed");
    assert_int_equal(searching_take(&t), 3);
    assert_true(goes_on_after_stage1(&t, &o));
    assert_int_equal(searching_count(&t, AX_EVENT_GATED), 3);
    assert_int_equal(searching_count(&t, AX_EVENT_SCORED), 4);
    assert_int_equal(searching_last(&t, AX_EVENT_STARTED, 0)->u.STARTED.stage, 2);
    searching_release(&t);
}

/* Killed between the gate's verdict and its outcome: it starts again, and whoever folds the events sees that it has
   ended. */
static void one_that_the_gate_ended_starts_again(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 3, "random");
    searching_take(&t);
    ax_outcome o = judged(1, 0);
    assert_false(goes_on_after_stage1(&t, &o));
    ax_search_failed(t.search, 0, "crashed", "killed");
    assert_int_equal(searching_take(&t), 1);
    assert_false(goes_on_after_stage1(&t, &o));
    assert_int_equal(ax_search_outcome(t.search, 0, &o, NULL), AX_OK);
    assert_int_equal(ax_search_catch_up(t.search, NULL), AX_OK);
    assert_int_equal(searching_count(&t, AX_EVENT_GATED), 1);
    assert_int_equal(searching_count(&t, AX_EVENT_LEARNED), 1);
    ax_state s;
    ax_state_init(&s);
    for (size_t i = 0; i < t.n; i++)
        ax_state_fold(&s, &t.event[i]);
    assert_int_equal(ax_state_candidate(&s, 1)->status, AX_DONE);
    assert_int_equal(s.n_scored, 1);
    ax_state_release(&s);
    searching_release(&t);
}

static void pause_frees_the_worker(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 3, "random");
    searching_take(&t);
    assert_int_equal(searching_do(&t, AX_VERB_PAUSE, 1, NULL, NULL), AX_OK);
    assert_true(ax_search_halting(t.search, 0));
    ax_search_stopped(t.search, 0);
    assert_int_equal(searching_take(&t), 2);
    searching_score(&t, 0.2);
    assert_int_equal(searching_take(&t), 3);
    searching_score(&t, 0.2);
    assert_int_equal(searching_take(&t), 0);
    assert_false(ax_search_finished(t.search)); /* 1 waits for a person */
    ax_answer a;
    assert_int_equal(searching_do(&t, AX_VERB_PAUSE, 1, NULL, &a), AX_OK);
    assert_non_null(strstr(a.message, "already"));
    assert_int_equal(searching_do(&t, AX_VERB_CONTINUE, 1, NULL, NULL), AX_OK);
    assert_int_equal(searching_last(&t, AX_EVENT_PAUSED, 0)->u.PAUSED.on, 0);
    assert_int_equal(searching_take(&t), 1);
    assert_int_equal(searching_last(&t, AX_EVENT_STARTED, 0)->u.STARTED.attempt, 2);
    searching_score(&t, 0.2);
    assert_true(ax_search_finished(t.search));
    assert_int_equal(searching_do(&t, AX_VERB_PAUSE, 1, NULL, &a), AX_EINVAL);
    assert_non_null(strstr(a.message, "#1 is finished"));
    assert_int_equal(searching_do(&t, AX_VERB_CONTINUE, 1, NULL, NULL), AX_EINVAL);
    searching_release(&t);
}

static void continue_before_the_worker_has_stopped(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 2, "random");
    searching_take(&t);
    searching_do(&t, AX_VERB_PAUSE, 1, NULL, NULL);
    searching_do(&t, AX_VERB_CONTINUE, 1, NULL, NULL);
    assert_int_equal(searching_take(&t), 0); /* the worker isn't free yet */
    assert_int_equal(searching_do(&t, AX_VERB_PRUNE, 1, NULL, NULL), AX_OK);
    assert_int_equal(searching_do(&t, AX_VERB_UNDO, 1, NULL, NULL), AX_OK);
    searching_score(&t, 0.9); /* comes too late: it was told to stop */
    assert_int_equal(searching_count(&t, AX_EVENT_SCORED), 0);
    assert_int_equal(searching_take(&t), 1);
    searching_score(&t, 0.9);
    assert_int_equal(searching_count(&t, AX_EVENT_SCORED), 1);
    assert_int_equal(searching_take(&t), 2);
    searching_release(&t);
}

static void the_run_can_be_paused(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 2, "random");
    searching_take(&t);
    assert_int_equal(searching_do(&t, AX_VERB_PAUSE, 0, NULL, NULL), AX_OK);
    assert_true(ax_search_halting(t.search, 0) && ax_search_paused(t.search));
    ax_search_stopped(t.search, 0);
    assert_int_equal(searching_take(&t), 0);
    assert_int_equal(searching_do(&t, AX_VERB_PAUSE, 0, NULL, NULL), AX_OK);
    assert_int_equal(searching_count(&t, AX_EVENT_PAUSED), 1);
    assert_int_equal(searching_do(&t, AX_VERB_CONTINUE, 0, NULL, NULL), AX_OK);
    assert_int_equal(searching_last(&t, AX_EVENT_PAUSED, 0)->id, 0);
    assert_int_equal(searching_take(&t), 1); /* the one that was in training is first */
    searching_release(&t);
}

static void prune_is_soft_for_ten_seconds(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 2, "random");
    searching_take(&t);
    ax_answer a;
    assert_int_equal(searching_do(&t, AX_VERB_PRUNE, 1, NULL, &a), AX_OK);
    assert_string_equal(a.message, "pruned #1; undo within 10 s");
    assert_true(searching_last(&t, AX_EVENT_PRUNED, 0)->u.PRUNED.until == 1010);
    assert_true(ax_search_deadline(t.search) == 1010);
    ax_search_stopped(t.search, 0);
    assert_int_equal(searching_do(&t, AX_VERB_PRUNE, 1, NULL, NULL), AX_EINVAL);
    assert_int_equal(searching_take(&t), 2);
    ax_search_set_time(t.search, 1009.9);
    ax_search_tick(t.search);
    assert_int_equal(searching_last(&t, AX_EVENT_PRUNED, 0)->u.PRUNED.phase, 1);
    assert_int_equal(searching_do(&t, AX_VERB_UNDO, 0, NULL, &a), AX_OK);
    assert_string_equal(a.message, "#1 is queued again");
    assert_int_equal(searching_last(&t, AX_EVENT_PRUNED, 0)->u.PRUNED.phase, 0);
    assert_int_equal(searching_do(&t, AX_VERB_UNDO, 0, NULL, NULL), AX_EINVAL);
    searching_score(&t, 0.5);
    assert_int_equal(searching_take(&t), 1);
    searching_do(&t, AX_VERB_PRUNE, 1, NULL, NULL);
    ax_search_stopped(t.search, 0);
    assert_false(ax_search_finished(t.search));
    ax_search_set_time(t.search, 1020);
    ax_search_tick(t.search);
    assert_int_equal(searching_last(&t, AX_EVENT_PRUNED, 0)->u.PRUNED.phase, 2);
    assert_true(ax_search_deadline(t.search) == 0);
    assert_int_equal(searching_do(&t, AX_VERB_UNDO, 1, NULL, &a), AX_EINVAL);
    assert_int_equal(searching_take(&t), 3); /* a pruned one makes room for another */
    searching_score(&t, 0.5);
    assert_true(ax_search_finished(t.search));
    searching_release(&t);
}

static void undo_returns_to_what_it_was(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 4, "random");
    searching_take(&t);
    searching_do(&t, AX_VERB_SUBMIT, 0, arch0, NULL); /* 3 before 2 */
    searching_do(&t, AX_VERB_PRUNE, 2, NULL, NULL);
    searching_do(&t, AX_VERB_UNDO, 2, NULL, NULL);
    assert_int_equal(searching_last(&t, AX_EVENT_QUEUED, 0)->u.QUEUED.position, 1);
    searching_do(&t, AX_VERB_PAUSE, 2, NULL, NULL);
    searching_do(&t, AX_VERB_PRUNE, 2, NULL, NULL);
    ax_answer a;
    searching_do(&t, AX_VERB_UNDO, 2, NULL, &a);
    assert_string_equal(a.message, "#2 is paused again");
    searching_score(&t, 0.5);
    searching_do(&t, AX_VERB_PRUNE, 1, NULL, NULL);
    searching_do(&t, AX_VERB_UNDO, 0, NULL, &a);
    assert_string_equal(a.message, "#1 is finished again");
    searching_release(&t);
}

static void promote_by_state(void **state)
{
    (void)state;
    searching t;
    ax_answer a;
    searching_init(&t, 3, "random");
    searching_take(&t);
    searching_score(&t, 0.9);
    searching_take(&t); /* 2 runs, 3 waits */
    for (int i = 0; i < 3; i++)
        searching_do(&t, AX_VERB_SUBMIT, 0, arch0, NULL); /* 6 5 4 3 */
    assert_int_equal(searching_do(&t, AX_VERB_PROMOTE, 3, NULL, NULL), AX_OK);
    assert_int_equal(searching_last(&t, AX_EVENT_QUEUED, 0)->id, 3);
    assert_int_equal(searching_last(&t, AX_EVENT_PROMOTED, 0)->u.PROMOTED.to, 0);
    assert_int_equal(searching_do(&t, AX_VERB_PROMOTE, 2, NULL, NULL), AX_OK);
    searching_score(&t, 0.0); /* far below the mean, but waved through */
    const ax_event *g = searching_last(&t, AX_EVENT_GATED, 0);
    assert_true(g->id == 2 && g->u.GATED.passed == 1 && g->u.GATED.chance == 1);

    assert_int_equal(searching_do(&t, AX_VERB_PROMOTE, 1, NULL, &a), AX_OK);
    const ax_event *p = searching_last(&t, AX_EVENT_PROPOSED, 0);
    assert_int_equal(p->id, 7);
    assert_int_equal(p->u.PROPOSED.parent, 1);
    assert_string_equal(p->u.PROPOSED.origin, "promote");
    assert_int_equal(searching_last(&t, AX_EVENT_PROMOTED, 0)->u.PROMOTED.to, 7);
    assert_int_equal(searching_do(&t, AX_VERB_PROMOTE, 1, NULL, &a), AX_EINVAL);
    assert_string_equal(a.message, "#1: its full training is #7");
    size_t learned = searching_count(&t, AX_EVENT_LEARNED), gated = searching_count(&t, AX_EVENT_GATED);
    assert_int_equal(searching_take(&t), 7);
    const ax_event *s = searching_last(&t, AX_EVENT_STARTED, 0);
    assert_true(s->u.STARTED.stage == 3 &&
                s->u.STARTED.epochs == t.setup.settings.full_epochs + t.setup.settings.full_stage2_epochs);
    assert_int_equal(searching_do(&t, AX_VERB_PROMOTE, 7, NULL, NULL), AX_EINVAL);
    searching_score(&t, 0.95);
    s = searching_last(&t, AX_EVENT_SCORED, 0);
    assert_true(s->u.SCORED.stage == 3);
    assert_string_equal(s->u.SCORED.model, "models/7.safetensors");
    assert_int_equal(searching_count(&t, AX_EVENT_LEARNED), learned);
    assert_int_equal(searching_count(&t, AX_EVENT_GATED), gated);
    assert_int_equal(searching_do(&t, AX_VERB_PROMOTE, 7, NULL, NULL), AX_EINVAL);
    assert_int_equal(searching_take(&t), 3);
    searching_release(&t);
}

static void a_failed_promotion_can_be_repeated(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 1, "random");
    searching_take(&t);
    searching_score(&t, 0.9);
    searching_do(&t, AX_VERB_PROMOTE, 1, NULL, NULL);
    assert_false(ax_search_finished(t.search));
    assert_int_equal(searching_take(&t), 2);
    ax_search_failed(t.search, 0, "memory", "no memory");
    assert_int_equal(searching_do(&t, AX_VERB_PROMOTE, 1, NULL, NULL), AX_OK);
    assert_int_equal(searching_take(&t), 3);
    searching_score(&t, 0.9);
    assert_true(ax_search_finished(t.search));
    searching_release(&t);
}

static void notes_and_pins(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 2, "random");
    searching_take(&t);
    searching_do(&t, AX_VERB_PIN, 1, NULL, NULL);
    assert_int_equal(searching_last(&t, AX_EVENT_NOTED, 0)->u.NOTED.pin, 1);
    searching_do(&t, AX_VERB_PIN, 1, NULL, NULL);
    assert_int_equal(searching_last(&t, AX_EVENT_NOTED, 0)->u.NOTED.pin, 0);
    assert_int_equal(searching_do(&t, AX_VERB_NOTE, 1, "größer", NULL), AX_OK);
    const ax_event *n = searching_last(&t, AX_EVENT_NOTED, 0);
    assert_int_equal(n->u.NOTED.pin, -1);
    assert_string_equal(n->u.NOTED.text, "größer");
    assert_string_equal(n->u.NOTED.by, "tester");
    assert_int_equal(searching_do(&t, AX_VERB_NOTE, 0, "of the run", NULL), AX_OK);
    assert_int_equal(searching_last(&t, AX_EVENT_NOTED, 0)->id, 0);
    assert_int_equal(searching_do(&t, AX_VERB_NOTE, 1, "\xff\xfe", NULL), AX_EINVAL);
    assert_int_equal(searching_do(&t, AX_VERB_NOTE, 1, "two\nlines", NULL), AX_EINVAL);
    searching_release(&t);
}

static void a_persons_genotype_is_next_and_not_learned_from(void **state)
{
    (void)state;
    searching t;
    ax_answer a;
    searching_init(&t, 3, "ppo");
    searching_take(&t);
    assert_int_equal(searching_do(&t, AX_VERB_SUBMIT, 0, "[[11,", &a), AX_EINVAL);
    assert_non_null(strstr(a.message, "character 3"));
    assert_int_equal(searching_do(&t, AX_VERB_SUBMIT, 0, arch0, &a), AX_OK);
    assert_string_equal(a.message, "#3 is next");
    const ax_event *p = searching_last(&t, AX_EVENT_PROPOSED, 0);
    assert_true(isnan(p->u.PROPOSED.logp) && isnan(p->u.PROPOSED.logp_each[0]));
    p = searching_last(&t, AX_EVENT_PROPOSED, 1); /* the policy's own: its parts are the whole */
    double logp = 0, entropy = 0;
    for (int i = 0; i < AX_DECISIONS; i++) {
        double most = log(ax_decisions[i].choices); /* the order is the genotype's: a fresh policy is nearly uniform */
        assert_true(fabs((double)p->u.PROPOSED.entropy_each[i] - most) < 0.1);
        logp += (double)p->u.PROPOSED.logp_each[i];
        entropy += (double)p->u.PROPOSED.entropy_each[i];
    }
    assert_true(fabs(logp - p->u.PROPOSED.logp) < 1e-4 && fabs(entropy - p->u.PROPOSED.entropy) < 1e-4);
    searching_score(&t, 0.4);
    assert_int_equal(searching_take(&t), 3);
    searching_score(&t, 0.4);
    assert_int_equal(searching_last(&t, AX_EVENT_SCORED, 0)->id, 3);
    assert_int_equal(searching_last(&t, AX_EVENT_LEARNED, 0)->id, 1);
    assert_int_equal(searching_take(&t), 2);
    searching_score(&t, 0.4);
    assert_int_equal(searching_take(&t), 0);
    assert_true(ax_search_finished(t.search)); /* it counts */
    searching_release(&t);
}

static void the_strategy_can_learn_the_price(void **state)
{
    (void)state;
    static const char *const objectives[] = { "reward", "params", "macs" };
    for (size_t k = 0; k < 3; k++) {
        searching t;
        searching_init(&t, 4, "random");
        ax_settings *set = &t.setup.settings;
        snprintf(set->objective, sizeof set->objective, "%s", objectives[k]);
        set->objective_weight = 0.5;
        ax_search_free(t.search);
        t.search = ax_search_new(&t.setup, NULL);
        double cost[3] = { 1, 1, 1 };
        for (int i = 1; i <= 2; i++) { /* against candidate 1 */
            searching_take(&t);
            const ax_event *p = searching_last(&t, AX_EVENT_PROPOSED, 1);
            assert_int_equal(p->id, i);
            if (k)
                cost[i] = (double)(k == 1 ? p->u.PROPOSED.params : p->u.PROPOSED.macs);
            searching_score(&t, 0.4);
            const ax_event *l = searching_last(&t, AX_EVENT_LEARNED, 0);
            assert_true(fabs(l->u.LEARNED.objective - 0.4 * sqrt(cost[1] / cost[i])) < 1e-12);
            assert_true(searching_last(&t, AX_EVENT_SCORED, 0)->u.SCORED.reward == 0.4); /* what people see */
        }
        assert_true(k == 0 || cost[1] != cost[2]);
        double baseline = 0.95 * 0.4 + 0.05 * 0.4 * sqrt(cost[1] / cost[2]);
        assert_true(fabs(searching_last(&t, AX_EVENT_LEARNED, 0)->u.LEARNED.baseline - baseline) < 1e-12);
        searching_release(&t);
    }
    searching t;
    searching_init(&t, 4, "random");
    snprintf(t.setup.settings.objective, AX_SETTING_TEXT, "params");
    t.setup.settings.objective_weight = 1;
    t.setup.settings.objective_target = 1e6;
    ax_search_free(t.search);
    t.search = ax_search_new(&t.setup, NULL);
    searching_take(&t);
    double params = (double)searching_last(&t, AX_EVENT_PROPOSED, 1)->u.PROPOSED.params;
    searching_score(&t, 0.4);
    assert_true(fabs(searching_last(&t, AX_EVENT_LEARNED, 0)->u.LEARNED.objective - 0.4e6 / params) < 1e-12);
    searching_release(&t);
}

static void the_same_request_is_done_once(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 2, "random");
    searching_take(&t);
    ax_command c = { .request = 77, .verb = AX_VERB_PIN, .id = 1 };
    ax_answer a, b;
    ax_search_command(t.search, &c, &a);
    ax_search_clean(t.search);
    ax_search_command(t.search, &c, &b);
    assert_int_equal(searching_count(&t, AX_EVENT_NOTED), 1);
    assert_string_equal(a.message, b.message);
    assert_false(ax_search_dirty(t.search));
    searching_release(&t);
}

static void unknown_candidates_are_refused(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 2, "random");
    searching_take(&t);
    ax_search_clean(t.search);
    searching_forget(&t);
    static const ax_verb verbs[] = { AX_VERB_PAUSE,   AX_VERB_CONTINUE, AX_VERB_PRUNE, AX_VERB_UNDO,
                                     AX_VERB_PROMOTE, AX_VERB_PIN,      AX_VERB_NOTE };
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        ax_answer a;
        assert_int_equal(searching_do(&t, verbs[i], 99, "x", &a), AX_EINVAL);
        assert_string_equal(a.message, "there is no candidate #99");
    }
    assert_int_equal(searching_do(&t, AX_VERB_PRUNE, 0, NULL, NULL), AX_EINVAL);
    assert_int_equal(searching_do(&t, AX_VERB_PROMOTE, 0, NULL, NULL), AX_EINVAL);
    assert_int_equal(searching_do(&t, AX_VERB_PIN, 0, NULL, NULL), AX_EINVAL);
    assert_int_equal(t.n, 0);
    assert_false(ax_search_dirty(t.search));
    searching_release(&t);
}

static void save_and_stop_are_wishes(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 2, "random");
    searching_do(&t, AX_VERB_SAVE, 0, NULL, NULL);
    assert_true(ax_search_wants_save(t.search));
    ax_search_clean(t.search);
    assert_false(ax_search_wants_save(t.search));
    assert_false(ax_search_wants_stop(t.search));
    searching_do(&t, AX_VERB_STOP, 0, NULL, NULL);
    assert_true(ax_search_wants_stop(t.search));
    searching_release(&t);
}

static void a_crash_is_tried_once_more(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 2, "random");
    searching_take(&t);
    ax_search_failed(t.search, 0, "crashed", "killed by signal 9");
    assert_int_equal(searching_last(&t, AX_EVENT_FAILED, 0)->u.FAILED.retried, 1);
    assert_int_equal(searching_take(&t), 1);
    ax_search_failed(t.search, 0, "crashed", "killed by signal 9");
    const ax_event *f = searching_last(&t, AX_EVENT_FAILED, 0);
    assert_int_equal(f->u.FAILED.retried, 0);
    assert_string_equal(f->u.FAILED.cause, "crashed");
    assert_int_equal(searching_take(&t), 2);
    ax_search_failed(t.search, 0, "diverged", "the loss is nan");
    assert_int_equal(searching_last(&t, AX_EVENT_FAILED, 0)->u.FAILED.retried, 0);
    assert_int_equal(searching_count(&t, AX_EVENT_LEARNED), 0); /* failed is not reward 0 */
    assert_int_equal(searching_count(&t, AX_EVENT_SCORED), 0);
    assert_true(ax_search_finished(t.search));
    assert_int_equal(searching_do(&t, AX_VERB_PRUNE, 1, NULL, NULL), AX_EINVAL);
    searching_release(&t);
}

static void a_reward_that_is_no_number_is_a_failure(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 2, "random");
    searching_take(&t);
    searching_score(&t, NAN);
    assert_string_equal(searching_last(&t, AX_EVENT_FAILED, 0)->u.FAILED.cause, "diverged");
    assert_int_equal(searching_take(&t), 2);
    searching_release(&t);
}

static void five_failures_in_a_row_pause_the_run(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 20, "random");
    for (int i = 0; i < 4; i++) {
        searching_take(&t);
        ax_search_failed(t.search, 0, "memory", "out of memory");
    }
    searching_take(&t);
    searching_score(&t, 0.5); /* not in a row */
    for (int i = 0; i < 5; i++) {
        assert_false(ax_search_paused(t.search));
        assert_int_not_equal(searching_take(&t), 0);
        ax_search_failed(t.search, 0, "memory", "out of memory");
    }
    assert_true(ax_search_paused(t.search));
    assert_int_equal(searching_take(&t), 0);
    const ax_event *l = searching_last(&t, AX_EVENT_LOG, 0);
    assert_string_equal(l->u.LOG.level, "error");
    assert_non_null(strstr(l->u.LOG.text, "5 failures in a row"));
    assert_non_null(strstr(l->u.LOG.text, "out of memory"));
    assert_int_equal(searching_last(&t, AX_EVENT_PAUSED, 0)->id, 0);
    searching_do(&t, AX_VERB_CONTINUE, 0, NULL, NULL);
    assert_int_not_equal(searching_take(&t), 0);
    searching_release(&t);
}

static void idle_workers_that_die_count_too(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 20, "random");
    for (int i = 0; i < 5; i++)
        ax_search_worker_failed(t.search, "the worker ended with status 1");
    assert_true(ax_search_paused(t.search));
    searching_release(&t);
}

static void hello_after_a_resume_requeues_what_ran(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 3, "random");
    searching_take(&t);
    searching_forget(&t);
    ax_search_hello(t.search, true, 42);
    assert_int_equal(t.event[0].kind, AX_EVENT_HELLO);
    assert_int_equal(t.event[0].u.HELLO.resumed, 1);
    assert_int_equal(t.event[0].u.HELLO.pid, 42);
    assert_int_equal(t.event[1].kind, AX_EVENT_QUEUED);
    assert_int_equal(searching_take(&t), 1);
    searching_release(&t);
}

static void progress_belongs_to_what_runs(void **state)
{
    (void)state;
    searching t;
    searching_init(&t, 3, "random");
    ax_search_progress(t.search, 0, "cache", 1, 0, 3, 8, NAN);
    assert_int_equal(searching_last(&t, AX_EVENT_PROGRESS, 0)->id, 0);
    searching_take(&t);
    ax_search_progress(t.search, 0, "train", 1, 1, 5, 9, 0.5);
    const ax_event *p = searching_last(&t, AX_EVENT_PROGRESS, 0);
    assert_true(p->id == 1 && p->u.PROGRESS.step == 5 && p->u.PROGRESS.loss == 0.5);
    searching_do(&t, AX_VERB_PAUSE, 1, NULL, NULL);
    ax_search_progress(t.search, 0, "train", 1, 1, 6, 9, 0.4);
    assert_int_equal(searching_count(&t, AX_EVENT_PROGRESS), 2);
    searching_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_runs_and_one_waits),
        cmocka_unit_test(gate_can_be_switched_off),
        cmocka_unit_test(two_stages_and_the_gate),
        cmocka_unit_test(one_that_the_gate_ended_starts_again),
        cmocka_unit_test(pause_frees_the_worker),
        cmocka_unit_test(continue_before_the_worker_has_stopped),
        cmocka_unit_test(the_run_can_be_paused),
        cmocka_unit_test(prune_is_soft_for_ten_seconds),
        cmocka_unit_test(undo_returns_to_what_it_was),
        cmocka_unit_test(promote_by_state),
        cmocka_unit_test(a_failed_promotion_can_be_repeated),
        cmocka_unit_test(notes_and_pins),
        cmocka_unit_test(a_persons_genotype_is_next_and_not_learned_from),
        cmocka_unit_test(the_strategy_can_learn_the_price),
        cmocka_unit_test(the_same_request_is_done_once),
        cmocka_unit_test(unknown_candidates_are_refused),
        cmocka_unit_test(save_and_stop_are_wishes),
        cmocka_unit_test(a_crash_is_tried_once_more),
        cmocka_unit_test(a_reward_that_is_no_number_is_a_failure),
        cmocka_unit_test(five_failures_in_a_row_pause_the_run),
        cmocka_unit_test(idle_workers_that_die_count_too),
        cmocka_unit_test(hello_after_a_resume_requeues_what_ran),
        cmocka_unit_test(progress_belongs_to_what_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
