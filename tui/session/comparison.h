/* Several runs against each other: the best reward so far of each, or of runs that differ in their seed as one, and
   their fronts. Pure. */
#ifndef AX_TUI_COMPARISON_H
#define AX_TUI_COMPARISON_H

#include "engine/wire/state.h"
#include "viz/chart.h"

enum { AX_SIDES = 12, AX_SIDE_RUNS = 32 };

/* What is compared: a run, or several of one kind. */
typedef struct ax_contender {
    char name[64];
    const ax_state *run[AX_SIDE_RUNS]; /* the caller's */
    int n_runs;
    double *x, *mean, *low, *high; /* the best so far over its runs, as far as all of them went; n each */
    size_t n;
    double *cost, *reward; /* the front of all its runs together, by cost; n_front each */
    uint32_t *id;
    int *of; /* whose run it is, an index of run */
    size_t n_front;
} ax_contender;

typedef struct ax_comparison {
    ax_contender side[AX_SIDES];
    int n;
    bool by_time; /* x is seconds with an engine, else candidates with a reward */
    ax_metric cost;
} ax_comparison;

/* Fills in the sides, whose names and runs are set. AX_ENOMEM. */
ax_code ax_comparison_make(ax_comparison *c, ax_err *err);
void ax_comparison_release(ax_comparison *c);

/* Charts that read what the comparison holds. */
void ax_comparison_curves(const ax_comparison *c, ax_chart *out);
void ax_comparison_fronts(const ax_comparison *c, ax_chart *out);
/* Where all sides have been, the most x; 0 = nowhere. */
double ax_comparison_common(const ax_comparison *c);
/* The best reward of a run up to x; NAN = it has none. */
double ax_comparison_best(const ax_comparison *c, const ax_state *run, double x);
/* Index of the last value up to x of a side, -1 = it has none. */
long ax_contender_at(const ax_contender *s, double x);

#endif
