#include "engine/backend/cpu/isa/vec.h"

#include <math.h>
#include <string.h>

enum { PIXELS = 64 };

/* e^x for x <= 0, relative error below 3e-7: x = n ln 2 + r, |r| <= ln 2 / 2, Taylor polynomial of degree 7 for e^r,
   2^n by the exponent bits. n is a multiple of the lanes. */
static void exp_nonpositive(float *x, size_t n)
{
    const vf least = (vf) { 0 } - 87.0f;
    for (size_t i = 0; i < n; i += AX_LANES) {
        vf v = AX_LOAD(x + i);
        vi below = v < least;
        v = (vf)(((vi)v & ~below) | ((vi)least & below));
        /* adding 1.5 * 2^23 rounds to an integer, which is then in the low bits */
        vf shifted = v * 1.44269504f + 12582912.0f, whole = shifted - 12582912.0f;
        vf r = v - whole * 0.693359375f;
        r = r + whole * 2.12194440e-4f;
        vf e = r * (1.0f / 5040.0f) + 1.0f / 720.0f;
        e = e * r + 1.0f / 120.0f;
        e = e * r + 1.0f / 24.0f;
        e = e * r + 1.0f / 6.0f;
        e = e * r + 0.5f;
        e = e * r + 1.0f;
        e = e * r + 1.0f;
        /* the integer is bits - 0x4B400000; only its low byte is left after the shift */
        vu bits = ((vu)shifted + (127u - 0x4B400000u)) << 23;
        AX_STORE(x + i, e * (vf)bits);
    }
}

double AX_ISA_NAME(ce)(const float *logits, const uint8_t *labels, const float *weight, size_t px, int32_t c,
                       float scale, float *grad, float *tmp)
{
    double loss = 0.0;
    size_t nc = (size_t)c;
    for (size_t p0 = 0; p0 < px; p0 += PIXELS) {
        size_t np = p0 + PIXELS < px ? PIXELS : px - p0;
        float top[PIXELS], sum[PIXELS] = { 0 }, shifted[PIXELS], each[PIXELS];
        /* transposed to one row per class, so that everything below handles a vector of pixels at a time */
        if (np < PIXELS)
            memset(tmp, 0, PIXELS * nc * sizeof *tmp);
        for (size_t p = 0; p < np; p++)
            for (size_t k = 0; k < nc; k++)
                tmp[k * PIXELS + p] = logits[(p0 + p) * nc + k];
        memcpy(top, tmp, sizeof top);
        for (size_t k = 1; k < nc; k++)
            for (size_t p = 0; p < PIXELS; p++)
                top[p] = tmp[k * PIXELS + p] > top[p] ? tmp[k * PIXELS + p] : top[p];
        for (size_t k = 0; k < nc; k++)
            for (size_t p = 0; p < PIXELS; p++)
                tmp[k * PIXELS + p] -= top[p];
        /* the loss needs the label's shifted logit before the exponential overwrites it */
        for (size_t p = 0; p < np; p++)
            shifted[p] = labels[p0 + p] < nc ? tmp[labels[p0 + p] * PIXELS + p] : 0.0f;
        exp_nonpositive(tmp, PIXELS * nc);
        for (size_t k = 0; k < nc; k++)
            for (size_t p = 0; p < PIXELS; p++)
                sum[p] += tmp[k * PIXELS + p];
        for (size_t p = 0; p < np; p++) {
            bool valid = labels[p0 + p] < nc;
            float of_label = valid && weight ? weight[labels[p0 + p]] : 1.0f;
            double pixel = valid ? (double)(logf(sum[p]) - shifted[p]) : 0.0;
            loss += weight ? (double)of_label * pixel : pixel;
            each[p] = weight ? of_label * scale : scale;
            sum[p] = valid ? each[p] / sum[p] : 0.0f;
        }
        if (!grad)
            continue;
        for (size_t p = 0; p < np; p++) {
            float *g = grad + (p0 + p) * nc;
            for (size_t k = 0; k < nc; k++)
                g[k] = sum[p] * tmp[k * PIXELS + p];
            if (labels[p0 + p] < nc)
                g[labels[p0 + p]] -= each[p];
        }
    }
    return loss;
}
