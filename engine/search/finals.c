/* The finals: the last part of a run's candidates trains the best networks of the search again, each with the same
   fresh seeds. The reward by which they were chosen doesn't count: the highest of many noisy rewards is a lucky one.
   The strategy learns nothing from the finals.

   A training is a candidate with the finalist as its parent. Trainings go in rounds: every finalist with the first
   seed, then with the second; so after each round all have equally many. The next training is a function of the
   candidate table and the number of rounds, so that a resumed run continues as if it had never stopped. */
#include "engine/search/finals.h"

#include "engine/base/student.h"
#include "engine/search/search_internal.h"
#include "engine/wire/narrate.h"

#include <math.h>
#include <stdio.h>

/* Never the run's own seed; finals of runs with different seeds below 1000 have no seed in common. */
static int64_t seed_of(const ax_search *s, uint32_t round)
{
    return s->setup.settings.seed + 1000 * (int64_t)round;
}

/* ---- the table ---- */

bool ax_entry_is_final(const ax_entry *r)
{
    return ax_origin_of(r->origin) == AX_ORIGIN_FINALS;
}

bool ax_entry_is_search(const ax_entry *r)
{
    return !ax_entry_is_full(r) && !ax_entry_is_final(r);
}

static bool is_made(const ax_finals_made *m, uint32_t i, uint32_t round)
{
    return m->rounds[i][round / 64] >> round % 64 & 1;
}

/* In one pass over the finals, since this is called at every turn of the coordinator. */
ax_finals_made ax_finals_find_made(const ax_search *s)
{
    ax_finals_made m = { 0 };
    for (uint32_t id = s->finals.first; id && id <= s->n_entries; id++) {
        const ax_entry *r = ax_search_get(s, id);
        if (!ax_entry_is_final(r))
            continue;
        m.trainings++;
        const uint64_t from = (uint64_t)r->seed - (uint64_t)s->setup.settings.seed, round = from / 1000;
        if (from % 1000 || round < 1 || round > AX_FINALS_SEEDS)
            continue;
        for (uint32_t i = 0; i < s->finals.n; i++)
            if (s->finals.finalist[i] == r->parent)
                m.rounds[i][round / 64] |= (uint64_t)1 << round % 64;
    }
    return m;
}

uint32_t ax_finals_round_lacks(const ax_search *s, const ax_finals_made *m, uint32_t round)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->finals.n; i++)
        n += !is_made(m, i, round);
    return n;
}

/* A finalist that a person pruned gets no more trainings, unless the prune is undone. */
static bool still_counts(const ax_search *s, uint32_t finalist)
{
    return ax_search_get(s, finalist)->status != AX_PRUNED;
}

/* The finalist and the seed of the next training. False: none. */
static bool next_training(const ax_search *s, uint32_t *finalist, int64_t *seed)
{
    if (!s->finals.chosen)
        return false;
    const ax_finals_made there = ax_finals_find_made(s);
    for (uint32_t round = 1; round <= s->finals.seeds; round++)
        for (uint32_t i = 0; i < s->finals.n; i++) {
            *finalist = s->finals.finalist[i];
            *seed = seed_of(s, round);
            if (still_counts(s, *finalist) && !is_made(&there, i, round))
                return true;
        }
    return false;
}

void ax_finals_index(ax_search *s)
{
    s->finals.first = s->finals.n = 0;
    for (uint32_t id = 1; id <= s->n_entries; id++) {
        const ax_entry *r = ax_search_get(s, id);
        if (!s->finals.first && ax_entry_is_final(r))
            s->finals.first = id;
        if (!r->finalist || r->finalist > AX_FINALISTS)
            continue;
        s->finals.finalist[r->finalist - 1] = id;
        s->finals.n = r->finalist > s->finals.n ? r->finalist : s->finals.n;
    }
}

bool ax_finals_complete(const ax_search *s)
{
    uint32_t finalist;
    int64_t seed;
    return s->finals.chosen ? !next_training(s, &finalist, &seed) : !ax_finals_plan_of(&s->setup.settings).finalists;
}

/* ---- results ---- */

ax_event ax_finals_event(const ax_search *s, uint32_t id, uint32_t trainings)
{
    const ax_entry *r = ax_search_get(s, id);
    ax_event ev = ax_search_event(AX_EVENT_FINAL, id);
    ev.u.FINAL.place = r->finalist;
    ev.u.FINAL.trainings = trainings;
    ax_event_say_figures(&ev, &r->outcome);
    return ev;
}

/* Facts about a finalist. */
typedef struct standing {
    uint32_t id;
    ax_mean mean;
    bool pending; /* trainings of it are still to come */
} standing;

