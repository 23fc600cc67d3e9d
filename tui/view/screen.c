/* The screen as a whole: which pane goes where. */
#include "tui/view/view.h"

static bool shown(ax_rect r)
{
    return r.rows > 0 && r.cols > 0;
}

ax_code ax_draw_screen(ax_canvas *c, const ax_ui *ui, ax_err *err)
{
    const ax_layout *l = &ui->layout;
    ax_code code = AX_OK;
    ax_canvas_erase(c);
    ax_draw_status(ax_pane_of(c, l->status), ui);
    if (shown(l->tabs))
        ax_draw_tabs(ax_pane_of(c, l->tabs), ui);
    for (int i = 0; i < AX_VIEW_COUNT && code == AX_OK; i++)
        if (shown(l->pane[i]) && ax_views[i]->draw)
            code = ax_views[i]->draw(ax_pane_of(c, l->pane[i]), ui, err);
    int top = shown(l->tabs) ? 2 : 1;
    ax_pane over = ax_pane_of(c, (ax_rect) { .row = top, .rows = l->message.row - top, .cols = c->cols });
    if (ui->help)
        ax_draw_help(over, ui);
    else if (ui->edit.parent)
        ax_draw_edit(over, ui);
    else if (ui->compare)
        ax_draw_compare(over, ui);
    if (shown(l->message))
        ax_draw_message(ax_pane_of(c, l->message), ui);
    if (shown(l->hints))
        ax_draw_hints(ax_pane_of(c, l->hints), ui);
    return code;
}
