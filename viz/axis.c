#include "viz/axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double ax_axis_fit(double *lo, double *hi, int rows)
{
    double least = *lo, most = *hi, span = most - least, steps = (double)(rows - 1) / AX_AXIS_EVERY;
    if (!(span > 1e-9)) { /* one value, or none */
        least -= 0.05;
        most += 0.05;
        span = 0.1;
    }
    double power = pow(10, floor(log10(span / steps)));
    for (int i = 0;; i++) {
        static const double round[3] = { 1, 2, 5 };
        double step = power * round[i % 3];
        *lo = floor(least / step + 1e-9) * step;
        *hi = *lo + step * steps;
        if (*hi >= most - step * 1e-6)
            return step;
        if (i % 3 == 2)
            power *= 10;
    }
}

void ax_y_axis(ax_pane p, int rows, double lo, double step)
{
    for (int r = 0; r < rows; r++)
        ax_pane_glyph(p, r, AX_AXIS_LABEL - 1, AX_GLYPH_VLINE, AX_ROLE_FRAME);
    int digits = step < 0.0095 ? 3 : 2;
    for (int k = 0, r = rows - 1; r >= 0; k++, r -= AX_AXIS_EVERY) {
        double y = lo + k * step;
        char text[16];
        snprintf(text, sizeof text, "%.*f", digits, fabs(y) < step / 1000 ? 0.0 : y);
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
