/* The largest class of each pixel of a resized row. */
#include "engine/backend/cpu/isa/isa.h"

void AX_ISA_NAME(argmax_row)(const ax_resize_axis *ax, const float *in, int32_t c, uint8_t *out)
{
    for (int32_t o = 0; o < ax->out; o++) {
        const float *a = in + (size_t)ax->lo[o] * (size_t)c, *b = in + (size_t)ax->hi[o] * (size_t)c;
        float f = ax->frac[o], best = a[0] + f * (b[0] - a[0]);
        int32_t id = 0;
        for (int32_t k = 1; k < c; k++) {
            float v = a[k] + f * (b[k] - a[k]);
            if (v > best) {
                best = v;
                id = k;
            }
        }
        out[o] = (uint8_t)id;
    }
}
