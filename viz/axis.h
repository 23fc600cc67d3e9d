/* Axes of plots in cells: round steps, ticks, labels. */
#ifndef AX_VIZ_AXIS_H
#define AX_VIZ_AXIS_H

#include "viz/canvas.h"

enum {
    AX_AXIS_LABEL = 6, /* columns left of the plot, the axis included */
    AX_AXIS_EVERY = 2  /* rows from tick to tick */
};

/* Widens [lo, hi] for a plot of `rows` >= 2 rows so that every second row, counted from the bottom, is a multiple of
   the step that is returned: 1, 2 or 5 times a power of ten, the smallest that will do. */
double ax_axis_fit(double *lo, double *hi, int rows);
/* The y axis with its labels; lo is the value of row rows - 1. */
void ax_y_axis(ax_pane p, int rows, double lo, double step);
/* The line of the x axis, from the y axis to the right edge. */
void ax_x_line(ax_pane p, int row);
/* A label centred at a column, moved left where it would leave the pane. */
void ax_x_label(ax_pane p, int row, int at, const char *text);

#endif
