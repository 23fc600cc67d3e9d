/* The state of the finals, and a run's result. */
#include "engine/wire/state_internal.h"

#include <math.h>

bool ax_state_is_over(ax_status status)
{
    return status == AX_DONE || status == AX_PROMOTED || status == AX_FAILED || status == AX_PRUNED;
}

void ax_state_find_finalist(ax_state *s)
{
    double best = -INFINITY;
    s->finalist = s->n_finalists = 0;
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        const ax_candidate *c = &s->candidate[i];
        s->n_finalists += c->finalist > 0;
        if (c->finalist && c->status != AX_PRUNED && c->outcome.final_mean > best) {
            best = c->outcome.final_mean;
            s->finalist = c->id;
        }
    }
}

void ax_state_fold_final(ax_state *s, const ax_event *ev)
{
    if (ev->u.FINAL.trainings > 0)
        s->finals = ev->u.FINAL.trainings;
    ax_state_find_finalist(s);
}

uint32_t ax_state_result(const ax_state *s, double *reward)
{
    uint32_t all = ax_state_best_of_all(s), id = s->finalist && all == s->best ? s->finalist : all;
    const ax_candidate *c = ax_state_candidate(s, id);
    *reward = !c ? NAN : id == s->finalist ? c->outcome.final_mean : c->outcome.reward;
    return id;
}

uint32_t ax_state_winner(const ax_state *s)
{
    return s->finalist ? s->finalist : s->best;
}

bool ax_state_has_figure(const ax_state *s, ax_metric m)
{
    return ax_metric_is_of(m, s->task) && (!ax_metric_of(m)->final || s->n_finalists);
}
