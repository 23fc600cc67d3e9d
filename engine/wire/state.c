#include "engine/wire/state_internal.h"

#include "engine/wire/gaterule.h"
#include "engine/wire/narrate.h"
#include "engine/space/space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CANDIDATES = 1 << 22 }; /* an id beyond this is damage, not a candidate */

void ax_state_init(ax_state *s)
{
    memset(s, 0, sizeof *s);
    s->gp_length = s->gp_noise = s->baseline = s->policy_entropy = s->advantage = s->clip_fraction = s->gate_mean =
        s->gate_tolerance = s->overhead = NAN;
    s->snapshot_bytes = s->rss_bytes = -1;
}

static void drop_text(const char *text)
{
    if (*text)
        free((char *)(uintptr_t)text); /* set_text made it */
}

static void drop_each(ax_candidate *c)
{
    free((float *)(uintptr_t)c->logp_each); /* set_each made it */
    c->logp_each = c->entropy_each = NULL;
}

void ax_state_release(ax_state *s)
{
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        ax_candidate *c = &s->candidate[i];
        drop_text(c->note);
        drop_text(c->failure);
        drop_text(c->model);
        drop_text(c->masks);
        drop_each(c);
    }
    ax_state_drop_validations(s);
    free(s->candidate);
    free(s->scored);
    free(s->learned);
    free(s->undoable);
    free(s->log);
    for (int k = 0; k < AX_METRIC_COUNT; k++)
        ax_front_release(&s->front[k]);
    ax_state_init(s);
}

const ax_candidate *ax_state_candidate(const ax_state *s, uint32_t id)
{
    return id && id <= s->n_candidates ? &s->candidate[id - 1] : NULL;
}

uint32_t ax_state_find(const ax_state *s, const ax_genotype *g)
{
    uint32_t id = s->n_candidates;
    while (id && memcmp(&s->candidate[id - 1].genotype, g, sizeof *g) != 0)
        id--;
    return id;
}

bool ax_candidate_undoable(const ax_candidate *c)
{
    return c->status == AX_PRUNED && (c->prune_until > 0 || c->before == AX_DONE || c->before == AX_PROMOTED);
}

bool ax_candidate_known(const ax_candidate *c)
{
    return c->proposed_at > 0;
}

bool ax_candidate_is_final(const ax_candidate *c)
{
    return ax_origin_of(c->origin) == AX_ORIGIN_FINALS;
}

bool ax_candidate_handmade(const ax_candidate *c)
{
    return ax_origin_of(c->origin) == AX_ORIGIN_USER;
}

bool ax_state_reserve(ax_state *s, void **array, uint32_t n, size_t size)
{
    if (n & (n - 1) && n > 1) /* only at powers of two, and at the first */
        return true;
    void *grown = realloc(*array, (size_t)(n ? 2 * n : 1) * size);
    if (!grown) {
        s->out_of_memory = true;
        return false;
    }
    *array = grown;
    return true;
}

