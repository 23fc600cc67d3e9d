/* Depthwise convolution, NHWC, a vector of channels at a time, straight from the map. */
#include "engine/backend/cpu/isa/epilogue.h"
#include "engine/backend/cpu/isa/strand.h"

/* T outputs of a strand from y on; first: the index of the first input. */
AX_INLINE void tile(const ax_dw *g, const rows *at, const strand *s, int32_t first, const float *w,
                    const ax_epilogue *e, ptrdiff_t to, float *y, const int K, const int T, const bool inside)
{
    const ptrdiff_t c = g->c, step = (ptrdiff_t)g->dilation * c, start = s->in * c + first * step;
    const bool finishes = ax_finishes(e);
    for (int32_t k = 0; k < g->c; k = next_vector(k, g->c)) {
        vf acc[TILE][3], b = { 0 };
        if (e && e->bias)
            b = AX_LOAD(e->bias + k);
#pragma GCC unroll 8
        for (int t = 0; t < T; t++)
            acc[t][0] = b;
        if (at->next)
            fetch(at->next + (start + K / 2 * step + k), step, T);
        for (int32_t kh = at->kh0; kh < at->kh1; kh++) {
            const float *p = at->row[kh] + start + k;
            vf weight[AX_DW_KERNEL];
#pragma GCC unroll 5
            for (int kw = 0; kw < K; kw++)
                weight[kw] = AX_LOAD(w + (kh * K + kw) * c + k);
#pragma GCC unroll 12
            for (int j = 0; j < T + K - 1; j++) {
                if (!inside && (uint32_t)(first + j) >= (uint32_t)s->n_in)
                    continue;
                vf v = AX_LOAD(p + j * step);
#pragma GCC unroll 5
                for (int kw = 0; kw < K; kw++)
                    if (j - kw >= 0 && j - kw < T)
                        acc[j - kw][0] += weight[kw] * v;
            }
        }
        if (finishes)
            ax_finish_rows(e, acc, to + k, step, T, 1);
#pragma GCC unroll 8
        for (int t = 0; t < T; t++)
            AX_STORE(y + to + t * step + k, acc[t][0]);
    }
}

AX_INLINE void forward_row(const ax_dw *g, const rows *at, const float *w, const ax_epilogue *e, float *y,
                           ptrdiff_t row, const int K)
{
    const int32_t length = tile_length(strand_of(g, 0).n_out, TILE);
    for (int32_t i = 0; i * g->dilation < g->ow; i += length)
        for (int32_t out = 0; out < g->dilation && out < g->ow; out++) {
            const strand s = strand_of(g, out);
            int32_t n = s.n_out - i < length ? s.n_out - i : length, first = i + s.shift;
            const ptrdiff_t to = row + (s.out + (ptrdiff_t)i * g->dilation) * g->c;
#define FORWARD(T, inside) tile(g, at, &s, first, w, e, to, y, K, T, inside)
            EACH_LENGTH(n, first >= 0 && first + n + K - 1 <= s.n_in, FORWARD)
        }
}

/* T outputs from o on with stride S: each loads its own inputs. */
AX_INLINE void strided(const ax_dw *g, const rows *at, int32_t o, const float *w, const ax_epilogue *e, ptrdiff_t to,
                       float *y, const int K, const int S, const int T, const bool inside)
{
    const ptrdiff_t c = g->c;
    const bool finishes = ax_finishes(e);
    for (int32_t k = 0; k < g->c; k = next_vector(k, g->c)) {
        vf acc[TILE][3], b = { 0 };
        if (e && e->bias)
            b = AX_LOAD(e->bias + k);
#pragma GCC unroll 8
        for (int t = 0; t < T; t++)
            acc[t][0] = b;
        for (int32_t kh = at->kh0; kh < at->kh1; kh++)
            for (int32_t kw = 0; kw < K; kw++) {
                const int32_t column = o * S - g->pad + kw * g->dilation;
                const float *p = at->row[kh] + (ptrdiff_t)column * c + k;
                vf weight = AX_LOAD(w + (kh * K + kw) * c + k);
#pragma GCC unroll 8
                for (int t = 0; t < T; t++)
                    if (inside || (uint32_t)(column + t * S) < (uint32_t)g->w)
                        acc[t][0] += weight * AX_LOAD(p + t * S * c);
            }
        if (finishes)
            ax_finish_rows(e, acc, to + k, c, T, 1);
#pragma GCC unroll 8
        for (int t = 0; t < T; t++)
            AX_STORE(y + to + t * c + k, acc[t][0]);
    }
}

