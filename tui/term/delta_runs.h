/* The differences between what a terminal shows and what it should show: runs of cells, and the order in which they are
   sent. Pure. */
#ifndef AX_TUI_DELTA_RUNS_H
#define AX_TUI_DELTA_RUNS_H

#include "engine/base/str.h"
#include "tui/term/delta_pen.h"
#include "viz/canvas.h"
#include "viz/theme.h"

typedef struct ax_delta_sheet {
    const ax_delta_terminal *terminal;
    const ax_theme *theme;
    const ax_canvas_cell *now;
    ax_canvas_cell *shown;
    int rows, cols;
    uint32_t fixed;            /* cells with this code are sent only when they have changed; 0 = none */
    ax_pen pen[AX_ROLE_COUNT]; /* of cells in that role, but for pixels; ax_delta_start fills it */
} ax_delta_sheet;

/* Neighbouring cells of a row that are sent together, with one pen. */
typedef struct ax_delta_run {
    const ax_canvas_cell *cell;
    int row, col, n;
    int place;   /* bytes of the way to it from anywhere */
    int over;    /* most cells left of it that may be written again on the way to it */
    int end;     /* column of the cursor afterwards; -1 = it depends on the terminal */
    bool clears; /* to the end of the row: its cells are blank, and nothing is right of them */
    bool halves; /* its cells are half blocks: two pixels each, both in one of the pen's two colours */
    ax_pen pen;
} ax_delta_run;

typedef struct ax_delta_runs {
    ax_delta_run *of;
    size_t n, cap;
    bool failed; /* out of memory: runs are missing */
} ax_delta_runs;

/* Number of blanks from which on erasing and skipping them is shorter. */
enum { AX_DELTA_ERASE = 9 };
int ax_delta_blanks(const ax_canvas_cell *cell, int n);

/* The half block that shows a cell of a run in this pen; and the bytes of all cells of a run. */
uint32_t ax_delta_half(const ax_delta_sheet *s, const ax_pen *pen, const ax_canvas_cell *cell);
int ax_delta_half_bytes(const ax_delta_sheet *s, const ax_pen *pen, const ax_delta_run *r);

/* Prepares a sheet whose terminal, theme and cells are set: its pens, and the terminal's ways if tab stops changed. */
void ax_delta_start(ax_delta_sheet *s);
/* Appends them row by row. The caller frees runs->of. */
void ax_delta_find(const ax_delta_sheet *s, ax_delta_runs *out);
/* The bytes of the shortest way to a run. Writing a few unchanged cells again is often shorter than moving past them;
 *over: how many of the cells left of the run that way writes. */
int ax_delta_reach(const ax_delta_sheet *s, const ax_hand *from, const ax_delta_run *r, int *over);
/* Sorts runs of one pen together, otherwise keeping their order. False: no memory; nothing has changed. */
bool ax_delta_sort(ax_delta_runs *runs);
/* Looks for a shorter order of sorted runs where they are few enough, otherwise of those that aren't pixels. The pen is
   the normal one at both ends. */
void ax_delta_shorten(const ax_delta_sheet *s, ax_delta_runs *all, const ax_hand *from);

#endif
