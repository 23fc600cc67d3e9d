/* The state of a run as its events give it: what happens to candidates, and what is kept. */
#include "engine/space/space.h"
#include "engine/wire/eventlog.h"
#include "engine/wire/narrate.h"
#include "engine/wire/state.h"
#include "tests/helper/events.h"
#include "tests/helper/history.h"
#include "tests/helper/story.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void a_candidate_lives(void **state)
{
    story *t = *state;
    story_propose(t, 1);
    assert_int_equal(story_candidate(t, 1)->status, AX_QUEUED);
    assert_true(isnan(story_candidate(t, 1)->outcome.reward));
    assert_int_equal(story_candidate(t, 1)->outcome.macs, 0);
    assert_int_equal(story_candidate(t, 1)->outcome.peak_bytes, 0);
    story_start(t, 1, 1, 1);
    story_progress(t, 1, 3);
    assert_int_equal(story_candidate(t, 1)->status, AX_RUNNING);
    assert_int_equal(story_candidate(t, 1)->epoch, 3);
    story_counts(t, 0, 1, 0, 0, 0);
    story_score(t, 1, 1, .6);
    assert_int_equal(story_candidate(t, 1)->status, AX_DONE);
    assert_int_equal(story_candidate(t, 1)->epoch, 5);
    assert_int_equal(t->s.best, 1);
    assert_int_equal(t->s.n_scored, 1);
    story_counts(t, 0, 0, 1, 0, 0);
    assert_null(ax_state_candidate(&t->s, 0));
    assert_null(ax_state_candidate(&t->s, 2));
}

static void tell_loss(story *t, int step, int steps, double loss)
{
    story_tell(t, (ax_event) { .kind = AX_EVENT_PROGRESS,
                               .id = 1,
                               .u.PROGRESS = { .what = "train", .step = step, .steps = steps, .loss = loss } });
}

/* With fewer steps than points, losses lie on straight lines between those of the steps. */
static void losses_between_steps_are_on_a_line(void **state)
{
    story *t = *state;
    story_propose(t, 1);
    story_start(t, 1, 1, 1);
    const float *trace = story_candidate(t, 1)->trace;
    tell_loss(t, 1, 4, 8);
    assert_true(trace[0] == 8 && isnan(trace[1])); /* steps 1 to 4 of 4 are points 0, 8, 16 and 24 of 32 */
    tell_loss(t, 2, 4, 4);
    tell_loss(t, 4, 4, 6);
    for (int i = 0; i <= 8; i++)
        assert_true(trace[i] == 8 - 0.5f * (float)i);
    for (int i = 8; i <= 24; i++)
        assert_true(trace[i] == 4 + 0.125f * (float)(i - 8));
    assert_true(isnan(trace[25]));
}

/* A viewer that comes late knows nothing of the steps before. */
static void losses_before_the_first_known_one_are_like_it(void **state)
{
    story *t = *state;
    story_propose(t, 1);
    story_start(t, 1, 1, 1);
    const float *trace = story_candidate(t, 1)->trace;
    tell_loss(t, 32, 64, 3);
    for (int i = 0; i <= 15; i++)
        assert_true(trace[i] == 3);
    assert_true(isnan(trace[16]));
}

/* The manual gives a viewer's memory: .6 MiB per 1,000 candidates. */
TEST(a_candidate_takes_little_memory)
{
    /* plus 152 bytes for the policy's probabilities of 19 decisions, if it has reported them */
    assert_in_range(sizeof(ax_candidate), 1, 656);
}

