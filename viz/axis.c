#include "viz/axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The smallest round step with which `steps` of it reach from a multiple of it to most. */
static double smallest_step(double least, double most, double steps, double *lo)
{
    double power = pow(10, floor(log10((most - least) / steps)));
    for (int i = 0;; i++) {
        static const double round[3] = { 1, 2, 5 };
        double step = power * round[i % 3];
        *lo = floor(least / step + 1e-9) * step;
        if (*lo + step * steps >= most - step * 1e-6)
            return step;
        if (i % 3 == 2)
            power *= 10;
    }
}

ax_axis ax_axis_fit(double least, double most, int rows)
{
    if (!(most - least > 1e-9)) { /* one value, or none */
        least -= 0.05;
        most += 0.05;
    }
    ax_axis best = { .rows = rows };
    for (int every = 2; every <= 4; every++) {
        double lo, steps = (double)(rows - 1) / every;
        if (every > 2 && steps < 3)
            break;
        double step = smallest_step(least, most, steps, &lo);
        if (every == 2 || step * steps < (best.hi - best.lo) * 0.95)
            best = (ax_axis) { .lo = lo, .hi = lo + step * steps, .step = step, .every = every, .rows = rows };
    }
    return best;
}

int ax_axis_row(const ax_axis *a, double y, int rows)
{
    int r = (int)lround((a->hi - y) / (a->hi - a->lo) * (rows - 1));
    return r < 0 ? 0 : r >= rows ? rows - 1 : r;
}

void ax_y_axis(ax_pane p, const ax_axis *a)
{
    for (int r = 0; r < a->rows; r++)
        ax_pane_glyph(p, r, AX_AXIS_LABEL - 1, AX_GLYPH_VLINE, AX_ROLE_FRAME);
    int digits = a->step < 0.0095 ? 3 : 2;
    for (int k = 0, r = a->rows - 1; r >= 0; k++, r -= a->every) {
        double y = a->lo + k * a->step;
        char text[16];
        snprintf(text, sizeof text, "%.*f", digits, fabs(y) < a->step / 1000 ? 0.0 : y);
        ax_pane_print_right(p, r, AX_AXIS_LABEL - 1, AX_ROLE_DIM, text);
        ax_pane_glyph(p, r, AX_AXIS_LABEL - 1, AX_GLYPH_TICK_Y, AX_ROLE_FRAME);
    }
}

void ax_x_label(ax_pane p, int row, int at, const char *text)
{
    int n = (int)strlen(text), col = at - n / 2;
    if (col + n > p.at.cols)
        col = p.at.cols - n;
    ax_pane_print(p, row, col, AX_ROLE_DIM, text);
}

void ax_x_line(ax_pane p, int row)
{
    ax_pane_glyph(p, row, AX_AXIS_LABEL - 1, AX_GLYPH_BOTTOM_LEFT, AX_ROLE_FRAME);
    for (int c = AX_AXIS_LABEL; c < p.at.cols; c++)
        ax_pane_glyph(p, row, c, AX_GLYPH_HLINE, AX_ROLE_FRAME);
}
