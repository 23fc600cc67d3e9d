/* Winograd's minimal filtering, F(4x4, 3x3) and F(3x3, 3x3), and their transposed forms for the gradient of the
   weights: 36 products where the direct sum has 144, 25 where it has 81 (Lavin and Gray, "Fast algorithms for
   convolutional neural networks", CVPR 2016). The transforms are Toom and Cook's with the points 0, +-A, +-B and
   infinity, for three outputs 0, 1, -1, 2 and infinity; the points set the rounding error. */
#include "engine/backend/cpu/isa/vec.h"

#include <stddef.h>
#include <string.h>

#define A AX_WINOGRAD_A
#define B AX_WINOGRAD_B
#define A2 (A * A)
#define B2 (B * B)

enum { IN = 6, OUT = 4 }; /* at most */

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

/* out + 2 inputs to as many points. */
AX_INLINE void input_points(const vf *d, vf *r, const int out)
{
    if (out == 3) {
        r[0] = 2.0f * (d[0] - d[2]) - d[1] + d[3];
        r[1] = d[3] - d[2] - 2.0f * d[1];
        r[2] = d[3] - 3.0f * d[2] + 2.0f * d[1];
        r[3] = d[3] - d[1];
        r[4] = 2.0f * (d[1] - d[3]) - d[2] + d[4];
        return;
    }
    vf even_a = d[4] - B2 * d[2], odd_a = A * (d[3] - B2 * d[1]);
    vf even_b = d[4] - A2 * d[2], odd_b = B * (d[3] - A2 * d[1]);
    r[0] = A2 * B2 * d[0] - (A2 + B2) * d[2] + d[4];
    r[1] = even_a + odd_a;
    r[2] = even_a - odd_a;
    r[3] = even_b + odd_b;
    r[4] = even_b - odd_b;
    r[5] = A2 * B2 * d[1] - (A2 + B2) * d[3] + d[5];
}

/* out + 2 points to out outputs. */
AX_INLINE void output_points(const vf *m, vf *y, const int out)
{
    if (out == 3) {
        vf sum = m[1] + m[2], diff = m[1] - m[2];
        y[0] = m[0] + sum + m[3];
        y[1] = diff + 2.0f * m[3];
        y[2] = sum + 4.0f * m[3] + m[4];
        return;
    }
    vf sum_a = m[1] + m[2], diff_a = m[1] - m[2], sum_b = m[3] + m[4], diff_b = m[3] - m[4];
    y[0] = m[0] + sum_a + sum_b;
    y[1] = A * diff_a + B * diff_b;
    y[2] = A2 * sum_a + B2 * sum_b;
    y[3] = A * A2 * diff_a + B * B2 * diff_b + m[5];
}

/* Three taps to out + 2 points. */
AX_INLINE void filter_points(vf w0, vf w1, vf w2, vf *r, const int out)
{
    if (out == 3) {
        vf even = w0 + w2;
        r[0] = 0.5f * w0;
        r[1] = -0.5f * (even + w1);
        r[2] = (-1.0f / 6.0f) * (even - w1);
        r[3] = (1.0f / 6.0f) * (w0 + 2.0f * w1 + 4.0f * w2);
        r[4] = w2;
        return;
    }
    const float na = 1.0f / (2.0f * A2 * (A2 - B2)), nb = 1.0f / (2.0f * B2 * (B2 - A2));
    vf even_a = na * (w0 + A2 * w2), odd_a = na * A * w1, even_b = nb * (w0 + B2 * w2), odd_b = nb * B * w1;
    r[0] = w0 * (1.0f / (A2 * B2));
    r[1] = even_a + odd_a;
    r[2] = even_a - odd_a;
    r[3] = even_b + odd_b;
    r[4] = even_b - odd_b;
    r[5] = w2;
}

