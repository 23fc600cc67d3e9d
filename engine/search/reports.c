/* Handles reports of workers on their candidates: progress, stops, outcomes, failures. */
#include "engine/search/search_internal.h"

#include "engine/base/utf8.h"
#include "engine/wire/figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void ax_search_set_devices(ax_search *s, uint32_t worker, int64_t devices)
{
    char text[AX_EVENT_TEXT];
    ax_worker_slot *slot = &s->slot[worker];
    slot->devices = devices;
    snprintf(text, sizeof text, "it trains on %lld device%s", (long long)devices, devices == 1 ? "" : "s");
    ax_search_log(s, AX_LEVEL_INFO, slot->id, text);
}

/* The first reported step of a resumed training, which may not be the first step of all. */
static void say_where_it_goes_on(ax_search *s, uint32_t id, int64_t stage, int64_t step, int64_t steps)
{
    char text[AX_EVENT_TEXT], where[32] = "";
    if (stage == 2)
        snprintf(where, sizeof where, " of stage 2");
    if (step > 1)
        snprintf(text, sizeof text, "it goes on after step %lld of %lld%s", (long long)step - 1, (long long)steps,
                 where);
    else
        snprintf(text, sizeof text, "it begins again%s", stage == 2 ? " with stage 2" : "");
    ax_search_log(s, AX_LEVEL_INFO, id, text);
}

void ax_search_progress(ax_search *s, uint32_t worker, const char *what, int64_t stage, int64_t epoch, int64_t step,
                        int64_t steps, double loss)
{
    ax_event ev = ax_search_event(AX_EVENT_PROGRESS, s->slot[worker].id);
    snprintf(ev.u.PROGRESS.what, sizeof ev.u.PROGRESS.what, "%s", what);
    ev.u.PROGRESS.stage = stage;
    ev.u.PROGRESS.epoch = epoch;
    ev.u.PROGRESS.step = step;
    ev.u.PROGRESS.steps = steps;
    ev.u.PROGRESS.loss = loss;
    ax_worker_slot *slot = &s->slot[worker];
    if (slot->stop_requested)
        return;
    if (slot->id && !slot->trains && !strcmp(what, "train")) {
        if (ax_search_get(s, slot->id)->attempts > 1)
            say_where_it_goes_on(s, slot->id, stage, step, steps);
        slot->trains = true;
    }
    ax_search_emit(s, &ev);
}

void ax_search_validated(ax_search *s, uint32_t worker, int64_t stage, int64_t epoch, int64_t epochs, double loss,
                         double reward)
{
    ax_event ev = ax_search_event(AX_EVENT_VALIDATED, s->slot[worker].id);
    ev.u.VALIDATED.stage = stage;
    ev.u.VALIDATED.epoch = epoch;
    ev.u.VALIDATED.epochs = epochs;
    ev.u.VALIDATED.loss = loss;
    ev.u.VALIDATED.reward = reward;
    if (!s->slot[worker].stop_requested)
        ax_search_emit(s, &ev);
}

void ax_search_stopped(ax_search *s, uint32_t worker)
{
    uint32_t id = s->slot[worker].id;
    bool told = s->slot[worker].stop_requested;
    s->slot[worker] = (ax_worker_slot) { 0 };
    s->dirty = true;
    /* it stopped without being told to: nothing is lost if it starts again */
    if (id && !told)
        ax_search_enqueue(s, id, 0);
}

ax_event ax_search_scored_event(const ax_search *s, uint32_t id, const ax_outcome *o, uint32_t reused)
{
    ax_event ev = ax_search_event(AX_EVENT_SCORED, id);
    ax_event_say_figures(&ev, o);
    if (ax_entry_is_full(ax_search_get(s, id))) {
        ev.u.SCORED.stage = AX_STAGE_FULL; /* the two stages of full training count as one for users */
        snprintf(ev.u.SCORED.model, sizeof ev.u.SCORED.model, "models/%u.safetensors", id);
    }
    ev.u.SCORED.reused = reused;
    snprintf(ev.u.SCORED.masks, sizeof ev.u.SCORED.masks, "masks/%u.mpk", reused ? reused : id);
    return ev;
}

