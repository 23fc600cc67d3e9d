#include "engine/space/space.h"

#include "engine/space/list.h"

#include <stdio.h>
#include <string.h>

const ax_space *ax_space_at(unsigned i)
{
#define ADDRESS(name) &ax_space_##name,
    static const ax_space *const all[] = { AX_SPACE_LIST(ADDRESS) };
    return i < sizeof all / sizeof *all ? all[i] : NULL;
}

const ax_space *ax_space_of(const ax_genotype *g)
{
    const ax_space *s = ax_space_at(g->space);
    return s ? s : ax_space_at(0);
}

ax_genotype ax_space_first(const ax_space *s)
{
    ax_genotype g = { 0 };
    while (ax_space_at(g.space) != s)
        g.space++;
    return g;
}

ax_genotype ax_space_random(const ax_space *s, ax_rng *rng)
{
    ax_genotype g = ax_space_first(s);
    for (size_t i = 0; i < s->n_decisions; i++)
        g.value[i] = (uint8_t)ax_rng_below(rng, s->decision[i].choices);
    return g;
}

void ax_space_mutate(const ax_space *s, ax_genotype *g, ax_rng *rng)
{
    uint32_t d;
    do
        d = ax_rng_below(rng, s->n_decisions);
    while (s->decision[d].choices < 2);
    uint32_t value = ax_rng_below(rng, s->decision[d].choices - 1u);
    g->value[d] = (uint8_t)(value + (value >= g->value[d]));
}

const char *ax_decision_text(const ax_decision *d, unsigned value, char buf[static 16])
{
    if (d->option)
        return value < d->choices ? d->option[value] : "?";
    snprintf(buf, 16, "%u", value);
    return buf;
}

unsigned ax_space_choices(const ax_space *s, unsigned decision)
{
    unsigned n = 0;
    for (unsigned d = 0; d < decision; d++)
        n += s->decision[d].choices;
    return n;
}

const ax_space *ax_space_named(const char *name)
{
    const ax_space *s = NULL;
    for (unsigned i = 0; (s = ax_space_at(i)) && strcmp(s->name, name) != 0; i++)
        ;
    return s;
}
