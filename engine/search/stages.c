/* The transition of a candidate between its two stages. */
#include "engine/search/search_internal.h"

#include "engine/train/trainer.h"

#include <math.h>
#include <string.h>

void ax_search_ask_gate(ax_search *s, uint32_t id, const ax_outcome *o, bool more)
{
    const ax_entry *r = ax_search_get(s, id);
    ax_gate_verdict v = { .passed = true };
    const ax_settings *set = &s->setup.settings;
    const ax_gate_rule rule = {
        .bypass = r->bypass_gate || r->pinned,
        .uncounted = !set->gate_handmade && ax_origin_of(r->origin) == AX_ORIGIN_USER,
        .own_first = !strcmp(set->gate_mean, "after"),
    };
    const bool gate = set->gate && !ax_entry_is_final(r); /* all finalists train both stages */
    if (gate)
        v = ax_gate_ask(&s->gate, o->reward, rule);
    ax_event scored = ax_search_scored_event(s, id, o, 0);
    scored.u.SCORED.provisional = more;
    ax_search_apply(s, &scored);
    scored.u.SCORED.provisional = more && v.passed;
    ax_search_emit(s, &scored);
    if (!gate)
        return;
    ax_event ev = ax_search_event(AX_EVENT_GATED, id);
    ev.u.GATED.passed = v.passed;
    ev.u.GATED.mean = v.mean;
    ev.u.GATED.tolerance = v.tolerance;
    ev.u.GATED.chance = v.chance;
    ax_search_record(s, &ev);
}

void ax_search_start(ax_search *s, uint32_t id, int32_t stage, uint32_t attempt)
{
    const ax_entry *r = ax_search_get(s, id);
    const ax_settings *set = &s->setup.settings;
    ax_train_job job = ax_train_job_default(set, &r->proposal.genotype, ax_entry_is_full(r));
    ax_schedule a = ax_schedule_of(set, s->setup.n_train, &job, stage);
    ax_event ev = ax_search_event(AX_EVENT_STARTED, id);
    ev.u.STARTED.stage = stage;
    ev.u.STARTED.epochs = a.epochs;
    ev.u.STARTED.steps = a.steps;
    ev.u.STARTED.attempt = attempt;
    const ax_worker_slot *slot = ax_search_slot(s, id);
    ev.u.STARTED.worker = slot ? slot - s->slot + 1 : 0;
    if (job.full) { /* counts as one stage for users */
        ax_schedule b = ax_schedule_of(set, s->setup.n_train, &job, 2);
        ev.u.STARTED.stage = AX_STAGE_FULL;
        ev.u.STARTED.epochs += job.stages == 2 ? b.epochs : 0;
        ev.u.STARTED.steps += job.stages == 2 ? b.steps : 0;
    }
    ax_search_record(s, &ev);
}

void ax_search_stage1(ax_search *s, uint32_t worker, const ax_outcome *o)
{
    uint32_t id = s->slot[worker].id;
    const ax_entry *r = ax_search_get(s, id);
    if (!r || s->slot[worker].stop_requested)
        return;
    s->slot[worker].verdict_due = true;
    if (!isfinite(o->reward)) /* no verdict: it ends as a failure */
        return;
    /* A candidate that starts again after a crash or a resume keeps its verdict: the gate is asked once. */
    if (r->verdict == AX_VERDICT_NONE) {
        ax_search_ask_gate(s, id, o, true);
        s->dirty = true;
    }
    if (r->verdict == AX_VERDICT_ON)
        ax_search_start(s, id, 2, r->attempts);
}

bool ax_search_verdict(ax_search *s, uint32_t worker, bool *goes_on)
{
    ax_worker_slot *slot = &s->slot[worker];
    const ax_entry *r = ax_search_get(s, slot->id);
    bool due = r && slot->verdict_due && !slot->stop_requested;
    if (due)
        *goes_on = r->verdict == AX_VERDICT_ON;
    slot->verdict_due = false;
    return due;
}
