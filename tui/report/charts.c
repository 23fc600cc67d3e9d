/* The page's charts: rewards as they came, and the fronts against each cost. */
#include "tui/report/page_internal.h"
#include "viz/curve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WIDTH = 440, HEIGHT = 280 };

static double reward_of(const ax_candidate *c)
{
    return c && c->status != AX_PRUNED && c->status != AX_FAILED ? c->outcome.reward : NAN;
}

ax_code ax_page_rewards(const ax_page_of *of, ax_str *out, ax_err *err)
{
    const ax_state *s = of->state;
    ax_curve curve;
    double *y = malloc((s->n_scored ? s->n_scored : 1) * sizeof *y);
    if (!y)
        return ax_fail(err, AX_ENOMEM, "no memory for %u rewards", s->n_scored);
    for (uint32_t i = 0; i < s->n_scored; i++)
        y[i] = reward_of(ax_state_candidate(s, s->scored[i]));
    const ax_curve_how how = { .decay = 0.97, .window = { 0, s->n_scored > 1 ? s->n_scored : 2 } };
    ax_code code = ax_curve_make(&curve, (ax_series) { y, s->n_scored }, &how, err);
    if (code == AX_OK) {
        curve.chart.x_name = "candidates, as they were judged";
        ax_str_add(out, "<figure class=\"for-wide\">\n");
        ax_chart_svg(&curve.chart, 2 * WIDTH, HEIGHT + 60, "Rewards of the search", out);
        ax_str_add(out, "</figure>\n<figure class=\"for-narrow\">\n"); /* the texts of a chart that is merely shrunk
                                                                          couldn't be read */
        ax_chart_svg(&curve.chart, WIDTH, HEIGHT, "Rewards of the search", out);
        ax_str_add(out, "</figure>\n");
        ax_curve_release(&curve);
    }
    free(y);
    return code;
}

/* Adds points: first dominated ones, then those of the front, by rising cost. */
static size_t add_points(const ax_state *s, ax_metric cost, double *x, double *y)
{
    size_t n = 0;
    const ax_front *f = &s->front[cost];
    for (uint32_t i = 0; i < s->n_scored; i++) {
        const ax_candidate *c = ax_state_candidate(s, s->scored[i]);
        if (ax_state_on_front(s, c, cost))
            continue;
        x[n] = ax_outcome_cost(&c->outcome, cost);
        y[n++] = reward_of(c);
    }
    for (uint32_t i = 0; i < f->n; i++) {
        x[n + i] = f->point[i].cost;
        y[n + i] = f->point[i].reward;
    }
    return n;
}

static ax_code add_front(const ax_state *s, ax_metric cost, ax_str *out, ax_err *err)
{
    size_t room = (size_t)s->n_scored + s->front[cost].n;
    double *x = malloc(room * sizeof *x), *y = malloc(room * sizeof *y);
    ax_code code = x && y ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for %zu points", room);
    if (code == AX_OK) {
        char title[96];
        size_t beaten = add_points(s, cost, x, y), n = s->front[cost].n;
        ax_chart chart = {
            .x.log = true, .x_name = ax_metric_of(cost)->front.label, .y_name = "reward", .shares = true, .n = 3
        };
        chart.layer[0] = (ax_layer) { AX_MARK_POINTS, .x = x, .y = y, .n = beaten, .role = AX_ROLE_POINT };
        chart.layer[1] = (ax_layer) { AX_MARK_STEPS, .x = x + beaten, .y = y + beaten, .n = n, .role = AX_ROLE_BEST };
        chart.layer[2] = (ax_layer) { AX_MARK_POINTS, .x = x + beaten,      .y = y + beaten,
                                      .n = n,         .role = AX_ROLE_BEST, .name = "no other is better in both" };
        snprintf(title, sizeof title, "Reward and %s", ax_metric_of(cost)->front.title);
        ax_chart_svg(&chart, WIDTH, HEIGHT, title, out);
    }
    free(x);
    free(y);
    return code;
}

ax_code ax_page_fronts(const ax_page_of *of, ax_str *out, ax_err *err)
{
    ax_code code = AX_OK;
    ax_metric cost;
    for (int k = 1; (cost = ax_metric_front(k)) < AX_METRIC_COUNT && code == AX_OK; k++) {
        if (!of->state->front[cost].n) /* an older run has no latencies */
            continue;
        ax_str_add(out, "<figure>\n");
        code = add_front(of->state, cost, out, err);
        ax_str_add(out, "</figure>\n");
    }
    return code;
}
