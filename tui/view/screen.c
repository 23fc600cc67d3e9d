/* The screen as a whole: which pane goes where. */
#include "tui/view/view.h"

static bool shown(ax_rect r)
{
    return r.rows > 0 && r.cols > 0;
}

/* Draws the message line of the topmost context that has one; a tiny window shows it in place of the status line.
   Returns the column of the cursor, -1 = none. */
static int draw_message(ax_canvas *c, const ax_ui *ui)
{
    const ax_layout *l = &ui->layout;
    int at = ui->n_over;
    while (at > 0 && !ax_contexts[ui->over[at - 1]]->message)
        at--;
    bool only_line = !shown(l->message);
    if (only_line && !ui->message[0] && !at)
        return -1;
    const ax_context *says = at ? ax_contexts[ui->over[at - 1]] : &ax_context_views;
    return says->message(ax_pane_of(c, only_line ? l->status : l->message), ui);
}

/* The panes of details as they were before the canvas was erased. */
typedef struct late {
    ax_pane_kept *pane[AX_VIEW_COUNT]; /* NULL: the pane is drawn */
} late;

static late keep_details(ax_canvas *c, const ax_ui *ui)
{
    late kept = { .pane = { NULL } };
    for (int i = 0; i < AX_VIEW_COUNT && ui->hurried && !ui->n_over; i++)
        if (ax_views[i]->detail && i != (int)ui->view && shown(ui->layout.pane[i]))
            kept.pane[i] = ax_pane_take(ax_pane_of(c, ui->layout.pane[i]));
    return kept;
}

static ax_code draw_panes(ax_canvas *c, const ax_ui *ui, late *kept, ax_err *err)
{
    ax_code code = AX_OK;
    for (int i = 0; i < AX_VIEW_COUNT; i++) {
        ax_pane p = ax_pane_of(c, ui->layout.pane[i]);
        if (kept->pane[i])
            ax_pane_put_back(p, kept->pane[i]);
        else if (code == AX_OK && shown(ui->layout.pane[i]) && ax_views[i]->draw)
            code = ax_views[i]->draw(p, ui, err);
    }
    return code;
}

ax_code ax_draw_screen(ax_canvas *c, const ax_ui *ui, int *cursor, ax_err *err)
{
    const ax_layout *l = &ui->layout;
    late kept = keep_details(c, ui);
    ax_canvas_erase(c);
    bool tiny = !shown(l->message);
    if (!tiny || (!ui->message[0] && ax_ui_asks(ui) == AX_ASK_NOTHING))
        ax_draw_status(ax_pane_of(c, l->status), ui);
    if (shown(l->tabs))
        ax_draw_tabs(ax_pane_of(c, l->tabs), ui);
    ax_code code = draw_panes(c, ui, &kept, err);
    int top = shown(l->tabs) ? 2 : 1;
    ax_pane over = ax_pane_of(c, (ax_rect) { .row = top, .rows = l->message.row - top, .cols = c->cols });
    for (int i = 0; i < ui->n_over; i++)
        if (ax_contexts[ui->over[i]]->draw)
            ax_contexts[ui->over[i]]->draw(over, ui);
    *cursor = draw_message(c, ui);
    /* a small window has no line for hints; what a prompt takes is worth more than the state then */
    bool instead = !shown(l->hints) && !tiny && ax_ui_asks(ui) != AX_ASK_NOTHING;
    ax_pane hints = ax_pane_of(c, instead ? l->status : l->hints);
    if (instead)
        ax_pane_clear(hints);
    if (instead || shown(l->hints))
        ax_contexts[ax_ui_top(ui)]->hints(hints, ui);
    return code;
}
