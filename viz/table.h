/* The table of candidates: filtered, sorted, cut to the width of its pane. */
#ifndef AX_VIZ_TABLE_H
#define AX_VIZ_TABLE_H

#include "engine/wire/state.h"
#include "viz/canvas.h"
#include "viz/filter.h"

/* What the table is sorted by: a figure (an ax_metric), or another column. */
typedef int ax_sort;
enum { AX_SORT_REWARD = AX_METRIC_REWARD, AX_SORT_ID = AX_METRIC_COUNT, AX_SORT_STATE, AX_SORT_COUNT };
const char *ax_sort_word(ax_sort s);
bool ax_sort_down(ax_sort s); /* whether the greatest come first unless reversed */
/* The sort of the next column to the right, wrapping around, in a run of this task. */
ax_sort ax_sort_next(const ax_state *of, ax_sort s);

/* The order of the rows: by the first key, where that is equal by the second, and so on. All zero: by reward. */
enum { AX_SORT_KEYS = 4, AX_ORDER_TEXT = 64 };
typedef struct ax_sort_key {
    ax_sort by;
    bool reverse;
} ax_sort_key;
typedef struct ax_order {
    ax_sort_key first, then[AX_SORT_KEYS - 1];
    int n_then;
} ax_order;
bool ax_order_same(const ax_order *a, const ax_order *b);
/* Reads "reward,-params,id": columns, the most important first, '-' = reversed. AX_EINVAL names the word that is no
   column and leaves *o as it was. */
ax_code ax_order_parse(const char *text, ax_order *o, ax_err *err);
char *ax_order_print(const ax_order *o, char out[static AX_ORDER_TEXT]);

/* Rows of the table: the ids to show, in order. */
typedef struct ax_rows {
    uint32_t *id;
    uint32_t n, cap;
} ax_rows;
/* Lists the candidates that pass the filter. Sorted by reward, those in training come first, then those with a reward,
   the queue, and those that ended without one; ties: newest first. AX_ENOMEM leaves the rows empty. */
ax_code ax_rows_build(ax_rows *rows, const ax_state *s, const ax_filter *f, const ax_order *order, ax_err *err);
void ax_rows_release(ax_rows *rows);
/* Index of an id, -1 = not shown. */
long ax_rows_find(const ax_rows *rows, uint32_t id);

/* The head of the i-th column that isn't a figure, and what it says; NULL: past the last. */
const char *ax_table_other(int i, const char **doc);

/* Columns to show, from left to right; n = 0: by their importance, as many as fit. */
enum { AX_COLUMNS = 24 };
typedef struct ax_columns {
    int n, id[AX_COLUMNS];
} ax_columns;
/* Reads "id,state,reward,params,epoch,by". AX_EINVAL names the word that is no column and leaves *out as it was. */
ax_code ax_columns_parse(const char *text, ax_columns *out, ax_err *err);

typedef struct ax_table_view {
    const ax_rows *rows;
    uint32_t first;     /* row at the top */
    uint32_t selected;  /* id */
    const bool *marked; /* by index id - 1; may be NULL */
    uint32_t n_marked;  /* size of that array */
    const ax_order *order;
    const ax_columns *columns; /* NULL: likewise */
} ax_table_view;
/* Draws a header and rows into the whole pane. */
void ax_table_draw(ax_pane p, const ax_state *s, const ax_table_view *v);
ax_role ax_status_role(ax_status s);

#endif
