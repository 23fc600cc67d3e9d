#include "engine/command/train_chart.h"

#include "viz/chart.h"
#include "viz/spark.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BARS = 10 };

/* Bars for n values, one column each, if they fit. */
static void add_bars(const float *y, int n, bool unicode, ax_str *out)
{
    const int cols = n < BARS ? n : BARS;
    double lo = INFINITY, hi = -INFINITY;
    ax_canvas c;
    ax_canvas_init(&c, unicode ? &ax_glyphs_unicode : &ax_glyphs_ascii);
    if (ax_spark_range(y, n, &lo, &hi) && ax_canvas_resize(&c, 1, cols, NULL) == AX_OK) {
        ax_str text;
        ax_str_init(&text, 0);
        ax_spark_draw(ax_pane_of(&c, (ax_rect) { 0, 0, 1, cols }), 0, y, n, lo, hi, AX_ROLE_TEXT);
        ax_canvas_text(&c, &text);
        while (text.len && text.text[text.len - 1] == '\n')
            text.len--;
        ax_str_bytes(out, text.text, text.len);
        ax_str_release(&text);
    }
    ax_canvas_release(&c);
}

void ax_train_chart(const ax_epochs *e, bool unicode, ax_str *out)
{
    float *y = e->n ? malloc((size_t)e->n * sizeof *y) : NULL;
    const ax_epoch *best = ax_epochs_best(e);
    int judged = 0;
    if (!y)
        return;
    for (int32_t i = 0; i < e->n; i++)
        y[i] = (float)e->at[i].loss;
    ax_str_add(out, "loss ");
    add_bars(y, e->n, unicode, out);
    ax_str_printf(out, " %.4f", e->at[e->n - 1].loss);
    for (int32_t i = 0; i < e->n; i++)
        if (e->at[i].judged)
            y[judged++] = (float)e->at[i].figures.reward;
    if (best) {
        ax_str_add(out, "  reward ");
        add_bars(y, judged, unicode, out);
        ax_str_printf(out, " %.4f", best->figures.reward);
    }
    free(y);
}

/* ---- plots ---- */

/* Series of n epochs: number, loss, reward, and the task's first figure if that is a share. */
typedef struct series {
    double *x, *loss, *reward, *figure;
} series;

/* The figure beside the reward in the plots, as the newest judged epoch has it. */
static ax_metric headline_of(const ax_epochs *e)
{
    int32_t i = e->n;
    while (i > 1 && !e->at[i - 1].judged)
        i--;
    return ax_outcome_headline(&e->at[i - 1].figures, e->task);
}

static void fill(const ax_epochs *e, ax_metric headline, const series *s)
{
    for (int32_t i = 0; i < e->n; i++) {
        const ax_epoch *one = &e->at[i];
        s->x[i] = one->epoch;
        s->loss[i] = one->loss;
        s->reward[i] = one->judged ? one->figures.reward : NAN;
        s->figure[i] = one->judged && headline != AX_METRIC_COUNT ? ax_outcome_figure(&one->figures, headline) : NAN;
    }
}

/* Drops epochs that weren't judged, since they would interrupt the lines. Returns the number left. */
static size_t known(const double *x, const double *y, size_t n, double *kept_x, double *kept_y)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(y[i])) {
            kept_x[k] = x[i];
            kept_y[k++] = y[i];
        }
    return k;
}

static void put_title(ax_canvas *c, int col, int width, const char *title)
{
    for (int i = 0; title[i] && i < width; i++)
        c->cell[col + i] = (ax_canvas_cell) { .code = (uint32_t)title[i], .role = AX_ROLE_TEXT };
}

static ax_code draw(const ax_epochs *e, ax_canvas *c, const series *s, double *const kept[4])
{
    const ax_metric headline = headline_of(e);
    const ax_metric_info *info = headline == AX_METRIC_COUNT ? NULL : ax_metric_of(headline);
    const bool shares = info && info->form.better == AX_BETTER_HIGHER; /* depth's first figure is in metres */
    char title[64];
    ax_chart_scale scale;
    size_t n = (size_t)e->n, half = (size_t)c->cols / 2;
    ax_chart loss = { .x_name = "epoch", .n = 1 }, good = { .x_name = "epoch" };
    loss.layer[0] = (ax_layer) { .mark = AX_MARK_LINE, .x = s->x, .y = s->loss, .n = n, .letter = 'l' };
    size_t judged = known(s->x, s->reward, n, kept[0], kept[1]);
    if (shares) {
        size_t told = known(s->x, s->figure, n, kept[2], kept[3]);
        good.layer[good.n++] =
            (ax_layer) { .mark = AX_MARK_LINE, .x = kept[2], .y = kept[3], .n = told, .letter = info->word[0] };
    }
    good.layer[good.n++] = (ax_layer) { .mark = AX_MARK_LINE, .x = kept[0], .y = kept[1], .n = judged, .letter = 'r' };
    snprintf(title, sizeof title, shares ? "r reward, %c %s" : "r reward", shares ? info->word[0] : ' ',
             shares ? info->word : "");
    const int rows = AX_TRAIN_PLOT_ROWS - 1;
    ax_code code = ax_chart_draw(ax_pane_of(c, (ax_rect) { 1, 0, rows, (int)half - 1 }), &loss, &scale, NULL);
    if (code == AX_OK && judged)
        code = ax_chart_draw(ax_pane_of(c, (ax_rect) { 1, (int)half, rows, c->cols - (int)half }), &good, &scale, NULL);
    put_title(c, AX_AXIS_LABEL, (int)half - AX_AXIS_LABEL, "l loss");
    put_title(c, (int)half + AX_AXIS_LABEL, c->cols - (int)half - AX_AXIS_LABEL, judged ? title : "");
    return code;
}

int ax_train_plots(const ax_epochs *e, int cols, bool unicode, ax_str *out)
{
    if (e->n < 2 || cols < AX_TRAIN_PLOT_COLS)
        return 0;
    size_t n = (size_t)e->n;
    double *all = malloc(8 * n * sizeof *all);
    const series s = { all, all + n, all + 2 * n, all + 3 * n };
    ax_canvas c;
    ax_canvas_init(&c, unicode ? &ax_glyphs_unicode : &ax_glyphs_ascii);
    bool drawn = false;
    if (all && ax_canvas_resize(&c, AX_TRAIN_PLOT_ROWS, cols, NULL) == AX_OK) {
        double *const kept[4] = { all + 4 * n, all + 5 * n, all + 6 * n, all + 7 * n };
        fill(e, headline_of(e), &s);
        drawn = draw(e, &c, &s, kept) == AX_OK;
    }
    if (drawn)
        ax_canvas_text(&c, out);
    ax_canvas_release(&c);
    free(all);
    return drawn ? AX_TRAIN_PLOT_ROWS : 0;
}
