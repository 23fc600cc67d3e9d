/* Drawing: pure functions from what is known to cells. */
#ifndef AX_TUI_VIEW_H
#define AX_TUI_VIEW_H

#include "tui/ui/ui.h"
#include "viz/canvas.h"

/* The whole screen, for the layout of the last ax_ui_arrange. AX_ENOMEM: a plot could not be drawn. */
ax_code ax_draw_screen(ax_canvas *c, const ax_ui *ui, ax_err *err);

void ax_draw_status(ax_pane p, const ax_ui *ui);
void ax_draw_tabs(ax_pane p, const ax_ui *ui);
void ax_draw_message(ax_pane p, const ax_ui *ui);
void ax_draw_hints(ax_pane p, const ax_ui *ui);
void ax_draw_compare(ax_pane p, const ax_ui *ui);
void ax_draw_edit(ax_pane p, const ax_ui *ui);
void ax_draw_help(ax_pane p, const ax_ui *ui);

/* Column where the prompt's cursor stands in the message line; -1 = no prompt. */
int ax_prompt_column(const ax_ui *ui);

#endif
