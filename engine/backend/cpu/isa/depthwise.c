/* Depthwise convolution, NHWC. Input rows are copied, in the order of memory, into a ring of K rows per vector of
   channels, with zeros at both ends. So taps need no clipping, a row is fetched from memory once, and the
   inner loops read lines that lie side by side. Output rows are visited in steps of the dilation, since those share
   input rows. */
#include "engine/backend/cpu/isa/vec.h"

#include <stddef.h>
#include <string.h>

enum { BLOCK = AX_LANES, TILE = 12 };

/* Rows kh0 .. kh1 of a kernel of K rows whose first tap lies in row ih0 are inside 0 .. h. */
AX_INLINE void taps(int32_t h, int32_t K, int32_t dilation, int32_t ih0, int32_t *kh0, int32_t *kh1)
{
    int32_t lo = ih0 >= 0 ? 0 : (-ih0 + dilation - 1) / dilation;
    int32_t hi = h - 1 - ih0 < 0 ? 0 : (h - 1 - ih0) / dilation + 1;
    hi = hi > K ? K : hi;
    *kh0 = lo > hi ? hi : lo;
    *kh1 = hi;
}

/* ---- the ring ---- */

typedef struct ring {
    int32_t blocks, kw0, kw1;    /* of channels; columns of taps that some output sees inside the map */
    int32_t columns, pad, width; /* of a row: all, those before the map, those of the map */
    float *row;                  /* {block}{slot}{columns}{BLOCK}; row ih of the map lies in slot (ih / dilation) % K */
    float *after;                /* scratch behind the ring */
} ring;

AX_INLINE int32_t blocks_of(const ax_dw *g)
{
    return (g->c + BLOCK - 1) / BLOCK;
}

AX_INLINE float *ring_row(const ring *q, int32_t block, int32_t slot, int K)
{
    return q->row + ((ptrdiff_t)block * K + slot) * q->columns * BLOCK;
}

AX_INLINE ring ring_init(const ax_dw *g, int K, int S, float *scratch)
{
    ring q = { .blocks = blocks_of(g), .kw1 = K, .row = scratch };
    while (q.kw0 < K - 1 && q.kw0 * g->dilation - g->pad + (g->ow - 1) * S < 0)
        q.kw0++;
    while (q.kw1 > q.kw0 + 1 && (q.kw1 - 1) * g->dilation - g->pad >= g->w)
        q.kw1--;
    int32_t first = q.kw0 * g->dilation - g->pad; /* column of the map where a row of the ring starts */
    q.columns = (g->ow - 1) * S + (q.kw1 - 1 - q.kw0) * g->dilation + 1;
    q.pad = first < 0 ? -first : 0;
    q.pad = q.pad < q.columns ? q.pad : q.columns;
    q.width = first + q.columns < g->w ? q.columns - q.pad : g->w - (first > 0 ? first : 0);
    q.width = q.width < 0 ? 0 : q.width > q.columns - q.pad ? q.columns - q.pad : q.width;
    size_t row = (size_t)q.columns * BLOCK, before = (size_t)q.pad * BLOCK, map = (size_t)q.width * BLOCK;
    for (int32_t i = 0; i < q.blocks * K; i++) {
        memset(scratch + (size_t)i * row, 0, before * sizeof *scratch);
        memset(scratch + (size_t)i * row + before + map, 0, (row - before - map) * sizeof *scratch);
    }
    q.after = scratch + (size_t)(q.blocks * K) * row;
    return q;
}

/* n pixels of c channels into blocks that lie `stride` apart. */
AX_INLINE void deal(const float *from, int32_t n, int32_t c, float *to, ptrdiff_t stride)
{
    for (int32_t i = 0; i < n; i++, from += c, to += BLOCK) {
        float *at = to;
        int32_t k = 0;
        for (; k + BLOCK <= c; k += BLOCK, at += stride)
            AX_STORE(at, AX_LOAD(from + k));
        if (k < c) {
            float some[BLOCK] = { 0 };
            memcpy(some, from + k, (size_t)(c - k) * sizeof *some);
            memcpy(at, some, sizeof some);
        }
    }
}

/* Output rows are visited in steps of the dilation (with a stride: one by one). Brings those rows of the map into the
   ring that output row r sees and the one visited before didn't. */
