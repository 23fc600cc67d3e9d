#include "engine/search/search_internal.h"

#include "engine/base/utf8.h"
#include "engine/space/space.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ax_search *ax_search_new(const ax_search_setup *setup, ax_err *err)
{
    ax_search *s = ax_new(sizeof *s, "a search", err);
    if (!s)
        return NULL;
    s->setup = *setup;
    s->data = setup->data;
    s->gate = ax_gate_new((uint64_t)setup->settings.seed);
    const ax_settings *set = &s->setup.settings;
    const ax_strategy_options options = {
        .space = ax_space_named(set->space),
        .name = set->strategy,
        .seed = (uint64_t)set->seed,
        .feedback_none = !strcmp(set->feedback, "none"),
        .entropy_weight = set->entropy_weight,
        .reinforce_lr = set->reinforce_lr,
        .population = (uint32_t)set->population,
        .tournament = (uint32_t)set->tournament,
        .concat = ax_aggregate_is_concat(set),
        .random_first = (uint32_t)set->random_first,
        .elites = (uint32_t)set->elites,
    };
    s->strategy = ax_strategy_new(&options, err);
    s->dirty = true;
    if (s->strategy && ax_search_reserve(s, 1, err) == AX_OK)
        return s;
    ax_search_free(s);
    return NULL;
}

void ax_search_free(ax_search *s)
{
    if (!s)
        return;
    ax_strategy_free(s->strategy);
    free(s->entry);
    free(s->open);
    free(s->queue);
    ax_duplicates_release(&s->judged);
    free(s);
}

const ax_settings *ax_search_settings(const ax_search *s)
{
    return &s->setup.settings;
}

void ax_search_set_time(ax_search *s, double now)
{
    s->now = now;
}

bool ax_search_data_changed(const ax_search *s)
{
    return s->data && s->setup.data && s->data != s->setup.data;
}

static void say_changed(ax_search *s, const char *since)
{
    char text[AX_EVENT_TEXT];
    snprintf(text, sizeof text, "the data have changed %s: rewards from now on can't be compared with those before",
             since);
    ax_search_log(s, AX_LEVEL_WARNING, 0, text);
}

bool ax_search_check_data(ax_search *s, uint64_t data)
{
    bool changed = data && s->setup.data && data != s->setup.data;
    if (changed) {
        say_changed(s, "while the engine ran");
        ax_duplicates_release(&s->judged);
    }
    if (data)
        s->setup.data = data;
    if (!s->data)
        s->data = data;
    return changed;
}

void ax_search_hello(ax_search *s, bool resumed, int64_t pid)
{
    const ax_settings *set = &s->setup.settings;
    ax_finals_reopen(s);
    ax_event ev = ax_search_event(AX_EVENT_HELLO, 0);
    snprintf(ev.u.HELLO.run, sizeof ev.u.HELLO.run, "%s", s->setup.run);
    ax_utf8_copy(ev.u.HELLO.data, sizeof ev.u.HELLO.data, set->data);
    snprintf(ev.u.HELLO.task, sizeof ev.u.HELLO.task, "%s", ax_task_name(s->setup.task));
    snprintf(ev.u.HELLO.preset, sizeof ev.u.HELLO.preset, "%s", set->preset);
    ax_utf8_copy(ev.u.HELLO.strategy, sizeof ev.u.HELLO.strategy, set->strategy);
    ax_utf8_copy(ev.u.HELLO.device, sizeof ev.u.HELLO.device, set->device);
    ev.u.HELLO.seed = set->seed;
    ev.u.HELLO.planned = set->candidates;
    ev.u.HELLO.finals = ax_finals_trainings(s);
    ev.u.HELLO.workers = s->setup.workers;
    ev.u.HELLO.pid = pid;
    ev.u.HELLO.resumed = resumed;
    ev.u.HELLO.data_changed = ax_search_data_changed(s);
    ax_search_emit(s, &ev);
    if (ev.u.HELLO.data_changed)
        say_changed(s, "since the run began");
    ax_search_shorten_prunes(s);
    for (uint32_t k = AX_WORKERS; k-- > 0;) {
        uint32_t id = s->slot[k].id;
        if (!id)
            continue;
        s->slot[k] = (ax_worker_slot) { 0 };
        if (ax_search_get(s, id)->status == AX_RUNNING)
            ax_search_enqueue(s, id, 0);
        s->dirty = true;
    }
}

/* The queue index of the first candidate that a worker can take; UINT32_MAX = none. Skips candidates that were stopped
   and continued but whose worker hasn't stopped yet, and candidates whose network is being trained. */
static uint32_t first_free(ax_search *s)
{
    for (uint32_t i = 0; i < s->n_queue; i++)
        if (!ax_search_slot(s, s->queue[i]) && !ax_search_in_training_elsewhere(s, s->queue[i]))
            return i;
    return UINT32_MAX;
}

/* Whether the strategy has proposed its share of the candidates. */
static bool searched(const ax_search *s)
{
    return s->finals.chosen || ax_search_count(s) >= ax_finals_search_part(s);
}

