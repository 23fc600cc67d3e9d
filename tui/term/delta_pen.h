/* The pen that a terminal writes with and where it is: what each costs to change, in ANSI's sequences. Pure. */
#ifndef AX_TUI_DELTA_PEN_H
#define AX_TUI_DELTA_PEN_H

#include "engine/base/str.h"
#include "viz/canvas.h"
#include "viz/theme.h"

enum { AX_SGR = 24 };

/* What of a terminal's description matters. */
typedef struct ax_delta_terminal {
    int colors;            /* 0 = none */
    bool line_feed;        /* a line feed goes down and nowhere else */
    bool reverse_feed;     /* ESC M goes up */
    int tab_stops;         /* every eighth column before this one has a tab stop; 0 = they aren't known */
    bool scrolls;          /* part of the screen can be scrolled */
    bool scrolls_anywhere; /* by ESC [ S and T, wherever the cursor is */
    bool has_bold, has_dim, has_reverse;
    /* Parameters of SGR for a colour of the terminal's own numbering, as foreground or as background. */
    void (*color)(int color, bool background, char out[static AX_SGR]);
} ax_delta_terminal;

enum { AX_PEN_ANY = -2 }; /* a colour that can't be seen in what is sent: it needn't be changed */

typedef struct ax_pen {
    int fg, bg; /* as the terminal numbers them; -1 = its own; fg: or AX_PEN_ANY */
    bool bold, dim, reverse;
} ax_pen;

ax_pen ax_pen_normal(void);
ax_pen ax_pen_of(const ax_delta_terminal *t, const ax_theme *theme, const ax_canvas_cell *cell);
bool ax_pen_same(const ax_pen *a, const ax_pen *b);
bool ax_pen_hides(const ax_pen *p); /* it can't be seen on a blank */

typedef struct ax_hand {
    int row, col; /* row -1 = not known */
    ax_pen pen;
} ax_hand;

/* With the normal pen, at a place that isn't known. */
ax_hand ax_hand_lost(void);
/* Appends the shortest way to a cell, or to a pen. */
void ax_hand_go(ax_hand *h, const ax_delta_terminal *t, int row, int col, ax_str *out);
void ax_hand_take(ax_hand *h, const ax_delta_terminal *t, const ax_pen *pen, ax_str *out);
/* Bytes that they append. */
int ax_hand_go_bytes(const ax_hand *h, const ax_delta_terminal *t, int row, int col);
int ax_hand_take_bytes(const ax_delta_terminal *t, const ax_pen *from, const ax_pen *to);

#endif
