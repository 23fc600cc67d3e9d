/* Depthwise convolution, NHWC. Channels are the lanes; a strip of outputs by a few vectors of channels is accumulated
   in registers. Borders clip the taps: no padded copy. */
#include "engine/backend/cpu/isa/isa.h"

#include <stddef.h>

enum {
    STRIP = 16 /* outputs per visit of a gradient's sums */
};

/* Rows kh0 .. kh1 of a kernel of K rows whose first tap lies in row ih0 are inside 0 .. h. */
AX_INLINE void taps(int32_t h, int32_t K, int32_t dilation, int32_t ih0, int32_t *kh0, int32_t *kh1)
{
    int32_t lo = ih0 >= 0 ? 0 : (-ih0 + dilation - 1) / dilation;
    int32_t hi = h - 1 - ih0 < 0 ? 0 : (h - 1 - ih0) / dilation + 1;
    hi = hi > K ? K : hi;
    *kh0 = lo > hi ? hi : lo;
    *kh1 = hi;
}

#if defined(AX_ISA_v4)
#define DW_L 16
#define DW(name) name##_16
#include "engine/backend/cpu/isa/dw_tile.h"
#undef DW_L
#undef DW
#define HAVE_16
#endif
#if defined(AX_ISA_v4) || defined(AX_ISA_v3)
#define DW_L 8
#define DW(name) name##_8
#include "engine/backend/cpu/isa/dw_tile.h"
#undef DW_L
#undef DW
#define HAVE_8
#endif
#define DW_L 4
#define DW(name) name##_4
#include "engine/backend/cpu/isa/dw_tile.h"

/* Single channels c0 .. C of output row r, any kernel size. */
static void forward_scalar(const ax_dw *g, const float *x, const float *w, const float *bias, float *y, int32_t r,
                           int32_t c0)
{
    const ptrdiff_t c = g->c;
    int32_t kh0, kh1, ih0 = r * g->stride - g->pad;
    taps(g->h, g->kernel, g->dilation, ih0, &kh0, &kh1);
    for (int32_t o = 0; o < g->ow; o++) {
        int32_t kw0, kw1, iw0 = o * g->stride - g->pad;
        taps(g->w, g->kernel, g->dilation, iw0, &kw0, &kw1);
        float *out = y + ((ptrdiff_t)r * g->ow + o) * c;
        for (ptrdiff_t k = c0; k < c; k++)
            out[k] = bias ? bias[k] : 0.0f;
        for (int32_t kh = kh0; kh < kh1; kh++)
            for (int32_t kw = kw0; kw < kw1; kw++) {
                const float *p = x + ((ptrdiff_t)(ih0 + kh * g->dilation) * g->w + iw0 + kw * g->dilation) * c;
                const float *q = w + ((ptrdiff_t)kh * g->kernel + kw) * c;
                for (ptrdiff_t k = c0; k < c; k++)
                    out[k] += q[k] * p[k];
            }
    }
}

static void weights_scalar(const ax_dw *g, const float *x, const float *dy, float *sum, int32_t r, int32_t c0)
{
    const ptrdiff_t c = g->c;
    int32_t kh0, kh1, ih0 = r * g->stride - g->pad;
    taps(g->h, g->kernel, g->dilation, ih0, &kh0, &kh1);
    for (int32_t o = 0; o < g->ow; o++) {
        int32_t kw0, kw1, iw0 = o * g->stride - g->pad;
        taps(g->w, g->kernel, g->dilation, iw0, &kw0, &kw1);
        const float *q = dy + ((ptrdiff_t)r * g->ow + o) * c;
        for (int32_t kh = kh0; kh < kh1; kh++)
            for (int32_t kw = kw0; kw < kw1; kw++) {
                const float *p = x + ((ptrdiff_t)(ih0 + kh * g->dilation) * g->w + iw0 + kw * g->dilation) * c;
                float *s = sum + ((ptrdiff_t)kh * g->kernel + kw) * c;
                for (ptrdiff_t k = c0; k < c; k++)
                    s[k] += q[k] * p[k];
            }
    }
}

AX_INLINE int32_t tile(const ax_dw *g, const float *x, const float *w, const float *bias, float *y, int32_t rows,
                       const int K, const int T, const int S)
{
    int32_t c0 = 0;
#ifdef HAVE_16
    c0 = tile_channels_16(g, x, w, bias, y, rows, c0, K, T, S);
#endif
#ifdef HAVE_8
    c0 = tile_channels_8(g, x, w, bias, y, rows, c0, K, T, S);
#endif
    return tile_channels_4(g, x, w, bias, y, rows, c0, K, T, S);
}

