/* The rule of the gate after stage 1 (Nekrasov et al., CVPR 2019, section 3.2): the engine decides by it
   (engine/search/gate.h), and the screens show what it would say. */
#ifndef AX_WIRE_GATERULE_H
#define AX_WIRE_GATERULE_H

#include <math.h>

/* Probability that a candidate with this reward goes on. mean: of the rewards before it; tolerance: d of the rule
   chance = max(0, 1 - (1 - r/M)/d), which is 0 also where that isn't a number. */
static inline double ax_gate_chance(double reward, double mean, double tolerance)
{
    if (reward > mean)
        return 1;
    return fmax(0, 1 - (1 - reward / mean) / tolerance);
}

#endif
