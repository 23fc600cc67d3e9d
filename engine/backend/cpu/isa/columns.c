/* Sums over the pixels of a map. Runs of a few dozen floats are added in registers, and the runs in double: about as
   exact as sums in double, at memory speed. The order depends only on the sizes. */
#include "engine/backend/cpu/isa/vec.h"

#include <string.h>

enum { RUN = 32, ROWS = 4, BLOCK = 512 };

/* N adjacent pixels of nc channels: s0 += x - shift, s1 += its square; without shift, only s0. */
AX_INLINE void add_rows(const ax_map *x, size_t c, const float *shift, size_t nc, float *s0, float *s1, bool shifted,
                        const int N)
{
    size_t k = 0;
    for (; k + AX_LANES <= nc; k += AX_LANES) {
        vf t0 = AX_LOAD(s0 + k), t1 = AX_LOAD(s1 + k), m = { 0 };
        if (shifted)
            m = AX_LOAD(shift + k);
#pragma GCC unroll 4
        for (int r = 0; r < N; r++) {
            vf d = AX_LOAD_MAP(x + (size_t)r * c + k) - m;
            t0 += d;
            if (shifted)
                t1 += d * d;
        }
        AX_STORE(s0 + k, t0);
        if (shifted)
            AX_STORE(s1 + k, t1);
    }
    for (; k < nc; k++)
        for (int r = 0; r < N; r++) {
            float d = ax_map_get(x[(size_t)r * c + k]) - (shifted ? shift[k] : 0.0f);
            s0[k] += d;
            s1[k] += d * d;
        }
}

/* Sums over px pixels of c channels, reading memory sequentially. */
AX_INLINE void column_pass(const ax_map *x, const float *shift, size_t px, size_t c, double *sum, double *square,
                           bool shifted)
{
    for (size_t p0 = 0; p0 < px; p0 += RUN) {
        size_t p1 = p0 + RUN < px ? p0 + RUN : px;
        for (size_t c0 = 0; c0 < c; c0 += BLOCK) {
            size_t nc = c0 + BLOCK < c ? BLOCK : c - c0, p = p0;
            const float *from = shifted ? shift + c0 : NULL;
            float s0[BLOCK], s1[BLOCK];
            memset(s0, 0, nc * sizeof *s0);
            memset(s1, 0, nc * sizeof *s1);
            for (; p + ROWS <= p1; p += ROWS)
                add_rows(x + p * c + c0, c, from, nc, s0, s1, shifted, ROWS);
            for (; p < p1; p++)
                add_rows(x + p * c + c0, c, from, nc, s0, s1, shifted, 1);
            for (size_t k = 0; k < nc; k++)
                sum[c0 + k] += (double)s0[k];
            for (size_t k = 0; shifted && k < nc; k++)
                square[c0 + k] += (double)s1[k];
        }
    }
}

/* Sums of (x - shift) and (x - shift)^2: a shift near the mean avoids cancellation in the variance. */
void AX_ISA_NAME(bn_stats)(const ax_map *x, const float *shift, size_t px, int32_t c, double *sum, double *square)
{
    column_pass(x, shift, px, (size_t)c, sum, square, true);
}

void AX_ISA_NAME(column_sums)(const ax_map *x, size_t px, int32_t c, double *sum)
{
    column_pass(x, NULL, px, (size_t)c, sum, NULL, false);
}
