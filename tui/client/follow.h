/* A run without screens: one line for each candidate that ends. */
#ifndef AX_TUI_FOLLOW_H
#define AX_TUI_FOLLOW_H

#include "engine/wire/state.h"
#include "tui/client/engine.h"
#include "tui/client/runs.h"

#include <signal.h>

typedef struct ax_follow {
    bool json;       /* every event as a line of JSON instead */
    bool unattended; /* a paused run is stopped, since no person is there to continue it */
} ax_follow;

/* Blocks SIGINT, SIGTERM and SIGHUP until ax_follow_run; called before the engine starts, so that no Ctrl-C is lost. */
void ax_follow_hold_signals(void);
/* Follows the engine until it ends, folding into s; the events of earlier engines are only folded. A run that had
   paused itself before this engine started is told to continue. Ctrl-C and SIGTERM ask the engine to stop and wait; a
   second one leaves it alone, as does SIGHUP. Returns the exit code: the engine's, 128 + signal, or 1 for a paused run
   that was stopped because it is unattended. */
int ax_follow_run(const ax_run_handle *run, ax_engine *engine, const ax_follow *how, ax_state *s);

#endif
