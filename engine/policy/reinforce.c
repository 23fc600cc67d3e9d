/* REINFORCE for the controller (Williams, 1992): per reward one step along the gradient of the log-probability times
   the advantage, which is the reward minus its moving average. */
#include "engine/policy/learner.h"

#include <math.h>

typedef struct reinforce {
    ax_learner learner;
    double lr;
} reinforce;

static ax_strategy *start(const ax_strategy_options *o, ax_err *err)
{
    ax_strategy *s = ax_learner_start(sizeof(reinforce), &ax_strategy_reinforce, 4, o, err);
    if (s)
        ((reinforce *)s)->lr = o->reinforce_lr;
    return s;
}

static ax_code learn(ax_strategy *s, const ax_proposal *given, double reward, ax_learned *what, ax_err *err)
{
    (void)err;
    ax_learner *p = (ax_learner *)s;
    *what = ax_strategy_tally(s, reward);
    /* The surrogate without a clip has exactly this gradient at ratio 1. The policy may have changed since the
       proposal; as usual with REINFORCE, the sample is treated as one of the current policy. */
    ax_proposal now;
    ax_controller_score(p->controller, &given->genotype, &now);
    ax_rollout r = { given->genotype, now.logp, reward - s->baseline };
    ax_controller_loss(p->controller, &r, 1, INFINITY, p->entropy_weight, NULL);
    ax_controller_adam(p->controller, ((reinforce *)s)->lr, ax_learner_clip_norm);
    what->loss = -r.advantage * now.logp - p->entropy_weight * now.entropy;
    what->entropy = now.entropy;
    return AX_OK;
}

static void pack(const ax_strategy *s, msgpack_packer *pk)
{
    ax_controller_pack(((const ax_learner *)s)->controller, pk);
}

static bool unpack(ax_strategy *s, const msgpack_object *map)
{
    return ax_controller_unpack(((ax_learner *)s)->controller, map);
}

const ax_strategy_ops ax_strategy_reinforce = { "reinforce",          start, ax_learner_stop,
                                                ax_learner_propose,   learn, ax_learner_probabilities,
                                                AX_CONTROLLER_FIELDS, pack,  unpack };
