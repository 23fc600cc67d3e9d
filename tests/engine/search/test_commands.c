/* Users' commands, and the answer to each. */
#include "engine/space/space.h"
#include "tests/helper/search_steps.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

static const char arch0[] = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]";

static void pause_frees_the_worker(void **state)
{
    searching *t = searching_begin(state, 3, "random");
    searching_take(t);
    assert_int_equal(searching_do(t, AX_VERB_PAUSE, 1, NULL, NULL), AX_OK);
    assert_true(ax_search_stop_requested(t->search, 0));
    ax_search_stopped(t->search, 0);
    searching_train(t, 2, 0.2);
    searching_train(t, 3, 0.2);
    assert_int_equal(searching_take(t), 0);
    assert_false(ax_search_finished(t->search)); /* candidate 1 stays paused until it is continued */
    ax_answer a;
    assert_int_equal(searching_do(t, AX_VERB_PAUSE, 1, NULL, &a), AX_OK);
    assert_non_null(strstr(a.message, "already"));
    assert_int_equal(searching_do(t, AX_VERB_CONTINUE, 1, NULL, NULL), AX_OK);
    assert_int_equal(searching_last(t, AX_EVENT_PAUSED, 0)->u.PAUSED.on, 0);
    assert_int_equal(searching_take(t), 1);
    assert_int_equal(searching_last(t, AX_EVENT_STARTED, 0)->u.STARTED.attempt, 2);
    searching_score(t, 0.2);
    assert_true(ax_search_finished(t->search));
    assert_int_equal(searching_do(t, AX_VERB_PAUSE, 1, NULL, &a), AX_EINVAL);
    assert_non_null(strstr(a.message, "#1 is finished"));
    assert_int_equal(searching_do(t, AX_VERB_CONTINUE, 1, NULL, NULL), AX_EINVAL);
}

static void continue_before_the_worker_has_stopped(void **state)
{
    searching *t = searching_begin(state, 2, "random");
    searching_take(t);
    searching_do(t, AX_VERB_PAUSE, 1, NULL, NULL);
    searching_do(t, AX_VERB_CONTINUE, 1, NULL, NULL);
    assert_int_equal(searching_take(t), 0); /* the worker isn't free yet */
    assert_int_equal(searching_do(t, AX_VERB_PRUNE, 1, NULL, NULL), AX_OK);
    assert_int_equal(searching_do(t, AX_VERB_UNDO, 1, NULL, NULL), AX_OK);
    searching_score(t, 0.9); /* too late: it was told to stop */
    assert_int_equal(searching_count(t, AX_EVENT_SCORED), 0);
    searching_train(t, 1, 0.9);
    assert_int_equal(searching_count(t, AX_EVENT_SCORED), 1);
    assert_int_equal(searching_take(t), 2);
}

static void the_run_can_be_paused(void **state)
{
    searching *t = searching_begin(state, 2, "random");
    searching_take(t);
    assert_int_equal(searching_do(t, AX_VERB_PAUSE, 0, NULL, NULL), AX_OK);
    assert_true(ax_search_stop_requested(t->search, 0) && ax_search_paused(t->search));
    ax_search_stopped(t->search, 0);
    assert_int_equal(searching_take(t), 0);
    assert_int_equal(searching_do(t, AX_VERB_PAUSE, 0, NULL, NULL), AX_OK);
    assert_int_equal(searching_count(t, AX_EVENT_PAUSED), 1);
    assert_int_equal(searching_do(t, AX_VERB_CONTINUE, 0, NULL, NULL), AX_OK);
    assert_int_equal(searching_last(t, AX_EVENT_PAUSED, 0)->id, 0);
    assert_int_equal(searching_take(t), 1); /* the one that was in training comes first */
}

