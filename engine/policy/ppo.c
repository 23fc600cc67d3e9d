/* Proximal policy optimisation of the controller: one pass over the last hundred samples per new one. */
#include "engine/base/pack.h"
#include "engine/policy/learner.h"

#include <math.h>
#include <string.h>

enum { BUFFER = 100 };
static const double clip = 0.1, learning_rate = 1e-4;

typedef struct sample {
    ax_genotype genotype;
    double logp, reward; /* under the policy that proposed it */
} sample;

typedef struct ppo {
    ax_learner learner;
    sample buffer[BUFFER]; /* only samples so far; the oldest is overwritten */
    uint32_t n, next;
} ppo;

static ax_strategy *start(const ax_strategy_options *o, ax_err *err)
{
    return ax_learner_start(sizeof(ppo), &ax_strategy_ppo, 3, o, err);
}

static ax_code learn(ax_strategy *s, const ax_proposal *given, double reward, ax_learned *what, ax_err *err)
{
    (void)err;
    ppo *p = (ppo *)s;
    ax_proposal now = *given;
    if (!isfinite(given->logp))
        ax_controller_score(p->learner.controller, &given->genotype, &now);
    *what = ax_strategy_tally(s, reward);
    what->loss = what->clip_fraction = 0;
    p->buffer[p->next] = (sample) { given->genotype, now.logp, reward };
    p->next = (p->next + 1) % BUFFER;
    p->n += p->n < BUFFER;
    uint32_t order[BUFFER];
    for (uint32_t i = 0; i < p->n; i++)
        order[i] = i;
    for (uint32_t i = p->n; i > 0; i--) {
        uint32_t j = ax_rng_below(&s->rng, i), k = (p->next + BUFFER - p->n + order[j]) % BUFFER; /* oldest = 0 */
        order[j] = order[i - 1];
        double share;
        ax_rollout r = { p->buffer[k].genotype, p->buffer[k].logp, p->buffer[k].reward - s->baseline };
        what->loss += ax_controller_loss(p->learner.controller, &r, 1, clip, p->learner.entropy_weight, &share) / p->n;
        what->clip_fraction += share / p->n;
        ax_controller_adam(p->learner.controller, learning_rate, ax_learner_clip_norm);
    }
    ax_controller_score(p->learner.controller, &given->genotype, &now);
    what->entropy = now.entropy;
    return AX_OK;
}

/* ---- state ---- */

static void pack(const ax_strategy *s, msgpack_packer *pk)
{
    const ppo *p = (const ppo *)s;
    ax_controller_pack(p->learner.controller, pk);
    ax_pack_text(pk, "buffer"); /* oldest first */
    msgpack_pack_array(pk, p->n);
    for (uint32_t i = 0; i < p->n; i++) {
        const sample *b = &p->buffer[(p->next + BUFFER - p->n + i) % BUFFER];
        ax_strategy_pack_sample(pk, &b->genotype, b->logp, b->reward);
    }
}

static bool unpack(ax_strategy *s, const msgpack_object *map)
{
    ppo *p = (ppo *)s;
    sample buffer[BUFFER];
    int64_t samples;
    const msgpack_object *list = ax_map_get(map, "buffer");
    if (!list || list->type != MSGPACK_OBJECT_ARRAY || list->via.array.size > BUFFER ||
        !ax_read_whole(ax_map_get(map, "samples"), &samples) || list->via.array.size > samples)
        return false;
    for (uint32_t i = 0; i < list->via.array.size; i++)
        if (!ax_strategy_read_sample(s, &list->via.array.ptr[i], &buffer[i].genotype, &buffer[i].logp,
                                     &buffer[i].reward) ||
            buffer[i].logp > 0)
            return false;
    if (!ax_controller_unpack(p->learner.controller, map))
        return false;
    p->n = list->via.array.size;
    memcpy(p->buffer, buffer, p->n * sizeof *buffer);
    p->next = p->n % BUFFER;
    return true;
}

const ax_strategy_ops ax_strategy_ppo = {
    "ppo", start, ax_learner_stop, ax_learner_propose, learn, ax_learner_probabilities, AX_CONTROLLER_FIELDS + 1,
    pack,  unpack
};
