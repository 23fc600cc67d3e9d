#include "engine/space/space.h"
#include "engine/wire/eventlog.h"
#include "engine/wire/state.h"
#include "tests/helper/events.h"
#include "tests/helper/history.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A story told event by event. */
typedef struct story {
    ax_state s;
    uint64_t seq;
    double at, clock; /* clock: 0 = as of an older engine */
} story;

static void tell(story *t, ax_event ev)
{
    ev.seq = ++t->seq;
    ev.at = t->at += 1;
    t->clock += t->clock > 0;
    ev.clock = ax_event_says_clock(ev.kind) ? t->clock : 0;
    ax_state_fold(&t->s, &ev);
}

static story begin(void)
{
    story t = { .at = 1000 };
    ax_state_init(&t.s);
    ax_event hello = { .kind = AX_EVENT_HELLO, .u.HELLO = { .run = "r", .data = "d", .planned = 9, .workers = 1 } };
    tell(&t, hello);
    return t;
}

static void propose(story *t, uint32_t id)
{
    tell(t, (ax_event) { .kind = AX_EVENT_PROPOSED, .id = id, .u.PROPOSED = { .origin = "ppo", .params = 1000 } });
    tell(t, (ax_event) { .kind = AX_EVENT_QUEUED, .id = id });
}

static void start(story *t, uint32_t id, int stage, int attempt)
{
    tell(t, (ax_event) { .kind = AX_EVENT_STARTED,
                         .id = id,
                         .u.STARTED = { .stage = stage, .epochs = 5, .steps = 50, .attempt = attempt } });
}

static void progress(story *t, uint32_t id, int epoch)
{
    tell(t,
         (ax_event) { .kind = AX_EVENT_PROGRESS,
                      .id = id,
                      .u.PROGRESS = { .what = "train", .epoch = epoch, .step = 10 * epoch, .steps = 50, .loss = 2 } });
}

static void score(story *t, uint32_t id, int stage, double reward)
{
    tell(t, (ax_event) { .kind = AX_EVENT_SCORED,
                         .id = id,
                         .u.SCORED = { .reward = reward, .miou = .5, .loss = 1, .seconds = 3, .stage = stage } });
}

static void prune(story *t, uint32_t id, int phase)
{
    tell(t,
         (ax_event) { .kind = AX_EVENT_PRUNED, .id = id, .u.PRUNED = { .phase = phase, .until = 2000, .by = "user" } });
}

static const ax_candidate *row(const story *t, uint32_t id)
{
    const ax_candidate *c = ax_state_candidate(&t->s, id);
    assert_non_null(c);
    return c;
}

static void counts_are(const story *t, uint32_t queued, uint32_t running, uint32_t done, uint32_t pruned,
                       uint32_t failed)
{
    assert_int_equal(t->s.n_queued, queued);
    assert_int_equal(t->s.n_running, running);
    assert_int_equal(t->s.n_done, done);
    assert_int_equal(t->s.n_pruned, pruned);
    assert_int_equal(t->s.n_failed, failed);
}

static void cost_is(story *t, uint32_t id, int64_t params, double reward)
{
    tell(t, (ax_event) { .kind = AX_EVENT_PROPOSED, .id = id, .u.PROPOSED = { .origin = "ppo", .params = params } });
    start(t, id, 1, 1);
    score(t, id, 1, reward);
}

static bool on_front(const story *t, uint32_t id)
{
    return ax_state_on_front(&t->s, row(t, id), AX_METRIC_PARAMS);
}

static void the_front_follows_what_people_do(void **state)
{
    (void)state;
    story t = begin();
    cost_is(&t, 1, 2000, .5);
    cost_is(&t, 2, 1000, .6);
    cost_is(&t, 3, 3000, .7);
    assert_true(!on_front(&t, 1) && on_front(&t, 2) && on_front(&t, 3));
    assert_int_equal(t.s.front[AX_METRIC_PARAMS].n, 2);
    assert_int_equal(t.s.front[AX_METRIC_MACS].n, 0); /* not known */
    prune(&t, 2, 1);
    assert_true(on_front(&t, 1) && !on_front(&t, 2) && on_front(&t, 3));
    prune(&t, 2, 0);
    assert_true(!on_front(&t, 1) && on_front(&t, 2));
    prune(&t, 3, 1);
    prune(&t, 3, 2);
    assert_int_equal(t.s.front[AX_METRIC_PARAMS].n, 1);
    assert_int_equal(t.s.best, 2);
    tell(&t, (ax_event) { .kind = AX_EVENT_PROMOTED, .id = 2, .u.PROMOTED = { .to = 4 } });
    assert_true(on_front(&t, 2));
    cost_is(&t, 5, 500, .6);
    assert_true(on_front(&t, 5) && !on_front(&t, 2));
    tell(&t,
         (ax_event) { .kind = AX_EVENT_SCORED, .id = 1, .u.SCORED = { .reward = .9, .provisional = 1, .stage = 1 } });
    assert_false(on_front(&t, 1)); /* it goes on training */
    ax_state_release(&t.s);
}

