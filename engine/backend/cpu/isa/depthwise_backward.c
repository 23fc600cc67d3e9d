/* Gradients of depthwise convolution; the input's gradient with stride 1 is a forward convolution, done by the
   caller. */
#include "engine/backend/cpu/isa/strand.h"

/* ---- gradient of the weights ---- */

/* Channels of dy from k on; those that the previous vector also covered are zero. */
AX_INLINE vf load_new(const ax_map *dy, int32_t k, int32_t done)
{
    vf d = AX_LOAD_MAP(dy + k);
    for (int l = 0; l < done - k; l++)
        d[l] = 0.0f;
    return d;
}

/* T outputs of a strand with gradients from dy on; first: index of the first input. */
AX_INLINE void weights_tile(const ax_dw *g, const rows *at, const strand *s, int32_t first, const ax_map *dy,
                            float *sum, const int T, const bool inside, const int K)
{
    const ptrdiff_t c = g->c, step = (ptrdiff_t)g->dilation * c, start = s->in * c + first * step;
    for (int32_t k = 0, done = 0; k < g->c; done = k + AX_LANES, k = next_vector(k, g->c)) {
        vf d[TILE];
#pragma GCC unroll 8
        for (int t = 0; t < T; t++)
            d[t] = done > k ? load_new(dy + t * step, k, done) : (vf)AX_LOAD_MAP(dy + t * step + k);
        if (at->next) {
            fetch(at->next + (start + K / 2 * step + k), step, T);
            fetch(dy + (ptrdiff_t)g->ow * c + k, step, T);
        }
        for (int32_t kh = at->kh0; kh < at->kh1; kh++) {
            const ax_map *p = at->row[kh] + start + k;
            float *to = sum + kh * K * c + k;
            vf acc[AX_DW_KERNEL];
#pragma GCC unroll 5
            for (int kw = 0; kw < K; kw++)
                acc[kw] = AX_LOAD(to + kw * c);
#pragma GCC unroll 12
            for (int j = 0; j < T + K - 1; j++) {
                if (!inside && (uint32_t)(first + j) >= (uint32_t)s->n_in)
                    continue;
                vf v = AX_LOAD_MAP(p + j * step);
#pragma GCC unroll 5
                for (int kw = 0; kw < K; kw++)
                    if (j - kw >= 0 && j - kw < T)
                        acc[kw] += d[j - kw] * v;
            }
#pragma GCC unroll 5
            for (int kw = 0; kw < K; kw++)
                AX_STORE(to + kw * c, acc[kw]);
        }
    }
}

typedef void weights_function(const ax_dw *g, const rows *at, const strand *s, int32_t first, const ax_map *dy,
                              float *sum);
#define WEIGHTS_NAME(T, inside, K) weights_##K##_##T##_##inside
#define WEIGHTS_FUNCTION(T, inside, K)                                                                                 \
    AX_OUTLINE void WEIGHTS_NAME(T, inside, K)(const ax_dw *g, const rows *at, const strand *s, int32_t first,         \
                                               const ax_map *dy, float *sum)                                           \
    {                                                                                                                  \
        weights_tile(g, at, s, first, dy, sum, T, inside, K);                                                          \
    }
#define WEIGHTS_ENTRY(T, inside, K) WEIGHTS_NAME(T, inside, K),
#define WEIGHTS(K)                                                                                                     \
    EACH_TILE(WEIGHTS_FUNCTION, K)                                                                                     \
    static weights_function *const weights_##K[] = { EACH_TILE(WEIGHTS_ENTRY, K) };
WEIGHTS(3)
WEIGHTS(5)

static void weights_row(const ax_dw *g, weights_function *const *tiles, const rows *at, const ax_map *dy, float *sum)
{
    const int32_t length = tile_length(strand_of(g, 0).n_out, TILE);
    for (int32_t i = 0; i * g->dilation < g->ow; i += length)
        for (int32_t out = 0; out < g->dilation && out < g->ow; out++) {
            const strand s = strand_of(g, out);
            int32_t n = s.n_out - i < length ? s.n_out - i : length, first = i + s.shift;
            const ax_map *from = dy + (s.out + (ptrdiff_t)i * g->dilation) * g->c;
            if (n > 0)
                tiles[tile_at(n, first >= 0 && first + n + g->kernel - 1 <= s.n_in)](g, at, &s, first, from, sum);
        }
}

