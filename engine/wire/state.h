/* Folds events into the one state that all views read. Folding the file from its start gives the live state. */
#ifndef AX_WIRE_STATE_H
#define AX_WIRE_STATE_H

#include "engine/candidate/tasks.h"
#include "engine/wire/damage.h"
#include "engine/wire/event.h"
#include "engine/wire/front.h"
#include "engine/wire/record.h"

enum { AX_TRACE = 32 };
/* Result of a full training after an epoch. */
typedef struct ax_validation {
    int32_t epoch, epochs;
    float loss, reward; /* loss: mean over its steps */
} ax_validation;
typedef struct ax_validations { /* of one candidate */
    uint32_t id, n;
    ax_validation *at; /* in order of epochs */
} ax_validations;
typedef struct ax_candidate {
    /* prune_until: in ax_state.elapsed time. loss: that of the last step while it trains. */
    AX_CANDIDATE_EMBEDDED
    uint32_t id; /* counts from 1; candidate id is at index id - 1 */
    ax_genotype genotype;
    int8_t gate_passed;                                 /* -1 = not asked yet */
    bool scored;                                        /* it is in the state's list `scored` */
    double logp, entropy;                               /* NAN = unknown */
    float expected, expected_low, expected_high;        /* objective predicted by strategy gp; NAN = unknown */
    int32_t stage, epoch, epochs, step, steps, attempt; /* stage: the current one, 0 = not started */
    double proposed_at, started_at, finished_at;        /* seconds since the epoch, 0 = not yet */
    double started_elapsed, finished_elapsed;           /* the same in ax_state.elapsed time */
    float trace[AX_TRACE]; /* training loss at each 32nd of the steps, as far as seen, or between two; NAN = not yet */
    double gate_chance;    /* NAN = the gate wasn't asked */
    const char *note, *failure, *model, *masks; /* owned by the state; "" = none, as for most candidates */
    /* One per decision, in the order of the genotype's text; owned by the state, NULL = unknown. A figure may be
       NAN. */
    const float *logp_each, *entropy_each;
} ax_candidate;

/* A worker process, as reported by its engine. */
enum { AX_WORKERS_SHOWN = 32 };
typedef struct ax_worker_seen {
    char device[32], host[32]; /* "" = not ready yet */
    int64_t threads, rss_bytes;
    uint32_t id;       /* candidate in training, 0 = none */
    int32_t from_step; /* first step of it that was seen, at time `from` (ax_state.elapsed); 0 = none yet */
    double from, seen; /* seen: time of the newest step */
} ax_worker_seen;

/* History of the strategy's preferences. */
enum { AX_POLICY_TRACE = 32 };
typedef struct ax_policy {
    const ax_space *space;       /* NULL = nothing is known yet */
    int64_t samples;             /* rewards learned from at the latest report */
    ax_probabilities now, first; /* now: all zero as long as nothing is preferred; first: even then */
    float entropy[AX_MAX_DECISIONS][AX_POLICY_TRACE]; /* in nats, oldest first; thinned as it gets longer */
    int n_trace;
    int64_t every, told; /* one of `every` reports is in the trace */
} ax_policy;
/* Entropy of a decision in nats. */
double ax_policy_entropy(const ax_policy *p, const ax_probabilities *of, unsigned decision);

/* Figures of one update of the strategy; NAN = not available. */
typedef struct ax_learning_step {
    float baseline, advantage, clip_share;
} ax_learning_step;

typedef struct ax_log_line {
    double at;
    uint32_t id;
    ax_event_kind kind;
    ax_level level;           /* for a LOG */
    char text[AX_EVENT_TEXT]; /* the line for users: "reward .6904 mIoU .613 params 2.61M 41.2 s" */
} ax_log_line;

typedef struct ax_state {
    char run[AX_EVENT_TEXT], data[AX_EVENT_TEXT], preset[AX_EVENT_TEXT], strategy[AX_EVENT_TEXT];
    char device[AX_EVENT_TEXT]; /* as set; "auto" is replaced once a worker reports its device */
    ax_task_id task;            /* AX_TASKS: unknown to this program */
    char bye[AX_EVENT_TEXT];    /* "" while the run isn't over */
    ax_ending ending;           /* the meaning of bye */
    bool died;                  /* the engine ended without BYE (ax_state_engine_died) */
    int64_t planned, workers, pid, seed;
    bool data_changed;        /* an engine found other data than the run began with */
    bool paused;              /* the whole run */
    ax_actor paused_by;       /* NONE when not paused */
    double first_at, last_at; /* times of the first and newest event */
    double elapsed; /* seconds during which the run had an engine, up to the newest event; immune to clock changes */
    double clock;   /* ax_event.clock of the newest event, 0 = unknown */
    uint64_t seq;
    char activity[AX_EVENT_TEXT]; /* current activity while no candidate trains: "cache 120/367"; "" = none */

    ax_candidate *candidate; /* grows; index id - 1 */
    uint32_t n_candidates;
    uint32_t *scored; /* ids in the order of scoring (search stage only): x axis of the reward plot */
    uint32_t n_scored;
    uint32_t best;      /* id of the highest reward in the search, 0 = none; pruned candidates never count */
    uint32_t best_full; /* the same among full trainings */
    uint32_t *undoable; /* ids whose prune can be undone, latest last */
    uint32_t n_undoable;
    ax_front front[AX_METRIC_COUNT]; /* of the same candidates as best; empty for metrics without a front */
    uint32_t n_done, n_failed, n_pruned, n_running, n_queued;
    int64_t finals;       /* planned trainings of the finals; 0 = no finals */
    uint32_t n_finals;    /* number of them that are over */
    uint32_t n_finalists; /* 0: the finals haven't begun */
    uint32_t finalist;    /* the finalist with the highest mean, 0 = none; pruned ones never count */
    uint32_t n_reused;    /* number of all candidates that reused the result of another */

    double baseline, policy_entropy, advantage, clip_fraction; /* of the newest update; NAN = unknown */
    double gp_length, gp_noise;                                /* likewise */
    ax_learning_step *learned;                                 /* one entry per update */
    uint32_t n_learned;
    double gate_mean, gate_tolerance; /* as at the gate's last decision; NAN = unknown */
    double overhead;                  /* share of the workers' time spent waiting for the engine; NAN = unknown */
    int64_t snapshot_bytes, rss_bytes;

    ax_policy policy;
    ax_validations *validated; /* of the candidates in full training, which are few */
    uint32_t n_validated;
    ax_worker_seen worker[AX_WORKERS_SHOWN]; /* worker k is at k - 1 */
    uint32_t n_workers;                      /* workers reported so far */
    ax_log_line *log;                        /* a ring of AX_STATE_LOG lines; see ax_state_log */
    uint32_t n_log;
    uint64_t log_dropped; /* lines dropped before the oldest one kept */
    bool out_of_memory;   /* an event couldn't be folded */
    uint64_t n_lost;      /* events replaced by LOST records */
    ax_damage damage;     /* unreadable parts of the events' file; set by the reader */
} ax_state;
enum { AX_STATE_LOG = 10000 };

