/* Depthwise loops for vectors of DW_L floats; included by depthwise.c once per width, without a guard on purpose.
   DW(name) puts the width into the names. */
typedef float DW(vec) __attribute__((vector_size(DW_L * 4)));
typedef float DW(vec_at) __attribute__((vector_size(DW_L * 4), aligned(4), may_alias));
#define LOAD(p) (*(const DW(vec_at) *)(p))
#define STORE(p, v) (*(DW(vec_at) *)(p) = (v))

/* T neighbouring outputs of one row whose columns are all inside, one vector of channels. x points at the first tap of
   the first output, in tap row kh0. One pointer per output and one offset per tap: few enough for the registers. */
AX_INLINE void DW(tile)(const ax_dw *g, const float *x, const float *w, const float *bias, float *y, int32_t rows,
                        const int K, const int T, const int S)
{
    const ptrdiff_t c = g->c, step = (ptrdiff_t)g->dilation * c, down = step * g->w;
    DW(vec) acc[8];
    const float *p[8];
    for (int t = 0; t < T; t++) {
        acc[t] = (DW(vec)) { 0 };
        if (bias)
            acc[t] = LOAD(bias);
        p[t] = x + t * S * c;
    }
    for (int32_t kh = 0; kh < rows; kh++) {
        ptrdiff_t at = 0;
#pragma GCC unroll 5
        for (int kw = 0; kw < K; kw++, at += step, w += c) {
            DW(vec) wv = LOAD(w);
#pragma GCC unroll 8
            for (int t = 0; t < T; t++)
                acc[t] += wv * LOAD(p[t] + at);
        }
#pragma GCC unroll 8
        for (int t = 0; t < T; t++)
            p[t] += down;
    }
#pragma GCC unroll 8
    for (int t = 0; t < T; t++)
        STORE(y + t * c, acc[t]);
}

/* One output near the border, NV vectors of channels: rows by cols taps from x and w on are inside. */
AX_INLINE void DW(pixel)(const ax_dw *g, const float *x, const float *w, const float *bias, float *y, int32_t rows,
                         int32_t cols, const int K, const int NV)
{
    const ptrdiff_t c = g->c, step = (ptrdiff_t)g->dilation * c, down = step * g->w;
    DW(vec) acc[6];
    for (int v = 0; v < NV; v++) {
        acc[v] = (DW(vec)) { 0 };
        if (bias)
            acc[v] = LOAD(bias + v * DW_L);
    }
    for (int32_t kh = 0; kh < rows; kh++, x += down, w += K * c) {
        const float *p = x, *q = w;
        for (int32_t kw = 0; kw < cols; kw++, p += step, q += c)
#pragma GCC unroll 6
            for (int v = 0; v < NV; v++)
                acc[v] += LOAD(q + v * DW_L) * LOAD(p + v * DW_L);
    }
    for (int v = 0; v < NV; v++)
        STORE(y + v * DW_L, acc[v]);
}

/* The two above for all channels from c0 on that fill vectors; they return the first channel not done. Channels are
   innermost, so that memory is walked in order, which the prefetcher needs. */
AX_INLINE int32_t DW(tile_channels)(const ax_dw *g, const float *x, const float *w, const float *bias, float *y,
                                    int32_t rows, int32_t c0, const int K, const int T, const int S)
{
    for (; c0 + DW_L <= g->c; c0 += DW_L)
        DW(tile)(g, x + c0, w + c0, bias ? bias + c0 : NULL, y + c0, rows, K, T, S);
    return c0;
}

AX_INLINE int32_t DW(pixel_channels)(const ax_dw *g, const float *x, const float *w, const float *bias, float *y,
                                     int32_t rows, int32_t cols, int32_t c0, const int K)
{
    for (; c0 + 6 * DW_L <= g->c; c0 += 6 * DW_L)
        DW(pixel)(g, x + c0, w + c0, bias ? bias + c0 : NULL, y + c0, rows, cols, K, 6);
    for (; c0 + 2 * DW_L <= g->c; c0 += 2 * DW_L)
        DW(pixel)(g, x + c0, w + c0, bias ? bias + c0 : NULL, y + c0, rows, cols, K, 2);
    for (; c0 + DW_L <= g->c; c0 += DW_L)
        DW(pixel)(g, x + c0, w + c0, bias ? bias + c0 : NULL, y + c0, rows, cols, K, 1);
    return c0;
}

/* Gradient of the weights of tap row kh from outputs o0 .. o1 of one row: K taps by NV vectors stay in registers. */
AX_INLINE void DW(weights_tile)(const ax_dw *g, const float *line, const float *dy, float *sum, int32_t o0, int32_t o1,
                                const int K, const int NV, const int S, const bool inner)
{
    const ptrdiff_t c = g->c;
    const int32_t d = g->dilation;
    const uint32_t width = (uint32_t)g->w;
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
            if (inner || (uint32_t)at < width)
                for (int v = 0; v < NV; v++)
                    acc[kw][v] += gv[v] * LOAD(line + at * c + v * DW_L);
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
    (g, x + (ptrdiff_t)(ih0 + kh * g->dilation) * g->w * c + c0, dy + c0, sum + (ptrdiff_t)kh * K * c + c0, o0, o1, K,
     2, S, inner);
    for (; c0 + DW_L <= g->c; c0 += DW_L)
        for (int32_t kh = kh0; kh < kh1; kh++)
            DW(weights_tile)
    (g, x + (ptrdiff_t)(ih0 + kh * g->dilation) * g->w * c + c0, dy + c0, sum + (ptrdiff_t)kh * K * c + c0, o0, o1, K,
     1, S, inner);
    return c0;
}
#undef LOAD
#undef STORE
