/* Depthwise loops for vectors of DW_L floats; included by depthwise.c once per width, without a guard on purpose.
   DW(name) puts the width into the names. */
typedef float DW(vec) __attribute__((vector_size(DW_L * 4)));
typedef float DW(vec_at) __attribute__((vector_size(DW_L * 4), aligned(4), may_alias));
#define LOAD(p) (*(const DW(vec_at) *)(p))
#define STORE(p, v) (*(DW(vec_at) *)(p) = (v))

/* T neighbouring outputs of one row, NV vectors of channels. x points at the channel in row 0, column 0 of the image;
   taps kh0 .. kh1 are the rows inside it. In the inner case all columns are inside too; else a tap outside reads
   zeros, which keeps the accumulators in registers. */
AX_INLINE void DW(forward_tile)(const ax_dw *g, const float *x, const float *w, const float *bias, float *y,
                                int32_t ih0, int32_t iw0, int32_t kh0, int32_t kh1, const int K, const int T,
                                const int NV, const int S, const bool inner)
{
    const ptrdiff_t c = g->c, row = (ptrdiff_t)g->w * c;
    const int32_t d = g->dilation;
    DW(vec) acc[8][2];
    for (int t = 0; t < T; t++)
        for (int v = 0; v < NV; v++) {
            acc[t][v] = (DW(vec)) { 0 };
            if (bias)
                acc[t][v] = LOAD(bias + v * DW_L);
        }
    for (int32_t kh = kh0; kh < kh1; kh++) {
        const float *line = x + (ih0 + kh * d) * row;
        const float *wk = w + (ptrdiff_t)kh * K * c;
#pragma GCC unroll 5
        for (int kw = 0; kw < K; kw++) {
            DW(vec) wv[2];
            for (int v = 0; v < NV; v++)
                wv[v] = LOAD(wk + kw * c + v * DW_L);
            int32_t iw = iw0 + kw * d;
#pragma GCC unroll 8
            for (int t = 0; t < T; t++, iw += S) {
                const float *p = inner || (iw >= 0 && iw < g->w) ? line + iw * c : zeros;
                for (int v = 0; v < NV; v++)
                    acc[t][v] += wv[v] * LOAD(p + v * DW_L);
            }
        }
    }
#pragma GCC unroll 8
    for (int t = 0; t < T; t++)
        for (int v = 0; v < NV; v++)
            STORE(y + t * c + v * DW_L, acc[t][v]);
}

/* Outputs o0 .. o0 + n of one row (n <= T, all inside the row), all channels from c0 on that fill vectors; returns the
   first channel not done. Channels innermost: memory is walked in order, which the prefetcher needs. */
AX_INLINE int32_t DW(forward_strip)(const ax_dw *g, const float *x, const float *w, const float *bias, float *y,
                                    int32_t ih0, int32_t iw0, int32_t kh0, int32_t kh1, int32_t c0, const int K,
                                    const int T, const int S, const bool inner)
{
    enum { WIDE = DW_L >= 16 ? 1 : 2 };
    for (; c0 + WIDE * DW_L <= g->c; c0 += WIDE * DW_L)
        DW(forward_tile)(g, x + c0, w + c0, bias ? bias + c0 : NULL, y + c0, ih0, iw0, kh0, kh1, K, T, WIDE, S, inner);
    if (WIDE > 1)
        for (; c0 + DW_L <= g->c; c0 += DW_L)
            DW(forward_tile)(g, x + c0, w + c0, bias ? bias + c0 : NULL, y + c0, ih0, iw0, kh0, kh1, K, T, 1, S, inner);
    return c0;
}

/* Gradient of the weights of tap row kh from outputs o0 .. o1 of one row: K taps by NV vectors stay in registers. */
AX_INLINE void DW(weights_tile)(const ax_dw *g, const float *line, const float *dy, float *sum, int32_t o0, int32_t o1,
                                const int K, const int NV, const int S, const bool inner)
{
    const ptrdiff_t c = g->c;
    const int32_t d = g->dilation;
    DW(vec) acc[5][2];
    for (int kw = 0; kw < K; kw++)
        for (int v = 0; v < NV; v++)
            acc[kw][v] = LOAD(sum + kw * c + v * DW_L);
    for (int32_t o = o0; o < o1; o++) {
        const float *q = dy + o * c;
        DW(vec) gv[2];
        for (int v = 0; v < NV; v++)
            gv[v] = LOAD(q + v * DW_L);
        int32_t iw = o * S - g->pad;
#pragma GCC unroll 5
        for (int kw = 0; kw < K; kw++) {
            int32_t at = iw + kw * d;
            const float *p = inner || (at >= 0 && at < g->w) ? line + at * c : zeros;
            for (int v = 0; v < NV; v++)
                acc[kw][v] += gv[v] * LOAD(p + v * DW_L);
        }
    }
    for (int kw = 0; kw < K; kw++)
        for (int v = 0; v < NV; v++)
            STORE(sum + kw * c + v * DW_L, acc[kw][v]);
}

/* The same for all tap rows kh0 .. kh1 and the channels from c0 on that fill vectors. */
AX_INLINE int32_t DW(weights_strip)(const ax_dw *g, const float *x, const float *dy, float *sum, int32_t ih0,
                                    int32_t kh0, int32_t kh1, int32_t o0, int32_t o1, int32_t c0, const int K,
                                    const int S, const bool inner)
{
    const ptrdiff_t c = g->c;
    for (; c0 + 2 * DW_L <= g->c; c0 += 2 * DW_L)
        for (int32_t kh = kh0; kh < kh1; kh++)
            DW(weights_tile)
            (g, x + (ptrdiff_t)(ih0 + kh * g->dilation) * g->w * c + c0, dy + c0, sum + (ptrdiff_t)kh * K * c + c0, o0,
             o1, K, 2, S, inner);
    for (; c0 + DW_L <= g->c; c0 += DW_L)
        for (int32_t kh = kh0; kh < kh1; kh++)
            DW(weights_tile)
            (g, x + (ptrdiff_t)(ih0 + kh * g->dilation) * g->w * c + c0, dy + c0, sum + (ptrdiff_t)kh * K * c + c0, o0,
             o1, K, 1, S, inner);
    return c0;
}
#undef LOAD
#undef STORE
