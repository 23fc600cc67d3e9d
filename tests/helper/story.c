#include "tests/helper/story.h"
#include "tests/helper/suite.h"

#include <stdlib.h>

void story_tell(story *t, ax_event ev)
{
    ev.seq = ++t->seq;
    ev.at = t->at += 1;
    t->clock += t->clock > 0;
    ev.clock = ax_event_says_clock(ev.kind) ? t->clock : 0;
    ax_state_fold(&t->s, &ev);
}

void story_begin(story *t)
{
    *t = (story) { .at = 1000 };
    ax_state_init(&t->s);
    ax_event hello = { .kind = AX_EVENT_HELLO, .u.HELLO = { .run = "r", .data = "d", .planned = 9, .workers = 1 } };
    story_tell(t, hello);
}

int story_set_up(void **state)
{
    *state = malloc(sizeof(story));
    if (!*state)
        return -1;
    story_begin(*state);
    return 0;
}

int story_tear_down(void **state)
{
    story *t = *state;
    ax_state_release(&t->s);
    free(t);
    return 0;
}

void story_propose(story *t, uint32_t id)
{
    story_tell(t,
               (ax_event) { .kind = AX_EVENT_PROPOSED, .id = id, .u.PROPOSED = { .origin = "ppo", .params = 1000 } });
    story_tell(t, (ax_event) { .kind = AX_EVENT_QUEUED, .id = id });
}

void story_start(story *t, uint32_t id, int stage, int attempt)
{
    story_tell(t, (ax_event) { .kind = AX_EVENT_STARTED,
                               .id = id,
                               .u.STARTED = { .stage = stage, .epochs = 5, .steps = 50, .attempt = attempt } });
}

void story_progress(story *t, uint32_t id, int epoch)
{
    story_tell(t, (ax_event) {
                      .kind = AX_EVENT_PROGRESS,
                      .id = id,
                      .u.PROGRESS = { .what = "train", .epoch = epoch, .step = 10 * epoch, .steps = 50, .loss = 2 } });
}

void story_score(story *t, uint32_t id, int stage, double reward)
{
    story_tell(t, (ax_event) { .kind = AX_EVENT_SCORED,
                               .id = id,
                               .u.SCORED = { .reward = reward, .miou = .5, .loss = 1, .seconds = 3, .stage = stage } });
}

void story_train(story *t, uint32_t id, double reward)
{
    story_propose(t, id);
    story_start(t, id, 1, 1);
    story_score(t, id, 1, reward);
}

void story_prune(story *t, uint32_t id, int phase)
{
    story_tell(t, (ax_event) {
                      .kind = AX_EVENT_PRUNED, .id = id, .u.PRUNED = { .phase = phase, .until = 2000, .by = "user" } });
}

const ax_candidate *story_candidate(const story *t, uint32_t id)
{
    const ax_candidate *c = ax_state_candidate(&t->s, id);
    assert_non_null(c);
    return c;
}

void story_counts(const story *t, uint32_t queued, uint32_t running, uint32_t done, uint32_t pruned, uint32_t failed)
{
    assert_int_equal(t->s.n_queued, queued);
    assert_int_equal(t->s.n_running, running);
    assert_int_equal(t->s.n_done, done);
    assert_int_equal(t->s.n_pruned, pruned);
    assert_int_equal(t->s.n_failed, failed);
}