/* The next candidate, from the search or the finals; *id = 0: none now. */
static ax_code propose(ax_search *s, uint32_t *id, ax_err *err)
{
    ax_proposal p;
    if (searched(s))
        return ax_finals_propose(s, id, err);
    ax_code code = ax_strategy_propose(s->strategy, &p, err);
    return code == AX_OK ? ax_search_add(s, &p, ax_strategy_name(s->strategy), p.parent, 0, id, err) : code;
}

/* Keeps one candidate queued, so that no worker is idle. If a policy keeps proposing one network, its workers wait for
   each other instead of filling the queue with copies. */
static ax_code fill(ax_search *s, ax_err *err)
{
    while (first_free(s) == UINT32_MAX && s->n_queue < s->setup.workers) {
        uint32_t id;
        ax_code code = propose(s, &id, err);
        if (code != AX_OK || !id)
            return code;
        ax_search_enqueue(s, id, s->n_queue);
    }
    return AX_OK;
}

ax_code ax_search_catch_up(ax_search *s, ax_err *err)
{
    ax_code code = s->unlearned ? ax_search_learn(s, s->unlearned, err) : AX_OK;
    if (code != AX_OK)
        return code;
    s->unlearned = 0;
    return s->paused ? AX_OK : fill(s, err);
}

bool ax_search_has_unlearned(const ax_search *s)
{
    return s->unlearned;
}

/* Whether another worker's candidate uses all devices. */
static bool all_taken(const ax_search *s, uint32_t worker)
{
    for (uint32_t k = 0; k < AX_WORKERS; k++)
        if (k != worker && s->slot[k].id && s->slot[k].devices > 1)
            return true;
    return false;
}

ax_code ax_search_take(ax_search *s, uint32_t worker, ax_search_job *job, bool *taken, ax_err *err)
{
    *taken = false;
    if (s->slot[worker].id || s->paused || all_taken(s, worker))
        return AX_OK;
    ax_code code = first_free(s) == UINT32_MAX ? ax_search_catch_up(s, err) : AX_OK;
    uint32_t place = first_free(s);
    if (code != AX_OK || place == UINT32_MAX)
        return code;
    uint32_t id = s->queue[place], known = ax_search_reusable(s, id);
    if (known) { /* one at a time: each is saved before the next, like trained ones */
        code = ax_search_catch_up(s, err);
        return code == AX_OK ? ax_search_reuse(s, id, known, err) : code;
    }
    ax_search_dequeue(s, id);
    const ax_entry *r = ax_search_get(s, id);
    s->slot[worker] = (ax_worker_slot) { .id = id, .ended = r->verdict == AX_VERDICT_END };
    ax_search_start(s, id, 1, r->attempts + 1);
    *taken = true;
    *job = (ax_search_job) {
        .id = id,
        .attempt = r->attempts,
        .genotype = r->proposal.genotype,
        .seed = r->seed,
        .full = ax_entry_is_full(r),
        .again = r->crashes > 0,
    };
    return AX_OK;
}

uint32_t ax_search_running(const ax_search *s, uint32_t worker)
{
    return s->slot[worker].id;
}

bool ax_search_stop_requested(const ax_search *s, uint32_t worker)
{
    return s->slot[worker].id && s->slot[worker].stop_requested;
}

bool ax_search_finished(const ax_search *s)
{
    for (uint32_t k = 0; k < AX_WORKERS; k++)
        if (s->slot[k].id)
            return false;
    if (s->n_queue || !searched(s) || !ax_finals_complete(s))
        return false;
    for (uint32_t k = 0; k < s->n_open; k++) {
        const ax_entry *r = ax_search_get(s, s->open[k]);
        if (r->status == AX_PAUSED || r->prune_until > 0)
            return false;
    }
    return true;
}

bool ax_search_unfinished(const ax_search *s, uint32_t id)
{
    const ax_entry *r = ax_search_get(s, id);
    if (!r)
        return false;
    ax_status status = r->status == AX_PRUNED && r->prune_until > 0 ? r->before : r->status;
    return status == AX_QUEUED || status == AX_RUNNING || status == AX_PAUSED;
}

void ax_search_log(ax_search *s, ax_level level, uint32_t id, const char *text)
{
    ax_event ev = ax_search_event(AX_EVENT_LOG, id);
    snprintf(ev.u.LOG.level, sizeof ev.u.LOG.level, "%s", ax_level_word(level));
    ax_utf8_copy(ev.u.LOG.text, sizeof ev.u.LOG.text, text);
    ax_search_emit(s, &ev);
}

/* ---- interface of the coordinator ---- */

bool ax_search_dirty(const ax_search *s)
{
    return s->dirty;
}

void ax_search_clean(ax_search *s)
{
    s->dirty = false;
    s->wants_save = false;
}

bool ax_search_wants_save(const ax_search *s)
{
    return s->wants_save;
}

bool ax_search_wants_stop(const ax_search *s)
{
    return s->wants_stop;
}

bool ax_search_paused(const ax_search *s)
{
    return s->paused;
}