static void an_engine_that_died_trains_nothing(void **state)
{
    story *t = *state;
    story_propose(t, 1);
    story_start(t, 1, 1, 1);
    story_tell(t, (ax_event) { .kind = AX_EVENT_BYE, .u.BYE = { "stopped" } });
    ax_state_engine_died(&t->s); /* the engine's last event says that it stopped */
    assert_false(t->s.died);
    story_tell(t, (ax_event) { .kind = AX_EVENT_HELLO, .u.HELLO = { .run = "a" } });
    story_start(t, 1, 1, 1);
    ax_state_engine_died(&t->s);
    assert_true(t->s.died);
    assert_int_equal(story_candidate(t, 1)->status, AX_QUEUED);
    story_counts(t, 1, 0, 0, 0, 0);
    story_tell(t, (ax_event) { .kind = AX_EVENT_HELLO, .u.HELLO = { .run = "a" } });
    assert_false(t->s.died);
    ax_state nothing;
    ax_state_init(&nothing);
    ax_state_engine_died(&nothing);
    assert_false(nothing.died);
}

static void a_finished_ones_prune_can_be_undone_at_any_time(void **state)
{
    story *t = *state;
    story_train(t, 1, .5);
    story_tell(t,
               (ax_event) { .kind = AX_EVENT_PRUNED, .id = 1, .u.PRUNED = { .phase = 1, .until = NAN, .batch = 9 } });
    assert_true(story_candidate(t, 1)->prune_until == 0 && ax_candidate_undoable(story_candidate(t, 1)));
    story_prune(t, 1, 0);
    assert_false(ax_candidate_undoable(story_candidate(t, 1)));
    assert_int_equal(t->s.best, 1);
    story_propose(t, 2);
    story_prune(t, 2, 1);
    assert_true(ax_candidate_undoable(story_candidate(t, 2)));
    story_prune(t, 2, 2);
    assert_false(ax_candidate_undoable(story_candidate(t, 2)));
}

/* Softly pruned while in training: undo returns to the state that the candidate has reached meanwhile. */
static void undo_returns_to_what_it_was(void **state)
{
    story *t = *state;
    story_propose(t, 1);
    story_propose(t, 2);
    story_prune(t, 1, 1); /* queued */
    story_prune(t, 1, 0);
    assert_int_equal(story_candidate(t, 1)->status, AX_QUEUED);
    story_start(t, 2, 1, 1);
    story_prune(t, 2, 1);
    story_counts(t, 1, 0, 0, 1, 0);
    story_score(t, 2, 1, .5); /* its worker was faster than the prune */
    assert_int_equal(story_candidate(t, 2)->status, AX_PRUNED);
    assert_int_equal(t->s.best, 0);
    story_prune(t, 2, 0);
    assert_int_equal(story_candidate(t, 2)->status, AX_DONE);
    assert_int_equal(t->s.best, 2);
    story_counts(t, 1, 0, 1, 0, 0);
}

static void failures_are_not_rewards(void **state)
{
    story *t = *state;
    story_propose(t, 1);
    story_start(t, 1, 1, 1);
    story_progress(t, 1, 2);
    ax_event fail = { .kind = AX_EVENT_FAILED,
                      .id = 1,
                      .u.FAILED = { .cause = "memory", .message = "out of memory", .retried = 1 } };
    story_tell(t, fail);
    assert_int_equal(story_candidate(t, 1)->status, AX_QUEUED);
    story_start(t, 1, 1, 2);
    assert_int_equal(story_candidate(t, 1)->epoch, 0);
    assert_int_equal(story_candidate(t, 1)->attempt, 2);
    fail.u.FAILED.retried = 0;
    story_tell(t, fail);
    assert_int_equal(story_candidate(t, 1)->status, AX_FAILED);
    assert_true(isnan(story_candidate(t, 1)->outcome.reward));
    assert_string_equal(story_candidate(t, 1)->failure, "memory: out of memory");
    char line[AX_EVENT_TEXT];
    snprintf(fail.u.FAILED.message, sizeof fail.u.FAILED.message, "memory: 153 MiB"); /* the cause is told once */
    ax_event_narrate(&fail, line);
    assert_string_equal(line, "memory: 153 MiB");
    story_tell(t, fail);
    assert_string_equal(story_candidate(t, 1)->failure, line);
    assert_int_equal(t->s.best, 0);
    assert_int_equal(t->s.n_scored, 0);
    story_counts(t, 0, 0, 0, 0, 1);
}

