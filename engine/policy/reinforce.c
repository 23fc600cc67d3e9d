/* REINFORCE over the controller (Williams, 1992): one step along advantage times the gradient of the log-probability
   per reward, the advantage being what the reward is above the moving average. */
#include "engine/policy/controller_state.h"
#include "engine/policy/strategy_internal.h"

#include <math.h>
#include <stdlib.h>

static const double learning_rate = 6e-4; /* Zoph and Le, ICLR 2017 */
static const double clip_norm = 2.0;

typedef struct reinforce {
    ax_strategy base;
    ax_controller *controller;
    double entropy_weight;
} reinforce;

static void stop(ax_strategy *s)
{
    ax_controller_free(((reinforce *)s)->controller);
    free(s);
}

static ax_strategy *start(const ax_strategy_options *o, ax_err *err)
{
    reinforce *p = (reinforce *)ax_strategy_start(sizeof *p, &ax_strategy_reinforce, o->seed, 4, err);
    if (!p)
        return NULL;
    p->entropy_weight = o->entropy_weight;
    p->controller = ax_controller_new(o->feedback_none ? AX_FEEDBACK_NONE : AX_FEEDBACK_PREVIOUS, &p->base.rng, err);
    if (p->controller)
        return &p->base;
    stop(&p->base);
    return NULL;
}

static ax_code propose(ax_strategy *s, ax_proposal *out, ax_err *err)
{
    (void)err;
    ax_controller_sample(((reinforce *)s)->controller, &s->rng, out);
    return AX_OK;
}

static ax_code learn(ax_strategy *s, const ax_proposal *given, double reward, ax_learned *what, ax_err *err)
{
    (void)err;
    reinforce *p = (reinforce *)s;
    ax_strategy_tally(s, reward);
    /* The surrogate at ratio 1 and without a clip has exactly this gradient. The policy may have moved since it
       proposed; as everywhere with REINFORCE, the sample counts as one of the policy that learns. */
    ax_proposal now;
    ax_controller_score(p->controller, &given->genotype, &now);
    ax_rollout r = { given->genotype, now.logp, reward - s->baseline };
    ax_controller_loss(p->controller, &r, 1, INFINITY, p->entropy_weight, NULL);
    ax_controller_adam(p->controller, learning_rate, clip_norm);
    *what = (ax_learned) { -r.advantage * now.logp - p->entropy_weight * now.entropy,
                           s->baseline,
                           r.advantage,
                           NAN,
                           now.entropy,
                           s->samples };
    return AX_OK;
}

static void pack(const ax_strategy *s, msgpack_packer *pk)
{
    ax_controller_pack(((const reinforce *)s)->controller, pk);
}

static bool unpack(ax_strategy *s, const msgpack_object *map)
{
    return ax_controller_unpack(((reinforce *)s)->controller, map);
}

const ax_strategy_ops ax_strategy_reinforce = { "reinforce",          start, stop,  propose, learn,
                                                AX_CONTROLLER_FIELDS, pack,  unpack };
