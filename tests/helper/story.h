/* A run's state (engine/wire/state.h) built event by event, a second apart. */
#ifndef AX_TEST_STORY_H
#define AX_TEST_STORY_H

#include "engine/wire/state.h"

typedef struct story {
    ax_state s;
    uint64_t seq;
    double at, clock; /* clock: 0 = an engine of an older version */
} story;

/* The fixture of a cmocka test: a story in which a run of 9 candidates has begun. */
int story_set_up(void **state);
int story_tear_down(void **state);
void story_begin(story *t);
/* Folds an event; its number and times are set by the story. */
void story_tell(story *t, ax_event ev);

void story_propose(story *t, uint32_t id);
void story_start(story *t, uint32_t id, int stage, int attempt);
void story_progress(story *t, uint32_t id, int epoch);
void story_score(story *t, uint32_t id, int stage, double reward);
/* Proposes, starts and scores a candidate. */
void story_train(story *t, uint32_t id, double reward);
/* phase: 1 pruned, 2 pruned for good, 0 undone. */
void story_prune(story *t, uint32_t id, int phase);

/* Fails the test if there is no such candidate. */
const ax_candidate *story_candidate(const story *t, uint32_t id);
/* Fails the test unless these numbers of candidates are in each state. */
void story_counts(const story *t, uint32_t queued, uint32_t running, uint32_t done, uint32_t pruned, uint32_t failed);

#endif
