/* Matrix products of maps of pixels (or of Winograd's tiles) with a small matrix, in registers: AX_MATMUL_ROWS rows by
   two or three vectors. */
#include "engine/backend/cpu/isa/epilogue.h"

#include <stddef.h>

enum { AHEAD = 4 }; /* in tiles; only the first pass over a chunk prefetches */

/* ROWS rows by NV vectors of outputs, and possibly half a vector. fetch: prefetches rows some tiles ahead. */
AX_INLINE void product(const float *v, ptrdiff_t ci, const float *u, float *m, ptrdiff_t co, const ax_epilogue *e,
                       ptrdiff_t c0, ptrdiff_t at, const int ROWS, const int NV, const bool half, const bool fetch)
{
    const ptrdiff_t width = NV * AX_LANES + (half ? AX_LANES / 2 : 0);
    const float *bias = e && e->bias ? e->bias + c0 : NULL;
    vf acc[AX_MATMUL_ROWS][3];
    vh more[AX_MATMUL_ROWS];
    for (int t = 0; t < ROWS; t++) {
        for (int k = 0; k < NV; k++)
            acc[t][k] = (vf) { 0 };
        more[t] = (vh) { 0 };
    }
    if (bias)
        for (int t = 0; t < ROWS; t++) {
            for (int k = 0; k < NV; k++)
                acc[t][k] = AX_LOAD(bias + k * AX_LANES);
            if (half)
                more[t] = AX_LOAD_HALF(bias + NV * AX_LANES);
        }
    const float *ahead = v + AHEAD * ROWS * ci;
    for (ptrdiff_t i = 0; i < ci; i++, u += width) {
        if (fetch && i % 16 == 0)
#pragma GCC unroll 6
            for (int t = 0; t < ROWS; t++)
                __builtin_prefetch(ahead + t * ci + i);
        vf w[3];
        vh last = { 0 };
        for (int k = 0; k < NV; k++)
            w[k] = AX_LOAD(u + k * AX_LANES);
        if (half)
            last = AX_LOAD_HALF(u + NV * AX_LANES);
#pragma GCC unroll 6
        for (int t = 0; t < ROWS; t++) {
            for (int k = 0; k < NV; k++)
                acc[t][k] += w[k] * v[t * ci + i];
            if (half)
                more[t] += last * v[t * ci + i];
        }
    }
    AX_HIDE(co);
    if (e)
        ax_finish_rows(e, acc, at, co, ROWS, NV);
    for (int t = 0; e && half && t < ROWS; t++)
        more[t] = ax_finish_half(e, more[t], at + t * co + NV * AX_LANES);
    for (int t = 0; t < ROWS; t++) {
        for (int k = 0; k < NV; k++)
            AX_STORE(m + t * co + k * AX_LANES, acc[t][k]);
        if (half)
            AX_STORE_HALF(m + t * co + NV * AX_LANES, more[t]);
    }
}

AX_INLINE void rows(const float *v, ptrdiff_t ci, const float *u, float *m, ptrdiff_t co, const ax_epilogue *e,
                    ptrdiff_t c0, ptrdiff_t at, int32_t n, const int NV, const bool half, const bool fetch)
{
    for (int32_t t = 0; t < n; t += AX_MATMUL_ROWS)
        product(v + t * ci, ci, u, m + c0 + t * co, co, e, c0, at + c0 + t * co, AX_MATMUL_ROWS, NV, half, fetch);
}

