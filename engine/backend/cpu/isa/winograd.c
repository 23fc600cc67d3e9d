/* Winograd's minimal filtering, F(4x4, 3x3) and its transposed form for the gradient of the weights: 36 products where
   the direct sum has 144 (Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016). The
   transforms are Toom and Cook's with the points 0, +-A, +-B and infinity; the points set the rounding error. */
#include "engine/backend/cpu/isa/vec.h"

#include <stddef.h>
#include <string.h>

#define A AX_WINOGRAD_A
#define B AX_WINOGRAD_B
#define A2 (A * A)
#define B2 (B * B)

enum { IN = 6, OUT = 4, PRODUCTS = IN * IN };

/* Channels at .. at + lanes of a pixel; those beyond c are zeros. */
AX_INLINE vf load_some(const float *p, int32_t at, int32_t c)
{
    if (at + AX_LANES <= c)
        return AX_LOAD(p + at);
    vf v = { 0 };
    memcpy(&v, p + at, (size_t)(c - at) * sizeof *p);
    return v;
}

AX_INLINE void store_some(float *p, int32_t at, int32_t c, vf v)
{
    if (at + AX_LANES <= c)
        AX_STORE(p + at, v);
    else
        memcpy(p + at, &v, (size_t)(c - at) * sizeof *p);
}

/* Six inputs to six points. */
AX_INLINE void input_points(const vf d[IN], vf r[IN])
{
    vf even_a = d[4] - B2 * d[2], odd_a = A * (d[3] - B2 * d[1]);
    vf even_b = d[4] - A2 * d[2], odd_b = B * (d[3] - A2 * d[1]);
    r[0] = A2 * B2 * d[0] - (A2 + B2) * d[2] + d[4];
    r[1] = even_a + odd_a;
    r[2] = even_a - odd_a;
    r[3] = even_b + odd_b;
    r[4] = even_b - odd_b;
    r[5] = A2 * B2 * d[1] - (A2 + B2) * d[3] + d[5];
}

/* Six points to four outputs. */
AX_INLINE void output_points(const vf m[IN], vf y[OUT])
{
    vf sum_a = m[1] + m[2], diff_a = m[1] - m[2], sum_b = m[3] + m[4], diff_b = m[3] - m[4];
    y[0] = m[0] + sum_a + sum_b;
    y[1] = A * diff_a + B * diff_b;
    y[2] = A2 * sum_a + B2 * sum_b;
    y[3] = A * A2 * diff_a + B * B2 * diff_b + m[5];
}

/* Four values to six points, as a filter of four taps. */
AX_INLINE void gradient_points(const vf d[OUT], vf r[IN])
{
    const float na = 1.0f / (2.0f * A2 * (A2 - B2)), nb = 1.0f / (2.0f * B2 * (B2 - A2));
    vf even_a = na * (d[0] + A2 * d[2]), odd_a = na * A * (d[1] + A2 * d[3]);
    vf even_b = nb * (d[0] + B2 * d[2]), odd_b = nb * B * (d[1] + B2 * d[3]);
    r[0] = d[0] * (1.0f / (A2 * B2));
    r[1] = even_a + odd_a;
    r[2] = even_a - odd_a;
    r[3] = even_b + odd_b;
    r[4] = even_b - odd_b;
    r[5] = d[3];
}

void AX_ISA_NAME(winograd_input)(const float *const *tap, int32_t c, float *to, size_t stride)
{
    for (int32_t at = 0; at < c; at += AX_LANES) {
        vf half[IN][IN]; /* [column][point of the rows] */
        for (int x = 0; x < IN; x++) {
            vf d[IN];
            for (int y = 0; y < IN; y++)
                d[y] = load_some(tap[y * IN + x], at, c);
            input_points(d, half[x]);
        }
        for (int y = 0; y < IN; y++) {
            vf d[IN], r[IN];
            for (int x = 0; x < IN; x++)
                d[x] = half[x][y];
            input_points(d, r);
            for (int x = 0; x < IN; x++)
                AX_STORE(to + (size_t)(y * IN + x) * stride + at, r[x]);
        }
    }
}

void AX_ISA_NAME(winograd_gradient)(const float *const *tap, int32_t c, float *to, size_t stride)
{
    for (int32_t at = 0; at < c; at += AX_LANES) {
        vf half[OUT][IN];
        for (int x = 0; x < OUT; x++) {
            vf d[OUT];
            for (int y = 0; y < OUT; y++)
                d[y] = load_some(tap[y * OUT + x], at, c);
            gradient_points(d, half[x]);
        }
        for (int y = 0; y < IN; y++) {
            vf d[OUT], r[IN];
            for (int x = 0; x < OUT; x++)
                d[x] = half[x][y];
            gradient_points(d, r);
            for (int x = 0; x < IN; x++)
                AX_STORE(to + (size_t)(y * IN + x) * stride + at, r[x]);
        }
    }
}

