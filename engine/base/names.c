#include "engine/base/names.h"

#include "engine/base/hash.h"

#include <stdlib.h>
#include <string.h>

typedef struct ax_name {
    const char *text; /* NULL: the slot is free */
    uint64_t hash;
    uint32_t number;
} ax_name;

static uint64_t hash_of(const char *name)
{
    return ax_hash(AX_HASH_START, name, strlen(name));
}

/* Open addressing with linear probing: returns the slot that holds the name, or the free slot for it. */
static ax_name *place_of(ax_name *slot, size_t cap, const char *name, uint64_t hash)
{
    size_t i = hash & (cap - 1);
    while (slot[i].text && (slot[i].hash != hash || strcmp(slot[i].text, name) != 0))
        i = (i + 1) & (cap - 1);
    return &slot[i];
}

static ax_code grow(ax_names *names, ax_err *err)
{
    const size_t cap = names->cap ? 2 * names->cap : 256;
    ax_name *slot = calloc(cap, sizeof *slot);
    if (!slot)
        return ax_fail(err, AX_ENOMEM, "no memory for %zu names", cap);
    for (size_t i = 0; i < names->cap; i++)
        if (names->slot[i].text)
            *place_of(slot, cap, names->slot[i].text, names->slot[i].hash) = names->slot[i];
    free(names->slot);
    names->slot = slot;
    names->cap = cap;
    return AX_OK;
}

ax_code ax_names_add(ax_names *names, const char *name, uint32_t number, ax_err *err)
{
    if (2 * (names->n + 1) > names->cap && grow(names, err) != AX_OK)
        return AX_ENOMEM;
    const uint64_t hash = hash_of(name);
    *place_of(names->slot, names->cap, name, hash) = (ax_name) { name, hash, number };
    names->n++;
    return AX_OK;
}

uint32_t ax_names_find(const ax_names *names, const char *name)
{
    if (!names->n)
        return AX_NO_NAME;
    const ax_name *at = place_of(names->slot, names->cap, name, hash_of(name));
    return at->text ? at->number : AX_NO_NAME;
}

void ax_names_free(ax_names *names)
{
    free(names->slot);
    *names = (ax_names) { 0 };
}
