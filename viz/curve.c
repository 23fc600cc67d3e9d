#include "viz/curve.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST_DOMAIN = 16 };

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

bool ax_curve_can_zoom_in(ax_curve_window w, size_t n)
{
    return (w.width ? w.width : ax_curve_domain(n)) > FIRST_DOMAIN;
}

void ax_curve_show_range(ax_curve_window *w, size_t n, size_t from, size_t to)
{
    enum { LEAST = 8 };
    size_t width = to > from ? to - from : 0, more = width < LEAST ? LEAST - width : 0;
    if (from >= n)
        return;
    from = from > more / 2 ? from - more / 2 : 0;
    *w = (ax_curve_window) { .from = from, .width = width + more };
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

/* ---- the chart ---- */

void ax_curve_release(ax_curve *c)
{
    free(c->average);
    free(c->best);
    *c = (ax_curve) { .average = NULL };
}

ax_code ax_curve_make(ax_curve *c, ax_series s, const ax_curve_how *how, ax_err *err)
{
    size_t room = s.n ? s.n : 1, width = how->window.width;
    *c = (ax_curve) { .average = malloc(room * sizeof *c->average), .best = malloc(room * sizeof *c->best) };
    if (!c->average || !c->best) {
        ax_curve_release(c);
        return ax_fail(err, AX_ENOMEM, "no memory for the reward curve");
    }
    double best = NAN;
    ax_curve_ema(s, how->decay, c->average);
    for (size_t i = 0; i < s.n; i++) {
        best = isfinite(s.y[i]) ? fmax(best, s.y[i]) : best;
        c->best[i] = best;
    }
    size_t domain = width ? width : ax_curve_domain(s.n), n = s.n;
    if (width && n > how->window.from + width)
        n = how->window.from + width;
    double left = width ? (double)how->window.from : 0;
    c->chart = (ax_chart) {
        .x = { .left = left, .right = left + (double)domain }, .log_y = how->log_y, .shares = true, .y_name = "reward"
    };
    c->chart.layer[c->chart.n++] =
        (ax_layer) { AX_MARK_POINTS, .y = s.y, .n = n, .role = AX_ROLE_POINT, .name = "reward" };
    if (how->decay > 0)
        c->chart.layer[c->chart.n++] =
            (ax_layer) { AX_MARK_LINE, .y = c->average, .n = n, .role = AX_ROLE_CURVE, .name = "average" };
    c->chart.layer[c->chart.n++] = (ax_layer) { AX_MARK_STEPS,        .y = c->best,           .n = n,
                                                .role = AX_ROLE_BEST, .glyph = AX_GLYPH_BEST, .name = "best so far" };
    return AX_OK;
}

ax_code ax_curve_draw(ax_pane p, ax_series s, const ax_curve_how *how, ax_chart_scale *scale, ax_err *err)
{
    ax_curve c;
    *scale = (ax_chart_scale) { .any = false };
    if (ax_curve_make(&c, s, how, err) != AX_OK)
        return AX_ENOMEM;
    size_t domain = (size_t)(c.chart.x.right - c.chart.x.left);
    int cols = p.at.cols - AX_AXIS_LABEL;
    if (cols > 0 &&
        domain <= (size_t)cols) { /* a point has a column for itself: it is drawn large, and over the lines */
        ax_layer points = c.chart.layer[0];
        points.glyph = AX_GLYPH_DOT;
        c.chart.layer[c.chart.n++] = points;
    }
    ax_code code = ax_chart_draw(p, &c.chart, scale, err);
    ax_curve_release(&c);
    return code;
}
