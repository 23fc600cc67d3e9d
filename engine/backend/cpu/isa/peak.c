/* The processor's peak, for bench: multiply-adds on registers only. */
#include "engine/backend/cpu/isa/vec.h"

float AX_ISA_NAME(fma_peak)(size_t rounds)
{
    vf acc[AX_PEAK_VECTORS], a = { 0 }, b = { 0 };
    a += 0.5f;
    b += 1.0f;
    for (int k = 0; k < AX_PEAK_VECTORS; k++)
        acc[k] = b * (float)k;
    /* The values approach 2, so they never become denormal or infinite. */
    for (size_t i = 0; i < rounds; i++) {
#pragma GCC unroll 12
        for (int k = 0; k < AX_PEAK_VECTORS; k++)
            acc[k] = acc[k] * a + b;
    }
    for (int k = 1; k < AX_PEAK_VECTORS; k++)
        acc[0] += acc[k];
    return acc[0][0];
}