/* T outputs from o on, with a stride. */
AX_INLINE void strided_tile(const ax_dw *g, const rows *at, int32_t o, const ax_map *dy, float *sum, const int T,
                            const bool inside, const int K, const int S)
{
    const ptrdiff_t c = g->c;
    for (int32_t k = 0, done = 0; k < g->c; done = k + AX_LANES, k = next_vector(k, g->c)) {
        vf d[TILE];
#pragma GCC unroll 8
        for (int t = 0; t < T; t++)
            d[t] = done > k ? load_new(dy + t * c, k, done) : (vf)AX_LOAD_MAP(dy + t * c + k);
        for (int32_t kh = at->kh0; kh < at->kh1; kh++)
            for (int32_t kw = 0; kw < K; kw++) {
                const int32_t column = o * S - g->pad + kw * g->dilation;
                const ax_map *p = at->row[kh] + (ptrdiff_t)column * c + k;
                float *to = sum + (kh * K + kw) * c + k;
                vf acc[2] = { AX_LOAD(to), { 0 } };
#pragma GCC unroll 8
                for (int t = 0; t < T; t++)
                    if (inside || (uint32_t)(column + t * S) < (uint32_t)g->w)
                        acc[t % 2] += d[t] * AX_LOAD_MAP(p + t * S * c);
                AX_STORE(to, acc[0] + acc[1]);
            }
    }
}

typedef void strided_function(const ax_dw *g, const rows *at, int32_t o, const ax_map *dy, float *sum);
#define STRIDED_NAME(T, inside, K, S) strided_##K##_##S##_##T##_##inside
#define STRIDED_FUNCTION(T, inside, K, S)                                                                              \
    AX_OUTLINE void STRIDED_NAME(T, inside, K, S)(const ax_dw *g, const rows *at, int32_t o, const ax_map *dy,         \
                                                  float *sum)                                                          \
    {                                                                                                                  \
        strided_tile(g, at, o, dy, sum, T, inside, K, S);                                                              \
    }
#define STRIDED_ENTRY(T, inside, K, S) STRIDED_NAME(T, inside, K, S),
EACH_TILE(STRIDED_FUNCTION, 3, 2)
static strided_function *const strided_3_2[] = { EACH_TILE(STRIDED_ENTRY, 3, 2) };

static void strided_row(const ax_dw *g, const rows *at, const ax_map *dy, float *sum)
{
    const int32_t length = tile_length(g->ow, TILE), K = g->kernel, S = g->stride;
    for (int32_t o = 0; o < g->ow; o += length) {
        int32_t n = g->ow - o < length ? g->ow - o : length, first = o * S - g->pad;
        const bool inside = first >= 0 && first + (n - 1) * S + (K - 1) * g->dilation < g->w;
        strided_3_2[tile_at(n, inside)](g, at, o, dy + (ptrdiff_t)o * g->c, sum);
    }
}

static void weights_any(const ax_dw *g, const ax_map *x, const ax_map *dy, float *sum, int32_t r)
{
    const ptrdiff_t c = g->c;
    int32_t kh0, kh1, ih0 = r * g->stride - g->pad;
    taps(g->h, g->kernel, g->dilation, ih0, &kh0, &kh1);
    for (int32_t o = 0; o < g->ow; o++) {
        int32_t kw0, kw1, iw0 = o * g->stride - g->pad;
        taps(g->w, g->kernel, g->dilation, iw0, &kw0, &kw1);
        const ax_map *q = dy + ((ptrdiff_t)r * g->ow + o) * c;
        for (int32_t kh = kh0; kh < kh1; kh++)
            for (int32_t kw = kw0; kw < kw1; kw++) {
                const ax_map *p = x + ((ptrdiff_t)(ih0 + kh * g->dilation) * g->w + iw0 + kw * g->dilation) * c;
                float *s = sum + ((ptrdiff_t)kh * g->kernel + kw) * c;
                for (ptrdiff_t k = 0; k < c; k++)
                    s[k] += ax_map_get(q[k]) * ax_map_get(p[k]);
            }
    }
}

void AX_ISA_NAME(dw_backward_weights)(const ax_dw *g, const ax_map *x, const ax_map *dy, float *sum, int32_t r0,
                                      int32_t r1)
{
    const bool three = g->kernel == 3, beside = g->stride == 1 && (three || g->kernel == 5);
    const bool vectors = g->c >= AX_LANES && (beside || (g->stride == 2 && three));
    for (int32_t r = r0; r < r1; r++) {
        if (!vectors) {
            weights_any(g, x, dy, sum, r);
            continue;
        }
        const rows at = rows_of(g, x, r);
        const ax_map *from = dy + (ptrdiff_t)r * g->ow * g->c;
        if (beside)
            weights_row(g, three ? weights_3 : weights_5, &at, from, sum);
        else
            strided_row(g, &at, from, sum);
    }
}

/* ---- gradient of the input ---- */

/* An output that reads an input through one tap. */
typedef struct reader {
    const ax_map *dy;
    const float *w;
} reader;

