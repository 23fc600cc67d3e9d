/* Sums. Runs of a few dozen floats are added in registers, the runs in double: as exact as a sum in double for our
   purposes, at the speed of memory. The order depends on nothing but the sizes. */
#include "engine/backend/cpu/isa/vec.h"

enum { RUN = 32 };

/* Sums over rows of c channels: NV vectors of channels at a time. */
#define COLUMNS(NV, EACH)                                                                                              \
    for (; ch + (NV)*AX_LANES <= c; ch += (NV)*AX_LANES) {                                                             \
        vf s0[NV], s1[NV];                                                                                             \
        for (int v = 0; v < (NV); v++)                                                                                 \
            s0[v] = s1[v] = (vf) { 0 };                                                                                \
        for (size_t p = p0; p < p1; p++)                                                                               \
            for (int v = 0; v < (NV); v++) {                                                                           \
                size_t at = p * (size_t)c + (size_t)(ch + v * AX_LANES);                                               \
                int32_t k = ch + v * AX_LANES;                                                                         \
                EACH                                                                                                   \
            }                                                                                                          \
        for (int v = 0; v < (NV); v++)                                                                                 \
            for (int l = 0; l < AX_LANES; l++) {                                                                       \
                sum[ch + v * AX_LANES + l] += (double)s0[v][l];                                                        \
                if (other)                                                                                             \
                    other[ch + v * AX_LANES + l] += (double)s1[v][l];                                                  \
            }                                                                                                          \
    }

AX_INLINE void column_pass(const float *x, const float *shift, size_t px, int32_t c, double *sum, double *other)
{
    for (size_t p0 = 0; p0 < px; p0 += RUN) {
        size_t p1 = p0 + RUN < px ? p0 + RUN : px;
        int32_t ch = 0;
        if (shift) {
#define SHIFTED                                                                                                        \
    vf d = AX_LOAD(x + at) - AX_LOAD(shift + k);                                                                       \
    s0[v] += d;                                                                                                        \
    s1[v] += d * d;
            COLUMNS(4, SHIFTED)
            COLUMNS(2, SHIFTED)
            COLUMNS(1, SHIFTED)
        } else {
#define PLAIN                                                                                                          \
    (void)k;                                                                                                           \
    s0[v] += AX_LOAD(x + at);
            COLUMNS(4, PLAIN)
            COLUMNS(2, PLAIN)
            COLUMNS(1, PLAIN)
        }
        for (; ch < c; ch++) {
            float s = 0.0f, q = 0.0f, k = shift ? shift[ch] : 0.0f;
            for (size_t p = p0; p < p1; p++) {
                float d = x[p * (size_t)c + (size_t)ch] - k;
                s += d;
                q += d * d;
            }
            sum[ch] += (double)s;
            if (other)
                other[ch] += (double)q;
        }
    }
}

/* Sums of (x - shift) and (x - shift)^2: with a shift near the mean the variance doesn't cancel. */
void AX_ISA_NAME(bn_stats)(const float *x, const float *shift, size_t px, int32_t c, double *sum, double *square)
{
    column_pass(x, shift, px, c, sum, square);
}

void AX_ISA_NAME(column_sums)(const float *x, size_t px, int32_t c, double *sum)
{
    column_pass(x, NULL, px, c, sum, NULL);
}

#define FLAT(TERM_VEC, TERM)                                                                                           \
    double total = 0.0;                                                                                                \
    size_t i = 0;                                                                                                      \
    while (i + 4 * AX_LANES <= n) {                                                                                    \
        vf s[4] = { { 0 }, { 0 }, { 0 }, { 0 } };                                                                      \
        for (int r = 0; r < RUN && i + 4 * AX_LANES <= n; r++, i += 4 * AX_LANES)                                      \
            for (size_t v = 0; v < 4; v++) {                                                                           \
                size_t at = i + v * AX_LANES;                                                                          \
                vf d = TERM_VEC;                                                                                       \
                s[v] += d * d;                                                                                         \
            }                                                                                                          \
        for (int v = 0; v < 4; v++)                                                                                    \
            for (int l = 0; l < AX_LANES; l++)                                                                         \
                total += (double)s[v][l];                                                                              \
    }                                                                                                                  \
    for (; i < n; i++) {                                                                                               \
        double d = (double)(TERM);                                                                                     \
        total += d * d;                                                                                                \
    }                                                                                                                  \
    return total;

double AX_ISA_NAME(square_difference)(const float *a, const float *b, size_t n)
{
    FLAT(AX_LOAD(a + at) - AX_LOAD(b + at), a[i] - b[i])
}

/* In double throughout: the squares of gradients may leave the range of float. */
double AX_ISA_NAME(sum_squares)(const float *x, size_t n)
{
    double lane[16] = { 0 };
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (int l = 0; l < 16; l++)
            lane[l] += (double)x[i + (size_t)l] * (double)x[i + (size_t)l];
    double total = 0.0;
    for (int l = 0; l < 16; l++)
        total += lane[l];
    for (; i < n; i++)
        total += (double)x[i] * (double)x[i];
    return total;
}
