/* What the runs of a comparison came to, and whether one kind is better than another. Pure. */
#ifndef AX_TUI_PAIRED_H
#define AX_TUI_PAIRED_H

#include "engine/base/student.h"
#include "tui/session/comparison.h"

/* What a run came to: the mean reward of the network that is first in its finals, where all runs that are compared have
   finals, else the best reward at the most x that all of them reached. */
double ax_result_of(const ax_comparison *c, const ax_state *run, bool finals);
/* Whether all runs of the comparison have finals with a result. */
bool ax_comparison_has_finals(const ax_comparison *c);
/* Over the runs of a side; where it is one run with finals, over that one's fresh seeds. */
ax_mean ax_side_result(const ax_comparison *c, const ax_contender *s, bool finals);

/* Student's paired t test: of the differences of pairs that have their seed in common, since runs of one seed share
   crops, order and initial values. */
typedef struct ax_paired {
    ax_mean difference;
    double interval; /* half of its 95 % interval; NAN for less than two pairs, as p */
    double p;        /* two-sided: the chance of a mean so far from 0 if there were no difference */
    bool fresh;      /* pairs are the fresh seeds of two runs, else runs of the same seed */
} ax_paired;
/* a less b. Runs of a side that have a seed in common aren't told apart: the first counts. */
ax_paired ax_paired_test(const ax_comparison *c, const ax_contender *a, const ax_contender *b, bool finals);

#endif
