/* The state of a run: which candidates are the best, on the front, and in full training. */
#include "tests/helper/story.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void cost_is(story *t, uint32_t id, int64_t params, double reward)
{
    story_tell(t,
               (ax_event) { .kind = AX_EVENT_PROPOSED, .id = id, .u.PROPOSED = { .origin = "ppo", .params = params } });
    story_start(t, id, 1, 1);
    story_score(t, id, 1, reward);
}

static bool on_front(const story *t, uint32_t id)
{
    return ax_state_on_front(&t->s, story_candidate(t, id), AX_METRIC_PARAMS);
}

static void timed(story *t, uint32_t id, double ms, double reward)
{
    story_propose(t, id);
    story_tell(t, (ax_event) { .kind = AX_EVENT_SCORED,
                               .id = id,
                               .u.SCORED = { .reward = reward, .stage = 1, .latency_ms = ms } });
}

static void the_front_follows_what_people_do(void **state)
{
    story *t = *state;
    cost_is(t, 1, 2000, .5);
    cost_is(t, 2, 1000, .6);
    cost_is(t, 3, 3000, .7);
    assert_true(!on_front(t, 1) && on_front(t, 2) && on_front(t, 3));
    assert_int_equal(t->s.front[AX_METRIC_PARAMS].n, 2);
    assert_int_equal(t->s.front[AX_METRIC_MACS].n, 0); /* unknown */
    story_prune(t, 2, 1);
    assert_true(on_front(t, 1) && !on_front(t, 2) && on_front(t, 3));
    story_prune(t, 2, 0);
    assert_true(!on_front(t, 1) && on_front(t, 2));
    story_prune(t, 3, 1);
    story_prune(t, 3, 2);
    assert_int_equal(t->s.front[AX_METRIC_PARAMS].n, 1);
    assert_int_equal(t->s.best, 2);
    story_tell(t, (ax_event) { .kind = AX_EVENT_PROMOTED, .id = 2, .u.PROMOTED = { .to = 4 } });
    assert_true(on_front(t, 2));
    cost_is(t, 5, 500, .6);
    assert_true(on_front(t, 5) && !on_front(t, 2));
    story_tell(
        t, (ax_event) { .kind = AX_EVENT_SCORED, .id = 1, .u.SCORED = { .reward = .9, .provisional = 1, .stage = 1 } });
    assert_false(on_front(t, 1)); /* its training goes on */
}

/* By hand: 2 is the best, 4 and 5 are faster; 1 is slower than 4 and no better, 3 wasn't measured. */
static void the_front_of_latencies(void **state)
{
    static const bool front[] = { false, true, false, true, true };
    story *t = *state;
    timed(t, 1, 9, .5);
    timed(t, 2, 12, .8);
    timed(t, 3, NAN, .7);
    timed(t, 4, 8, .6);
    timed(t, 5, 3, .1);
    for (uint32_t id = 1; id <= 5; id++)
        assert_int_equal(ax_state_on_front(&t->s, story_candidate(t, id), AX_METRIC_LATENCY), front[id - 1]);
    assert_int_equal(t->s.front[AX_METRIC_LATENCY].n, 3);
    assert_true(story_candidate(t, 4)->outcome.latency_ms == 8 && isnan(story_candidate(t, 3)->outcome.latency_ms));
    assert_int_equal(t->s.front[AX_METRIC_PARAMS].n, 1); /* all have the same number: only the best one */
    story_prune(t, 4, 1);
    assert_true(ax_state_on_front(&t->s, story_candidate(t, 1), AX_METRIC_LATENCY));
}

static void the_gate_answers_for_any_reward(void **state)
{
    story *t = *state;
    story_propose(t, 1);
    assert_true(isnan(ax_state_gate_chance(&t->s, .5)));
    story_tell(
        t, (ax_event) { .kind = AX_EVENT_GATED, .id = 1, .u.GATED = { 1, .mean = .5, .tolerance = .8, .chance = 1 } });
    assert_true(ax_state_gate_chance(&t->s, .51) == 1);
    assert_true(fabs(ax_state_gate_chance(&t->s, .4) - .75) < 1e-12); /* 1 - (1 - .8) / .8 */
    assert_true(ax_state_gate_chance(&t->s, .05) == 0);
}

static void an_outcome_can_be_that_of_another(void **state)
{
    story *t = *state;
    story_propose(t, 1);
    story_propose(t, 2);
    story_start(t, 1, 1, 1);
    story_score(t, 1, 1, .6);
    story_tell(t,
               (ax_event) { .kind = AX_EVENT_SCORED, .id = 2, .u.SCORED = { .reward = .6, .stage = 1, .reused = 1 } });
    assert_true(story_candidate(t, 2)->status == AX_DONE && story_candidate(t, 2)->outcome.reward == .6 &&
                story_candidate(t, 2)->reused == 1);
    assert_int_equal(story_candidate(t, 1)->reused, 0);
    assert_int_equal(t->s.n_reused, 1);
    assert_int_equal(t->s.best, 1);
    story_counts(t, 0, 0, 2, 0, 0);
}

