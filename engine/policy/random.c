/* Uniform proposals: the ablation that every strategy has to beat. */
#include "engine/policy/strategy_internal.h"

#include <math.h>
#include <stdlib.h>

static ax_strategy *start(uint64_t seed, ax_err *err)
{
    ax_strategy *s = calloc(1, sizeof *s);
    if (!s) {
        ax_fail(err, AX_ENOMEM, "no memory for a strategy");
        return NULL;
    }
    s->ops = &ax_strategy_random;
    s->rng = ax_rng_new(seed, 2);
    return s;
}

static void stop(ax_strategy *s)
{
    free(s);
}

static ax_code propose(ax_strategy *s, ax_proposal *out, ax_err *err)
{
    (void)err;
    out->genotype = ax_genotype_random(&s->rng);
    out->logp = out->entropy = NAN;
    for (int i = 0; i < AX_DECISIONS; i++)
        out->logp_each[i] = NAN;
    return AX_OK;
}

static ax_code learn(ax_strategy *s, const ax_proposal *p, double reward, ax_learned *what, ax_err *err)
{
    (void)s;
    (void)p;
    (void)reward;
    (void)err;
    *what = (ax_learned) { NAN, NAN, NAN, NAN, NAN, 0 };
    return AX_OK;
}

static void pack(const ax_strategy *s, msgpack_packer *pk)
{
    (void)s;
    (void)pk;
}

static bool unpack(ax_strategy *s, const msgpack_object *map)
{
    (void)s;
    (void)map;
    return true;
}

const ax_strategy_ops ax_strategy_random = { "random", start, stop, propose, learn, 0, pack, unpack };