/* The outputs along one axis that read input i: o * S - pad + k * D = i. Fills o and k; returns their number. */
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
AX_INLINE void gather(const reader *from, int n, ptrdiff_t k, ax_map *d, const int V)
{
    vf acc[4];
    for (int v = 0; v < V; v++)
        acc[v] = (vf) { 0 };
    for (int i = 0; i < n; i++)
        for (int v = 0; v < V; v++)
            acc[v] += AX_LOAD(from[i].w + k + v * AX_LANES) * AX_LOAD_MAP(from[i].dy + k + v * AX_LANES);
    for (int v = 0; v < V; v++)
        AX_STORE_MAP(d + k + v * AX_LANES, acc[v]);
}

AX_INLINE void backward_data(const ax_dw *g, const ax_map *dy, const float *w, ax_map *dx, int32_t r0, int32_t r1,
                             const int K, const int S)
{
    const ptrdiff_t c = g->c;
    for (int32_t ih = r0; ih < r1; ih++) {
        int32_t oh[AX_DW_KERNEL], kh[AX_DW_KERNEL], above = readers_of(ih, g->pad, g->oh, g->dilation, K, S, oh, kh);
        for (int32_t iw = 0; iw < g->w; iw++) {
            int32_t ow[AX_DW_KERNEL], kw[AX_DW_KERNEL],
                beside = readers_of(iw, g->pad, g->ow, g->dilation, K, S, ow, kw);
            reader from[AX_DW_KERNEL * AX_DW_KERNEL];
            int n = 0;
            for (int32_t i = 0; i < above; i++)
                for (int32_t j = 0; j < beside; j++, n++)
                    from[n] = (reader) { dy + ((ptrdiff_t)oh[i] * g->ow + ow[j]) * c,
                                         w + (ptrdiff_t)(kh[i] * K + kw[j]) * c };
            ax_map *d = dx + ((ptrdiff_t)ih * g->w + iw) * c;
            ptrdiff_t k = 0;
            for (; k + 4 * AX_LANES <= c; k += 4 * AX_LANES)
                gather(from, n, k, d, 4);
            for (; k + AX_LANES <= c; k += AX_LANES)
                gather(from, n, k, d, 1);
            for (; k < c; k++) {
                float sum = 0.0f;
                for (int i = 0; i < n; i++)
                    sum += from[i].w[k] * ax_map_get(from[i].dy[k]);
                d[k] = ax_map_put(sum);
            }
        }
    }
}

/* sum = the gradient of n channels from k on of input (ih, iw). */
static void gather_any(const ax_dw *g, const ax_map *dy, const float *w, int32_t ih, int32_t iw, ptrdiff_t k0,
                       ptrdiff_t n, float *restrict sum)
{
    const ptrdiff_t c = g->c;
    const int32_t K = g->kernel, S = g->stride, D = g->dilation;
    for (ptrdiff_t k = 0; k < n; k++)
        sum[k] = 0.0f;
    for (int32_t kh = 0; kh < K; kh++) {
        int32_t th = ih + g->pad - kh * D;
        if (th < 0 || th % S || th / S >= g->oh)
            continue;
        for (int32_t kw = 0; kw < K; kw++) {
            int32_t tw = iw + g->pad - kw * D;
            if (tw < 0 || tw % S || tw / S >= g->ow)
                continue;
            const ax_map *restrict q = dy + ((ptrdiff_t)(th / S) * g->ow + tw / S) * c + k0;
            const float *restrict p = w + ((ptrdiff_t)kh * K + kw) * c + k0;
            for (ptrdiff_t k = 0; k < n; k++)
                sum[k] += p[k] * ax_map_get(q[k]);
        }
    }
}

/* Gathers: input row ih is read by output row oh through tap kh when oh * stride - pad + kh * dilation = ih. For
   strides above 1; stride 1 is a forward convolution with the rotated kernel, done by the caller. */
void AX_ISA_NAME(dw_backward_data)(const ax_dw *g, const ax_map *dy, const float *w, ax_map *dx, int32_t r0, int32_t r1)
{
    enum { SOME = 64 }; /* channels at a time */
    if (g->kernel == 3 && g->stride == 2) {
        backward_data(g, dy, w, dx, r0, r1, 3, 2);
        return;
    }
    const ptrdiff_t c = g->c;
    for (int32_t ih = r0; ih < r1; ih++)
        for (int32_t iw = 0; iw < g->w; iw++)
            for (ptrdiff_t k0 = 0; k0 < c; k0 += SOME) {
                const ptrdiff_t n = c - k0 < SOME ? c - k0 : SOME;
                ax_map *d = dx + ((ptrdiff_t)ih * g->w + iw) * c + k0;
                float sum[SOME];
                gather_any(g, dy, w, ih, iw, k0, n, sum);
                for (ptrdiff_t k = 0; k < n; k++)
                    d[k] = ax_map_put(sum[k]);
            }
}
