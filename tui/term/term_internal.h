/* What the files of the terminal share. */
#ifndef AX_TUI_TERM_INTERNAL_H
#define AX_TUI_TERM_INTERNAL_H

#include "tui/term/delta.h"
#include "tui/term/input.h"
#include "tui/term/term.h"
#include "viz/pixels.h"

#include <curses.h>

/* A picture on the screen; what is seen of it decides whether it is the same one. */
typedef struct ax_sent_picture {
    ax_rect at;
    uint64_t look; /* of its pixels, and of the part that is seen */
    uint32_t id;   /* Kitty's, of the image */
    bool old;      /* goes once the new ones are there */
} ax_sent_picture;

struct ax_term {
    SCREEN *screen;
    int fd, pipe[2];
    bool unicode, color, pixels, cursor;
    bool own, themed; /* own: the terminal's own colours can be asked for; themed: colours were set up */
    bool mouse;       /* it is taken */
    bool focus;       /* its events are wanted */
    const struct ax_theme *theme;
    int rows, cols;
    int shadow_rows, shadow_cols; /* what the screen is believed to show; 0 = nothing is known */
    ax_canvas_cell *shadow;
    ax_delta_terminal delta;
    bool ansi;   /* what changes is sent by delta.h */
    bool behind; /* and curses doesn't know of it */
    ax_input input;
    ax_graphics choice;
    bool asked;
    double asked_at;
    int cell_h, cell_w; /* pixels, as the system says; 0 = it doesn't */
    int n_sent;
    ax_sent_picture sent[2 * AX_CANVAS_PICTURES]; /* and those that they take the place of */
    ax_kitty kitty;
};

/* ---- term.c ---- */
void ax_term_send(const char *bytes, size_t n);
/* Wants events of the focus once the terminal is known to have them. */
void ax_term_watch_focus(ax_term *t);

/* ---- show.c ---- */
/* The colours of the roles, unless the terminal has none or NO_COLOR is set. */
void ax_term_start_colors(ax_term *t);

/* ---- ansi.c ---- */
/* After the colours. */
void ax_term_start_ansi(ax_term *t);

/* ---- keys.c ---- */
/* What this terminal's keys send. */
void ax_term_start_keys(ax_term *t);

/* Reads what is there; false: nothing, or *gone. */
bool ax_term_read(ax_term *t, bool *gone);

/* ---- graphics.c ---- */
/* Asks the terminal what it can show, unless it wouldn't understand the question. */
void ax_term_ask(ax_term *t);
/* Waits for an answer that is due, so that it isn't the shell's to read. */
void ax_term_await(ax_term *t);
/* Before cells are sent: takes pictures away that are no longer there, and tells in covered[] which of the canvas
   aren't shown since something covers them. */
void ax_pictures_begin(ax_term *t, const ax_canvas *c, bool covered[static AX_CANVAS_PICTURES]);
/* After: sends those that aren't on the screen. */
void ax_pictures_end(ax_term *t, const ax_canvas *c, const bool covered[static AX_CANVAS_PICTURES]);
/* What stands in the cells under a picture, so that nothing shines through, and curses leaves it alone. */
ax_canvas_cell ax_pictures_blank(const ax_term *t);
/* Takes all away, and what the terminal keeps of them. */
void ax_pictures_clear(ax_term *t);

#endif
