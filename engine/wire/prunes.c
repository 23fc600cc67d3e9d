/* The prunes that can be undone, in the order in which they were made. */
#include "engine/wire/state_internal.h"

#include <string.h>

void ax_state_forget_prune(ax_state *s, uint32_t id)
{
    for (uint32_t i = s->n_undoable; i-- > 0;)
        if (s->undoable[i] == id) {
            s->n_undoable--;
            memmove(s->undoable + i, s->undoable + i + 1, (s->n_undoable - i) * sizeof *s->undoable);
            return;
        }
}

void ax_state_remember_prune(ax_state *s, uint32_t id)
{
    void *array = s->undoable;
    if (!ax_state_reserve(s, &array, s->n_undoable, sizeof *s->undoable))
        return;
    s->undoable = array;
    s->undoable[s->n_undoable++] = id;
}

bool ax_state_last_prunes(const ax_state *s, ax_prunes *out)
{
    if (!s->n_undoable)
        return false;
    const ax_candidate *last = ax_state_candidate(s, s->undoable[s->n_undoable - 1]);
    *out = (ax_prunes) { .batch = last->prune_batch, .id = last->id };
    for (uint32_t i = s->n_undoable; i-- > 0;) {
        const ax_candidate *c = ax_state_candidate(s, s->undoable[i]);
        if (c != last && (!last->prune_batch || c->prune_batch != last->prune_batch))
            continue;
        out->n++;
        if (c->prune_until > 0 && (!(out->until > 0) || c->prune_until < out->until))
            out->until = c->prune_until;
    }
    return true;
}
