/* Starting auxcell-engine: as the background engine of a run, or in place of this program. */
#ifndef AX_TUI_ENGINE_H
#define AX_TUI_ENGINE_H

#include "engine/wire/client.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct ax_engine {
    pid_t pid;         /* a child of this process; 0 = none */
    bool ended;        /* it has been waited for */
    int status;        /* its exit code then; 128 + signal when it was killed */
    ax_client *client; /* connected from the first event on; NULL when it ended at once */
} ax_engine;

/* The program beside this one. */
ax_code ax_engine_path(char path[PATH_MAX], ax_err *err);
/* Starts `auxcell-engine serve` for the run (previous: from its snapshot before the newest), in a session of its own,
   its errors in engine.log, and waits until it says that it is ready. When it can't start, the error is what it says,
   with the code of its exit code. */
ax_code ax_engine_start(int dirfd, const char *run_path, bool previous, ax_engine *out, ax_err *err);
/* Looks whether the engine has ended; block: waits for it. */
bool ax_engine_wait(ax_engine *e, bool block);
void ax_engine_release(ax_engine *e); /* the connection; the engine goes on */
/* Last line of engine.log from byte `from` on, without "auxcell: "; "" when there is none. */
void ax_engine_last_words(int dirfd, long from, char line[256]);

#endif
