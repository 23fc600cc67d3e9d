/* Dense convolution with stride 1, NHWC, any dilation, by register tiles: six outputs by two vectors of channels, as a
   matrix product whose rows are found through pointers. Taps outside the map point at zeros; taps that no output of a
   tile sees are skipped, so that a dilation wider than the map costs nothing. */
#include "engine/backend/cpu/isa/isa.h"

#include <stddef.h>

enum { DIRECT_PIXELS = 6, ROWS_OF_TILES = 10 };

#define DT_L AX_LANES
#define DT(name) name##_wide
#include "engine/backend/cpu/isa/direct_tile.h"
#undef DT_L
#undef DT
#if defined(AX_ISA_v4)
#define DT_L 8
#define DT(name) name##_8
#include "engine/backend/cpu/isa/direct_tile.h"
#undef DT_L
#undef DT
#endif
#if defined(AX_ISA_v4) || defined(AX_ISA_v3)
#define DT_L 4
#define DT(name) name##_4
#include "engine/backend/cpu/isa/direct_tile.h"
#endif

typedef struct tile {
    const float *tap[AX_DIRECT_TAPS][DIRECT_PIXELS];
    bool seen[AX_DIRECT_TAPS];
} tile;

/* Finds the input pixels of the outputs at .. at + n; n <= DIRECT_PIXELS, the rest see zeros. */
static void find_taps(const ax_conv_shape *g, const float *x, const float *zeros, size_t at, int n, tile *to)
{
    const int32_t K = g->kernel, D = g->dilation;
    for (int32_t k = 0; k < K * K; k++)
        to->seen[k] = false;
    for (int t = 0; t < DIRECT_PIXELS; t++) {
        int32_t r = (int32_t)((at + (size_t)t) / (size_t)g->ow), o = (int32_t)((at + (size_t)t) % (size_t)g->ow);
        for (int32_t kh = 0; kh < K; kh++)
            for (int32_t kw = 0; kw < K; kw++) {
                int32_t k = kh * K + kw, ih = r - g->pad + kh * D, iw = o - g->pad + kw * D;
                bool in = t < n && (uint32_t)ih < (uint32_t)g->h && (uint32_t)iw < (uint32_t)g->w;
                to->tap[k][t] = in ? x + ((ptrdiff_t)ih * g->w + iw) * g->ci : zeros;
                to->seen[k] |= in;
            }
    }
}

/* The sums of a tile that is narrower than the block or has fewer pixels. */
static void store(const float *sums, int32_t width, float *y, int32_t co, int32_t n, int pixels)
{
    for (int t = 0; t < pixels; t++)
        for (int32_t k = 0; k < n; k++)
            y[(ptrdiff_t)t * co + k] = sums[t * width + k];
}

void AX_ISA_NAME(direct_forward)(const ax_conv_shape *g, const float *x, const float *packed, const float *zeros,
                                 const float *bias, float *y, size_t p0, size_t p1)
{
    const int32_t taps = g->kernel * g->kernel, ci = g->ci, co = g->co;
    float sums[DIRECT_PIXELS * 2 * AX_LANES];
    tile tiles[ROWS_OF_TILES];
    for (size_t p = p0; p < p1; p += DIRECT_PIXELS * ROWS_OF_TILES) {
        int used = 0;
        for (size_t at = p; at < p1 && used < ROWS_OF_TILES; at += DIRECT_PIXELS, used++)
            find_taps(g, x, zeros, at, p1 - at < DIRECT_PIXELS ? (int)(p1 - at) : DIRECT_PIXELS, &tiles[used]);
        const float *w = packed;
        for (int32_t c0 = 0; c0 < co;) {
            int32_t width = co - c0 > AX_LANES ? 2 * AX_LANES : AX_LANES, n = co - c0 < width ? co - c0 : width;
            for (int i = 0; i < used; i++) {
                size_t at = p + (size_t)i * DIRECT_PIXELS;
                int pixels = p1 - at < DIRECT_PIXELS ? (int)(p1 - at) : DIRECT_PIXELS;
                const float *b = bias ? bias + c0 : NULL;
                bool whole = n == width && pixels == DIRECT_PIXELS;
                float *to = y + (ptrdiff_t)at * co + c0, *out = whole ? to : sums;
                ptrdiff_t stride = whole ? co : width;
                if (width == AX_LANES)
                    block_wide(taps, ci, tiles[i].tap, tiles[i].seen, w, b, out, stride, 1);
                else
                    block_wide(taps, ci, tiles[i].tap, tiles[i].seen, w, b, out, stride, 2);
                if (!whole)
                    store(sums, width, to, co, n, pixels);
            }
            w += (ptrdiff_t)taps * ci * width;
            c0 += n;
        }
    }
}

void AX_ISA_NAME(direct_backward_weights)(const ax_conv_shape *g, const float *x, const float *dy, float *sum,
                                          int32_t r0, int32_t r1)
{
    const ptrdiff_t ci = g->ci, co = g->co;
    const int32_t K = g->kernel, D = g->dilation;
    /* a few rows at a time: enough pixels to pay for loading the sums, few enough to stay in the first cache */
    int32_t rows = 48 / g->ow < 1 ? 1 : 48 / g->ow;
    for (int32_t r = r0; r < r1; r += rows)
        for (int32_t k = 0; k < K * K; k++) {
            int32_t dh = k / K * D - g->pad, dw = k % K * D - g->pad;
            int32_t a = r, b = r + rows < r1 ? r + rows : r1, o0 = dw < 0 ? -dw : 0;
            int32_t o1 = g->w - dw < g->ow ? g->w - dw : g->ow;
            a = a + dh < 0 ? -dh : a;
            b = b + dh > g->h ? g->h - dh : b;
            if (a >= b || o0 >= o1)
                continue;
            const float *p = x + ((ptrdiff_t)dh * g->w + dw) * ci;
            float *s = sum + k * co * ci;
            int32_t c0 = outer_all_wide(g, p, dy, s, a, b, o0, o1, 0);
#if defined(AX_ISA_v4)
            c0 = outer_all_8(g, p, dy, s, a, b, o0, o1, c0);
#endif
#if defined(AX_ISA_v4) || defined(AX_ISA_v3)
            c0 = outer_all_4(g, p, dy, s, a, b, o0, o1, c0);
#endif
            for (; c0 < g->ci; c0++)
                for (int32_t row = a; row < b; row++)
                    for (int32_t o = o0; o < o1; o++)
                        for (ptrdiff_t n = 0; n < co; n++)
                            s[n * ci + c0] +=
                                p[((ptrdiff_t)row * g->w + o) * ci + c0] * dy[((ptrdiff_t)row * g->ow + o) * co + n];
        }
}
