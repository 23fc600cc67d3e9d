#include "viz/curve.h"

#include "viz/axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_ROWS = 4, LEAST_COLS = 16, FIRST_DOMAIN = 16 };

size_t ax_curve_domain(size_t n)
{
    size_t domain = FIRST_DOMAIN;
    while (domain < n)
        domain *= 2;
    return domain;
}

static size_t latest_start(size_t n, size_t width)
{
    size_t domain = ax_curve_domain(n);
    return domain > width ? domain - width : 0;
}

void ax_curve_zoom(ax_curve_window *w, size_t n, int by)
{
    size_t domain = ax_curve_domain(n), width = w->width ? w->width : domain;
    bool newest = !w->width || (w->from <= n && n <= w->from + w->width);
    size_t middle = newest && by > 0 ? n : w->from + width / 2;
    width = by > 0 ? width / 2 : width * 2;
    width = width < FIRST_DOMAIN ? FIRST_DOMAIN : width;
    size_t from = middle > width / 2 ? (middle - width / 2) / (width / 4) * (width / 4) : 0;
    *w = (ax_curve_window) { .from = from, .width = width };
    if (width >= domain)
        *w = (ax_curve_window) { .width = 0 };
    else if (from > latest_start(n, width))
        w->from = latest_start(n, width);
}

void ax_curve_pan(ax_curve_window *w, size_t n, int by)
{
    size_t step = w->width / 2, last = latest_start(n, w->width);
    if (!w->width)
        return;
    if (by < 0)
        w->from = w->from > step ? w->from - step : 0;
    else
        w->from = w->from + step < last ? w->from + step : last;
}

void ax_curve_ema(ax_series s, double decay, double *out)
{
    double mean = 0, weight = 1;
    for (size_t i = 0; i < s.n; i++) {
        if (isfinite(s.y[i])) {
            mean = decay * mean + (1 - decay) * s.y[i];
            weight *= decay;
        }
        out[i] = weight < 1 ? mean / (1 - weight) : NAN;
    }
}

/* ---- the plot's dots: 2 x 4 per cell in Braille, 1 x 1 in ASCII ---- */

enum layer { POINT = 1, CURVE = 2, LONE = 4, BEST = 8 }; /* LONE: a point that has a cell for itself */
typedef struct plot {
    int rows, cols, fine_rows, fine_cols; /* cells; dots */
    uint8_t *dot;                         /* fine_rows x fine_cols of enum layer */
    int *best;                            /* per column of cells: row at its right end, -1 = none */
    ax_axis axis;
    size_t domain;
} plot;

static int row_of(const plot *p, double y, int rows)
{
    return ax_axis_row(&p->axis, y, rows);
}

static int col_of(const plot *p, size_t i, int cols)
{
    return (int)((double)i / (double)p->domain * cols);
}

static void set(plot *p, int row, int col, uint8_t layer)
{
    p->dot[(size_t)row * (size_t)p->fine_cols + (size_t)col] |= layer;
}

static void draw_span(plot *p, int col, double a, double b)
{
    int from = row_of(p, fmax(a, b), p->fine_rows), to = row_of(p, fmin(a, b), p->fine_rows);
    for (int r = from; r <= to; r++)
        set(p, r, col, CURVE);
}

/* A column of dots gets the span from its least to its greatest value; columns are joined by straight lines. */
static void draw_curve(plot *p, const double *y, size_t n)
{
    double before = NAN; /* last value of the column before */
    int before_col = 0;
    for (size_t i = 0; i < n;) {
        int col = col_of(p, i, p->fine_cols);
        double low = INFINITY, high = -INFINITY, first = NAN, last = NAN;
        for (; i < n && col_of(p, i, p->fine_cols) == col; i++)
            if (isfinite(y[i])) {
                low = fmin(low, y[i]);
                high = fmax(high, y[i]);
                first = isnan(first) ? y[i] : first;
                last = y[i];
            }
        if (isnan(last))
            continue;
        draw_span(p, col, low, high);
        for (int c = before_col + 1; c <= col && isfinite(before); c++) {
            double slope = (first - before) / (col - before_col);
            draw_span(p, c, before + slope * (c - before_col - 0.5), before + slope * (c - before_col));
        }
        before = last;
        before_col = col;
    }
}

/* Every value has its dot: where they lie close together there are many, so that what is seen is how they spread. */
static void draw_points(plot *p, ax_series s)
{
    uint8_t layer = p->domain <= (size_t)p->cols ? POINT | LONE : POINT;
    for (size_t i = 0; i < s.n; i++)
        if (isfinite(s.y[i]))
            set(p, row_of(p, s.y[i], p->fine_rows), col_of(p, i, p->fine_cols), layer);
}

/* Steps without gaps. before: the best of what lies left of the plot. */
static void draw_best(plot *p, ax_series s, double before)
{
    int high = p->fine_rows / p->rows, wide = p->fine_cols / p->cols, last = -1;
    double best = before;
    size_t i = 0;
    for (int col = 0; col < p->fine_cols; col++) {
        bool any = i < s.n;
        for (; i < s.n && col_of(p, i, p->fine_cols) == col; i++)
            if (isfinite(s.y[i]))
                best = fmax(best, s.y[i]);
        int row = any && isfinite(best) ? row_of(p, best, p->fine_rows) : -1;
        for (int r = row; r >= 0 && r <= (last < 0 ? row : last); r++)
            set(p, r, col, BEST);
        last = row;
        if (row >= 0 || col % wide == 0)
            p->best[col / wide] = row >= 0 ? row / high : -1;
    }
}

