/* Direct dense convolution for vectors of DT_L floats; included by direct.c once per width, without a guard on purpose.
   DT(name) puts the width into the names. */
typedef float DT(vec) __attribute__((vector_size(DT_L * 4)));
typedef float DT(vec_at) __attribute__((vector_size(DT_L * 4), aligned(4), may_alias));
#define LOAD(p) (*(const DT(vec_at) *)(p))
#define STORE(p, v) (*(DT(vec_at) *)(p) = (v))

/* DIRECT_PIXELS outputs by NV vectors of output channels. tap[k][t]: the input pixel that output t sees through tap k;
   seen[k]: whether any of them is inside. w: this block's weights, {taps}{ci}{NV * DT_L}. The sums go to out,
   stride floats per pixel. */
AX_INLINE void DT(block)(int32_t taps, int32_t ci, const float *tap[][DIRECT_PIXELS], const bool *seen, const float *w,
                         const float *bias, float *out, ptrdiff_t stride, const int NV)
{
    DT(vec) acc[DIRECT_PIXELS][2];
    for (int t = 0; t < DIRECT_PIXELS; t++)
        for (int v = 0; v < NV; v++) {
            acc[t][v] = (DT(vec)) { 0 };
            if (bias)
                acc[t][v] = LOAD(bias + v * DT_L);
        }
    for (int32_t k = 0; k < taps; k++) {
        const float *wk = w + (ptrdiff_t)k * ci * NV * DT_L;
        if (!seen[k])
            continue;
        const float *p[DIRECT_PIXELS];
        for (int t = 0; t < DIRECT_PIXELS; t++)
            p[t] = tap[k][t];
        for (ptrdiff_t i = 0; i < ci; i++, wk += NV * DT_L) {
            DT(vec) wv[2];
            for (int v = 0; v < NV; v++)
                wv[v] = LOAD(wk + v * DT_L);
#pragma GCC unroll 6
            for (int t = 0; t < DIRECT_PIXELS; t++)
                for (int v = 0; v < NV; v++)
                    acc[t][v] += wv[v] * p[t][i];
        }
    }
    for (int t = 0; t < DIRECT_PIXELS; t++)
        for (int v = 0; v < NV; v++)
            STORE(out + t * stride + v * DT_L, acc[t][v]);
}

/* Gradient of the weights of one tap: N output channels by NV vectors of input channels, over outputs o0 .. o1 of the
   rows r0 .. r1. x and dy point at their first channel; sum rows are ci long. */
AX_INLINE void DT(outer)(const ax_conv_shape *g, const float *x, const float *dy, float *sum, int32_t r0, int32_t r1,
                         int32_t o0, int32_t o1, const int N, const int NV)
{
    const ptrdiff_t ci = g->ci, co = g->co;
    DT(vec) acc[6][2];
    for (int n = 0; n < N; n++)
        for (int v = 0; v < NV; v++)
            acc[n][v] = LOAD(sum + n * ci + v * DT_L);
    for (int32_t r = r0; r < r1; r++) {
        const float *p = x + ((ptrdiff_t)r * g->w + o0) * ci, *q = dy + ((ptrdiff_t)r * g->ow + o0) * co;
        for (int32_t o = o0; o < o1; o++, p += ci, q += co) {
            DT(vec) xv[2];
            for (int v = 0; v < NV; v++)
                xv[v] = LOAD(p + v * DT_L);
#pragma GCC unroll 6
            for (int n = 0; n < N; n++)
                for (int v = 0; v < NV; v++)
                    acc[n][v] += xv[v] * q[n];
        }
    }
    for (int n = 0; n < N; n++)
        for (int v = 0; v < NV; v++)
            STORE(sum + n * ci + v * DT_L, acc[n][v]);
}

/* All output channels for NV vectors of input channels. */
AX_INLINE void DT(outer_channels)(const ax_conv_shape *g, const float *x, const float *dy, float *sum, int32_t r0,
                                  int32_t r1, int32_t o0, int32_t o1, const int NV)
{
    const ptrdiff_t ci = g->ci;
    int32_t n = 0;
    for (; n + 6 <= g->co; n += 6)
        DT(outer)(g, x, dy + n, sum + n * ci, r0, r1, o0, o1, 6, NV);
    for (; n + 3 <= g->co; n += 3)
        DT(outer)(g, x, dy + n, sum + n * ci, r0, r1, o0, o1, 3, NV);
    for (; n < g->co; n++)
        DT(outer)(g, x, dy + n, sum + n * ci, r0, r1, o0, o1, 1, NV);
}

/* Input channels from c0 on that fill vectors; returns the first not done. */
AX_INLINE int32_t DT(outer_all)(const ax_conv_shape *g, const float *x, const float *dy, float *sum, int32_t r0,
                                int32_t r1, int32_t o0, int32_t o1, int32_t c0)
{
    for (; c0 + 2 * DT_L <= g->ci; c0 += 2 * DT_L)
        DT(outer_channels)(g, x + c0, dy, sum + c0, r0, r1, o0, o1, 2);
    for (; c0 + DT_L <= g->ci; c0 += DT_L)
        DT(outer_channels)(g, x + c0, dy, sum + c0, r0, r1, o0, o1, 1);
    return c0;
}
#undef LOAD
#undef STORE
