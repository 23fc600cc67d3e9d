/* The run directory: where runs are kept, how one is opened, whether its engine is alive. */
#ifndef AX_WIRE_RUN_H
#define AX_WIRE_RUN_H

#include "engine/base/err.h"
#include "engine/base/output.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define AX_RUN_LOCK "engine.pid"
#define AX_RUN_LOG "events.mpk"

/* $XDG_STATE_HOME/auxcell/runs, else ~/.local/state/auxcell/runs. */
ax_code ax_run_home(char *path, size_t cap, ax_err *err);
/* NAME -> path below ax_run_home; anything with a '/' is a path already. */
ax_code ax_run_path(const char *name_or_path, char *path, size_t cap, ax_err *err);
/* Whether a new run may have this name: AX_EINVAL says why not. */
ax_code ax_run_check_name(const char *name_or_path, ax_err *err);
/* Makes path absolute. Links are resolved, except in the last component, which is the run's name. */
ax_code ax_run_absolute(const char *path, char *out, size_t cap, ax_err *err);
/* Opens an existing run and returns its descriptor, or -1. The directory must contain run.ini, belong to this user, and
   be writable by nobody else. path may be a link. */
int ax_run_open(const char *path, ax_err *err);
/* Creates a run directory (0700, with its folders), or accepts an existing one under the same conditions that is empty
   except for prepared folders of a run. Fails when it holds a run. */
int ax_run_create(const char *path, ax_err *err);
/* Names of a run's folders. */
enum { AX_RUN_CACHE, AX_RUN_INFLIGHT, AX_RUN_MODELS, AX_RUN_MASKS, AX_RUN_FOLDERS };
extern const char *const ax_run_folder[AX_RUN_FOLDERS];
/* Creates missing folders; bit i of *made: folder i was created. A link to a directory is accepted. */
ax_code ax_run_make_folders(int dirfd, unsigned *made, ax_err *err);
/* Registers every file of the run, including those in its folders, as an input: no output of a command may overwrite
   one. */
ax_code ax_run_read_files(const char *path, ax_files *files, ax_err *err);
/* Process id of the engine that has the run in use (it holds the locks of engine.pid and events.mpk). 0 = none; 1 =
   unknown: the engine has just started, or its engine.pid was removed. */
pid_t ax_run_engine(int dirfd);
/* "with process id 123", or a text for an unknown id. */
enum { AX_RUN_ENGINE_TEXT = 48 };
const char *ax_run_engine_text(pid_t engine, char text[static AX_RUN_ENGINE_TEXT]);
/* Waits until no engine has the run in use: about a second for a living engine, longer for one that was killed and is
   ending. Returns the engine that still has it, 0 = none. */
pid_t ax_run_wait_free(int dirfd);
/* Takes the run for this process by locking engine.pid, after waiting for another holder as ax_run_wait_free does.
   Returns the descriptor, to be kept open, or -1 (AX_EBUSY names the pid). log_is_ours: this process already has the
   run and the lock of its log, but engine.pid was removed. */
int ax_run_lock(int dirfd, bool log_is_ours, ax_err *err);
/* Calls `each` for every run below home, newest first. */
ax_code ax_run_list(void (*each)(void *context, const char *name, const char *path), void *context, ax_err *err);

#endif
