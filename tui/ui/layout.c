#include "tui/ui/layout.h"

enum { SMALL_ROWS = 16, SMALL_COLS = 60 };

ax_rect ax_rect_of(int row, int col, int rows, int cols)
{
    return (ax_rect) { .row = row, .col = col, .rows = rows, .cols = cols };
}

ax_layout ax_layout_of(int rows, int cols, ax_view_id view)
{
    ax_layout l = { .table_framed = false };
    if (rows <= 0 || cols <= 0)
        return l;
    l.status = ax_rect_of(0, 0, 1, cols);
    if (rows < AX_TINY_ROWS || cols < AX_TINY_COLS)
        return l;
    if (rows < SMALL_ROWS || cols < SMALL_COLS) {
        l.message = ax_rect_of(rows - 1, 0, 1, cols);
        for (int i = 0; i < AX_VIEW_COUNT; i++)
            if (ax_views[i]->small)
                l.pane[i] = ax_rect_of(1, 0, rows - 2, cols);
        return l;
    }
    l.tabs = ax_rect_of(1, 0, 1, cols);
    l.message = ax_rect_of(rows - 2, 0, 1, cols);
    l.hints = ax_rect_of(rows - 1, 0, 1, cols);
    ax_rect all = ax_rect_of(2, 0, rows - 4, cols);
    if (ax_views[view]->layout)
        ax_views[view]->layout(all, &l);
    else
        l.pane[view] = all;
    return l;
}

void ax_layout_list(const ax_layout *l, ax_rect out[static AX_LAYOUT_RECTS])
{
    const ax_rect lines[] = { l->status, l->tabs, l->message, l->hints };
    for (int i = 0; i < AX_LAYOUT_RECTS; i++)
        out[i] = i < 4 ? lines[i] : l->pane[i - 4];
}