static void timed(story *t, uint32_t id, double ms, double reward)
{
    propose(t, id);
    tell(t, (ax_event) {
                .kind = AX_EVENT_SCORED, .id = id, .u.SCORED = { .reward = reward, .stage = 1, .latency_ms = ms } });
}

/* By hand: 2 is the best of all, 4 and 5 are faster; 1 is slower than 4 and no better, 3 wasn't measured. */
static void the_front_of_latencies(void **state)
{
    (void)state;
    static const bool front[] = { false, true, false, true, true };
    story t = begin();
    timed(&t, 1, 9, .5);
    timed(&t, 2, 12, .8);
    timed(&t, 3, NAN, .7);
    timed(&t, 4, 8, .6);
    timed(&t, 5, 3, .1);
    for (uint32_t id = 1; id <= 5; id++)
        assert_int_equal(ax_state_on_front(&t.s, row(&t, id), AX_METRIC_LATENCY), front[id - 1]);
    assert_int_equal(t.s.front[AX_METRIC_LATENCY].n, 3);
    assert_true(row(&t, 4)->outcome.latency_ms == 8 && isnan(row(&t, 3)->outcome.latency_ms));
    assert_int_equal(t.s.front[AX_METRIC_PARAMS].n, 1); /* all have as many: the best alone */
    prune(&t, 4, 1);
    assert_true(ax_state_on_front(&t.s, row(&t, 1), AX_METRIC_LATENCY));
    ax_state_release(&t.s);
}

static void the_gate_answers_for_any_reward(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    assert_true(isnan(ax_state_gate_chance(&t.s, .5)));
    tell(&t,
         (ax_event) { .kind = AX_EVENT_GATED, .id = 1, .u.GATED = { 1, .mean = .5, .tolerance = .8, .chance = 1 } });
    assert_true(ax_state_gate_chance(&t.s, .51) == 1);
    assert_true(fabs(ax_state_gate_chance(&t.s, .4) - .75) < 1e-12); /* 1 - (1 - .8) / .8 */
    assert_true(ax_state_gate_chance(&t.s, .05) == 0);
    ax_state_release(&t.s);
}

static void an_outcome_can_be_that_of_another(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    propose(&t, 2);
    start(&t, 1, 1, 1);
    score(&t, 1, 1, .6);
    tell(&t, (ax_event) { .kind = AX_EVENT_SCORED, .id = 2, .u.SCORED = { .reward = .6, .stage = 1, .reused = 1 } });
    assert_true(row(&t, 2)->status == AX_DONE && row(&t, 2)->outcome.reward == .6 && row(&t, 2)->reused == 1);
    assert_int_equal(row(&t, 1)->reused, 0);
    assert_int_equal(t.s.n_reused, 1);
    assert_int_equal(t.s.best, 1);
    counts_are(&t, 0, 0, 2, 0, 0);
    ax_state_release(&t.s);
}

static void a_candidate_lives(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    assert_int_equal(row(&t, 1)->status, AX_QUEUED);
    assert_true(isnan(row(&t, 1)->outcome.reward));
    assert_int_equal(row(&t, 1)->outcome.macs, 0);
    assert_int_equal(row(&t, 1)->outcome.peak_bytes, 0);
    start(&t, 1, 1, 1);
    progress(&t, 1, 3);
    assert_int_equal(row(&t, 1)->status, AX_RUNNING);
    assert_int_equal(row(&t, 1)->epoch, 3);
    counts_are(&t, 0, 1, 0, 0, 0);
    score(&t, 1, 1, .6);
    assert_int_equal(row(&t, 1)->status, AX_DONE);
    assert_int_equal(row(&t, 1)->epoch, 5);
    assert_int_equal(t.s.best, 1);
    assert_int_equal(t.s.n_scored, 1);
    counts_are(&t, 0, 0, 1, 0, 0);
    assert_null(ax_state_candidate(&t.s, 0));
    assert_null(ax_state_candidate(&t.s, 2));
    ax_state_release(&t.s);
}

