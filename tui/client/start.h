/* Starting a new run. */
#ifndef AX_TUI_START_H
#define AX_TUI_START_H

#include "engine/config/settings.h"
#include "tui/client/engine.h"
#include "tui/client/runs.h"

/* Creates the run directory (name_or_path NULL: DATA-001, DATA-002, ...) with its run.ini and starts its engine. When
   the engine dies before its first event, the directory is removed again. */
ax_code ax_run_begin(const char *name_or_path, const ax_settings *s, ax_run_handle *run, ax_engine *engine,
                     ax_err *err);

/* Starts a demo for the screens (start_demo of ax_tui_options). */
ax_code ax_start_demo(void *context, char *path, size_t cap, ax_err *err);
ax_code ax_start_again(void *context, const char *path, ax_err *err);
ax_code ax_start_for_command(void *context, const char *path, ax_err *err);

#endif
