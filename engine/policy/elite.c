/* Mutation of the best: after some random proposals, each proposal is one mutation away from one of the best networks
   so far. */
#include "engine/policy/archive.h"

#include <math.h>
#include <stdlib.h>

typedef struct elite {
    ax_strategy base;
    ax_archive archive;
} elite;

static void stop(ax_strategy *s)
{
    ax_archive_release(&((elite *)s)->archive);
    free(s);
}

static ax_strategy *start(const ax_strategy_options *o, ax_err *err)
{
    elite *e = (elite *)ax_strategy_start(sizeof *e, &ax_strategy_elite, 6, o, err);
    if (!e)
        return NULL;
    if (ax_archive_init(&e->archive, o, err) == AX_OK)
        return &e->base;
    stop(&e->base);
    return NULL;
}

static ax_code propose(ax_strategy *s, ax_proposal *out, ax_err *err)
{
    (void)err;
    ax_archive *a = &((elite *)s)->archive;
    const ax_point *best[AX_ARCHIVE_KEPT] = { NULL };
    uint32_t n = a->proposed < a->random_first ? 0 : ax_archive_best(a, a->elites, best);
    ax_drawn drawn;
    /* if all mutants were seen, a random network; if those were seen too, any */
    if (!ax_archive_draw(a, best, n, 1, s->space, &s->rng, &drawn) && n)
        ax_archive_draw(a, best, 0, 0, s->space, &s->rng, &drawn);
    ax_archive_propose(a, drawn.key);
    *out = ax_proposal_of(&drawn.genotype);
    out->parent = drawn.parent;
    return AX_OK;
}

static ax_code learn(ax_strategy *s, const ax_proposal *p, double reward, ax_learned *what, ax_err *err)
{
    (void)err;
    *what = ax_strategy_tally(s, reward);
    ax_archive_learn(&((elite *)s)->archive, p, reward);
    return AX_OK;
}

static void shares(ax_strategy *s, float *p)
{
    ax_archive_shares(&((const elite *)s)->archive, s->space, p);
}

static void pack(const ax_strategy *s, msgpack_packer *pk)
{
    ax_archive_pack(&((const elite *)s)->archive, pk);
}

static bool unpack(ax_strategy *s, const msgpack_object *map)
{
    return ax_archive_unpack(&((elite *)s)->archive, s, map);
}

const ax_strategy_ops ax_strategy_elite = { "elite",           start, stop,  propose, learn, shares,
                                            AX_ARCHIVE_FIELDS, pack,  unpack };
