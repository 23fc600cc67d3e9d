/* The search: candidates, queue, strategy, gate and commands. It knows no processes, files or clock: the coordinator
   reports what happened, and the search responds with events and the next job. */
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
    char run[AX_EVENT_TEXT]; /* the run's name, for HELLO */
    /* Outputs of the network and size of a validation image, to compute parameters and multiply-adds. */
    int32_t outputs, h, w;
    ax_task_id task;           /* of the run */
    size_t n_train;            /* number of training images: crops per pass of stage 2 */
    const ax_encoder *encoder; /* borrowed; NULL = the built-in one */
    uint64_t data;             /* fingerprint of the data (ax_trainer_fingerprint), 0 = unknown */
    uint32_t workers;          /* at most AX_WORKERS; for HELLO */
    /* Called with every event as it happens; the receiver adds time and seq. */
    void (*emit)(void *context, ax_event *ev);
    void *context;
} ax_search_setup;

/* A worker's job. */
typedef struct ax_search_job {
    uint32_t id, attempt;
    ax_genotype genotype;
    int64_t seed; /* seed of this training; 0 = the run's */
    bool full;    /* full training, with a model file */
    bool again;   /* it failed before, by itself or because of its worker or device */
} ax_search_job;

ax_search *ax_search_new(const ax_search_setup *setup, ax_err *err);
void ax_search_free(ax_search *s);
const ax_settings *ax_search_settings(const ax_search *s);

/* Sets the time: seconds since the epoch by a clock that never jumps; call it before every group of calls. */
void ax_search_set_time(ax_search *s, double now);
/* Emits HELLO, and a report if the data differ from those that the run began with; after a resume it also puts
   candidates in training back into the queue. */
void ax_search_hello(ax_search *s, bool resumed, int64_t pid);

/* ---- workers have numbers below AX_WORKERS and train one candidate at a time ---- */
/* The next job of a free worker; false = none now, or the run is paused or at its end. Emits STARTED. A duplicate of a
   finished candidate reuses its outcome instead, and no job is returned: the search is dirty then, and the next call
   may have a job. An error is fatal for the run. */
ax_code ax_search_take(ax_search *s, uint32_t worker, ax_search_job *job, bool *taken, ax_err *err);
/* The worker's candidate, 0 = none. */
uint32_t ax_search_running(const ax_search *s, uint32_t worker);
/* Whether the worker must stop it at the next step. */
bool ax_search_stop_requested(const ax_search *s, uint32_t worker);

/* The worker's reports. Reports about a candidate that was told to stop count as a stop. An error is fatal. */
void ax_search_progress(ax_search *s, uint32_t worker, const char *what, int64_t stage, int64_t epoch, int64_t step,
                        int64_t steps, double loss);
/* A full training has ended an epoch and was validated; loss: mean over its steps. */
void ax_search_validated(ax_search *s, uint32_t worker, int64_t stage, int64_t epoch, int64_t epochs, double loss,
                         double reward);
/* Number of devices that compute its batches from now on. While there are several, other workers get no new jobs, since
   those are their devices. */
void ax_search_set_devices(ax_search *s, uint32_t worker, int64_t devices);
/* Stage 1 is done and the worker waits: emits SCORED, GATED and, if it passes, STARTED (stage 2). */
void ax_search_stage1(ax_search *s, uint32_t worker, const ax_outcome *o);
/* True, once, when the waiting worker may get the verdict: it must be on disk first, since a candidate in stage 2 isn't
   asked again. *goes_on false: it ends with the outcome of stage 1. */
bool ax_search_verdict(ax_search *s, uint32_t worker, bool *goes_on);
/* The outcome of a candidate's last stage. ax_search_catch_up must be called before the next outcome. */
ax_code ax_search_outcome(ax_search *s, uint32_t worker, const ax_outcome *o, ax_err *err);
/* Lets the strategy learn from the outcome, and propose, so that one candidate is queued. May take long: call it once
   the worker has its next job, which was proposed before. An error is fatal. */
ax_code ax_search_catch_up(ax_search *s, ax_err *err);
/* Whether the strategy still has to learn from an outcome. No snapshot may be written then, since it wouldn't contain
   that outcome; a search resumed from the previous snapshot judges that candidate again. */
bool ax_search_has_unlearned(const ax_search *s);
void ax_search_stopped(ax_search *s, uint32_t worker);
/* A failure: by the cause's rule (engine/candidate/words.h) the candidate is retried once, or the run pauses itself, or
   nothing more happens. After max_failures failures in a row, of any cause, the run pauses itself. */
void ax_search_failed(ax_search *s, uint32_t worker, ax_cause cause, const char *message);
/* A worker failed without a candidate (it can't open the data, or died while idle): counts as such a failure. */
void ax_search_worker_failed(ax_search *s, const char *message);
/* Fingerprint of the data that a worker found. If the data changed while the engine ran, reports it, and no longer
   reuses outcomes from before. Returns whether they changed. */
bool ax_search_check_data(ax_search *s, uint64_t data);
/* Whether the data differ from those that the run began with. */
bool ax_search_data_changed(const ax_search *s);
/* Results of finished candidates were lost: pauses the run, with text in its log. */
void ax_search_results_lost(ax_search *s, const char *text);
/* Number of finished candidates that have their own file in models/ (else masks/). */
uint32_t ax_search_results(const ax_search *s, bool models);
void ax_search_log(ax_search *s, ax_level level, uint32_t id, const char *text);

/* Executes a command; *answer is to be sent once everything is on disk. A repeated request gets the same answer and
   changes nothing. */
void ax_search_command(ax_search *s, const ax_command *cmd, ax_answer *answer);
/* Makes expired soft prunes final. */
void ax_search_tick(ax_search *s);
/* When ax_search_tick is due; 0 = never. */
double ax_search_deadline(const ax_search *s);

/* What the coordinator must do after the calls above. */
bool ax_search_dirty(const ax_search *s); /* state that a snapshot must hold has changed since ax_search_clean */
void ax_search_clean(ax_search *s);
bool ax_search_wants_save(const ax_search *s); /* a snapshot was requested */
bool ax_search_wants_stop(const ax_search *s);
bool ax_search_paused(const ax_search *s);
/* Whether a candidate may still train, so that its checkpoint is of use. */
bool ax_search_unfinished(const ax_search *s, uint32_t id);
/* Whether all candidates are scored, failed or pruned, and none waits for a person. */
bool ax_search_finished(const ax_search *s);

#endif