/* 1 is finished, 2 is running, 6 5 4 3 are queued: all but 3 were submitted by hand. */
static searching *begin_with_a_queue(void **state)
{
    searching *t = searching_begin(state, 3, "random");
    searching_train(t, 1, 0.9);
    searching_take(t);
    for (int i = 0; i < 3; i++) /* a published network's name works like its genotype */
        searching_do(t, AX_VERB_SUBMIT, 0, i ? arch0 : "arch0", NULL);
    return t;
}

static void promote_by_state(void **state)
{
    searching *t = begin_with_a_queue(state);
    ax_answer a;
    ax_genotype named;
    assert_int_equal(ax_genotype_parse(arch0, &named, NULL), AX_OK);
    assert_memory_equal(&searching_last(t, AX_EVENT_PROPOSED, 2)->u.PROPOSED.genotype, &named, sizeof named);
    assert_int_equal(searching_do(t, AX_VERB_PROMOTE, 3, NULL, NULL), AX_OK);
    assert_int_equal(searching_last(t, AX_EVENT_QUEUED, 0)->id, 3);
    assert_int_equal(searching_last(t, AX_EVENT_PROMOTED, 0)->u.PROMOTED.to, 0);
    assert_int_equal(searching_do(t, AX_VERB_PROMOTE, 2, NULL, NULL), AX_OK);
    searching_score(t, 0.0); /* far below the mean, but it passes the gate */
    const ax_event *g = searching_last(t, AX_EVENT_GATED, 0);
    assert_true(g->id == 2 && g->u.GATED.passed == 1 && g->u.GATED.chance == 1);

    assert_int_equal(searching_do(t, AX_VERB_PROMOTE, 1, NULL, &a), AX_OK);
    const ax_event *p = searching_last(t, AX_EVENT_PROPOSED, 0);
    assert_int_equal(p->id, 7);
    assert_int_equal(p->u.PROPOSED.parent, 1);
    assert_string_equal(p->u.PROPOSED.origin, "promote");
    assert_int_equal(searching_last(t, AX_EVENT_PROMOTED, 0)->u.PROMOTED.to, 7);
    searching_answers(t, AX_VERB_PROMOTE, 1, NULL, AX_EINVAL, "#1: its full training is #7");
    size_t learned = searching_count(t, AX_EVENT_LEARNED), gated = searching_count(t, AX_EVENT_GATED);
    assert_int_equal(searching_take(t), 7);
    const ax_event *s = searching_last(t, AX_EVENT_STARTED, 0);
    assert_true(s->u.STARTED.stage == 3 &&
                s->u.STARTED.epochs == t->setup.settings.full_epochs + t->setup.settings.full_stage2_epochs);
    assert_int_equal(searching_do(t, AX_VERB_PROMOTE, 7, NULL, NULL), AX_EINVAL);
    searching_score(t, 0.95);
    s = searching_last(t, AX_EVENT_SCORED, 0);
    assert_true(s->u.SCORED.stage == 3);
    assert_string_equal(s->u.SCORED.model, "models/7.safetensors");
    assert_int_equal(searching_count(t, AX_EVENT_LEARNED), learned);
    assert_int_equal(searching_count(t, AX_EVENT_GATED), gated);
    assert_int_equal(searching_do(t, AX_VERB_PROMOTE, 7, NULL, NULL), AX_EINVAL);
    assert_int_equal(searching_take(t), 3);
}

