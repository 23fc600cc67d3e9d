/* The results of the runs of a comparison, and tests of whether one side is better than another. Pure. */
#ifndef AX_TUI_PAIRED_H
#define AX_TUI_PAIRED_H

#include "engine/base/student.h"
#include "tui/session/comparison.h"

/* The result of a run: with finals (all runs that are compared have them), the mean reward of the first finalist; else
   the best reward up to the largest x that all runs reached. */
double ax_result_of(const ax_comparison *c, const ax_state *run, bool finals);
/* Whether all runs of the comparison have finals with a result. */
bool ax_comparison_has_finals(const ax_comparison *c);
/* The mean result over the runs of a side or, for a single run with finals, over its fresh seeds. */
ax_mean ax_side_result(const ax_comparison *c, const ax_contender *s, bool finals);

/* Student's paired t test on the differences of pairs with the same seed: runs with one seed share crops, order and
   initial values. */
typedef struct ax_paired {
    ax_mean difference;
    double interval; /* half of its 95 % interval; NAN for less than two pairs, as p */
    double p;        /* two-sided: the probability of a mean at least so far from 0 if there were no difference */
    bool fresh;      /* pairs are the fresh seeds of two runs, else runs of the same seed */
} ax_paired;
/* Tests a minus b. Of runs of a side with the same seed the first counts. */
ax_paired ax_paired_test(const ax_comparison *c, const ax_contender *a, const ax_contender *b, bool finals);

#endif
