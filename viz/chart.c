#include "viz/chart.h"

#include <math.h>
#include <stdlib.h>

enum { LEAST_ROWS = 4, LEAST_COLS = 16 };

static double x_of(const ax_layer *l, size_t i)
{
    return l->x ? l->x[i] : (double)i;
}

static bool drawable(const ax_chart *c, double x, double y)
{
    return isfinite(x) && isfinite(y) && (!c->x.log || x > 0) && (!c->log_y || y > 0);
}

static bool inside(const ax_x_scale *s, double x)
{
    return x >= s->left && x <= s->right;
}

/* ---- scales ---- */

static void include(double v, double *lo, double *hi)
{
    *lo = fmin(*lo, v);
    *hi = fmax(*hi, v);
}

static ax_x_scale fit_x(const ax_chart *c)
{
    ax_x_scale s = { .left = INFINITY, .right = -INFINITY, .log = c->x.log };
    for (int k = 0; k < c->n; k++)
        for (size_t i = 0; i < c->layer[k].n; i++)
            if (drawable(c, x_of(&c->layer[k], i), c->layer[k].y[i]))
                include(x_of(&c->layer[k], i), &s.left, &s.right);
    if (!(s.right - s.left > 1e-9 * fabs(s.right))) { /* one value, or none */
        double middle = isfinite(s.left) ? s.left : 1;
        s.left = middle > 0 ? middle * 0.9 : middle < 0 ? middle - 0.5 : 0;
        s.right = middle > 0 ? middle * 1.1 : middle + 0.5;
    }
    return s;
}

static bool has_points(const ax_chart *c)
{
    for (int k = 0; k < c->n; k++)
        if (c->layer[k].mark == AX_MARK_POINTS)
            return true;
    return false;
}

ax_chart_scale ax_chart_fit(const ax_chart *c, int rows)
{
    double lo = INFINITY, hi = -INFINITY;
    bool points = has_points(c);
    ax_chart_scale s = { .x = c->x.right > c->x.left ? c->x : fit_x(c) };
    for (int k = 0; k < c->n; k++) {
        const ax_layer *l = &c->layer[k];
        for (size_t i = 0; i < l->n && !(points && l->mark != AX_MARK_POINTS); i++) {
            double x = x_of(l, i);
            if (!inside(&s.x, x))
                continue;
            if (drawable(c, x, l->y[i]))
                include(l->y[i], &lo, &hi);
            if (l->high && drawable(c, x, l->high[i]))
                include(l->high[i], &lo, &hi);
        }
    }
    s.any = lo <= hi;
    s.y = !s.any ? ax_axis_fit(0, 0.8, rows) : c->log_y ? ax_axis_fit_log(lo, hi, rows) : ax_axis_fit(lo, hi, rows);
    if (c->shares && !(hi > 1))
        ax_axis_end(&s.y, 1);
    return s;
}

/* ---- the plot's dots: 2 x 4 per cell in Braille, 1 x 1 in ASCII ---- */

typedef struct plot {
    const ax_chart *chart;
    ax_chart_scale scale;
    int rows, cols, high, wide; /* cells; dots of a cell */
    uint32_t *dot;              /* rows * high x cols * wide: bits of the layers */
    int *step; /* for each column of cells, of the layer that is drawn: the row at its right end, -1 = none */
} plot;

static int fine_row(const plot *p, double y)
{
    return ax_axis_row(&p->scale.y, y, p->rows * p->high);
}

static int fine_col(const plot *p, double x)
{
    return ax_x_col(&p->scale.x, x, p->cols * p->wide);
}

static void set(plot *p, int row, int col, int layer)
{
    p->dot[(size_t)row * (size_t)(p->cols * p->wide) + (size_t)col] |= 1u << layer;
}

static void draw_span(plot *p, int layer, int col, double a, double b)
{
    int from = fine_row(p, fmax(a, b)), to = fine_row(p, fmin(a, b));
    for (int r = from; r <= to; r++)
        set(p, r, col, layer);
}

/* Draws a dot for every value: where many are close together their spread is seen. */
static void draw_points(plot *p, int layer)
{
    const ax_layer *l = &p->chart->layer[layer];
    for (size_t i = 0; i < l->n; i++) {
        double x = x_of(l, i);
        if (drawable(p->chart, x, l->y[i]) && inside(&p->scale.x, x))
            set(p, fine_row(p, l->y[i]), fine_col(p, x), layer);
    }
}

