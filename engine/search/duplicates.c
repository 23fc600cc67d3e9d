#include "engine/search/duplicates.h"

#include <stdlib.h>

enum { FIRST = 64 };

void ax_duplicates_release(ax_duplicates *d)
{
    free(d->slot);
    *d = (ax_duplicates) { .slot = NULL };
}

/* The table is never full, so every probe ends at a free slot. */
static void put(ax_duplicates *d, uint64_t hash, uint32_t id)
{
    uint32_t i = (uint32_t)hash & (d->cap - 1);
    while (d->slot[i].id)
        i = (i + 1) & (d->cap - 1);
    d->slot[i].hash = hash;
    d->slot[i].id = id;
    d->n++;
}

static ax_code grow(ax_duplicates *d, ax_err *err)
{
    ax_duplicates to = { .cap = d->cap ? 2 * d->cap : FIRST };
    to.slot = calloc(to.cap, sizeof *to.slot);
    if (!to.slot)
        return ax_fail(err, AX_ENOMEM, "no memory for the table of known networks");
    /* starts behind a free slot, so that equal hashes keep their order */
    uint32_t start = 0;
    while (start < d->cap && d->slot[start].id)
        start++;
    for (uint32_t k = 0; k < d->cap; k++) {
        const struct ax_duplicates_slot *from = &d->slot[(start + k) & (d->cap - 1)];
        if (from->id)
            put(&to, from->hash, from->id);
    }
    ax_duplicates_release(d);
    *d = to;
    return AX_OK;
}

ax_code ax_duplicates_add(ax_duplicates *d, uint64_t hash, uint32_t id, ax_err *err)
{
    if (2 * (d->n + 1) > d->cap && grow(d, err) != AX_OK)
        return AX_ENOMEM;
    put(d, hash, id);
    return AX_OK;
}

uint32_t ax_duplicates_next(const ax_duplicates *d, uint64_t hash, uint32_t *at)
{
    while (d->cap) {
        const struct ax_duplicates_slot *s = &d->slot[((uint32_t)hash + *at) & (d->cap - 1)];
        ++*at;
        if (!s->id || s->hash == hash)
            return s->id;
    }
    return 0;
}
