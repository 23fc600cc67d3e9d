/* Drawing over a chart (cursor, crosshair, range), and conversions between values and cells for the mouse. */
#include "viz/chart.h"

#include <math.h>

bool ax_chart_place(const ax_chart_scale *s, int rows, int cols, double x, double y, int *row, int *col)
{
    if (!s->any || !isfinite(x) || !isfinite(y) || x < s->x.left || x > s->x.right || (s->y.log && !(y > 0)))
        return false;
    *row = ax_axis_row(&s->y, y, rows - 2);
    *col = AX_AXIS_LABEL + ax_x_col(&s->x, x, cols - AX_AXIS_LABEL);
    return true;
}

double ax_chart_x_at(const ax_chart_scale *s, int cols, int col)
{
    double part = (col - AX_AXIS_LABEL + 0.5) / (cols - AX_AXIS_LABEL);
    part = fmin(fmax(part, 0), 1);
    return s->x.log ? s->x.left * pow(s->x.right / s->x.left, part) : s->x.left + part * (s->x.right - s->x.left);
}

void ax_chart_cursor(ax_pane p, const ax_chart_scale *scale, double x, double y)
{
    int row, col;
    if (ax_chart_place(scale, p.at.rows, p.at.cols, x, y, &row, &col))
        ax_pane_glyph(p, row, col, AX_GLYPH_CURSOR, AX_ROLE_STRONG);
}

void ax_chart_crosshair(ax_pane p, const ax_chart_scale *scale, double x, double y)
{
    int row, col;
    if (!ax_chart_place(scale, p.at.rows, p.at.cols, x, y, &row, &col))
        return;
    for (int r = 0; r < p.at.rows - 2; r++)
        if (ax_pane_is_blank(p, r, col))
            ax_pane_glyph(p, r, col, AX_GLYPH_VLINE, AX_ROLE_DIM);
    for (int c = AX_AXIS_LABEL; c < p.at.cols; c++)
        if (ax_pane_is_blank(p, row, c))
            ax_pane_glyph(p, row, c, AX_GLYPH_HLINE, AX_ROLE_DIM);
    ax_chart_cursor(p, scale, x, y);
}

void ax_chart_range(ax_pane p, const ax_chart_scale *s, double x0, double x1)
{
    int cols = p.at.cols - AX_AXIS_LABEL;
    if (!s->any)
        return;
    int first = ax_x_col(&s->x, fmin(x0, x1), cols), last = ax_x_col(&s->x, fmax(x0, x1), cols);
    ax_pane_role(p, p.at.rows - 2, AX_AXIS_LABEL + first, last - first + 1, AX_ROLE_SELECTED);
}
