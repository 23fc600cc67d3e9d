#include "tui/session/comparison.h"

#include "engine/candidate/tasks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMES = 512 };

static bool counts(const ax_candidate *c)
{
    return c && c->status != AX_PRUNED && c->status != AX_FAILED && isfinite(c->outcome.reward);
}

static double x_of(const ax_comparison *c, const ax_candidate *candidate, uint32_t place)
{
    return c->by_time ? candidate->finished_elapsed : (double)(place + 1);
}

/* ---- the best so far ---- */

/* The best reward of each run at ascending x, one call after the other. */
typedef struct walk {
    uint32_t at; /* index of the next scored candidate */
    double best;
} walk;

static double walk_to(const ax_comparison *c, const ax_state *s, walk *w, double x)
{
    for (; w->at < s->n_scored; w->at++) {
        const ax_candidate *candidate = ax_state_candidate(s, s->scored[w->at]);
        if (candidate && x_of(c, candidate, w->at) > x)
            break;
        if (counts(candidate))
            w->best = fmax(w->best, candidate->outcome.reward);
    }
    return w->best;
}

double ax_comparison_best(const ax_comparison *c, const ax_state *run, double x)
{
    walk w = { .best = NAN };
    return walk_to(c, run, &w, x);
}

static double end_of(const ax_comparison *c, const ax_state *s)
{
    const ax_candidate *last = s->n_scored ? ax_state_candidate(s, s->scored[s->n_scored - 1]) : NULL;
    return last ? x_of(c, last, s->n_scored - 1) : 0;
}

static void make_curve(const ax_comparison *c, ax_contender *s, double end)
{
    walk w[AX_SIDE_RUNS];
    for (int k = 0; k < s->n_runs; k++)
        w[k] = (walk) { .best = NAN };
    for (size_t i = 0; i < s->n; i++) {
        double sum = 0, low = INFINITY, high = -INFINITY;
        s->x[i] = c->by_time ? end * (double)(i + 1) / TIMES : (double)(i + 1);
        for (int k = 0; k < s->n_runs; k++) {
            double best = walk_to(c, s->run[k], &w[k], s->x[i]);
            sum += best;
            low = fmin(low, best);
            high = fmax(high, best);
        }
        bool known = isfinite(sum);
        s->mean[i] = known ? sum / s->n_runs : NAN;
        s->low[i] = known ? low : NAN;
        s->high[i] = known ? high : NAN;
    }
}

/* ---- fronts ---- */

typedef struct point {
    double cost, reward;
    uint32_t id;
    int of;
} point;

static int by_cost(const void *va, const void *vb)
{
    const point *a = va, *b = vb;
    if (a->cost != b->cost)
        return a->cost < b->cost ? -1 : 1;
    return a->reward > b->reward ? -1 : a->reward < b->reward;
}

static ax_code make_front(const ax_comparison *c, ax_contender *s, ax_err *err)
{
    size_t all = 0, n = 0;
    for (int k = 0; k < s->n_runs; k++)
        all += s->run[k]->n_candidates;
    point *p = malloc((all + 1) * sizeof *p);
    s->cost = malloc((all + 1) * sizeof *s->cost);
    s->reward = malloc((all + 1) * sizeof *s->reward);
    s->id = malloc((all + 1) * sizeof *s->id);
    s->of = malloc((all + 1) * sizeof *s->of);
    ax_code code =
        p && s->cost && s->reward && s->id && s->of ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory to compare");
    for (int k = 0; k < s->n_runs && code == AX_OK; k++)
        for (uint32_t i = 0; i < s->run[k]->n_candidates; i++) {
            const ax_candidate *candidate = &s->run[k]->candidate[i];
            double cost = ax_outcome_cost(&candidate->outcome, c->cost);
            if (candidate->id && ax_state_on_front(s->run[k], candidate, c->cost) && cost > 0)
                p[n++] = (point) { cost, candidate->outcome.reward, candidate->id, k };
        }
    if (code == AX_OK)
        qsort(p, n, sizeof *p, by_cost);
    for (size_t i = 0; i < n && code == AX_OK; i++) {
        if (s->n_front && p[i].reward <= s->reward[s->n_front - 1])
            continue; /* dominated by a candidate of another run */
        s->cost[s->n_front] = p[i].cost;
        s->reward[s->n_front] = p[i].reward;
        s->id[s->n_front] = p[i].id;
        s->of[s->n_front++] = p[i].of;
    }
    free(p);
    return code;
}

