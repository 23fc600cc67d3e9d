/* Internals shared by the files of the search. */
#ifndef AX_SEARCH_SEARCH_INTERNAL_H
#define AX_SEARCH_SEARCH_INTERNAL_H

#include "engine/policy/strategy.h"
#include "engine/search/duplicates.h"
#include "engine/search/finals.h"
#include "engine/search/gate.h"
#include "engine/search/search.h"
#include "engine/wire/figures.h"
#include "engine/wire/state.h"

enum { AX_REQUESTS = 64, AX_ENTRIES_MAX = 1 << 22 };

/* The gate's verdict; a candidate that the gate ended has the outcome of stage 1. */
enum { AX_VERDICT_NONE, AX_VERDICT_ON, AX_VERDICT_END };

/* A candidate, with everything that later decisions depend on; candidate id is at index id - 1. */
typedef struct ax_entry {
    AX_CANDIDATE_EMBEDDED
    ax_proposal proposal;
    uint32_t place;       /* of a pruned candidate that was queued: its place there */
    uint32_t prune_order; /* number of the latest prune, counted over the run; 0 = never pruned */
    bool bypass_gate;     /* promoted while running */
    uint32_t attempts, crashes, verdict;
    ax_cause cause; /* of its last failure */
    bool open;      /* it is in the search's list of open ones; not saved in snapshots */
} ax_entry;

/* State of a worker slot. */
typedef struct ax_worker_slot {
    uint32_t id;         /* the candidate in training, 0 = none */
    bool stop_requested; /* the worker was told to stop it */
    int64_t devices;     /* devices that compute its batches, 0 = only the worker's own */
    bool trains;         /* a step was reported */
    bool verdict_due;    /* the worker waits for the gate's verdict */
    bool ended; /* the gate had already ended it at the start of this training, a repetition after a crash, a pause or a
                   resume */
} ax_worker_slot;

/* An answered command, so that it isn't executed twice and its number isn't used for another. */
typedef struct ax_request {
    ax_answer answer; /* request 0 = free slot */
    char verb[16];    /* word of its verb; "" = unknown: answered by an older engine */
    uint32_t id;      /* first candidate named, 0 = none */
    uint64_t arguments;
} ax_request;

/* The latest prune batch, as counted in answers. */
typedef struct ax_prune_batch {
    uint64_t number; /* 0 = none */
    uint32_t n, unfinished;
} ax_prune_batch;

/* State of the finals. */
typedef struct ax_finals {
    bool chosen;                     /* the search is over, and the finalists are chosen */
    int64_t part;                    /* planned number of candidates of the search when they were chosen */
    ax_finals_plan plan;             /* what the settings said then */
    uint32_t seeds;                  /* trainings of each finalist, including those of earlier finals */
    uint32_t earlier;                /* trainings of earlier finals, before the run was given more candidates */
    uint32_t finalist[AX_FINALISTS]; /* n ids by place; derived from the table */
    uint32_t n;
    uint32_t first; /* the first training of the finals, 0 = none */
} ax_finals;

struct ax_search {
    ax_search_setup setup;
    ax_strategy *strategy;
    ax_gate gate;
    ax_entry *entry;
    uint32_t n_entries, cap_entries;
    uint32_t *open; /* ids of candidates that aren't settled or have changed since the last snapshot, ascending */
    uint32_t n_open;
    int64_t n_closed; /* how many of the others count (ax_entry_counts) */
    uint32_t *queue;  /* next candidate first; queue and open have room for cap_entries */
    uint32_t n_queue;
    ax_worker_slot slot[AX_WORKERS];
    bool paused;
    uint32_t unlearned; /* the candidate whose outcome ax_search_catch_up will learn from, 0 = none */
    ax_finals finals;
    uint32_t failures;               /* consecutive */
    ax_duplicates judged;            /* networks with known outcome */
    ax_request request[AX_REQUESTS]; /* ring of the latest ones */
    uint32_t next_request;
    uint32_t prunes; /* total in the run */
    ax_prune_batch batch;
    uint64_t data; /* of the data that the run began with, as in the setup; 0 = unknown */
    double now;
    bool dirty, wants_save, wants_stop;
};

/* ---- table.c ---- */
const ax_entry *ax_search_get(const ax_search *s, uint32_t id); /* NULL = unknown id */
/* The same for modification: the next snapshot writes the candidate, and walks over the open ones include it. The
   pointer is valid until a candidate is added. */
ax_entry *ax_search_touch(ax_search *s, uint32_t id);
ax_code ax_search_reserve(ax_search *s, uint32_t entries, ax_err *err);
/* Adds an open candidate (call ax_search_reserve first); *id = its number. */
ax_entry *ax_search_append(ax_search *s, const ax_entry *r, uint32_t *id);
/* Whether it is settled: neither queued nor in training nor paused, and without a soft prune. A settled candidate
   changes only on a person's command. */
bool ax_entry_settled(const ax_entry *r);
bool ax_entry_is_full(const ax_entry *r);  /* a full training, not part of the search */
bool ax_entry_is_final(const ax_entry *r); /* a training of the finals, not part of the search either */
bool ax_entry_is_search(const ax_entry *r);
/* Whether it counts as a candidate of the search: scored, failed, or still to be scored. A candidate pruned before it
   had a score makes room for another. */
int64_t ax_search_count(const ax_search *s);
/* Everything is saved in a snapshot: removes settled candidates from the open ones. */
void ax_search_close(ax_search *s);
/* Makes the next snapshot write all candidates, including settled ones. */
void ax_search_open_all(ax_search *s);
/* Call after filling the entries by hand, with `open` set for those that the next snapshot must write. */
void ax_search_index(ax_search *s);

