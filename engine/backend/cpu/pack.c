/* Weights in the order in which the inner loops read them. */
#include "engine/backend/cpu/conv.h"

void ax_conv_pack(const ax_conv_shape *g, const float *w, size_t so, size_t si, bool turn, int32_t c0, int32_t width,
                  float *to)
{
    size_t kk = (size_t)g->kernel * (size_t)g->kernel, ci = (size_t)g->ci;
    size_t n = (size_t)(g->co - c0 < width ? g->co - c0 : width), full = (size_t)width;
    for (size_t k = 0; k < kk; k++)
        for (size_t i = 0; i < ci; i++, to += full) {
            const float *from = w + (size_t)c0 * so + i * si + (turn ? kk - 1 - k : k);
            for (size_t o = 0; o < n; o++)
                to[o] = from[o * so];
            for (size_t o = n; o < full; o++)
                to[o] = 0.0f;
        }
}