ax_code ax_search_outcome(ax_search *s, uint32_t worker, const ax_outcome *o, ax_err *err)
{
    uint32_t id = s->slot[worker].id;
    bool stop_requested = s->slot[worker].stop_requested, ended = s->slot[worker].ended;
    const ax_entry *r = ax_search_get(s, id);
    if (!r || stop_requested || !isfinite(o->reward)) {
        if (r && !stop_requested)
            ax_search_failed(s, worker, AX_CAUSE_DIVERGED, "the reward is not a finite number");
        else
            ax_search_stopped(s, worker);
        return AX_OK;
    }
    s->slot[worker] = (ax_worker_slot) { 0 };
    s->failures = 0;
    s->dirty = true;
    bool full = ax_entry_is_full(r), asked = r->verdict != AX_VERDICT_NONE;
    ax_event scored = ax_search_scored_event(s, id, o, 0);
    if (full || (asked && (ended || o->stage != 1)))
        ax_search_record(s, &scored);
    else if (asked) /* the gate ended it and SCORED was emitted then; emit it again only if STARTED followed */
        ax_search_apply(s, &scored);
    else
        ax_search_ask_gate(s, id, o, false);
    if (ax_entry_is_final(r))
        ax_finals_rank(s);
    if (!ax_entry_is_search(r))
        return AX_OK;
    s->unlearned = id;
    return ax_search_note_judged(s, id, err);
}

/* level: of the log line with the reason. */
static void pause_itself(ax_search *s, ax_level level, const char *why)
{
    s->paused = true;
    s->dirty = true;
    ax_event ev = ax_search_event(AX_EVENT_PAUSED, 0);
    ev.u.PAUSED.on = 1;
    snprintf(ev.u.PAUSED.by, sizeof ev.u.PAUSED.by, "%s", ax_actor_word(AX_ACTOR_ENGINE));
    ax_search_emit(s, &ev);
    ax_search_log(s, level, 0, why);
}

void ax_search_results_lost(ax_search *s, const char *text)
{
    char why[2 * AX_EVENT_TEXT];
    snprintf(why, sizeof why, "%s; the run is paused, and continue goes on without them", text);
    if (s->paused)
        ax_search_log(s, AX_LEVEL_WARNING, 0, text);
    else
        pause_itself(s, AX_LEVEL_WARNING, why);
}

/* at_once: the next candidate would fail too, so the run pauses immediately. */
static void count_failure(ax_search *s, bool at_once, const char *message)
{
    int64_t most = s->setup.settings.max_failures;
    s->failures++;
    if (s->paused || (!at_once && (most == 0 || s->failures < most)))
        return;
    char text[2 * AX_EVENT_TEXT];
    if (at_once)
        snprintf(text, sizeof text, "the run is paused, for all others would fail as well; continue tries again: %s",
                 message);
    else
        snprintf(text, sizeof text, "%u failure%s in a row, so the run is paused; continue tries again. The last: %s",
                 s->failures, s->failures == 1 ? "" : "s", message);
    pause_itself(s, AX_LEVEL_ERROR, text);
}

void ax_search_failed(ax_search *s, uint32_t worker, ax_cause cause, const char *message)
{
    uint32_t id = s->slot[worker].id;
    const ax_entry *r = ax_search_get(s, id);
    if (!r || s->slot[worker].stop_requested) {
        if (r)
            ax_search_log(s, AX_LEVEL_WARNING, id, message);
        ax_search_stopped(s, worker);
        return;
    }
    ax_retry rule = ax_cause_retry(cause);
    bool again = rule == AX_RETRY_LATER || (rule == AX_RETRY_ONCE && r->crashes == 0);
    s->slot[worker] = (ax_worker_slot) { 0 };
    s->dirty = true;
    ax_event ev = ax_search_event(AX_EVENT_FAILED, id);
    snprintf(ev.u.FAILED.cause, sizeof ev.u.FAILED.cause, "%s", ax_cause_word(cause));
    ax_utf8_copy(ev.u.FAILED.message, sizeof ev.u.FAILED.message, message);
    ev.u.FAILED.retried = again;
    ax_search_record(s, &ev);
    if (again)
        ax_search_enqueue(s, id, 0);
    else
        ax_finals_rank(s);
    count_failure(s, rule == AX_RETRY_LATER, message);
}

void ax_search_worker_failed(ax_search *s, const char *message)
{
    s->dirty = true;
    ax_search_log(s, AX_LEVEL_WARNING, 0, message);
    count_failure(s, false, message);
}
