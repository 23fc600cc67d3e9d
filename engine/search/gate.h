/* The gate after stage 1 (Nekrasov et al., CVPR 2019, section 3.2): a reward above the running mean
   passes, others pass with probability p, which falls as the search grows older. */
#ifndef AX_SEARCH_GATE_H
#define AX_SEARCH_GATE_H

#include "engine/base/rng.h"

#include <stdbool.h>

typedef struct ax_gate {
    double mean;    /* running mean of rewards: starts at 0.01, decay 0.99 */
    uint64_t count; /* candidates asked so far */
    ax_rng rng;     /* separate, so that the gate's draws change no other numbers */
} ax_gate;

typedef struct ax_gate_verdict {
    bool passed;
    double mean;      /* mean that the candidate was compared with */
    double tolerance; /* d of the rule, for this candidate */
    double chance;    /* probability to pass */
} ax_gate_verdict;

ax_gate ax_gate_new(uint64_t seed);
/* Special cases of a question. */
typedef struct ax_gate_rule {
    bool bypass; /* a person promoted it, so it passes whatever its reward; one random number is drawn anyway, so that
                    later candidates get the same draws */
    bool uncounted; /* its reward isn't included in the mean */
    bool own_first; /* the mean already includes its own reward, as published */
} ax_gate_rule;
/* Decides about the next candidate and updates the mean with its reward. */
ax_gate_verdict ax_gate_ask(ax_gate *g, double reward, ax_gate_rule rule);
/* d of the rule (ax_gate_chance) after count candidates. */
double ax_gate_tolerance(uint64_t count);

#endif
