/* Where everything goes, for any size of window. Pure. */
#ifndef AX_TUI_LAYOUT_H
#define AX_TUI_LAYOUT_H

#include "viz/canvas.h"

/* id, key, word on the tab line */
#define AX_TUI_VIEW_LIST(X)                                                                                            \
    X(OVERVIEW, '1', "Overview")                                                                                       \
    X(TABLE, '2', "Table")                                                                                             \
    X(CELL, '3', "Cell")                                                                                               \
    X(PARETO, '4', "Pareto")                                                                                           \
    X(MASK, '5', "Mask")                                                                                               \
    X(LOG, '6', "Log")
#define AX_TUI_VIEW_ENUM(id, key, word) AX_VIEW_##id,
typedef enum ax_tui_view { AX_TUI_VIEW_LIST(AX_TUI_VIEW_ENUM) AX_VIEW_COUNT } ax_tui_view;

/* A rectangle without rows is not shown. Framed panes include their frames; the table has a frame when framed. */
typedef struct ax_layout {
    ax_rect status, tabs, reward, cell, pareto, table, log, mask, message, hints;
    bool table_framed;
} ax_layout;

enum { AX_LAYOUT_RECTS = 10 };

/* Under 20x5: one status line. Under 60x16: the table only. From 120x34: all panes. In between: reward, cell, table. */
ax_layout ax_layout_of(int rows, int cols, ax_tui_view view);
/* The rectangles as a list, for tests. */
void ax_layout_list(const ax_layout *l, ax_rect out[static AX_LAYOUT_RECTS]);

#endif
