/* Applies the epilogue of a convolution to sums in memory. */
#include "engine/backend/cpu/isa/epilogue.h"

void AX_ISA_NAME(finish)(const ax_epilogue *e, const float *from, ax_map *y, size_t at, size_t px, int32_t c)
{
    for (size_t p = 0; p < px; p++, from += c, y += c, at += (size_t)c) {
        int32_t k = 0;
        for (; k + AX_LANES <= c; k += AX_LANES) {
            vf v = AX_LOAD(from + k);
            if (e->bias)
                v += AX_LOAD(e->bias + k);
            AX_STORE_MAP(y + k, ax_finish(e, v, (ptrdiff_t)at + k));
        }
        for (; k < c; k++)
            y[k] = ax_map_put(ax_finish_one(e, e->bias ? from[k] + e->bias[k] : from[k], (ptrdiff_t)at + k));
    }
}
