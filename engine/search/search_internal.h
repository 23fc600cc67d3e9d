/* What the files of the search share. */
#ifndef AX_SEARCH_SEARCH_INTERNAL_H
#define AX_SEARCH_SEARCH_INTERNAL_H

#include "engine/policy/strategy.h"
#include "engine/search/gate.h"
#include "engine/search/search.h"
#include "engine/wire/state.h"

enum { AX_REQUESTS = 64, AX_CAUSE = 16, AX_ROWS_MAX = 1 << 22 };

/* What the gate said; a candidate that the gate ended is judged by stage 1. */
enum { AX_VERDICT_NONE, AX_VERDICT_ON, AX_VERDICT_END };

/* A candidate, as far as the future depends on it: candidate id lies at index id - 1. */
typedef struct ax_row {
    uint32_t parent, full; /* full: the candidate that trains it fully, 0 = none */
    ax_proposal proposal;
    char origin[16];          /* strategy's name, "user", "promote" */
    ax_status status, before; /* before: of a prune; PROMOTED isn't used here: full says it */
    uint32_t place;           /* of a pruned candidate that was queued: where */
    double prune_until;       /* > 0: soft prune */
    bool pinned, waved;       /* waved: promoted while running, so through the gate */
    uint32_t attempts, crashes, verdict;
    uint64_t params, macs;
    ax_outcome outcome; /* NAN until scored; of stage 1 while stage 2 runs */
    char cause[AX_CAUSE];
} ax_row;

struct ax_search {
    ax_search_setup setup;
    ax_strategy *strategy;
    ax_gate gate;
    ax_row *row;
    uint32_t n_rows, cap_rows;
    uint32_t *queue; /* next first; as large as cap_rows */
    uint32_t n_queue;
    uint32_t running; /* 0 = none */
    bool halting;     /* the running one was told to stop */
    bool paused;
    uint32_t verdict_due;           /* the candidate whose worker waits for its verdict, 0 = none */
    uint32_t failures;              /* in a row */
    ax_answer request[AX_REQUESTS]; /* ring of answers given; request 0 = free */
    uint32_t next_request;
    double now;
    bool dirty, wants_save, wants_stop;
};

ax_row *ax_search_row(ax_search *s, uint32_t id); /* NULL = unknown */
ax_event ax_search_event(ax_event_kind kind, uint32_t id);
void ax_search_emit(ax_search *s, ax_event *ev);
/* Adds a candidate and says PROPOSED; *id = its number. */
ax_code ax_search_add(ax_search *s, const ax_proposal *p, const char *origin, uint32_t parent, uint32_t *id,
                      ax_err *err);
/* Puts a candidate into the queue at place (at most its end) and says QUEUED. */
void ax_search_enqueue(ax_search *s, uint32_t id, uint32_t place);
uint32_t ax_search_dequeue(ax_search *s, uint32_t id); /* its place, UINT32_MAX = wasn't there */
ax_code ax_search_reserve(ax_search *s, uint32_t rows, ax_err *err);
/* learn.c: the strategy hears of a scored candidate; says LEARNED. */
ax_code ax_search_learn(ax_search *s, uint32_t id, ax_err *err);
/* Says SCORED with the row's outcome; provisional: stage 2 follows. */
void ax_search_say_scored(ax_search *s, uint32_t id, bool provisional);
/* Asks the gate about the row's outcome of stage 1, notes the verdict, says SCORED and GATED; more: there is a stage 2
   to go on to. */
void ax_search_ask_gate(ax_search *s, uint32_t id, bool more);
void ax_search_say_started(ax_search *s, uint32_t id, int32_t stage);
bool ax_row_is_full(const ax_row *r); /* full training: not of the search */

#endif
