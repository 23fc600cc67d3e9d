#include "engine/policy/learner.h"

#include <stdlib.h>

ax_strategy *ax_learner_start(size_t size, const ax_strategy_ops *ops, uint64_t stream, const ax_strategy_options *o,
                              ax_err *err)
{
    ax_learner *l = (ax_learner *)ax_strategy_start(size, ops, stream, o, err);
    if (!l)
        return NULL;
    l->entropy_weight = o->entropy_weight;
    l->controller =
        ax_controller_new(o->space, o->feedback_none ? AX_FEEDBACK_NONE : AX_FEEDBACK_PREVIOUS, &l->base.rng, err);
    if (l->controller)
        return &l->base;
    ax_learner_stop(&l->base);
    return NULL;
}

void ax_learner_stop(ax_strategy *s)
{
    ax_controller_free(((ax_learner *)s)->controller);
    free(s);
}

ax_code ax_learner_propose(ax_strategy *s, ax_proposal *out, ax_err *err)
{
    (void)err;
    ax_controller_sample(((ax_learner *)s)->controller, &s->rng, out);
    return AX_OK;
}

void ax_learner_probabilities(ax_strategy *s, float *p)
{
    ax_controller_probabilities(((ax_learner *)s)->controller, p);
}
