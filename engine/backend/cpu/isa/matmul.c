/* Matrix products of maps of pixels (or of Winograd's tiles) with a small matrix, in registers: AX_MATMUL_ROWS rows by
   two or three vectors. */
#include "engine/backend/cpu/isa/epilogue.h"

#include <stddef.h>

enum {
    AHEAD = 4, /* in tiles; only the first pass over a chunk prefetches */
    LINE = 64 / sizeof(ax_map)
};

/* ROWS rows by NV vectors of outputs, and possibly half a vector. wide: m holds floats, else a map's elements. fetch:
   prefetches rows some tiles ahead. */
AX_INLINE void product(const ax_map *v, ptrdiff_t ci, const ax_weight *u, void *m, ptrdiff_t co, const ax_epilogue *e,
                       ptrdiff_t c0, ptrdiff_t at, const int ROWS, const int NV, const bool half, const bool wide,
                       const bool fetch)
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
    const ax_map *ahead = v + AHEAD * ROWS * ci;
    for (ptrdiff_t i = 0; i < ci; i += AX_PAIR, u += width) {
        if (fetch && i % LINE == 0)
#pragma GCC unroll 6
            for (int t = 0; t < ROWS; t++)
                __builtin_prefetch(ahead + t * ci + i);
        vw w[3];
        vwh last = { 0 };
        for (int k = 0; k < NV; k++)
            w[k] = AX_LOAD_WEIGHT(u + k * AX_LANES);
        if (half)
            last = AX_LOAD_WEIGHT_HALF(u + NV * AX_LANES);
#pragma GCC unroll 6
        for (int t = 0; t < ROWS; t++) {
            for (int k = 0; k < NV; k++)
                AX_ADD_PRODUCT(acc[t][k], w[k], v + t * ci + i);
            if (half)
                AX_ADD_PRODUCT_HALF(more[t], last, v + t * ci + i);
        }
    }
    AX_HIDE(co);
    if (e)
        ax_finish_rows(e, acc, at, co, ROWS, NV);
    for (int t = 0; e && half && t < ROWS; t++)
        more[t] = ax_finish_half(e, more[t], at + t * co + NV * AX_LANES);
    float *sums = m;
    ax_map *map = m;
    for (int t = 0; t < ROWS; t++) {
        for (int k = 0; k < NV; k++)
            if (wide)
                AX_STORE(sums + t * co + k * AX_LANES, acc[t][k]);
            else
                AX_STORE_MAP(map + t * co + k * AX_LANES, acc[t][k]);
        if (half && wide)
            AX_STORE_HALF(sums + t * co + NV * AX_LANES, more[t]);
        else if (half)
            AX_STORE_MAP_HALF(map + t * co + NV * AX_LANES, more[t]);
    }
}

AX_INLINE void rows(const ax_map *v, ptrdiff_t ci, const ax_weight *u, void *m, ptrdiff_t co, const ax_epilogue *e,
                    ptrdiff_t c0, ptrdiff_t at, int32_t n, const int NV, const bool half, const bool wide,
                    const bool fetch)
{
    const ptrdiff_t size = wide ? sizeof(float) : sizeof(ax_map);
    for (int32_t t = 0; t < n; t += AX_MATMUL_ROWS)
        product(v + t * ci, ci, u, (char *)m + (c0 + t * co) * size, co, e, c0, at + c0 + t * co, AX_MATMUL_ROWS, NV,
                half, wide, fetch);
}

AX_INLINE void multiply(const ax_map *v, const ax_weight *u, void *m, int32_t n, int32_t ci, int32_t co,
                        const ax_epilogue *e, size_t first, const bool wide)
{
    const ptrdiff_t at = (ptrdiff_t)first;
    for (int32_t c0 = 0, width; c0 < co; c0 += width, u += (ptrdiff_t)(ci / AX_PAIR) * width) {
        width = ax_matmul_block(AX_LANES, co - c0);
        if (AX_LANES == 16 && co == 3 * AX_LANES) /* constant distances are faster */
            rows(v, ci, u, m, 3 * AX_LANES, e, 0, at, n, 3, false, wide, true);
        else if (AX_LANES == 16 && width == 3 * AX_LANES) /* always the first block */
            rows(v, ci, u, m, co, e, 0, at, n, 3, false, wide, true);
        else if (width == 2 * AX_LANES && c0 == 0)
            rows(v, ci, u, m, co, e, 0, at, n, 2, false, wide, true);
        else if (width == 2 * AX_LANES)
            rows(v, ci, u, m, co, e, c0, at, n, 2, false, wide, false);
        else if (width > AX_LANES)
            rows(v, ci, u, m, co, e, c0, at, n, 1, true, wide, true);
        else
            rows(v, ci, u, m, co, e, c0, at, n, 1, false, wide, true);
    }
}

