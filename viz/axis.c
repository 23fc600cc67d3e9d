#include "viz/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The smallest round step of which `steps` reach from a multiple of it at or below `least` to `most`. */
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

/* The smallest step whose ticks have different labels in the columns that there are; labels are as ax_tick_text's. */
static double finest_step(double least, double most)
{
    double far = fmax(fabs(least), fabs(most)) * 1.01, unit = 1; /* the axis goes a little further */
    int room = AX_AXIS_LABEL - 2 - (least < 0);
    while (far / unit >= (unit > 1 ? 999 : 9999))
        unit *= 1000;
    int whole = far < unit ? 0 : (int)floor(log10(far / unit)) + 1, places = room - (unit > 1) - whole;
    return unit * pow(10, places > 0 ? -places : 0);
}

ax_axis ax_axis_fit(double least, double most, int rows)
{
    enum { FEW_ROWS = 6 };        /* in so few rows none is wasted: two ticks are enough */
    if (!(most - least > 1e-9)) { /* one value, or none */
        least = least < 0 ? least - 0.05 : fmax(least - 0.05, 0);
        most += 0.05;
    }
    ax_axis best = { .rows = rows };
    double finest = finest_step(least, most);
    for (int every = 2; every <= 4; every++) {
        double lo, steps = (double)(rows - 1) / every;
        if (every > 2 && steps < (rows <= FEW_ROWS ? 1 : 3))
            break;
        double step = smallest_step(least, most, steps, &lo);
        if (step < finest * (1 - 1e-9)) {
            step = finest;
            lo = floor(least / step + 1e-9) * step;
        }
        if (every == 2 || step * steps < (best.hi - best.lo) * 0.95)
            best = (ax_axis) { .lo = lo, .hi = lo + step * steps, .step = step, .every = every, .rows = rows };
    }
    return best;
}

ax_axis ax_axis_fit_log(double least, double most, int rows)
{
    if (most < least * 1.02) {
        least /= 1.1;
        most *= 1.1;
    }
    return (ax_axis) { .lo = least, .hi = most, .rows = rows, .every = 2, .log = true };
}

void ax_axis_end(ax_axis *a, double limit)
{
    if (a->hi <= limit * (1 + 1e-9))
        return;
    a->hi = limit;
    a->cut = true;
}

int ax_axis_row(const ax_axis *a, double y, int rows)
{
    double down = a->log ? log(a->hi / y) / log(a->hi / a->lo) : (a->hi - y) / (a->hi - a->lo);
    if (isnan(down))
        return rows - 1;
    int r = (int)lround(fmin(fmax(down, 0), 1) * (rows - 1));
    return r < 0 ? 0 : r >= rows ? rows - 1 : r;
}

static void y_tick(ax_pane p, int row, const char *text)
{
    ax_pane_print_right(p, row, AX_AXIS_LABEL - 1, AX_ROLE_DIM, text);
    ax_pane_glyph(p, row, AX_AXIS_LABEL - 1, AX_GLYPH_TICK_Y, AX_ROLE_FRAME);
}

/* A label in the columns that there are: "-0.005" becomes "-.005", and what is longer still is rounded. */
static void fit_label(double y, char *text)
{
    size_t sign = text[0] == '-';
    if (strlen(text) >= AX_AXIS_LABEL && text[sign] == '0')
        memmove(text + sign, text + sign + 1, strlen(text + sign));
    if (strlen(text) >= AX_AXIS_LABEL)
        ax_tick_text(y, text);
}

static void linear_ticks(ax_pane p, const ax_axis *a)
{
    int digits = a->step < 0.00095 ? 4 : a->step < 0.0095 ? 3 : 2;
    for (int k = 0, r = a->rows - 1; r >= 0; k++, r -= a->every) {
        double y = a->lo + k * a->step;
        char text[AX_TICK_TEXT];
        snprintf(text, sizeof text, "%.*f", digits, fabs(y) < a->step / 1000 ? 0.0 : y);
        fit_label(y, text);
        y_tick(p, r, text);
    }
}

static const char *label(double y, char text[static AX_TICK_TEXT])
{
    fit_label(y, ax_tick_text(y, text));
    return text;
}

