/* What the files of the search share. */
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

/* What the gate said; a candidate that the gate ended is judged by stage 1. */
enum { AX_VERDICT_NONE, AX_VERDICT_ON, AX_VERDICT_END };

/* A candidate, as far as the future depends on it: candidate id is at index id - 1. */
typedef struct ax_entry {
    AX_CANDIDATE_EMBEDDED
    ax_proposal proposal;
    uint32_t place;       /* of a pruned candidate that was queued: where */
    uint32_t prune_order; /* of the newest prune: counted over the run, 0 = never pruned */
    bool bypass_gate;     /* promoted while running */
    uint32_t attempts, crashes, verdict;
    ax_cause cause; /* of its last failure */
    bool open;      /* is in the search's list of open ones; not part of a snapshot */
} ax_entry;

/* What a worker has in hand. */
typedef struct ax_worker_slot {
    uint32_t id;         /* the candidate in training, 0 = none */
    bool stop_requested; /* it was told to stop */
    int64_t devices;     /* that compute its batches, 0 = just its worker's */
    bool trains;         /* a step of it was reported */
    bool verdict_due;    /* its worker waits for the gate's verdict */
    bool ended;          /* the gate had ended it when it was started: again, after a crash, a pause or a resume */
} ax_worker_slot;

/* A command that was answered, so that it isn't done again, nor another one taken for it. */
typedef struct ax_request {
    ax_answer answer; /* request 0 = free */
    char verb[16];    /* its word; "" = not known: an older engine answered it */
    uint32_t id;      /* the first candidate that it named, 0 = none */
    uint64_t arguments;
} ax_request;

/* The batch that was pruned last, as its answers count it. */
typedef struct ax_prune_batch {
    uint64_t number; /* 0 = none */
    uint32_t n, unfinished;
} ax_prune_batch;

/* How the finals stand. */
typedef struct ax_finals {
    bool chosen;                     /* the search is over, and these are the finalists */
    int64_t part;                    /* candidates of the search, as planned when they were chosen */
    uint32_t earlier;                /* trainings of finals before these: the run was given more candidates since */
    uint32_t finalist[AX_FINALISTS]; /* ids by their place, the first n; as they stand in the table */
    uint32_t n;
    uint32_t first; /* the first candidate that is such a training, 0 = none */
} ax_finals;

struct ax_search {
    ax_search_setup setup;
    ax_strategy *strategy;
    ax_gate gate;
    ax_entry *entry;
    uint32_t n_entries, cap_entries;
    uint32_t *open; /* ids of the candidates that aren't settled or have changed since the last snapshot, ascending */
    uint32_t n_open;
    int64_t n_closed; /* how many of the others count (ax_entry_counts) */
    uint32_t *queue;  /* next first; queue and open are as large as cap_entries */
    uint32_t n_queue;
    ax_worker_slot slot[AX_WORKERS];
    bool paused;
    uint32_t unlearned; /* the candidate whose outcome ax_search_catch_up will learn from, 0 = none */
    ax_finals finals;
    uint32_t failures;               /* consecutive */
    ax_duplicates judged;            /* networks whose outcome is known */
    ax_request request[AX_REQUESTS]; /* ring of the last ones */
    uint32_t next_request;
    uint32_t prunes; /* over the run */
    ax_prune_batch batch;
    uint64_t data; /* that the run began with, as in the setup; 0 = not known */
    double now;
    bool dirty, wants_save, wants_stop;
};

/* ---- table.c ---- */
const ax_entry *ax_search_get(const ax_search *s, uint32_t id); /* NULL = unknown */
/* The same for a change: the next snapshot writes it, and walks over the open ones include it. The pointer holds
   until a candidate is added. */
ax_entry *ax_search_touch(ax_search *s, uint32_t id);
ax_code ax_search_reserve(ax_search *s, uint32_t entries, ax_err *err);
/* A place for one more candidate, open (ax_search_reserve came first); *id = its number. */
ax_entry *ax_search_append(ax_search *s, const ax_entry *r, uint32_t *id);
/* Settled: neither waiting nor in training nor paused, and no prune of it can be taken back. It changes only when a
   person wants something of it. */
bool ax_entry_settled(const ax_entry *r);
bool ax_entry_is_full(const ax_entry *r);  /* full training: not of the search */
bool ax_entry_is_final(const ax_entry *r); /* a training of the finals, which isn't of the search either */
bool ax_entry_is_search(const ax_entry *r);
/* Candidates of the search that are scored, failed, or may still be; what was pruned before it had a score makes room
   for another. */
int64_t ax_search_counted(const ax_search *s);
/* All is in a snapshot: settled candidates aren't open any more. */
void ax_search_close(ax_search *s);
/* The next snapshot writes all candidates, also those that are settled. */
void ax_search_open_all(ax_search *s);
/* After the entries were filled by hand, with `open` set where the next snapshot must write them. */
void ax_search_index(ax_search *s);

