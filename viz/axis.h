/* Axes of plots in cells: scales, round ticks, labels. */
#ifndef AX_VIZ_AXIS_H
#define AX_VIZ_AXIS_H

#include "viz/canvas.h"
#include "viz/ticks.h"

enum { AX_AXIS_LABEL = 6 }; /* columns left of the plot, the axis included */

/* A y axis of `rows` rows: hi in row 0, lo in the last. On a linear one a tick is at every `every`-th row counted from
   the bottom; a log one, or one that was cut, has them where round values are. */
typedef struct ax_axis {
    double lo, hi, step;
    int rows, every;
    bool log, cut;
} ax_axis;

/* An axis for values from least to most, in at least 2 rows: ticks are multiples of 1, 2 or 5 times a power of ten and
   exactly on rows, two to four apart, whichever wastes the least. It begins below 0 only if a value does. */
ax_axis ax_axis_fit(double least, double most, int rows);
/* A log axis for values from least > 0 to most. */
ax_axis ax_axis_fit_log(double least, double most, int rows);
/* Ends an axis that goes above a limit there; no value of it is above the limit. */
void ax_axis_end(ax_axis *a, double limit);
/* Row of a value when the axis is cut into `rows` (a multiple of its own for finer dots), clamped. */
int ax_axis_row(const ax_axis *a, double y, int rows);
/* Draws the y axis with its labels. */
void ax_y_axis(ax_pane p, const ax_axis *a);
/* The x axis from `left` to `right`, linear or log, with labels below it and its name at the right edge; NULL = no
   name. */
typedef struct ax_x_scale {
    double left, right;
    bool log;
} ax_x_scale;
void ax_x_axis(ax_pane p, int row, const ax_x_scale *s, const char *name);
/* Column of a value when the scale is cut into `cols`, clamped. */
int ax_x_col(const ax_x_scale *s, double x, int cols);

#endif