/* Places ticks so that each has a row of its own, with a free row between them. */
static void free_ticks(ax_pane p, const ax_axis *a)
{
    double tick[AX_TICKS];
    for (int most = a->rows / 2; most > 0; most--) {
        int n = ax_ticks(a->lo, a->hi, a->log, most, tick), near = a->rows, wide = 0;
        char text[AX_TICK_TEXT];
        for (int i = 1; i < n; i++) {
            int apart = ax_axis_row(a, tick[i - 1], a->rows) - ax_axis_row(a, tick[i], a->rows);
            near = apart < near ? apart : near;
        }
        for (int i = 0; i < n; i++)
            wide += strlen(label(tick[i], text)) >= AX_AXIS_LABEL;
        if ((near < 2 && n > 1) || (wide && most > 1))
            continue;
        for (int i = 0; i < n; i++)
            y_tick(p, ax_axis_row(a, tick[i], a->rows), label(tick[i], text));
        return;
    }
}

void ax_y_axis(ax_pane p, const ax_axis *a)
{
    for (int r = 0; r < a->rows; r++)
        ax_pane_glyph(p, r, AX_AXIS_LABEL - 1, AX_GLYPH_VLINE, AX_ROLE_FRAME);
    if (a->log || a->cut)
        free_ticks(p, a);
    else
        linear_ticks(p, a);
}

/* ---- x ---- */

int ax_x_col(const ax_x_scale *s, double x, int cols)
{
    double part = s->log ? log(x / s->left) / log(s->right / s->left) : (x - s->left) / (s->right - s->left);
    int c = (int)(fmin(fmax(part, 0), 1) * cols + 1e-9);
    return c >= cols ? cols - 1 : c;
}

/* Column where a label centred at `at` begins; it is moved where it would leave the pane. */
static int label_col(int at, const char *text, int end)
{
    int n = (int)strlen(text), col = at - n / 2;
    return col + n > end ? end - n : col < 0 ? 0 : col;
}

/* Whether `n` labels stand apart from each other; prints them when `print`. */
static bool labels_fit(ax_pane p, int row, const ax_x_scale *s, const double *tick, int n, int end, bool print)
{
    int cols = p.at.cols - AX_AXIS_LABEL, free_from = 0;
    for (int i = 0; i < n; i++) {
        char text[AX_TICK_TEXT];
        int at = AX_AXIS_LABEL + ax_x_col(s, tick[i], cols),
            col = label_col(at, ax_tick_text(tick[i], text), p.at.cols);
        bool fits = col >= free_from, beside = col + (int)strlen(text) <= end;
        if (!fits && beside)
            return false;
        free_from = col + (int)strlen(text) + 2;
        if (!print)
            continue;
        ax_pane_glyph(p, row, at, AX_GLYPH_TICK_X, AX_ROLE_FRAME);
        if (beside) /* the name is below the other labels */
            ax_pane_print(p, row + 1, col, AX_ROLE_DIM, text);
    }
    return true;
}

void ax_x_axis(ax_pane p, int row, const ax_x_scale *s, const char *name)
{
    double tick[AX_TICKS];
    int cols = p.at.cols - AX_AXIS_LABEL, end = name ? p.at.cols - (int)strlen(name) - 2 : p.at.cols;
    ax_pane_glyph(p, row, AX_AXIS_LABEL - 1, AX_GLYPH_BOTTOM_LEFT, AX_ROLE_FRAME);
    for (int c = AX_AXIS_LABEL; c < p.at.cols; c++)
        ax_pane_glyph(p, row, c, AX_GLYPH_HLINE, AX_ROLE_FRAME);
    for (int most = cols / 7 > 1 ? cols / 7 : 1; most > 0; most--) {
        int n = ax_ticks(s->left, s->right, s->log, most, tick);
        if (labels_fit(p, row, s, tick, n, end, false)) {
            labels_fit(p, row, s, tick, n, end, true);
            break;
        }
    }
    if (name)
        ax_pane_print_right(p, row + 1, p.at.cols, AX_ROLE_DIM, name);
}
