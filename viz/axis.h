/* Axes of plots in cells: round steps, ticks, labels. */
#ifndef AX_VIZ_AXIS_H
#define AX_VIZ_AXIS_H

#include "viz/canvas.h"

enum { AX_AXIS_LABEL = 6 }; /* columns left of the plot, the axis included */

/* A y axis of `rows` rows: hi in row 0, lo in the last, a tick at every `every`-th row counted from the bottom. */
typedef struct ax_axis {
    double lo, hi, step;
    int rows, every;
} ax_axis;

/* An axis for values from least to most, in at least 2 rows: ticks are multiples of 1, 2 or 5 times a power of ten and
   lie exactly on rows, two to four apart, whichever wastes the least. */
ax_axis ax_axis_fit(double least, double most, int rows);
/* Row of a value when the axis is cut into `rows` (a multiple of its own for finer dots), clamped. */
int ax_axis_row(const ax_axis *a, double y, int rows);
/* The y axis with its labels. */
void ax_y_axis(ax_pane p, const ax_axis *a);
/* The line of the x axis, from the y axis to the right edge. */
void ax_x_line(ax_pane p, int row);
/* A label centred at a column, moved left where it would leave the pane. */
void ax_x_label(ax_pane p, int row, int at, const char *text);

#endif
