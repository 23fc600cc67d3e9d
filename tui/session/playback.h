/* A run's history played again, without an engine: its events are folded as they come due. Pauses between two engines
   of the run take no time. */
#ifndef AX_TUI_PLAYBACK_H
#define AX_TUI_PLAYBACK_H

#include "engine/wire/eventlog.h"
#include "engine/wire/state.h"
#include "tui/ui/replay.h"

typedef struct ax_playback {
    int dirfd, fd; /* of the run, the caller's; of its log */
    ax_eventreader *reader;
    ax_event next; /* the first that isn't due yet */
    bool has_next;
    double clock; /* when r->at was right */
} ax_playback;

/* Begins where r->at says, all before that folded into s, which is empty; r->total becomes known. AX_EIO, AX_ENOMEM. */
ax_code ax_playback_open(ax_playback *p, int dirfd, ax_replay *r, ax_state *s, double clock, ax_err *err);
void ax_playback_close(ax_playback *p);
/* Folds what has come due. True: it did, or the clock that is shown has moved. */
bool ax_playback_go(ax_playback *p, ax_replay *r, ax_state *s, double clock);
/* Goes to a moment of the run. Going back folds s again from the beginning: pointers into it are no longer valid. */
ax_code ax_playback_seek(ax_playback *p, ax_replay *r, ax_state *s, double at, ax_err *err);
/* Seconds until there is something to do; INFINITY: never. */
double ax_playback_wait(const ax_playback *p, const ax_replay *r, const ax_state *s);

#endif
