/* The run directory: where runs are, how one is opened, whether its engine lives. */
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
/* Whether a new run may be called so: AX_EINVAL says why not. */
ax_code ax_run_check_name(const char *name_or_path, ax_err *err);
/* path made absolute. Its last component stays as it is, since that is the run's name, even where it is a link; other
   links are resolved. */
ax_code ax_run_absolute(const char *path, char *out, size_t cap, ax_err *err);
/* Opens an existing run and returns its descriptor, or -1. It must contain run.ini, belong to this user, and nobody
   else may write to it. path may be a link. */
int ax_run_open(const char *path, ax_err *err);
/* Creates it (0700, with its folders) or takes an existing directory, on the same terms, that is empty but for folders
   of a run, prepared; fails when a run is there already. */
int ax_run_create(const char *path, ax_err *err);
/* The folders of a run, by name. */
enum { AX_RUN_CACHE, AX_RUN_INFLIGHT, AX_RUN_MODELS, AX_RUN_MASKS, AX_RUN_FOLDERS };
extern const char *const ax_run_folder[AX_RUN_FOLDERS];
/* Makes those that are missing; bit i of *made: folder i was. A link to a directory is fine. */
ax_code ax_run_make_folders(int dirfd, unsigned *made, ax_err *err);
/* Names every file of the run as read, those in its folders too: no output of a call may land on one. */
ax_code ax_run_read_files(const char *path, ax_files *files, ax_err *err);
/* The engine that has the run in use: it holds the locks of engine.pid and events.mpk. 0 = none; 1 = one whose process
   id isn't known: it has just started, or its engine.pid was removed. */
pid_t ax_run_engine(int dirfd);
/* "with process id 123", or what is known of one without. */
enum { AX_RUN_ENGINE_TEXT = 48 };
const char *ax_run_engine_text(pid_t engine, char text[static AX_RUN_ENGINE_TEXT]);
/* Waits until no engine has the run in use: about a second for one that lives, longer for one that was killed and is
   just ending. Returns the one that still has it, 0 = none. */
pid_t ax_run_wait_free(int dirfd);
/* Takes the run for this process by the lock of engine.pid, and waits for another holder as ax_run_wait_free does;
   returns the descriptor to keep open, or -1 (AX_EBUSY names the pid). log_is_ours: this process has the run already,
   and the lock of its log, but engine.pid was removed. */
int ax_run_lock(int dirfd, bool log_is_ours, ax_err *err);
/* Calls each for every run below home, newest first. */
ax_code ax_run_list(void (*each)(void *context, const char *name, const char *path), void *context, ax_err *err);

#endif
