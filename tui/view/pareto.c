/* The Pareto view: reward against a cost, and the candidates that no other one dominates. */
#include "tui/view/view.h"

#include "tui/view/kept.h"
#include "viz/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct pareto_state {
    int axis; /* index of the cost among the figures with fronts */
    ax_kept kept;
    ax_chart_scale scale; /* scale of the plot that is kept */
} pareto_state;

static double reward_of(const ax_candidate *c)
{
    return c && c->status != AX_PRUNED && c->status != AX_FAILED ? c->outcome.reward : NAN;
}

/* Points of a chart: first dominated ones, then those of the front. */
typedef struct points {
    double *x, *y;
    size_t n, beaten;
} points;

static void release_points(points *p)
{
    free(p->x);
    free(p->y);
    *p = (points) { .n = 0 };
}

static ax_code make_points(points *p, const ax_state *s, ax_metric axis, ax_err *err)
{
    size_t room = s->n_scored ? s->n_scored : 1;
    *p = (points) { .x = malloc(room * sizeof *p->x), .y = malloc(room * sizeof *p->y) };
    if (!p->x || !p->y) {
        release_points(p);
        return ax_fail(err, AX_ENOMEM, "no memory for the pareto plot");
    }
    for (int front = 0; front < 2; front++) {
        for (size_t i = 0; i < s->n_scored; i++) {
            const ax_candidate *c = ax_state_candidate(s, s->scored[i]);
            if (ax_state_on_front(s, c, axis) != (front != 0))
                continue;
            p->x[p->n] = ax_outcome_cost(&c->outcome, axis);
            p->y[p->n++] = reward_of(c);
        }
        p->beaten = front ? p->beaten : p->n;
    }
    return AX_OK;
}

static ax_chart chart_of(const points *pt, ax_metric axis)
{
    ax_chart chart = {
        .x.log = true, .x_name = ax_metric_of(axis)->front.label, .y_name = "reward", .shares = true, .n = 2
    };
    chart.layer[0] = (ax_layer) { AX_MARK_POINTS,        .x = pt->x,           .y = pt->y, .n = pt->beaten,
                                  .role = AX_ROLE_POINT, .glyph = AX_GLYPH_RAW };
    chart.layer[1] =
        (ax_layer) { AX_MARK_POINTS,       .x = pt->x + pt->beaten, .y = pt->y + pt->beaten, .n = pt->n - pt->beaten,
                     .role = AX_ROLE_BEST, .glyph = AX_GLYPH_FRONT, .name = "front" };
    return chart;
}

/* All but the selected one. */
static ax_code draw_points(ax_pane p, const ax_state *s, ax_metric axis, ax_chart_scale *scale, ax_err *err)
{
    points pt;
    if (make_points(&pt, s, axis, err) != AX_OK)
        return AX_ENOMEM;
    ax_chart chart = chart_of(&pt, axis);
    ax_code code = ax_chart_draw(p, &chart, scale, err);
    release_points(&pt);
    return code;
}

static ax_code svg(const ax_ui *ui, ax_str *out, ax_err *err)
{
    const pareto_state *here = ui->slot[AX_VIEW_PARETO];
    ax_metric axis = ax_metric_front(here->axis + 1);
    points pt;
    if (make_points(&pt, ui->state, axis, err) != AX_OK)
        return AX_ENOMEM;
    ax_chart chart = chart_of(&pt, axis);
    ax_chart_svg(&chart, AX_SVG_WIDTH, AX_SVG_HEIGHT, ui->run, out);
    release_points(&pt);
    return AX_OK;
}

static ax_code draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    const ax_state *s = ui->state;
    const ax_candidate *c = ax_ui_selected(ui);
    pareto_state *here = ui->slot[AX_VIEW_PARETO];
    ax_metric axis = ax_metric_front(here->axis + 1);
    ax_pane inner = ax_pane_inner(p);
    if (!ax_kept_draw(&here->kept, inner, s, &here->axis, sizeof here->axis)) {
        if (draw_points(inner, s, axis, &here->scale, err) != AX_OK)
            return AX_ENOMEM;
        ax_kept_save(&here->kept, inner, s, &here->axis, sizeof here->axis);
    }
    char title[48], right[96];
    bool shown = c && c->scored;
    uint32_t on_front = s->front[axis].n;
    if (shown)
        ax_chart_cursor(inner, &here->scale, ax_outcome_cost(&c->outcome, axis), reward_of(c));
    const char *legend = p.at.cols < 70            ? ""
                         : p.canvas->glyphs->ascii ? "o front   . beaten   "
                                                   : "o front   \u00b7 beaten   ";
    if (shown && ui->view == AX_VIEW_PARETO)
        snprintf(right, sizeof right, "%s@ #%u   front %u", legend, c->id, on_front);
    else if (shown) /* the table beside shows it */
        snprintf(right, sizeof right, "%s@ selected   front %u", legend, on_front);
    else
        snprintf(right, sizeof right, "%sfront %u", legend, on_front);
    snprintf(title, sizeof title, "pareto  reward x %s", ax_metric_of(axis)->front.title);
    ax_pane_frame(p, false, title, right);
    return AX_OK;
}