void AX_ISA_NAME(winograd_output)(const float *from, size_t stride, const float *bias, int32_t c, float *const *out)
{
    for (int32_t at = 0; at < c; at += AX_LANES) {
        vf half[IN][OUT], b = { 0 };
        for (int x = 0; x < IN; x++) {
            vf m[IN];
            for (int y = 0; y < IN; y++)
                m[y] = AX_LOAD(from + (size_t)(y * IN + x) * stride + at);
            output_points(m, half[x]);
        }
        if (bias)
            b = load_some(bias, at, c);
        for (int y = 0; y < OUT; y++) {
            vf m[IN], r[OUT];
            for (int x = 0; x < IN; x++)
                m[x] = half[x][y];
            output_points(m, r);
            for (int x = 0; x < OUT; x++)
                if (out[y * OUT + x])
                    store_some(out[y * OUT + x], at, c, r[x] + b);
        }
    }
}

/* ---- weights ---- */

/* Three taps to six points. */
AX_INLINE void filter_points(vf w0, vf w1, vf w2, vf r[IN])
{
    const float na = 1.0f / (2.0f * A2 * (A2 - B2)), nb = 1.0f / (2.0f * B2 * (B2 - A2));
    vf even_a = na * (w0 + A2 * w2), odd_a = na * A * w1, even_b = nb * (w0 + B2 * w2), odd_b = nb * B * w1;
    r[0] = w0 * (1.0f / (A2 * B2));
    r[1] = even_a + odd_a;
    r[2] = even_a - odd_a;
    r[3] = even_b + odd_b;
    r[4] = even_b - odd_b;
    r[5] = w2;
}

/* Six points to three taps. */
AX_INLINE void tap_points(const vf m[IN], vf w[3])
{
    vf sum_a = m[1] + m[2], diff_a = m[1] - m[2], sum_b = m[3] + m[4], diff_b = m[3] - m[4];
    w[0] = m[0] + sum_a + sum_b;
    w[1] = A * diff_a + B * diff_b;
    w[2] = A2 * sum_a + B2 * sum_b + m[5];
}

enum { TAPS = 9, SOME = 16 /* inputs whose taps are brought side by side at once */ };

void AX_ISA_NAME(winograd_filter)(const float *w, size_t so, size_t si, bool turn, int32_t ci, int32_t n, float *to,
                                  size_t width, size_t stride)
{
    float side[SOME][TAPS][AX_LANES];
    memset(side, 0, sizeof side);
    for (int32_t i0 = 0; i0 < ci; i0 += SOME) {
        int32_t some = ci - i0 < SOME ? ci - i0 : SOME;
        for (int32_t o = 0; o < n; o++)
            for (int32_t i = 0; i < some; i++) {
                const float *from = w + (size_t)o * so + (size_t)(i0 + i) * si;
                for (int k = 0; k < TAPS; k++)
                    side[i][turn ? TAPS - 1 - k : k][o] = from[k];
            }
        for (int32_t i = 0; i < some; i++, to += width) {
            vf half[3][IN];
            for (int x = 0; x < 3; x++)
                filter_points(AX_LOAD(side[i][x]), AX_LOAD(side[i][3 + x]), AX_LOAD(side[i][6 + x]), half[x]);
            for (int y = 0; y < IN; y++) {
                vf r[IN];
                filter_points(half[0][y], half[1][y], half[2][y], r);
                for (int x = 0; x < IN; x++)
                    AX_STORE(to + (size_t)(y * IN + x) * stride, r[x]);
            }
        }
    }
}

void AX_ISA_NAME(winograd_taps)(const float *sums, size_t stride, size_t each, int tasks, int32_t c, float *dw)
{
    for (int32_t at = 0; at < c; at += AX_LANES) {
        vf half[IN][3];
        float side[TAPS][AX_LANES];
        for (int x = 0; x < IN; x++) {
            vf m[IN];
            for (int y = 0; y < IN; y++) {
                const float *from = sums + (size_t)(y * IN + x) * stride + at;
                m[y] = AX_LOAD(from);
                for (int t = 1; t < tasks; t++)
                    m[y] += AX_LOAD(from + (size_t)t * each);
            }
            tap_points(m, half[x]);
        }
        for (int y = 0; y < 3; y++) {
            vf m[IN], r[3];
            for (int x = 0; x < IN; x++)
                m[x] = half[x][y];
            tap_points(m, r);
            for (int x = 0; x < 3; x++)
                AX_STORE(side[y * 3 + x], r[x]);
        }
        for (int32_t i = 0; i < AX_LANES && at + i < c; i++)
            for (int k = 0; k < TAPS; k++)
                dw[(size_t)(at + i) * TAPS + (size_t)k] = side[k][i];
    }
}
