#include "engine/backend/ref/ref.h"

#include <stdlib.h>

ax_ref_tap ax_ref_resize_tap(int32_t out, int32_t n_out, int32_t n_in)
{
    /* exact where an output coincides with an input: a weight of nearly 0 would let neighbours through */
    double at = ((double)out + 0.5) * n_in / n_out - 0.5;
    if (at < 0)
        at = 0;
    ax_ref_tap t = { .lo = (int32_t)at };
    if (t.lo > n_in - 1)
        t.lo = n_in - 1;
    t.hi = t.lo < n_in - 1 ? t.lo + 1 : t.lo;
    t.t = (float)(at - t.lo);
    return t;
}

AX_REF_KERNEL(resize)
{
    const float *x = call->in[0].mem;
    float *y = call->out[0].mem;
    ax_shape a = call->in[0].type.shape, b = call->out[0].type.shape;
    for (int32_t n = 0; n < b.n; n++)
        for (int32_t h = 0; h < b.h; h++)
            for (int32_t w = 0; w < b.w; w++) {
                ax_ref_tap v = ax_ref_resize_tap(h, b.h, a.h), u = ax_ref_resize_tap(w, b.w, a.w);
                for (int32_t c = 0; c < b.c; c++) {
                    double top = (1 - (double)u.t) * x[ax_ref_at(a, n, v.lo, u.lo, c)] +
                                 (double)u.t * x[ax_ref_at(a, n, v.lo, u.hi, c)];
                    double bottom = (1 - (double)u.t) * x[ax_ref_at(a, n, v.hi, u.lo, c)] +
                                    (double)u.t * x[ax_ref_at(a, n, v.hi, u.hi, c)];
                    y[ax_ref_at(b, n, h, w, c)] = (float)((1 - (double)v.t) * top + (double)v.t * bottom);
                }
            }
    return AX_OK;
}

AX_REF_KERNEL(resize_backward)
{
    const float *dy = call->in[0].mem;
    float *dx = call->out[0].mem;
    ax_shape a = call->out[0].type.shape, b = call->in[0].type.shape;
    double *sum = calloc(ax_shape_count(a), sizeof *sum);
    if (!sum)
        return ax_fail(err, AX_ENOMEM, "no memory for gradients");
    for (int32_t n = 0; n < b.n; n++)
        for (int32_t h = 0; h < b.h; h++)
            for (int32_t w = 0; w < b.w; w++) {
                ax_ref_tap v = ax_ref_resize_tap(h, b.h, a.h), u = ax_ref_resize_tap(w, b.w, a.w);
                for (int32_t c = 0; c < b.c; c++) {
                    double d = dy[ax_ref_at(b, n, h, w, c)];
                    sum[ax_ref_at(a, n, v.lo, u.lo, c)] += d * (1 - (double)v.t) * (1 - (double)u.t);
                    sum[ax_ref_at(a, n, v.lo, u.hi, c)] += d * (1 - (double)v.t) * (double)u.t;
                    sum[ax_ref_at(a, n, v.hi, u.lo, c)] += d * (double)v.t * (1 - (double)u.t);
                    sum[ax_ref_at(a, n, v.hi, u.hi, c)] += d * (double)v.t * (double)u.t;
                }
            }
    for (size_t i = 0; i < ax_shape_count(a); i++)
        dx[i] = (float)sum[i];
    free(sum);
    return AX_OK;
}

AX_REF_KERNEL(gpool)
{
    const float *x = call->in[0].mem;
    float *y = call->out[0].mem;
    ax_shape a = call->in[0].type.shape;
    for (int32_t n = 0; n < a.n; n++)
        for (int32_t c = 0; c < a.c; c++) {
            double sum = 0;
            for (int32_t h = 0; h < a.h; h++)
                for (int32_t w = 0; w < a.w; w++)
                    sum += x[ax_ref_at(a, n, h, w, c)];
            y[n * a.c + c] = (float)(sum / ((double)a.h * a.w));
        }
    return AX_OK;
}

