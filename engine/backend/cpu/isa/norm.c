/* Batch norm: the passes that write, and the sums of the backward pass. */
#include "engine/backend/cpu/isa/epilogue.h"

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

enum {
    RUN = 32,
    ROWS = 4,
    BLOCK = 512,
    WRITTEN = AX_NARROW_MAPS ? ROWS : 1 /* pixels at once where maps are written; floats are written in order */
};

/* N adjacent pixels. */
AX_INLINE void apply_rows(const ax_bn *bn, const ax_map *x, ax_map *y, int act, const size_t N)
{
    const float *a = bn->a, *b = bn->b, *mean = bn->mean;
    const size_t c = (size_t)bn->c;
    size_t k = 0;
    for (; AX_NARROW_MAPS && k + AX_LANES <= c; k += AX_LANES) {
        const vf va = AX_LOAD(a + k), vb = AX_LOAD(b + k), m = AX_LOAD(mean + k);
#pragma GCC unroll 4
        for (size_t r = 0; r < N; r++) {
            vf v = va * (AX_LOAD_MAP(x + r * c + k) - m) + vb;
            if (act != AX_ACT_NONE)
                v = AX_FLOOR(v);
            if (act == AX_ACT_RELU6)
                v = AX_CEILING(v);
            AX_STORE_MAP(y + r * c + k, v);
        }
    }
    for (size_t r = 0; r < N; r++)
#pragma GCC ivdep
        for (size_t i = k; i < c; i++)
            y[r * c + i] = ax_map_put(act_of(a[i] * (ax_map_get(x[r * c + i]) - mean[i]) + b[i], act));
}

AX_INLINE void apply(const ax_bn *bn, const ax_map *x, ax_map *y, size_t px, int act)
{
    const size_t c = (size_t)bn->c;
    size_t p = 0;
    for (; p + WRITTEN <= px; p += WRITTEN)
        apply_rows(bn, x + p * c, y + p * c, act, WRITTEN);
    for (; p < px; p++)
        apply_rows(bn, x + p * c, y + p * c, act, 1);
}

void AX_ISA_NAME(bn_apply)(const ax_bn *bn, const ax_map *x, ax_map *y, size_t px)
{
    if (bn->act == AX_ACT_RELU)
        apply(bn, x, y, px, AX_ACT_RELU);
    else if (bn->act == AX_ACT_RELU6)
        apply(bn, x, y, px, AX_ACT_RELU6);
    else
        apply(bn, x, y, px, AX_ACT_NONE);
}

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
AX_INLINE void add_rows(const ax_bn *bn, const ax_map *dy, const ax_map *x, const ax_map *y, size_t c0, size_t nc,
                        float *s0, float *s1, int act, bool has_y, const size_t N)
{
    const size_t c = (size_t)bn->c;
    const float *a = bn->a + c0, *b = bn->b + c0, *mean = bn->mean + c0;
    size_t k = 0;
    for (; k + AX_LANES <= nc; k += AX_LANES) {
        vf va = AX_LOAD(a + k), vb = AX_LOAD(b + k), m = AX_LOAD(mean + k), t0 = AX_LOAD(s0 + k), t1 = AX_LOAD(s1 + k);
#pragma GCC unroll 4
        for (size_t r = 0; r < N; r++) {
            size_t at = r * c + k;
            vf centred = AX_LOAD_MAP(x + at) - m;
            vf out = va * centred + vb;
            if (has_y)
                out = AX_LOAD_MAP(y + at);
            vf g = masked_vector(AX_LOAD_MAP(dy + at), out, act);
            t0 += g;
            t1 += g * centred;
        }
        AX_STORE(s0 + k, t0);
        AX_STORE(s1 + k, t1);
    }
    for (; k < nc; k++)
        for (size_t r = 0; r < N; r++) {
            size_t at = r * c + k;
            float centred = ax_map_get(x[at]) - mean[k], out = has_y ? ax_map_get(y[at]) : a[k] * centred + b[k];
            float g = masked(ax_map_get(dy[at]), out, act);
            s0[k] += g;
            s1[k] += g * centred;
        }
}

/* Sums of g and g * (x - mean): runs of pixels in float, then double. Memory is read sequentially. */
AX_INLINE void sums(const ax_bn *bn, const ax_map *dy, const ax_map *x, const ax_map *y, size_t px, double *sum,
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

void AX_ISA_NAME(bn_backward_sums)(const ax_bn *bn, const ax_map *dy, const ax_map *x, const ax_map *y, size_t px,
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

/* N adjacent pixels; dx may be dy itself. */
AX_INLINE void backward_rows(const ax_bn *bn, const ax_map *dy, const ax_map *x, const ax_map *y, ax_map *dx, int act,
                             bool has_y, const size_t N)
{
    const float *a = bn->a, *b = bn->b, *mean = bn->mean, *k1 = bn->k1, *k0 = bn->k0;
    const size_t c = (size_t)bn->c;
    size_t k = 0;
    for (; AX_NARROW_MAPS && k + AX_LANES <= c; k += AX_LANES) {
        const vf va = AX_LOAD(a + k), vb = AX_LOAD(b + k), m = AX_LOAD(mean + k), v1 = AX_LOAD(k1 + k),
                 v0 = AX_LOAD(k0 + k);
#pragma GCC unroll 4
        for (size_t r = 0; r < N; r++) {
            const size_t at = r * c + k;
            const vf centred = AX_LOAD_MAP(x + at) - m;
            vf out = va * centred + vb;
            if (has_y)
                out = AX_LOAD_MAP(y + at);
            const vf g = masked_vector(AX_LOAD_MAP(dy + at), out, act);
            AX_STORE_MAP(dx + at, va * g + (v1 * centred + v0));
        }
    }
    for (size_t r = 0; r < N; r++)
#pragma GCC ivdep
        for (size_t i = k; i < c; i++) {
            const size_t at = r * c + i;
            const float centred = ax_map_get(x[at]) - mean[i];
            const float g = masked(ax_map_get(dy[at]), has_y ? ax_map_get(y[at]) : a[i] * centred + b[i], act);
            dx[at] = ax_map_put(a[i] * g + (k1[i] * centred + k0[i]));
        }
}

AX_INLINE void backward(const ax_bn *bn, const ax_map *dy, const ax_map *x, const ax_map *y, ax_map *dx, size_t px,
                        int act, bool has_y)
{
    const size_t c = (size_t)bn->c;
    size_t p = 0;
    for (; p + WRITTEN <= px; p += WRITTEN)
        backward_rows(bn, dy + p * c, x + p * c, has_y ? y + p * c : NULL, dx + p * c, act, has_y, WRITTEN);
    for (; p < px; p++)
        backward_rows(bn, dy + p * c, x + p * c, has_y ? y + p * c : NULL, dx + p * c, act, has_y, 1);
}

void AX_ISA_NAME(bn_backward_apply)(const ax_bn *bn, const ax_map *dy, const ax_map *x, const ax_map *y, ax_map *dx,
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
