/* Starting auxcell-engine: as the background engine of a run, or in place of this program. */
#ifndef AX_TUI_ENGINE_H
#define AX_TUI_ENGINE_H

#include "engine/wire/client.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct ax_engine {
    pid_t pid;          /* a child of this process; 0 = none */
    bool ended;         /* the child has been waited for */
    int status;         /* the exit code of an engine that has ended; 128 + signal when it was killed */
    ax_client *client;  /* receives events from the first one on; NULL when the engine ended at once */
    uint64_t first_seq; /* number of its first event; earlier events are those of earlier engines */
} ax_engine;

/* The path of auxcell-engine, which is in the folder of this program. */
ax_code ax_engine_path(char path[PATH_MAX], ax_err *err);
/* How a run is resumed, as bits. PREVIOUS: from the snapshot before the newest one. REPAIR: although a part of the log
   is lost. WAIT: a command will come, so the engine of a finished run doesn't end at once. */
typedef enum ax_engine_how {
    AX_ENGINE_PLAIN = 0,
    AX_ENGINE_PREVIOUS = 1,
    AX_ENGINE_REPAIR = 2,
    AX_ENGINE_WAIT = 4
} ax_engine_how;
/* Starts `auxcell-engine serve` for the run, in a session of its own, its errors in engine.log, and waits until it says
   that it is ready. When it can't start, the error is what it says, with the code of its exit code. */
ax_code ax_engine_start(int dirfd, const char *run_path, unsigned how, ax_engine *out, ax_err *err);
/* Whether the engine has ended. block: waits until it has. */
bool ax_engine_wait(ax_engine *e, bool block);
void ax_engine_release(ax_engine *e); /* closes the connection; the engine goes on */
/* Last line of engine.log from byte `from` on, without "auxcell: "; "" when there is none. */
void ax_engine_last_words(int dirfd, long from, char line[256]);

#endif
