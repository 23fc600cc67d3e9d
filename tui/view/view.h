/* Drawing: pure functions from what is known to cells. */
#ifndef AX_TUI_VIEW_H
#define AX_TUI_VIEW_H

#include "tui/ui/ui.h"
#include "viz/canvas.h"

/* The whole screen, for the layout of the last ax_ui_arrange. *cursor: column in the message line, or in the status
   line where that is the only one; -1 = none is shown. AX_ENOMEM: a plot could not be drawn. */
ax_code ax_draw_screen(ax_canvas *c, const ax_ui *ui, int *cursor, ax_err *err);

void ax_draw_status(ax_pane p, const ax_ui *ui);
void ax_draw_tabs(ax_pane p, const ax_ui *ui);
/* The views' message and hints (ax_context). */
int ax_draw_message(ax_pane p, const ax_ui *ui);
void ax_draw_hints(ax_pane p, const ax_ui *ui);
/* Another context's hints: a line of text. */
void ax_draw_hint(ax_pane p, const char *text);

#endif
