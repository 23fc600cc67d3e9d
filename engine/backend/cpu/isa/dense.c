/* Plain dense convolution: per pixel and tap, adds a scaled vector of channels. */
#include "engine/backend/cpu/isa/isa.h"

#include <stddef.h>

/* y += s * x over c channels */
AX_INLINE void accumulate(float *restrict y, const float *restrict x, float s, ptrdiff_t c)
{
    for (ptrdiff_t k = 0; k < c; k++)
        y[k] += s * x[k];
}

void AX_ISA_NAME(dense_forward)(const ax_conv_shape *g, const float *x, const float *w, const float *bias, float *y,
                                int32_t r0, int32_t r1)
{
    const ptrdiff_t ci = g->ci, co = g->co;
    for (int32_t r = r0; r < r1; r++)
        for (int32_t o = 0; o < g->ow; o++) {
            float *out = y + ((ptrdiff_t)r * g->ow + o) * co;
            for (ptrdiff_t k = 0; k < co; k++)
                out[k] = bias ? bias[k] : 0.0f;
            for (int32_t kh = 0; kh < g->kernel; kh++)
                for (int32_t kw = 0; kw < g->kernel; kw++) {
                    int32_t ih = r * g->stride - g->pad + kh * g->dilation;
                    int32_t iw = o * g->stride - g->pad + kw * g->dilation;
                    if (ih < 0 || ih >= g->h || iw < 0 || iw >= g->w)
                        continue;
                    const float *in = x + ((ptrdiff_t)ih * g->w + iw) * ci;
                    const float *wk = w + ((ptrdiff_t)kh * g->kernel + kw) * ci * co;
                    for (ptrdiff_t i = 0; i < ci; i++)
                        accumulate(out, wk + i * co, in[i], co);
                }
        }
}

void AX_ISA_NAME(dense_backward_data)(const ax_conv_shape *g, const float *dy, const float *w, float *dx, int32_t r0,
                                      int32_t r1)
{
    const ptrdiff_t ci = g->ci, co = g->co;
    for (int32_t ih = r0; ih < r1; ih++)
        for (int32_t iw = 0; iw < g->w; iw++) {
            float *in = dx + ((ptrdiff_t)ih * g->w + iw) * ci;
            for (ptrdiff_t k = 0; k < ci; k++)
                in[k] = 0.0f;
            for (int32_t kh = 0; kh < g->kernel; kh++)
                for (int32_t kw = 0; kw < g->kernel; kw++) {
                    int32_t th = ih + g->pad - kh * g->dilation, tw = iw + g->pad - kw * g->dilation;
                    if (th < 0 || tw < 0 || th % g->stride || tw % g->stride || th / g->stride >= g->oh ||
                        tw / g->stride >= g->ow)
                        continue;
                    const float *out = dy + ((ptrdiff_t)(th / g->stride) * g->ow + tw / g->stride) * co;
                    const float *wk = w + ((ptrdiff_t)kh * g->kernel + kw) * ci * co;
                    for (ptrdiff_t o = 0; o < co; o++)
                        accumulate(in, wk + o * ci, out[o], ci);
                }
        }
}

void AX_ISA_NAME(dense_backward_weights)(const ax_conv_shape *g, const float *x, const float *dy, float *sum,
                                         int32_t r0, int32_t r1)
{
    const ptrdiff_t ci = g->ci, co = g->co;
    for (int32_t r = r0; r < r1; r++)
        for (int32_t o = 0; o < g->ow; o++) {
            const float *out = dy + ((ptrdiff_t)r * g->ow + o) * co;
            for (int32_t kh = 0; kh < g->kernel; kh++)
                for (int32_t kw = 0; kw < g->kernel; kw++) {
                    int32_t ih = r * g->stride - g->pad + kh * g->dilation;
                    int32_t iw = o * g->stride - g->pad + kw * g->dilation;
                    if (ih < 0 || ih >= g->h || iw < 0 || iw >= g->w)
                        continue;
                    const float *in = x + ((ptrdiff_t)ih * g->w + iw) * ci;
                    float *s = sum + ((ptrdiff_t)kh * g->kernel + kw) * ci * co;
                    for (ptrdiff_t i = 0; i < ci; i++)
                        accumulate(s + i * co, out, in[i], co);
                }
        }
}
