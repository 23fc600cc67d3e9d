#include "engine/backend/cpu/isa/isa.h"

#include <math.h>
#include <string.h>

enum { PIXELS = 64 };

/* e^x for x <= 0, relative error below 3e-7: x = n ln 2 + r, |r| <= ln 2 / 2, Taylor's polynomial of degree 7 for
   e^r, 2^n by the exponent bits. */
static void exp_nonpositive(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float v = x[i] < -87.0f ? -87.0f : x[i];
        /* adding 1.5 * 2^23 rounds to an integer, which then lies in the low bits */
        float shifted = v * 1.44269504f + 12582912.0f;
        uint32_t bits;
        memcpy(&bits, &shifted, sizeof bits);
        float whole = shifted - 12582912.0f;
        float r = v - whole * 0.693359375f;
        r = r + whole * 2.12194440e-4f;
        float e = 1.0f / 5040.0f;
        e = e * r + 1.0f / 720.0f;
        e = e * r + 1.0f / 120.0f;
        e = e * r + 1.0f / 24.0f;
        e = e * r + 1.0f / 6.0f;
        e = e * r + 0.5f;
        e = e * r + 1.0f;
        e = e * r + 1.0f;
        /* the integer is bits - 0x4B400000; its low byte is all that is left after the shift */
        bits = (bits + 127u - 0x4B400000u) << 23;
        float scale;
        memcpy(&scale, &bits, sizeof scale);
        x[i] = e * scale;
    }
}

double AX_ISA_NAME(ce)(const float *logits, const uint8_t *labels, size_t px, int32_t c, float scale, float *grad,
                       float *tmp)
{
    double loss = 0.0;
    size_t nc = (size_t)c;
    for (size_t p0 = 0; p0 < px; p0 += PIXELS) {
        size_t np = p0 + PIXELS < px ? PIXELS : px - p0;
        const float *z = logits + p0 * nc;
        for (size_t p = 0; p < np; p++) {
            float top = z[p * nc];
            for (size_t k = 1; k < nc; k++)
                top = z[p * nc + k] > top ? z[p * nc + k] : top;
            for (size_t k = 0; k < nc; k++)
                tmp[p * nc + k] = z[p * nc + k] - top;
        }
        /* the loss needs the shifted logit of the label, the exponential overwrites it */
        float shifted[PIXELS];
        for (size_t p = 0; p < np; p++)
            shifted[p] = labels[p0 + p] < nc ? tmp[p * nc + labels[p0 + p]] : 0.0f;
        exp_nonpositive(tmp, np * nc);
        for (size_t p = 0; p < np; p++) {
            uint8_t label = labels[p0 + p];
            float *g = grad ? grad + (p0 + p) * nc : NULL;
            if (label >= nc) {
                if (g)
                    memset(g, 0, nc * sizeof *g);
                continue;
            }
            float sum = 0.0f;
            for (size_t k = 0; k < nc; k++)
                sum += tmp[p * nc + k];
            loss += (double)(logf(sum) - shifted[p]);
            if (g) {
                float s = scale / sum;
                for (size_t k = 0; k < nc; k++)
                    g[k] = s * tmp[p * nc + k];
                g[label] -= scale;
            }
        }
    }
    return loss;
}