/* As much as fits; printf's way of it takes longer than all the rest of a long run's folding. */
static void copy_text(char *to, size_t cap, const char *from)
{
    size_t n = strnlen(from, cap - 1);
    memcpy(to, from, n);
    to[n] = '\0';
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

/* ---- the log a person reads ---- */

static void add_log(ax_state *s, const ax_event *ev, const char *text)
{
    if (!text[0])
        return;
    if (!s->log && !(s->log = malloc(AX_STATE_LOG * sizeof *s->log))) { /* pages are touched as lines come */
        s->out_of_memory = true;
        return;
    }
    ax_log_line *line = &s->log[(s->log_dropped + s->n_log) % AX_STATE_LOG];
    if (s->n_log == AX_STATE_LOG)
        s->log_dropped++;
    else
        s->n_log++;
    line->at = ev->at;
    line->id = ev->id;
    line->kind = ev->kind;
    line->level = ev->kind == AX_EVENT_LOG ? ax_level_of(ev->u.LOG.level) : AX_LEVEL_INFO;
    copy_text(line->text, sizeof line->text, text);
}

const ax_log_line *ax_state_log(const ax_state *s, uint32_t i)
{
    return &s->log[(s->log_dropped + i) % AX_STATE_LOG];
}

const char *ax_log_line_word(const ax_log_line *line)
{
    static const char *const word[AX_EVENT_COUNT] = {
        [AX_EVENT_HELLO] = "engine", [AX_EVENT_GATED] = "gate", [AX_EVENT_BYE] = "end", [AX_EVENT_LOST] = "damage"
    };
    if (line->kind == AX_EVENT_LOG)
        return ax_level_word(line->level);
    return word[line->kind] ? word[line->kind] : ax_event_name(line->kind);
}

/* ---- candidates ---- */

static bool counts(const ax_candidate *c)
{
    return (c->status == AX_DONE || c->status == AX_PROMOTED) && !isnan(c->outcome.reward) &&
           (c->scored || c->stage >= AX_STAGE_FULL);
}

static bool beats(const ax_state *s, const ax_candidate *c, uint32_t best)
{
    return !best || c->outcome.reward > s->candidate[best - 1].outcome.reward;
}

uint32_t ax_state_best_of_all(const ax_state *s)
{
    return s->best_full && beats(s, &s->candidate[s->best_full - 1], s->best) ? s->best_full : s->best;
}

bool ax_state_on_front(const ax_state *s, const ax_candidate *c, ax_metric cost)
{
    return ax_front_has(&s->front[cost], ax_outcome_cost(&c->outcome, cost), c->id);
}

/* A candidate that counts: for the best, and for the fronts. */
static void rank(ax_state *s, const ax_candidate *c)
{
    if (!counts(c))
        return;
    if (c->stage >= AX_STAGE_FULL) {
        s->best_full = beats(s, c, s->best_full) ? c->id : s->best_full;
        return;
    }
    s->best = beats(s, c, s->best) ? c->id : s->best;
    ax_metric m;
    for (int k = 1; (m = ax_metric_front(k)) < AX_METRIC_COUNT; k++)
        if (!ax_front_add(&s->front[m], ax_outcome_cost(&c->outcome, m), c->outcome.reward, c->id))
            s->out_of_memory = true;
}

/* Found again when one that counted has gone or changed. */
static void rank_all(ax_state *s)
{
    s->best = s->best_full = 0;
    for (int k = 0; k < AX_METRIC_COUNT; k++)
        s->front[k].n = 0;
    for (uint32_t i = 0; i < s->n_scored; i++)
        rank(s, &s->candidate[s->scored[i] - 1]);
    for (uint32_t i = 0; i < s->n_candidates; i++)
        if (s->candidate[i].stage >= AX_STAGE_FULL)
            rank(s, &s->candidate[i]);
}

static uint32_t *count_of(ax_state *s, ax_status status)
{
    uint32_t *count[128] = { [AX_QUEUED] = &s->n_queued, [AX_RUNNING] = &s->n_running, [AX_DONE] = &s->n_done,
                             [AX_PROMOTED] = &s->n_done, [AX_PRUNED] = &s->n_pruned,   [AX_FAILED] = &s->n_failed };
    return count[status & 127];
}

/* Counts and ranks a candidate that was in another state; counted: it counted for the best. */
static void status_changed(ax_state *s, const ax_candidate *c, ax_status was, bool counted)
{
    uint32_t *before = count_of(s, was), *now = count_of(s, c->status);
    if (before && *before)
        --*before;
    if (now)
        ++*now;
    if (counted && !counts(c))
        rank_all(s);
    else if (!counted)
        rank(s, c);
    if (ax_candidate_is_final(c))
        s->n_finals += (uint32_t)(ax_state_is_over(c->status) - ax_state_is_over(was));
    if (c->finalist)
        ax_state_find_finalist(s);
}

static void clear_trace(ax_candidate *c)
{
    for (int i = 0; i < AX_TRACE; i++)
        c->trace[i] = NAN;
}

static void fold_progress(ax_candidate *c, const ax_event *ev)
{
    int64_t step = ev->u.PROGRESS.step, steps = ev->u.PROGRESS.steps;
    if (ev->u.PROGRESS.stage > 0) /* one that goes on where it was left may be in stage 2 at once */
        c->stage = (int32_t)ev->u.PROGRESS.stage;
    c->epoch = (int32_t)ev->u.PROGRESS.epoch;
    c->step = (int32_t)step;
    c->steps = (int32_t)steps;
    c->outcome.loss = ev->u.PROGRESS.loss;
    if (!(step > 0 && step <= steps && steps <= INT32_MAX) || !isfinite(c->outcome.loss))
        return;
    int64_t at = (step - 1) * AX_TRACE / steps;
    c->trace[at] = (float)c->outcome.loss;
    while (at-- > 0 && isnan(c->trace[at]))
        c->trace[at] = (float)c->outcome.loss;
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

/* Both lists in one piece; most candidates of some strategies have none. */
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

static void fold_proposed(ax_state *s, const ax_event *ev)
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
    if (ev->u.SCORED.provisional) /* it goes on training: neither done nor comparable with those that are */
        return;
    if (ax_candidate_is_final(c)) /* its parent has what came of it */
        return;
    if (c->scored || c->stage >= AX_STAGE_FULL) { /* judged again: the plot keeps its place, the best may be another */
        rank_all(s);
        return;
    }
    void *array = s->scored;
    if (!ax_state_reserve(s, &array, s->n_scored, sizeof *s->scored))
        return;
    s->scored = array;
    s->scored[s->n_scored++] = c->id;
    c->scored = true;
    rank(s, c);
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
    snprintf(text, sizeof text, "%.20s: %.170s", ev->u.FAILED.cause, ev->u.FAILED.message);
    set_text(s, &c->failure, text);
    c->finished_at = ev->at;
    c->finished_elapsed = s->elapsed;
}

/* A full training that came to nothing: the candidate that it was of is no longer a promoted one. */
static void free_parent(ax_state *s, const ax_candidate *c)
{
    ax_candidate *parent = c->parent && c->parent <= s->n_candidates ? &s->candidate[c->parent - 1] : NULL;
    if (!parent || parent->full != c->id || (c->status != AX_PRUNED && c->status != AX_FAILED))
        return;
    parent->full = 0;
    parent->status = parent->status == AX_PROMOTED ? AX_DONE : parent->status;
}

static void fold_candidate(ax_state *s, const ax_event *ev)
{
    if (ev->id == 0 || ev->id > s->n_candidates)
        return;
    ax_candidate *c = &s->candidate[ev->id - 1];
    ax_status was = c->status;
    bool counted = counts(c), took = c->reused;
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
        status_changed(s, c, was, counted);
    else if (counted && !counts(c)) /* its reward has gone */
        rank_all(s);
}

/* ---- the run ---- */

/* What was in training when an engine ended starts again: its rows are no longer running. */
static void stop_running(ax_state *s)
{
    for (uint32_t i = 0; i < s->n_candidates && s->n_running; i++)
        if (s->candidate[i].status == AX_RUNNING) {
            s->candidate[i].status = AX_QUEUED;
            status_changed(s, &s->candidate[i], AX_RUNNING, false);
        }
}

static void fold_hello(ax_state *s, const ax_event *ev)
{
    memcpy(s->run, ev->u.HELLO.run, sizeof s->run);
    memcpy(s->data, ev->u.HELLO.data, sizeof s->data);
    s->task = ax_task_named(ev->u.HELLO.task);
    memcpy(s->preset, ev->u.HELLO.preset, sizeof s->preset);
    memcpy(s->strategy, ev->u.HELLO.strategy, sizeof s->strategy);
    memcpy(s->device, ev->u.HELLO.device, sizeof s->device);
    s->planned = ev->u.HELLO.planned;
    s->finals = ev->u.HELLO.finals;
    s->data_changed = s->data_changed || ev->u.HELLO.data_changed;
    s->workers = ev->u.HELLO.workers;
    s->pid = ev->u.HELLO.pid;
    s->seed = ev->u.HELLO.seed;
    s->bye[0] = '\0';
    s->ending = AX_ENDING_NONE;
    s->died = false;
    stop_running(s);
}

static void fold_run(ax_state *s, const ax_event *ev)
{
    switch (ev->kind) {
    case AX_EVENT_HELLO:
        fold_hello(s, ev);
        break;
    case AX_EVENT_PAUSED:
        if (ev->id)
            break;
        s->paused = ev->u.PAUSED.on;
        s->paused_by = s->paused ? ax_actor_of(ev->u.PAUSED.by) : AX_ACTOR_NONE;
        break;
    case AX_EVENT_PROGRESS:
        if (ev->id == 0)
            snprintf(s->activity, sizeof s->activity, "%.100s %lld/%lld", ev->u.PROGRESS.what,
                     (long long)ev->u.PROGRESS.step, (long long)ev->u.PROGRESS.steps);
        break;
    case AX_EVENT_STARTED:
        s->activity[0] = '\0';
        break;
    case AX_EVENT_LEARNED:
        ax_state_fold_learned(s, ev);
        break;
    case AX_EVENT_POLICY:
        ax_policy_fold(&s->policy, ev);
        break;
    case AX_EVENT_SAVED:
        s->snapshot_bytes = ev->u.SAVED.bytes;
        s->overhead = ev->u.SAVED.overhead;
        break;
    case AX_EVENT_DEVICE:
        s->rss_bytes = ev->u.DEVICE.rss_bytes;
        if (!strcmp(s->device, "auto"))
            memcpy(s->device, ev->u.DEVICE.name, sizeof s->device);
        break;
    case AX_EVENT_LOST:
        s->n_lost++;
        break;
    case AX_EVENT_BYE:
        memcpy(s->bye, ev->u.BYE.reason, sizeof s->bye);
        s->ending = ax_ending_of(s->bye);
        stop_running(s);
        break;
    default:
        break;
    }
}

/* The end as a person would tell it: "finished: 40 candidates, best .6713 (#17)". */
static void tell_end(const ax_state *s, char text[static AX_EVENT_TEXT])
{
    char reward[16];
    size_t n = strlen(text);
    uint32_t ended = s->n_done + s->n_failed + s->n_pruned;
    n += (size_t)snprintf(text + n, AX_EVENT_TEXT - n, ": %u candidate%s", ended, ended == 1 ? "" : "s");
    uint32_t best = ax_state_best_of_all(s);
    if (best && n < AX_EVENT_TEXT)
        n += (size_t)snprintf(text + n, AX_EVENT_TEXT - n, ", best %s (#%u)",
                              ax_share_text(s->candidate[best - 1].outcome.reward, 4, reward), best);
    if (s->best && s->best != best && n < AX_EVENT_TEXT)
        n += (size_t)snprintf(text + n, AX_EVENT_TEXT - n, ", of the search %s (#%u)",
                              ax_share_text(s->candidate[s->best - 1].outcome.reward, 4, reward), s->best);
    if (s->finalist && n < AX_EVENT_TEXT)
        snprintf(text + n, AX_EVENT_TEXT - n, ", first of the finals %s (#%u)",
                 ax_share_text(s->candidate[s->finalist - 1].outcome.final_mean, 4, reward), s->finalist);
}

/* From one event to the next, but not from the end of one engine to the start of the next. The events of an older
   engine know the time of day only; of a newer one some don't say the clock, and count as the event before them. */
double ax_state_elapsed_at(const ax_state *s, const ax_event *ev)
{
    bool known = ev->kind != AX_EVENT_LOST && ev->kind != AX_EVENT_HELLO; /* nobody knows when what is lost was */
    double passed = s->clock > 0 ? ev->clock - s->clock : s->last_at > 0 ? ev->at - s->last_at : 0;
    return s->elapsed + (known && passed > 0 ? passed : 0);
}

static void advance(ax_state *s, const ax_event *ev)
{
    s->elapsed = ax_state_elapsed_at(s, ev);
    if (ev->kind == AX_EVENT_HELLO || (ev->kind != AX_EVENT_LOST && ev->clock > 0))
        s->clock = ev->clock;
}

void ax_state_fold(ax_state *s, const ax_event *ev)
{
    char text[AX_EVENT_TEXT];
    advance(s, ev);
    if (!s->first_at)
        s->first_at = ev->at;
    s->last_at = ev->at;
    s->seq = ev->seq;
    if (ev->kind == AX_EVENT_PROPOSED)
        fold_proposed(s, ev);
    else
        fold_candidate(s, ev);
    fold_run(s, ev);
    ax_state_fold_worker(s, ev);
    ax_event_narrate(ev, text);
    if (ev->kind == AX_EVENT_BYE)
        tell_end(s, text);
    add_log(s, ev, text);
}

void ax_state_engine_died(ax_state *s)
{
    if (!s->seq || s->bye[0])
        return;
    s->died = true;
    s->activity[0] = '\0';
    stop_running(s);
}

const char *ax_state_word(const ax_state *s, bool lives)
{
    if (lives)
        return s->paused ? "paused" : "running";
    if (!s->seq)
        return "new";
    return s->bye[0] ? s->bye : "interrupted";
}

double ax_state_gate_chance(const ax_state *s, double reward)
{
    return isnan(s->gate_mean) ? NAN : ax_gate_chance(reward, s->gate_mean, s->gate_tolerance);
}

double ax_state_elapsed(const ax_state *s, double clock)
{
    return s->elapsed + (s->clock > 0 && clock > s->clock ? clock - s->clock : 0);
}

double ax_state_rate(const ax_state *s, double elapsed)
{
    double since = elapsed > 600 ? elapsed - 600 : 0;
    uint32_t n = 0;
    while (n < s->n_scored && s->candidate[s->scored[s->n_scored - 1 - n] - 1].finished_elapsed >= since)
        n++;
    for (uint32_t i = s->n_candidates; i > 0 && ax_candidate_is_final(&s->candidate[i - 1]); i--)
        n += s->candidate[i - 1].status == AX_DONE && s->candidate[i - 1].finished_elapsed >= since;
    return elapsed > since ? 60 * n / (elapsed - since) : 0;
}
