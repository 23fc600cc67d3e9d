/* Packs weights in the order in which the inner loops read them. */
#include "engine/backend/cpu/conv.h"

void ax_conv_pack(const ax_conv_shape *g, const float *w, size_t so, size_t si, bool turn, int32_t c0, int32_t width,
                  int32_t i0, int32_t i1, ax_weight *to)
{
    const size_t kk = (size_t)g->kernel * (size_t)g->kernel, full = (size_t)width;
    const size_t n = (size_t)(g->co - c0 < width ? g->co - c0 : width);
    for (size_t i = (size_t)i0; i < (size_t)i1; i++) /* all taps of an input share cache lines */
        for (size_t k = 0; k < kk; k++) {
            const float *from = w + (size_t)c0 * so + i * si + (turn ? kk - 1 - k : k);
            ax_map *at = (ax_map *)(to + (k * (size_t)ax_weights_of(g->ci) + i / AX_PAIR) * full) + i % AX_PAIR;
            for (size_t o = 0; o < n; o++)
                at[o * AX_PAIR] = ax_map_put(from[o * so]);
            for (size_t o = n; o < full; o++)
                at[o * AX_PAIR] = 0;
            for (size_t o = 0; i % AX_PAIR + 1 < AX_PAIR && i + 1 == (size_t)g->ci && o < full; o++)
                at[o * AX_PAIR + 1] = 0;
        }
}
