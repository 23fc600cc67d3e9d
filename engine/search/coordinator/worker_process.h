/* The worker as the coordinator sees it: a process that is started, given work and reaped. */
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
    bool ready;                /* has its data */
    bool told_stop;            /* the job in hand was told to stop */
    bool folder_lost;          /* a folder of the run was made again since it started or got its job */
    uint32_t deaths;           /* since it last did something useful */
    double start_at;           /* monotonic seconds: not before */
    double heard_at;           /* when it last said something, or was given something to do */
    double waits_since;        /* when it said that it waits for the engine; 0 = it doesn't */
    double longest_silence;    /* between two messages in this job */
    char last[AX_WORKER_TEXT]; /* what it said of its own end, "" = nothing */
} ax_worker_process;

void ax_worker_process_init(ax_worker_process *c, int dirfd);
/* Starts a worker and sends it the settings and the key of the encoder; one that dies before it has them is found dead.
   AX_EIO: there is none, and the next start waits longer with every failure. */
ax_code ax_worker_process_start(ax_worker_process *c, const ax_settings *settings, uint64_t encoder, ax_err *err);
/* AX_EIO: it doesn't take messages; it will be found dead. */
ax_code ax_worker_process_send(ax_worker_process *c, const ax_worker_message *m, ax_err *err);
/* Takes what it has sent, some KiB at most: a worker that is faster than its messages are handled must not keep others
   waiting. 0; -1: it has gone. */
int ax_worker_process_receive(ax_worker_process *c);
/* 1: *m is the next of the messages that were received; 0: there is none; -1: it talks nonsense. */
int ax_worker_process_next(ax_worker_process *c, ax_worker_message *m);
/* When a silent worker that has something to do counts as hanging; 0 = never. hang_seconds: the setting. */
double ax_worker_process_hangs_at(const ax_worker_process *c, int64_t hang_seconds);
/* Ends it and says in how it died ("killed by signal 9, Killed"); the next start waits longer with every death. */
void ax_worker_process_reap(ax_worker_process *c, char *how, size_t cap);
/* Tells it to end. */
void ax_worker_process_hang_up(ax_worker_process *c);
/* Closes its socket: it keeps the state of its training and ends; killed when that takes more than five seconds. */
void ax_worker_process_end(ax_worker_process *c);

#endif