void AX_ISA_NAME(matmul)(const ax_map *v, const ax_weight *u, ax_map *m, int32_t n, int32_t ci, int32_t co,
                         const ax_epilogue *e, size_t first)
{
    multiply(v, u, m, n, ci, co, e, first, false);
}

void AX_ISA_NAME(products)(const ax_map *v, const ax_weight *u, float *m, int32_t n, int32_t ci, int32_t co,
                           const float *bias)
{
    const ax_epilogue start = { .bias = bias };
    if (sizeof(ax_map) == sizeof(float))
        AX_ISA_NAME(matmul)(v, u, (void *)m, n, ci, co, bias ? &start : NULL, 0);
    else
        multiply(v, u, m, n, ci, co, bias ? &start : NULL, 0, true);
}

/* sum[o][i] += over the rows g[t][o] * v[t][i], for R outputs by NV vectors of inputs, and possibly half a vector. */
AX_INLINE void outer(const ax_weight *v, ptrdiff_t ci, const ax_weight *g, ptrdiff_t stride, float *sum, int32_t n,
                     const int R, const int NV, const bool half)
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
        vw x[3];
        vwh last = { 0 };
        for (int k = 0; k < NV; k++)
            x[k] = AX_LOAD_WEIGHT(v + k * AX_LANES);
        if (half)
            last = AX_LOAD_WEIGHT_HALF(v + NV * AX_LANES);
#pragma GCC unroll 6
        for (int o = 0; o < R; o++) {
            for (int k = 0; k < NV; k++)
                AX_ADD_PRODUCT(acc[o][k], x[k], g + o);
            if (half)
                AX_ADD_PRODUCT_HALF(more[o], last, g + o);
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

AX_INLINE void outer_columns(const ax_weight *v, int32_t ci, const ax_weight *g, ptrdiff_t stride, int32_t co,
                             float *sum, int32_t n, const int NV, const bool half)
{
    int32_t o = 0;
    for (; o + 6 <= co; o += 6)
        outer(v, ci, g + o, stride, sum + (ptrdiff_t)o * ci, n, 6, NV, half);
    for (; o + 4 <= co; o += 4)
        outer(v, ci, g + o, stride, sum + (ptrdiff_t)o * ci, n, 4, NV, half);
    for (; o < co; o++)
        outer(v, ci, g + o, stride, sum + (ptrdiff_t)o * ci, n, 1, NV, half);
}

AX_INLINE void outer_all(const ax_weight *v, const ax_weight *g, float *sum, int32_t n, int32_t ci, int32_t co,
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

#if defined(AX_BF16_MAPS)
/* Rows in twos: the elements of n rows, c of each, side by side with those of the row below; a last odd row has zeros
   below it. */
static void pair_up(const ax_map *from, ptrdiff_t step, int32_t n, int32_t c, ax_weight *to)
{
    for (int32_t t = 0; t < n; t += 2, from += 2 * step, to += c) {
        int32_t k = 0;
        const bool both = t + 1 < n;
        for (; k + AX_LANES <= c; k += AX_LANES) {
            const vi low = (vi)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)(from + k)));
            const vi high = both ? (vi)ax_load_map(from + step + k) : (vi) { 0 };
            _mm512_storeu_si512(to + k, (__m512i)(low | high));
        }
        for (; k < c; k++)
            to[k] = from[k] | (both ? (uint32_t)from[step + k] << 16 : 0);
    }
}

void AX_ISA_NAME(outer_sum)(const ax_map *v, const ax_map *g, float *sum, int32_t n, int32_t ci, int32_t co,
                            int32_t stride, ax_weight *pairs)
{
    const int32_t twos = (n + 1) / 2;
    ax_weight *right = pairs + (ptrdiff_t)twos * ci;
    pair_up(v, ci, n, ci, pairs);
    pair_up(g, stride, n, co, right);
    outer_all(pairs, right, sum, twos, ci, co, co);
}
#else
void AX_ISA_NAME(outer_sum)(const float *v, const float *g, float *sum, int32_t n, int32_t ci, int32_t co,
                            int32_t stride, float *pairs)
{
    (void)pairs;
    outer_all(v, g, sum, n, ci, co, stride);
}
#endif