AX_INLINE void strided_row(const ax_dw *g, const rows *at, const float *w, const ax_epilogue *e, float *y,
                           ptrdiff_t row, const int K, const int S)
{
    const int32_t length = tile_length(g->ow, TILE);
    for (int32_t o = 0; o < g->ow; o += length) {
        int32_t n = g->ow - o < length ? g->ow - o : length, first = o * S - g->pad;
        const ptrdiff_t to = row + (ptrdiff_t)o * g->c;
#define STRIDED(T, inside) strided(g, at, o, w, e, to, y, K, S, T, inside)
        EACH_LENGTH(n, first >= 0 && first + (n - 1) * S + (K - 1) * g->dilation < g->w, STRIDED)
    }
}

AX_INLINE void forward(const ax_dw *g, const float *x, const float *w, const ax_epilogue *e, float *y, int32_t r0,
                       int32_t r1, const int K, const int S)
{
    for (int32_t r = r0; r < r1; r++) {
        const rows at = rows_of(g, x, r, K);
        const ptrdiff_t row = (ptrdiff_t)r * g->ow * g->c;
        if (S == 1)
            forward_row(g, &at, w, e, y, row, K);
        else
            strided_row(g, &at, w, e, y, row, K, S);
    }
}

/* A kernel of any size, without vectors of its own. */
static void forward_any(const ax_dw *g, const float *x, const float *w, const ax_epilogue *e, float *y, int32_t r)
{
    const ptrdiff_t c = g->c;
    int32_t kh0, kh1, ih0 = r * g->stride - g->pad;
    taps(g->h, g->kernel, g->dilation, ih0, &kh0, &kh1);
    for (int32_t o = 0; o < g->ow; o++) {
        int32_t kw0, kw1, iw0 = o * g->stride - g->pad;
        taps(g->w, g->kernel, g->dilation, iw0, &kw0, &kw1);
        float *out = y + ((ptrdiff_t)r * g->ow + o) * c;
        for (ptrdiff_t k = 0; k < c; k++)
            out[k] = e && e->bias ? e->bias[k] : 0.0f;
        for (int32_t kh = kh0; kh < kh1; kh++)
            for (int32_t kw = kw0; kw < kw1; kw++) {
                const float *p = x + ((ptrdiff_t)(ih0 + kh * g->dilation) * g->w + iw0 + kw * g->dilation) * c;
                const float *q = w + ((ptrdiff_t)kh * g->kernel + kw) * c;
                for (ptrdiff_t k = 0; k < c; k++)
                    out[k] += q[k] * p[k];
            }
        for (ptrdiff_t k = 0; ax_finishes(e) && k < c; k++)
            out[k] = ax_finish_one(e, out[k], out - y + k);
    }
}

void AX_ISA_NAME(dw_forward)(const ax_dw *g, const float *x, const float *w, const ax_epilogue *e, float *y, int32_t r0,
                             int32_t r1)
{
    if (g->c >= AX_LANES && g->kernel == 3 && g->stride == 1)
        forward(g, x, w, e, y, r0, r1, 3, 1);
    else if (g->c >= AX_LANES && g->kernel == 3 && g->stride == 2)
        forward(g, x, w, e, y, r0, r1, 3, 2);
    else if (g->c >= AX_LANES && g->kernel == 5 && g->stride == 1)
        forward(g, x, w, e, y, r0, r1, 5, 1);
    else
        for (int32_t r = r0; r < r1; r++)
            forward_any(g, x, w, e, y, r);
}