/* The manual says what a viewer keeps: .6 MiB per 1,000. */
static void a_candidate_takes_little_memory(void **state)
{
    (void)state;
    /* and 152 bytes for what the policy made of 19 decisions, where it has said that */
    assert_in_range(sizeof(ax_candidate), 1, 656);
}

static void an_engine_that_died_trains_nothing(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    start(&t, 1, 1, 1);
    tell(&t, (ax_event) { .kind = AX_EVENT_BYE, .u.BYE = { "stopped" } });
    ax_state_engine_died(&t.s); /* it said good-bye */
    assert_false(t.s.died);
    tell(&t, (ax_event) { .kind = AX_EVENT_HELLO, .u.HELLO = { .run = "a" } });
    start(&t, 1, 1, 1);
    ax_state_engine_died(&t.s);
    assert_true(t.s.died);
    assert_int_equal(row(&t, 1)->status, AX_QUEUED);
    counts_are(&t, 1, 0, 0, 0, 0);
    tell(&t, (ax_event) { .kind = AX_EVENT_HELLO, .u.HELLO = { .run = "a" } });
    assert_false(t.s.died);
    ax_state_release(&t.s);
    ax_state nothing;
    ax_state_init(&nothing);
    ax_state_engine_died(&nothing);
    assert_false(nothing.died);
}

static void pruned_ones_are_never_best(void **state)
{
    (void)state;
    story t = begin();
    for (uint32_t id = 1; id <= 3; id++) {
        propose(&t, id);
        start(&t, id, 1, 1);
        score(&t, id, 1, .1 * id);
    }
    assert_int_equal(t.s.best, 3);
    prune(&t, 3, 1);
    assert_int_equal(row(&t, 3)->status, AX_PRUNED);
    assert_true(row(&t, 3)->prune_until > t.s.elapsed);
    assert_int_equal(t.s.best, 2);
    prune(&t, 3, 0);
    assert_int_equal(row(&t, 3)->status, AX_DONE);
    assert_true(row(&t, 3)->prune_until == 0);
    assert_int_equal(t.s.best, 3);
    prune(&t, 3, 1);
    prune(&t, 3, 2);
    assert_int_equal(row(&t, 3)->status, AX_PRUNED);
    assert_true(row(&t, 3)->prune_until == 0);
    assert_int_equal(t.s.best, 2);
    counts_are(&t, 0, 0, 2, 1, 0);
    ax_state_release(&t.s);
}

static void a_finished_ones_prune_can_be_undone_at_any_time(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    start(&t, 1, 1, 1);
    score(&t, 1, 1, .5);
    tell(&t, (ax_event) { .kind = AX_EVENT_PRUNED, .id = 1, .u.PRUNED = { .phase = 1, .until = NAN, .batch = 9 } });
    assert_true(row(&t, 1)->prune_until == 0 && ax_candidate_undoable(row(&t, 1)));
    prune(&t, 1, 0);
    assert_false(ax_candidate_undoable(row(&t, 1)));
    assert_int_equal(t.s.best, 1);
    propose(&t, 2);
    prune(&t, 2, 1);
    assert_true(ax_candidate_undoable(row(&t, 2)));
    prune(&t, 2, 2);
    assert_false(ax_candidate_undoable(row(&t, 2)));
    ax_state_release(&t.s);
}

/* A soft prune of one in training: whatever happens to it meanwhile is what undo returns to. */
static void undo_returns_to_what_it_was(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    propose(&t, 2);
    prune(&t, 1, 1); /* queued */
    prune(&t, 1, 0);
    assert_int_equal(row(&t, 1)->status, AX_QUEUED);
    start(&t, 2, 1, 1);
    prune(&t, 2, 1);
    counts_are(&t, 1, 0, 0, 1, 0);
    score(&t, 2, 1, .5); /* its worker was faster than the prune */
    assert_int_equal(row(&t, 2)->status, AX_PRUNED);
    assert_int_equal(t.s.best, 0);
    prune(&t, 2, 0);
    assert_int_equal(row(&t, 2)->status, AX_DONE);
    assert_int_equal(t.s.best, 2);
    counts_are(&t, 1, 0, 1, 0, 0);
    ax_state_release(&t.s);
}

