/* Sends what has changed on the screen in few bytes, for terminals with ANSI's sequences as xterm has them. Curses
   draws whole screens, and everything on other terminals. For changes it would send cells row by row and switch colours
   to and fro; this sends all cells of a colour together where that is shorter, and finds short ways for the cursor.
   Pure. */
#ifndef AX_TUI_DELTA_H
#define AX_TUI_DELTA_H

#include "engine/base/err.h"
#include "engine/base/str.h"
#include "tui/term/delta_pen.h"
#include "viz/canvas.h"
#include "viz/theme.h"

#include <string.h>

/* Appends the bytes that turn a screen that shows `shown` into one that shows `now`, rows x cols cells each; `shown`
   becomes what it shows then. Cells whose code is `fixed` (0 = none) are sent only when they have changed, since
   pictures may cover them. The pen must be the normal one and is so afterwards; *at is the cursor's place, before and
   after. AX_ENOMEM: what is shown isn't known any more. */
ax_code ax_delta(const ax_delta_terminal *t, const ax_theme *theme, const ax_canvas_cell *now, ax_canvas_cell *shown,
                 int rows, int cols, uint32_t fixed, ax_hand *at, ax_str *out, ax_err *err);

/* The functions below are inline since each is called for every cell of a screen several times. */

/* Whether a blank in this role looks like one in any other plain role; whether a cell is such a blank. */
static inline bool ax_delta_plain(uint8_t role)
{
    return role != AX_ROLE_BAR && role != AX_ROLE_SELECTED && role != AX_ROLE_PIXEL;
}

static inline bool ax_delta_blank(const ax_canvas_cell *c)
{
    return c->code == ' ' && ax_delta_plain(c->role);
}

/* Whether two cells look the same. */
static inline bool ax_delta_same(const ax_canvas_cell *a, const ax_canvas_cell *b)
{
    return !memcmp(a, b, sizeof *a) || (ax_delta_blank(a) && ax_delta_blank(b));
}

#endif
