/* The rule of the gate after stage 1 (Nekrasov et al., CVPR 2019, section 3.2). The engine decides by it
   (engine/search/gate.h), and the screens show the probability. */
#ifndef AX_WIRE_GATERULE_H
#define AX_WIRE_GATERULE_H

#include <math.h>

/* Probability that a candidate with this reward passes: max(0, 1 - (1 - r/M)/d), or 0 when that isn't a number. mean:
   M, of the rewards before it; tolerance: d. */
static inline double ax_gate_chance(double reward, double mean, double tolerance)
{
    if (reward > mean)
        return 1;
    return fmax(0, 1 - (1 - reward / mean) / tolerance);
}

#endif
