/* Sums over the pixels of an image, global average pooling, and maximum pooling. */
#include "engine/backend/cpu/device.h"

#include <string.h>

void ax_cpu_image_sums(ax_device *dev, const ax_map *x, ax_shape shape, double *work)
{
    size_t c = (size_t)shape.c, px = (size_t)shape.h * (size_t)shape.w;
    int T = ax_cpu_tasks(dev, px * c), tasks = T * shape.n;
    memset(work, 0, (size_t)tasks * c * sizeof *work);
#pragma omp parallel for num_threads(dev->threads) schedule(static)
    for (int i = 0; i < tasks; i++) {
        size_t lo, hi, image = (size_t)(i / T);
        ax_cpu_span(px, 1, T, i % T, &lo, &hi);
        ax_cpu_maps(dev)->column_sums(x + (image * px + lo) * c, hi - lo, (int32_t)c, work + (size_t)i * c);
    }
    for (size_t n = 0; n < (size_t)shape.n; n++)
        for (size_t k = 0; k < c; k++) {
            double s = 0.0;
            for (size_t t = 0; t < (size_t)T; t++)
                s += work[(n * (size_t)T + t) * c + k];
            work[n * c + k] = s; /* no later image's sums lie there */
        }
}

AX_CPU_PREPARE(ax_cpu_gpool_prepare)
{
    ax_shape s = call->in[0].type.shape;
    *work = (size_t)s.n * (size_t)dev->threads * (size_t)s.c * sizeof(double);
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_gpool_forward)
{
    ax_shape s = call->in[0].type.shape;
    float scale = (float)(1.0 / ((double)s.h * (double)s.w));
    const double *sums = call->work;
    ax_map *y = call->out[0].mem;
    ax_cpu_image_sums(dev, call->in[0].mem, s, call->work);
    for (size_t i = 0; i < (size_t)s.n * (size_t)s.c; i++)
        y[i] = ax_map_put((float)(sums[i] * (double)scale));
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_gpool_backward)
{
    ax_shape s = call->out[0].type.shape;
    size_t c = (size_t)s.c, px = (size_t)s.h * (size_t)s.w;
    float scale = (float)(1.0 / (double)px);
    const ax_map *dy = call->in[0].mem;
    ax_map *dx = call->out[0].mem;
    int T = ax_cpu_tasks(dev, ax_shape_count(s));
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span((size_t)s.n * px, 1, T, t, &lo, &hi);
        for (size_t p = lo; p < hi; p++)
            ax_cpu_maps(dev)->scale(dy + p / px * c, scale, dx + p * c, c);
    }
    return AX_OK;
}

static ax_dw window(const ax_call *call, ax_shape in, ax_shape out)
{
    return (ax_dw) { .h = in.h,
                     .w = in.w,
                     .c = in.c,
                     .oh = out.h,
                     .ow = out.w,
                     .kernel = call->attr.conv.kernel,
                     .stride = call->attr.conv.stride,
                     .pad = call->attr.conv.pad,
                     .dilation = 1 };
}

/* A row per task, for calls that only want the places. */
AX_CPU_PREPARE(ax_cpu_maxpool_prepare)
{
    const ax_shape out = call->out[0].type.shape;
    *work = call->out[0].mem ? 0 : (size_t)dev->threads * (size_t)out.w * (size_t)out.c * sizeof(float);
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_maxpool_forward)
{
    const ax_shape in = call->in[0].type.shape, out = call->out[0].type.shape;
    const ax_dw g = window(call, in, out);
    const size_t row = (size_t)out.w * (size_t)out.c, image = (size_t)in.h * (size_t)in.w * (size_t)in.c;
    const ax_map *x = call->in[0].mem;
    ax_map *y = call->out[0].mem, *spare = call->work;
    uint8_t *place = call->out[1].mem;
    int T = ax_cpu_tasks(dev, ax_shape_count(out));
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span((size_t)out.n * (size_t)out.h, 1, T, t, &lo, &hi);
        for (size_t r = lo; r < hi; r++)
            ax_cpu_maps(dev)->max_pool_row(x + r / (size_t)out.h * image, &g, (int32_t)(r % (size_t)out.h),
                                           y ? y + r * row : spare + (size_t)t * row, place ? place + r * row : NULL);
    }
    return AX_OK;
}

/* in: the gradient, -, -, -, the places of the maxima. */
AX_CPU_RUN(ax_cpu_maxpool_backward)
{
    const ax_shape in = call->out[0].type.shape, out = call->in[0].type.shape;
    const ax_dw g = window(call, in, out);
    const size_t row = (size_t)in.w * (size_t)in.c, image = (size_t)out.h * (size_t)out.w * (size_t)out.c;
    const ax_map *dy = call->in[0].mem;
    const uint8_t *place = call->in[4].mem;
    ax_map *dx = call->out[0].mem;
    int T = ax_cpu_tasks(dev, ax_shape_count(in));
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span((size_t)in.n * (size_t)in.h, 1, T, t, &lo, &hi);
        for (size_t r = lo; r < hi; r++) {
            size_t at = r / (size_t)in.h * image;
            ax_cpu_maps(dev)->max_pool_row_backward(dy + at, place + at, &g, (int32_t)(r % (size_t)in.h), dx + r * row);
        }
    }
    return AX_OK;
}