static void failures_are_not_rewards(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    start(&t, 1, 1, 1);
    progress(&t, 1, 2);
    ax_event fail = { .kind = AX_EVENT_FAILED,
                      .id = 1,
                      .u.FAILED = { .cause = "memory", .message = "out of memory", .retried = 1 } };
    tell(&t, fail);
    assert_int_equal(row(&t, 1)->status, AX_QUEUED);
    start(&t, 1, 1, 2);
    assert_int_equal(row(&t, 1)->epoch, 0);
    assert_int_equal(row(&t, 1)->attempt, 2);
    fail.u.FAILED.retried = 0;
    tell(&t, fail);
    assert_int_equal(row(&t, 1)->status, AX_FAILED);
    assert_true(isnan(row(&t, 1)->outcome.reward));
    assert_string_equal(row(&t, 1)->failure, "memory: out of memory");
    assert_int_equal(t.s.best, 0);
    assert_int_equal(t.s.n_scored, 0);
    counts_are(&t, 0, 0, 0, 0, 1);
    ax_state_release(&t.s);
}

static void epochs_of_full_training_are_kept(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    start(&t, 1, 3, 1);
    for (int k = 0; k < 9; k++) /* after the sixth it was stopped, and went on after the fourth */
        tell(&t, (ax_event) { .kind = AX_EVENT_VALIDATED,
                              .id = 1,
                              .u.VALIDATED = { .epoch = k < 6 ? k + 1 : k - 1, .epochs = 7, .reward = k / 10.0 } });
    const ax_validations *v = ax_state_validations(&t.s, 1);
    assert_true(v && v->n == 7 && !ax_state_validations(&t.s, 2));
    for (int k = 0; k < 7; k++)
        assert_int_equal(v->at[k].epoch, k + 1);
    assert_true(v->at[4].reward > 0.55f && v->at[3].reward < 0.35f);
    ax_state_release(&t.s);
}

static void workers_are_known_by_what_they_train(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    tell(&t, (ax_event) { .kind = AX_EVENT_DEVICE, .u.DEVICE = { .name = "cuda:1", .worker = 2, .rss_bytes = 5 } });
    tell(&t, (ax_event) { .kind = AX_EVENT_STARTED, .id = 1, .u.STARTED = { .stage = 1, .steps = 9, .worker = 2 } });
    assert_int_equal(t.s.n_workers, 2);
    assert_string_equal(t.s.worker[1].device, "cuda:1");
    assert_true(t.s.worker[1].id == 1 && t.s.worker[0].id == 0);
    assert_true(isnan(ax_worker_pace(&t.s, &t.s.worker[1])));
    double from = 0;
    for (int step = 3; step <= 8; step += 5) {
        tell(&t, (ax_event) { .kind = AX_EVENT_PROGRESS, .id = 1, .u.PROGRESS = { .step = step, .steps = 9 } });
        from = step == 3 ? t.s.elapsed : from;
    }
    assert_float_equal(ax_worker_pace(&t.s, &t.s.worker[1]), 5 / (t.s.elapsed - from), 1e-9);
    score(&t, 1, 1, .5);
    assert_int_equal(t.s.worker[1].id, 0);
    ax_state_release(&t.s);
}

static void full_training_that_came_to_nothing_leaves_no_star(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    start(&t, 1, 1, 1);
    score(&t, 1, 1, .5);
    tell(&t, (ax_event) { .kind = AX_EVENT_PROPOSED, .id = 2, .u.PROPOSED = { .origin = "promote", .parent = 1 } });
    tell(&t, (ax_event) { .kind = AX_EVENT_PROMOTED, .id = 1, .u.PROMOTED = { .to = 2, .by = "user" } });
    prune(&t, 2, 1);
    assert_int_equal(row(&t, 1)->status, AX_PROMOTED); /* undo may come */
    prune(&t, 2, 2);
    assert_int_equal(row(&t, 1)->status, AX_DONE);
    assert_int_equal(row(&t, 1)->full, 0);
    counts_are(&t, 0, 0, 1, 1, 0);
    ax_state_release(&t.s);
}

static void full_training_has_a_row_of_its_own(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    start(&t, 1, 1, 1);
    score(&t, 1, 1, .5);
    tell(&t, (ax_event) { .kind = AX_EVENT_PROPOSED, .id = 2, .u.PROPOSED = { .origin = "promote", .parent = 1 } });
    tell(&t, (ax_event) { .kind = AX_EVENT_PROMOTED, .id = 1, .u.PROMOTED = { .to = 2, .by = "user" } });
    assert_int_equal(row(&t, 1)->status, AX_PROMOTED);
    assert_int_equal(row(&t, 1)->full, 2);
    start(&t, 2, 3, 1);
    score(&t, 2, 3, .9);
    assert_int_equal(row(&t, 2)->parent, 1);
    assert_int_equal(t.s.best, 1); /* longer training is no better genotype */
    assert_int_equal(ax_state_best_of_all(&t.s), 2);
    assert_int_equal(t.s.n_scored, 1);
    counts_are(&t, 0, 0, 2, 0, 0);
    prune(&t, 2, 1);
    assert_int_equal(ax_state_best_of_all(&t.s), 1);
    prune(&t, 2, 0);
    assert_int_equal(ax_state_best_of_all(&t.s), 2);
    prune(&t, 1, 1);
    assert_int_equal(t.s.best, 0);
    assert_int_equal(ax_state_best_of_all(&t.s), 2);
    prune(&t, 1, 0);
    score(&t, 2, 3, .4); /* judged again */
    assert_int_equal(ax_state_best_of_all(&t.s), 1);
    ax_state_release(&t.s);
}

