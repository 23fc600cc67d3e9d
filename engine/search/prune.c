/* A prune can be taken back for a while: it becomes final when its time is up. */
#include "engine/search/commands_internal.h"

#include <math.h>
#include <stdio.h>

static void say_pruned(ax_search *s, uint32_t id, int phase, double until, const char *by)
{
    ax_event ev = ax_search_event(AX_EVENT_PRUNED, id);
    ev.u.PRUNED.phase = phase;
    ev.u.PRUNED.until = until;
    snprintf(ev.u.PRUNED.by, sizeof ev.u.PRUNED.by, "%s", by);
    ax_search_emit(s, &ev);
}

void ax_search_prune(ax_search *s, const ax_command *c, ax_row *r, ax_answer *a)
{
    if (r->status == AX_PRUNED || r->status == AX_FAILED) {
        ax_search_reply(a, AX_EINVAL, "#%u is %s already", c->id, ax_row_word(r));
        return;
    }
    r->before = r->status;
    r->place = r->status == AX_QUEUED || r->status == AX_RUNNING ? ax_search_withdraw(s, c->id) : 0;
    r->status = AX_PRUNED;
    r->prune_until = s->now + AX_PRUNE_SECONDS;
    say_pruned(s, c->id, 1, r->prune_until, c->by);
    ax_search_reply(a, AX_OK, "pruned #%u; undo within %d s", c->id, AX_PRUNE_SECONDS);
}

/* The newest prune that can be taken back. */
static uint32_t last_prune(const ax_search *s)
{
    uint32_t id = 0;
    double newest = 0;
    for (uint32_t k = 0; k < s->n_open; k++) {
        double until = ax_search_look(s, s->open[k])->prune_until;
        if (until > 0 && until >= newest) {
            newest = until;
            id = s->open[k];
        }
    }
    return id;
}

void ax_search_undo(ax_search *s, const ax_command *c, ax_row *r, ax_answer *a)
{
    uint32_t id = r ? c->id : last_prune(s);
    r = ax_search_row(s, id);
    if (!r) {
        ax_search_reply(a, AX_EINVAL, "there is nothing to undo");
    } else if (!(r->prune_until > 0)) {
        ax_search_reply(a, AX_EINVAL, "#%u: no prune of the last %d seconds", id, AX_PRUNE_SECONDS);
    } else {
        r->prune_until = 0;
        r->status = r->before;
        say_pruned(s, id, 0, NAN, c->by);
        if (r->before == AX_RUNNING || r->before == AX_QUEUED)
            ax_search_enqueue(s, id, r->before == AX_QUEUED ? r->place : 0);
        ax_search_reply(a, AX_OK, "#%u is %s again", id, ax_row_word(r));
    }
}

void ax_search_tick(ax_search *s)
{
    for (uint32_t k = 0; k < s->n_open; k++) {
        uint32_t id = s->open[k];
        ax_row *r = ax_search_row(s, id);
        if (!(r->prune_until > 0) || r->prune_until > s->now)
            continue;
        r->prune_until = 0;
        s->dirty = true;
        say_pruned(s, id, 2, NAN, "time is up");
        const ax_row *parent = ax_search_look(s, r->parent);
        if (parent && parent->full == id && r->before != AX_DONE)
            ax_search_row(s, r->parent)->full = 0; /* it may be promoted again; the list may have moved by one */
    }
}

double ax_search_deadline(const ax_search *s)
{
    double first = 0;
    for (uint32_t k = 0; k < s->n_open; k++) {
        double until = ax_search_look(s, s->open[k])->prune_until;
        if (until > 0 && (first == 0 || until < first))
            first = until;
    }
    return first;
}
