/* The state of a run: its times, its workers and their devices. */
#include "tests/helper/story.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void the_rate_counts_ten_minutes(void **state)
{
    story *t = *state;
    for (uint32_t id = 1; id <= 10; id++) {
        story_propose(t, id);
        story_start(t, id, 1, 1);
        t->at += 100;
        story_score(t, id, 1, .5);
    }
    assert_true(fabs(ax_state_rate(&t->s, t->s.elapsed) - 6 / 10.0) < 1e-9);
    assert_true(ax_state_rate(&t->s, t->s.elapsed + 10000) == 0);
}

/* A resume that repairs a history tells what candidates reached at once, without their starts. */
static void what_is_told_again_has_no_pace(void **state)
{
    story *t = *state;
    story_tell(t, (ax_event) { .kind = AX_EVENT_LOST });
    for (uint32_t id = 1; id <= 10; id++) {
        story_propose(t, id);
        story_score(t, id, 1, .5);
    }
    story_propose(t, 11);
    story_start(t, 11, 1, 1);
    t->at += 60;
    story_score(t, 11, 1, .5);
    assert_true(fabs(ax_state_rate(&t->s, t->s.elapsed) - 60 / t->s.elapsed) < 1e-9);
}

/* The system clock is changed while an engine runs: rate, times and the seconds left for undo stay right. */
TEST(a_clock_that_is_set_does_no_harm)
{
    static const double jump[] = { -1e6, 1e6, -3600 };
    for (size_t i = 0; i < sizeof jump / sizeof *jump; i++) {
        story t = { .at = 2e6, .clock = 500 };
        ax_state_init(&t.s);
        story_tell(&t, (ax_event) { .kind = AX_EVENT_HELLO });
        for (uint32_t id = 1; id <= 4; id++) {
            story_propose(&t, id);
            story_start(&t, id, 1, 1);
            t.at += id == 2 ? jump[i] : 0;
            t.clock += 7;
            story_progress(&t, id, 5);
            story_score(&t, id, 1, .5);
        }
        assert_true(t.s.elapsed == 47 &&
                    story_candidate(&t, 2)->finished_elapsed - story_candidate(&t, 2)->started_elapsed == 8);
        assert_true(fabs(ax_state_rate(&t.s, t.s.elapsed) - 60 * 4 / 47.0) < 1e-9);
        assert_true(ax_state_elapsed(&t.s, t.clock + 5) == 53 && ax_state_elapsed(&t.s, 3) == 47);
        story_propose(&t, 5);
        story_tell(&t,
                   (ax_event) { .kind = AX_EVENT_PRUNED, .id = 5, .u.PRUNED = { .phase = 1, .until = t.at + 1 + 10 } });
        assert_true(story_candidate(&t, 5)->prune_until == t.s.elapsed + 10);
        ax_state_release(&t.s);
    }
}

TEST(only_time_with_an_engine_is_elapsed)
{
    for (int older = 0; older < 2; older++) { /* engines of older versions didn't send their clock */
        story t = { .at = 2e6, .clock = older ? 0 : 500 };
        ax_state_init(&t.s);
        story_tell(&t, (ax_event) { .kind = AX_EVENT_HELLO });
        story_propose(&t, 1);
        assert_true(t.s.elapsed == 2);
        story_tell(&t, (ax_event) { .kind = AX_EVENT_BYE, .u.BYE = { .reason = "stopped" } });
        t.at += 1e5; /* meanwhile the machine was rebooted */
        t.clock = older ? 0 : 20;
        story_tell(&t, (ax_event) { .kind = AX_EVENT_HELLO });
        assert_true(t.s.elapsed == 3);
        story_start(&t, 1, 1, 1);
        assert_true(t.s.elapsed == 4 && story_candidate(&t, 1)->started_elapsed == 4);
        ax_event lost = { .kind = AX_EVENT_LOST, .at = t.at + 1e9, .seq = ++t.seq };
        ax_state_fold(&t.s, &lost);
        assert_true(t.s.elapsed == 4);
        ax_state_release(&t.s);
    }
}

static void workers_are_known_by_what_they_train(void **state)
{
    story *t = *state;
    story_propose(t, 1);
    story_tell(t,
               (ax_event) { .kind = AX_EVENT_DEVICE, .u.DEVICE = { .name = "cuda:1", .worker = 2, .rss_bytes = 5 } });
    story_tell(t,
               (ax_event) { .kind = AX_EVENT_STARTED, .id = 1, .u.STARTED = { .stage = 1, .steps = 9, .worker = 2 } });
    assert_int_equal(t->s.n_workers, 2);
    assert_string_equal(t->s.worker[1].device, "cuda:1");
    assert_true(t->s.worker[1].id == 1 && t->s.worker[0].id == 0);
    assert_true(isnan(ax_worker_pace(&t->s, &t->s.worker[1])));
    double from = 0;
    for (int step = 3; step <= 8; step += 5) {
        story_tell(t, (ax_event) { .kind = AX_EVENT_PROGRESS, .id = 1, .u.PROGRESS = { .step = step, .steps = 9 } });
        from = step == 3 ? t->s.elapsed : from;
    }
    assert_float_equal(ax_worker_pace(&t->s, &t->s.worker[1]), 5 / (t->s.elapsed - from), 1e-9);
    story_score(t, 1, 1, .5);
    assert_int_equal(t->s.worker[1].id, 0);
}

/* The device is "auto" until a worker reports the real one; a named device keeps its name. */
TEST(auto_becomes_the_device_that_it_is)
{
    static const char *const set[] = { "auto", "cuda:all" }, *const seen[] = { "cpu", "cuda:all" };
    for (int i = 0; i < 2; i++) {
        story t;
        story_begin(&t);
        ax_event hello = { .kind = AX_EVENT_HELLO };
        snprintf(hello.u.HELLO.device, sizeof hello.u.HELLO.device, "%s", set[i]);
        story_tell(&t, hello);
        assert_string_equal(t.s.device, set[i]);
        story_tell(&t, (ax_event) { .kind = AX_EVENT_DEVICE, .u.DEVICE = { .name = "cpu", .rss_bytes = 5 } });
        assert_string_equal(t.s.device, seen[i]);
        assert_int_equal(t.s.rss_bytes, 5);
        ax_state_release(&t.s);
    }
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(story_set_up, story_tear_down, the_rate_counts_ten_minutes,
                                what_is_told_again_has_no_pace, a_clock_that_is_set_does_no_harm,
                                only_time_with_an_engine_is_elapsed, workers_are_known_by_what_they_train,
                                auto_becomes_the_device_that_it_is);
}