static ax_code make_side(const ax_comparison *c, ax_contender *s, ax_err *err)
{
    double end = INFINITY;
    for (int k = 0; k < s->n_runs; k++)
        end = fmin(end, end_of(c, s->run[k]));
    s->n = !(end > 0) ? 0 : c->by_time ? TIMES : (size_t)end;
    size_t room = s->n + 1;
    s->x = malloc(room * sizeof *s->x);
    s->mean = malloc(room * sizeof *s->mean);
    s->low = malloc(room * sizeof *s->low);
    s->high = malloc(room * sizeof *s->high);
    if (!s->x || !s->mean || !s->low || !s->high)
        return ax_fail(err, AX_ENOMEM, "no memory to compare");
    make_curve(c, s, end);
    return make_front(c, s, err);
}

ax_code ax_comparison_make(ax_comparison *c, ax_err *err)
{
    ax_code code = AX_OK;
    for (int i = 0; i < c->n && code == AX_OK; i++)
        code = make_side(c, &c->side[i], err);
    return code;
}

void ax_comparison_release(ax_comparison *c)
{
    for (int i = 0; i < c->n; i++) {
        ax_contender *s = &c->side[i];
        void *own[] = { s->x, s->mean, s->low, s->high, s->cost, s->reward, s->id, s->of };
        for (size_t k = 0; k < sizeof own / sizeof *own; k++)
            free(own[k]);
    }
    *c = (ax_comparison) { .n = 0 };
}

/* ---- charts ---- */

static ax_role role_of(int i)
{
    static const ax_role role[] = { AX_ROLE_CURVE, AX_ROLE_BEST,    AX_ROLE_POINT,  AX_ROLE_BAD,
                                    AX_ROLE_LANE,  AX_ROLE_RUNNING, AX_ROLE_MARKED, AX_ROLE_STRONG };
    return role[(size_t)i % (sizeof role / sizeof *role)];
}

void ax_comparison_curves(const ax_comparison *c, ax_chart *out)
{
    *out = (ax_chart) {
        .x_name = c->by_time ? "seconds" : "candidates", .y_name = "best reward so far", .shares = true, .letters = true
    };
    for (int i = 0; i < c->n; i++)
        if (c->side[i].n_runs > 1)
            out->layer[out->n++] =
                (ax_layer) { AX_MARK_BAND,      .x = c->side[i].x, .y = c->side[i].low, .high = c->side[i].high,
                             .n = c->side[i].n, .role = role_of(i) };
    for (int i = 0; i < c->n; i++)
        out->layer[out->n++] =
            (ax_layer) { AX_MARK_STEPS,      .x = c->side[i].x,         .y = c->side[i].mean,   .n = c->side[i].n,
                         .role = role_of(i), .letter = (char)('a' + i), .name = c->side[i].name };
}

void ax_comparison_fronts(const ax_comparison *c, ax_chart *out)
{
    *out = (ax_chart) {
        .x.log = true, .x_name = ax_metric_of(c->cost)->front.label, .y_name = "reward", .shares = true, .letters = true
    };
    for (int i = 0; i < c->n; i++) {
        const ax_contender *s = &c->side[i];
        ax_layer points = { AX_MARK_POINTS,  .x = s->cost,           .y = s->reward,
                            .n = s->n_front, .role = role_of(i),     .letter = (char)('a' + i),
                            .name = s->name, .glyph = AX_GLYPH_FRONT };
        ax_layer steps = points;
        steps.mark = AX_MARK_STEPS;
        steps.name = NULL;
        steps.glyph = 0;
        out->layer[out->n++] = steps;
        out->layer[out->n++] = points;
    }
}

double ax_comparison_common(const ax_comparison *c)
{
    double common = INFINITY;
    for (int i = 0; i < c->n; i++)
        common = fmin(common, c->side[i].n ? c->side[i].x[c->side[i].n - 1] : 0);
    return isfinite(common) ? common : 0;
}

long ax_contender_at(const ax_contender *s, double x)
{
    long i = (long)s->n - 1;
    while (i >= 0 && !(s->x[i] <= x && isfinite(s->mean[i])))
        i--;
    return i;
}

/* ---- what can be compared ---- */

static bool unlike(const ax_state *first, const ax_state *s, char out[static AX_UNLIKE_TEXT])
{
    const bool tasks = s->task != first->task;
    if (!tasks && !strcmp(s->data, first->data))
        return false;
    snprintf(out, AX_UNLIKE_TEXT, "rewards of different %s can't be compared: %s has %s, %s has %s",
             tasks ? "tasks" : "data", first->run, tasks ? ax_task_name(first->task) : first->data, s->run,
             tasks ? ax_task_name(s->task) : s->data);
    return true;
}

void ax_comparison_unlike(const ax_comparison *c, char out[static AX_UNLIKE_TEXT])
{
    out[0] = '\0';
    for (int i = 0; i < c->n; i++)
        for (int k = 0; k < c->side[i].n_runs; k++)
            if (unlike(c->side[0].run[0], c->side[i].run[k], out))
                return;
}