AX_INLINE void ring_advance(const ring *q, const ax_dw *g, const float *x, int32_t r, bool first, const int K,
                            const int S)
{
    int fresh = S == 1 ? 1 : g->dilation == 1 ? S : K;
    int32_t column = q->kw0 * g->dilation - g->pad + q->pad;
    for (int k = first || fresh > K ? 0 : K - fresh; k < K; k++) {
        int32_t ih = r * S - g->pad + k * g->dilation;
        if (ih >= 0 && ih < g->h)
            deal(x + ((ptrdiff_t)ih * g->w + column) * g->c, q->width, g->c,
                 ring_row(q, 0, ih / g->dilation % K, K) + (ptrdiff_t)q->pad * BLOCK,
                 (ptrdiff_t)K * q->columns * BLOCK);
    }
}

/* The output rows in the ring's order. */
typedef struct visit {
    int32_t r, start;     /* row; the first of its class */
    int32_t ih, kh0, kh1; /* row of the map at tap row 0; tap rows inside */
} visit;

/* Goes to the next row of r0 .. r1, begun by r = start = r0 - 1; false: there is none. */
AX_INLINE bool next_row(visit *at, const ring *q, const ax_dw *g, const float *x, int32_t r0, int32_t r1, const int K,
                        const int S)
{
    int32_t step = S == 1 ? g->dilation : 1;
    at->r += step;
    if (at->start < r0 || at->r >= r1) {
        at->r = ++at->start;
        if (at->start >= r0 + step || at->start >= r1)
            return false;
    }
    at->ih = at->r * S - g->pad;
    taps(g->h, K, g->dilation, at->ih, &at->kh0, &at->kh1);
    ring_advance(q, g, x, at->r, at->r == at->start, K, S);
    return true;
}

/* The ring's row under tap row kh. */
AX_INLINE const float *tap_row(const ring *q, const ax_dw *g, const visit *at, int32_t block, int32_t kh, const int K)
{
    return ring_row(q, block, (at->ih + kh * g->dilation) / g->dilation % K, K);
}

/* The ring's rows under the rows of taps that are inside. */
AX_INLINE void tap_rows(const ring *q, const ax_dw *g, const visit *at, int32_t block, const float **in, const int K)
{
    for (int32_t kh = at->kh0; kh < at->kh1; kh++)
        in[kh] = tap_row(q, g, at, block, kh, K);
}

/* Most columns of a ring's row. */
AX_INLINE int32_t ring_columns(const ax_dw *g)
{
    return (g->ow - 1) * g->stride + (g->kernel - 1) * g->dilation + 1;
}

size_t AX_ISA_NAME(dw_scratch)(const ax_dw *g)
{
    size_t K = (size_t)g->kernel, columns = (size_t)ring_columns(g);
    return (size_t)blocks_of(g) * BLOCK * (K * columns + K * K + 1 + (size_t)g->ow);
}

/* ---- forward ---- */

/* T outputs from one on; in: the ring's rows kh0 .. kh1; at: where the first output's first tap lies in them. */
AX_INLINE void tile(const ax_dw *g, const ring *q, const float *const *in, int32_t kh0, int32_t kh1, ptrdiff_t at,
                    const float *w, float *y, int32_t n, const int K, const int S, const int T)
{
    const ptrdiff_t c = g->c, step = (ptrdiff_t)g->dilation * BLOCK;
    const float *bias = w + K * K * BLOCK;
    vf acc[TILE];
#pragma GCC unroll 12
    for (int t = 0; t < T; t++)
        acc[t] = AX_LOAD(bias);
    for (int32_t kh = kh0; kh < kh1; kh++) {
        const float *p = in[kh] + at, *k = w + (kh * K + q->kw0) * BLOCK;
        for (int32_t kw = q->kw0; kw < q->kw1; kw++, p += step, k += BLOCK) {
            vf weight = AX_LOAD(k);
#pragma GCC unroll 12
            for (int t = 0; t < T; t++)
                acc[t] += weight * AX_LOAD(p + t * S * BLOCK);
        }
    }
#pragma GCC unroll 12
    for (int t = 0; t < T; t++) {
        if (n == BLOCK)
            AX_STORE(y + t * c, acc[t]);
        else
            memcpy(y + t * c, &acc[t], (size_t)n * sizeof *y);
    }
}