static void demote_takes_a_promotion_back(void **state)
{
    searching *t = begin_with_a_queue(state);
    ax_answer a;
    searching_answers(t, AX_VERB_DEMOTE, 6, NULL, AX_OK, "#6 is last in the queue");
    const ax_event *q = searching_last(t, AX_EVENT_QUEUED, 0);
    assert_true(q->id == 6 && q->u.QUEUED.position == 3); /* the queue is 5 4 3 6 */
    searching_answers(t, AX_VERB_DEMOTE, 2, NULL, AX_EINVAL, "#2 is in training, and not promoted");
    assert_int_equal(searching_do(t, AX_VERB_PROMOTE, 2, NULL, NULL), AX_OK);
    assert_int_equal(searching_do(t, AX_VERB_DEMOTE, 2, NULL, NULL), AX_OK);
    assert_int_equal(searching_last(t, AX_EVENT_DEMOTED, 0)->id, 2);
    searching_score(t, 0.0); /* far below the mean */
    const ax_event *g = searching_last(t, AX_EVENT_GATED, 0);
    assert_true(g->id == 2 && g->u.GATED.chance < 1);

    searching_answers(t, AX_VERB_DEMOTE, 1, NULL, AX_EINVAL, "#1 is finished, and not promoted");
    assert_int_equal(searching_do(t, AX_VERB_PROMOTE, 1, NULL, NULL), AX_OK); /* the queue is 7 5 4 3 6 */
    assert_int_equal(searching_do(t, AX_VERB_DEMOTE, 1, NULL, &a), AX_OK);
    assert_int_equal(searching_last(t, AX_EVENT_PRUNED, 0)->id, 7);
    assert_int_equal(searching_take(t), 5);
    assert_int_equal(searching_do(t, AX_VERB_UNDO, 7, NULL, NULL), AX_OK);
    searching_score(t, 0.5);
    assert_int_equal(searching_take(t), 7);
    searching_answers(t, AX_VERB_DEMOTE, 7, NULL, AX_EINVAL, "#7 is in full training: 'prune 7' ends it");
    searching_score(t, 0.95);
    searching_answers(t, AX_VERB_DEMOTE, 1, NULL, AX_EINVAL, "#1: its full training #7 is finished");
}

static void notes_and_pins(void **state)
{
    searching *t = searching_begin(state, 2, "random");
    searching_take(t);
    searching_do(t, AX_VERB_PIN, 1, NULL, NULL);
    assert_int_equal(searching_last(t, AX_EVENT_NOTED, 0)->u.NOTED.pin, 1);
    searching_do(t, AX_VERB_PIN, 1, NULL, NULL);
    assert_int_equal(searching_last(t, AX_EVENT_NOTED, 0)->u.NOTED.pin, 0);
    assert_int_equal(searching_do(t, AX_VERB_NOTE, 1, "größer", NULL), AX_OK);
    const ax_event *n = searching_last(t, AX_EVENT_NOTED, 0);
    assert_int_equal(n->u.NOTED.pin, -1);
    assert_string_equal(n->u.NOTED.text, "größer");
    assert_string_equal(n->u.NOTED.by, "tester");
    assert_int_equal(searching_do(t, AX_VERB_NOTE, 0, "of the run", NULL), AX_OK);
    assert_int_equal(searching_last(t, AX_EVENT_NOTED, 0)->id, 0);
    assert_int_equal(searching_do(t, AX_VERB_NOTE, 1, "\xff\xfe", NULL), AX_EINVAL);
    assert_int_equal(searching_do(t, AX_VERB_NOTE, 1, "two\nlines", NULL), AX_EINVAL);
    /* C1: another form of the escape sequence */
    assert_int_equal(searching_do(t, AX_VERB_NOTE, 1, "\xc2\x9b[31m", NULL), AX_EINVAL);
    assert_int_equal(searching_do(t, AX_VERB_NOTE, 1, "\xe2\x80\xae", NULL), AX_EINVAL);
}

