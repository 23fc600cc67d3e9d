#include "tui/layout.h"

enum {
    TINY_ROWS = 5,
    TINY_COLS = 20,
    SMALL_ROWS = 16,
    SMALL_COLS = 60,
    LARGE_ROWS = 34,
    LARGE_COLS = 120,
    CELL_ROWS = 14, /* the cell's 12 rows and a frame */
    CELL_COLS = 40, /* the widest cell and a frame */
    TABLE_ROWS = 4  /* a header and three rows */
};

static ax_rect rect(int row, int col, int rows, int cols)
{
    return (ax_rect) { .row = row, .col = col, .rows = rows, .cols = cols };
}

static int at_least(int v, int least)
{
    return v > least ? v : least;
}

static int at_most(int v, int most)
{
    return v < most ? v : most;
}

/* 80x24 and its neighbours: curve and cell side by side, the table below, the log at the bottom of a high window. */
static void overview_small(ax_layout *l, int top, int rows, int cols)
{
    int high = rows - TABLE_ROWS, right = at_most(at_least(cols * 2 / 5, CELL_COLS), 64);
    bool cell = high >= CELL_ROWS;
    high = cell ? CELL_ROWS + at_most(at_least(rows - 24, 0) / 3, 6) : high;
    l->reward = rect(top, 0, high, cell ? cols - right : cols);
    if (cell)
        l->cell = rect(top, cols - right, high, right);
    top += high;
    rows -= high;
    int log = rows >= 18 ? rows / 3 : 0;
    l->table = rect(top, 0, rows - log, cols);
    if (log)
        l->log = rect(top + rows - log, 0, log, cols);
}

/* 160x48 and its neighbours: six panes. */
static void overview_large(ax_layout *l, int top, int rows, int cols)
{
    int right = at_least(cols * 2 / 5, CELL_COLS + 4), left = cols - right;
    int middle = CELL_ROWS + 1, spare = rows - middle;
    int high = at_least(spare * 3 / 5, 8), low = spare - high;
    if (rows >= 60) { /* more room for the table */
        middle = CELL_ROWS + 1 + (rows - 60) / 2;
        spare = rows - middle;
        high = spare * 3 / 5;
        low = spare - high;
    }
    l->reward = rect(top, 0, high, left);
    l->pareto = rect(top, left, high, right);
    l->table = rect(top + high, 0, middle, left);
    l->table_framed = true;
    l->cell = rect(top + high, left, middle, right);
    l->log = rect(top + high + middle, 0, low, left);
    l->mask = rect(top + high + middle, left, low, right);
}

ax_layout ax_layout_of(int rows, int cols, ax_tui_view view)
{
    ax_layout l = { .table_framed = false };
    if (rows <= 0 || cols <= 0)
        return l;
    l.status = rect(0, 0, 1, cols);
    if (rows < TINY_ROWS || cols < TINY_COLS)
        return l;
    if (rows < SMALL_ROWS || cols < SMALL_COLS) {
        l.message = rect(rows - 1, 0, 1, cols);
        l.table = rect(1, 0, rows - 2, cols);
        return l;
    }
    l.tabs = rect(1, 0, 1, cols);
    l.message = rect(rows - 2, 0, 1, cols);
    l.hints = rect(rows - 1, 0, 1, cols);
    int top = 2, inner = rows - 4;
    ax_rect all = rect(top, 0, inner, cols);
    switch (view) {
    case AX_VIEW_TABLE:
        l.table = all;
        break;
    case AX_VIEW_CELL:
        l.cell = all;
        break;
    case AX_VIEW_PARETO:
        l.pareto = all;
        break;
    case AX_VIEW_MASK:
        l.mask = all;
        break;
    case AX_VIEW_LOG:
        l.log = all;
        break;
    default:
        if (rows >= LARGE_ROWS && cols >= LARGE_COLS)
            overview_large(&l, top, inner, cols);
        else
            overview_small(&l, top, inner, cols);
    }
    return l;
}

void ax_layout_list(const ax_layout *l, ax_rect out[static AX_LAYOUT_RECTS])
{
    const ax_rect all[AX_LAYOUT_RECTS] = { l->status, l->tabs, l->reward, l->cell,    l->pareto,
                                           l->table,  l->log,  l->mask,   l->message, l->hints };
    for (int i = 0; i < AX_LAYOUT_RECTS; i++)
        out[i] = all[i];
}