static void notes_pins_and_pauses(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    tell(&t, (ax_event) { .kind = AX_EVENT_NOTED, .id = 1, .u.NOTED = { .text = "mine", .pin = -1 } });
    tell(&t, (ax_event) { .kind = AX_EVENT_NOTED, .id = 1, .u.NOTED = { .pin = 1 } });
    assert_true(row(&t, 1)->pinned);
    assert_string_equal(row(&t, 1)->note, "mine"); /* pinning doesn't wipe it */
    tell(&t, (ax_event) { .kind = AX_EVENT_NOTED, .id = 1, .u.NOTED = { .pin = 0 } });
    assert_false(row(&t, 1)->pinned);
    tell(&t, (ax_event) { .kind = AX_EVENT_PAUSED, .id = 0, .u.PAUSED = { .on = 1 } });
    assert_true(t.s.paused);
    assert_int_equal(row(&t, 1)->status, AX_QUEUED);
    tell(&t, (ax_event) { .kind = AX_EVENT_PAUSED, .id = 1, .u.PAUSED = { .on = 1 } });
    assert_int_equal(row(&t, 1)->status, AX_PAUSED);
    tell(&t, (ax_event) { .kind = AX_EVENT_PAUSED, .id = 1, .u.PAUSED = { .on = 0 } });
    tell(&t, (ax_event) { .kind = AX_EVENT_PAUSED, .id = 0, .u.PAUSED = { .on = 0 } });
    assert_false(t.s.paused);
    assert_int_equal(row(&t, 1)->status, AX_QUEUED);
    ax_state_release(&t.s);
}

/* The engine was killed and started again: the candidate starts once more, nothing is counted twice. */
static void a_resumed_run(void **state)
{
    (void)state;
    story t = begin();
    propose(&t, 1);
    start(&t, 1, 1, 1);
    score(&t, 1, 1, .5);
    propose(&t, 2);
    start(&t, 2, 1, 1);
    progress(&t, 2, 4);
    ax_event hello = { .kind = AX_EVENT_HELLO, .u.HELLO = { .run = "r", .resumed = 1, .pid = 77 } };
    tell(&t, hello);
    counts_are(&t, 1, 0, 1, 0, 0);
    start(&t, 2, 1, 2);
    assert_int_equal(row(&t, 2)->epoch, 0);
    counts_are(&t, 0, 1, 1, 0, 0);
    score(&t, 2, 1, .7);
    assert_int_equal(t.s.n_scored, 2);
    assert_int_equal(t.s.best, 2);
    tell(&t, (ax_event) { .kind = AX_EVENT_BYE, .u.BYE = { .reason = "stopped" } });
    assert_string_equal(t.s.bye, "stopped");
    tell(&t, hello);
    assert_string_equal(t.s.bye, "");
    ax_state_release(&t.s);
}

/* The same candidate judged again: its place on the reward plot is kept, and the best follows the new value. */
/* "auto" until a worker says what that is; what was named stays as it was named. */
static void auto_becomes_the_device_that_it_is(void **state)
{
    (void)state;
    static const char *const set[] = { "auto", "cuda:all" }, *const seen[] = { "cpu", "cuda:all" };
    for (int i = 0; i < 2; i++) {
        story t = begin();
        ax_event hello = { .kind = AX_EVENT_HELLO };
        snprintf(hello.u.HELLO.device, sizeof hello.u.HELLO.device, "%s", set[i]);
        tell(&t, hello);
        assert_string_equal(t.s.device, set[i]);
        tell(&t, (ax_event) { .kind = AX_EVENT_DEVICE, .u.DEVICE = { .name = "cpu", .rss_bytes = 5 } });
        assert_string_equal(t.s.device, seen[i]);
        assert_int_equal(t.s.rss_bytes, 5);
        ax_state_release(&t.s);
    }
}

