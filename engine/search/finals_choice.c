/* Chooses the finalists: the best networks of the search that are really different. */
#include "engine/search/finals.h"

#include "engine/search/search_internal.h"
#include "engine/space/canonical.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether no candidate of the search is waiting or in training. A candidate that a person paused isn't waited for. */
static bool search_is_over(const ax_search *s, uint32_t *paused)
{
    *paused = 0;
    for (uint32_t k = 0; k < s->n_open; k++) {
        const ax_entry *r = ax_search_get(s, s->open[k]);
        if (!ax_entry_is_search(r) || ax_entry_settled(r))
            continue;
        if (r->status != AX_PAUSED)
            return false;
        ++*paused;
    }
    return true;
}

static bool eligible(const ax_entry *r)
{
    return r->status == AX_DONE && ax_entry_is_search(r) && !r->reused && isfinite(r->outcome.reward);
}

static int by_reward(const void *a, const void *b, void *search)
{
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    double x = ax_search_get(search, i)->outcome.reward, y = ax_search_get(search, k)->outcome.reward;
    return x != y ? (x > y ? -1 : 1) : i < k ? -1 : i > k;
}

static bool among(const ax_search *s, const uint32_t *ids, uint32_t n, uint32_t id)
{
    const bool concat = ax_aggregate_is_concat(&s->setup.settings);
    const ax_canonical c = ax_genotype_canonical(&ax_search_get(s, id)->proposal.genotype, concat);
    for (uint32_t i = 0; i < n; i++) {
        ax_canonical other = ax_genotype_canonical(&ax_search_get(s, ids[i])->proposal.genotype, concat);
        if (ax_canonical_same(&c, &other))
            return true;
    }
    return false;
}

/* The best different networks, at most `most`; returns their number. */
static uint32_t best_of(ax_search *s, uint32_t most, uint32_t chosen[AX_FINALISTS], ax_err *err)
{
    uint32_t *ids = malloc((s->n_entries + 1) * sizeof *ids), n = 0, got = 0;
    if (!ids) {
        ax_fail(err, AX_ENOMEM, "no memory to choose the finalists");
        return 0;
    }
    for (uint32_t id = 1; id <= s->n_entries; id++)
        if (eligible(ax_search_get(s, id)))
            ids[n++] = id;
    qsort_r(ids, n, sizeof *ids, by_reward, s);
    for (uint32_t i = 0; i < n && got < most; i++)
        if (!among(s, chosen, got, ids[i]))
            chosen[got++] = ids[i];
    free(ids);
    return got;
}

static void place(ax_search *s, uint32_t id, uint32_t at)
{
    ax_event ev = ax_finals_event(s, id, ax_finals_trainings(s));
    ev.u.FINAL.place = at;
    ev.u.FINAL.final_best = NAN;
    ax_search_record(s, &ev);
}

static void say_choice(ax_search *s, uint32_t paused)
{
    const uint32_t seeds = s->finals.seeds;
    char text[AX_EVENT_TEXT], without[64] = "";
    if (paused)
        snprintf(without, sizeof without, "; %u paused candidate%s can't be among them", paused,
                 paused == 1 ? "" : "s");
    snprintf(text, sizeof text, "the finals begin: the best %u network%s, each trained again with %u fresh seed%s%s",
             s->finals.n, s->finals.n == 1 ? "" : "s", seeds, seeds == 1 ? "" : "s", without);
    ax_search_log(s, AX_LEVEL_INFO, 0, text);
}

static ax_code choose(ax_search *s, uint32_t paused, ax_err *err)
{
    const ax_finals_plan plan = ax_finals_plan_of(&s->setup.settings);
    uint32_t chosen[AX_FINALISTS];
    ax_err why = { AX_OK, "" };
    uint32_t n = best_of(s, plan.finalists, chosen, &why);
    if (why.code != AX_OK)
        return ax_fail(err, why.code, "%s", why.msg);
    for (uint32_t i = 0; i < s->finals.n; i++)
        place(s, s->finals.finalist[i], 0);
    s->finals.n = n;
    memcpy(s->finals.finalist, chosen, n * sizeof *chosen);
    s->finals.chosen = s->dirty = true;
    ax_finals_share_out(s);
    if (s->finals.seeds)
        say_choice(s, paused);
    for (uint32_t i = 0; i < n; i++)
        place(s, chosen[i], i + 1);
    ax_finals_rank(s); /* includes trainings that exist already */
    return AX_OK;
}

ax_code ax_finals_choose(ax_search *s, ax_err *err)
{
    uint32_t paused;
    if (s->finals.chosen || !ax_finals_plan_of(&s->setup.settings).finalists || !search_is_over(s, &paused))
        return AX_OK;
    return choose(s, paused, err);
}
