/* A run without screens: a line per candidate as they end. */
#ifndef AX_TUI_FOLLOW_H
#define AX_TUI_FOLLOW_H

#include "engine/wire/state.h"
#include "tui/client/engine.h"
#include "tui/client/runs.h"

#include <signal.h>

typedef struct ax_follow {
    double since; /* events before this time are only folded: the history of a resumed run */
    bool json;    /* every event as a line of JSON instead */
} ax_follow;

/* Keeps SIGINT, SIGTERM and SIGHUP for ax_follow_run; call it before the engine starts, so that a Ctrl-C meanwhile
   isn't lost. */
void ax_follow_hold_signals(void);
/* Follows the engine until it ends, folding into s. Ctrl-C and SIGTERM ask it to stop and wait; a second one leaves it
   alone, as does SIGHUP. Returns the exit code: the engine's, or 128 + signal. */
int ax_follow_run(const ax_run_handle *run, ax_engine *engine, const ax_follow *how, ax_state *s);

#endif
