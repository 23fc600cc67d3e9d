/* Bilinear resize, one row at a time; rows are lists of pixels of c channels, of a map or, between its two directions,
   of floats. */
#include "engine/backend/cpu/isa/vec.h"

void AX_ISA_NAME(lerp)(const ax_map *a, const ax_map *b, float f, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = ax_map_get(a[i]) + f * (ax_map_get(b[i]) - ax_map_get(a[i]));
}

void AX_ISA_NAME(scale_row)(const ax_map *x, float s, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = s * ax_map_get(x[i]);
}

void AX_ISA_NAME(scale_add)(const ax_map *x, float s, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += s * ax_map_get(x[i]);
}

/* y = a + f * (b - a) of c channels; the last vector overlaps the one before. */
AX_INLINE void mix(const float *a, const float *b, float f, ax_map *y, int32_t c)
{
    int32_t k = 0;
    if (c >= AX_LANES)
        for (; k < c; k += AX_LANES) {
            k = k + AX_LANES > c ? c - AX_LANES : k;
            const vf v = AX_LOAD(a + k);
            AX_STORE_MAP(y + k, v + f * (AX_LOAD(b + k) - v));
        }
    for (; k < c; k++)
        y[k] = ax_map_put(a[k] + f * (b[k] - a[k]));
}

void AX_ISA_NAME(resize_row)(const ax_resize_axis *ax, const float *in, int32_t c, ax_map *out)
{
    for (int32_t o = 0; o < ax->out; o++)
        mix(in + (size_t)ax->lo[o] * (size_t)c, in + (size_t)ax->hi[o] * (size_t)c, ax->frac[o],
            out + (size_t)o * (size_t)c, c);
}

/* c channels of the weighted sum of `n` pixels from g on. */
AX_INLINE void gather(const float *restrict g, const float *restrict weight, int32_t n, int32_t c, float *restrict d,
                      int32_t step)
{
    for (int32_t k = 0; k < c; k++)
        d[k] = 0.0f;
    for (int32_t o = 0; o < n; o++, g += step)
        for (int32_t k = 0; k < c; k++)
            d[k] += weight[o] * g[k];
}

void AX_ISA_NAME(resize_row_backward)(const ax_resize_axis *ax, const float *dout, int32_t c, ax_map *din)
{
    enum { SOME = 64 }; /* channels at a time, if sums need memory of their own */
    for (int32_t i = 0; i < ax->in; i++) {
        const float *weight = ax->weight + ax->at[i], *g = dout + (size_t)ax->begin[i] * (size_t)c;
        const int32_t n = ax->end[i] - ax->begin[i];
        ax_map *d = din + (size_t)i * (size_t)c;
        if (sizeof(ax_map) == sizeof(float)) {
            gather(g, weight, n, c, (void *)d, c);
            continue;
        }
        for (int32_t k0 = 0; k0 < c; k0 += SOME) {
            const int32_t some = c - k0 < SOME ? c - k0 : SOME;
            float sum[SOME];
            gather(g + k0, weight, n, some, sum, c);
            for (int32_t k = 0; k < some; k++)
                d[k0 + k] = ax_map_put(sum[k]);
        }
    }
}
