/* Commands that make one text of a run, for a file or the standard output. */
#ifndef AX_TUI_RUN_TEXT_H
#define AX_TUI_RUN_TEXT_H

#include "engine/base/str.h"
#include "tui/client/runs.h"

/* Appends the text to out. */
typedef ax_code ax_run_text(const ax_run_handle *run, const ax_state *s, void *context, ax_str *out, ax_err *err);

/* Writes the text of a run, which is then closed. file: written completely or not at all; NULL, and "-": standard
   output. what: the text, for messages. Returns the command's exit status, which is 1 also when a part of the run's
   history can't be read. */
int ax_run_write_text(ax_run_handle *run, const char *file, const char *what, ax_run_text *text, void *context);

#endif
