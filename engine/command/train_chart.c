#include "engine/command/train_chart.h"

#include "viz/spark.h"

#include <math.h>
#include <stdlib.h>

enum { BARS = 10 };

/* The bars of n values, a column each as long as there is room. */
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