static void a_second_score_replaces_the_first(void **state)
{
    (void)state;
    story t = begin();
    for (uint32_t id = 1; id <= 2; id++) {
        propose(&t, id);
        start(&t, id, 1, 1);
        score(&t, id, 1, id == 1 ? .8 : .5);
    }
    assert_int_equal(t.s.best, 1);
    score(&t, 1, 1, .3);
    assert_int_equal(t.s.n_scored, 2);
    assert_int_equal(t.s.best, 2);
    ax_state_release(&t.s);
}

static void ids_out_of_reach_are_damage(void **state)
{
    (void)state;
    story t = begin();
    tell(&t, (ax_event) { .kind = AX_EVENT_PROPOSED, .id = UINT32_MAX });
    assert_int_equal(t.s.n_candidates, 0);
    tell(&t, (ax_event) { .kind = AX_EVENT_PROPOSED, .id = 0 });
    assert_int_equal(t.s.n_candidates, 0);
    score(&t, 5, 1, .5);
    assert_int_equal(t.s.n_scored, 0);
    assert_false(t.s.out_of_memory);
    ax_state_release(&t.s);
}

static void any_order_of_any_event_is_survived(void **state)
{
    (void)state;
    ax_rng rng = ax_rng_new(3, 4);
    ax_state s;
    ax_state_init(&s);
    for (uint64_t i = 1; i <= 40000; i++) {
        ax_event ev;
        ax_test_event(&ev, (ax_event_kind)ax_rng_below(&rng, AX_EVENT_COUNT), (int)ax_rng_below(&rng, AX_TEST_FILLS));
        ev.seq = i;
        ev.id = ax_rng_below(&rng, 20);
        ax_state_fold(&s, &ev);
        uint32_t seen[128] = { 0 };
        for (uint32_t k = 0; k < s.n_candidates; k++)
            seen[s.candidate[k].status & 127]++;
        assert_int_equal(seen['Q'], s.n_queued);
        assert_int_equal(seen['R'], s.n_running);
        assert_int_equal(seen['D'] + seen['*'], s.n_done);
        assert_int_equal(seen['X'], s.n_pruned);
        assert_int_equal(seen['F'], s.n_failed);
        assert_true(s.n_scored <= s.n_candidates);
        assert_true(s.best <= s.n_candidates);
        if (s.best)
            assert_true(s.candidate[s.best - 1].status == AX_DONE || s.candidate[s.best - 1].status == AX_PROMOTED);
    }
    assert_true(s.n_log <= AX_STATE_LOG);
    ax_state_release(&s);
}

/* ---- the file and the live state ---- */

typedef struct both {
    ax_state live;
    ax_eventlog *log;
} both;

static void live_and_logged(void *context, ax_event *ev)
{
    both *b = context;
    assert_int_equal(ax_eventlog_append(b->log, ev, NULL), AX_OK);
    ax_state_fold(&b->live, ev);
}

static void fold(void *context, const ax_event *ev)
{
    ax_state_fold(context, ev);
}

static void the_file_folds_to_the_live_state(void **state)
{
    (void)state;
    char dir[] = "/tmp/ax-state-XXXXXX";
    assert_non_null(mkdtemp(dir));
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    both b;
    ax_state_init(&b.live);
    b.log = ax_eventlog_open(fd, "events.mpk", true, NULL);
    ax_history h = { .candidates = 700, .pruned = true, .bye = "stopped" };
    ax_history_play(&h, live_and_logged, &b);
    ax_eventlog_close(b.log);
    ax_state again;
    ax_state_init(&again);
    assert_int_equal(ax_eventlog_read(fd, "events.mpk", fold, &again, NULL, NULL), AX_OK);

    const ax_state *x = &b.live, *y = &again;
    assert_in_range(x->n_candidates, 700, 2000);
    assert_int_equal(x->n_candidates, y->n_candidates);
    for (uint32_t i = 0; i < x->n_candidates; i++) {
        const ax_candidate *a = &x->candidate[i], *c = &y->candidate[i];
        assert_memory_equal(a, c, offsetof(ax_candidate, note));
        assert_string_equal(a->note, c->note);
        assert_string_equal(a->failure, c->failure);
        assert_string_equal(a->model, c->model);
        assert_string_equal(a->masks, c->masks);
        assert_int_equal(a->logp_each != NULL, c->logp_each != NULL);
        const size_t n = ax_space_of(&a->genotype)->n_decisions * sizeof(float);
        if (a->logp_each) {
            assert_memory_equal(a->logp_each, c->logp_each, n);
            assert_memory_equal(a->entropy_each, c->entropy_each, n);
        }
    }
    assert_int_equal(x->n_scored, y->n_scored);
    assert_memory_equal(x->scored, y->scored, x->n_scored * sizeof *x->scored);
    assert_int_equal(x->n_log, y->n_log);
    for (uint32_t i = 0; i < x->n_log; i++) {
        assert_string_equal(ax_state_log(x, i)->text, ax_state_log(y, i)->text);
        assert_int_equal(ax_state_log(x, i)->kind, ax_state_log(y, i)->kind);
        assert_int_equal(ax_state_log(x, i)->level, ax_state_log(y, i)->level);
    }
    assert_int_equal(x->best, y->best);
    assert_int_equal(x->seq, y->seq);
    assert_string_equal(x->bye, y->bye);
    assert_memory_equal(&x->n_done, &y->n_done, 5 * sizeof x->n_done);
    ax_state_release(&b.live);
    ax_state_release(&again);
    unlinkat(fd, "events.mpk", 0);
    close(fd);
    rmdir(dir);
}

