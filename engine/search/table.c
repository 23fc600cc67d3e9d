/* The table of candidates. A long run has a hundred thousand, of which a handful may still change. These are in a
   separate list, so that neither a turn of the loop nor a snapshot walks over the others. */
#include "engine/search/search_internal.h"

#include <stdlib.h>

_Static_assert(sizeof(ax_entry) <= 800, "all candidates stay in memory: .8 MiB per 1,000 (docs/speed.md)");

bool ax_entry_is_full(const ax_entry *r)
{
    return ax_origin_of(r->origin) == AX_ORIGIN_PROMOTE;
}

bool ax_entry_settled(const ax_entry *r)
{
    return r->status != AX_QUEUED && r->status != AX_RUNNING && r->status != AX_PAUSED && !(r->prune_until > 0);
}

static bool counts(const ax_entry *r)
{
    bool gone = r->status == AX_PRUNED && !(r->prune_until > 0) && r->before != AX_DONE;
    return ax_entry_is_search(r) && !gone;
}

const ax_entry *ax_search_get(const ax_search *s, uint32_t id)
{
    return id && id <= s->n_entries ? &s->entry[id - 1] : NULL;
}

uint32_t ax_search_results(const ax_search *s, bool models)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_entries; i++) {
        const ax_entry *r = &s->entry[i];
        bool done = r->status == AX_DONE || (r->status == AX_PRUNED && r->before == AX_DONE);
        n += done && (models ? ax_entry_is_full(r) : !r->reused);
    }
    return n;
}

/* Inserts in ascending order, nearly always at the end. */
static void list(ax_search *s, uint32_t id)
{
    uint32_t at = s->n_open++;
    for (; at && s->open[at - 1] > id; at--)
        s->open[at] = s->open[at - 1];
    s->open[at] = id;
    s->entry[id - 1].open = true;
}

ax_entry *ax_search_touch(ax_search *s, uint32_t id)
{
    if (!id || id > s->n_entries)
        return NULL;
    ax_entry *r = &s->entry[id - 1];
    if (!r->open) {
        s->n_closed -= counts(r);
        list(s, id);
    }
    return r;
}

ax_code ax_search_reserve(ax_search *s, uint32_t entries, ax_err *err)
{
    if (entries <= s->cap_entries)
        return AX_OK;
    if (entries > AX_ENTRIES_MAX)
        return ax_fail(err, AX_ENOMEM, "more than %d candidates", AX_ENTRIES_MAX);
    uint32_t cap = s->cap_entries ? s->cap_entries : 64;
    while (cap < entries)
        cap *= 2;
    ax_entry *entry = realloc(s->entry, cap * sizeof *entry);
    if (entry)
        s->entry = entry;
    uint32_t *queue = entry ? realloc(s->queue, cap * sizeof *queue) : NULL;
    if (queue)
        s->queue = queue;
    uint32_t *open = queue ? realloc(s->open, cap * sizeof *open) : NULL;
    if (!open)
        return ax_fail(err, AX_ENOMEM, "no memory for %u candidates", entries);
    s->open = open;
    s->cap_entries = cap;
    return AX_OK;
}

ax_entry *ax_search_append(ax_search *s, const ax_entry *r, uint32_t *id)
{
    s->entry[s->n_entries] = *r;
    *id = ++s->n_entries;
    list(s, *id);
    return &s->entry[*id - 1];
}

int64_t ax_search_count(const ax_search *s)
{
    int64_t n = s->n_closed;
    for (uint32_t k = 0; k < s->n_open; k++)
        n += counts(&s->entry[s->open[k] - 1]);
    return n;
}

void ax_search_close(ax_search *s)
{
    uint32_t kept = 0;
    for (uint32_t k = 0; k < s->n_open; k++) {
        ax_entry *r = &s->entry[s->open[k] - 1];
        if (!ax_entry_settled(r)) {
            s->open[kept++] = s->open[k];
            continue;
        }
        r->open = false;
        s->n_closed += counts(r);
    }
    s->n_open = kept;
}

void ax_search_open_all(ax_search *s)
{
    for (uint32_t i = 0; i < s->n_entries; i++)
        s->entry[i].open = true;
    ax_search_index(s);
    s->dirty = true;
}

void ax_search_index(ax_search *s)
{
    s->n_open = 0;
    s->n_closed = 0;
    for (uint32_t i = 0; i < s->n_entries; i++) {
        ax_entry *r = &s->entry[i];
        s->prunes = r->prune_order > s->prunes ? r->prune_order : s->prunes;
        if (r->open || !ax_entry_settled(r))
            list(s, i + 1);
        else
            s->n_closed += counts(r);
    }
}
