/* Commands to the engine of a run, and their answers. */
#ifndef AX_TUI_ASK_H
#define AX_TUI_ASK_H

#include "engine/wire/command.h"
#include "tui/client/runs.h"

enum { AX_ASK_WITHIN = 5000 }; /* milliseconds in which an engine that starts listens, or one that ends has ended */

/* Sends a command and waits for the answer; a finished run's engine is started if the command wants that. An engine
   that ends meanwhile drops its clients; once it has released the run, the next engine is asked. A request is carried
   out once, since it keeps its number. */
ax_code ax_ask(const ax_run_handle *run, ax_command *cmd, ax_answer *answer, ax_err *err);
/* The same of the engine that runs, which is asked once. AX_EIO: none runs, or it ended. */
ax_code ax_ask_engine(const ax_run_handle *run, ax_command *cmd, ax_answer *answer, ax_err *err);
/* Whether the engine releases the run within so many milliseconds: its files are complete then. */
bool ax_run_is_let_go(const ax_run_handle *run, int within);

#endif