/* ---- missing_events.c ---- */
/* Emits the facts about candidates that `said`, with its missing events, lacks. */
void ax_search_emit_missing(ax_search *s, const ax_state *said);

/* ---- queue.c ---- */
ax_worker_slot *ax_search_slot(ax_search *s,
                               uint32_t id); /* the slot where it trains or is about to stop; NULL = none */
ax_event ax_search_event(ax_event_kind kind, uint32_t id);
/* Emits the event without applying it: it is about the run, or repeats known facts of a candidate. */
void ax_search_emit(ax_search *s, ax_event *ev);
/* again: the probabilities of its decisions were emitted before, or are lost. */
void ax_search_say_proposed(ax_search *s, uint32_t id, bool again);
/* Adds a candidate and emits PROPOSED; seed: of its training, 0 = the run's; *id = its number. */
ax_code ax_search_add(ax_search *s, const ax_proposal *p, const char *origin, uint32_t parent, int64_t seed,
                      uint32_t *id, ax_err *err);
/* Inserts a candidate into the queue at place (at most its end) and emits QUEUED. */
void ax_search_enqueue(ax_search *s, uint32_t id, uint32_t place);
uint32_t ax_search_dequeue(ax_search *s, uint32_t id); /* returns its place, UINT32_MAX = not queued */
/* learn.c: lets the strategy learn from a scored candidate, if the settings say so; emits LEARNED. */
ax_code ax_search_learn(ax_search *s, uint32_t id, ax_err *err);

/* ---- finals_plan.c ---- */
/* Number of trainings of all finals, and of candidates left for the search. */
uint32_t ax_finals_trainings(const ax_search *s);
int64_t ax_finals_search_part(const ax_search *s);
/* Gives all finalists as many seeds as the budget has trainings left for. */
void ax_finals_share_out(ax_search *s);
/* After a resume with other settings: if the search has more or fewer candidates now than when the finalists were
   chosen, or their number is another one, the search continues, and finalists are chosen again afterwards. Trainings
   done so far count as spent. */
void ax_finals_reopen(ax_search *s);

/* ---- finals.c ---- */
/* Trainings in the table. */
typedef struct ax_finals_made {
    uint32_t trainings;                                      /* of all finals */
    uint64_t rounds[AX_FINALISTS][AX_FINALS_SEEDS / 64 + 1]; /* of the finalist with an index, one bit per round */
} ax_finals_made;
ax_finals_made ax_finals_find_made(const ax_search *s);
/* How many finalists lack the training with a round's seed. */
uint32_t ax_finals_round_lacks(const ax_search *s, const ax_finals_made *m, uint32_t round);
/* The next training, added to the table but not to the queue. Once the search is over, the finalists are chosen first.
 *id = 0: none now. */
ax_code ax_finals_propose(ax_search *s, uint32_t *id, ax_err *err);
/* Chooses the finalists, once no candidate of the search is queued or in training: the best networks that differ,
   announced with their places. */
ax_code ax_finals_choose(ax_search *s, ax_err *err); /* finals_choice.c */
/* Whether all trainings of the finals are in the table. */
bool ax_finals_complete(const ax_search *s);
/* Emits FINAL for each finalist whose standing has changed; call it after any change to a finalist or its trainings. */
void ax_finals_rank(ax_search *s);
/* The event FINAL of a finalist, from the table; trainings: ax_finals_trainings, which is a pass over all of them. */
ax_event ax_finals_event(const ax_search *s, uint32_t id, uint32_t trainings);
/* After a resume: finds the finalists and their trainings in the table. */
void ax_finals_index(ax_search *s);

/* ---- life.c ---- */
/* Applies an event to its candidate, which must be in the table and becomes open. */
void ax_search_apply(ax_search *s, const ax_event *ev);
/* Applies the event and emits it. */
void ax_search_record(ax_search *s, ax_event *ev);

/* ---- prune.c ---- */
/* After a resume: limits the remaining time of every soft prune to the original span, even if the time of day was
   changed. */
void ax_search_shorten_prunes(ax_search *s);

/* ---- reports.c ---- */
/* Emits SCORED with this outcome; reused: the candidate it comes from, 0 = its own. */
ax_event ax_search_scored_event(const ax_search *s, uint32_t id, const ax_outcome *o, uint32_t reused);

/* ---- stages.c ---- */
/* Asks the gate about this outcome of stage 1; emits SCORED and GATED. more: its worker waits for the verdict, so the
   candidate stays in training in either case. */
void ax_search_ask_gate(ax_search *s, uint32_t id, const ax_outcome *o, bool more);
void ax_search_start(ax_search *s, uint32_t id, int32_t stage, uint32_t attempt); /* emits STARTED */

/* ---- rebuild.c ---- */
/* Fills the table (n_entries zeroed entries) from the events up to seq in the run's events.mpk. Every candidate that
   was settled then is restored, and open. AX_EFORMAT: events are missing, or belong to another run. */
ax_code ax_search_rebuild(ax_search *s, int dirfd, uint64_t seq, ax_err *err);

/* ---- reuse.c ---- */
/* Remembers the candidate's network if its outcome may be reused; all: every candidate's, after a resume. */
ax_code ax_search_note_judged(ax_search *s, uint32_t id, ax_err *err);
ax_code ax_search_note_all_judged(ax_search *s, ax_err *err);
/* The candidate whose outcome this one can reuse, 0 = none. */
uint32_t ax_search_reusable(const ax_search *s, uint32_t id);
/* Whether another worker is training the same network now, so that its outcome is worth waiting for. */
bool ax_search_in_training_elsewhere(const ax_search *s, uint32_t id);
/* Ends a queued candidate with a known outcome; emits SCORED and LEARNED. */
ax_code ax_search_reuse(ax_search *s, uint32_t id, uint32_t known, ax_err *err);

#endif
