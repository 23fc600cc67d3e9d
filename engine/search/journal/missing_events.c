/* Lost events can't be restored, but a run's candidates are known: facts that a damaged log lacks are emitted again, so
   that screens and reports show all candidates. */
#include "engine/search/search_internal.h"

#include <math.h>
#include <stdio.h>

static bool is_done(ax_status status, ax_status before)
{
    ax_status s = status == AX_PRUNED ? before : status;
    return s == AX_DONE || s == AX_PROMOTED;
}

static void tell_outcome(ax_search *s, uint32_t id, const ax_candidate *said)
{
    const ax_entry *r = ax_search_get(s, id);
    bool done = is_done(r->status, r->before);
    bool known = said && said->outcome.reward == r->outcome.reward && (!done || is_done(said->status, said->before));
    if (isfinite(r->outcome.reward) && !known) {
        ax_event ev = ax_search_scored_event(s, id, &r->outcome, r->reused);
        ev.u.SCORED.provisional = !done;
        ax_search_emit(s, &ev);
    }
    if (r->status == AX_FAILED && !(said && said->status == AX_FAILED)) {
        ax_event ev = ax_search_event(AX_EVENT_FAILED, id);
        snprintf(ev.u.FAILED.cause, sizeof ev.u.FAILED.cause, "%s", ax_cause_word(r->cause));
        snprintf(ev.u.FAILED.message, sizeof ev.u.FAILED.message, "what it said was lost with a part of the log");
        ax_search_emit(s, &ev);
    }
}

static void tell_final(ax_search *s, uint32_t id, const ax_candidate *said)
{
    const ax_entry *r = ax_search_get(s, id);
    const ax_outcome *o = &r->outcome, *known = said ? &said->outcome : NULL;
    bool same = said && said->finalist == r->finalist && known->final_seeds == o->final_seeds &&
                (known->final_mean == o->final_mean || isnan(o->final_mean)) &&
                (known->final_best == o->final_best || isnan(o->final_best));
    if (same || (!r->finalist && !o->final_seeds && !(said && said->finalist)))
        return;
    ax_event ev = ax_finals_event(s, id, ax_finals_trainings(s));
    ax_search_emit(s, &ev);
}

static void tell_requests(ax_search *s, uint32_t id, const ax_candidate *said)
{
    const ax_entry *r = ax_search_get(s, id);
    if (r->full && !(said && said->full == r->full)) {
        ax_event ev = ax_search_event(AX_EVENT_PROMOTED, id);
        ev.u.PROMOTED.to = r->full;
        snprintf(ev.u.PROMOTED.by, sizeof ev.u.PROMOTED.by, "%s", ax_actor_word(AX_ACTOR_ENGINE));
        ax_search_emit(s, &ev);
    }
    if (r->pinned != (said && said->pinned)) {
        ax_event ev = ax_search_event(AX_EVENT_NOTED, id);
        ev.u.NOTED.pin = r->pinned;
        snprintf(ev.u.NOTED.by, sizeof ev.u.NOTED.by, "%s", ax_actor_word(AX_ACTOR_ENGINE));
        ax_search_emit(s, &ev);
    }
    if ((r->status == AX_PRUNED) != (said && said->status == AX_PRUNED)) {
        ax_event ev = ax_search_event(AX_EVENT_PRUNED, id);
        bool undoable = r->prune_until > 0 || r->before == AX_DONE;
        ev.u.PRUNED.phase = r->status != AX_PRUNED ? 0 : undoable ? 1 : 2;
        ev.u.PRUNED.until = r->prune_until > 0 ? r->prune_until : NAN;
        ev.u.PRUNED.batch = (int64_t)r->prune_batch;
        snprintf(ev.u.PRUNED.by, sizeof ev.u.PRUNED.by, "%s", ax_actor_word(AX_ACTOR_ENGINE));
        ax_search_emit(s, &ev);
    }
}

static void tell_pause(ax_search *s, uint32_t id, bool on, bool said)
{
    if (on == said)
        return;
    ax_event ev = ax_search_event(AX_EVENT_PAUSED, id);
    ev.u.PAUSED.on = on;
    snprintf(ev.u.PAUSED.by, sizeof ev.u.PAUSED.by, "%s", ax_actor_word(AX_ACTOR_ENGINE));
    ax_search_emit(s, &ev);
}

void ax_search_emit_missing(ax_search *s, const ax_state *said)
{
    for (uint32_t id = 1; id <= s->n_entries; id++) {
        const ax_candidate *c = ax_state_candidate(said, id);
        if (!c || !ax_candidate_known(c)) {
            c = NULL;
            ax_search_say_proposed(s, id, true);
        }
        tell_outcome(s, id, c);
        tell_final(s, id, c);
        tell_requests(s, id, c);
        tell_pause(s, id, ax_search_get(s, id)->status == AX_PAUSED, c && c->status == AX_PAUSED);
    }
    tell_pause(s, 0, s->paused, said->paused);
}
