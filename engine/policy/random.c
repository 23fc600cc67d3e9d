/* Uniform random proposals: the baseline for every strategy. */
#include "engine/policy/strategy_internal.h"

#include <math.h>
#include <stdlib.h>

static ax_strategy *start(const ax_strategy_options *o, ax_err *err)
{
    return ax_strategy_start(sizeof(ax_strategy), &ax_strategy_random, 2, o, err);
}

static void stop(ax_strategy *s)
{
    free(s);
}

static ax_code propose(ax_strategy *s, ax_proposal *out, ax_err *err)
{
    (void)err;
    ax_genotype g = ax_space_random(s->space, &s->rng);
    *out = ax_proposal_of(&g);
    return AX_OK;
}

static ax_code learn(ax_strategy *s, const ax_proposal *p, double reward, ax_learned *what, ax_err *err)
{
    (void)p;
    (void)err;
    *what = ax_strategy_tally(s, reward);
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

const ax_strategy_ops ax_strategy_random = { "random", start, stop, propose, learn, NULL, 0, pack, unpack };