static void pruned_ones_are_never_best(void **state)
{
    story *t = *state;
    for (uint32_t id = 1; id <= 3; id++) {
        story_train(t, id, .1 * id);
    }
    assert_int_equal(t->s.best, 3);
    story_prune(t, 3, 1);
    assert_int_equal(story_candidate(t, 3)->status, AX_PRUNED);
    assert_true(story_candidate(t, 3)->prune_until > t->s.elapsed);
    assert_int_equal(t->s.best, 2);
    story_prune(t, 3, 0);
    assert_int_equal(story_candidate(t, 3)->status, AX_DONE);
    assert_true(story_candidate(t, 3)->prune_until == 0);
    assert_int_equal(t->s.best, 3);
    story_prune(t, 3, 1);
    story_prune(t, 3, 2);
    assert_int_equal(story_candidate(t, 3)->status, AX_PRUNED);
    assert_true(story_candidate(t, 3)->prune_until == 0);
    assert_int_equal(t->s.best, 2);
    story_counts(t, 0, 0, 2, 1, 0);
}

static void full_training_has_a_row_of_its_own(void **state)
{
    story *t = *state;
    story_train(t, 1, .5);
    story_tell(t,
               (ax_event) { .kind = AX_EVENT_PROPOSED, .id = 2, .u.PROPOSED = { .origin = "promote", .parent = 1 } });
    story_tell(t, (ax_event) { .kind = AX_EVENT_PROMOTED, .id = 1, .u.PROMOTED = { .to = 2, .by = "user" } });
    assert_int_equal(story_candidate(t, 1)->status, AX_PROMOTED);
    assert_int_equal(story_candidate(t, 1)->full, 2);
    story_start(t, 2, 3, 1);
    story_score(t, 2, 3, .9);
    assert_int_equal(story_candidate(t, 2)->parent, 1);
    assert_int_equal(t->s.best, 1); /* longer training doesn't make the genotype better */
    assert_int_equal(ax_state_best_of_all(&t->s), 2);
    assert_int_equal(t->s.n_scored, 1);
    story_counts(t, 0, 0, 2, 0, 0);
    story_prune(t, 2, 1);
    assert_int_equal(ax_state_best_of_all(&t->s), 1);
    story_prune(t, 2, 0);
    assert_int_equal(ax_state_best_of_all(&t->s), 2);
    story_prune(t, 1, 1);
    assert_int_equal(t->s.best, 0);
    assert_int_equal(ax_state_best_of_all(&t->s), 2);
    story_prune(t, 1, 0);
    story_score(t, 2, 3, .4); /* scored again */
    assert_int_equal(ax_state_best_of_all(&t->s), 1);
}

static void epochs_of_full_training_are_kept(void **state)
{
    story *t = *state;
    story_propose(t, 1);
    story_start(t, 1, 3, 1);
    for (int k = 0; k < 9; k++) /* it was stopped after the sixth and resumed after the fourth */
        story_tell(t,
                   (ax_event) { .kind = AX_EVENT_VALIDATED,
                                .id = 1,
                                .u.VALIDATED = { .epoch = k < 6 ? k + 1 : k - 1, .epochs = 7, .reward = k / 10.0 } });
    const ax_validations *v = ax_state_validations(&t->s, 1);
    assert_true(v && v->n == 7 && !ax_state_validations(&t->s, 2));
    for (int k = 0; k < 7; k++)
        assert_int_equal(v->at[k].epoch, k + 1);
    assert_true(v->at[4].reward > 0.55f && v->at[3].reward < 0.35f);
}

static void full_training_that_came_to_nothing_leaves_no_star(void **state)
{
    story *t = *state;
    story_train(t, 1, .5);
    story_tell(t,
               (ax_event) { .kind = AX_EVENT_PROPOSED, .id = 2, .u.PROPOSED = { .origin = "promote", .parent = 1 } });
    story_tell(t, (ax_event) { .kind = AX_EVENT_PROMOTED, .id = 1, .u.PROMOTED = { .to = 2, .by = "user" } });
    story_prune(t, 2, 1);
    assert_int_equal(story_candidate(t, 1)->status, AX_PROMOTED); /* it may be undone */
    story_prune(t, 2, 2);
    assert_int_equal(story_candidate(t, 1)->status, AX_DONE);
    assert_int_equal(story_candidate(t, 1)->full, 0);
    story_counts(t, 0, 0, 1, 1, 0);
}

/* A candidate that is scored again keeps its place on the reward plot, and the best follows the new value. */
static void a_second_score_replaces_the_first(void **state)
{
    story *t = *state;
    for (uint32_t id = 1; id <= 2; id++) {
        story_train(t, id, id == 1 ? .8 : .5);
    }
    assert_int_equal(t->s.best, 1);
    story_score(t, 1, 1, .3);
    assert_int_equal(t->s.n_scored, 2);
    assert_int_equal(t->s.best, 2);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(story_set_up, story_tear_down, the_front_follows_what_people_do, the_front_of_latencies,
                                the_gate_answers_for_any_reward, an_outcome_can_be_that_of_another,
                                pruned_ones_are_never_best, full_training_has_a_row_of_its_own,
                                epochs_of_full_training_are_kept, full_training_that_came_to_nothing_leaves_no_star,
                                a_second_score_replaces_the_first);
}
