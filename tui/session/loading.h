/* The history of a run, read from its file piece by piece: a long one must not keep the screen from being drawn. */
#ifndef AX_TUI_LOADING_H
#define AX_TUI_LOADING_H

#include "engine/wire/eventlog.h"
#include "engine/wire/history.h"

#include <sys/types.h>
#include <time.h>

typedef struct ax_loading {
    bool active;
    int fd;
    ax_eventreader *reader;
    ax_state state;          /* what is made */
    ax_snapshot_facts known; /* what must be in it */
    double share;            /* that was read, 0 to 1 */
    struct {                 /* which file was read, and how far it went then */
        ino_t inode;
        off_t size;
        struct timespec changed;
    } file;
    ax_code code; /* how it ended; the text is in err */
    ax_err err;
} ax_loading;

/* Begins again; all zero at first. A file that isn't there is an empty history. */
void ax_loading_start(ax_loading *l, int dirfd);
/* Reads on for about so many seconds. True: it is at the end; active is false from then on, and the state the caller's
   to take (leave l->state initialised). */
bool ax_loading_step(ax_loading *l, double seconds);
/* Whether events.mpk has changed since it was read, or wasn't read yet. */
bool ax_loading_is_old(const ax_loading *l, int dirfd);
/* Whether events.mpk was read and is there no more. */
bool ax_loading_is_gone(const ax_loading *l, int dirfd);
void ax_loading_release(ax_loading *l);

#endif
