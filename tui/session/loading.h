/* Reading the history of a run in pieces, so that a long one doesn't keep the screen from being drawn. */
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
    ax_state state;          /* the state that the history gives */
    ax_snapshot_facts known; /* facts of the snapshot that the history must contain */
    double share;            /* share of the file that was read, 0 to 1; 1 = all of it, and the state is complete */
    struct {                 /* which file was read, and its size then */
        ino_t inode;
        off_t size;
        struct timespec changed;
    } file;
    ax_code code; /* how reading ended; the text is in err */
    ax_err err;
} ax_loading;

/* Begins to read, or begins again; *l is all zero at first. A missing file is an empty history. */
void ax_loading_start(ax_loading *l, int dirfd);
/* Reads on for about so many seconds. True: the end was reached; active is false from then on, and the caller may take
   the state (leaving l->state initialised). */
bool ax_loading_step(ax_loading *l, double seconds);
/* Whether events.mpk has changed since it was read, or was not read yet. */
bool ax_loading_is_old(const ax_loading *l, int dirfd);
/* Whether events.mpk was read and is there no more. */
bool ax_loading_is_gone(const ax_loading *l, int dirfd);
void ax_loading_release(ax_loading *l);

#endif
