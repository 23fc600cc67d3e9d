/* Shared by the kernels of depthwise convolution. With stride 1, outputs whose columns differ by multiples of the
   dilation see the same inputs: such a strand is processed together, so that an input, once loaded, serves all its taps
   from registers. Inputs outside the map are skipped. */
#ifndef AX_BACKEND_CPU_ISA_STRAND_H
#define AX_BACKEND_CPU_ISA_STRAND_H

#include "engine/backend/cpu/isa/vec.h"

#include <stddef.h>

enum { TILE = 8 }; /* most outputs at once */

/* Rows kh0 .. kh1 of a kernel of K rows, whose first tap is in row ih0, lie inside 0 .. h. */
AX_INLINE void taps(int32_t h, int32_t K, int32_t dilation, int32_t ih0, int32_t *kh0, int32_t *kh1)
{
    int32_t lo = ih0 >= 0 ? 0 : (-ih0 + dilation - 1) / dilation;
    int32_t hi = h - 1 - ih0 < 0 ? 0 : (h - 1 - ih0) / dilation + 1;
    hi = hi > K ? K : hi;
    *kh0 = lo > hi ? hi : lo;
    *kh1 = hi;
}

/* Outputs out, out + dilation, ... of a row and the inputs in, in + dilation, ... that they see: output i sees inputs i
   + shift .. i + shift + K - 1. */
typedef struct strand {
    int32_t out, n_out, in, n_in, shift;
} strand;

AX_INLINE strand strand_of(const ax_dw *g, int32_t out)
{
    const int32_t d = g->dilation, first = out - g->pad; /* first: column under the first tap */
    int32_t in = first % d < 0 ? first % d + d : first % d;
    return (strand) { .out = out,
                      .n_out = (g->ow - out + d - 1) / d,
                      .in = in,
                      .n_in = in < g->w ? (g->w - in + d - 1) / d : 0,
                      .shift = (first - in) / d };
}

/* Start of each vector of channels; the last vector overlaps the one before if channels don't fill it. Channels are the
   inner loop, so memory is read sequentially. */
AX_INLINE int32_t next_vector(int32_t k, int32_t c)
{
    return k + AX_LANES < c && k + 2 * AX_LANES > c ? c - AX_LANES : k + AX_LANES;
}

/* As many tiles as needed, of about equal length, none empty. */
AX_INLINE int32_t tile_length(int32_t n, int32_t most)
{
    int32_t tiles = (n + most - 1) / most;
    return tiles ? (n + tiles - 1) / tiles : 1;
}

/* Expands MAKE(T, inside, ...) for every tile length T; inside: all inputs are within the map. Each is a separate
   function, since compile time grows faster than function size; tile_at finds it in their table. */
#define EACH_TILE(MAKE, ...)                                                                                           \
    BOTH_TILES(MAKE, 1, __VA_ARGS__)                                                                                   \
    BOTH_TILES(MAKE, 2, __VA_ARGS__)                                                                                   \
    BOTH_TILES(MAKE, 3, __VA_ARGS__)                                                                                   \
    BOTH_TILES(MAKE, 4, __VA_ARGS__)                                                                                   \
    BOTH_TILES(MAKE, 5, __VA_ARGS__)                                                                                   \
    BOTH_TILES(MAKE, 6, __VA_ARGS__)                                                                                   \
    BOTH_TILES(MAKE, 7, __VA_ARGS__)                                                                                   \
    BOTH_TILES(MAKE, 8, __VA_ARGS__)
#define BOTH_TILES(MAKE, T, ...) MAKE(T, 0, __VA_ARGS__) MAKE(T, 1, __VA_ARGS__)

AX_INLINE int32_t tile_at(int32_t T, bool inside)
{
    return 2 * (T - 1) + inside;
}

/* The map's rows under the taps kh0 .. kh1 of an output row, for kernels of up to AX_DW_KERNEL; next: the row that the
   next output row sees first, for maps that keep their size, else NULL. */
typedef struct rows {
    const ax_map *row[AX_DW_KERNEL], *next;
    int32_t kh0, kh1;
} rows;

AX_INLINE rows rows_of(const ax_dw *g, const ax_map *x, int32_t r)
{
    const int32_t K = g->kernel;
    rows at = { .kh0 = 0 };
    int32_t ih = r * g->stride - g->pad;
    taps(g->h, K, g->dilation, ih, &at.kh0, &at.kh1);
    for (int32_t kh = at.kh0; kh < at.kh1; kh++) {
        const int32_t row = ih + kh * g->dilation;
        at.row[kh] = x + (ptrdiff_t)(g->ring ? row % g->ring : row) * g->w * g->c;
    }
    int32_t next = ih + (K - 1) * g->dilation + 1;
    if (g->stride == 1 && !g->ring && g->pad == K / 2 * g->dilation && next >= 0 && next < g->h)
        at.next = x + (ptrdiff_t)next * g->w * g->c;
    return at;
}

/* Prefetches a vector of T pixels, `step` apart, into the second-level cache: the processor predicts neither the order
   of a strand nor that of two maps. */
AX_INLINE void fetch(const ax_map *p, ptrdiff_t step, const int T)
{
#pragma GCC unroll 8
    for (int t = 0; t < T; t++)
        __builtin_prefetch(p + t * step, 0, 2);
}

#endif
