/* The gate after stage 1 (Nekrasov et al., CVPR 2019, section 3.2): a reward above the running mean
   passes, others pass with probability p, which falls as the search grows older. */
#ifndef AX_SEARCH_GATE_H
#define AX_SEARCH_GATE_H

#include "engine/base/rng.h"

#include <stdbool.h>

typedef struct ax_gate {
    double mean;    /* of rewards: starts at 0.01, decay 0.99 */
    uint64_t count; /* candidates asked so far */
    ax_rng rng;     /* its own: what the gate draws changes no other numbers */
} ax_gate;

typedef struct ax_gate_verdict {
    bool passed;
    double mean;      /* that it met */
    double tolerance; /* d of the rule, for this candidate */
    double chance;    /* to go on */
} ax_gate_verdict;

ax_gate ax_gate_new(uint64_t seed);
/* What may be otherwise about a question. */
typedef struct ax_gate_rule {
    bool bypass;    /* a person promoted it, so it goes on whatever its reward; one random number is drawn anyway,
                       so that later candidates meet the same luck */
    bool uncounted; /* its reward isn't taken into the mean */
    bool own_first; /* the mean has its own reward already when it meets it, as published */
} ax_gate_rule;
/* Asks for the next candidate and takes its reward into the mean. */
ax_gate_verdict ax_gate_ask(ax_gate *g, double reward, ax_gate_rule rule);
/* d of the rule (ax_gate_chance), after count candidates. */
double ax_gate_tolerance(uint64_t count);

#endif
