/* Sums over the pixels of an image, global average pooling, and maximum pooling. */
#include "engine/backend/cpu/device.h"

#include <string.h>

typedef struct image_sums {
    const ax_map *x;
    size_t px, c;
    int parts; /* of an image */
    double *sums;
} image_sums;

AX_CPU_WORK(sum_parts)
{
    const image_sums *s = job;
    for (size_t i = lo, from, to; i < hi; i++) {
        ax_cpu_span(s->px, 1, s->parts, (int)i % s->parts, &from, &to);
        ax_cpu_maps(dev)->column_sums(s->x + (i / (size_t)s->parts * s->px + from) * s->c, to - from, (int32_t)s->c,
                                      s->sums + i * s->c);
    }
}

void ax_cpu_image_sums(ax_device *dev, const ax_map *x, ax_shape shape, double *work)
{
    size_t c = (size_t)shape.c, px = (size_t)shape.h * (size_t)shape.w;
    const int T = ax_cpu_tasks(dev, px * c);
    const size_t parts = (size_t)T * (size_t)shape.n;
    const image_sums job = { x, px, c, T, work };
    memset(work, 0, parts * c * sizeof *work);
    ax_cpu_parallel_for(dev, dev->threads, parts, 1, sum_parts, &job);
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

AX_CPU_WORK(spread)
{
    const ax_call *call = job;
    const ax_shape s = call->out[0].type.shape;
    const size_t c = (size_t)s.c, px = (size_t)s.h * (size_t)s.w;
    const ax_map *dy = call->in[0].mem;
    ax_map *dx = call->out[0].mem;
    for (size_t p = lo; p < hi; p++)
        ax_cpu_maps(dev)->scale(dy + p / px * c, (float)(1.0 / (double)px), dx + p * c, c);
}

AX_CPU_RUN(ax_cpu_gpool_backward)
{
    const ax_shape s = call->out[0].type.shape;
    const size_t n = ax_shape_count(s);
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, n), n / (size_t)s.c, 1, spread, call);
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

/* Rows lo .. hi of all images. */
AX_CPU_WORK(find_maxima)
{
    const ax_call *call = job;
    const ax_shape in = call->in[0].type.shape, out = call->out[0].type.shape;
    const ax_dw g = window(call, in, out);
    const size_t row = (size_t)out.w * (size_t)out.c, image = (size_t)in.h * (size_t)in.w * (size_t)in.c;
    const ax_map *x = call->in[0].mem;
    ax_map *y = call->out[0].mem, *spare = call->work;
    uint8_t *place = call->out[1].mem;
    for (size_t r = lo; r < hi; r++)
        ax_cpu_maps(dev)->max_pool_row(x + r / (size_t)out.h * image, &g, (int32_t)(r % (size_t)out.h),
                                       y ? y + r * row : spare + (size_t)task * row, place ? place + r * row : NULL);
}

AX_CPU_RUN(ax_cpu_maxpool_forward)
{
    const ax_shape out = call->out[0].type.shape;
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, ax_shape_count(out)), (size_t)out.n * (size_t)out.h, 1, find_maxima,
                        call);
    return AX_OK;
}

/* Rows lo .. hi of all images. */
AX_CPU_WORK(gather_gradients)
{
    const ax_call *call = job;
    const ax_shape in = call->out[0].type.shape, out = call->in[0].type.shape;
    const ax_dw g = window(call, in, out);
    const size_t row = (size_t)in.w * (size_t)in.c, image = (size_t)out.h * (size_t)out.w * (size_t)out.c;
    const ax_map *dy = call->in[0].mem;
    const uint8_t *place = call->in[4].mem;
    ax_map *dx = call->out[0].mem;
    for (size_t r = lo; r < hi; r++) {
        size_t at = r / (size_t)in.h * image;
        ax_cpu_maps(dev)->max_pool_row_backward(dy + at, place + at, &g, (int32_t)(r % (size_t)in.h), dx + r * row);
    }
}

/* in: the gradient, -, -, -, the places of the maxima. */
AX_CPU_RUN(ax_cpu_maxpool_backward)
{
    const ax_shape in = call->out[0].type.shape;
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, ax_shape_count(in)), (size_t)in.n * (size_t)in.h, 1, gather_gradients,
                        call);
    return AX_OK;
}
