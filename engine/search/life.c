/* Changes of an engine's candidate entry by an event. A running search applies them before it emits the event; a
   rebuild from events applies the same. The part that screens share is in engine/wire/record.h. */
#include "engine/search/search_internal.h"

/* When a full training fails or is pruned, its parent can be promoted again. */
static void free_parent(ax_search *s, uint32_t id, const ax_entry *r)
{
    const ax_entry *parent = ax_search_get(s, r->parent);
    if (parent && parent->full == id)
        ax_search_touch(s, r->parent)->full = 0;
}

static void apply_pruned(ax_search *s, ax_entry *r, const ax_event *ev)
{
    if (ev->u.PRUNED.phase == 1)
        r->prune_order = r->prune_batch ? ++s->prunes : 0; /* older engines didn't count prunes */
    else if (ev->u.PRUNED.phase == 2 && r->before != AX_DONE)
        free_parent(s, ev->id, r);
}

static void apply_failed(ax_search *s, ax_entry *r, const ax_event *ev)
{
    r->cause = ax_cause_of(ev->u.FAILED.cause);
    r->crashes += ax_cause_retry(r->cause) == AX_RETRY_ONCE;
    if (!ev->u.FAILED.retried)
        free_parent(s, ev->id, r);
}

void ax_search_apply(ax_search *s, const ax_event *ev)
{
    ax_entry *r = ax_search_touch(s, ev->id);
    if (ev->kind == AX_EVENT_PROMOTED)
        r->bypass_gate = r->bypass_gate || (!ev->u.PROMOTED.to && r->status == AX_RUNNING);
    if (ev->kind == AX_EVENT_DEMOTED)
        r->bypass_gate = false;
    ax_candidate_apply(&r->record, ev);
    switch (ev->kind) {
    case AX_EVENT_STARTED:
        r->attempts = (uint32_t)ev->u.STARTED.attempt;
        break;
    case AX_EVENT_SCORED:
        /* the gate decides next, or is off */
        if (r->verdict == AX_VERDICT_NONE && !ax_entry_is_full(r) && !r->reused)
            r->verdict = AX_VERDICT_ON;
        break;
    case AX_EVENT_GATED:
        r->verdict = ev->u.GATED.passed ? AX_VERDICT_ON : AX_VERDICT_END;
        break;
    case AX_EVENT_PRUNED:
        apply_pruned(s, r, ev);
        break;
    case AX_EVENT_FAILED:
        apply_failed(s, r, ev);
        break;
    default:
        break;
    }
}

void ax_search_record(ax_search *s, ax_event *ev)
{
    ax_search_apply(s, ev);
    ax_search_emit(s, ev);
}
