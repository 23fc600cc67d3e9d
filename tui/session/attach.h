/* The terminal program's screens, for main and the verbs. */
#ifndef AX_TUI_ATTACH_H
#define AX_TUI_ATTACH_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ax_tui_options {
    bool readonly;       /* commands are refused */
    bool plain;          /* lines of text instead of a screen: no terminal is needed */
    bool low_bandwidth;  /* the screen is drawn so rarely for events that it takes at most 200 bytes a second */
    const char *record;  /* file that gets the screens as asciicast v2; NULL = none */
    const char *script;  /* file of keys that replace the keyboard (tui/session/script.h); NULL = none */
    int rows, cols;      /* > 0: no terminal, a screen of this size that only the script sees */
    double replay_speed; /* > 0: the history is replayed, at this multiple of its speed, without an engine */
    double replay_from;  /* the second of the run at which the replay begins */
    bool color;          /* without a terminal: colours as on one with 256 of them */
    bool ascii;          /* plain characters, whatever the terminal can do */
    const char *program; /* how a shell calls this program */
    /* Functions that start other programs; each may be NULL. start_demo starts a search in the background, writes
       nothing to the terminal, and puts the run's directory into path. resume starts the engine of a run again. */
    ax_code (*start_demo)(void *context, char *path, size_t cap, ax_err *err);
    ax_code (*resume)(void *context, const char *path, ax_err *err);
    /* Starts the engine of a finished run for a command that follows at once. */
    ax_code (*wake)(void *context, const char *path, ax_err *err);
    void *context;
    const char *engine; /* path of auxcell-engine, which computes the cost of networks; NULL = no costs */
} ax_tui_options;

/* Shows a run until the user leaves. run_path NULL: the newest run with a running engine; without one, a list of all
   runs and the offer of a demo. Returns the exit code; an error is one line on stderr. At the end one line says how to
   come back. */
int ax_tui_attach(const char *run_path, const ax_tui_options *o);

#endif
