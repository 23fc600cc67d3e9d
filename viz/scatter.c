#include "viz/scatter.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_ROWS = 2, LEAST_COLS = 10 };

static double place(double v, bool log_scale)
{
    return log_scale ? log10(v) : v;
}

static bool drawable(const ax_scatter *s, size_t i)
{
    return isfinite(s->y[i]) && isfinite(s->x[i]) && (!s->log_x || s->x[i] > 0);
}

static void short_number(double v, int digits, char text[24])
{
    static const char unit[] = " kMG";
    int u = 0;
    while (u < 3 && fabs(v) >= 1000) {
        v /= 1000;
        u++;
    }
    snprintf(text, 24, u ? "%.*g%c" : "%.*g", digits, v, unit[u]);
}

static void draw_point(ax_pane p, const ax_scatter_scale *k, double x, double y, ax_glyph glyph, ax_role role)
{
    int cols = p.at.cols - AX_AXIS_LABEL;
    int c = (int)lround((place(x, k->log_x) - k->left) / (k->right - k->left) * (cols - 1));
    ax_pane_glyph(p, ax_axis_row(&k->y, y, p.at.rows - 2), AX_AXIS_LABEL + c, glyph, role);
}

void ax_scatter_cursor(ax_pane p, const ax_scatter_scale *scale, double x, double y)
{
    if (scale->any && isfinite(y) && isfinite(x) && (!scale->log_x || x > 0))
        draw_point(p, scale, x, y, AX_GLYPH_CURSOR, AX_ROLE_STRONG);
}

void ax_scatter_draw(ax_pane p, const ax_scatter *s, ax_scatter_scale *scale)
{
    int rows = p.at.rows - 2, cols = p.at.cols - AX_AXIS_LABEL;
    *scale = (ax_scatter_scale) { .log_x = s->log_x };
    if (rows < LEAST_ROWS || cols < LEAST_COLS)
        return;
    double lo = INFINITY, hi = -INFINITY, left = INFINITY, right = -INFINITY;
    for (size_t i = 0; i < s->n; i++) {
        if (!drawable(s, i))
            continue;
        lo = fmin(lo, s->y[i]);
        hi = fmax(hi, s->y[i]);
        left = fmin(left, s->x[i]);
        right = fmax(right, s->x[i]);
    }
    bool any = lo <= hi;
    ax_axis axis = any ? ax_axis_fit(lo, hi, rows) : ax_axis_fit(0, 0.8, rows);
    ax_y_axis(p, &axis);
    ax_x_line(p, rows);
    if (!any) {
        ax_pane_print_right(p, rows + 1, p.at.cols, AX_ROLE_DIM, s->x_name);
        return;
    }
    left = place(left, s->log_x);
    right = place(right, s->log_x);
    if (right - left < 1e-6) {
        left -= 0.05;
        right += 0.05;
    }
    *scale = (ax_scatter_scale) { .y = axis, .left = left, .right = right, .any = true, .log_x = s->log_x };
    for (int front = 0; front < 2; front++) /* the front over the others */
        for (size_t i = 0; i < s->n; i++)
            if (s->front[i] == (front != 0) && drawable(s, i))
                draw_point(p, scale, s->x[i], s->y[i], front ? AX_GLYPH_FRONT : AX_GLYPH_RAW,
                           front ? AX_ROLE_BEST : AX_ROLE_POINT);
    int name = (int)strlen(s->x_name), room = cols - name - 4, parts = room >= 40 ? 3 : room >= 10 ? 1 : 0;
    int digits = right - left < 0.05 * fabs(s->log_x ? 1 : right) ? 4 : 3; /* labels that differ */
    for (int k = 0; k <= parts; k++) {
        int at = parts ? (int)lround((double)k / parts * (room - 1)) : 0;
        double v = left + (right - left) * at / (cols - 1);
        char text[24];
        short_number(s->log_x ? pow(10, v) : v, digits, text);
        ax_pane_glyph(p, rows, AX_AXIS_LABEL + at, AX_GLYPH_TICK_X, AX_ROLE_FRAME);
        ax_x_label(p, rows + 1, AX_AXIS_LABEL + at, text);
    }
    ax_pane_print_right(p, rows + 1, p.at.cols, AX_ROLE_DIM, s->x_name);
}
