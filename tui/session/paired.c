#include "tui/session/paired.h"

#include <math.h>

double ax_result_of(const ax_comparison *c, const ax_state *run, bool finals)
{
    const ax_candidate *first = ax_state_candidate(run, run->finalist);
    if (finals)
        return first ? first->outcome.final_mean : NAN;
    return ax_comparison_best(c, run, ax_comparison_common(c));
}

bool ax_comparison_has_finals(const ax_comparison *c)
{
    for (int i = 0; i < c->n; i++)
        for (int k = 0; k < c->side[i].n_runs; k++)
            if (!c->side[i].run[k]->finalist)
                return false;
    return c->n > 0;
}

ax_mean ax_side_result(const ax_comparison *c, const ax_contender *s, bool finals)
{
    double value[AX_SIDE_RUNS];
    size_t n = 0;
    if (finals && s->n_runs == 1) {
        const ax_outcome *o = &ax_state_candidate(s->run[0], s->run[0]->finalist)->outcome;
        const uint32_t seeds = (uint32_t)o->final_seeds;
        const ax_mean unit = { seeds, 0, 1 };
        return (ax_mean) { seeds, o->final_mean, o->final_interval / ax_mean_interval(&unit, 0.95) };
    }
    for (int k = 0; k < s->n_runs; k++) {
        value[n] = ax_result_of(c, s->run[k], finals);
        n += isfinite(value[n]);
    }
    return ax_mean_of(value, n);
}

/* ---- pairs ---- */

enum { PAIRS = 1024 };

/* Runs of different tasks have nothing in common but the number. */
static bool same_seed(const ax_state *a, const ax_state *b)
{
    return a->seed == b->seed && a->task == b->task;
}

/* The first of n runs with the same seed as `run`; NULL: none. */
static const ax_state *like(const ax_state *run, const ax_state *const *of, int n)
{
    for (int i = 0; i < n; i++)
        if (same_seed(of[i], run))
            return of[i];
    return NULL;
}

/* Differences of runs with the same seed. */
static size_t pair_runs(const ax_comparison *c, const ax_contender *a, const ax_contender *b, bool finals,
                        double difference[PAIRS])
{
    size_t n = 0;
    for (int i = 0; i < a->n_runs; i++) {
        const ax_state *x = a->run[i], *y = like(x, b->run, b->n_runs);
        if (!y || like(x, a->run, i))
            continue;
        difference[n] = ax_result_of(c, x, finals) - ax_result_of(c, y, finals);
        n += isfinite(difference[n]);
    }
    return n;
}

/* The training of the run's first finalist with this seed; NULL: there is none. */
static const ax_candidate *training(const ax_state *s, int64_t seed)
{
    for (uint32_t i = 0; i < s->n_candidates; i++) {
        const ax_candidate *c = &s->candidate[i];
        if (ax_candidate_is_final(c) && c->parent == s->finalist && c->seed == seed && c->status == AX_DONE)
            return c;
    }
    return NULL;
}

/* Differences between the first finalists of two runs, for each fresh seed that both have. */
static size_t pair_seeds(const ax_state *a, const ax_state *b, double difference[PAIRS])
{
    size_t n = 0;
    for (uint32_t i = 0; i < a->n_candidates && n < PAIRS && a->task == b->task; i++) {
        const ax_candidate *x = &a->candidate[i];
        if (!ax_candidate_is_final(x) || x->parent != a->finalist || x->status != AX_DONE)
            continue;
        const ax_candidate *y = training(b, x->seed);
        if (y)
            difference[n++] = x->outcome.reward - y->outcome.reward;
    }
    return n;
}

ax_paired ax_paired_test(const ax_comparison *c, const ax_contender *a, const ax_contender *b, bool finals)
{
    double difference[PAIRS] = { 0 };
    ax_paired out = { .fresh = finals && a->n_runs == 1 && b->n_runs == 1 };
    size_t n = out.fresh ? pair_seeds(a->run[0], b->run[0], difference) : pair_runs(c, a, b, finals, difference);
    out.difference = ax_mean_of(difference, n);
    out.interval = ax_mean_interval(&out.difference, 0.95);
    out.p = NAN;
    if (n < 2)
        return out;
    double t = fabs(out.difference.mean) / out.difference.error; /* NAN: all differences are 0 */
    out.p = isnan(t) ? 1 : isinf(t) ? 0 : 2 * (1 - ax_student_cdf(t, (uint32_t)n - 1));
    return out;
}
