/* Maximum pooling, row by row, and mixtures of two maps with a factor per channel. */
#include "engine/backend/cpu/isa/isa.h"

#include <string.h>

/* The first pixel of a window is copied; later ones replace it if larger, or NaN. */
static void take(const float *x, int32_t c, uint8_t at, bool first, float *y, uint8_t *place)
{
    for (int32_t k = 0; k < c; k++) {
        bool better = first | (x[k] > y[k]) | (x[k] != x[k]);
        y[k] = better ? x[k] : y[k];
        place[k] = better ? at : place[k];
    }
}

static void take_value(const float *x, int32_t c, bool first, float *y)
{
    for (int32_t k = 0; k < c; k++) {
        bool better = first | (x[k] > y[k]) | (x[k] != x[k]);
        y[k] = better ? x[k] : y[k];
    }
}

void AX_ISA_NAME(max_pool_row)(const float *x, const ax_dw *g, int32_t row, float *y, uint8_t *place)
{
    for (int32_t o = 0; o < g->ow; o++) {
        bool first = true;
        for (int32_t at = 0; at < g->kernel * g->kernel; at++) {
            int32_t h = row * g->stride - g->pad + at / g->kernel, w = o * g->stride - g->pad + at % g->kernel;
            if (h < 0 || h >= g->h || w < 0 || w >= g->w)
                continue;
            const float *from = x + ((size_t)h * (size_t)g->w + (size_t)w) * (size_t)g->c;
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

/* Adds the gradients of those windows containing a pixel that have their maximum there, in order. */
void AX_ISA_NAME(max_pool_row_backward)(const float *dy, const uint8_t *place, const ax_dw *g, int32_t row, float *dx)
{
    memset(dx, 0, (size_t)g->w * (size_t)g->c * sizeof *dx);
    for (int32_t w = 0; w < g->w; w++, dx += g->c)
        for (int32_t at = g->kernel * g->kernel - 1; at >= 0; at--) {
            int32_t h0 = row + g->pad - at / g->kernel, w0 = w + g->pad - at % g->kernel;
            if (h0 < 0 || w0 < 0 || h0 % g->stride || w0 % g->stride || h0 / g->stride >= g->oh ||
                w0 / g->stride >= g->ow)
                continue;
            size_t from = ((size_t)(h0 / g->stride) * (size_t)g->ow + (size_t)(w0 / g->stride)) * (size_t)g->c;
            for (int32_t k = 0; k < g->c; k++)
                dx[k] += place[from + (size_t)k] == at ? dy[from + (size_t)k] : 0.0f;
        }
}

void AX_ISA_NAME(mix)(const float *x, const float *y, const float *a, const float *b, float *out, size_t px, int32_t c)
{
    for (size_t p = 0, i = 0; p < px; p++)
        for (int32_t k = 0; k < c; k++, i++)
            out[i] = a[k] * x[i] + b[k] * y[i];
}

void AX_ISA_NAME(scale_channels)(const float *x, const float *a, float *out, size_t px, int32_t c)
{
    for (size_t p = 0, i = 0; p < px; p++)
        for (int32_t k = 0; k < c; k++, i++)
            out[i] = a[k] * x[i];
}

/* Products of two floats are exact in double. */
void AX_ISA_NAME(column_products)(const float *a, const float *b, size_t px, int32_t c, double *sum)
{
    for (size_t p = 0, i = 0; p < px; p++)
        for (int32_t k = 0; k < c; k++, i++)
            sum[k] += (double)a[i] * (double)b[i];
}
