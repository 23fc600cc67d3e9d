/* Sums over whole tensors. Runs of a few dozen floats are added in registers, and the runs in double: about as exact as
   sums in double, at memory speed. The order depends only on the sizes. */
#include "engine/backend/cpu/isa/vec.h"

#include <string.h>

enum { RUN = 32, BLOCK = 512 };

#define FLAT(TERM_VEC, TERM)                                                                                           \
    double total = 0.0;                                                                                                \
    size_t i = 0;                                                                                                      \
    while (i + 4 * AX_LANES <= n) {                                                                                    \
        vf s[4] = { { 0 }, { 0 }, { 0 }, { 0 } };                                                                      \
        for (int r = 0; r < RUN && i + 4 * AX_LANES <= n; r++, i += 4 * AX_LANES)                                      \
            for (size_t v = 0; v < 4; v++) {                                                                           \
                size_t at = i + v * AX_LANES;                                                                          \
                vf d = TERM_VEC;                                                                                       \
                s[v] += d * d;                                                                                         \
            }                                                                                                          \
        for (int v = 0; v < 4; v++)                                                                                    \
            for (int l = 0; l < AX_LANES; l++)                                                                         \
                total += (double)s[v][l];                                                                              \
    }                                                                                                                  \
    for (; i < n; i++) {                                                                                               \
        double d = (double)(TERM);                                                                                     \
        total += d * d;                                                                                                \
    }                                                                                                                  \
    return total;

double AX_ISA_NAME(square_difference)(const float *a, const float *b, size_t n)
{
    FLAT(AX_LOAD(a + at) - AX_LOAD(b + at), a[i] - b[i])
}

double AX_ISA_NAME(weighted_square_difference)(const float *a, const float *b, const float *weight, size_t px,
                                               int32_t c)
{
    double total = 0.0;
    size_t channels = (size_t)c;
    for (size_t p0 = 0; p0 < px; p0 += RUN)
        for (size_t c0 = 0; c0 < channels; c0 += BLOCK) {
            size_t p1 = p0 + RUN < px ? p0 + RUN : px, nc = c0 + BLOCK < channels ? BLOCK : channels - c0;
            float sum[BLOCK];
            memset(sum, 0, nc * sizeof *sum);
            for (size_t p = p0; p < p1; p++)
                for (size_t k = 0; k < nc; k++) {
                    float d = weight[c0 + k] * (a[p * channels + c0 + k] - b[p * channels + c0 + k]);
                    sum[k] += d * d;
                }
            for (size_t k = 0; k < nc; k++)
                total += (double)sum[k];
        }
    return total;
}

/* In double throughout: squares of gradients may exceed the range of float. */
double AX_ISA_NAME(sum_squares)(const float *x, size_t n)
{
    double lane[16] = { 0 };
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (int l = 0; l < 16; l++)
            lane[l] += (double)x[i + (size_t)l] * (double)x[i + (size_t)l];
    double total = 0.0;
    for (int l = 0; l < 16; l++)
        total += lane[l];
    for (; i < n; i++)
        total += (double)x[i] * (double)x[i];
    return total;
}

/* ---- what the losses' gradients write ---- */

void AX_ISA_NAME(scale_difference)(const float *a, const float *b, float s, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = s * (a[i] - b[i]);
}

void AX_ISA_NAME(weighted_scale_difference)(const float *a, const float *b, const float *weight, float s, float *y,
                                            size_t px, int32_t c)
{
    for (size_t p = 0, i = 0; p < px; p++)
        for (int32_t k = 0; k < c; k++, i++)
            y[i] = s * weight[k] * weight[k] * (a[i] - b[i]);
}
