/* Comparing runs: the best reward so far of each, or the mean over runs that differ in their seed only, and their
   fronts. Pure. */
#ifndef AX_TUI_COMPARISON_H
#define AX_TUI_COMPARISON_H

#include "engine/wire/state.h"
#include "viz/chart.h"

enum { AX_SIDES = 12, AX_SIDE_RUNS = 32 };

/* One side of a comparison: a run, or several runs that differ in their seed. */
typedef struct ax_contender {
    char name[64];
    const ax_state *run[AX_SIDE_RUNS]; /* the caller's */
    int n_runs;
    double *x, *mean, *low, *high; /* the best so far over its runs, up to where the shortest ends; n each */
    size_t n;
    double *cost, *reward; /* the front of all its runs together, by cost; n_front each */
    uint32_t *id;
    int *of; /* the run of each point, an index of `run` */
    size_t n_front;
} ax_contender;

typedef struct ax_comparison {
    ax_contender side[AX_SIDES];
    int n;
    bool by_time; /* x is seconds with an engine, else candidates with a reward */
    ax_metric cost;
} ax_comparison;

/* Computes the sides, whose names and runs are set already. AX_ENOMEM. */
ax_code ax_comparison_make(ax_comparison *c, ax_err *err);
void ax_comparison_release(ax_comparison *c);

enum { AX_UNLIKE_TEXT = 1024 };
/* Writes why rewards of these runs can't be compared, "" = nothing is known against it: they have different tasks or
   data. Data are told apart by their names only, so the same ones in another place are named, too. */
void ax_comparison_unlike(const ax_comparison *c, char out[static AX_UNLIKE_TEXT]);

/* Charts that read the comparison's arrays, which must live as long. */
void ax_comparison_curves(const ax_comparison *c, ax_chart *out);
void ax_comparison_fronts(const ax_comparison *c, ax_chart *out);
/* The largest x that all sides have reached; 0 = none. */
double ax_comparison_common(const ax_comparison *c);
/* The best reward of a run up to x; NAN = it has none. */
double ax_comparison_best(const ax_comparison *c, const ax_state *run, double x);
/* Index of the last value up to x of a side, -1 = it has none. */
long ax_contender_at(const ax_contender *s, double x);

#endif
