/* Finding runs and reading what happened in them. */
#ifndef AX_TUI_RUNS_H
#define AX_TUI_RUNS_H

#include "engine/config/option.h"
#include "engine/wire/state.h"

#include <limits.h>
#include <sys/types.h>

typedef struct ax_run_handle {
    int dirfd; /* -1 = closed */
    char path[PATH_MAX], name[NAME_MAX + 1];
} ax_run_handle;

/* Opens a run by name or path. NULL: the newest run with a running engine, else the newest. act: something will be done
   to it, so that with several live ones the user has to choose (AX_EINVAL names them). */
ax_code ax_run_find(const char *name_or_path, bool act, ax_run_handle *out, ax_err *err);
/* Parses the arguments of a command that looks at a run, and finds that. AX_PARSED_GO, or the command's exit status. */
int ax_run_of_arguments(const ax_usage *u, int argc, char **argv, ax_run_handle *out);
void ax_run_close(ax_run_handle *r);
/* Makes the path absolute and sets the name, which is the last component of the path (of a link, not of its target). */
void ax_run_handle_name(ax_run_handle *r);
/* Folds the run's events into s (initialised here; release it also after a failure), and whether its engine has died
   since. No events yet is fine; s->damage says what of them can't be read. */
ax_code ax_run_load(int dirfd, ax_state *s, ax_err *err);
/* One line on stderr when a part of its history can't be read, and what to do then. False: there is no such part. */
bool ax_run_say_damage(const ax_run_handle *run, const ax_damage *d);
/* AX_EINVAL: the file into which `what` is to be written is one of the run's own files. */
ax_code ax_run_check_output(const ax_run_handle *run, const char *file, const char *what, ax_err *err);

#endif
