#include "tui/view/learning.h"

#include "viz/chart.h"
#include "viz/figure.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- in a line ---- */

/* Appends a text to the line if there is room for all of it; returns the column after it. */
static int add(ax_pane p, int row, int col, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static int add(ax_pane p, int row, int col, const char *fmt, ...)
{
    char text[96];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (col + ax_text_width(text) >= p.at.cols)
        return col;
    return ax_pane_print(p, row, col, AX_ROLE_TEXT, text) + (p.at.cols >= 120 ? 3 : 2);
}

static int add_gate(ax_pane p, int row, int col, const ax_ui *ui)
{
    const ax_state *s = ui->state;
    const ax_candidate *c = ax_ui_selected(ui);
    char a[AX_FIGURE], b[AX_FIGURE];
    if (!isfinite(s->gate_mean))
        return col;
    col = add(p, row, col, "gate: mean %s, tolerance %s", ax_figure_share(s->gate_mean, 3, a),
              ax_figure_share(s->gate_tolerance, 2, b));
    if (c && isfinite(c->gate_chance))
        col = add(p, row, col, "#%u's chance %s", c->id, ax_figure_share(c->gate_chance, 2, a));
    return col;
}

void ax_learning_facts(ax_pane p, int row, const ax_ui *ui)
{
    const ax_state *s = ui->state;
    char a[AX_FIGURE];
    int col = add_gate(p, row, 1, ui);
    if (s->n_scored)
        col = add(p, row, col, "known networks: %u of %u", s->n_reused, s->n_scored);
    if (isfinite(s->baseline))
        col = add(p, row, col, "baseline %s", ax_figure_share(s->baseline, 3, a));
    if (isfinite(s->advantage))
        col = add(p, row, col, "advantage %s", ax_figure_share(s->advantage, 3, a));
    if (isfinite(s->clip_fraction))
        add(p, row, col, "clipped %s", ax_figure_share(s->clip_fraction, 2, a));
}

/* ---- plots ---- */

enum { FIGURES = 3, LEAST_COLS = 30, POINTS = 400 };

static double figure_of(const ax_learning_step *l, int which)
{
    return (double)(which == 0 ? l->baseline : which == 1 ? l->advantage : l->clip_share);
}

/* Means over spans of updates, at most POINTS; returns how many, 0 = the strategy has no such figure. */
static size_t means(const ax_state *s, int which, double x[static POINTS], double y[static POINTS])
{
    uint32_t step = s->n_learned / POINTS + 1;
    size_t n = 0;
    for (uint32_t from = 0; from < s->n_learned; from += step) {
        double sum = 0;
        uint32_t known = 0, to = from + step < s->n_learned ? from + step : s->n_learned;
        for (uint32_t i = from; i < to; i++) {
            double v = figure_of(&s->learned[i], which);
            known += isfinite(v);
            sum += isfinite(v) ? v : 0;
        }
        if (!known)
            continue;
        x[n] = (from + to + 1) / 2.0;
        y[n++] = sum / known;
    }
    return n;
}

static ax_code plot(ax_pane p, int which, const double *x, const double *y, size_t n, ax_err *err)
{
    static const char *const title[FIGURES] = { "baseline: moving average of objectives",
                                                "advantage: reward less baseline", "share of clipped ratios" };
    ax_chart_scale scale;
    ax_chart c = { .n = 1, .shares = which == 2, .x_name = "updates" };
    c.layer[0] = (ax_layer) { .mark = which == 1 ? AX_MARK_POINTS : AX_MARK_LINE,
                              .x = x,
                              .y = y,
                              .n = n,
                              .role = AX_ROLE_CURVE,
                              .letter = p.canvas->glyphs->ascii ? '*' : '\0' };
    bool whole = ax_text_width(title[which]) <= p.at.cols - 2; /* else its name alone, where it has an explanation */
    char text[48];
    snprintf(text, sizeof text, "%.*s", (int)(whole ? strlen(title[which]) : strcspn(title[which], ":")), title[which]);
    ax_pane_print_cut(p, 0, 1, p.at.cols - 2, AX_ROLE_TITLE, text);
    return ax_chart_draw(ax_pane_part(p, 1, 0, p.at.rows - 1, p.at.cols), &c, &scale, err);
}

ax_code ax_learning_plots(ax_pane p, const ax_ui *ui, ax_err *err)
{
    double x[POINTS], y[POINTS];
    size_t n[FIGURES];
    int shown = 0, at = 0;
    for (int k = 0; k < FIGURES; k++)
        shown += (n[k] = means(ui->state, k, x, y)) > 1;
    int most = p.at.cols / LEAST_COLS;
    shown = shown < most ? shown : most;
    ax_code code = AX_OK;
    for (int k = 0; k < FIGURES && at < shown && code == AX_OK; k++) {
        if (n[k] < 2)
            continue;
        int from = p.at.cols * at / shown, to = p.at.cols * (at + 1) / shown;
        n[k] = means(ui->state, k, x, y);
        code = plot(ax_pane_part(p, 0, from, p.at.rows, to - from - 1), k, x, y, n[k], err);
        at++;
    }
    return code;
}