AX_INLINE int32_t pixel(const ax_dw *g, const float *x, const float *w, const float *bias, float *y, int32_t rows,
                        int32_t cols, const int K)
{
    int32_t c0 = 0;
#ifdef HAVE_16
    c0 = pixel_channels_16(g, x, w, bias, y, rows, cols, c0, K);
#endif
#ifdef HAVE_8
    c0 = pixel_channels_8(g, x, w, bias, y, rows, cols, c0, K);
#endif
    return pixel_channels_4(g, x, w, bias, y, rows, cols, c0, K);
}

/* Outputs *lo .. *hi of a row have all their columns inside. */
AX_INLINE void inner_columns(const ax_dw *g, const int K, const int S, int32_t *lo, int32_t *hi)
{
    int32_t first = g->pad > 0 ? (g->pad + S - 1) / S : 0, last = g->w - 1 + g->pad - (K - 1) * g->dilation;
    last = last < 0 ? 0 : last / S + 1;
    last = last > g->ow ? g->ow : last;
    *lo = first > last ? last : first;
    *hi = last;
}

/* Tiles of T over outputs lo .. hi, at least T of them: the last tile overlaps the one before. */
AX_INLINE int32_t tiles(const ax_dw *g, const float *x, const float *w, const float *bias, float *y, int32_t lo,
                        int32_t hi, int32_t rows, const int K, const int T, const int S)
{
    int32_t c0 = 0;
    for (int32_t o = lo; o < hi; o += T) {
        o = o > hi - T ? hi - T : o;
        c0 = tile(g, x + (ptrdiff_t)(o * S - g->pad) * g->c, w, bias, y + (ptrdiff_t)o * g->c, rows, K, T, S);
    }
    return c0;
}

AX_INLINE void forward_rows(const ax_dw *g, const float *x, const float *w, const float *bias, float *y, int32_t r0,
                            int32_t r1, const int K, const int S)
{
    const ptrdiff_t c = g->c;
    int32_t lo, hi;
    inner_columns(g, K, S, &lo, &hi);
    for (int32_t r = r0; r < r1; r++) {
        int32_t kh0, kh1, ih0 = r * S - g->pad, c0 = 0;
        taps(g->h, K, g->dilation, ih0, &kh0, &kh1);
        float *line = y + (ptrdiff_t)r * g->ow * c;
        const float *wk = w + (ptrdiff_t)kh0 * K * c;
        /* without a row inside nothing is read, so any address does */
        const float *in = kh1 > kh0 ? x + (ptrdiff_t)(ih0 + kh0 * g->dilation) * g->w * c : x;
        bool tiled = hi - lo >= 4;
        if (hi - lo >= 8)
            c0 = tiles(g, in, wk, bias, line, lo, hi, kh1 - kh0, K, 8, S);
        else if (tiled)
            c0 = tiles(g, in, wk, bias, line, lo, hi, kh1 - kh0, K, 4, S);
        for (int32_t o = 0; o < g->ow; o++) {
            if (tiled && o == lo)
                o = hi;
            if (o == g->ow)
                break;
            int32_t kw0, kw1, iw0 = o * S - g->pad;
            taps(g->w, K, g->dilation, iw0, &kw0, &kw1);
            const float *p = kw1 > kw0 ? in + (ptrdiff_t)(iw0 + kw0 * g->dilation) * c : in;
            c0 = pixel(g, p, wk + kw0 * c, bias, line + o * c, kh1 - kh0, kw1 - kw0, K);
        }
        if (c0 < g->c)
            forward_scalar(g, x, w, bias, y, r, c0);
    }
}

void AX_ISA_NAME(dw_forward)(const ax_dw *g, const float *x, const float *w, const float *bias, float *y, int32_t r0,
                             int32_t r1)
{
    if (g->kernel == 3 && g->stride == 1)
        forward_rows(g, x, w, bias, y, r0, r1, 3, 1);
    else if (g->kernel == 3 && g->stride == 2)
        forward_rows(g, x, w, bias, y, r0, r1, 3, 2);
    else if (g->kernel == 5 && g->stride == 1)
        forward_rows(g, x, w, bias, y, r0, r1, 5, 1);
    else
        for (int32_t r = r0; r < r1; r++)
            forward_scalar(g, x, w, bias, y, r, 0);
}

