/* The search itself: candidates, queue, strategy, gate and what a person did to them. It knows no process, file or
   clock: the coordinator tells it what happened and it answers with events and with the next job. */
#ifndef AX_SEARCH_SEARCH_H
#define AX_SEARCH_SEARCH_H

#include "engine/config/settings.h"
#include "engine/space/genotype.h"
#include "engine/candidate/outcome.h"
#include "engine/candidate/tasks.h"
#include "engine/candidate/words.h"
#include "engine/model/encoder.h"
#include "engine/wire/command.h"
#include "engine/wire/event.h"

enum { AX_PRUNE_SECONDS = 10, AX_WORKERS = 32 };

typedef struct ax_search ax_search;

typedef struct ax_search_setup {
    ax_settings settings;
    char run[AX_EVENT_TEXT];   /* its name, for HELLO */
    int32_t outputs, h, w;     /* of the network, and of a validation image: for parameters and multiply-adds */
    ax_task_id task;           /* of the run */
    size_t n_train;            /* images of the data: what a pass of stage 2 takes */
    const ax_encoder *encoder; /* borrowed; NULL = the built-in one */
    uint64_t data;             /* what tells the data from others (ax_trainer_fingerprint), 0 = not known */
    uint32_t workers;          /* at most AX_WORKERS; for HELLO */
    /* Takes every event as it happens; time and seq are the receiver's business. */
    void (*emit)(void *context, ax_event *ev);
    void *context;
} ax_search_setup;

/* What a worker shall do. */
typedef struct ax_search_job {
    uint32_t id, attempt;
    ax_genotype genotype;
    int64_t seed; /* of this training; 0 = the run's */
    bool full;    /* full training, with a model file */
    bool again;   /* it, its worker or its device failed before */
} ax_search_job;

ax_search *ax_search_new(const ax_search_setup *setup, ax_err *err);
void ax_search_free(ax_search *s);
const ax_settings *ax_search_settings(const ax_search *s);

/* Seconds since the epoch by a clock that never jumps; given before every group of calls. */
void ax_search_set_time(ax_search *s, double now);
/* Says HELLO, and when the data aren't those that the run began with; after a resume also puts what was in training
 * back into the queue. */
void ax_search_hello(ax_search *s, bool resumed, int64_t pid);

/* ---- workers have numbers below AX_WORKERS; each has one candidate at a time ---- */
/* The worker's next job, once it is free and the run isn't paused or at its end: false = nothing to do now. Emits
   STARTED. One that is the network of a finished candidate takes that one's outcome and no job is taken: the search is
   dirty then, and there may be a job the next time. An error is fatal for the run. */
ax_code ax_search_take(ax_search *s, uint32_t worker, ax_search_job *job, bool *taken, ax_err *err);
/* The candidate that the worker has, 0 = none. */
uint32_t ax_search_running(const ax_search *s, uint32_t worker);
/* Whether it must stop at its next step. */
bool ax_search_stop_requested(const ax_search *s, uint32_t worker);

/* From the worker. What comes about a candidate that was told to stop counts as stopped. An error is fatal. */
void ax_search_progress(ax_search *s, uint32_t worker, const char *what, int64_t stage, int64_t epoch, int64_t step,
                        int64_t steps, double loss);
/* A full training has come to the end of an epoch and was validated; loss: mean of its steps. */
void ax_search_validated(ax_search *s, uint32_t worker, int64_t stage, int64_t epoch, int64_t epochs, double loss,
                         double reward);
/* So many devices compute its batches from now on: while they are several, the other workers get nothing new, since it
   is their devices. */
void ax_search_spread(ax_search *s, uint32_t worker, int64_t devices);
/* Stage 1 is done and the worker waits: says SCORED and GATED and, when it goes on, STARTED (stage 2). */
void ax_search_stage1(ax_search *s, uint32_t worker, const ax_outcome *o);
/* True, once, when the waiting worker may hear the verdict: on disk first, since one in stage 2 isn't asked again.
 *goes_on false: it ends, and its outcome is that of stage 1. */
bool ax_search_verdict(ax_search *s, uint32_t worker, bool *goes_on);
/* What a candidate came to in its last stage. ax_search_catch_up comes before the next outcome. */
ax_code ax_search_outcome(ax_search *s, uint32_t worker, const ax_outcome *o, ax_err *err);
/* Lets the strategy learn from the outcome, and propose, so that one candidate waits in the queue. It may take long:
   called once the worker has its next job, which was proposed before. An error is fatal. */
ax_code ax_search_catch_up(ax_search *s, ax_err *err);
/* Whether there is an outcome that the strategy hasn't learned from. A snapshot doesn't know of it: none may be
   written, and a search that goes on from the one before judges that candidate again. */
bool ax_search_behind(const ax_search *s);
void ax_search_stopped(ax_search *s, uint32_t worker);
/* By the cause's rule (engine/candidate/words.h) it is tried once more, or the run pauses itself, or that was all.
   After max_failures in a row the run pauses itself, whatever they were. */
void ax_search_failed(ax_search *s, uint32_t worker, ax_cause cause, const char *message);
/* A worker that fails without a candidate (it can't open the data, it dies while idle): counts as one of them. */
void ax_search_worker_failed(ax_search *s, const char *message);
/* What a worker found the data to be: says so when they have changed under the engine, and takes no outcome of the old
   ones for a network that comes again. Whether they have. */
bool ax_search_data_are(ax_search *s, uint64_t data);
/* Whether the data aren't those that the run began with. */
bool ax_search_data_changed(const ax_search *s);
/* Results of finished candidates aren't there any more: the run pauses itself, with text in its log. */
void ax_search_results_lost(ax_search *s, const char *text);
/* How many finished candidates have a file of their own in models/ (else masks/). */
uint32_t ax_search_results(const ax_search *s, bool models);
void ax_search_log(ax_search *s, ax_level level, uint32_t id, const char *text);

/* Does what a person asks; *answer is what to say once it is on disk. A request that was answered before gets the same
   answer and changes nothing. */
void ax_search_command(ax_search *s, const ax_command *cmd, ax_answer *answer);
/* Makes soft prunes final whose time is up. */
void ax_search_tick(ax_search *s);
/* When ax_search_tick has something to do; 0 = never. */
double ax_search_deadline(const ax_search *s);

/* What the coordinator must do after the calls above. */
bool ax_search_dirty(const ax_search *s); /* something that a snapshot must hold has changed since ax_search_clean */
void ax_search_clean(ax_search *s);
bool ax_search_wants_save(const ax_search *s); /* a person asked for a snapshot */
bool ax_search_wants_stop(const ax_search *s);
bool ax_search_paused(const ax_search *s);
/* Whether a candidate may still train: only then its half-trained state is of use. */
bool ax_search_unfinished(const ax_search *s, uint32_t id);
/* All candidates are scored, failed or pruned, and none waits for a person. */
bool ax_search_finished(const ax_search *s);

#endif
