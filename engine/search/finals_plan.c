/* How many of a run's candidates the finals take, and how many trainings each finalist gets. */
#include "engine/search/finals.h"

#include "engine/search/search_internal.h"

ax_finals_plan ax_finals_plan_of(const ax_settings *set)
{
    const uint32_t budget = (uint32_t)((double)set->candidates * set->finals + 1e-9);
    const uint32_t most = (uint32_t)set->finals_best, seeds = (uint32_t)set->finals_seeds;
    const uint32_t two = most < 2 ? most : 2, fewest = seeds < 2 ? seeds : 2;
    const uint32_t searched = (uint32_t)set->candidates - budget;
    uint32_t n = budget / seeds;
    n = n > most ? most : n < two ? two : n;
    n = n > searched ? searched : n;
    if (n < two)
        return (ax_finals_plan) { 0, 0 };
    const uint32_t each = budget / n < AX_FINALS_SEEDS ? budget / n : AX_FINALS_SEEDS;
    return each < fewest ? (ax_finals_plan) { 0, 0 } : (ax_finals_plan) { n, each };
}

static int64_t planned(const ax_search *s)
{
    const ax_finals_plan plan = ax_finals_plan_of(&s->setup.settings);
    return (int64_t)plan.finalists * plan.seeds;
}

int64_t ax_finals_search_part(const ax_search *s)
{
    return s->setup.settings.candidates - s->finals.earlier - planned(s);
}

/* Trainings of all finals that the budget has room for. Candidates that a person adds to a complete search don't take
   from those planned; trainings of earlier finals do. */
static int64_t affordable(const ax_search *s)
{
    const int64_t part = ax_finals_search_part(s), searched = ax_search_count(s);
    const int64_t left = s->setup.settings.candidates - s->finals.earlier - (searched > part ? searched : part);
    const int64_t due = planned(s) - s->finals.earlier;
    const int64_t more = left > due ? left : due;
    return s->finals.earlier + (more > 0 ? more : 0);
}

uint32_t ax_finals_trainings(const ax_search *s)
{
    if (!s->finals.chosen)
        return (uint32_t)affordable(s);
    const ax_finals_made made = ax_finals_find_made(s);
    uint32_t n = made.trainings;
    for (uint32_t round = 1; round <= s->finals.seeds; round++)
        n += ax_finals_round_lacks(s, &made, round);
    return n;
}

void ax_finals_share_out(ax_search *s)
{
    const ax_finals_plan plan = ax_finals_plan_of(&s->setup.settings);
    const ax_finals_made made = ax_finals_find_made(s);
    /* a single network has no rival, however many trainings are left */
    const uint32_t most = s->finals.n == 1 && plan.finalists > 1 ? plan.seeds : AX_FINALS_SEEDS;
    int64_t left = affordable(s) - made.trainings;
    s->finals.part = ax_finals_search_part(s);
    s->finals.plan = plan;
    s->finals.seeds = 0;
    for (uint32_t round = 1; s->finals.n && round <= most; round++) {
        left -= ax_finals_round_lacks(s, &made, round);
        if (left < 0)
            break;
        s->finals.seeds = round;
    }
}

void ax_finals_reopen(ax_search *s)
{
    const ax_finals_plan now = ax_finals_plan_of(&s->setup.settings), then = s->finals.plan;
    const bool same = s->finals.part == ax_finals_search_part(s) && now.finalists == then.finalists;
    if (!s->finals.chosen || (same && now.seeds == then.seeds))
        return;
    if (same) {
        ax_finals_share_out(s);
    } else {
        s->finals.chosen = false;
        s->finals.earlier = ax_finals_find_made(s).trainings;
    }
    s->dirty = true;
}
