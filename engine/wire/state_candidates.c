#include "engine/wire/state_internal.h"

#include "engine/space/space.h"
#include "engine/wire/narrate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CANDIDATES = 1 << 22 }; /* a higher id is damage, not a candidate */

static void drop_text(const char *text)
{
    if (*text)
        free((char *)(uintptr_t)text); /* allocated by set_text */
}

static void drop_each(ax_candidate *c)
{
    free((float *)(uintptr_t)c->logp_each); /* allocated by set_each */
    c->logp_each = c->entropy_each = NULL;
}

void ax_state_drop_candidates(ax_state *s)
{
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        ax_candidate *c = &s->candidate[i];
        drop_text(c->note);
        drop_text(c->failure);
        drop_text(c->model);
        drop_text(c->masks);
        drop_each(c);
    }
    free(s->candidate);
}

static void set_text(ax_state *s, const char **to, const char *from)
{
    if (!strcmp(*to, from))
        return;
    char *text = *from ? strdup(from) : NULL;
    s->out_of_memory = s->out_of_memory || (*from && !text);
    drop_text(*to);
    *to = text ? text : "";
}

static void clear_trace(ax_candidate *c)
{
    for (int i = 0; i < AX_TRACE; i++)
        c->trace[i] = NAN;
}

static void fold_progress(ax_candidate *c, const ax_event *ev)
{
    int64_t step = ev->u.PROGRESS.step, steps = ev->u.PROGRESS.steps;
    if (ev->u.PROGRESS.stage > 0) /* a resumed training may be in stage 2 at once */
        c->stage = (int32_t)ev->u.PROGRESS.stage;
    c->epoch = (int32_t)ev->u.PROGRESS.epoch;
    c->step = (int32_t)step;
    c->steps = (int32_t)steps;
    c->outcome.loss = ev->u.PROGRESS.loss;
    if (!(step > 0 && step <= steps && steps <= INT32_MAX) || !isfinite(c->outcome.loss))
        return;
    int64_t at = (step - 1) * AX_TRACE / steps, known = at - 1;
    while (known >= 0 && isnan(c->trace[known]))
        known--;
    float loss = (float)c->outcome.loss, from = known < 0 ? loss : c->trace[known];
    for (int64_t k = known + 1; k <= at; k++) /* a straight line over those that no step falls into */
        c->trace[k] = from + (loss - from) * (float)(k - known) / (float)(at - known);
}

static ax_candidate blank(uint32_t id)
{
    ax_candidate c = { .id = id, .gate_passed = -1 };
    c.record = (ax_candidate_record) { .status = AX_QUEUED, .before = AX_QUEUED, .outcome = ax_outcome_none };
    c.logp = c.entropy = c.gate_chance = NAN;
    c.expected = c.expected_low = c.expected_high = NAN;
    c.note = c.failure = c.model = c.masks = "";
    clear_trace(&c);
    return c;
}

static bool any_known(const float *each, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isfinite(each[i]))
            return true;
    return false;
}

/* Both lists in one allocation; with some strategies most candidates have none. */
static void set_each(ax_state *s, ax_candidate *c, const ax_event *ev)
{
    const size_t n = ax_space_of(&c->genotype)->n_decisions;
    drop_each(c);
    if (!any_known(ev->u.PROPOSED.logp_each, n) && !any_known(ev->u.PROPOSED.entropy_each, n))
        return;
    float *each = malloc(2 * n * sizeof *each);
    s->out_of_memory = s->out_of_memory || !each;
    if (!each)
        return;
    memcpy(each, ev->u.PROPOSED.logp_each, n * sizeof *each);
    memcpy(each + n, ev->u.PROPOSED.entropy_each, n * sizeof *each);
    c->logp_each = each;
    c->entropy_each = each + n;
}

void ax_state_fold_proposed(ax_state *s, const ax_event *ev)
{
    if (ev->id == 0 || ev->id > MAX_CANDIDATES)
        return;
    while (s->n_candidates < ev->id) {
        void *array = s->candidate;
        if (!ax_state_reserve(s, &array, s->n_candidates, sizeof *s->candidate))
            return;
        s->candidate = array;
        s->candidate[s->n_candidates] = blank(s->n_candidates + 1);
        s->n_candidates++;
        s->n_queued++;
    }
    ax_candidate *c = &s->candidate[ev->id - 1];
    c->genotype = ev->u.PROPOSED.genotype;
    ax_candidate_apply(&c->record, ev);
    c->logp = ev->u.PROPOSED.logp;
    c->entropy = ev->u.PROPOSED.entropy;
    c->expected = (float)ev->u.PROPOSED.expected;
    c->expected_low = (float)ev->u.PROPOSED.expected_low;
    c->expected_high = (float)ev->u.PROPOSED.expected_high;
    set_each(s, c, ev);
    c->proposed_at = ev->at;
}

