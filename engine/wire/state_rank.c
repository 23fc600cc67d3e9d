#include "engine/wire/state_internal.h"

#include <math.h>

bool ax_candidate_counts(const ax_candidate *c)
{
    return (c->status == AX_DONE || c->status == AX_PROMOTED) && !isnan(c->outcome.reward) &&
           (c->scored || c->stage >= AX_STAGE_FULL);
}

static bool beats(const ax_state *s, const ax_candidate *c, uint32_t best)
{
    return !best || c->outcome.reward > s->candidate[best - 1].outcome.reward;
}

uint32_t ax_state_best_of_all(const ax_state *s)
{
    return s->best_full && beats(s, &s->candidate[s->best_full - 1], s->best) ? s->best_full : s->best;
}

bool ax_state_on_front(const ax_state *s, const ax_candidate *c, ax_metric cost)
{
    return ax_front_has(&s->front[cost], ax_outcome_cost(&c->outcome, cost), c->id);
}

void ax_state_rank(ax_state *s, const ax_candidate *c)
{
    if (!ax_candidate_counts(c))
        return;
    if (c->stage >= AX_STAGE_FULL) {
        s->best_full = beats(s, c, s->best_full) ? c->id : s->best_full;
        return;
    }
    s->best = beats(s, c, s->best) ? c->id : s->best;
    ax_metric m;
    for (int k = 1; (m = ax_metric_front(k)) < AX_METRIC_COUNT; k++)
        if (!ax_front_add(&s->front[m], ax_outcome_cost(&c->outcome, m), c->outcome.reward, c->id))
            s->out_of_memory = true;
}

void ax_state_rank_all(ax_state *s)
{
    s->best = s->best_full = 0;
    for (int k = 0; k < AX_METRIC_COUNT; k++)
        s->front[k].n = 0;
    for (uint32_t i = 0; i < s->n_scored; i++)
        ax_state_rank(s, &s->candidate[s->scored[i] - 1]);
    for (uint32_t i = 0; i < s->n_candidates; i++)
        if (s->candidate[i].stage >= AX_STAGE_FULL)
            ax_state_rank(s, &s->candidate[i]);
}

static uint32_t *count_of(ax_state *s, ax_status status)
{
    uint32_t *count[128] = { [AX_QUEUED] = &s->n_queued, [AX_RUNNING] = &s->n_running, [AX_DONE] = &s->n_done,
                             [AX_PROMOTED] = &s->n_done, [AX_PRUNED] = &s->n_pruned,   [AX_FAILED] = &s->n_failed };
    return count[status & 127];
}

void ax_state_status_changed(ax_state *s, const ax_candidate *c, ax_status was, bool counted)
{
    uint32_t *before = count_of(s, was), *now = count_of(s, c->status);
    if (before && *before)
        --*before;
    if (now)
        ++*now;
    if (counted && !ax_candidate_counts(c))
        ax_state_rank_all(s);
    else if (!counted)
        ax_state_rank(s, c);
    if (ax_candidate_is_final(c))
        s->n_finals += (uint32_t)(ax_state_is_over(c->status) - ax_state_is_over(was));
    if (c->finalist)
        ax_state_find_finalist(s);
}
