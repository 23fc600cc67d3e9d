/* The worker as the coordinator sees it: a process that is started, given work, and buried. */
#ifndef AX_SEARCH_CREW_H
#define AX_SEARCH_CREW_H

#include "engine/wire/message.h"
#include "engine/worker/protocol.h"

#include <sys/types.h>

typedef struct ax_crew {
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
    double pace;               /* longest time that it took from one word to the next in this job */
    char last[AX_WORKER_TEXT]; /* what it said of its own end, "" = nothing */
} ax_crew;

void ax_crew_init(ax_crew *c, int dirfd);
/* Starts a worker and sends it the settings; one that dies before it has them is found dead. AX_EIO: there is none, and
   the next start waits longer with every failure. */
ax_code ax_crew_start(ax_crew *c, const ax_settings *settings, ax_err *err);
/* AX_EIO: it doesn't take messages; it will be found dead. */
ax_code ax_crew_send(ax_crew *c, const ax_worker_message *m, ax_err *err);
/* 1: *m is the next message; 0: none yet; -1: it has gone (or talks nonsense). */
int ax_crew_next(ax_crew *c, ax_worker_message *m);
/* When a silent worker that has something to do counts as hanging; 0 = never. hang_seconds: the setting. */
double ax_crew_hangs_at(const ax_crew *c, int64_t hang_seconds);
/* Ends it and says in how it died ("killed by signal 9, Killed"); the next start waits longer with every death. */
void ax_crew_reap(ax_crew *c, char *how, size_t cap);
/* Lets it know that it is to end. */
void ax_crew_hang_up(ax_crew *c);
/* Closes its socket: it keeps the state of its training and ends; killed when that takes more than five seconds. */
void ax_crew_dismiss(ax_crew *c);

#endif
