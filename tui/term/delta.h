/* What has changed on the screen, in few bytes, for terminals that speak ANSI's sequences as xterm does. Curses draws
   the whole screen, and everything elsewhere. Between, it would send cells row by row and switch colours to and fro;
   this sends all of a colour at once where that is shorter, and finds short ways for the cursor. Pure. */
#ifndef AX_TUI_DELTA_H
#define AX_TUI_DELTA_H

#include "engine/base/err.h"
#include "engine/base/str.h"
#include "tui/term/delta_pen.h"
#include "viz/canvas.h"
#include "viz/theme.h"

/* Appends what makes the screen that shows `shown` show `now`, rows x cols cells each; shown becomes what it shows
   then. Cells whose code is `fixed` (0 = none) aren't sent unless they have changed: pictures may lie over them. The
   pen must be the normal one and is so afterwards; *at is where the cursor is, before and after. AX_ENOMEM: what is
   shown isn't known any more. */
ax_code ax_delta(const ax_delta_terminal *t, const ax_theme *theme, const ax_canvas_cell *now, ax_canvas_cell *shown,
                 int rows, int cols, uint32_t fixed, ax_hand *at, ax_str *out, ax_err *err);

/* A role that looks the same on a blank as any other plain one; a blank of such a role. */
bool ax_delta_plain(uint8_t role);
bool ax_delta_blank(const ax_canvas_cell *c);
/* Two cells that look the same. */
bool ax_delta_same(const ax_canvas_cell *a, const ax_canvas_cell *b);

#endif
