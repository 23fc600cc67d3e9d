/* A made-up search as events, the same at every call: for screens, tables and replays. */
#ifndef AX_TEST_HISTORY_H
#define AX_TEST_HISTORY_H

#include "engine/wire/event.h"

#include <stdbool.h>

typedef struct ax_history {
    uint32_t candidates; /* scored, failed and pruned ones */
    bool caching;        /* stop before the first candidate */
    bool pruned;         /* the last one was softly pruned just now */
    bool batch;          /* two finished ones, #10 among them, and the last one were pruned together just now */
    bool full;           /* the full training of #17 has ended with the highest reward */
    bool forked;         /* a copy of #2 with some decisions changed was submitted and scored */
    bool paused;         /* the run was paused at the end */
    bool policy;         /* the strategy reports its preferences after every ten rewards */
    const char *bye;     /* the reason in the engine's last event, NULL = none */
    const char *error;   /* the error before it, NULL = none */
    ax_task_id task;
} ax_history;

/* Passes every event to sink, numbered from 1. Returns the time of the last one; the first is at AX_HISTORY_START. */
double ax_history_play(const ax_history *h, void (*sink)(void *context, ax_event *ev), void *context);
#define AX_HISTORY_START 1764072000.0 /* 2025-11-25 12:00:00 UTC */

#endif
