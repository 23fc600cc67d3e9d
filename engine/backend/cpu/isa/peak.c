/* The most that the processor can compute: multiply-adds on registers alone, for bench. */
#include "engine/backend/cpu/isa/vec.h"

float AX_ISA_NAME(fma_peak)(size_t rounds)
{
    vf acc[AX_PEAK_VECTORS], a = { 0 }, b = { 0 };
    a += 0.5f;
    b += 1.0f;
    for (int k = 0; k < AX_PEAK_VECTORS; k++)
        acc[k] = b * (float)k;
    /* The values tend to 2: neither denormal nor infinite, however long it runs. */
    for (size_t i = 0; i < rounds; i++) {
#pragma GCC unroll 12
        for (int k = 0; k < AX_PEAK_VECTORS; k++)
            acc[k] = acc[k] * a + b;
    }
    for (int k = 1; k < AX_PEAK_VECTORS; k++)
        acc[0] += acc[k];
    return acc[0][0];
}
