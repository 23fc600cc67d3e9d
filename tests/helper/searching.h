/* A search without processes: the test is the worker and the user, and sees every event. */
#ifndef TESTS_HELPER_SEARCHING_H
#define TESTS_HELPER_SEARCHING_H

#include "engine/search/search.h"

enum { SEARCHING_EVENTS = 4096 };

typedef struct searching {
    ax_search *search;
    ax_search_setup setup;
    ax_event *event; /* all events since the start, or since searching_forget */
    size_t n;
    uint64_t request;
    double latency_ms; /* latency of the following outcomes; 0 = not measured */
} searching;

/* candidates: the planned number; strategy: its name. */
void searching_init(searching *t, int64_t candidates, const char *strategy);
void searching_release(searching *t);
/* Starts again with the current settings in setup. */
void searching_restart(searching *t);
void searching_forget(searching *t);
/* Takes the next job; returns its id, 0 if there is none. */
uint32_t searching_take(searching *t);
void searching_score(searching *t, double reward);
/* A stage's outcome whose figures all equal the reward; the latency isn't measured. */
ax_outcome searching_outcome(uint32_t stage, double reward);
/* Gives a command; returns the answer's code. */
ax_code searching_do(searching *t, ax_verb verb, uint32_t id, const char *text, ax_answer *answer);
/* The i-th event of a kind from the end (0 = newest); NULL = there is none. */
const ax_event *searching_last(const searching *t, ax_event_kind kind, size_t i);
size_t searching_count(const searching *t, ax_event_kind kind);

#endif