void ax_state_init(ax_state *s);
void ax_state_release(ax_state *s);
void ax_state_fold(ax_state *s, const ax_event *ev);
/* Call when no engine has the run any more. Without BYE the engine died: the candidates it trained are queued again, as
   the next engine will find them. Does nothing for a run without events. */
void ax_state_engine_died(ax_state *s);
const ax_candidate *ax_state_candidate(const ax_state *s, uint32_t id); /* NULL = unknown id */
/* Results of a candidate's full training, epoch by epoch; NULL = none known. */
const ax_validations *ax_state_validations(const ax_state *s, uint32_t id);
/* A line of the log, i < n_log, oldest first. */
const ax_log_line *ax_state_log(const ax_state *s, uint32_t i);
/* The last error of an engine that failed; NULL: it didn't, or said nothing. */
const ax_log_line *ax_state_why_failed(const ax_state *s);
/* The event's name for users, or the level of a LOG. */
const char *ax_log_line_word(const ax_log_line *line);
/* The newest candidate with this genotype, 0 = none. */
uint32_t ax_state_find(const ax_state *s, const ax_genotype *g);
/* The better of best and best_full; full training nearly always improves a network. */
uint32_t ax_state_best_of_all(const ax_state *s);
/* The run's result as one figure and the candidate it belongs to, 0 = none yet: the reward of the best full training if
   that is the highest of all, else the mean of the finals' first, else the search's best reward. */
uint32_t ax_state_result(const ax_state *s, double *reward);
/* The network that the run has found: the first of the finals, else the best of the search; 0 = none. */
uint32_t ax_state_winner(const ax_state *s);
/* Whether candidates of this run have the metric: it must belong to the task; metrics of the finals need finalists. */
bool ax_state_has_figure(const ax_state *s, ax_metric m);
/* Whether its prune can be undone: for a limited time, or at any time for a finished candidate. */
bool ax_candidate_undoable(const ax_candidate *c);
/* Whether a training of this status is over. */
bool ax_state_is_over(ax_status status);
/* The latest prune that can be undone: of one candidate, or of a batch. */
typedef struct ax_prunes {
    uint64_t batch; /* 0: unknown; id alone */
    uint32_t n, id; /* number of candidates; the one that was pruned last */
    double until;   /* elapsed time when the first unfinished candidate's prune becomes final; 0 = all are finished */
} ax_prunes;
bool ax_state_last_prunes(const ax_state *s, ax_prunes *out); /* false: nothing to undo */
/* False: no readable event has proposed it (engine/wire/damage.h). */
bool ax_candidate_known(const ax_candidate *c);
/* Whether it is a training of the finals: its parent again, with a fresh seed. */
bool ax_candidate_is_final(const ax_candidate *c);
/* Whether a person made it: submitted, or forked from another. */
bool ax_candidate_handmade(const ax_candidate *c);
/* Whether it is on the front: no other candidate is better in both reward and cost. */
bool ax_state_on_front(const ax_state *s, const ax_candidate *c, ax_metric cost);
/* The probability that the gate, by its last decision, would let this reward pass; NAN = it hasn't decided yet. */
double ax_state_gate_chance(const ax_state *s, double reward);
/* "running", "paused", "new", "interrupted", or how the run ended; lives: an engine has the run. */
const char *ax_state_word(const ax_state *s, bool lives);
/* Elapsed time at this reading of the machine's monotonic clock, while the run's engine is alive. */
double ax_state_elapsed(const ax_state *s, double clock);
/* Elapsed time after folding this event, the next one. */
double ax_state_elapsed_at(const ax_state *s, const ax_event *ev);
/* Candidates scored per minute, trainings of the finals included, over the last ten minutes (or since the start). */
double ax_state_rate(const ax_state *s, double elapsed);
/* Steps per second of the worker's candidate; NAN = not known yet. */
double ax_worker_pace(const ax_state *s, const ax_worker_seen *w);

#endif
