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

AX_INLINE void DW(forward_row)(const ax_dw *g, const float *x, const float *w, const float *bias, float *y, int32_t ih0,
                               int32_t kh0, int32_t kh1, const int K, const int NV, const int S)
{
    enum { T = DW_L >= 16 ? 8 : 4 };
    const int32_t d = g->dilation, reach = (K - 1) * d;
    int32_t o = 0;
    for (; o + T <= g->ow; o += T) {
        int32_t iw0 = o * S - g->pad;
        float *out = y + (ptrdiff_t)o * g->c;
        if (iw0 >= 0 && iw0 + (T - 1) * S + reach < g->w)
            DW(forward_tile)(g, x, w, bias, out, ih0, iw0, kh0, kh1, K, T, NV, S, true);
        else
            DW(forward_tile)(g, x, w, bias, out, ih0, iw0, kh0, kh1, K, T, NV, S, false);
    }
    for (; o < g->ow; o++)
        DW(forward_tile)(g, x, w, bias, y + (ptrdiff_t)o * g->c, ih0, o * S - g->pad, kh0, kh1, K, 1, NV, S, false);
}

/* Channels c0 .. of output rows r0 .. r1; returns the first channel not done. */
AX_INLINE int32_t DW(forward_channels)(const ax_dw *g, const float *x, const float *w, const float *bias, float *y,
                                       int32_t r, int32_t c0, const int K, const int S)
{
    int32_t kh0, kh1, ih0 = r * S - g->pad;
    taps(g->h, K, g->dilation, ih0, &kh0, &kh1);
    float *line = y + (ptrdiff_t)r * g->ow * g->c;
    enum { WIDE = DW_L >= 16 ? 1 : 2 };
    for (; c0 + WIDE * DW_L <= g->c; c0 += WIDE * DW_L)
        DW(forward_row)(g, x + c0, w + c0, bias ? bias + c0 : NULL, line + c0, ih0, kh0, kh1, K, WIDE, S);
    for (; c0 + DW_L <= g->c; c0 += DW_L)
        DW(forward_row)(g, x + c0, w + c0, bias ? bias + c0 : NULL, line + c0, ih0, kh0, kh1, K, 1, S);
    return c0;
}

/* Gradient of the weights of tap row kh from one row of outputs: K taps by NV vectors stay in registers. */
AX_INLINE void DW(weights_row)(const ax_dw *g, const float *line, const float *dy, float *sum, const int K,
                               const int NV, const int S)
{
    const ptrdiff_t c = g->c;
    const int32_t d = g->dilation;
    /* outputs lo .. hi have all their columns inside */
    int32_t lo = (g->pad + S - 1) / S, hi = g->w - 1 + g->pad - (K - 1) * d;
    hi = hi < 0 ? 0 : hi / S + 1;
    hi = hi > g->ow ? g->ow : hi;
    lo = lo > hi ? hi : lo;
    DW(vec) acc[5][2];
    for (int kw = 0; kw < K; kw++)
        for (int v = 0; v < NV; v++)
            acc[kw][v] = LOAD(sum + kw * c + v * DW_L);
    for (int32_t o = 0; o < g->ow; o++) {
        bool inner = o >= lo && o < hi;
        const float *q = dy + o * c;
        DW(vec) gv[2];
        for (int v = 0; v < NV; v++)
            gv[v] = LOAD(q + v * DW_L);
        int32_t iw = o * S - g->pad;
        if (inner) {
            const float *p = line + iw * c;
#pragma GCC unroll 5
            for (int kw = 0; kw < K; kw++)
                for (int v = 0; v < NV; v++)
                    acc[kw][v] += gv[v] * LOAD(p + kw * d * c + v * DW_L);
        } else {
#pragma GCC unroll 5
            for (int kw = 0; kw < K; kw++) {
                int32_t at = iw + kw * d;
                const float *p = at >= 0 && at < g->w ? line + at * c : zeros;
                for (int v = 0; v < NV; v++)
                    acc[kw][v] += gv[v] * LOAD(p + v * DW_L);
            }
        }
    }
    for (int kw = 0; kw < K; kw++)
        for (int v = 0; v < NV; v++)
            STORE(sum + kw * c + v * DW_L, acc[kw][v]);
}

AX_INLINE int32_t DW(weights_channels)(const ax_dw *g, const float *x, const float *dy, float *sum, int32_t r,
                                       int32_t c0, const int K, const int S)
{
    const ptrdiff_t c = g->c;
    int32_t kh0, kh1, ih0 = r * S - g->pad;
    taps(g->h, K, g->dilation, ih0, &kh0, &kh1);
    const float *out = dy + (ptrdiff_t)r * g->ow * c;
    for (; c0 + DW_L <= g->c;) {
        int nv = c0 + 2 * DW_L <= g->c ? 2 : 1;
        for (int32_t kh = kh0; kh < kh1; kh++) {
            const float *line = x + (ptrdiff_t)(ih0 + kh * g->dilation) * g->w * c + c0;
            float *s = sum + (ptrdiff_t)kh * K * c + c0;
            if (nv == 2)
                DW(weights_row)(g, line, out + c0, s, K, 2, S);
            else
                DW(weights_row)(g, line, out + c0, s, K, 1, S);
        }
        c0 += nv * DW_L;
    }
    return c0;
}
#undef LOAD
#undef STORE
