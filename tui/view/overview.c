/* The overview: panes of the other views, as many as there is room for. From 120x34 on all of them; below that reward,
   cell and table, with the log in a high window. */
#include "tui/ui/layout.h"

enum {
    LARGE_ROWS = 30, /* without the lines of status, tabs, message and hints */
    LARGE_COLS = 120,
    CELL_ROWS = 14, /* the cell's 12 rows and a frame */
    CELL_COLS = 40, /* the widest cell and a frame */
    TABLE_ROWS = 4  /* a header and three rows */
};

static int at_least(int v, int least)
{
    return v > least ? v : least;
}

static int at_most(int v, int most)
{
    return v < most ? v : most;
}

/* About 80x24: curve and cell side by side, the table below, the log at the bottom of a high window. */
static void overview_small(ax_layout *l, int top, int rows, int cols)
{
    int high = rows - TABLE_ROWS, right = at_most(at_least(cols * 2 / 5, CELL_COLS), 64);
    bool cell = high >= CELL_ROWS;
    high = cell ? CELL_ROWS + at_most(at_least(rows - 24, 0) / 3, 6) : high;
    l->pane[AX_VIEW_REWARD] = ax_rect_of(top, 0, high, cell ? cols - right : cols);
    if (cell)
        l->pane[AX_VIEW_CELL] = ax_rect_of(top, cols - right, high, right);
    top += high;
    rows -= high;
    int log = rows >= 18 ? rows / 3 : 0;
    l->pane[AX_VIEW_TABLE] = ax_rect_of(top, 0, rows - log, cols);
    if (log)
        l->pane[AX_VIEW_LOG] = ax_rect_of(top + rows - log, 0, log, cols);
}

/* About 160x48: six panes. */
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
    l->pane[AX_VIEW_REWARD] = ax_rect_of(top, 0, high, left);
    l->pane[AX_VIEW_PARETO] = ax_rect_of(top, left, high, right);
    l->pane[AX_VIEW_TABLE] = ax_rect_of(top + high, 0, middle, left);
    l->table_framed = true;
    l->pane[AX_VIEW_CELL] = ax_rect_of(top + high, left, middle, right);
    l->pane[AX_VIEW_LOG] = ax_rect_of(top + high + middle, 0, low, left);
    l->pane[AX_VIEW_MASK] = ax_rect_of(top + high + middle, left, low, right);
}

static void place(ax_rect all, ax_layout *l)
{
    if (all.rows >= LARGE_ROWS && all.cols >= LARGE_COLS)
        overview_large(l, all.row, all.rows, all.cols);
    else
        overview_small(l, all.row, all.rows, all.cols);
}

const ax_view ax_view_overview = { .title = "Overview", .key = '1', .layout = place };