static void a_persons_genotype_is_next_and_not_learned_from(void **state)
{
    searching *t = searching_begin(state, 3, "ppo");
    ax_answer a;
    searching_take(t);
    assert_int_equal(searching_do(t, AX_VERB_SUBMIT, 0, "[[11,", &a), AX_EINVAL);
    assert_non_null(strstr(a.message, "character 3"));
    searching_answers(t, AX_VERB_SUBMIT, 0, "arch0", AX_OK, "#3 is next");
    const ax_event *p = searching_last(t, AX_EVENT_PROPOSED, 0);
    assert_true(isnan(p->u.PROPOSED.logp) && isnan(p->u.PROPOSED.logp_each[0]));
    p = searching_last(t, AX_EVENT_PROPOSED, 1); /* a proposal of the policy: its parts add up to the total */
    double logp = 0, entropy = 0;
    const ax_space *space = ax_space_of(&p->u.PROPOSED.genotype);
    for (int i = 0; i < space->n_decisions; i++) { /* in the genotype's order; a fresh policy is nearly uniform */
        double most = log(space->decision[i].choices);
        assert_true(fabs((double)p->u.PROPOSED.entropy_each[i] - most) < 0.1);
        logp += (double)p->u.PROPOSED.logp_each[i];
        entropy += (double)p->u.PROPOSED.entropy_each[i];
    }
    assert_true(fabs(logp - p->u.PROPOSED.logp) < 1e-4 && fabs(entropy - p->u.PROPOSED.entropy) < 1e-4);
    searching_score(t, 0.4);
    searching_train(t, 3, 0.4);
    assert_int_equal(searching_last(t, AX_EVENT_SCORED, 0)->id, 3);
    assert_int_equal(searching_last(t, AX_EVENT_LEARNED, 0)->id, 1);
    searching_train(t, 2, 0.4);
    assert_int_equal(searching_take(t), 0);
    assert_true(ax_search_finished(t->search)); /* submitted candidates count, too */
}

static void the_same_request_is_done_once(void **state)
{
    searching *t = searching_begin(state, 2, "random");
    searching_take(t);
    ax_command c = { .request = 77, .verb = AX_VERB_PIN, .id = 1 };
    ax_answer a, b;
    ax_search_command(t->search, &c, &a);
    ax_search_clean(t->search);
    ax_search_command(t->search, &c, &b);
    assert_int_equal(searching_count(t, AX_EVENT_NOTED), 1);
    assert_string_equal(a.message, b.message);
    assert_false(ax_search_dirty(t->search));
}

static void unknown_candidates_are_refused(void **state)
{
    searching *t = searching_begin(state, 2, "random");
    searching_take(t);
    ax_search_clean(t->search);
    searching_forget(t);
    static const ax_verb verbs[] = { AX_VERB_PAUSE,   AX_VERB_CONTINUE, AX_VERB_PRUNE, AX_VERB_UNDO,
                                     AX_VERB_PROMOTE, AX_VERB_DEMOTE,   AX_VERB_PIN,   AX_VERB_NOTE };
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        searching_answers(t, verbs[i], 99, "x", AX_EINVAL, "there is no candidate #99");
    }
    assert_int_equal(searching_do(t, AX_VERB_PRUNE, 0, NULL, NULL), AX_EINVAL);
    assert_int_equal(searching_do(t, AX_VERB_PROMOTE, 0, NULL, NULL), AX_EINVAL);
    assert_int_equal(searching_do(t, AX_VERB_PIN, 0, NULL, NULL), AX_EINVAL);
    assert_int_equal(t->n, 0);
    assert_false(ax_search_dirty(t->search));
}

static void save_and_stop_are_requests(void **state)
{
    searching *t = searching_begin(state, 2, "random");
    searching_do(t, AX_VERB_SAVE, 0, NULL, NULL);
    assert_true(ax_search_wants_save(t->search));
    ax_search_clean(t->search);
    assert_false(ax_search_wants_save(t->search));
    assert_false(ax_search_wants_stop(t->search));
    searching_do(t, AX_VERB_STOP, 0, NULL, NULL);
    assert_true(ax_search_wants_stop(t->search));
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(searching_set_up, searching_tear_down, pause_frees_the_worker,
                                continue_before_the_worker_has_stopped, the_run_can_be_paused, promote_by_state,
                                demote_takes_a_promotion_back, notes_and_pins,
                                a_persons_genotype_is_next_and_not_learned_from, the_same_request_is_done_once,
                                unknown_candidates_are_refused, save_and_stop_are_requests);
}
