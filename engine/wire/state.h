/* Folds events into the one state that every view reads. Folding the file from its start equals the live state. */
#ifndef AX_WIRE_STATE_H
#define AX_WIRE_STATE_H

#include "engine/candidate/tasks.h"
#include "engine/wire/damage.h"
#include "engine/wire/event.h"
#include "engine/wire/front.h"
#include "engine/wire/record.h"

enum { AX_TRACE = 32 };
/* What full training came to after an epoch. */
typedef struct ax_validation {
    int32_t epoch, epochs;
    float loss, reward; /* loss: mean of its steps */
} ax_validation;
typedef struct ax_validations { /* of a candidate */
    uint32_t id, n;
    ax_validation *at; /* in the order of the epochs */
} ax_validations;
typedef struct ax_candidate {
    /* prune_until: of ax_state.elapsed; its loss is that of the last step while it trains */
    AX_CANDIDATE_EMBEDDED
    uint32_t id; /* counts from 1; candidate id is at index id - 1 */
    ax_genotype genotype;
    int8_t gate_passed;                                 /* -1 = not asked */
    bool scored;                                        /* is in the state's list of them */
    double logp, entropy;                               /* NAN = not known */
    float expected, expected_low, expected_high;        /* objective that a gp expected, NAN likewise */
    int32_t stage, epoch, epochs, step, steps, attempt; /* stage: that it is in, 0 = not started */
    double proposed_at, started_at, finished_at;        /* seconds since the epoch, 0 = not yet */
    double started_elapsed, finished_elapsed;           /* the same as ax_state.elapsed */
    float trace[AX_TRACE]; /* loss of training at each 32nd of the steps, as far as it was seen; NAN = not yet */
    double gate_chance;    /* NAN = gate not asked */
    const char *note, *failure, *model, *masks; /* the state's; "" = none. Most candidates have none */
    /* One per decision, in the order of the genotype's text; the state's, NULL = not known. A figure may be NAN. */
    const float *logp_each, *entropy_each;
} ax_candidate;

/* A worker, as far as its engine has said. */
enum { AX_WORKERS_SHOWN = 32 };
typedef struct ax_worker_seen {
    char device[32], host[32]; /* "" = it is not ready yet */
    int64_t threads, rss_bytes;
    uint32_t id;       /* candidate that it trains, 0 = none */
    int32_t from_step; /* the first step of it that was seen, at `from` of ax_state.elapsed; 0 = none was yet */
    double from, seen; /* seen: likewise, of the newest step */
} ax_worker_seen;

/* How the strategy's preferences have changed. */
enum { AX_POLICY_TRACE = 32 };
typedef struct ax_policy {
    const ax_space *space; /* NULL = nothing is known of them */
    int64_t samples;       /* rewards learned from when they were these */
    ax_probabilities now, first;
    float entropy[AX_MAX_DECISIONS][AX_POLICY_TRACE]; /* in nats, oldest first; thinned as it gets longer */
    int n_trace;
    int64_t every, told; /* of so many told ones one is in the trace */
} ax_policy;
/* Entropy of a decision in nats. */
double ax_policy_entropy(const ax_policy *p, const ax_probabilities *of, unsigned decision);

/* What an update of the strategy came to; NAN = it hasn't such a figure. */
typedef struct ax_learning_step {
    float baseline, advantage, clip_share;
} ax_learning_step;

typedef struct ax_log_line {
    double at;
    uint32_t id;
    ax_event_kind kind;
    ax_level level;           /* of a LOG */
    char text[AX_EVENT_TEXT]; /* what a person reads: "reward .6904 mIoU .613 params 2.61M 41.2 s" */
} ax_log_line;

typedef struct ax_state {
    char run[AX_EVENT_TEXT], data[AX_EVENT_TEXT], preset[AX_EVENT_TEXT], strategy[AX_EVENT_TEXT];
    char device[AX_EVENT_TEXT]; /* as set; instead of "auto" what that is, once a worker has said it */
    ax_task_id task;            /* AX_TASKS: one that this program doesn't know */
    char bye[AX_EVENT_TEXT];    /* "" while it runs */
    ax_ending ending;           /* what bye says */
    bool died;                  /* the engine is gone without a good-bye (ax_state_engine_died) */
    int64_t planned, workers, pid, seed;
    bool data_changed;        /* an engine found other data than the run began with */
    bool paused;              /* the whole run */
    ax_actor paused_by;       /* NONE when it isn't */
    double first_at, last_at; /* time of the first and newest event */
    double elapsed; /* seconds for which the run had an engine, up to the newest event; no clock that is set counts */
    double clock;   /* ax_event.clock of the newest event, 0 = not known */
    uint64_t seq;
    char activity[AX_EVENT_TEXT]; /* what the run does when no candidate trains: "cache 120/367"; "" = nothing */

    ax_candidate *candidate; /* grows; index id - 1 */
    uint32_t n_candidates;
    uint32_t *scored; /* ids in the order they were scored (search stage only): the reward plot's x axis */
    uint32_t n_scored;
    uint32_t best;      /* id with the highest reward of the search stage, 0 = none; pruned ones never count */
    uint32_t best_full; /* likewise of full training */
    uint32_t *undoable; /* ids whose prune can be taken back, pruned last at the end */
    uint32_t n_undoable;
    ax_front front[AX_METRIC_COUNT]; /* of the same candidates as best; empty of a figure that has none */
    uint32_t n_done, n_failed, n_pruned, n_running, n_queued;
    int64_t finals;       /* trainings that the finals take, of those planned; 0 = there are none */
    uint32_t n_finals;    /* how many of them are over */
    uint32_t n_finalists; /* 0: the finals haven't begun */
    uint32_t finalist;    /* the one with the highest mean in the finals, 0 = none; pruned ones never count */
    uint32_t n_reused;    /* of all: those that took the outcome of another */

    double baseline, policy_entropy, advantage, clip_fraction; /* of the newest update; NAN = not known */
    double gp_length, gp_noise;                                /* likewise */
    ax_learning_step *learned;                                 /* by every update */
    uint32_t n_learned;
    double gate_mean, gate_tolerance; /* as the last candidate met them, likewise */
    double overhead; /* share of the workers' time in which they waited for the engine; NAN = not known */
    int64_t snapshot_bytes, rss_bytes;

    ax_policy policy;
    ax_validations *validated; /* of the candidates in full training, few of all */
    uint32_t n_validated;
    ax_worker_seen worker[AX_WORKERS_SHOWN]; /* worker k is at k - 1 */
    uint32_t n_workers;                      /* that were heard of */
    ax_log_line *log;                        /* a ring of AX_STATE_LOG; see ax_state_log */
    uint32_t n_log;
    uint64_t log_dropped; /* lines before the oldest that is kept */
    bool out_of_memory;   /* an event could not be folded */
    uint64_t n_lost;      /* events for which LOST stands */
    ax_damage damage;     /* what can't be read of the file that the events came from; set by the reader */
} ax_state;
enum { AX_STATE_LOG = 10000 };

