/* The coordinator of one run: search, journal and snapshot, workers and clients, in one loop. */
#ifndef AX_SEARCH_COORDINATOR_H
#define AX_SEARCH_COORDINATOR_H

#include "engine/search/search.h"
#include "engine/train/source.h"

typedef struct ax_coordinator_options {
    const char *path; /* path of the run, for messages and its name */
    bool resume; /* resume from the snapshot, if there is one; without this, a run that was started before is refused */
    bool previous; /* resume from snapshot.prev.mpk */
    bool repair;   /* resume although events up to the snapshot are lost */
    bool wait;     /* a finished run waits some seconds for a command before it ends */
    ax_source_opener open_source;
    /* Called once the run is set up, for a client that waits for the start. first_seq: number of this engine's first
       event. */
    void (*ready)(void *context, uint64_t first_seq);
    void *context;
} ax_coordinator_options;

/* Runs the run in dirfd (borrowed; run.ini is read, the lock is taken), resuming from its snapshot if it was started
   before, until it is finished, stopped (SIGTERM, SIGINT, the stop command: AX_OK) or can't continue. After every
   failure the run can be resumed. Blocks SIGTERM, SIGINT and SIGHUP of this process. */
ax_code ax_coordinator_run(int dirfd, const ax_coordinator_options *options, ax_err *err);

#endif
