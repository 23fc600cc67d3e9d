/* Starting auxcell-engine: as the background engine of a run, or in place of this program. */
#ifndef AX_TUI_ENGINE_H
#define AX_TUI_ENGINE_H

#include "engine/wire/client.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct ax_engine {
    pid_t pid;          /* a child of this process; 0 = none */
    bool ended;         /* it has been waited for */
    int status;         /* its exit code then; 128 + signal when it was killed */
    ax_client *client;  /* connected from the first event on; NULL when it ended at once */
    uint64_t first_seq; /* of its first event: those before are of earlier engines */
} ax_engine;

/* The program beside this one. */
ax_code ax_engine_path(char path[PATH_MAX], ax_err *err);
/* How it goes on, as bits. PREVIOUS: from the snapshot before the newest. REPAIR: although a part of the log is lost.
   WAIT: a command is coming, so a finished run doesn't end at once. */
typedef enum ax_engine_how {
    AX_ENGINE_PLAIN = 0,
    AX_ENGINE_PREVIOUS = 1,
    AX_ENGINE_REPAIR = 2,
    AX_ENGINE_WAIT = 4
} ax_engine_how;
/* Starts `auxcell-engine serve` for the run, in a session of its own, its errors in engine.log, and waits until it says
   that it is ready. When it can't start, the error is what it says, with the code of its exit code. */
ax_code ax_engine_start(int dirfd, const char *run_path, unsigned how, ax_engine *out, ax_err *err);
/* Looks whether the engine has ended; block: waits for it. */
bool ax_engine_wait(ax_engine *e, bool block);
void ax_engine_release(ax_engine *e); /* the connection; the engine goes on */
/* Last line of engine.log from byte `from` on, without "auxcell: "; "" when there is none. */
void ax_engine_last_words(int dirfd, long from, char line[256]);

#endif
