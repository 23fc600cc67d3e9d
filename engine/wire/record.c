#include "engine/wire/record.h"

#include "engine/wire/figures.h"

#include <string.h>

static void apply_proposed(ax_candidate_record *r, const ax_event *ev)
{
    size_t n = strnlen(ev->u.PROPOSED.origin, sizeof r->origin - 1);
    memcpy(r->origin, ev->u.PROPOSED.origin, n);
    r->origin[n] = '\0';
    r->parent = (uint32_t)ev->u.PROPOSED.parent;
    r->seed = ev->u.PROPOSED.seed;
}

static void apply_scored(ax_candidate_record *r, const ax_event *ev)
{
    r->reused = ev->u.SCORED.reused > 0 ? (uint32_t)ev->u.SCORED.reused : 0;
    if (ev->u.SCORED.provisional) /* its training continues */
        return;
    if (r->prune_until > 0) /* softly pruned in the meantime: undo returns to this */
        r->before = AX_DONE;
    else
        r->status = AX_DONE;
}

static void apply_pruned(ax_candidate_record *r, const ax_event *ev)
{
    bool on = ev->u.PRUNED.phase == 1;
    if (ev->u.PRUNED.phase == 0) {
        r->status = r->before == AX_RUNNING ? AX_QUEUED : r->before;
    } else {
        if (r->status != AX_PRUNED)
            r->before = r->status;
        r->prune_batch = ev->u.PRUNED.batch > 0 ? (uint64_t)ev->u.PRUNED.batch : 0;
        r->status = AX_PRUNED;
    }
    r->prune_until = on && ev->u.PRUNED.until > 0 ? ev->u.PRUNED.until : 0;
}

static void apply_failed(ax_candidate_record *r, const ax_event *ev)
{
    if (r->status != AX_PRUNED)
        r->status = ev->u.FAILED.retried ? AX_QUEUED : AX_FAILED;
    else if (!ev->u.FAILED.retried)
        r->before = AX_FAILED;
}

static void apply_paused(ax_candidate_record *r, const ax_event *ev)
{
    if (ev->u.PAUSED.on && r->status != AX_PRUNED)
        r->status = AX_PAUSED;
    else if (!ev->u.PAUSED.on && r->status == AX_PAUSED)
        r->status = AX_QUEUED;
}

void ax_candidate_apply(ax_candidate_record *r, const ax_event *ev)
{
    ax_event_figures(ev, &r->outcome);
    switch (ev->kind) {
    case AX_EVENT_PROPOSED:
        apply_proposed(r, ev);
        break;
    case AX_EVENT_QUEUED:
        if (r->status == AX_RUNNING || r->status == AX_PAUSED)
            r->status = AX_QUEUED;
        break;
    case AX_EVENT_STARTED:
        r->status = AX_RUNNING;
        break;
    case AX_EVENT_SCORED:
        apply_scored(r, ev);
        break;
    case AX_EVENT_PAUSED:
        apply_paused(r, ev);
        break;
    case AX_EVENT_PRUNED:
        apply_pruned(r, ev);
        break;
    case AX_EVENT_PROMOTED:
        r->full = ev->u.PROMOTED.to > 0 ? (uint32_t)ev->u.PROMOTED.to : r->full;
        break;
    case AX_EVENT_FAILED:
        apply_failed(r, ev);
        break;
    case AX_EVENT_FINAL:
        r->finalist = ev->u.FINAL.place > 0 ? (uint32_t)ev->u.FINAL.place : 0;
        break;
    case AX_EVENT_NOTED:
        r->pinned = ev->u.NOTED.pin < 0 ? r->pinned : ev->u.NOTED.pin > 0;
        break;
    default:
        break;
    }
}
