/* Depthwise convolution, NHWC, a vector of channels at a time, directly from the map. */
#include "engine/backend/cpu/isa/epilogue.h"
#include "engine/backend/cpu/isa/strand.h"

/* Outputs of one column computed together when their inputs overlap, so that all but the first read them from the
   first-level cache. */
enum { ROWS = 4 };

/* T outputs of a strand from y + to on; they see the inputs from index `first` on, S apart. */
AX_INLINE void tile(const ax_dw *g, const rows *at, const strand *s, int32_t first, const float *w,
                    const ax_epilogue *e, ptrdiff_t to, ax_map *y, const int T, const bool inside, const int K,
                    const int S)
{
    const ptrdiff_t c = g->c, step = g->dilation * c, start = s->in * c + first * step;
    const bool finishes = ax_finishes(e);
    for (int32_t k = 0; k < g->c; k = next_vector(k, g->c)) {
        vf acc[TILE][3], b = { 0 };
        if (e && e->bias)
            b = AX_LOAD(e->bias + k);
#pragma GCC unroll 8
        for (int t = 0; t < T; t++)
            acc[t][0] = b;
        if (at->next) {
            fetch(at->next + (start + K / 2 * step + k), step, T);
            fetch(y + to + (ptrdiff_t)g->ow * c + k, step, T);
        }
        const float *wk = w + at->kh0 * K * c + k;
#pragma GCC unroll 1
        for (int32_t kh = at->kh0; kh < at->kh1; kh++) {
            const ax_map *p = at->row[kh] + start + k;
            vf weight[AX_DW_KERNEL];
            AX_HIDE(wk);
#pragma GCC unroll 5
            for (int kw = 0; kw < K; kw++, wk += c)
                weight[kw] = AX_LOAD(wk);
#pragma GCC unroll 20
            for (int j = 0; j < (T - 1) * S + K; j++, p += step) {
                AX_HIDE(p);
                if (!inside && (uint32_t)(first + j) >= (uint32_t)s->n_in)
                    continue;
                vf v = AX_LOAD_MAP(p);
#pragma GCC unroll 5
                for (int kw = 0; kw < K; kw++)
                    if (j - kw >= 0 && (j - kw) % S == 0 && (j - kw) / S < T)
                        acc[(j - kw) / S][0] += weight[kw] * v;
            }
        }
        if (finishes)
            ax_finish_rows(e, acc, to + k, step, T, 1);
        ax_map *out = y + to + k;
#pragma GCC unroll 8
        for (int t = 0; t < T; t++, out += step) {
            AX_HIDE(out);
            AX_STORE_MAP(out, acc[t][0]);
        }
    }
}

typedef void tile_function(const ax_dw *g, const rows *at, const strand *s, int32_t first, const float *w,
                           const ax_epilogue *e, ptrdiff_t to, ax_map *y);
#define TILE_NAME(T, inside, K, S) tile_##K##_##S##_##T##_##inside
#define TILE_FUNCTION(T, inside, K, S)                                                                                 \
    AX_OUTLINE void TILE_NAME(T, inside, K, S)(const ax_dw *g, const rows *at, const strand *s, int32_t first,         \
                                               const float *w, const ax_epilogue *e, ptrdiff_t to, ax_map *y)          \
    {                                                                                                                  \
        tile(g, at, s, first, w, e, to, y, T, inside, K, S);                                                           \
    }
#define TILE_ENTRY(T, inside, K, S) TILE_NAME(T, inside, K, S),
#define TILES(K, S)                                                                                                    \
    EACH_TILE(TILE_FUNCTION, K, S)                                                                                     \
    static tile_function *const tiles_##K##_##S[] = { EACH_TILE(TILE_ENTRY, K, S) };
TILES(3, 1)
TILES(3, 2)
TILES(5, 1)

