/* The pen (colours and attributes) that a terminal writes with, and the place of its cursor: the cost of changing them
   with ANSI's sequences. Pure. */
#ifndef AX_TUI_DELTA_PEN_H
#define AX_TUI_DELTA_PEN_H

#include "engine/base/str.h"
#include "viz/canvas.h"
#include "viz/theme.h"

enum { AX_SGR = 24 };

/* Bytes from a column to another, where they were computed already; 0 = not yet. They depend on the tab stops. All 0 at
   first. */
enum { AX_DELTA_WAYS = 256 };
typedef struct ax_delta_ways {
    int tab_stops;
    uint8_t bytes[AX_DELTA_WAYS][AX_DELTA_WAYS];
} ax_delta_ways;

/* The part of a terminal's description that matters here. */
typedef struct ax_delta_terminal {
    int colors;            /* 0 = none */
    bool line_feed;        /* a line feed moves the cursor straight down */
    bool reverse_feed;     /* ESC M goes up */
    int tab_stops;         /* every eighth column before this one has a tab stop; 0 = they aren't known */
    bool scrolls;          /* part of the screen can be scrolled */
    bool scrolls_anywhere; /* with ESC [ S and T, wherever the cursor is */
    bool has_bold, has_dim, has_reverse;
    /* Parameters of SGR for a colour of the terminal's own numbering, as foreground or as background. */
    void (*color)(int color, bool background, char out[static AX_SGR]);
    ax_delta_ways *ways; /* the caller's, kept from screen to screen */
} ax_delta_terminal;

enum { AX_PEN_ANY = -2 }; /* a colour that can't be seen in the cells that are sent, so it needn't be set */

typedef struct ax_pen {
    int fg, bg; /* the terminal's numbers; -1 = its default; fg may be AX_PEN_ANY */
    bool bold, dim, reverse;
} ax_pen;

ax_pen ax_pen_normal(void);
ax_pen ax_pen_of(const ax_delta_terminal *t, const ax_theme *theme, const ax_canvas_cell *cell);
bool ax_pen_same(const ax_pen *a, const ax_pen *b);
bool ax_pen_hides(const ax_pen *p); /* whether it can't be seen on a blank */

typedef struct ax_hand {
    int row, col; /* row -1 = not known */
    ax_pen pen;
} ax_hand;

/* The normal pen at an unknown place. */
ax_hand ax_hand_lost(void);
/* Appends the shortest way to a cell, or to a pen. */
void ax_hand_go(ax_hand *h, const ax_delta_terminal *t, int row, int col, ax_str *out);
void ax_hand_take(ax_hand *h, const ax_delta_terminal *t, const ax_pen *pen, ax_str *out);
/* How many bytes they would append. */
int ax_hand_go_bytes(const ax_hand *h, const ax_delta_terminal *t, int row, int col);
int ax_hand_take_bytes(const ax_delta_terminal *t, const ax_pen *from, const ax_pen *to);

/* Bytes of the two kinds of ways: to a place, wherever the cursor is; by rows and by columns. */
int ax_way_place(int row, int col);
int ax_way_rows(const ax_delta_terminal *t, int down);
int ax_way_columns(const ax_delta_terminal *t, int from, int to);

#endif