/* ---- retell.c ---- */
/* Says again what `said`, which lacks events, doesn't know of the candidates. */
void ax_search_retell(ax_search *s, const ax_state *said);

/* ---- queue.c ---- */
ax_worker_slot *ax_search_slot(ax_search *s,
                               uint32_t id); /* where it is in training, or hasn't stopped yet; NULL = nowhere */
ax_event ax_search_event(ax_event_kind kind, uint32_t id);
/* Says the event, and changes nothing: of the run, or what is known of a candidate already. */
void ax_search_emit(ax_search *s, ax_event *ev);
/* again: what the policy knew of each decision was said before, or isn't known any more. */
void ax_search_say_proposed(ax_search *s, uint32_t id, bool again);
/* Adds a candidate and says PROPOSED; seed: of its training, 0 = the run's; *id = its number. */
ax_code ax_search_add(ax_search *s, const ax_proposal *p, const char *origin, uint32_t parent, int64_t seed,
                      uint32_t *id, ax_err *err);
/* Puts a candidate into the queue at place (at most its end) and says QUEUED. */
void ax_search_enqueue(ax_search *s, uint32_t id, uint32_t place);
uint32_t ax_search_dequeue(ax_search *s, uint32_t id); /* its place, UINT32_MAX = wasn't there */
/* learn.c: the strategy hears of a scored candidate, if the settings want that; says LEARNED. */
ax_code ax_search_learn(ax_search *s, uint32_t id, ax_err *err);

/* ---- finals.c ---- */
/* Trainings of all finals, and how many candidates they leave to the search. */
uint32_t ax_finals_trainings(const ax_search *s);
int64_t ax_finals_search_part(const ax_search *s);
/* The next training, added to the table but not to the queue; the finalists are chosen first once the search is over.
 *id = 0: there is none now. */
ax_code ax_finals_propose(ax_search *s, uint32_t *id, ax_err *err);
/* What that chooses with, once no candidate of the search is on its way: the best networks that are different, told
   with their places. */
ax_code ax_finals_choose(ax_search *s, ax_err *err); /* finals_choice.c */
/* Whether no training of the finals is to come that isn't in the table. */
bool ax_finals_over(const ax_search *s);
/* Says FINAL of each finalist whose standing has changed: after anything that happened to one or to its trainings. */
void ax_finals_rank(ax_search *s);
/* FINAL as it stands in the table. */
ax_event ax_finals_event(const ax_search *s, uint32_t id);
/* After a resume: finds the finalists and their trainings in the table. */
void ax_finals_index(ax_search *s);
/* After a resume: where the settings leave more or fewer candidates for the search than when the finalists were chosen,
   the search goes on, and they are chosen again after it. Trainings that were made count as spent. */
void ax_finals_reopen(ax_search *s);

/* ---- life.c ---- */
/* What the event changes of its candidate, which is one of the table. It is open from then on. */
void ax_search_apply(ax_search *s, const ax_event *ev);
/* Applies the event and says it. */
void ax_search_happen(ax_search *s, ax_event *ev);

/* ---- prune.c ---- */
/* After a resume: there is no more time to take a prune back than when it was made, whatever the time of day is now. */
void ax_search_shorten_prunes(ax_search *s);

/* ---- reports.c ---- */
/* SCORED with this outcome; reused: the candidate whose outcome it is, 0 = its own. */
ax_event ax_search_scored_event(const ax_search *s, uint32_t id, const ax_outcome *o, uint32_t reused);

/* ---- stages.c ---- */
/* Asks the gate about this outcome of stage 1; says SCORED and GATED. more: its worker waits for the verdict, so that
   the candidate stays in training whatever that is. */
void ax_search_ask_gate(ax_search *s, uint32_t id, const ax_outcome *o, bool more);
void ax_search_start(ax_search *s, uint32_t id, int32_t stage, uint32_t attempt); /* says STARTED */

/* ---- rebuild.c ---- */
/* Fills the table, n_entries of zeros, by the events up to seq in events.mpk of the run: every candidate that was
   settled then is as it was, and open. AX_EFORMAT: events are missing, or those of another run. */
ax_code ax_search_rebuild(ax_search *s, int dirfd, uint64_t seq, ax_err *err);

/* ---- reuse.c ---- */
/* Remembers which network the candidate is, when its outcome may be reused; all: of every candidate, after a resume. */
ax_code ax_search_note_judged(ax_search *s, uint32_t id, ax_err *err);
ax_code ax_search_note_all_judged(ax_search *s, ax_err *err);
/* The candidate whose outcome this one can take instead of being trained, 0 = none. */
uint32_t ax_search_known(const ax_search *s, uint32_t id);
/* Whether another worker is training its network right now: its outcome is waited for. */
bool ax_search_awaits(const ax_search *s, uint32_t id);
/* Ends a queued candidate with the outcome of a known one; says SCORED and LEARNED. */
ax_code ax_search_reuse(ax_search *s, uint32_t id, uint32_t known, ax_err *err);

#endif