/* Selects the candidate of the front that is next in cost, up or down; from another candidate, the nearest one. */
static void step(ax_ui *ui, ax_metric axis, int by)
{
    const ax_state *s = ui->state;
    const ax_candidate *c = ax_ui_selected(ui), *next = NULL;
    double at = c && c->scored ? ax_outcome_cost(&c->outcome, axis) : by > 0 ? -INFINITY : INFINITY;
    for (uint32_t i = 0; i < s->n_scored; i++) {
        const ax_candidate *o = ax_state_candidate(s, s->scored[i]);
        double cost = o ? ax_outcome_cost(&o->outcome, axis) : NAN;
        if (!o || o == c || !ax_state_on_front(s, o, axis) || !(by > 0 ? cost > at : cost < at))
            continue;
        double best = next ? ax_outcome_cost(&next->outcome, axis) : NAN;
        if (!next || (by > 0 ? cost < best : cost > best))
            next = o;
    }
    if (next)
        ax_ui_select(ui, next->id);
    else
        ax_ui_say(ui, false, "that is the %s of the front", by > 0 ? "most expensive" : "cheapest");
}

static bool act(ax_ui *ui, ax_action a)
{
    pareto_state *here = ui->slot[AX_VIEW_PARETO];
    if (ui->view != AX_VIEW_PARETO)
        return false;
    if (a == AX_DO_PAN_BACK || a == AX_DO_PAN_ON) {
        step(ui, ax_metric_front(here->axis + 1), a == AX_DO_PAN_ON ? 1 : -1);
        return true;
    }
    if (a != AX_DO_WIRING)
        return false;
    do /* older runs have no latencies */
        here->axis = ax_metric_front(here->axis + 2) < AX_METRIC_COUNT ? here->axis + 1 : 0;
    while (here->axis && !ui->state->front[ax_metric_front(here->axis + 1)].n);
    return true;
}

/* Selects the candidate that is nearest to the mouse, in cells, which are twice as high as wide. */
static void mouse(ax_ui *ui, ax_mouse what, int row, int col)
{
    const ax_state *s = ui->state;
    const pareto_state *here = ui->slot[AX_VIEW_PARETO];
    ax_rect pane = ui->layout.pane[AX_VIEW_PARETO];
    ax_metric axis = ax_metric_front(here->axis + 1);
    double best = INFINITY;
    uint32_t nearest = 0;
    for (uint32_t i = 0; i < s->n_scored && what != AX_MOUSE_RELEASE; i++) {
        const ax_candidate *c = ax_state_candidate(s, s->scored[i]);
        int r, k;
        if (!c || !ax_chart_place(&here->scale, pane.rows - 2, pane.cols - 2, ax_outcome_cost(&c->outcome, axis),
                                  reward_of(c), &r, &k))
            continue;
        double distance = hypot(2 * (r - row), k - col);
        if (distance < best) {
            best = distance;
            nearest = c->id;
        }
    }
    if (nearest)
        ax_ui_select(ui, nearest);
}

static void refresh(ax_ui *ui, bool replaced)
{
    pareto_state *here = ui->slot[AX_VIEW_PARETO];
    if (replaced)
        ax_kept_drop(&here->kept);
}

static void release(void *slot)
{
    pareto_state *here = slot;
    ax_kept_drop(&here->kept);
}

const ax_view ax_view_pareto = {
    .title = "Pareto",
    .help = "Tab\twhich cost\n< >\tthe next one on the front, cheaper or costlier\nEnter\tits cell, and back\n",
    .key = '4',
    .state = sizeof(pareto_state),
    .draw = draw,
    .svg = svg,
    .action = act,
    .mouse = mouse,
    .refresh = refresh,
    .release = release
};
