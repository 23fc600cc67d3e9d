/* Reward against a cost: the candidates, and which of them no other one beats in both. */
#include "tui/view/view.h"

#include "viz/scatter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct pareto_state {
    int axis; /* the figure with the first front is 0 */
} pareto_state;

static double reward_of(const ax_candidate *c)
{
    return c && c->status != AX_PRUNED && c->status != AX_FAILED ? c->outcome.reward : NAN;
}

/* All but the selected one. */
static ax_code draw_points(ax_pane p, const ax_state *s, ax_metric axis, ax_scatter_scale *scale, ax_err *err)
{
    size_t n = s->n_scored, room = n ? n : 1;
    double *x = calloc(room, sizeof *x), *y = calloc(room, sizeof *y);
    bool *front = calloc(room, sizeof *front);
    ax_code code = x && y && front ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for the pareto plot");
    if (code == AX_OK) {
        for (size_t i = 0; i < n; i++) {
            const ax_candidate *c = ax_state_candidate(s, s->scored[i]);
            x[i] = ax_outcome_cost(&c->outcome, axis);
            y[i] = reward_of(c);
            front[i] = ax_state_on_front(s, c, axis);
        }
        ax_scatter_draw(
            p,
            &(ax_scatter) {
                .x = x, .y = y, .front = front, .n = n, .log_x = true, .x_name = ax_metric_of(axis)->front.label },
            scale);
    }
    free(x);
    free(y);
    free(front);
    return code;
}

static ax_code draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    const ax_state *s = ui->state;
    const ax_candidate *c = ax_ui_selected(ui);
    const pareto_state *here = ui->slot[AX_VIEW_PARETO];
    ax_metric axis = ax_metric_front(here->axis + 1);
    ax_pane inner = ax_pane_inner(p);
    ax_plots once = { .axis = 0 }, *kept = ui->plots ? ui->plots : &once;
    ax_curve_window all = { .width = 0 };
    if (kept->axis != here->axis || !ax_plot_again(&kept->pareto, inner, s, all)) {
        if (draw_points(inner, s, axis, &kept->scale, err) != AX_OK)
            return AX_ENOMEM;
        kept->axis = here->axis;
        if (ui->plots)
            ax_plot_keep(&kept->pareto, inner, s, all);
    }
    char title[48], right[64];
    bool shown = c && c->scored;
    uint32_t on_front = s->front[axis].n;
    if (shown)
        ax_scatter_cursor(inner, &kept->scale, ax_outcome_cost(&c->outcome, axis), reward_of(c));
    if (shown)
        snprintf(right, sizeof right, "@ #%u   front %u", ui->selected, on_front);
    else
        snprintf(right, sizeof right, "front %u", on_front);
    snprintf(title, sizeof title, "pareto  reward x %s", ax_metric_of(axis)->front.title);
    ax_pane_frame(p, false, title, right);
    return AX_OK;
}

static bool act(ax_ui *ui, ax_action a)
{
    pareto_state *here = ui->slot[AX_VIEW_PARETO];
    if (a != AX_DO_WIRING || ui->view != AX_VIEW_PARETO)
        return false;
    do /* older runs have no latencies */
        here->axis = ax_metric_front(here->axis + 2) < AX_METRIC_COUNT ? here->axis + 1 : 0;
    while (here->axis && !ui->state->front[ax_metric_front(here->axis + 1)].n);
    return true;
}

const ax_view ax_view_pareto = {
    .title = "Pareto", .key = '4', .state = sizeof(pareto_state), .draw = draw, .action = act
};