/* Draws a line: a column of dots gets the span from its least to its greatest value, and columns are joined. */
static void draw_line(plot *p, int layer, bool steps)
{
    const ax_layer *l = &p->chart->layer[layer];
    double before = NAN; /* last value of the column before */
    int before_col = 0;
    for (size_t i = 0; i < l->n;) {
        double x = x_of(l, i), low = INFINITY, high = -INFINITY, first = NAN, last = NAN;
        if (!inside(&p->scale.x, x)) {
            i++;
            continue;
        }
        int col = fine_col(p, x);
        for (; i < l->n && inside(&p->scale.x, x = x_of(l, i)) && fine_col(p, x) == col; i++)
            if (drawable(p->chart, x, l->y[i])) {
                include(l->y[i], &low, &high);
                first = isnan(first) ? l->y[i] : first;
                last = l->y[i];
            }
        if (isnan(last))
            continue;
        draw_span(p, layer, col, low, high);
        for (int k = before_col + 1; k <= col && isfinite(before); k++) {
            double slope = steps ? 0 : (first - before) / (col - before_col);
            double end = steps && k == col ? first : before + slope * (k - before_col);
            double middle = steps ? before : end - slope / 2; /* columns meet half way */
            if (!steps)
                draw_span(p, layer, k - 1, end - slope, middle);
            draw_span(p, layer, k, middle, end);
        }
        before = last;
        before_col = col;
    }
}

/* Draws every other dot of a band, so that lines can be told from it. */
static void draw_band(plot *p, int layer)
{
    const ax_layer *l = &p->chart->layer[layer];
    int before = -1;
    for (size_t i = 0; i < l->n; i++) {
        double x = x_of(l, i);
        if (!drawable(p->chart, x, l->y[i]) || !isfinite(l->high[i]) || !inside(&p->scale.x, x))
            continue;
        int col = fine_col(p, x), top = fine_row(p, l->high[i]), bottom = fine_row(p, l->y[i]);
        for (int k = before < 0 ? col : before + 1; k <= col; k++)
            for (int r = top; r <= bottom; r++)
                if ((r + k) % 2 == 0 && (p->wide == 1 || r % 2 == 0))
                    set(p, r, k, layer);
        before = col;
    }
}

/* ---- steps of box lines: without gaps, whatever else is there ---- */

static void find_steps(plot *p, const ax_layer *l)
{
    double last = NAN;
    size_t i = 0;
    for (int col = 0; col < p->cols; col++) {
        bool more = i < l->n;
        for (; i < l->n && (x_of(l, i) < p->scale.x.left || ax_x_col(&p->scale.x, x_of(l, i), p->cols) <= col) &&
               x_of(l, i) <= p->scale.x.right;
             i++)
            last = drawable(p->chart, x_of(l, i), l->y[i]) ? l->y[i] : last;
        p->step[col] = more && isfinite(last) ? ax_axis_row(&p->scale.y, last, p->rows) : -1;
    }
}

static void show_steps(plot *p, ax_pane area, const ax_layer *l)
{
    find_steps(p, l);
    for (int c = 0; c < p->cols; c++) {
        int here = p->step[c], before = c > 0 && p->step[c - 1] >= 0 ? p->step[c - 1] : here;
        if (here < 0)
            continue;
        int top = here < before ? here : before, bottom = here < before ? before : here;
        for (int r = top; r <= bottom; r++) {
            bool up = here < before;
            ax_glyph g = here == before ? l->glyph
                         : r == here    ? (up ? AX_GLYPH_TOP_LEFT : AX_GLYPH_BOTTOM_LEFT)
                         : r == before  ? (up ? AX_GLYPH_BOTTOM_RIGHT : AX_GLYPH_TOP_RIGHT)
                                        : AX_GLYPH_VLINE;
            ax_pane_glyph(area, r, c, g, l->role);
        }
    }
}

/* ---- cells ---- */

static int top_layer(uint32_t layers)
{
    int k = -1;
    for (; layers; layers >>= 1)
        k++;
    return k;
}

static bool is_scattered(const plot *p, int layer)
{
    return p->chart->layer[layer].mark == AX_MARK_POINTS || p->chart->layer[layer].mark == AX_MARK_BAND;
}

