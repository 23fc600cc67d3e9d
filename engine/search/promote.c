/* Promote moves a candidate ahead of the search's own order or decision; demote undoes that. */
#include "engine/search/commands_internal.h"

#include <stdio.h>

static void say_promoted(ax_search *s, uint32_t id, uint32_t to, const char *by)
{
    ax_event ev = ax_search_event(AX_EVENT_PROMOTED, id);
    ev.u.PROMOTED.to = to;
    snprintf(ev.u.PROMOTED.by, sizeof ev.u.PROMOTED.by, "%s", by);
    ax_search_record(s, &ev);
}

static void train_fully(ax_search *s, const ax_command *c, ax_answer *a)
{
    ax_proposal p = ax_search_get(s, c->id)->proposal;
    ax_err err = { AX_OK, "" };
    uint32_t id;
    if (ax_search_add(s, &p, ax_origin_word(AX_ORIGIN_PROMOTE), c->id, 0, &id, &err) != AX_OK) {
        ax_search_reply(a, err.code, "#%u can't be trained fully: %s", c->id, err.msg);
        return;
    }
    say_promoted(s, c->id, id, c->by);
    ax_search_enqueue(s, id, 0);
    ax_search_reply(a, AX_OK, "#%u: full training as #%u is next", c->id, id);
    a->id = id;
}

void ax_search_promote(ax_search *s, const ax_command *c, const ax_entry *r, ax_answer *a)
{
    if (ax_entry_is_final(r) && r->status != AX_QUEUED) {
        ax_search_reply(a, AX_EINVAL, "#%u is a training of #%u for the finals: promote that one", c->id, r->parent);
    } else if (r->status == AX_RUNNING && ax_entry_is_full(r)) {
        ax_search_reply(a, AX_EINVAL, "#%u is full training already", c->id);
    } else if (r->status == AX_RUNNING && r->verdict != AX_VERDICT_NONE) {
        ax_search_reply(a, AX_EINVAL,
                        "#%u has been through the gate; once it is finished it can be promoted to full training",
                        c->id);
    } else if (r->status == AX_RUNNING) {
        say_promoted(s, c->id, 0, c->by);
        ax_search_reply(a, AX_OK, "#%u goes through the gate whatever its reward", c->id);
    } else if (r->status == AX_QUEUED) {
        ax_search_dequeue(s, c->id);
        say_promoted(s, c->id, 0, c->by);
        ax_search_enqueue(s, c->id, 0);
        ax_search_reply(a, AX_OK, "#%u is next", c->id);
    } else if (r->status == AX_PRUNED && r->before == AX_DONE) {
        ax_search_reply(a, AX_EINVAL, "#%u is pruned; 'undo %u' takes that back, and then it can be promoted", c->id,
                        c->id);
    } else if (r->status != AX_DONE) {
        ax_search_reply(a, AX_EINVAL, "#%u is %s: only what is queued, in training or finished can be promoted", c->id,
                        ax_entry_word(r));
    } else if (ax_entry_is_full(r)) {
        ax_search_reply(a, AX_EINVAL, "#%u is the result of full training already", c->id);
    } else if (r->full) {
        ax_search_reply(a, AX_EINVAL, "#%u: its full training is #%u", c->id, r->full);
    } else {
        train_fully(s, c, a);
    }
}

/* ---- demote ---- */

static void say_demoted(ax_search *s, const ax_command *c)
{
    ax_event ev = ax_search_event(AX_EVENT_DEMOTED, c->id);
    snprintf(ev.u.DEMOTED.by, sizeof ev.u.DEMOTED.by, "%s", c->by);
    ax_search_record(s, &ev);
}

/* Prunes the full training; undo can restore it. */
static void drop_full(ax_search *s, const ax_command *c, uint32_t full, ax_answer *a)
{
    const ax_entry *r = ax_search_get(s, full);
    if (r->status != AX_QUEUED && r->status != AX_RUNNING && r->status != AX_PAUSED) {
        ax_search_reply(a, AX_EINVAL, "#%u: its full training #%u is %s", c->id, full, ax_entry_word(r));
        return;
    }
    ax_command prune = *c;
    prune.verb = AX_VERB_PRUNE;
    prune.id = full;
    say_demoted(s, c);
    ax_search_prune(s, &prune, a);
}

void ax_search_demote(ax_search *s, const ax_command *c, const ax_entry *r, ax_answer *a)
{
    if (r->status == AX_QUEUED) {
        ax_search_dequeue(s, c->id);
        say_demoted(s, c);
        ax_search_enqueue(s, c->id, s->n_queue);
        ax_search_reply(a, AX_OK, "#%u is last in the queue", c->id);
    } else if (r->status == AX_RUNNING && r->bypass_gate && r->verdict == AX_VERDICT_NONE) {
        say_demoted(s, c);
        ax_search_reply(a, AX_OK, "#%u: the gate decides by its reward again", c->id);
    } else if (r->status == AX_RUNNING && ax_entry_is_full(r)) {
        ax_search_reply(a, AX_EINVAL, "#%u is in full training: 'prune %u' ends it", c->id, c->id);
    } else if (r->status == AX_DONE && r->full) {
        drop_full(s, c, r->full, a);
    } else {
        ax_search_reply(a, AX_EINVAL, "#%u is %s, and not promoted", c->id, ax_entry_word(r));
    }
}