void AX_ISA_NAME(matmul)(const float *v, const float *u, float *m, int32_t n, int32_t ci, int32_t co,
                         const ax_epilogue *e, size_t first)
{
    const ptrdiff_t at = (ptrdiff_t)first;
    for (int32_t c0 = 0, width; c0 < co; c0 += width, u += (ptrdiff_t)ci * width) {
        width = ax_matmul_block(AX_LANES, co - c0);
        if (AX_LANES == 16 && co == 3 * AX_LANES) /* constant distances are faster */
            rows(v, ci, u, m, 3 * AX_LANES, e, 0, at, n, 3, false, true);
        else if (AX_LANES == 16 && width == 3 * AX_LANES) /* always the first block */
            rows(v, ci, u, m, co, e, 0, at, n, 3, false, true);
        else if (width == 2 * AX_LANES && c0 == 0)
            rows(v, ci, u, m, co, e, 0, at, n, 2, false, true);
        else if (width == 2 * AX_LANES)
            rows(v, ci, u, m, co, e, c0, at, n, 2, false, false);
        else if (width > AX_LANES)
            rows(v, ci, u, m, co, e, c0, at, n, 1, true, true);
        else
            rows(v, ci, u, m, co, e, c0, at, n, 1, false, true);
    }
}

/* sum[o][i] += over the rows g[t][o] * v[t][i], for R outputs by NV vectors of inputs, and possibly half a vector. */
AX_INLINE void outer(const float *v, ptrdiff_t ci, const float *g, ptrdiff_t stride, float *sum, int32_t n, const int R,
                     const int NV, const bool half)
{
    vf acc[6][3];
    vh more[6];
    AX_HIDE(ci);
    for (int o = 0; o < R; o++) {
        for (int k = 0; k < NV; k++)
            acc[o][k] = AX_LOAD(sum + o * ci + k * AX_LANES);
        if (half)
            more[o] = AX_LOAD_HALF(sum + o * ci + NV * AX_LANES);
    }
    for (int32_t t = 0; t < n; t++, v += ci, g += stride) {
        vf x[3];
        vh last = { 0 };
        for (int k = 0; k < NV; k++)
            x[k] = AX_LOAD(v + k * AX_LANES);
        if (half)
            last = AX_LOAD_HALF(v + NV * AX_LANES);
#pragma GCC unroll 6
        for (int o = 0; o < R; o++) {
            for (int k = 0; k < NV; k++)
                acc[o][k] += x[k] * g[o];
            if (half)
                more[o] += last * g[o];
        }
    }
    AX_HIDE(ci);
    for (int o = 0; o < R; o++) {
        for (int k = 0; k < NV; k++)
            AX_STORE(sum + o * ci + k * AX_LANES, acc[o][k]);
        if (half)
            AX_STORE_HALF(sum + o * ci + NV * AX_LANES, more[o]);
    }
}

AX_INLINE void outer_columns(const float *v, int32_t ci, const float *g, ptrdiff_t stride, int32_t co, float *sum,
                             int32_t n, const int NV, const bool half)
{
    int32_t o = 0;
    for (; o + 6 <= co; o += 6)
        outer(v, ci, g + o, stride, sum + (ptrdiff_t)o * ci, n, 6, NV, half);
    for (; o + 4 <= co; o += 4)
        outer(v, ci, g + o, stride, sum + (ptrdiff_t)o * ci, n, 4, NV, half);
    for (; o < co; o++)
        outer(v, ci, g + o, stride, sum + (ptrdiff_t)o * ci, n, 1, NV, half);
}

void AX_ISA_NAME(outer_sum)(const float *v, const float *g, float *sum, int32_t n, int32_t ci, int32_t co,
                            int32_t stride)
{
    for (int32_t i = 0, width; i < ci; i += width) {
        width = ax_matmul_block(AX_LANES, ci - i);
        if (AX_LANES == 16 && ci == 3 * AX_LANES) /* as above */
            outer_columns(v, 3 * AX_LANES, g, stride, co, sum, n, 3, false);
        else if (AX_LANES == 16 && width == 3 * AX_LANES)
            outer_columns(v + i, ci, g, stride, co, sum + i, n, 3, false);
        else if (width == 2 * AX_LANES)
            outer_columns(v + i, ci, g, stride, co, sum + i, n, 2, false);
        else if (width > AX_LANES)
            outer_columns(v + i, ci, g, stride, co, sum + i, n, 1, true);
        else
            outer_columns(v + i, ci, g, stride, co, sum + i, n, 1, false);
    }
}