static void notes_pins_and_pauses(void **state)
{
    story *t = *state;
    story_propose(t, 1);
    story_tell(t, (ax_event) { .kind = AX_EVENT_NOTED, .id = 1, .u.NOTED = { .text = "mine", .pin = -1 } });
    story_tell(t, (ax_event) { .kind = AX_EVENT_NOTED, .id = 1, .u.NOTED = { .pin = 1 } });
    assert_true(story_candidate(t, 1)->pinned);
    assert_string_equal(story_candidate(t, 1)->note, "mine"); /* pinning doesn't remove it */
    story_tell(t, (ax_event) { .kind = AX_EVENT_NOTED, .id = 1, .u.NOTED = { .pin = 0 } });
    assert_false(story_candidate(t, 1)->pinned);
    story_tell(t, (ax_event) { .kind = AX_EVENT_PAUSED, .id = 0, .u.PAUSED = { .on = 1 } });
    assert_true(t->s.paused);
    assert_int_equal(story_candidate(t, 1)->status, AX_QUEUED);
    story_tell(t, (ax_event) { .kind = AX_EVENT_PAUSED, .id = 1, .u.PAUSED = { .on = 1 } });
    assert_int_equal(story_candidate(t, 1)->status, AX_PAUSED);
    story_tell(t, (ax_event) { .kind = AX_EVENT_PAUSED, .id = 1, .u.PAUSED = { .on = 0 } });
    story_tell(t, (ax_event) { .kind = AX_EVENT_PAUSED, .id = 0, .u.PAUSED = { .on = 0 } });
    assert_false(t->s.paused);
    assert_int_equal(story_candidate(t, 1)->status, AX_QUEUED);
}

/* The engine was killed and restarted: the candidate starts again, and nothing is counted twice. */
static void a_resumed_run(void **state)
{
    story *t = *state;
    story_train(t, 1, .5);
    story_propose(t, 2);
    story_start(t, 2, 1, 1);
    story_progress(t, 2, 4);
    ax_event hello = { .kind = AX_EVENT_HELLO, .u.HELLO = { .run = "r", .resumed = 1, .pid = 77 } };
    story_tell(t, hello);
    story_counts(t, 1, 0, 1, 0, 0);
    story_start(t, 2, 1, 2);
    assert_int_equal(story_candidate(t, 2)->epoch, 0);
    story_counts(t, 0, 1, 1, 0, 0);
    story_score(t, 2, 1, .7);
    assert_int_equal(t->s.n_scored, 2);
    assert_int_equal(t->s.best, 2);
    story_tell(t, (ax_event) { .kind = AX_EVENT_BYE, .u.BYE = { .reason = "stopped" } });
    assert_string_equal(t->s.bye, "stopped");
    story_tell(t, hello);
    assert_string_equal(t->s.bye, "");
}

static void tell_ending(story *t, const char *error, const char *reason)
{
    ax_event log = { .kind = AX_EVENT_LOG, .u.LOG = { .level = "error" } }, bye = { .kind = AX_EVENT_BYE };
    snprintf(log.u.LOG.text, sizeof log.u.LOG.text, "%s", error);
    snprintf(bye.u.BYE.reason, sizeof bye.u.BYE.reason, "%s", reason);
    if (error[0])
        story_tell(t, log);
    story_tell(t, bye);
}