AX_INLINE void forward_row(const ax_dw *g, const ring *q, const float *const *in, int32_t kh0, int32_t kh1,
                           const float *w, float *y, int32_t n, const int K, const int S)
{
    const ptrdiff_t c = g->c, pixel = (ptrdiff_t)S * BLOCK;
    int32_t o = 0;
    for (; o + TILE <= g->ow; o += TILE)
        tile(g, q, in, kh0, kh1, o * pixel, w, y + o * c, n, K, S, TILE);
    for (; o + TILE / 3 <= g->ow; o += TILE / 3)
        tile(g, q, in, kh0, kh1, o * pixel, w, y + o * c, n, K, S, TILE / 3);
    for (; o < g->ow; o++)
        tile(g, q, in, kh0, kh1, o * pixel, w, y + o * c, n, K, S, 1);
}

/* Weights {k,k,C} as {block}{k,k}{BLOCK}, the bias behind each block, filled up with zeros. */
AX_INLINE void gather_weights(const ax_dw *g, const float *w, const float *bias, int K, float *to)
{
    for (int32_t c0 = 0; c0 < g->c; c0 += BLOCK, to += (K * K + 1) * BLOCK) {
        size_t n = (size_t)(g->c - c0 < BLOCK ? g->c - c0 : BLOCK);
        memset(to, 0, (size_t)(K * K + 1) * BLOCK * sizeof *to);
        for (int k = 0; k < K * K; k++)
            memcpy(to + k * BLOCK, w + (ptrdiff_t)k * g->c + c0, n * sizeof *to);
        if (bias)
            memcpy(to + K * K * BLOCK, bias + c0, n * sizeof *to);
    }
}

AX_INLINE void forward(const ax_dw *g, const float *x, const float *w, const float *bias, float *y, int32_t r0,
                       int32_t r1, float *scratch, const int K, const int S)
{
    ring q = ring_init(g, K, S, scratch);
    gather_weights(g, w, bias, K, q.after);
    visit at = { .r = r0 - 1, .start = r0 - 1 };
    while (next_row(&at, &q, g, x, r0, r1, K, S))
        for (int32_t b = 0; b < q.blocks; b++) {
            const float *in[AX_DW_KERNEL] = { 0 };
            tap_rows(&q, g, &at, b, in, K);
            int32_t n = g->c - b * BLOCK < BLOCK ? g->c - b * BLOCK : BLOCK;
            forward_row(g, &q, in, at.kh0, at.kh1, q.after + (ptrdiff_t)b * (K * K + 1) * BLOCK,
                        y + (ptrdiff_t)at.r * g->ow * g->c + b * BLOCK, n, K, S);
        }
}

/* A kernel of any size, without vectors of its own. */
static void forward_any(const ax_dw *g, const float *x, const float *w, const float *bias, float *y, int32_t r)
{
    const ptrdiff_t c = g->c;
    int32_t kh0, kh1, ih0 = r * g->stride - g->pad;
    taps(g->h, g->kernel, g->dilation, ih0, &kh0, &kh1);
    for (int32_t o = 0; o < g->ow; o++) {
        int32_t kw0, kw1, iw0 = o * g->stride - g->pad;
        taps(g->w, g->kernel, g->dilation, iw0, &kw0, &kw1);
        float *out = y + ((ptrdiff_t)r * g->ow + o) * c;
        for (ptrdiff_t k = 0; k < c; k++)
            out[k] = bias ? bias[k] : 0.0f;
        for (int32_t kh = kh0; kh < kh1; kh++)
            for (int32_t kw = kw0; kw < kw1; kw++) {
                const float *p = x + ((ptrdiff_t)(ih0 + kh * g->dilation) * g->w + iw0 + kw * g->dilation) * c;
                const float *q = w + ((ptrdiff_t)kh * g->kernel + kw) * c;
                for (ptrdiff_t k = 0; k < c; k++)
                    out[k] += q[k] * p[k];
            }
    }
}

