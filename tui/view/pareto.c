/* Reward against a cost: the candidates, and which of them no other one beats in both. */
#include "tui/view/view.h"

#include "tui/view/kept.h"
#include "viz/scatter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct pareto_state {
    int axis; /* the figure with the first front is 0 */
    ax_kept kept;
    ax_scatter_scale scale; /* of what is kept */
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
    pareto_state *here = ui->slot[AX_VIEW_PARETO];
    ax_metric axis = ax_metric_front(here->axis + 1);
    ax_pane inner = ax_pane_inner(p);
    if (!ax_kept_draw(&here->kept, inner, s, &here->axis, sizeof here->axis)) {
        if (draw_points(inner, s, axis, &here->scale, err) != AX_OK)
            return AX_ENOMEM;
        ax_kept_save(&here->kept, inner, s, &here->axis, sizeof here->axis);
    }
    char title[48], right[64];
    bool shown = c && c->scored;
    uint32_t on_front = s->front[axis].n;
    if (shown)
        ax_scatter_cursor(inner, &here->scale, ax_outcome_cost(&c->outcome, axis), reward_of(c));
    if (shown)
        snprintf(right, sizeof right, "@ #%u   front %u", c->id, on_front);
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

const ax_view ax_view_pareto = { .title = "Pareto",
                                 .key = '4',
                                 .state = sizeof(pareto_state),
                                 .draw = draw,
                                 .action = act,
                                 .refresh = refresh,
                                 .release = release };