/* The layers in a cell of dots, and in *braille the dots to show. */
static uint32_t dots_at(const plot *p, int row, int col, uint32_t *braille)
{
    static const uint8_t bit[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
    int scattered = 0;
    uint32_t lines = 0, all = 0, layers = 0;
    for (int r = 0; r < p->high; r++)
        for (int c = 0; c < p->wide; c++) {
            uint32_t dot =
                p->dot[(size_t)(row * p->high + r) * (size_t)(p->cols * p->wide) + (size_t)(col * p->wide + c)];
            bool line = dot && !is_scattered(p, top_layer(dot));
            layers |= dot;
            scattered += dot && !line;
            all |= dot ? bit[r][c] : 0;
            lines |= line ? bit[r][c] : 0;
        }
    bool hidden = lines && scattered > p->high * p->wide / 2; /* the line would be one dot among many */
    *braille = 0x2800 + (hidden ? lines : all);
    return layers;
}

static void show_dots(const plot *p, ax_pane area)
{
    bool ascii = p->wide == 1;
    for (int r = 0; r < p->rows; r++)
        for (int c = 0; c < p->cols; c++) {
            uint32_t braille, layers = dots_at(p, r, c, &braille);
            if (!layers)
                continue;
            int top = top_layer(layers);
            const ax_layer *l = &p->chart->layer[top];
            if (ascii && l->letter && !is_scattered(p, top))
                ax_pane_put(area, r, c, (uint32_t)l->letter, l->role);
            else if (ascii)
                ax_pane_glyph(area, r, c, is_scattered(p, top) ? AX_GLYPH_RAW : AX_GLYPH_EMA, l->role);
            else
                ax_pane_put(area, r, c, braille, l->role);
        }
}

static void show_points(const plot *p, ax_pane area, const ax_layer *l)
{
    for (size_t i = 0; i < l->n; i++) {
        double x = x_of(l, i);
        uint32_t code = l->letter ? (uint32_t)l->letter : area.canvas->glyphs->code[l->glyph];
        if (drawable(p->chart, x, l->y[i]) && inside(&p->scale.x, x))
            ax_pane_put(area, ax_axis_row(&p->scale.y, l->y[i], p->rows), ax_x_col(&p->scale.x, x, p->cols), code,
                        l->role);
    }
}

static void show_letter(const plot *p, ax_pane area, const ax_layer *l)
{
    size_t i = l->n;
    while (i && !(drawable(p->chart, x_of(l, i - 1), l->y[i - 1]) && inside(&p->scale.x, x_of(l, i - 1))))
        i--;
    if (i && l->letter)
        ax_pane_put(area, ax_axis_row(&p->scale.y, l->y[i - 1], p->rows),
                    ax_x_col(&p->scale.x, x_of(l, i - 1), p->cols), (uint32_t)l->letter, AX_ROLE_STRONG);
}

static void draw_layers(plot *p, ax_pane area)
{
    for (int k = 0; k < p->chart->n; k++) {
        const ax_layer *l = &p->chart->layer[k];
        if (l->mark == AX_MARK_POINTS && !l->glyph)
            draw_points(p, k);
        else if (l->mark == AX_MARK_LINE || (l->mark == AX_MARK_STEPS && !l->glyph))
            draw_line(p, k, l->mark == AX_MARK_STEPS);
        else if (l->mark == AX_MARK_BAND)
            draw_band(p, k);
    }
    show_dots(p, area);
    for (int k = 0; k < p->chart->n; k++) {
        const ax_layer *l = &p->chart->layer[k];
        if (l->glyph && l->mark == AX_MARK_STEPS)
            show_steps(p, area, l);
        else if (l->glyph && l->mark == AX_MARK_POINTS)
            show_points(p, area, l);
    }
    for (int k = 0; k < p->chart->n; k++)
        if (p->chart->layer[k].mark != AX_MARK_POINTS)
            show_letter(p, area, &p->chart->layer[k]);
}

ax_code ax_chart_draw(ax_pane pane, const ax_chart *c, ax_chart_scale *scale, ax_err *err)
{
    *scale = (ax_chart_scale) { .any = false };
    if (pane.at.rows < LEAST_ROWS || pane.at.cols < LEAST_COLS)
        return AX_OK;
    bool ascii = pane.canvas->glyphs->ascii || c->letters;
    plot p = { .chart = c, .rows = pane.at.rows - 2, .cols = pane.at.cols - AX_AXIS_LABEL };
    p.high = ascii ? 1 : 4;
    p.wide = ascii ? 1 : 2;
    p.scale = *scale = ax_chart_fit(c, p.rows);
    ax_y_axis(pane, &p.scale.y);
    ax_x_axis(pane, p.rows, &p.scale.x, c->x_name);
    if (!scale->any)
        return AX_OK;
    p.dot = calloc((size_t)(p.rows * p.high) * (size_t)(p.cols * p.wide), sizeof *p.dot);
    p.step = calloc((size_t)p.cols, sizeof *p.step);
    ax_code code = p.dot && p.step ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for a plot");
    if (code == AX_OK)
        draw_layers(&p, ax_pane_part(pane, 0, AX_AXIS_LABEL, p.rows, p.cols));
    free(p.dot);
    free(p.step);
    return code;
}
