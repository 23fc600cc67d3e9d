/* A replay of a run: its position and speed. The loop plays it (tui/session/playback.h), keys control it. */
#ifndef AX_TUI_REPLAY_H
#define AX_TUI_REPLAY_H

#include <stdbool.h>

typedef struct ax_replay {
    bool on, held;
    double speed;     /* seconds of the run in a second */
    double at, total; /* seconds for which the run had had an engine: at this moment, and in all */
    double skip;      /* a request to the loop to skip so many seconds; 0 = none */
} ax_replay;

static inline bool ax_replay_ended(const ax_replay *r)
{
    return r->at >= r->total;
}

#endif
