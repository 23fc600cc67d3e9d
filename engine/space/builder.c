#include "engine/space/builder.h"

#include "engine/base/hash.h"

#include <string.h>

const ax_builder *ax_builder_of(const ax_genotype *g)
{
#define ADDRESS(name) &ax_builder_##name,
    static const ax_builder *const all[] = { AX_SPACE_LIST(ADDRESS) };
    return g->space < sizeof all / sizeof *all ? all[g->space] : all[0];
}

int ax_space_taps(const ax_space *s)
{
    const ax_genotype g = ax_space_first(s);
    return ax_builder_of(&g)->taps;
}

ax_canonical ax_genotype_canonical(const ax_genotype *g, bool concat)
{
    ax_canonical out = { .space = g->space };
    ax_builder_of(g)->key(g, concat, out.key);
    out.hash = ax_hash(ax_hash(AX_HASH_START, &out.space, sizeof out.space), out.key, sizeof out.key);
    return out;
}

bool ax_canonical_same(const ax_canonical *a, const ax_canonical *b)
{
    return a->space == b->space && !memcmp(a->key, b->key, sizeof a->key);
}

ax_reduced ax_genotype_reduce(const ax_genotype *g, bool concat)
{
    ax_reduced out = { { 0 } };
    ax_builder_of(g)->reduce(g, concat, out.value);
    return out;
}

unsigned ax_reduced_distance(const ax_reduced *a, const ax_reduced *b)
{
    uint8_t n = 0;
    for (int d = 0; d < AX_REDUCED; d++)
        n = (uint8_t)(n + (a->value[d] != b->value[d]));
    return n;
}
