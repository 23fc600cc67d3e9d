/* Regularised (ageing) evolution (Real, Aggarwal, Huang and Le, AAAI 2019): the best of a random sample of the
   population is copied with one decision changed; the oldest member leaves, however good it is. */
#include "engine/base/pack.h"
#include "engine/policy/strategy_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct member {
    ax_genotype genotype;
    uint32_t id;
    double reward;
} member;

typedef struct evolution {
    ax_strategy base;
    uint32_t population, tournament;
    member *member; /* ring of `population` members: the oldest is overwritten */
    uint32_t n, next;
} evolution;

static const member *member_at(const evolution *e, uint32_t i) /* 0 = the oldest */
{
    return &e->member[(e->next + e->population - e->n + i) % e->population];
}

static void stop(ax_strategy *s)
{
    free(((evolution *)s)->member);
    free(s);
}

static ax_strategy *start(const ax_strategy_options *o, ax_err *err)
{
    if (o->population < 2 || o->tournament < 1 || o->tournament > o->population) {
        ax_fail(err, AX_EINVAL,
                "evolution: population %u, tournament %u: at least 2, and a tournament of 1 to that many",
                o->population, o->tournament);
        return NULL;
    }
    evolution *e = (evolution *)ax_strategy_start(sizeof *e, &ax_strategy_evolution, 5, o, err);
    if (!e)
        return NULL;
    e->population = o->population;
    e->tournament = o->tournament;
    e->member = calloc(o->population, sizeof *e->member);
    if (e->member)
        return &e->base;
    stop(&e->base);
    ax_fail(err, AX_ENOMEM, "no memory for a population of %u", o->population);
    return NULL;
}

static ax_code propose(ax_strategy *s, ax_proposal *out, ax_err *err)
{
    (void)err;
    evolution *e = (evolution *)s;
    ax_genotype g;
    if (e->n < e->population) { /* the first generation */
        g = ax_space_random(s->space, &s->rng);
        *out = ax_proposal_of(&g);
        return AX_OK;
    }
    const member *best = NULL;
    for (uint32_t i = 0; i < e->tournament; i++) { /* with replacement */
        const member *m = member_at(e, ax_rng_below(&s->rng, e->n));
        best = !best || m->reward > best->reward ? m : best;
    }
    g = best->genotype;
    ax_space_mutate(s->space, &g, &s->rng);
    *out = ax_proposal_of(&g);
    out->parent = best->id;
    return AX_OK;
}

static ax_code learn(ax_strategy *s, const ax_proposal *p, double reward, ax_learned *what, ax_err *err)
{
    (void)err;
    evolution *e = (evolution *)s;
    *what = ax_strategy_tally(s, reward);
    e->member[e->next] = (member) { p->genotype, p->id, reward };
    e->next = (e->next + 1) % e->population;
    e->n += e->n < e->population;
    return AX_OK;
}

/* Frequencies within the population. */
static void shares(ax_strategy *s, float *p)
{
    const evolution *e = (const evolution *)s;
    for (unsigned d = 0, at = 0; d < s->space->n_decisions; at += s->space->decision[d++].choices)
        for (uint32_t i = 0; i < e->n; i++)
            p[at + e->member[i].genotype.value[d]] += 1.0f / (float)e->n;
}

static void pack(const ax_strategy *s, msgpack_packer *pk)
{
    const evolution *e = (const evolution *)s;
    ax_pack_text(pk, "population"); /* oldest first */
    msgpack_pack_array(pk, e->n);
    for (uint32_t i = 0; i < e->n; i++) {
        const member *m = member_at(e, i);
        ax_strategy_pack_sample(pk, &m->genotype, (double)m->id, m->reward);
    }
}

static bool unpack(ax_strategy *s, const msgpack_object *map)
{
    evolution *e = (evolution *)s;
    const msgpack_object *list = ax_map_get(map, "population");
    if (!list || list->type != MSGPACK_OBJECT_ARRAY || list->via.array.size > e->population)
        return false;
    member *read = calloc(e->population, sizeof *read);
    bool good = read != NULL;
    for (uint32_t i = 0; i < list->via.array.size && good; i++)
        good = ax_strategy_read_scored(s, &list->via.array.ptr[i], &read[i].genotype, &read[i].id, &read[i].reward);
    if (!good) {
        free(read);
        return false;
    }
    free(e->member);
    e->member = read;
    e->n = list->via.array.size;
    e->next = e->n % e->population;
    return true;
}

const ax_strategy_ops ax_strategy_evolution = { "evolution", start, stop, propose, learn, shares, 1, pack, unpack };
