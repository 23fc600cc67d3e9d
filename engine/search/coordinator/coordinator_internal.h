/* What the files of the coordinator share. */
#ifndef AX_SEARCH_COORDINATOR_INTERNAL_H
#define AX_SEARCH_COORDINATOR_INTERNAL_H

#include "engine/base/clock.h"
#include "engine/search/coordinator/clients.h"
#include "engine/search/coordinator/coordinator.h"
#include "engine/search/coordinator/worker_process.h"
#include "engine/search/journal/settledfile.h"
#include "engine/wire/eventlog.h"
#include "engine/wire/run.h"
#include "engine/worker/devices.h"

enum { AX_PENDING = 256 };

typedef struct ax_pending {
    uint64_t client;
    ax_answer answer;
} ax_pending;

typedef struct ax_coordinator {
    int dirfd, lock, signals;
    const ax_coordinator_options *options;
    ax_settings settings;
    ax_encoder encoder;
    ax_search *search;
    ax_eventlog *log;
    ax_settled settled; /* what was lost of it before this engine began */
    ax_settledfile settledfile;
    ax_clients *clients;
    ax_worker_devices devices;            /* of the workers */
    ax_worker_process worker[AX_WORKERS]; /* the first devices.n */
    ax_pending pending[AX_PENDING];       /* answers that wait for the disk */
    size_t n_pending;
    ax_err err; /* the first failure: the run can't go on */
    bool stop;
    bool blind;              /* poll failed once: said */
    uint64_t first_seq;      /* of this engine's first event */
    bool evicted;            /* the run has gone, or another engine has it: nothing may be written any more */
    double wait_until;       /* monotonic: a finished run waits for its first command; 0 = no more */
    ax_steady_clock clock;   /* whose time the search goes by */
    double started_at, lost; /* monotonic; the workers' seconds since then in which they waited for the engine */
    uint32_t newest[AX_RUN_FOLDERS]; /* candidate whose file was the last to come into the folder; 0 = none */
    struct timespec pictures;        /* when masks/validation.mpk was written; 0 = not yet */
    bool worked;                     /* a worker of this engine was ready once: data and device are good, or were */
} ax_coordinator;

void ax_coordinator_emit(void *coordinator, ax_event *ev);

/* ---- coordinator_start.c ---- */
/* Fills c in and says HELLO. What it had opened when it failed is ax_coordinator_run's to close. */
ax_code ax_coordinator_start(ax_coordinator *c, ax_err *err);

/* ---- coordinator_log.c ---- */
/* AX_EFORMAT: there is none, but a snapshot that has events. */
ax_code ax_coordinator_open_log(ax_coordinator *c, ax_err *err);
/* Lets the log end where the snapshot of this name does. AX_EFORMAT: events before that can't be read, and the options
   don't say that the run shall go on without them. */
ax_code ax_coordinator_settle_log(ax_coordinator *c, const char *snapshot, uint64_t seq, ax_err *err);
/* Warns of what was lost or cut off, and says again what is known of it. */
void ax_coordinator_tell_log(ax_coordinator *c);

/* ---- coordinator_folders.c ---- */
/* Whether one of them is missing. */
bool ax_coordinator_lacks_folders(const ax_coordinator *c);
/* Remembers the files of a candidate's results, to miss them when they are removed. */
void ax_coordinator_note_result(ax_coordinator *c, uint32_t id);
/* Makes the folders of the run that are missing. Results that were lost with one, or removed from one, are named in the
   log; under a living engine the run pauses itself, too, since they may have been removed by mistake. */
ax_code ax_coordinator_mind_folders(ax_coordinator *c, bool living, ax_err *err);

/* ---- guard.c ---- */
/* Before anything is written or acknowledged: the run's directory, lock and log are still where a resume looks for
   them; what can be put right is, with a warning. Else c->err says what isn't. */
void ax_coordinator_guard(ax_coordinator *c);

/* ---- coordinator_worker.c ---- */
/* Does what worker k's messages say; buries one that has gone. */
void ax_coordinator_read_worker(ax_coordinator *c, uint32_t k);
/* Starts workers, gives them the next jobs, tells them to stop, ends those that hang: whatever is due. */
void ax_coordinator_drive_workers(ax_coordinator *c);
/* From now on workers that wait don't wait for the engine: there is nothing for them. */
void ax_coordinator_count_waits(ax_coordinator *c);
/* When drive_workers has something to do by time alone (monotonic); INFINITY = never. */
double ax_coordinator_workers_due(const ax_coordinator *c);

#endif
