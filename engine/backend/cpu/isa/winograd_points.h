/* Winograd's transforms along one axis: Toom-Cook with the points 0, +-A, +-B and infinity; for three outputs 0, 1, -1,
   2 and infinity. The points determine the rounding error. */
#ifndef AX_BACKEND_CPU_ISA_WINOGRAD_POINTS_H
#define AX_BACKEND_CPU_ISA_WINOGRAD_POINTS_H

#include "engine/backend/cpu/isa/vec.h"

#define A AX_WINOGRAD_A
#define B AX_WINOGRAD_B
#define A2 (A * A)
#define B2 (B * B)

enum { IN = 6, OUT = 4 }; /* at most */

/* Points come in pairs that share terms: 0 and infinity, +-A, +-B (for three outputs the last pair is just 2, for two
   it is missing). A map is transformed pair by pair, so that results along one axis stay in registers. */
enum { PAIRS = 3 };

AX_INLINE int pair_points(int out, int pair)
{
    return pair == 2 ? out - 2 : 2;
}

/* Index of point i of a pair among all points. */
AX_INLINE int pair_point(int out, int pair, int i)
{
    return pair ? 2 * pair - 1 + i : i * (out + 1);
}

/* out + 2 inputs to a pair of points. */
AX_INLINE void input_pair(const vf *d, vf *r, const int out, const int pair)
{
    if (out == 3) {
        if (pair == 0) {
            r[0] = 2.0f * (d[0] - d[2]) - d[1] + d[3];
            r[1] = 2.0f * (d[1] - d[3]) - d[2] + d[4];
        } else if (pair == 1) {
            r[0] = d[3] - d[2] - 2.0f * d[1];
            r[1] = d[3] - 3.0f * d[2] + 2.0f * d[1];
        } else {
            r[0] = d[3] - d[1];
        }
        return;
    }
    if (out == 2) {
        r[0] = pair == 0 ? d[0] - d[2] : d[2] + d[1];
        r[1] = pair == 0 ? d[3] - d[1] : d[2] - d[1];
        return;
    }
    if (pair == 0) {
        r[0] = d[4] - (A2 + B2) * d[2] + A2 * B2 * d[0];
        r[1] = d[5] - (A2 + B2) * d[3] + A2 * B2 * d[1];
        return;
    }
    const float p = pair == 1 ? A : B, q2 = pair == 1 ? B2 : A2;
    vf even = d[4] - q2 * d[2], odd = p * (d[3] - q2 * d[1]);
    r[0] = even + odd;
    r[1] = even - odd;
}

/* out + 2 points to the outputs first, first + 2. */
AX_INLINE void output_some(const vf *m, vf *y, const int out, const int first)
{
    const float sign = first ? -1.0f : 1.0f;
    vf a = m[1] + sign * m[2];
    if (out == 2) {
        y[0] = first ? a + m[3] : m[0] + a;
        y[1] = a + m[3];
        return;
    }
    if (out == 3) {
        y[0] = first ? a + 2.0f * m[3] : m[0] + a + m[3];
        y[1] = a + 4.0f * m[3] + m[4];
        return;
    }
    vf b = m[3] + sign * m[4];
    y[0] = first ? A * a + B * b : m[0] + a + b;
    y[1] = first ? A * A2 * a + B * B2 * b + m[5] : A2 * a + B2 * b;
}

/* Three taps to out + 2 points. */
AX_INLINE void filter_points(vf w0, vf w1, vf w2, vf *r, const int out)
{
    if (out == 2) {
        vf even = w0 + w2;
        r[0] = w0;
        r[1] = 0.5f * (even + w1);
        r[2] = 0.5f * (even - w1);
        r[3] = w2;
        return;
    }
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

/* Gradients of a tile's `out` outputs to a pair of their points, as a filter with that many taps. */
AX_INLINE void gradient_pair(const vf *d, vf *r, const int out, const int pair)
{
    if (out == 2) {
        r[0] = pair == 0 ? d[0] : 0.5f * (d[0] + d[1]);
        r[1] = pair == 0 ? d[1] : 0.5f * (d[0] - d[1]);
        return;
    }
    if (out == 3) {
        vf even = d[0] + d[2];
        if (pair == 0) {
            r[0] = 0.5f * d[0];
            r[1] = d[2];
        } else if (pair == 1) {
            r[0] = -0.5f * (even + d[1]);
            r[1] = (-1.0f / 6.0f) * (even - d[1]);
        } else {
            r[0] = (1.0f / 6.0f) * (d[0] + 2.0f * d[1] + 4.0f * d[2]);
        }
        return;
    }
    if (pair == 0) {
        r[0] = d[0] * (1.0f / (A2 * B2));
        r[1] = d[3];
        return;
    }
    const float p = pair == 1 ? A : B, p2 = p * p, q2 = pair == 1 ? B2 : A2, norm = 1.0f / (2.0f * p2 * (p2 - q2));
    vf even = norm * (d[0] + p2 * d[2]), odd = norm * p * (d[1] + p2 * d[3]);
    r[0] = even + odd;
    r[1] = even - odd;
}

/* out + 2 points to the three taps of a gradient. */
AX_INLINE void tap_points(const vf *m, vf *w, const int out)
{
    vf even[2], odd[2];
    output_some(m, even, out, 0);
    output_some(m, odd, out, 1);
    w[0] = even[0];
    w[1] = out == 2 ? m[1] - m[2] : odd[0];
    w[2] = out == 4 ? even[1] + m[5] : even[1];
}

/* Calls the function with the tile's numbers of outputs as constants. */
#define FOR_TILE(call)                                                                                                 \
    switch (oy * OUT + ox) {                                                                                           \
        CASE_TILE(call, 4, 4)                                                                                          \
        CASE_TILE(call, 4, 3)                                                                                          \
        CASE_TILE(call, 4, 2)                                                                                          \
        CASE_TILE(call, 3, 4)                                                                                          \
        CASE_TILE(call, 3, 3)                                                                                          \
        CASE_TILE(call, 3, 2)                                                                                          \
        CASE_TILE(call, 2, 4)                                                                                          \
        CASE_TILE(call, 2, 3)                                                                                          \
        CASE_TILE(call, 2, 2)                                                                                          \
    }
#define CASE_TILE(call, y, x)                                                                                          \
    case (y)*OUT + (x):                                                                                                \
        call(y, x);                                                                                                    \
        break;

#endif
