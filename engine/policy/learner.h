/* Common parts of the strategies that train a controller. */
#ifndef AX_POLICY_LEARNER_H
#define AX_POLICY_LEARNER_H

#include "engine/policy/controller_state.h"
#include "engine/policy/strategy_internal.h"

static const double ax_learner_clip_norm = 2.0; /* most norm of the gradient */

typedef struct ax_learner { /* first member of each such strategy's own struct */
    ax_strategy base;
    ax_controller *controller;
    double entropy_weight;
} ax_learner;

/* As ax_strategy_start, for a struct of `size` bytes that begins with an ax_learner. */
ax_strategy *ax_learner_start(size_t size, const ax_strategy_ops *ops, uint64_t stream, const ax_strategy_options *o,
                              ax_err *err);
void ax_learner_stop(ax_strategy *s);
void ax_learner_probabilities(ax_strategy *s, float *p);
ax_code ax_learner_propose(ax_strategy *s, ax_proposal *out, ax_err *err);

#endif
