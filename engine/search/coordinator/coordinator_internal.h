/* Internals shared by the files of the coordinator. */
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
    ax_settled settled; /* losses in the log before this engine started */
    ax_settledfile settledfile;
    ax_clients *clients;
    ax_worker_devices devices;            /* devices of the workers */
    ax_worker_process worker[AX_WORKERS]; /* the first devices.n are used */
    ax_pending pending[AX_PENDING];       /* answers that wait for the disk */
    size_t n_pending;
    ax_err err; /* the first failure: the run can't continue */
    bool stop;
    bool blind;                      /* a failed poll was reported */
    uint64_t first_seq;              /* number of this engine's first event */
    bool evicted;                    /* the run is gone or taken by another engine: nothing may be written any more */
    double wait_until;               /* monotonic: a finished run waits until then for a first command; 0 = no longer */
    ax_steady_clock clock;           /* clock of the search */
    double started_at, lost;         /* monotonic start; worker seconds spent waiting for the engine since then */
    uint32_t newest[AX_RUN_FOLDERS]; /* by folder: candidate whose file came last; 0 = none */
    struct timespec pictures;        /* time of masks/validation.mpk; 0 = not written yet */
    bool worked;                     /* a worker of this engine was ready once, so data and device were good */
} ax_coordinator;

void ax_coordinator_emit(void *coordinator, ax_event *ev);

/* ---- coordinator_start.c ---- */
/* Sets c up and emits HELLO. After a failure ax_coordinator_run closes what was opened. */
ax_code ax_coordinator_start(ax_coordinator *c, ax_err *err);

/* ---- coordinator_log.c ---- */
/* AX_EFORMAT: the log doesn't exist, but a snapshot includes events. */
ax_code ax_coordinator_open_log(ax_coordinator *c, ax_err *err);
/* Truncates the log to the end of the snapshot of this name. AX_EFORMAT: earlier events can't be read, and the options
   don't allow continuing without them. */
ax_code ax_coordinator_repair_log(ax_coordinator *c, const char *snapshot, uint64_t seq, ax_err *err);
/* Warns of what was lost or cut off, and repeats the known facts in new events. */
void ax_coordinator_report_damage(ax_coordinator *c);

/* ---- coordinator_folders.c ---- */
/* Whether a folder is missing. */
bool ax_coordinator_folders_missing(const ax_coordinator *c);
/* Remembers the files of a candidate's results, to notice when they are removed. Says so if they are missing already
   and no loss will be reported that counts them. */
void ax_coordinator_note_result(ax_coordinator *c, uint32_t id);
/* Recreates missing folders of the run. Results lost with a folder, or removed from one, are named in the log; a
   running run is paused then, since they may have been removed by mistake. */
ax_code ax_coordinator_restore_folders(ax_coordinator *c, bool living, ax_err *err);

/* ---- guard.c ---- */
/* Call before anything is written or acknowledged: checks that the run's directory, lock and log are where a resume
   looks for them; repairs what can be repaired, with a warning. Otherwise sets c->err. */
void ax_coordinator_guard(ax_coordinator *c);

/* ---- coordinator_device.c ---- */
/* Emits the device of worker k, which has just said that it is ready. */
void ax_coordinator_say_device(ax_coordinator *c, uint32_t k, const ax_worker_message *ready);
/* Emits it again when the worker's memory, which grows with the network in training, has become much more than ever
   before. rss: bytes, 0 = unknown. */
void ax_coordinator_note_memory(ax_coordinator *c, uint32_t k, int64_t rss);

/* ---- coordinator_worker.c ---- */
/* Handles worker k's messages; reaps it if it has ended. */
void ax_coordinator_read_worker(ax_coordinator *c, uint32_t k);
/* Starts workers, gives them jobs, stops jobs, ends workers that hang: whatever is due. */
void ax_coordinator_drive_workers(ax_coordinator *c);
/* From now on idle workers don't count as waiting for the engine: there is no work for them. */
void ax_coordinator_count_waits(ax_coordinator *c);
/* Time of the next action of drive_workers that no message triggers (monotonic); INFINITY = never. */
double ax_coordinator_workers_due(const ax_coordinator *c);

#endif