/* The first and the newest are kept, and a trace that is thinned. */
static void preferences_are_kept(void **state)
{
    (void)state;
    const ax_space *space = ax_space_at(0);
    ax_state s;
    ax_event ev;
    ax_state_init(&s);
    memset(&ev, 0, sizeof ev);
    ev.kind = AX_EVENT_POLICY;
    snprintf(ev.u.POLICY.space, sizeof ev.u.POLICY.space, "%s", space->name);
    ev.u.POLICY.probabilities.n = 3; /* not of this space */
    ax_state_fold(&s, &ev);
    assert_null(s.policy.space);
    ev.u.POLICY.probabilities.n = ax_space_choices(space, space->n_decisions);
    for (int k = 0; k < 200; k++) {
        unsigned n = space->decision[0].choices;
        for (unsigned i = 0; i < n; i++) /* from even to sure */
            ev.u.POLICY.probabilities.p[i] = (float)((1 - k / 199.0) / n + (i == 2 ? k / 199.0 : 0));
        ev.u.POLICY.samples = 10 * k;
        ax_state_fold(&s, &ev);
        assert_true(s.policy.n_trace > 0 && s.policy.n_trace <= AX_POLICY_TRACE);
    }
    assert_true(s.policy.space == space && s.policy.samples == 1990);
    assert_true(fabs((double)s.policy.first.p[2] - 1.0 / space->decision[0].choices) < 1e-6);
    assert_true(s.policy.now.p[2] > 0.999f);
    assert_true(fabs(ax_policy_entropy(&s.policy, &s.policy.first, 0) - log(space->decision[0].choices)) < 1e-5);
    assert_true(ax_policy_entropy(&s.policy, &s.policy.now, 0) < 0.01);
    for (int i = 1; i < s.policy.n_trace; i++)
        assert_true(s.policy.entropy[0][i] < s.policy.entropy[0][i - 1]);
    assert_true(s.policy.n_trace >= AX_POLICY_TRACE / 2);
    ax_state_release(&s);
}

static void updates_are_kept(void **state)
{
    (void)state;
    ax_state s;
    ax_event ev;
    ax_state_init(&s);
    memset(&ev, 0, sizeof ev);
    ev.kind = AX_EVENT_LEARNED;
    for (int k = 0; k < 100; k++) {
        ev.u.LEARNED.baseline = 0.25 + k;
        ev.u.LEARNED.advantage = -k;
        ev.u.LEARNED.clip_share = k % 2 ? NAN : 0.5;
        ax_state_fold(&s, &ev);
    }
    assert_int_equal(s.n_learned, 100);
    for (int k = 0; k < 100; k++) {
        assert_true(s.learned[k].baseline == 0.25f + (float)k && s.learned[k].advantage == (float)-k);
        assert_true(k % 2 ? isnan(s.learned[k].clip_share) : s.learned[k].clip_share == 0.5f);
    }
    ax_state_release(&s);
    assert_true(!s.learned && !s.n_learned);
}

static void the_rate_counts_ten_minutes(void **state)
{
    (void)state;
    story t = begin();
    for (uint32_t id = 1; id <= 10; id++) {
        propose(&t, id);
        start(&t, id, 1, 1);
        t.at += 100;
        score(&t, id, 1, .5);
    }
    assert_true(fabs(ax_state_rate(&t.s, t.s.elapsed) - 6 / 10.0) < 1e-9);
    assert_true(ax_state_rate(&t.s, t.s.elapsed + 10000) == 0);
    ax_state_release(&t.s);
}

