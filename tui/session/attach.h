/* The terminal program's screens, for main and the verbs. */
#ifndef AX_TUI_ATTACH_H
#define AX_TUI_ATTACH_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ax_tui_options {
    bool readonly;       /* look only: commands are refused */
    bool plain;          /* lines of text instead of a screen: no terminal is needed */
    bool low_bandwidth;  /* events change the screen so seldom that it costs at most 200 bytes a second */
    const char *record;  /* file that gets the screens as asciicast v2; NULL = none */
    const char *script;  /* file of keys that are played instead of typed ones (tui/session/script.h); NULL = none */
    int rows, cols;      /* > 0: no terminal, a screen of this size that only the script sees */
    double replay_speed; /* > 0: the history is played so many times as fast as it happened; no engine is looked for */
    double replay_from;  /* and from this second of the run on */
    bool color;          /* without a terminal: as on one of 256 colours */
    bool ascii;          /* plain characters, whatever the terminal can do */
    const char *program; /* how a shell calls this program */
    /* What needs another program; each may be NULL. start_demo starts a search in the background (nothing may be
       written to the terminal) and puts its run directory into path; resume starts the engine of a run again. */
    ax_code (*start_demo)(void *context, char *path, size_t cap, ax_err *err);
    ax_code (*resume)(void *context, const char *path, ax_err *err);
    /* Starts the engine of a finished run for a command that follows at once. */
    ax_code (*wake)(void *context, const char *path, ax_err *err);
    void *context;
    const char *engine; /* path of the engine program, which counts what networks cost; NULL = nothing is counted */
} ax_tui_options;

/* Shows a run until the user leaves. run_path NULL: the newest run with a running engine; without one, a list of the
   runs there are and the offer of a demo. Returns the exit code; errors are one line on stderr. After leaving one line
   says how to come back. */
int ax_tui_attach(const char *run_path, const ax_tui_options *o);

#endif
