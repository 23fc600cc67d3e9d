/* Gradient of the weights of a dense convolution, NHWC: per tap, the sum over outputs of outer products of two channel
   vectors; one side is in vectors, the other in separate registers. */
#include "engine/backend/cpu/isa/isa.h"

#include <stddef.h>

/* The channels of one of the two maps: for the output in row r and column o they begin at r * row + o * pixel. */
typedef struct side {
    const float *at;
    ptrdiff_t row, pixel;
    int32_t channels;
    bool fetch; /* prefetch the next row */
} side;

/* Outputs of rows r0 .. r1 and columns o0 .. o1. */
typedef struct area {
    int32_t r0, r1, o0, o1;
} area;

#define DT_L AX_LANES
#define DT(name) name##_wide
#include "engine/backend/cpu/isa/outer_tile.h"
#undef DT_L
#undef DT
#if defined(AX_ISA_v4)
#define DT_L 8
#define DT(name) name##_8
#include "engine/backend/cpu/isa/outer_tile.h"
#undef DT_L
#undef DT
#endif
#if defined(AX_ISA_v4) || defined(AX_ISA_v3)
#define DT_L 4
#define DT(name) name##_4
#include "engine/backend/cpu/isa/outer_tile.h"
#endif

/* sum {b}{a} += products of the channels of both sides, in vectors of a. */
static void outer(side a, side b, const area *where, float *sum)
{
    int32_t c0 = outer_all_wide(&a, &b, where, sum, 0);
#if defined(AX_ISA_v4)
    c0 = outer_all_8(&a, &b, where, sum, c0);
#endif
#if defined(AX_ISA_v4) || defined(AX_ISA_v3)
    c0 = outer_all_4(&a, &b, where, sum, c0);
#endif
    for (; c0 < a.channels; c0++)
        for (int32_t r = where->r0; r < where->r1; r++)
            for (int32_t o = where->o0; o < where->o1; o++) {
                const float *p = a.at + r * a.row + o * a.pixel, *q = b.at + r * b.row + o * b.pixel;
                for (int32_t n = 0; n < b.channels; n++)
                    sum[(ptrdiff_t)n * a.channels + c0] += p[c0] * q[n];
            }
}

/* Outputs along one axis that see taps k .. k + n inside. */
static void seen(const ax_conv_shape *g, int32_t in, int32_t k, int32_t n, int32_t *lo, int32_t *hi)
{
    const int32_t first = k * g->dilation - g->pad, last = in - 1 - (first + (n - 1) * g->dilation);
    int32_t from = first < 0 ? (-first + g->stride - 1) / g->stride : 0, to = last < 0 ? 0 : last / g->stride + 1;
    *lo = *lo < from ? from : *lo;
    *hi = *hi > to ? to : *hi;
}

/* Sums of `n` taps from (kh, kw) on, side by side; narrow: vectors hold output channels. */
static void add_taps(const ax_conv_shape *g, const float *x, const float *dy, int32_t kh, int32_t kw, int32_t n,
                     area where, bool narrow, float *sum)
{
    const ptrdiff_t ci = g->ci, co = g->co, line = (ptrdiff_t)g->w * ci;
    seen(g, g->h, kh, 1, &where.r0, &where.r1);
    if (where.r0 >= where.r1 || where.o0 >= where.o1)
        return;
    const side in = { x + (kh * g->dilation - g->pad) * line + (kw * g->dilation - g->pad) * ci, g->stride * line,
                      g->stride * ci, n * g->ci, false };
    const side out = { dy, g->ow * co, co, g->co, narrow };
    sum += ((ptrdiff_t)kh * g->kernel + kw) * ci * co;
    if (narrow)
        outer(out, in, &where, sum);
    else
        outer(in, out, &where, sum);
}

/* A row of taps with too few channels for vectors: treated as one wide pixel where all taps are inside. */
static void add_row(const ax_conv_shape *g, const float *x, const float *dy, int32_t kh, area where, float *sum)
{
    area all = where;
    seen(g, g->w, 0, g->kernel, &all.o0, &all.o1);
    if (all.o0 > all.o1 || g->dilation > 1)
        all.o0 = all.o1 = where.o1;
    for (int32_t kw = 0; kw < g->kernel; kw++) {
        area left = { where.r0, where.r1, where.o0, all.o0 };
        seen(g, g->w, kw, 1, &left.o0, &left.o1);
        add_taps(g, x, dy, kh, kw, 1, left, true, sum);
    }
    add_taps(g, x, dy, kh, 0, g->kernel, all, true, sum);
    for (int32_t kw = 0; kw < g->kernel; kw++) {
        area right = { where.r0, where.r1, all.o1, where.o1 };
        seen(g, g->w, kw, 1, &right.o0, &right.o1);
        add_taps(g, x, dy, kh, kw, 1, right, true, sum);
    }
}

void AX_ISA_NAME(direct_backward_weights)(const ax_conv_shape *g, const float *x, const float *dy, float *sum,
                                          int32_t r0, int32_t r1)
{
    /* a few rows at a time: enough pixels to pay for loading the sums, few enough for the first-level cache; one row at
       a time when a row is split, to keep the outputs' order */
    int32_t rows = ax_direct_narrow(g) || g->ow > 48 ? 1 : 48 / g->ow;
    for (int32_t r = r0; r < r1; r += rows)
        for (int32_t kh = 0; kh < g->kernel; kh++) {
            area where = { r, r + rows < r1 ? r + rows : r1, 0, g->ow };
            if (ax_direct_narrow(g)) {
                add_row(g, x, dy, kh, where, sum);
                continue;
            }
            for (int32_t kw = 0; kw < g->kernel; kw++) {
                area tap = where;
                seen(g, g->w, kw, 1, &tap.o0, &tap.o1);
                add_taps(g, x, dy, kh, kw, 1, tap, false, sum);
            }
        }
}