static void fold_scored(ax_state *s, ax_candidate *c, const ax_event *ev, bool took)
{
    c->stage = (int32_t)ev->u.SCORED.stage;
    s->n_reused += c->reused && !took;
    c->epoch = c->epochs;
    c->step = c->steps;
    c->finished_at = ev->at;
    c->finished_elapsed = s->elapsed;
    set_text(s, &c->model, ev->u.SCORED.model);
    set_text(s, &c->masks, ev->u.SCORED.masks);
    if (ev->u.SCORED.provisional) /* it continues training: neither done nor comparable with finished ones */
        return;
    if (ax_candidate_is_final(c)) /* its result belongs to its parent */
        return;
    /* Scored again: its place in the plot stays, but the best may change. */
    if (c->scored || c->stage >= AX_STAGE_FULL) {
        ax_state_rank_all(s);
        return;
    }
    void *array = s->scored;
    if (!ax_state_reserve(s, &array, s->n_scored, sizeof *s->scored))
        return;
    s->scored = array;
    s->scored[s->n_scored++] = c->id;
    c->scored = true;
    ax_state_rank(s, c);
}

static void fold_started(ax_state *s, ax_candidate *c, const ax_event *ev)
{
    c->stage = (int32_t)ev->u.STARTED.stage;
    c->epochs = (int32_t)ev->u.STARTED.epochs;
    c->steps = (int32_t)ev->u.STARTED.steps;
    c->attempt = (int32_t)ev->u.STARTED.attempt;
    c->epoch = c->step = 0;
    clear_trace(c);
    c->started_at = ev->at;
    c->started_elapsed = s->elapsed;
    c->finished_at = c->finished_elapsed = 0;
}

static void fold_pruned(ax_state *s, ax_candidate *c, const ax_event *ev)
{
    if (c->prune_until > 0)
        c->prune_until = s->elapsed + fmax(c->prune_until - ev->at, 1e-3);
    if (ev->u.PRUNED.phase != 2 || !ax_candidate_undoable(c))
        ax_state_forget_prune(s, c->id);
    if (ev->u.PRUNED.phase == 1 && ax_candidate_undoable(c))
        ax_state_remember_prune(s, c->id);
}

static void fold_failed(ax_state *s, ax_candidate *c, const ax_event *ev)
{
    char text[AX_EVENT_TEXT];
    snprintf(text, sizeof text, "%.20s: %.170s", ev->u.FAILED.cause, ax_event_failure(ev));
    set_text(s, &c->failure, text);
    c->finished_at = ev->at;
    c->finished_elapsed = s->elapsed;
}

/* When a full training fails or is pruned, its parent no longer counts as promoted. */
static void free_parent(ax_state *s, const ax_candidate *c)
{
    ax_candidate *parent = c->parent && c->parent <= s->n_candidates ? &s->candidate[c->parent - 1] : NULL;
    if (!parent || parent->full != c->id || (c->status != AX_PRUNED && c->status != AX_FAILED))
        return;
    parent->full = 0;
    parent->status = parent->status == AX_PROMOTED ? AX_DONE : parent->status;
}

void ax_state_fold_candidate(ax_state *s, const ax_event *ev)
{
    if (ev->id == 0 || ev->id > s->n_candidates)
        return;
    ax_candidate *c = &s->candidate[ev->id - 1];
    ax_status was = c->status;
    bool counted = ax_candidate_counts(c), took = c->reused;
    ax_candidate_apply(&c->record, ev);
    if (c->status == AX_DONE && c->full)
        c->status = AX_PROMOTED;
    switch (ev->kind) {
    case AX_EVENT_STARTED:
        fold_started(s, c, ev);
        break;
    case AX_EVENT_PROGRESS:
        fold_progress(c, ev);
        break;
    case AX_EVENT_VALIDATED:
        ax_state_fold_validated(s, ev);
        break;
    case AX_EVENT_SCORED:
        fold_scored(s, c, ev, took);
        break;
    case AX_EVENT_GATED:
        c->gate_passed = ev->u.GATED.passed != 0;
        c->gate_chance = ev->u.GATED.chance;
        s->gate_mean = ev->u.GATED.mean;
        s->gate_tolerance = ev->u.GATED.tolerance;
        break;
    case AX_EVENT_PRUNED:
        fold_pruned(s, c, ev);
        if (ev->u.PRUNED.phase == 2 && c->before != AX_DONE)
            free_parent(s, c);
        break;
    case AX_EVENT_FINAL:
        ax_state_fold_final(s, ev);
        break;
    case AX_EVENT_FAILED:
        fold_failed(s, c, ev);
        if (!ev->u.FAILED.retried)
            free_parent(s, c);
        break;
    case AX_EVENT_NOTED:
        if (ev->u.NOTED.pin < 0)
            set_text(s, &c->note, ev->u.NOTED.text);
        break;
    default:
        break;
    }
    if (c->status != was)
        ax_state_status_changed(s, c, was, counted);
    else if (counted && !ax_candidate_counts(c)) /* its reward no longer counts */
        ax_state_rank_all(s);
}

/* Trainings that an ended engine left start again: their candidates are no longer running. */
void ax_state_stop_running(ax_state *s)
{
    for (uint32_t i = 0; i < s->n_candidates && s->n_running; i++)
        if (s->candidate[i].status == AX_RUNNING) {
            s->candidate[i].status = AX_QUEUED;
            ax_state_status_changed(s, &s->candidate[i], AX_RUNNING, false);
        }
}