static standing standing_of(const ax_search *s, uint32_t i, const ax_finals_made *there)
{
    const uint32_t finalist = s->finals.finalist[i];
    double reward[AX_FINALS_SEEDS];
    uint32_t n = 0;
    standing t = { .id = finalist };
    for (uint32_t id = s->finals.first; id && id <= s->n_entries; id++) {
        const ax_entry *r = ax_search_get(s, id);
        if (r->parent != finalist || !ax_entry_is_final(r))
            continue;
        t.pending = t.pending || !ax_entry_settled(r);
        if (r->status == AX_DONE && n < AX_FINALS_SEEDS)
            reward[n++] = r->outcome.reward;
    }
    for (uint32_t round = 1; s->finals.chosen && round <= s->finals.seeds && !t.pending; round++)
        t.pending = still_counts(s, finalist) && !is_made(there, i, round);
    t.mean = ax_mean_of(reward, n);
    return t;
}

/* Only once each remaining finalist has two trainings, or gets no second: one that is a round ahead isn't better for
   it. */
static void judge(const ax_search *s, const standing *of, uint32_t n, double best[AX_FINALISTS])
{
    ax_mean mean[AX_FINALISTS];
    double p[AX_FINALISTS];
    uint32_t at[AX_FINALISTS], judged = 0;
    bool early = false;
    for (uint32_t i = 0; i < n; i++) {
        best[i] = NAN;
        if (!still_counts(s, of[i].id))
            continue;
        early = early || (of[i].mean.n < 2 && of[i].pending);
        if (of[i].mean.n < 2)
            continue;
        at[judged] = i;
        mean[judged++] = of[i].mean;
    }
    if (early || !judged)
        return;
    ax_mean_best(mean, judged, p);
    for (uint32_t k = 0; k < judged; k++)
        best[at[k]] = p[k];
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* The result as a sentence for users. */
static void say_result(ax_search *s)
{
    const ax_entry *best = NULL;
    uint32_t id = 0;
    for (uint32_t i = 0; i < s->finals.n; i++) {
        const ax_entry *r = ax_search_get(s, s->finals.finalist[i]);
        if (still_counts(s, s->finals.finalist[i]) && (!best || r->outcome.final_mean > best->outcome.final_mean) &&
            !isnan(r->outcome.final_mean)) {
            best = r;
            id = s->finals.finalist[i];
        }
    }
    if (!best)
        return;
    char text[AX_EVENT_TEXT], interval[32] = "", chance[48] = "", share[16];
    const ax_outcome *o = &best->outcome;
    if (!isnan(o->final_interval))
        snprintf(interval, sizeof interval, " +- %s", ax_share_text(o->final_interval, 4, share));
    if (!isnan(o->final_best))
        snprintf(chance, sizeof chance, ", the best with probability %s", ax_share_text(o->final_best, 2, share));
    snprintf(text, sizeof text, "the finals are over: #%u is first with %s%s of %lld seed%s%s", id,
             ax_share_text(o->final_mean, 4, share), interval, (long long)o->final_seeds,
             o->final_seeds == 1 ? "" : "s", chance);
    ax_search_log(s, AX_LEVEL_INFO, 0, text);
}

void ax_finals_rank(ax_search *s)
{
    standing of[AX_FINALISTS];
    double best[AX_FINALISTS] = { 0 };
    bool pending = false, changed = false;
    const ax_finals_made there = ax_finals_find_made(s);
    const uint32_t trainings = ax_finals_trainings(s);
    for (uint32_t i = 0; i < s->finals.n; i++) {
        of[i] = standing_of(s, i, &there);
        pending = pending || of[i].pending;
    }
    judge(s, of, s->finals.n, best);
    for (uint32_t i = 0; i < s->finals.n; i++) {
        const ax_outcome *o = &ax_search_get(s, of[i].id)->outcome;
        double interval = ax_mean_interval(&of[i].mean, 0.95);
        if (same(o->final_mean, of[i].mean.mean) && same(o->final_interval, interval) && same(o->final_best, best[i]) &&
            o->final_seeds == of[i].mean.n)
            continue;
        ax_event ev = ax_finals_event(s, of[i].id, trainings);
        ev.u.FINAL.final_mean = of[i].mean.mean;
        ev.u.FINAL.final_interval = interval;
        ev.u.FINAL.final_best = best[i];
        ev.u.FINAL.final_seeds = of[i].mean.n;
        ax_search_record(s, &ev);
        s->dirty = changed = true;
    }
    if (changed && !pending)
        say_result(s);
}

/* ---- the next training ---- */

ax_code ax_finals_propose(ax_search *s, uint32_t *id, ax_err *err)
{
    uint32_t finalist;
    int64_t seed;
    *id = 0;
    ax_code code = ax_finals_choose(s, err);
    if (code != AX_OK || !next_training(s, &finalist, &seed))
        return code;
    const ax_proposal p = ax_search_get(s, finalist)->proposal;
    code = ax_search_add(s, &p, ax_origin_word(AX_ORIGIN_FINALS), finalist, seed, id, err);
    if (code == AX_OK && !s->finals.first)
        s->finals.first = *id;
    s->dirty = true;
    return code;
}
