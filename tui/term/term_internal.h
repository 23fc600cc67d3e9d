/* What the files of tui/term share. */
#ifndef AX_TUI_TERM_INTERNAL_H
#define AX_TUI_TERM_INTERNAL_H

#include "tui/term/delta.h"
#include "tui/term/input.h"
#include "tui/term/term.h"
#include "viz/pixels.h"

#include <curses.h>

/* A picture on the screen; two are the same when the same part of the same pixels is seen. */
typedef struct ax_sent_picture {
    ax_rect at;
    uint64_t look; /* hash of its pixels and of the part that is seen */
    uint32_t id;   /* Kitty's number of the image */
    bool old;      /* is removed once the new pictures are shown */
} ax_sent_picture;

struct ax_term {
    SCREEN *screen;
    int fd, pipe[2];
    bool unicode, color, pixels, cursor;
    bool own, themed; /* own: the terminal has default colours that can be asked for; themed: the theme's colours were
                         set up */
    bool mouse;       /* events of the mouse are on */
    bool focus;       /* events of the focus are on */
    const struct ax_theme *theme;
    int rows, cols;
    int shadow_rows, shadow_cols; /* what the screen is believed to show; 0 = nothing is known */
    ax_canvas_cell *shadow;
    ax_delta_terminal delta;
    ax_delta_ways ways; /* delta's */
    bool ansi;          /* changes are sent by delta.h */
    ax_hand hand;       /* where the cursor is after them; lost whenever curses draws */
    bool behind;        /* and curses doesn't know of the last ones */
    ax_input input;
    ax_graphics choice;
    bool asked;
    double asked_at;
    int cell_h, cell_w; /* size of a cell in pixels, as the system says; 0 = unknown */
    int n_sent;
    ax_sent_picture sent[2 * AX_CANVAS_PICTURES]; /* the pictures on the screen, and those that they replace */
    ax_kitty kitty;
};

/* ---- term.c ---- */
void ax_term_send(const char *bytes, size_t n);
/* Asks for events of the focus once the terminal is known to have them. */
void ax_term_watch_focus(ax_term *t);

/* ---- show.c ---- */
/* Sets up the colours of the roles, unless the terminal has none or NO_COLOR is set. */
void ax_term_start_colors(ax_term *t);

/* ---- ansi.c ---- */
/* Decides whether changes are sent by delta.h; called after the colours are set up. */
void ax_term_start_ansi(ax_term *t);

/* ---- keys.c ---- */
/* Tells t->input what this terminal's keys send. */
void ax_term_start_keys(ax_term *t);

/* Reads the input that has come. False: nothing, or the terminal is gone (*gone). */
bool ax_term_read(ax_term *t, bool *gone);

/* ---- graphics.c ---- */
/* Asks the terminal what it can show, unless it would not understand the question. */
void ax_term_ask(ax_term *t);
/* Waits for an answer that is due, so that the shell doesn't read it. */
void ax_term_await(ax_term *t);
/* Called before cells are sent: removes pictures that the canvas no longer has, and sets covered[] for those of the
   canvas that something covers. */
void ax_pictures_begin(ax_term *t, const ax_canvas *c, bool covered[static AX_CANVAS_PICTURES]);
/* Called after cells are sent: sends the pictures that aren't on the screen yet. */
void ax_pictures_end(ax_term *t, const ax_canvas *c, const bool covered[static AX_CANVAS_PICTURES]);
/* The cell under a picture: nothing of it is seen through the picture, and curses leaves it alone. */
ax_canvas_cell ax_pictures_blank(const ax_term *t);
/* Removes all pictures, and what the terminal keeps of them. */
void ax_pictures_clear(ax_term *t);

#endif
