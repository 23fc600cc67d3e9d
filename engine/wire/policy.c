/* A strategy's preferences, event by event. */
#include "engine/wire/state_internal.h"

#include <math.h>

double ax_policy_entropy(const ax_policy *p, const ax_probabilities *of, unsigned decision)
{
    double sum = 0;
    unsigned at = ax_space_choices(p->space, decision);
    for (unsigned i = 0; i < p->space->decision[decision].choices; i++)
        if (of->p[at + i] > 0)
            sum -= (double)of->p[at + i] * log((double)of->p[at + i]);
    return fmax(sum, 0);
}

/* Drops every other value; later only every other value that arrives is kept. */
static void thin(ax_policy *p)
{
    for (unsigned d = 0; d < p->space->n_decisions; d++)
        for (int i = 0; i < AX_POLICY_TRACE / 2; i++)
            p->entropy[d][i] = p->entropy[d][2 * i];
    p->n_trace = AX_POLICY_TRACE / 2;
    p->every *= 2;
}

/* Strategies that learn from the best ones prefer nothing before they have some: all is zero, and they draw evenly. */
static ax_probabilities even_if_none(const ax_space *space, const ax_probabilities *told)
{
    ax_probabilities p = *told;
    float sum = 0;
    for (unsigned i = 0; i < space->decision[0].choices; i++)
        sum += p.p[i];
    for (unsigned d = 0; d < space->n_decisions && !(sum > 0); d++)
        for (unsigned i = 0; i < space->decision[d].choices; i++)
            p.p[ax_space_choices(space, d) + i] = 1.0f / (float)space->decision[d].choices;
    return p;
}

void ax_policy_fold(ax_policy *p, const ax_event *ev)
{
    const ax_space *space = ax_space_named(ev->u.POLICY.space);
    const ax_probabilities *told = &ev->u.POLICY.probabilities;
    if (!space || told->n != ax_space_choices(space, space->n_decisions))
        return;
    ax_probabilities drawn = even_if_none(space, told);
    if (p->space != space)
        *p = (ax_policy) { .space = space, .first = drawn, .every = 1 };
    p->now = *told;
    p->samples = ev->u.POLICY.samples;
    if (p->n_trace == AX_POLICY_TRACE)
        thin(p);
    if (p->told++ % p->every)
        return;
    for (unsigned d = 0; d < space->n_decisions; d++)
        p->entropy[d][p->n_trace] = (float)ax_policy_entropy(p, &drawn, d);
    p->n_trace++;
}

void ax_state_fold_learned(ax_state *s, const ax_event *ev)
{
    s->baseline = ev->u.LEARNED.baseline;
    s->policy_entropy = ev->u.LEARNED.entropy;
    s->advantage = ev->u.LEARNED.advantage;
    s->clip_fraction = ev->u.LEARNED.clip_share;
    s->gp_length = ev->u.LEARNED.length;
    s->gp_noise = ev->u.LEARNED.noise;
    if (!ax_state_reserve(s, (void **)&s->learned, s->n_learned + 1, sizeof *s->learned))
        return;
    s->learned[s->n_learned++] = (ax_learning_step) { .baseline = (float)s->baseline,
                                                      .advantage = (float)s->advantage,
                                                      .clip_share = (float)s->clip_fraction };
}
