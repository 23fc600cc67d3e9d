/* What the mouse does: it chooses tabs, selects and opens rows, and scrolls. While its button is held, its events go to
   the plot in which it was pressed. */
#include "tui/ui/ui.h"

#include <string.h>

const char *ax_view_name(const ax_ui *ui, int view)
{
    return ax_views[view]->name ? ax_views[view]->name(ui) : ax_views[view]->title;
}

int ax_ui_tabs_width(const ax_ui *ui)
{
    enum { FILTER = 40, ORDER = 20 };
    static const ax_order usual;
    const ax_selection *t = ax_ui_selection(ui);
    int width = t->filter.n || t->frozen ? FILTER : ax_order_same(&t->order, &usual) ? 0 : ORDER;
    for (int i = 0; i < AX_VIEW_COUNT; i++)
        width += ax_views[i]->key ? (int)strlen(ax_view_name(ui, i)) + 4 : 0;
    return width;
}

static bool inside(ax_rect r, int row, int col)
{
    return row >= r.row && row < r.row + r.rows && col >= r.col && col < r.col + r.cols;
}

/* Shows the view of a tab: tabs are drawn as " 1 Overview " or "[1 Overview]", with the keys only where there is little
   room. */
static void click_tab(ax_ui *ui, int col)
{
    int at = 0, width = ax_ui_tabs_width(ui);
    for (int i = 0; i < AX_VIEW_COUNT; i++) {
        const ax_view *v = ax_views[i];
        bool whole = width <= ui->layout.tabs.cols || i == (int)ui->view;
        int cols = !v->key ? 0 : whole ? (int)strlen(ax_view_name(ui, i)) + 4 : 3;
        if (col >= at && col < at + cols) {
            ui->view = (ax_view_id)i;
            return;
        }
        at += cols;
    }
}

/* Selects a row; a second click on the selected row opens it. */
static void click_row(ax_ui *ui, int row)
{
    ax_selection *t = ax_ui_selection(ui);
    ax_rect p = ui->layout.pane[AX_VIEW_TABLE];
    int framed = ui->layout.table_framed, line = row - p.row - framed - 1;
    if (line < 0 || row >= p.row + p.rows - 2 * framed || t->first + (uint32_t)line >= t->rows.n)
        return;
    uint32_t id = t->rows.id[t->first + (uint32_t)line];
    if (id == t->selected && t->moved)
        ax_ui_do(ui, AX_DO_OPEN);
    else
        ax_ui_select(ui, id);
}

static void tell_pane(ax_ui *ui, ax_mouse what, int row, int col)
{
    ax_rect r = ui->layout.pane[ui->held - 1];
    ax_views[ui->held - 1]->mouse(ui, what, row - r.row - 1, col - r.col - 1);
}

/* Lets the pane below the mouse have its events, if it uses them. */
static void hold(ax_ui *ui, int row, int col)
{
    for (int i = 0; i < AX_VIEW_COUNT && !ui->held; i++)
        ui->held = ax_views[i]->mouse && inside(ui->layout.pane[i], row, col) ? i + 1 : 0;
    if (ui->held)
        tell_pane(ui, AX_MOUSE_PRESS, row, col);
}

void ax_ui_mouse(ax_ui *ui, int button, int row, int col)
{
    enum { LEFT = 0, MOVED = 32, WHEEL_UP = 64, WHEEL_DOWN = 65, LINES = 3 };
    ax_rect pareto = ui->layout.pane[AX_VIEW_PARETO], reward = ui->layout.pane[AX_VIEW_REWARD];
    if (button == AX_MOUSE_RELEASE || button == LEFT + MOVED) {
        bool views = ui->held && ax_ui_top(ui) == AX_CONTEXT_VIEWS && ui->layout.pane[ui->held - 1].rows > 0;
        if (views)
            tell_pane(ui, button == AX_MOUSE_RELEASE ? AX_MOUSE_RELEASE : AX_MOUSE_DRAG, row, col);
        ui->held = views && button != AX_MOUSE_RELEASE ? ui->held : 0;
        ax_ui_refresh(ui);
        return;
    }
    ui->message[0] = '\0';
    if (button == WHEEL_UP || button == WHEEL_DOWN) {
        bool plot = ax_ui_top(ui) == AX_CONTEXT_VIEWS && (inside(pareto, row, col) || inside(reward, row, col));
        for (int i = 0; i < (plot ? 1 : LINES); i++)
            ax_ui_do(ui, plot ? (button == WHEEL_UP ? AX_DO_ZOOM_IN : AX_DO_ZOOM_OUT)
                              : (button == WHEEL_UP ? AX_DO_UP : AX_DO_DOWN));
    } else if (button == LEFT && ax_ui_top(ui) == AX_CONTEXT_VIEWS) {
        if (inside(ui->layout.tabs, row, col))
            click_tab(ui, col);
        else if (inside(ui->layout.pane[AX_VIEW_TABLE], row, col))
            click_row(ui, row);
        else
            hold(ui, row, col);
    }
    ax_ui_refresh(ui);
}