/* What a cell of dots holds: the layers, and which dots to show. */
static uint8_t dots_at(const plot *p, int row, int col, uint32_t *braille)
{
    static const uint8_t bit[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
    int high = p->fine_rows / p->rows, wide = p->fine_cols / p->cols, points = 0;
    uint32_t lines = 0, all = 0;
    uint8_t layers = 0;
    for (int r = 0; r < high; r++)
        for (int c = 0; c < wide; c++) {
            uint8_t dot = p->dot[(size_t)(row * high + r) * (size_t)p->fine_cols + (size_t)(col * wide + c)];
            layers |= dot;
            points += dot == POINT;
            all |= dot ? bit[r][c] : 0;
            lines |= dot & (CURVE | BEST) ? bit[r][c] : 0;
        }
    bool hidden = layers & CURVE && points > high * wide / 2; /* the curve would be one dot among many */
    *braille = 0x2800 + (hidden ? lines : all);
    return layers;
}

/* A cell of the best line that has nothing else in it: straight, or a step that goes up in its column. */
static ax_glyph step_at(const plot *p, int row, int col)
{
    int here = p->best[col], before = col > 0 ? p->best[col - 1] : -1;
    if (before < 0 || before == here)
        return AX_GLYPH_BEST;
    return row == here ? AX_GLYPH_TOP_LEFT : row == before ? AX_GLYPH_BOTTOM_RIGHT : AX_GLYPH_VLINE;
}

static void show(const plot *p, ax_pane area)
{
    bool ascii = area.canvas->glyphs->ascii;
    for (int r = 0; r < p->rows; r++)
        for (int c = 0; c < p->cols; c++) {
            uint32_t braille;
            uint8_t layers = dots_at(p, r, c, &braille);
            if (layers & LONE)
                ax_pane_glyph(area, r, c, AX_GLYPH_DOT, AX_ROLE_POINT);
            else if (layers == BEST || (ascii && layers & BEST && !(layers & CURVE)))
                ax_pane_glyph(area, r, c, step_at(p, r, c), AX_ROLE_BEST);
            else if (layers && ascii)
                ax_pane_glyph(area, r, c, layers & CURVE ? AX_GLYPH_EMA : AX_GLYPH_RAW,
                              layers & CURVE ? AX_ROLE_CURVE : AX_ROLE_POINT);
            else if (layers)
                ax_pane_put(area, r, c, braille,
                            layers & CURVE  ? AX_ROLE_CURVE
                            : layers & BEST ? AX_ROLE_BEST
                                            : AX_ROLE_POINT);
        }
}

static void x_axis(ax_pane p, int row, size_t first, size_t domain)
{
    ax_x_line(p, row);
    int cols = p.at.cols - AX_AXIS_LABEL, parts = cols >= 72 ? 8 : cols >= 28 ? 4 : cols >= 14 ? 2 : 1;
    for (int k = 0; k <= parts; k++) {
        int at = AX_AXIS_LABEL + (int)lround((double)k / parts * (cols - 1));
        char text[24];
        snprintf(text, sizeof text, "%zu", first + domain / (size_t)parts * (size_t)k);
        ax_pane_glyph(p, row, at, AX_GLYPH_TICK_X, AX_ROLE_FRAME);
        ax_x_label(p, row + 1, at, text);
    }
}

static bool range(ax_series s, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (size_t i = 0; i < s.n; i++)
        if (isfinite(s.y[i])) {
            *lo = fmin(*lo, s.y[i]);
            *hi = fmax(*hi, s.y[i]);
        }
    return *lo <= *hi;
}

ax_code ax_curve_draw(ax_pane pane, ax_series all, double decay, ax_curve_window w, ax_err *err)
{
    if (pane.at.rows < LEAST_ROWS || pane.at.cols < LEAST_COLS)
        return AX_OK;
    plot p = { .rows = pane.at.rows - 2, .cols = pane.at.cols - AX_AXIS_LABEL, .domain = ax_curve_domain(all.n) };
    if (w.width)
        p.domain = w.width;
    size_t from = w.width && w.from < all.n ? w.from : w.width ? all.n : 0, n = all.n - from;
    ax_series s = { .y = all.y + from, .n = n < p.domain ? n : p.domain };
    double lo, hi, before, none;
    bool ascii = pane.canvas->glyphs->ascii, any = range(s, &lo, &hi);
    range((ax_series) { .y = all.y, .n = from }, &none, &before);
    p.axis = any ? ax_axis_fit(lo, hi, p.rows) : ax_axis_fit(0, 0.8, p.rows);
    p.fine_rows = p.rows * (ascii ? 1 : 4);
    p.fine_cols = p.cols * (ascii ? 1 : 2);
    ax_y_axis(pane, &p.axis);
    x_axis(pane, p.rows, w.width ? w.from : 0, p.domain);
    if (!any)
        return AX_OK;
    p.dot = calloc((size_t)p.fine_rows * (size_t)p.fine_cols, 1);
    p.best = calloc((size_t)p.cols, sizeof *p.best);
    double *ema = malloc(all.n * sizeof *ema);
    ax_code code = AX_OK;
    if (p.dot && p.best && ema) {
        ax_curve_ema(all, decay, ema);
        draw_points(&p, s);
        draw_curve(&p, ema + from, s.n);
        draw_best(&p, s, before);
        show(&p, ax_pane_part(pane, 0, AX_AXIS_LABEL, p.rows, p.cols));
    } else {
        code = ax_fail(err, AX_ENOMEM, "no memory for the reward curve");
    }
    free(p.dot);
    free(p.best);
    free(ema);
    return code;
}
