/* The state of the table of candidates: which ones it shows, in which order, which one is selected, which are
   marked. */
#ifndef AX_TUI_SELECTION_H
#define AX_TUI_SELECTION_H

#include "viz/filter.h"
#include "viz/table.h"

struct ax_ui;

typedef struct ax_selection {
    ax_rows rows;
    struct { /* what the rows were built from */
        uint64_t seq;
        ax_order order;
        bool valid;
        char filter[AX_FILTER_TEXT];
    } built;
    ax_order order;
    ax_columns columns;
    bool frozen;            /* events don't move the rows */
    ax_filter filter, find; /* find: what n and N look for */
    uint32_t selected;      /* id, 0 = none */
    uint32_t first;         /* row at the top */
    bool moved;             /* the user has chosen, so the selection stays; else it follows the best candidate */
    bool *marked;           /* index id - 1 */
    uint32_t n_marked_cap, n_marked;
} ax_selection;

/* The state, which is the slot of the table's view; the caller may change it. */
ax_selection *ax_ui_selection(const struct ax_ui *ui);
const ax_candidate *ax_ui_selected(const struct ax_ui *ui); /* NULL = none is selected */
void ax_selection_refresh(struct ax_ui *ui, bool replaced);
void ax_selection_release(void *slot);
/* Selects a row of the table, the nearest one there is. */
void ax_ui_select_row(struct ax_ui *ui, long row);
/* Selects a candidate of the state. */
void ax_ui_select(struct ax_ui *ui, uint32_t id);
/* Selects the next row (by -1: the previous one) that passes `find`, wrapping around; says so when there is none. */
void ax_ui_find(struct ax_ui *ui, int by);
/* Marks the selected candidate, or unmarks it, and goes to the next row. */
void ax_ui_mark(struct ax_ui *ui);
void ax_ui_unmark_all(struct ax_ui *ui);
/* Marks the candidates that pass a filter, in addition to the marked ones; NULL: the rows of the table. */
void ax_ui_mark_all(struct ax_ui *ui, const ax_filter *f);
/* The first candidate that is marked and not selected; 0 = there is none. */
uint32_t ax_ui_first_marked(const struct ax_ui *ui);

#endif
