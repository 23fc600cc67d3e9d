/* Maximum pooling, row by row, and mixtures of two maps with a factor per channel. */
#include "engine/backend/cpu/isa/isa.h"

/* The first pixel of a window is copied; later ones replace it if larger, or NaN. */
AX_INLINE bool better(ax_map x, ax_map y, bool first)
{
    const float v = ax_map_get(x);
    return first | (v > ax_map_get(y)) | (v != v);
}

static void take(const ax_map *x, int32_t c, uint8_t at, bool first, ax_map *y, uint8_t *place)
{
    for (int32_t k = 0; k < c; k++) {
        const bool wins = better(x[k], y[k], first);
        y[k] = wins ? x[k] : y[k];
        place[k] = wins ? at : place[k];
    }
}

static void take_value(const ax_map *x, int32_t c, bool first, ax_map *y)
{
    for (int32_t k = 0; k < c; k++)
        y[k] = better(x[k], y[k], first) ? x[k] : y[k];
}

void AX_ISA_NAME(max_pool_row)(const ax_map *x, const ax_dw *g, int32_t row, ax_map *y, uint8_t *place)
{
    for (int32_t o = 0; o < g->ow; o++) {
        bool first = true;
        for (int32_t at = 0; at < g->kernel * g->kernel; at++) {
            int32_t h = row * g->stride - g->pad + at / g->kernel, w = o * g->stride - g->pad + at % g->kernel;
            if (h < 0 || h >= g->h || w < 0 || w >= g->w)
                continue;
            const ax_map *from = x + ((size_t)h * (size_t)g->w + (size_t)w) * (size_t)g->c;
            if (place)
                take(from, g->c, (uint8_t)at, first, y, place);
            else
                take_value(from, g->c, first, y);
            first = false;
        }
        y += g->c;
        place += place ? g->c : 0;
    }
}

/* Adds the gradients of those windows containing a pixel that have their maximum there, in order: n channels from k0
   on. */
static void gather(const ax_map *dy, const uint8_t *place, const ax_dw *g, int32_t row, int32_t w, int32_t k0,
                   int32_t n, float *sum)
{
    for (int32_t k = 0; k < n; k++)
        sum[k] = 0.0f;
    for (int32_t at = g->kernel * g->kernel - 1; at >= 0; at--) {
        int32_t h = row + g->pad - at / g->kernel, o = w + g->pad - at % g->kernel;
        if (h < 0 || o < 0 || h % g->stride || o % g->stride || h / g->stride >= g->oh || o / g->stride >= g->ow)
            continue;
        size_t from = ((size_t)(h / g->stride) * (size_t)g->ow + (size_t)(o / g->stride)) * (size_t)g->c + (size_t)k0;
        for (int32_t k = 0; k < n; k++)
            sum[k] += place[from + (size_t)k] == at ? ax_map_get(dy[from + (size_t)k]) : 0.0f;
    }
}

void AX_ISA_NAME(max_pool_row_backward)(const ax_map *dy, const uint8_t *place, const ax_dw *g, int32_t row, ax_map *dx)
{
    enum { SOME = 64 }; /* channels at a time */
    for (int32_t w = 0; w < g->w; w++, dx += g->c)
        for (int32_t k0 = 0; k0 < g->c; k0 += SOME) {
            const int32_t n = g->c - k0 < SOME ? g->c - k0 : SOME;
            float sum[SOME];
            gather(dy, place, g, row, w, k0, n, sum);
            for (int32_t k = 0; k < n; k++)
                dx[k0 + k] = ax_map_put(sum[k]);
        }
}

void AX_ISA_NAME(mix)(const ax_map *x, const ax_map *y, const float *a, const float *b, ax_map *out, size_t px,
                      int32_t c)
{
    for (size_t p = 0, i = 0; p < px; p++)
        for (int32_t k = 0; k < c; k++, i++)
            out[i] = ax_map_put(a[k] * ax_map_get(x[i]) + b[k] * ax_map_get(y[i]));
}

void AX_ISA_NAME(scale_channels)(const ax_map *x, const float *a, ax_map *out, size_t px, int32_t c)
{
    for (size_t p = 0, i = 0; p < px; p++)
        for (int32_t k = 0; k < c; k++, i++)
            out[i] = ax_map_put(a[k] * ax_map_get(x[i]));
}

/* Products of two floats are exact in double. */
void AX_ISA_NAME(column_products)(const ax_map *a, const ax_map *b, size_t px, int32_t c, double *sum)
{
    for (size_t p = 0, i = 0; p < px; p++)
        for (int32_t k = 0; k < c; k++, i++)
            sum[k] += (double)ax_map_get(a[i]) * (double)ax_map_get(b[i]);
}