/* The time of day is set while an engine runs: neither rate nor times nor the seconds of an undo care. */
static void a_clock_that_is_set_does_no_harm(void **state)
{
    (void)state;
    static const double jump[] = { -1e6, 1e6, -3600 };
    for (size_t i = 0; i < sizeof jump / sizeof *jump; i++) {
        story t = { .at = 2e6, .clock = 500 };
        ax_state_init(&t.s);
        tell(&t, (ax_event) { .kind = AX_EVENT_HELLO });
        for (uint32_t id = 1; id <= 4; id++) {
            propose(&t, id);
            start(&t, id, 1, 1);
            t.at += id == 2 ? jump[i] : 0;
            t.clock += 7;
            progress(&t, id, 5);
            score(&t, id, 1, .5);
        }
        assert_true(t.s.elapsed == 47 && row(&t, 2)->finished_elapsed - row(&t, 2)->started_elapsed == 8);
        assert_true(fabs(ax_state_rate(&t.s, t.s.elapsed) - 60 * 4 / 47.0) < 1e-9);
        assert_true(ax_state_elapsed(&t.s, t.clock + 5) == 53 && ax_state_elapsed(&t.s, 3) == 47);
        propose(&t, 5);
        tell(&t, (ax_event) { .kind = AX_EVENT_PRUNED, .id = 5, .u.PRUNED = { .phase = 1, .until = t.at + 1 + 10 } });
        assert_true(row(&t, 5)->prune_until == t.s.elapsed + 10);
        ax_state_release(&t.s);
    }
}

static void only_time_with_an_engine_is_elapsed(void **state)
{
    (void)state;
    for (int older = 0; older < 2; older++) { /* engines that didn't tell their clock */
        story t = { .at = 2e6, .clock = older ? 0 : 500 };
        ax_state_init(&t.s);
        tell(&t, (ax_event) { .kind = AX_EVENT_HELLO });
        propose(&t, 1);
        assert_true(t.s.elapsed == 2);
        tell(&t, (ax_event) { .kind = AX_EVENT_BYE, .u.BYE = { .reason = "stopped" } });
        t.at += 1e5; /* meanwhile the machine was started again */
        t.clock = older ? 0 : 20;
        tell(&t, (ax_event) { .kind = AX_EVENT_HELLO });
        assert_true(t.s.elapsed == 3);
        start(&t, 1, 1, 1);
        assert_true(t.s.elapsed == 4 && row(&t, 1)->started_elapsed == 4);
        ax_event lost = { .kind = AX_EVENT_LOST, .at = t.at + 1e9, .seq = ++t.seq };
        ax_state_fold(&t.s, &lost);
        assert_true(t.s.elapsed == 4);
        ax_state_release(&t.s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_candidate_lives),
        cmocka_unit_test(the_front_follows_what_people_do),
        cmocka_unit_test(the_front_of_latencies),
        cmocka_unit_test(the_gate_answers_for_any_reward),
        cmocka_unit_test(an_outcome_can_be_that_of_another),
        cmocka_unit_test(a_candidate_takes_little_memory),
        cmocka_unit_test(an_engine_that_died_trains_nothing),
        cmocka_unit_test(pruned_ones_are_never_best),
        cmocka_unit_test(a_finished_ones_prune_can_be_undone_at_any_time),
        cmocka_unit_test(undo_returns_to_what_it_was),
        cmocka_unit_test(failures_are_not_rewards),
        cmocka_unit_test(full_training_has_a_row_of_its_own),
        cmocka_unit_test(epochs_of_full_training_are_kept),
        cmocka_unit_test(workers_are_known_by_what_they_train),
        cmocka_unit_test(full_training_that_came_to_nothing_leaves_no_star),
        cmocka_unit_test(notes_pins_and_pauses),
        cmocka_unit_test(a_resumed_run),
        cmocka_unit_test(auto_becomes_the_device_that_it_is),
        cmocka_unit_test(a_second_score_replaces_the_first),
        cmocka_unit_test(ids_out_of_reach_are_damage),
        cmocka_unit_test(any_order_of_any_event_is_survived),
        cmocka_unit_test(the_file_folds_to_the_live_state),
        cmocka_unit_test(preferences_are_kept),
        cmocka_unit_test(updates_are_kept),
        cmocka_unit_test(the_rate_counts_ten_minutes),
        cmocka_unit_test(a_clock_that_is_set_does_no_harm),
        cmocka_unit_test(only_time_with_an_engine_is_elapsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