static void a_failure_has_a_reason(void **state)
{
    story *t = *state;
    ax_event hello = { .kind = AX_EVENT_HELLO, .u.HELLO = { .run = "r", .resumed = 1, .pid = 77 } };
    story_tell(t, hello);
    assert_null(ax_state_why_failed(&t->s));
    tell_ending(t, "no space", "failed");
    assert_non_null(ax_state_why_failed(&t->s));
    assert_string_equal(ax_state_why_failed(&t->s)->text, "no space");
    story_tell(t, hello);
    assert_null(ax_state_why_failed(&t->s));
    tell_ending(t, "", "failed");
    assert_null(ax_state_why_failed(&t->s));
    story_tell(t, hello);
    tell_ending(t, "a candidate's", "stopped");
    assert_null(ax_state_why_failed(&t->s));
}

static void ids_out_of_reach_are_damage(void **state)
{
    story *t = *state;
    story_tell(t, (ax_event) { .kind = AX_EVENT_PROPOSED, .id = UINT32_MAX });
    assert_int_equal(t->s.n_candidates, 0);
    story_tell(t, (ax_event) { .kind = AX_EVENT_PROPOSED, .id = 0 });
    assert_int_equal(t->s.n_candidates, 0);
    story_score(t, 5, 1, .5);
    assert_int_equal(t->s.n_scored, 0);
    assert_false(t->s.out_of_memory);
}

TEST(any_order_of_any_event_is_survived)
{
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

/* ---- the log and the live state ---- */

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

TEST(the_file_folds_to_the_live_state)
{
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

/* Preferences without numbers, as the first event of a state. */
static ax_event policy_of(ax_state *s, const ax_space *space)
{
    ax_event ev;
    ax_state_init(s);
    memset(&ev, 0, sizeof ev);
    ev.kind = AX_EVENT_POLICY;
    snprintf(ev.u.POLICY.space, sizeof ev.u.POLICY.space, "%s", space->name);
    return ev;
}

/* The first and the newest preferences are kept, and a thinned history. */
TEST(preferences_are_kept)
{
    const ax_space *space = ax_space_at(0);
    ax_state s;
    ax_event ev = policy_of(&s, space);
    ev.u.POLICY.probabilities.n = 3; /* not in this space */
    ax_state_fold(&s, &ev);
    assert_null(s.policy.space);
    ev.u.POLICY.probabilities.n = ax_space_choices(space, space->n_decisions);
    for (int k = 0; k < 200; k++) {
        unsigned n = space->decision[0].choices;
        for (unsigned i = 0; i < n; i++) /* from uniform to certain */
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

/* A strategy without preferences samples uniformly: later preferences are compared with that, not with zero. */
TEST(preferences_begin_evenly)
{
    const ax_space *space = ax_space_at(0);
    unsigned n = space->decision[0].choices;
    ax_state s;
    ax_event ev = policy_of(&s, space);
    ev.u.POLICY.probabilities.n = ax_space_choices(space, space->n_decisions);
    ax_state_fold(&s, &ev);
    assert_true(s.policy.now.p[2] == 0);
    ev.u.POLICY.probabilities.p[2] = 1;
    ax_state_fold(&s, &ev);
    assert_true(s.policy.now.p[2] == 1);
    assert_true(fabs((double)s.policy.first.p[2] - 1.0 / n) < 1e-6);
    assert_true(fabs((double)s.policy.entropy[0][0] - log(n)) < 1e-5 && s.policy.entropy[0][1] == 0);
    ax_state_release(&s);
}

TEST(updates_are_kept)
{
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

int main(void)
{
    return RUN_EACH_TEST_WITHIN(story_set_up, story_tear_down, a_candidate_lives, losses_between_steps_are_on_a_line,
                                losses_before_the_first_known_one_are_like_it, a_candidate_takes_little_memory,
                                an_engine_that_died_trains_nothing, a_finished_ones_prune_can_be_undone_at_any_time,
                                undo_returns_to_what_it_was, failures_are_not_rewards, notes_pins_and_pauses,
                                a_resumed_run, a_failure_has_a_reason, ids_out_of_reach_are_damage,
                                any_order_of_any_event_is_survived, the_file_folds_to_the_live_state,
                                preferences_are_kept, preferences_begin_evenly, updates_are_kept);
}
