/* The coordinator of one run: the search, its journal and snapshot, its workers and its clients, in one loop. */
#ifndef AX_SEARCH_COORDINATOR_H
#define AX_SEARCH_COORDINATOR_H

#include "engine/search/search.h"
#include "engine/train/source.h"

typedef struct ax_coordinator_options {
    const char *path; /* of the run, for messages and its name */
    bool resume;      /* go on from the snapshot, if there is one; else a run that was started before is refused */
    bool previous;    /* go on from snapshot.prev.mpk */
    bool repair;      /* go on although events up to the snapshot are lost */
    bool wait;        /* a run that is finished waits some seconds for a command before it ends */
    ax_source_opener open_source;
    /* Everything is set up, and a client that waits for the start may go on. first_seq: of this engine's first event.
     */
    void (*ready)(void *context, uint64_t first_seq);
    void *context;
} ax_coordinator_options;

/* Runs the run at dirfd (borrowed; run.ini is read, the lock is taken), from its snapshot if it was started before,
   until it is finished, stopped (SIGTERM, SIGINT, the stop command: AX_OK) or can't go on. Every failure leaves a run
   that can be resumed. Blocks SIGTERM, SIGINT and SIGHUP of this process. */
ax_code ax_coordinator_run(int dirfd, const ax_coordinator_options *options, ax_err *err);

#endif
