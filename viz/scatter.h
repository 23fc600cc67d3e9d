/* Reward against cost: which candidates are worth their size. */
#ifndef AX_VIZ_SCATTER_H
#define AX_VIZ_SCATTER_H

#include "viz/axis.h"
#include "viz/canvas.h"

#include <stddef.h>

/* A scatter plot: x on a log scale when log_x. front[i]: no other point is better in both (high y, low x). */
typedef struct ax_scatter {
    const double *x, *y;
    const bool *front;
    size_t n;
    bool log_x;
    const char *x_name;
} ax_scatter;
/* Where a point of it goes. */
typedef struct ax_scatter_scale {
    ax_axis y;
    double left, right; /* of x, or of its logarithm */
    bool any, log_x;
} ax_scatter_scale;
void ax_scatter_draw(ax_pane p, const ax_scatter *s, ax_scatter_scale *scale);
/* Draws the selected point over what ax_scatter_draw left in a pane of the same size. */
void ax_scatter_cursor(ax_pane p, const ax_scatter_scale *scale, double x, double y);

#endif
