/* The rewards as they came, and their average. */
#include "tui/view/view.h"

#include "tui/view/kept.h"
#include "viz/curve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double ema_decay = 0.97;

typedef struct reward_state {
    ax_curve_window window; /* what is seen of it */
    ax_kept kept;
} reward_state;

static void waiting(ax_pane p, const ax_ui *ui)
{
    char text[AX_EVENT_TEXT + 16] = "no reward yet";
    if (ui->loading < 1)
        snprintf(text, sizeof text, "reading the history: %.0f %%", 100 * ui->loading);
    else if (ui->state->activity[0])
        snprintf(text, sizeof text, "preparing: %s", ui->state->activity);
    for (uint32_t i = 0; i < ui->state->n_candidates && !ui->state->activity[0]; i++) {
        const ax_candidate *c = &ui->state->candidate[i];
        if (c->status == AX_RUNNING)
            snprintf(text, sizeof text, "training #%u: epoch %d/%d", c->id, c->epoch, c->epochs);
    }
    int width = ax_text_width(text);
    ax_pane_print_cut(p, p.at.rows / 2 - 1, 6 + (p.at.cols - 6 - width) / 2, p.at.cols - 7, AX_ROLE_DIM, text);
}

static ax_code draw(ax_pane p, const ax_ui *ui, ax_err *err)
{
    reward_state *here = ui->slot[AX_VIEW_REWARD];
    const ax_state *s = ui->state;
    bool ascii = p.canvas->glyphs->ascii;
    const char *legend = p.at.cols < 60 ? "EMA .97"
                         : ascii        ? "* EMA .97   - best   . raw"
                                        : "EMA .97   \u2500 best   \u00b7 raw";
    char title[64] = "reward";
    if (here->window.width)
        snprintf(title, sizeof title, "reward %zu-%zu  0: all", here->window.from,
                 here->window.from + here->window.width);
    ax_pane_frame(p, false, title, legend);
    ax_pane inner = ax_pane_inner(p);
    if (ax_kept_draw(&here->kept, inner, s, &here->window, sizeof here->window))
        return AX_OK;
    double *y = malloc((s->n_scored ? s->n_scored : 1) * sizeof *y);
    if (!y)
        return ax_fail(err, AX_ENOMEM, "no memory for the reward curve");
    for (uint32_t i = 0; i < s->n_scored; i++) {
        const ax_candidate *c = ax_state_candidate(s, s->scored[i]);
        y[i] = c ? c->outcome.reward : NAN;
    }
    ax_code code = ax_curve_draw(inner, (ax_series) { .y = y, .n = s->n_scored }, ema_decay, here->window, err);
    free(y);
    if (!s->n_scored)
        waiting(inner, ui);
    if (code == AX_OK)
        ax_kept_save(&here->kept, inner, s, &here->window, sizeof here->window);
    return code;
}

static bool act(ax_ui *ui, ax_action a)
{
    reward_state *here = ui->slot[AX_VIEW_REWARD];
    size_t n = ui->state->n_scored;
    switch (a) {
    case AX_DO_ZOOM_IN:
    case AX_DO_ZOOM_OUT:
        ax_curve_zoom(&here->window, n, a == AX_DO_ZOOM_IN ? 1 : -1);
        return true;
    case AX_DO_PAN_BACK:
    case AX_DO_PAN_ON:
        ax_curve_pan(&here->window, n, a == AX_DO_PAN_ON ? 1 : -1);
        return true;
    case AX_DO_ZOOM_NONE:
        here->window = (ax_curve_window) { .width = 0 };
        return false; /* so do the masks */
    default:
        return false;
    }
}

static void refresh(ax_ui *ui, bool replaced)
{
    reward_state *here = ui->slot[AX_VIEW_REWARD];
    if (replaced)
        ax_kept_drop(&here->kept);
}

static void release(void *slot)
{
    reward_state *here = slot;
    ax_kept_drop(&here->kept);
}

const ax_view ax_view_reward = { .title = "Reward",
                                 .state = sizeof(reward_state),
                                 .draw = draw,
                                 .action = act,
                                 .refresh = refresh,
                                 .release = release };
