/* Where everything goes, for any size of window. Pure. */
#ifndef AX_TUI_LAYOUT_H
#define AX_TUI_LAYOUT_H

#include "tui/ui/views.h"

/* A rectangle without rows is not shown. Framed panes include their frames; the table has a frame when framed. */
typedef struct ax_layout {
    ax_rect status, tabs, message, hints, pane[AX_VIEW_COUNT];
    bool table_framed;
} ax_layout;

enum { AX_TINY_ROWS = 5, AX_TINY_COLS = 20 };
enum { AX_LAYOUT_RECTS = 4 + AX_VIEW_COUNT };

/* Below 20x5: one status line. Below 60x16: the small view, without tabs and hints. Else the view's own layout. */
ax_layout ax_layout_of(int rows, int cols, ax_view_id view);
ax_rect ax_rect_of(int row, int col, int rows, int cols);
/* The rectangles as a list, for tests. */
void ax_layout_list(const ax_layout *l, ax_rect out[static AX_LAYOUT_RECTS]);

#endif
