/* What the files of the terminal share. */
#ifndef AX_TUI_TERM_INTERNAL_H
#define AX_TUI_TERM_INTERNAL_H

#include "tui/term/input.h"
#include "tui/term/term.h"

#include <curses.h>

struct ax_term {
    SCREEN *screen;
    int fd, pipe[2];
    bool unicode, color, pixels, cursor;
    bool own, themed; /* own: the terminal's own colours can be asked for; themed: colours were set up */
    const struct ax_theme *theme;
    int rows, cols;
    int shadow_rows, shadow_cols; /* what the screen is believed to show; 0 = nothing is known */
    ax_canvas_cell *shadow;
    ax_input input;
};

/* ---- show.c ---- */
/* The colours of the roles, unless the terminal has none or NO_COLOR is set. */
void ax_term_start_colors(ax_term *t);

/* ---- keys.c ---- */
/* What this terminal's keys send. */
void ax_term_start_keys(ax_term *t);

#endif
