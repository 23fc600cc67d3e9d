/* Sums of outer products for vectors of DT_L floats. direct_weights.c includes this once per width, so there is no
   include guard. DT(name) appends the width to names. */
typedef float DT(vec) __attribute__((vector_size(DT_L * 4)));
typedef float DT(vec_at) __attribute__((vector_size(DT_L * 4), aligned(4), may_alias));
#define LOAD(p) (*(const DT(vec_at) *)(p))
#define STORE(p, v) (*(DT(vec_at) *)(p) = (v))

/* N channels of b by NV vectors of a, from channels b0 and a0 on. */
AX_INLINE void DT(outer)(const side *a, const side *b, const area *w, float *sum, int32_t a0, int32_t b0, const int N,
                         const int NV)
{
    const ptrdiff_t line = a->channels, step_a = a->pixel, step_b = b->pixel;
    DT(vec) acc[6][3];
    sum += b0 * line + a0;
    for (int n = 0; n < N; n++)
        for (int v = 0; v < NV; v++)
            acc[n][v] = LOAD(sum + n * line + v * DT_L);
    for (int32_t r = w->r0; r < w->r1; r++) {
        const float *p = a->at + r * a->row + w->o0 * step_a + a0, *q = b->at + r * b->row + w->o0 * step_b + b0;
        for (int32_t o = w->o0; o < w->o1; o++, p += step_a, q += step_b) {
            DT(vec) x[3];
            if (N == 6 && a->fetch)
                for (int v = 0; v < NV; v++)
                    __builtin_prefetch(p + a->row + v * DT_L);
            for (int v = 0; v < NV; v++)
                x[v] = LOAD(p + v * DT_L);
#pragma GCC unroll 6
            for (int n = 0; n < N; n++)
                for (int v = 0; v < NV; v++)
                    acc[n][v] += x[v] * q[n];
        }
    }
    for (int n = 0; n < N; n++)
        for (int v = 0; v < NV; v++)
            STORE(sum + n * line + v * DT_L, acc[n][v]);
}

/* All channels of b by NV vectors of a. */
AX_INLINE void DT(outer_channels)(const side *a, const side *b, const area *w, float *sum, int32_t a0, const int NV)
{
    int32_t n = 0;
    for (; n + 6 <= b->channels; n += 6)
        DT(outer)(a, b, w, sum, a0, n, 6, NV);
    for (; n + 3 <= b->channels; n += 3)
        DT(outer)(a, b, w, sum, a0, n, 3, NV);
    for (; n < b->channels; n++)
        DT(outer)(a, b, w, sum, a0, n, 1, NV);
}

/* Channels of a from a0 on, in whole vectors; returns the first channel not done. */
AX_INLINE int32_t DT(outer_all)(const side *a, const side *b, const area *w, float *sum, int32_t a0)
{
    for (; DT_L == 16 && (a->channels - a0) / DT_L % 2 == 1 && a0 + 3 * DT_L <= a->channels; a0 += 3 * DT_L)
        DT(outer_channels)(a, b, w, sum, a0, 3);
    for (; a0 + 2 * DT_L <= a->channels; a0 += 2 * DT_L)
        DT(outer_channels)(a, b, w, sum, a0, 2);
    for (; a0 + DT_L <= a->channels; a0 += DT_L)
        DT(outer_channels)(a, b, w, sum, a0, 1);
    return a0;
}
#undef LOAD
#undef STORE