/* n_rows rows of outputs, a dilation apart, starting at `row`. */
static void forward_rows(const ax_dw *g, tile_function *const *tiles, const rows *at, int32_t n_rows, const float *w,
                         const ax_epilogue *e, ax_map *y, ptrdiff_t row)
{
    const int32_t length = tile_length(strand_of(g, 0).n_out, TILE), K = g->kernel, S = g->stride;
    for (int32_t i = 0; i * g->dilation < g->ow; i += length)
        for (int32_t out = 0; out < g->dilation && out < g->ow; out++) {
            const strand s = strand_of(g, out);
            const int32_t n = s.n_out - i < length ? s.n_out - i : length, first = i * S + s.shift;
            if (n < 1)
                continue;
            tile_function *tile_of = tiles[tile_at(n, first >= 0 && first + (n - 1) * S + K <= s.n_in)];
            ptrdiff_t to = row + (s.out + (ptrdiff_t)i * g->dilation) * g->c;
            for (int32_t r = 0; r < n_rows; r++, to += (ptrdiff_t)g->dilation * g->ow * g->c)
                tile_of(g, &at[r], &s, first, w, e, to, y);
        }
}

static void forward(const ax_dw *g, tile_function *const *tiles, const ax_map *x, const float *w, const ax_epilogue *e,
                    ax_map *y, int32_t r0, int32_t r1)
{
    const int32_t d = g->dilation;
    for (int32_t i = r0; i < r1; i += ROWS * d)
        for (int32_t r = i; r < i + d && r < r1; r++) {
            rows at[ROWS];
            int32_t n = 0;
            for (; n < ROWS && r + n * d < r1; n++)
                at[n] = rows_of(g, x, r + n * d);
            forward_rows(g, tiles, at, n, w, e, y, (ptrdiff_t)(r - g->from) * g->ow * g->c);
        }
}

/* A kernel of any size, without its own vector code; some channels at a time. */
static void forward_any(const ax_dw *g, const ax_map *x, const float *w, const ax_epilogue *e, ax_map *y, int32_t r)
{
    enum { SOME = 64 };
    const ptrdiff_t c = g->c;
    int32_t kh0, kh1, ih0 = r * g->stride - g->pad;
    taps(g->h, g->kernel, g->dilation, ih0, &kh0, &kh1);
    for (int32_t o = 0; o < g->ow; o++) {
        int32_t kw0, kw1, iw0 = o * g->stride - g->pad;
        taps(g->w, g->kernel, g->dilation, iw0, &kw0, &kw1);
        ax_map *out = y + ((ptrdiff_t)(r - g->from) * g->ow + o) * c;
        for (ptrdiff_t c0 = 0; c0 < c; c0 += SOME) {
            const ptrdiff_t n = c - c0 < SOME ? c - c0 : SOME;
            float sum[SOME];
            for (ptrdiff_t k = 0; k < n; k++)
                sum[k] = e && e->bias ? e->bias[c0 + k] : 0.0f;
            for (int32_t kh = kh0; kh < kh1; kh++)
                for (int32_t kw = kw0; kw < kw1; kw++) {
                    const int32_t ih = ih0 + kh * g->dilation;
                    const ax_map *p =
                        x + ((ptrdiff_t)(g->ring ? ih % g->ring : ih) * g->w + iw0 + kw * g->dilation) * c + c0;
                    const float *q = w + ((ptrdiff_t)kh * g->kernel + kw) * c + c0;
                    for (ptrdiff_t k = 0; k < n; k++)
                        sum[k] += q[k] * ax_map_get(p[k]);
                }
            for (ptrdiff_t k = 0; ax_finishes(e) && k < n; k++)
                sum[k] = ax_finish_one(e, sum[k], out - y + c0 + k);
            for (ptrdiff_t k = 0; k < n; k++)
                out[c0 + k] = ax_map_put(sum[k]);
        }
    }
}

void AX_ISA_NAME(dw_forward)(const ax_dw *g, const ax_map *x, const float *w, const ax_epilogue *e, ax_map *y,
                             int32_t r0, int32_t r1)
{
    if (g->c >= AX_LANES && g->kernel == 3 && g->stride == 1)
        forward(g, tiles_3_1, x, w, e, y, r0, r1);
    else if (g->c >= AX_LANES && g->kernel == 3 && g->stride == 2 && g->dilation == 1)
        forward(g, tiles_3_2, x, w, e, y, r0, r1);
    else if (g->c >= AX_LANES && g->kernel == 5 && g->stride == 1)
        forward(g, tiles_5_1, x, w, e, y, r0, r1);
    else
        for (int32_t r = r0; r < r1; r++)
            forward_any(g, x, w, e, y, r);
}