AX_REF_KERNEL(gpool_backward)
{
    const float *dy = call->in[0].mem;
    float *dx = call->out[0].mem;
    ax_shape a = call->out[0].type.shape;
    for (int32_t n = 0; n < a.n; n++)
        for (int32_t h = 0; h < a.h; h++)
            for (int32_t w = 0; w < a.w; w++)
                for (int32_t c = 0; c < a.c; c++)
                    dx[ax_ref_at(a, n, h, w, c)] = (float)(dy[n * a.c + c] / ((double)a.h * a.w));
    return AX_OK;
}

AX_REF_KERNEL(argmax)
{
    const float *x = call->in[0].mem;
    uint8_t *y = call->out[0].mem;
    ax_shape a = call->in[0].type.shape, b = call->out[0].type.shape;
    for (int32_t n = 0; n < b.n; n++)
        for (int32_t h = 0; h < b.h; h++)
            for (int32_t w = 0; w < b.w; w++) {
                ax_ref_tap v = ax_ref_resize_tap(h, b.h, a.h), u = ax_ref_resize_tap(w, b.w, a.w);
                float best = 0;
                uint8_t id = 0;
                for (int32_t c = 0; c < a.c; c++) {
                    float top = (1 - u.t) * x[ax_ref_at(a, n, v.lo, u.lo, c)] + u.t * x[ax_ref_at(a, n, v.lo, u.hi, c)];
                    float bottom =
                        (1 - u.t) * x[ax_ref_at(a, n, v.hi, u.lo, c)] + u.t * x[ax_ref_at(a, n, v.hi, u.hi, c)];
                    float value = (1 - v.t) * top + v.t * bottom;
                    if (c == 0 || value > best) {
                        best = value;
                        id = (uint8_t)c;
                    }
                }
                y[ax_ref_at(b, n, h, w, 0)] = id;
            }
    return AX_OK;
}

AX_REF_KERNEL(maxpool)
{
    const float *x = call->in[0].mem;
    float *y = call->out[0].mem;
    uint8_t *place = call->out[1].mem;
    ax_shape a = call->in[0].type.shape, b = call->out[0].type.shape;
    const int32_t kernel = call->attr.conv.kernel, stride = call->attr.conv.stride, pad = call->attr.conv.pad;
    for (size_t i = 0; i < ax_shape_count(b); i++) {
        int32_t c = (int32_t)(i % (size_t)b.c), w = (int32_t)(i / (size_t)b.c % (size_t)b.w),
                h = (int32_t)(i / (size_t)b.c / (size_t)b.w % (size_t)b.h),
                n = (int32_t)(i / (size_t)b.c / (size_t)b.w / (size_t)b.h);
        bool any = false;
        float most = 0;
        for (int32_t k = 0; k < kernel * kernel; k++) {
            int32_t r = h * stride - pad + k / kernel, s = w * stride - pad + k % kernel;
            if (r < 0 || r >= a.h || s < 0 || s >= a.w)
                continue;
            float v = x[ax_ref_at(a, n, r, s, c)];
            if (any && !(v > most) && v == v) /* NaN wins, so that it is noticed */
                continue;
            any = true;
            most = v;
            if (place)
                place[i] = (uint8_t)k;
        }
        if (y)
            y[i] = most;
    }
    return AX_OK;
}

/* in: the gradient, -, -, -, place. */
AX_REF_KERNEL(maxpool_backward)
{
    const float *dy = call->in[0].mem;
    const uint8_t *place = call->in[4].mem;
    float *dx = call->out[0].mem;
    ax_shape a = call->out[0].type.shape, b = call->in[0].type.shape;
    const int32_t kernel = call->attr.conv.kernel, stride = call->attr.conv.stride, pad = call->attr.conv.pad;
    double *sum = calloc(ax_shape_count(a), sizeof *sum);
    if (!sum)
        return ax_fail(err, AX_ENOMEM, "no memory for gradients");
    for (int32_t n = 0; n < b.n; n++)
        for (int32_t h = 0; h < b.h; h++)
            for (int32_t w = 0; w < b.w; w++)
                for (int32_t c = 0; c < b.c; c++) {
                    size_t i = ax_ref_at(b, n, h, w, c);
                    sum[ax_ref_at(a, n, h * stride - pad + place[i] / kernel, w * stride - pad + place[i] % kernel,
                                  c)] += dy[i];
                }
    for (size_t i = 0; i < ax_shape_count(a); i++)
        dx[i] = (float)sum[i];
    free(sum);
    return AX_OK;
}