void ax_state_init(ax_state *s);
void ax_state_release(ax_state *s);
void ax_state_fold(ax_state *s, const ax_event *ev);
/* No engine has the run any more. Unless it said good-bye it has died: what it trained is queued again, as the next
   engine will find it. Nothing to say of a run without events. */
void ax_state_engine_died(ax_state *s);
const ax_candidate *ax_state_candidate(const ax_state *s, uint32_t id); /* NULL = unknown */
/* What full training of this candidate came to, epoch by epoch; NULL = nothing is known. */
const ax_validations *ax_state_validations(const ax_state *s, uint32_t id);
/* A line of the log, i < n_log, the oldest first. */
const ax_log_line *ax_state_log(const ax_state *s, uint32_t i);
/* What a person calls the event, or the level of a LOG. */
const char *ax_log_line_word(const ax_log_line *line);
/* The newest candidate with this genotype, 0 = none. */
uint32_t ax_state_find(const ax_state *s, const ax_genotype *g);
/* The better one of best and best_full: with full training a network nearly always gains. */
uint32_t ax_state_best_of_all(const ax_state *s);
/* What the run came to in one figure, and whose it is, 0 = nothing yet: the reward of a full training that is the best
   of all, else the mean of the first of the finals, else the best reward of the search. */
uint32_t ax_state_result(const ax_state *s, double *reward);
/* The network that the run has come to: the first of the finals, else the best of the search; 0 = none. */
uint32_t ax_state_winner(const ax_state *s);
/* Whether candidates of this run have the figure: by its task, and those of the finals once there are any. */
bool ax_state_has_figure(const ax_state *s, ax_metric m);
/* Whether its prune can be taken back: for a while, or at any time when it was finished. */
bool ax_candidate_undoable(const ax_candidate *c);
/* Whether a training of this status has come to its end. */
bool ax_state_is_over(ax_status status);
/* What was pruned last and can be taken back: one candidate, or those of a batch. */
typedef struct ax_prunes {
    uint64_t batch; /* 0: the engine didn't say; id alone */
    uint32_t n, id; /* how many; the one that was pruned last */
    double until;   /* elapsed at which the first of those that aren't finished becomes final; 0 = all are finished */
} ax_prunes;
bool ax_state_last_prunes(const ax_state *s, ax_prunes *out); /* false: there are none */
/* False: no event that can be read has proposed it (engine/wire/damage.h). */
bool ax_candidate_known(const ax_candidate *c);
/* Whether it is a training of the finals: its parent once more, with a fresh seed. */
bool ax_candidate_is_final(const ax_candidate *c);
/* Whether a person made it: submitted, or forked from another. */
bool ax_candidate_handmade(const ax_candidate *c);
/* Whether no other is better in both, reward and cost. */
bool ax_state_on_front(const ax_state *s, const ax_candidate *c, ax_metric cost);
/* The chance that the gate would have let this reward pass when it was last asked; NAN = it wasn't yet. */
double ax_state_gate_chance(const ax_state *s, double reward);
/* "running", "paused", "new", "interrupted", or how it ended; lives: an engine has the run. */
const char *ax_state_word(const ax_state *s, bool lives);
/* What elapsed is at this reading of the machine's monotonic clock, while the run's engine lives. */
double ax_state_elapsed(const ax_state *s, double clock);
/* What elapsed will be once this event, the next one, is folded. */
double ax_state_elapsed_at(const ax_state *s, const ax_event *ev);
/* Candidates scored in the last ten minutes (or since the start), trainings of the finals too, per minute. */
double ax_state_rate(const ax_state *s, double elapsed);
/* Steps per second of the worker's candidate; NAN = not known yet. */
double ax_worker_pace(const ax_state *s, const ax_worker_seen *w);

#endif