/* The out gradients of a tile to its points, as a filter of so many taps. */
AX_INLINE void gradient_points(const vf *d, vf *r, const int out)
{
    if (out == 3) {
        filter_points(d[0], d[1], d[2], r, 3);
        return;
    }
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

/* out + 2 points to the three taps of a gradient; those of three gradients are the outputs of three taps. */
AX_INLINE void tap_points(const vf *m, vf *w, const int out)
{
    if (out == 3) {
        output_points(m, w, 3);
        return;
    }
    vf sum_a = m[1] + m[2], diff_a = m[1] - m[2], sum_b = m[3] + m[4], diff_b = m[3] - m[4];
    w[0] = m[0] + sum_a + sum_b;
    w[1] = A * diff_a + B * diff_b;
    w[2] = A2 * sum_a + B2 * sum_b + m[5];
}

/* ---- maps ---- */

/* A tile to its points: of the input, or of the gradients of its outputs. */
AX_INLINE void to_points(const float *const *tap, int32_t c, float *to, size_t stride, const int out,
                         const bool gradient)
{
    const int in = out + 2, side = gradient ? out : in;
    for (int32_t at = 0; at < c; at += AX_LANES) {
        vf half[IN][IN]; /* [column][point of the rows] */
        for (int x = 0; x < side; x++) {
            vf d[IN];
            for (int y = 0; y < side; y++)
                d[y] = load_some(tap[y * side + x], at, c);
            if (gradient)
                gradient_points(d, half[x], out);
            else
                input_points(d, half[x], out);
        }
        for (int y = 0; y < in; y++) {
            vf d[IN], r[IN];
            for (int x = 0; x < side; x++)
                d[x] = half[x][y];
            if (gradient)
                gradient_points(d, r, out);
            else
                input_points(d, r, out);
            for (int x = 0; x < in; x++)
                AX_STORE(to + (size_t)(y * in + x) * stride + at, r[x]);
        }
    }
}

void AX_ISA_NAME(winograd_input)(int out, const float *const *tap, int32_t c, float *to, size_t stride)
{
    if (out == 3)
        to_points(tap, c, to, stride, 3, false);
    else
        to_points(tap, c, to, stride, 4, false);
}

void AX_ISA_NAME(winograd_gradient)(int out, const float *const *tap, int32_t c, float *to, size_t stride)
{
    if (out == 3)
        to_points(tap, c, to, stride, 3, true);
    else
        to_points(tap, c, to, stride, 4, true);
}

AX_INLINE void output(const float *from, size_t stride, const float *bias, int32_t c, float *const *to, const int out)
{
    const int in = out + 2;
    for (int32_t at = 0; at < c; at += AX_LANES) {
        vf half[IN][OUT], b = { 0 };
        for (int x = 0; x < in; x++) {
            vf m[IN];
            for (int y = 0; y < in; y++)
                m[y] = AX_LOAD(from + (size_t)(y * in + x) * stride + at);
            output_points(m, half[x], out);
        }
        if (bias)
            b = load_some(bias, at, c);
        for (int y = 0; y < out; y++) {
            vf m[IN], r[OUT];
            for (int x = 0; x < in; x++)
                m[x] = half[x][y];
            output_points(m, r, out);
            for (int x = 0; x < out; x++)
                if (to[y * out + x])
                    store_some(to[y * out + x], at, c, r[x] + b);
        }
    }
}

void AX_ISA_NAME(winograd_output)(int out, const float *from, size_t stride, const float *bias, int32_t c,
                                  float *const *to)
{
    if (out == 3)
        output(from, stride, bias, c, to, 3);
    else
        output(from, stride, bias, c, to, 4);
}

/* ---- weights ---- */

enum { TAPS = 9, SOME = 16 /* inputs whose taps are brought side by side at once */ };

AX_INLINE void filter(const float *w, size_t so, size_t si, bool turn, int32_t ci, int32_t n, float *to, size_t width,
                      size_t stride, const int out)
{
    const int in = out + 2;
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
                filter_points(AX_LOAD(side[i][x]), AX_LOAD(side[i][3 + x]), AX_LOAD(side[i][6 + x]), half[x], out);
            for (int y = 0; y < in; y++) {
                vf r[IN];
                filter_points(half[0][y], half[1][y], half[2][y], r, out);
                for (int x = 0; x < in; x++)
                    AX_STORE(to + (size_t)(y * in + x) * stride, r[x]);
            }
        }
    }
}

void AX_ISA_NAME(winograd_filter)(int out, const float *w, size_t so, size_t si, bool turn, int32_t ci, int32_t n,
                                  float *to, size_t width, size_t stride)
{
    if (out == 3)
        filter(w, so, si, turn, ci, n, to, width, stride, 3);
    else
        filter(w, so, si, turn, ci, n, to, width, stride, 4);
}

AX_INLINE void taps_of(const float *sums, size_t stride, size_t each, int tasks, int32_t c, float *dw, const int out)
{
    const int in = out + 2;
    for (int32_t at = 0; at < c; at += AX_LANES) {
        vf half[IN][3];
        float side[TAPS][AX_LANES];
        for (int x = 0; x < in; x++) {
            vf m[IN];
            for (int y = 0; y < in; y++) {
                const float *from = sums + (size_t)(y * in + x) * stride + at;
                m[y] = AX_LOAD(from);
                for (int t = 1; t < tasks; t++)
                    m[y] += AX_LOAD(from + (size_t)t * each);
            }
            tap_points(m, half[x], out);
        }
        for (int y = 0; y < 3; y++) {
            vf m[IN], r[3];
            for (int x = 0; x < in; x++)
                m[x] = half[x][y];
            tap_points(m, r, out);
            for (int x = 0; x < 3; x++)
                AX_STORE(side[y * 3 + x], r[x]);
        }
        for (int32_t i = 0; i < AX_LANES && at + i < c; i++)
            for (int k = 0; k < TAPS; k++)
                dw[(size_t)(at + i) * TAPS + (size_t)k] = side[k][i];
    }
}

void AX_ISA_NAME(winograd_taps)(int out, const float *sums, size_t stride, size_t each, int tasks, int32_t c, float *dw)
{
    if (out == 3)
        taps_of(sums, stride, each, tasks, c, dw, 3);
    else
        taps_of(sums, stride, each, tasks, c, dw, 4);
}
