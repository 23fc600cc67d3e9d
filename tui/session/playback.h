/* Replaying a run's history without an engine: its events are folded when they are due. Time between two engines of the
   run is left out. */
#ifndef AX_TUI_PLAYBACK_H
#define AX_TUI_PLAYBACK_H

#include "engine/wire/eventlog.h"
#include "engine/wire/state.h"
#include "tui/ui/replay.h"

typedef struct ax_playback {
    int dirfd, fd; /* dirfd: the run's directory, stays the caller's; fd: its log */
    ax_eventreader *reader;
    ax_event next; /* the first event that isn't due yet */
    bool has_next;
    double clock; /* the clock when r->at was up to date */
} ax_playback;

/* Begins at r->at: folds all events before that into s, which is empty, and sets r->total. AX_EIO, AX_ENOMEM. */
ax_code ax_playback_open(ax_playback *p, int dirfd, ax_replay *r, ax_state *s, double clock, ax_err *err);
void ax_playback_close(ax_playback *p);
/* Folds the events that are due. True: there were some, or the clock on the screen has changed. */
bool ax_playback_go(ax_playback *p, ax_replay *r, ax_state *s, double clock);
/* Goes to a moment of the run. Going back folds s again from the beginning, which makes pointers into it invalid. */
ax_code ax_playback_seek(ax_playback *p, ax_replay *r, ax_state *s, double at, ax_err *err);
/* Seconds until there is something to do; INFINITY: never. */
double ax_playback_wait(const ax_playback *p, const ax_replay *r, const ax_state *s);

#endif