void AX_ISA_NAME(dw_forward)(const ax_dw *g, const float *x, const float *w, const float *bias, float *y, int32_t r0,
                             int32_t r1, float *scratch)
{
    if (g->kernel == 3 && g->stride == 1)
        forward(g, x, w, bias, y, r0, r1, scratch, 3, 1);
    else if (g->kernel == 3 && g->stride == 2)
        forward(g, x, w, bias, y, r0, r1, scratch, 3, 2);
    else if (g->kernel == 5 && g->stride == 1)
        forward(g, x, w, bias, y, r0, r1, scratch, 5, 1);
    else
        for (int32_t r = r0; r < r1; r++)
            forward_any(g, x, w, bias, y, r);
}

/* ---- gradient of the weights ---- */

enum { ROWS = 3 }; /* of taps at once: their sums stay in registers */

/* R rows of K taps from one output row. */
AX_INLINE void weights_rows(const float *const *in, const float *dy, int32_t ow, ptrdiff_t step, float *sum,
                            const int K, const int S, const int R)
{
    vf acc[ROWS * AX_DW_KERNEL];
#pragma GCC unroll 15
    for (int k = 0; k < R * K; k++)
        acc[k] = AX_LOAD(sum + k * BLOCK);
    const float *from[ROWS];
    for (int r = 0; r < R; r++)
        from[r] = in[r];
    for (ptrdiff_t o = 0; o < ow; o++) {
        vf d = AX_LOAD(dy + o * BLOCK);
#pragma GCC unroll 15
        for (int k = 0; k < R * K; k++)
            acc[k] += d * AX_LOAD(from[k / K] + o * S * BLOCK + k % K * step);
    }
#pragma GCC unroll 15
    for (int k = 0; k < R * K; k++)
        AX_STORE(sum + k * BLOCK, acc[k]);
}

/* Rows kh0 .. kh1 of taps; where only some columns of taps are inside, those alone. */
AX_INLINE void weights_row(const ring *q, const float *const *in, int32_t kh0, int32_t kh1, const float *dy, int32_t ow,
                           ptrdiff_t step, float *sum, const int K, const int S)
{
    int32_t kh = kh0;
    if (q->kw0 == 0 && q->kw1 == K) {
        for (; kh + ROWS <= kh1; kh += ROWS)
            weights_rows(in + kh, dy, ow, step, sum + kh * K * BLOCK, K, S, ROWS);
        if (kh + 2 == kh1)
            weights_rows(in + kh, dy, ow, step, sum + kh * K * BLOCK, K, S, 2);
        else if (kh < kh1)
            weights_rows(in + kh, dy, ow, step, sum + kh * K * BLOCK, K, S, 1);
        return;
    }
    for (; kh < kh1; kh++)
        for (int32_t kw = q->kw0; kw < q->kw1; kw++) {
            const float *from = in[kh] + (kw - q->kw0) * step;
            weights_rows(&from, dy, ow, step, sum + (kh * K + kw) * BLOCK, 1, S, 1);
        }
}

AX_INLINE void weights(const ax_dw *g, const float *x, const float *dy, float *sum, int32_t r0, int32_t r1,
                       float *scratch, const int K, const int S)
{
    ring q = ring_init(g, K, S, scratch);
    const ptrdiff_t step = (ptrdiff_t)g->dilation * BLOCK, line = (ptrdiff_t)g->ow * BLOCK;
    float *local = q.after, *lines = local + (ptrdiff_t)q.blocks * K * K * BLOCK;
    memset(local, 0, (size_t)(q.blocks * K * K) * BLOCK * sizeof *local);
    visit at = { .r = r0 - 1, .start = r0 - 1 };
    while (next_row(&at, &q, g, x, r0, r1, K, S)) {
        deal(dy + (ptrdiff_t)at.r * g->ow * g->c, g->ow, g->c, lines, line);
        for (int32_t b = 0; b < q.blocks; b++) {
            const float *in[AX_DW_KERNEL] = { 0 };
            tap_rows(&q, g, &at, b, in, K);
            weights_row(&q, in, at.kh0, at.kh1, lines + b * line, g->ow, step, local + (ptrdiff_t)b * K * K * BLOCK, K,
                        S);
        }
    }
    for (int32_t k = 0; k < K * K; k++)
        for (int32_t i = 0; i < g->c; i++)
            sum[(ptrdiff_t)k * g->c + i] += local[((ptrdiff_t)(i / BLOCK) * K * K + k) * BLOCK + i % BLOCK];
}

