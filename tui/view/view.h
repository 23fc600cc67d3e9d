/* Drawing the screens: pure functions from the model to cells. */
#ifndef AX_TUI_VIEW_H
#define AX_TUI_VIEW_H

#include "tui/ui/ui.h"
#include "viz/canvas.h"

/* Draws the whole screen in the layout of the last ax_ui_arrange. *cursor: column of the cursor in the message line, or
   in the status line where that is the only line; -1 = hidden. AX_ENOMEM: a plot could not be drawn. */
ax_code ax_draw_screen(ax_canvas *c, const ax_ui *ui, int *cursor, ax_err *err);

void ax_draw_status(ax_pane p, const ax_ui *ui);
void ax_draw_tabs(ax_pane p, const ax_ui *ui);
/* Message line and hints of the views (ax_context). */
int ax_draw_message(ax_pane p, const ax_ui *ui);
void ax_draw_hints(ax_pane p, const ax_ui *ui);
/* Draws the hints of another context: a line of text. */
void ax_draw_hint(ax_pane p, const char *text);

#endif
