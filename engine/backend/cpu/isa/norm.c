/* Batch norm: the passes that write, and the sums of the backward pass. */
#include "engine/backend/cpu/isa/vec.h"

#include <string.h>

AX_INLINE float act_of(float v, int act)
{
    if (act != AX_ACT_NONE)
        v = v < 0.0f ? 0.0f : v;
    if (act == AX_ACT_RELU6)
        v = v > 6.0f ? 6.0f : v;
    return v;
}

/* y: the activation's output, whose value tells where the gradient passes. */
AX_INLINE float masked(float dy, float y, int act)
{
    if (act == AX_ACT_NONE)
        return dy;
    if (act == AX_ACT_RELU)
        return y > 0.0f ? dy : 0.0f;
    return ((y > 0.0f) & (y < 6.0f)) ? dy : 0.0f;
}

AX_INLINE void apply(const ax_bn *bn, const float *x, float *y, size_t px, int act)
{
    const float *a = bn->a, *b = bn->b, *mean = bn->mean;
    size_t c = (size_t)bn->c;
    for (size_t p = 0; p < px; p++, x += c, y += c)
#pragma GCC ivdep
        for (size_t k = 0; k < c; k++)
            y[k] = act_of(a[k] * (x[k] - mean[k]) + b[k], act);
}

void AX_ISA_NAME(bn_apply)(const ax_bn *bn, const float *x, float *y, size_t px)
{
    if (bn->act == AX_ACT_RELU)
        apply(bn, x, y, px, AX_ACT_RELU);
    else if (bn->act == AX_ACT_RELU6)
        apply(bn, x, y, px, AX_ACT_RELU6);
    else
        apply(bn, x, y, px, AX_ACT_NONE);
}

enum { RUN = 32, ROWS = 4, BLOCK = 512 };

AX_INLINE vf masked_vector(vf dy, vf y, int act)
{
    if (act == AX_ACT_NONE)
        return dy;
    vi pass = y > (vf) { 0 };
    if (act == AX_ACT_RELU6)
        pass &= y < (vf) { 0 } + 6.0f;
    return (vf)((vi)dy & pass);
}

/* N adjacent pixels of nc channels from c0 on: s0 += g, s1 += g * (x - mean). */
AX_INLINE void add_rows(const ax_bn *bn, const float *dy, const float *x, const float *y, size_t c0, size_t nc,
                        float *s0, float *s1, int act, bool has_y, const int N)
{
    const size_t c = (size_t)bn->c;
    const float *a = bn->a + c0, *b = bn->b + c0, *mean = bn->mean + c0;
    size_t k = 0;
    for (; k + AX_LANES <= nc; k += AX_LANES) {
        vf va = AX_LOAD(a + k), vb = AX_LOAD(b + k), m = AX_LOAD(mean + k), t0 = AX_LOAD(s0 + k), t1 = AX_LOAD(s1 + k);
#pragma GCC unroll 4
        for (int r = 0; r < N; r++) {
            size_t at = (size_t)r * c + k;
            vf centred = AX_LOAD(x + at) - m;
            vf out = va * centred + vb;
            if (has_y)
                out = AX_LOAD(y + at);
            vf g = masked_vector(AX_LOAD(dy + at), out, act);
            t0 += g;
            t1 += g * centred;
        }
        AX_STORE(s0 + k, t0);
        AX_STORE(s1 + k, t1);
    }
    for (; k < nc; k++)
        for (int r = 0; r < N; r++) {
            size_t at = (size_t)r * c + k;
            float centred = x[at] - mean[k], g = masked(dy[at], has_y ? y[at] : a[k] * centred + b[k], act);
            s0[k] += g;
            s1[k] += g * centred;
        }
}

/* Sums of g and g * (x - mean): runs of pixels in float, then double. Memory is read sequentially. */
AX_INLINE void sums(const ax_bn *bn, const float *dy, const float *x, const float *y, size_t px, double *sum,
                    double *sum_x, int act, bool has_y)
{
    const size_t c = (size_t)bn->c;
    for (size_t p0 = 0; p0 < px; p0 += RUN) {
        size_t p1 = p0 + RUN < px ? p0 + RUN : px;
        for (size_t c0 = 0; c0 < c; c0 += BLOCK) {
            size_t nc = c0 + BLOCK < c ? BLOCK : c - c0, p = p0;
            float s0[BLOCK], s1[BLOCK];
            memset(s0, 0, nc * sizeof *s0);
            memset(s1, 0, nc * sizeof *s1);
            for (; p + ROWS <= p1; p += ROWS)
                add_rows(bn, dy + p * c + c0, x + p * c + c0, has_y ? y + p * c + c0 : NULL, c0, nc, s0, s1, act, has_y,
                         ROWS);
            for (; p < p1; p++)
                add_rows(bn, dy + p * c + c0, x + p * c + c0, has_y ? y + p * c + c0 : NULL, c0, nc, s0, s1, act, has_y,
                         1);
            for (size_t k = 0; k < nc; k++) {
                sum[c0 + k] += (double)s0[k];
                sum_x[c0 + k] += (double)s1[k];
            }
        }
    }
}

void AX_ISA_NAME(bn_backward_sums)(const ax_bn *bn, const float *dy, const float *x, const float *y, size_t px,
                                   double *sum, double *sum_x)
{
    if (bn->act == AX_ACT_NONE)
        sums(bn, dy, x, NULL, px, sum, sum_x, AX_ACT_NONE, false);
    else if (bn->act == AX_ACT_RELU && y)
        sums(bn, dy, x, y, px, sum, sum_x, AX_ACT_RELU, true);
    else if (bn->act == AX_ACT_RELU)
        sums(bn, dy, x, NULL, px, sum, sum_x, AX_ACT_RELU, false);
    else if (y)
        sums(bn, dy, x, y, px, sum, sum_x, AX_ACT_RELU6, true);
    else
        sums(bn, dy, x, NULL, px, sum, sum_x, AX_ACT_RELU6, false);
}

AX_INLINE void backward(const ax_bn *bn, const float *dy, const float *x, const float *y, float *dx, size_t px, int act,
                        bool has_y)
{
    size_t c = (size_t)bn->c;
    const float *a = bn->a, *b = bn->b, *mean = bn->mean, *k1 = bn->k1, *k0 = bn->k0;
    for (size_t p = 0; p < px; p++) {
        const float *g = dy + p * c, *xp = x + p * c, *yp = has_y ? y + p * c : NULL;
        float *d = dx + p * c;
        /* dx may be dy itself */
#pragma GCC ivdep
        for (size_t k = 0; k < c; k++) {
            float v = masked(g[k], has_y ? yp[k] : a[k] * (xp[k] - mean[k]) + b[k], act);
            d[k] = a[k] * v + (k1[k] * (xp[k] - mean[k]) + k0[k]);
        }
    }
}

void AX_ISA_NAME(bn_backward_apply)(const ax_bn *bn, const float *dy, const float *x, const float *y, float *dx,
                                    size_t px)
{
    if (bn->act == AX_ACT_NONE)
        backward(bn, dy, x, NULL, dx, px, AX_ACT_NONE, false);
    else if (bn->act == AX_ACT_RELU && y)
        backward(bn, dy, x, y, dx, px, AX_ACT_RELU, true);
    else if (bn->act == AX_ACT_RELU)
        backward(bn, dy, x, NULL, dx, px, AX_ACT_RELU, false);
    else if (y)
        backward(bn, dy, x, y, dx, px, AX_ACT_RELU6, true);
    else
        backward(bn, dy, x, NULL, dx, px, AX_ACT_RELU6, false);
}