static void weights_any(const ax_dw *g, const float *x, const float *dy, float *sum, int32_t r)
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
                for (ptrdiff_t k = 0; k < c; k++)
                    s[k] += q[k] * p[k];
            }
    }
}

void AX_ISA_NAME(dw_backward_weights)(const ax_dw *g, const float *x, const float *dy, float *sum, int32_t r0,
                                      int32_t r1, float *scratch)
{
    if (g->kernel == 3 && g->stride == 1)
        weights(g, x, dy, sum, r0, r1, scratch, 3, 1);
    else if (g->kernel == 3 && g->stride == 2)
        weights(g, x, dy, sum, r0, r1, scratch, 3, 2);
    else if (g->kernel == 5 && g->stride == 1)
        weights(g, x, dy, sum, r0, r1, scratch, 5, 1);
    else
        for (int32_t r = r0; r < r1; r++)
            weights_any(g, x, dy, sum, r);
}

/* One output that reads an input through one tap. */
typedef struct reader {
    const float *dy, *w;
} reader;

/* The outputs along one axis that read input i: o * S - pad + k * D = i. Fills o and k, returns how many. */
AX_INLINE int readers_of(int32_t i, int32_t pad, int32_t out, int32_t D, const int K, const int S, int32_t *o,
                         int32_t *k)
{
    int n = 0;
    for (int32_t tap = 0; tap < K; tap++) {
        int32_t at = i + pad - tap * D;
        if (at >= 0 && at % S == 0 && at / S < out)
            o[n] = at / S, k[n] = tap, n++;
    }
    return n;
}

/* V vectors of channels of one input. */
AX_INLINE void gather(const reader *from, int n, ptrdiff_t k, float *d, const int V)
{
    vf acc[4];
    for (int v = 0; v < V; v++)
        acc[v] = (vf) { 0 };
    for (int i = 0; i < n; i++)
        for (int v = 0; v < V; v++)
            acc[v] += AX_LOAD(from[i].w + k + v * AX_LANES) * AX_LOAD(from[i].dy + k + v * AX_LANES);
    for (int v = 0; v < V; v++)
        AX_STORE(d + k + v * AX_LANES, acc[v]);
}

AX_INLINE void backward_data(const ax_dw *g, const float *dy, const float *w, float *dx, int32_t r0, int32_t r1,
                             const int K, const int S)
{
    const ptrdiff_t c = g->c;
    for (int32_t ih = r0; ih < r1; ih++) {
        int32_t oh[AX_DW_KERNEL], kh[AX_DW_KERNEL], rows = readers_of(ih, g->pad, g->oh, g->dilation, K, S, oh, kh);
        for (int32_t iw = 0; iw < g->w; iw++) {
            int32_t ow[AX_DW_KERNEL], kw[AX_DW_KERNEL],
                columns = readers_of(iw, g->pad, g->ow, g->dilation, K, S, ow, kw);
            reader from[AX_DW_KERNEL * AX_DW_KERNEL];
            int n = 0;
            for (int32_t i = 0; i < rows; i++)
                for (int32_t j = 0; j < columns; j++, n++)
                    from[n] = (reader) { dy + ((ptrdiff_t)oh[i] * g->ow + ow[j]) * c,
                                         w + (ptrdiff_t)(kh[i] * K + kw[j]) * c };
            float *d = dx + ((ptrdiff_t)ih * g->w + iw) * c;
            ptrdiff_t k = 0;
            for (; k + 4 * AX_LANES <= c; k += 4 * AX_LANES)
                gather(from, n, k, d, 4);
            for (; k + AX_LANES <= c; k += AX_LANES)
                gather(from, n, k, d, 1);
            for (; k < c; k++) {
                d[k] = 0.0f;
                for (int i = 0; i < n; i++)
                    d[k] += from[i].w[k] * from[i].dy[k];
            }
        }
    }
}

/* Gathers: input row ih is read by output row oh through tap kh when oh * stride - pad + kh * dilation = ih. Stride 1
   is a forward convolution with the kernel turned round, which the caller does; this is for the rest. */
void AX_ISA_NAME(dw_backward_data)(const ax_dw *g, const float *dy, const float *w, float *dx, int32_t r0, int32_t r1)
{
    if (g->kernel == 3 && g->stride == 2) {
        backward_data(g, dy, w, dx, r0, r1, 3, 2);
        return;
    }
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