AX_INLINE int32_t weights_strip(const ax_dw *g, const float *x, const float *dy, float *sum, int32_t ih0, int32_t kh0,
                                int32_t kh1, int32_t o0, int32_t o1, const int K, const int S, const bool inner)
{
    int32_t c0 = 0;
#ifdef HAVE_16
    c0 = weights_strip_16(g, x, dy, sum, ih0, kh0, kh1, o0, o1, c0, K, S, inner);
#endif
#ifdef HAVE_8
    c0 = weights_strip_8(g, x, dy, sum, ih0, kh0, kh1, o0, o1, c0, K, S, inner);
#endif
    return weights_strip_4(g, x, dy, sum, ih0, kh0, kh1, o0, o1, c0, K, S, inner);
}

AX_INLINE void weights_rows(const ax_dw *g, const float *x, const float *dy, float *sum, int32_t r0, int32_t r1,
                            const int K, const int S)
{
    int32_t lo, hi;
    inner_columns(g, K, S, &lo, &hi);
    for (int32_t r = r0; r < r1; r++) {
        int32_t kh0, kh1, ih0 = r * S - g->pad, c0 = 0;
        taps(g->h, K, g->dilation, ih0, &kh0, &kh1);
        const float *out = dy + (ptrdiff_t)r * g->ow * g->c;
        for (int32_t o = 0; o < g->ow;) {
            bool inner = o >= lo && o < hi;
            int32_t end = o + STRIP, bound = o < lo ? lo : o < hi ? hi : g->ow;
            end = end > bound ? bound : end;
            if (inner)
                c0 = weights_strip(g, x, out, sum, ih0, kh0, kh1, o, end, K, S, true);
            else
                c0 = weights_strip(g, x, out, sum, ih0, kh0, kh1, o, end, K, S, false);
            o = end;
        }
        if (c0 < g->c)
            weights_scalar(g, x, dy, sum, r, c0);
    }
}

void AX_ISA_NAME(dw_backward_weights)(const ax_dw *g, const float *x, const float *dy, float *sum, int32_t r0,
                                      int32_t r1)
{
    if (g->kernel == 3 && g->stride == 1)
        weights_rows(g, x, dy, sum, r0, r1, 3, 1);
    else if (g->kernel == 3 && g->stride == 2)
        weights_rows(g, x, dy, sum, r0, r1, 3, 2);
    else if (g->kernel == 5 && g->stride == 1)
        weights_rows(g, x, dy, sum, r0, r1, 5, 1);
    else
        for (int32_t r = r0; r < r1; r++)
            weights_scalar(g, x, dy, sum, r, 0);
}

/* Gathers: input row ih is read by output row oh through tap kh when oh * stride - pad + kh * dilation = ih. Stride 1
   is a forward convolution with the kernel turned round, which the caller does; this is for the rest. */
void AX_ISA_NAME(dw_backward_data)(const ax_dw *g, const float *dy, const float *w, float *dx, int32_t r0, int32_t r1)
{
    const ptrdiff_t c = g->c;
    const int32_t K = g->kernel, S = g->stride, D = g->dilation;
    for (int32_t ih = r0; ih < r1; ih++)
        for (int32_t iw = 0; iw < g->w; iw++) {
            float *restrict d = dx + ((ptrdiff_t)ih * g->w + iw) * c;
            for (ptrdiff_t k = 0; k < c; k++)
                d[k] = 0.0f;
            for (int32_t kh = 0; kh < K; kh++) {
                int32_t th = ih + g->pad - kh * D;
                if (th < 0 || th % S || th / S >= g->oh)
                    continue;
                for (int32_t kw = 0; kw < K; kw++) {
                    int32_t tw = iw + g->pad - kw * D;
                    if (tw < 0 || tw % S || tw / S >= g->ow)
                        continue;
                    const float *restrict q = dy + ((ptrdiff_t)(th / S) * g->ow + tw / S) * c;
                    const float *restrict p = w + ((ptrdiff_t)kh * K + kw) * c;
                    for (ptrdiff_t k = 0; k < c; k++)
                        d[k] += p[k] * q[k];
                }
            }
        }
}
