/* Bilinear resize, one row at a time; rows are lists of pixels of c channels. */
#include "engine/backend/cpu/isa/isa.h"

void AX_ISA_NAME(lerp)(const float *a, const float *b, float f, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] + f * (b[i] - a[i]);
}

void AX_ISA_NAME(resize_row)(const ax_resize_axis *ax, const float *in, int32_t c, float *out)
{
    for (int32_t o = 0; o < ax->out; o++) {
        const float *restrict a = in + (size_t)ax->lo[o] * (size_t)c, *restrict b = in + (size_t)ax->hi[o] * (size_t)c;
        float f = ax->frac[o], *restrict y = out + (size_t)o * (size_t)c;
        for (int32_t k = 0; k < c; k++)
            y[k] = a[k] + f * (b[k] - a[k]);
    }
}

void AX_ISA_NAME(resize_row_backward)(const ax_resize_axis *ax, const float *dout, int32_t c, float *din)
{
    for (int32_t i = 0; i < ax->in; i++) {
        float *restrict d = din + (size_t)i * (size_t)c;
        for (int32_t k = 0; k < c; k++)
            d[k] = 0.0f;
        const float *weight = ax->weight + ax->at[i];
        for (int32_t o = ax->begin[i]; o < ax->end[i]; o++) {
            const float *restrict g = dout + (size_t)o * (size_t)c;
            float w = weight[o - ax->begin[i]];
            for (int32_t k = 0; k < c; k++)
                d[k] += w * g[k];
        }
    }
}

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
