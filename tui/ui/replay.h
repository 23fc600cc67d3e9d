/* A replay of a run: where it is and how fast it goes. The loop plays (tui/session/playback.h), keys steer. */
#ifndef AX_TUI_REPLAY_H
#define AX_TUI_REPLAY_H

#include <stdbool.h>

typedef struct ax_replay {
    bool on, held;
    double speed;     /* seconds of the run in a second */
    double at, total; /* seconds for which the run had an engine: now, and in all */
    double skip;      /* a request to the loop: by so many of them; 0 = none */
} ax_replay;

static inline bool ax_replay_ended(const ax_replay *r)
{
    return r->at >= r->total;
}

#endif
