/* A worker process from the coordinator's side: it is started, given work and reaped. */
#ifndef AX_SEARCH_WORKER_PROCESS_H
#define AX_SEARCH_WORKER_PROCESS_H

#include "engine/wire/message.h"
#include "engine/worker/protocol.h"

#include <sys/types.h>

typedef struct ax_worker_process {
    int dirfd; /* borrowed */
    pid_t pid; /* 0 = none */
    int fd;    /* -1 = none */
    ax_messages in;
    bool ready;                /* has loaded its data */
    bool told_stop;            /* was told to stop the current job */
    bool folder_lost;          /* a folder of the run was recreated since it started or got its job */
    uint32_t deaths;           /* in a row, without useful work in between */
    double start_at;           /* monotonic seconds: earliest start */
    double heard_at;           /* time of its last message, or of its last job */
    double waits_since;        /* since when it has been waiting for the engine; 0 = it isn't */
    double longest_silence;    /* between two messages in this job */
    char last[AX_WORKER_TEXT]; /* its own report of why it ended, "" = none */
    char device[AX_WORKER_TEXT];
    int64_t threads, rss; /* bytes, as last told */
} ax_worker_process;

void ax_worker_process_init(ax_worker_process *c, int dirfd);
/* Starts a worker and sends it the settings and the encoder's key; if it dies before that, it is found dead later.
   AX_EIO: it couldn't be started; the delay of the next start grows with every failure. */
ax_code ax_worker_process_start(ax_worker_process *c, const ax_settings *settings, uint64_t encoder, ax_err *err);
/* AX_EIO: it doesn't accept messages; it will be found dead. */
ax_code ax_worker_process_send(ax_worker_process *c, const ax_worker_message *m, ax_err *err);
/* Reads what it has sent, at most some KiB: a worker that sends faster than its messages are handled must not delay
   others. Returns 0; -1: it has gone. */
int ax_worker_process_receive(ax_worker_process *c);
/* 1: *m is the next received message; 0: there is none; -1: invalid data. */
int ax_worker_process_next(ax_worker_process *c, ax_worker_message *m);
/* Whether something waits to be received, or the worker has ended: then it doesn't hang, however long the engine itself
   had to wait for a disk. */
bool ax_worker_process_has_spoken(const ax_worker_process *c);
/* When a silent worker with a job counts as hanging; 0 = never. hang_seconds: the setting. */
double ax_worker_process_hang_deadline(const ax_worker_process *c, int64_t hang_seconds);
/* Ends it and describes its death in how ("killed by signal 9, Killed"); the delay of the next start grows with every
   death. */
void ax_worker_process_reap(ax_worker_process *c, char *how, size_t cap);
/* Asks it to end. */
void ax_worker_process_hang_up(ax_worker_process *c);
/* Closes its socket: it writes its checkpoint and ends; after five seconds it is killed. */
void ax_worker_process_end(ax_worker_process *c);

#endif
