/* The table of candidates. A long run has a hundred thousand of them, of which a handful may still change: these are in
   a list of their own, so that neither a turn of the loop nor a snapshot walks over the others. */
#include "engine/search/search_internal.h"

#include <stdlib.h>

_Static_assert(sizeof(ax_row) <= 640, "all candidates stay in memory: .6 MiB per 1,000 (docs/speed.md)");

bool ax_row_is_full(const ax_row *r)
{
    return ax_origin_of(r->origin) == AX_ORIGIN_PROMOTE;
}

bool ax_row_settled(const ax_row *r)
{
    return r->status != AX_QUEUED && r->status != AX_RUNNING && r->status != AX_PAUSED && !(r->prune_until > 0);
}

static bool counts(const ax_row *r)
{
    bool gone = r->status == AX_PRUNED && !(r->prune_until > 0) && r->before != AX_DONE;
    return !ax_row_is_full(r) && !gone;
}

const ax_row *ax_search_get(const ax_search *s, uint32_t id)
{
    return id && id <= s->n_rows ? &s->row[id - 1] : NULL;
}

uint32_t ax_search_results(const ax_search *s, bool models)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_rows; i++) {
        const ax_row *r = &s->row[i];
        bool done = r->status == AX_DONE || (r->status == AX_PRUNED && r->before == AX_DONE);
        n += done && (models ? ax_row_is_full(r) : !r->reused);
    }
    return n;
}

/* Keeps the list ascending: nearly always at its end. */
static void list(ax_search *s, uint32_t id)
{
    uint32_t at = s->n_open++;
    for (; at && s->open[at - 1] > id; at--)
        s->open[at] = s->open[at - 1];
    s->open[at] = id;
    s->row[id - 1].open = true;
}

ax_row *ax_search_touch(ax_search *s, uint32_t id)
{
    if (!id || id > s->n_rows)
        return NULL;
    ax_row *r = &s->row[id - 1];
    if (!r->open) {
        s->n_closed -= counts(r);
        list(s, id);
    }
    return r;
}

ax_code ax_search_reserve(ax_search *s, uint32_t rows, ax_err *err)
{
    if (rows <= s->cap_rows)
        return AX_OK;
    if (rows > AX_ROWS_MAX)
        return ax_fail(err, AX_ENOMEM, "more than %d candidates", AX_ROWS_MAX);
    uint32_t cap = s->cap_rows ? s->cap_rows : 64;
    while (cap < rows)
        cap *= 2;
    ax_row *row = realloc(s->row, cap * sizeof *row);
    if (row)
        s->row = row;
    uint32_t *queue = row ? realloc(s->queue, cap * sizeof *queue) : NULL;
    if (queue)
        s->queue = queue;
    uint32_t *open = queue ? realloc(s->open, cap * sizeof *open) : NULL;
    if (!open)
        return ax_fail(err, AX_ENOMEM, "no memory for %u candidates", rows);
    s->open = open;
    s->cap_rows = cap;
    return AX_OK;
}

ax_row *ax_search_append(ax_search *s, const ax_row *r, uint32_t *id)
{
    s->row[s->n_rows] = *r;
    *id = ++s->n_rows;
    list(s, *id);
    return &s->row[*id - 1];
}

int64_t ax_search_counted(const ax_search *s)
{
    int64_t n = s->n_closed;
    for (uint32_t k = 0; k < s->n_open; k++)
        n += counts(&s->row[s->open[k] - 1]);
    return n;
}

void ax_search_close(ax_search *s)
{
    uint32_t kept = 0;
    for (uint32_t k = 0; k < s->n_open; k++) {
        ax_row *r = &s->row[s->open[k] - 1];
        if (!ax_row_settled(r)) {
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
    for (uint32_t i = 0; i < s->n_rows; i++)
        s->row[i].open = true;
    ax_search_index(s);
    s->dirty = true;
}

void ax_search_index(ax_search *s)
{
    s->n_open = 0;
    s->n_closed = 0;
    for (uint32_t i = 0; i < s->n_rows; i++) {
        ax_row *r = &s->row[i];
        s->prunes = r->prune_order > s->prunes ? r->prune_order : s->prunes;
        if (r->open || !ax_row_settled(r))
            list(s, i + 1);
        else
            s->n_closed += counts(r);
    }
}
