/* Losses: cross entropy with its unit gradient in the same pass, mean squared error with and without weights, and
   weighted sums of scalars. */
#include "engine/backend/cpu/device.h"

#include <string.h>

enum { CE_PIXELS = 64 }; /* block size of isa/loss.c */

static size_t block_bytes(size_t c)
{
    return ax_cpu_align(CE_PIXELS * c * sizeof(float));
}

/* Scratch: one sum per task, then a block of pixels per task. */
AX_CPU_PREPARE(ax_cpu_ce_prepare)
{
    *work = AX_CPU_MAX_THREADS * sizeof(double) + (size_t)dev->threads * block_bytes((size_t)call->in[0].type.shape.c);
    return AX_OK;
}

static double sum_tasks(const double *sums, int T)
{
    double s = 0.0;
    for (int t = 0; t < T; t++)
        s += sums[t];
    return s;
}

/* Total weight of the labelled pixels; without weights their number. */
static double weight_of(const uint8_t *labels, const float *weight, size_t px, size_t c)
{
    size_t valid = 0;
    double all = 0.0;
    for (size_t i = 0; i < px; i++)
        valid += labels[i] < c;
    for (size_t i = 0; i < px && weight; i++)
        all += labels[i] < c ? (double)weight[labels[i]] : 0.0;
    return weight ? all : (double)valid;
}

typedef struct cross_entropy {
    const float *logits, *weight;
    const uint8_t *labels;
    size_t c;
    float scale, *grad;
    double *sums;
    char *blocks;
} cross_entropy;

AX_CPU_WORK(add_entropy)
{
    const cross_entropy *e = job;
    const size_t c = e->c;
    e->sums[task] =
        dev->k->ce(e->logits + lo * c, e->labels + lo, e->weight, hi - lo, (int32_t)c, e->scale,
                   e->grad ? e->grad + lo * c : NULL, (float *)(void *)(e->blocks + (size_t)task * block_bytes(c)));
}

AX_CPU_RUN(ax_cpu_ce_forward)
{
    size_t c = (size_t)call->in[0].type.shape.c, px = ax_shape_count(call->in[0].type.shape) / c;
    const float *weight = call->n_in > 2 ? call->in[2].mem : NULL;
    float *loss = call->out[0].mem;
    double all = weight_of(call->in[1].mem, weight, px, c);
    const cross_entropy e = { .logits = call->in[0].mem,
                              .weight = weight,
                              .labels = call->in[1].mem,
                              .c = c,
                              .scale = all > 0.0 ? (float)(1.0 / all) : 0.0f,
                              .grad = call->out[1].mem,
                              .sums = call->work,
                              .blocks = (char *)call->work + AX_CPU_MAX_THREADS * sizeof(double) };
    int T = ax_cpu_tasks(dev, px * c);
    ax_cpu_parallel_for(dev, T, px, CE_PIXELS, add_entropy, &e);
    if (loss)
        *loss = all > 0.0 ? (float)(sum_tasks(e.sums, T) / all) : 0.0f;
    return AX_OK;
}

typedef struct scaling {
    const float *x;
    float s, *y;
} scaling;

AX_CPU_WORK(scale)
{
    const scaling *m = job;
    dev->k->scale(m->x + lo, m->s, m->y + lo, hi - lo);
}

/* in: dloss, -, logits or -, labels or -, weights or - if there are any, -, unit gradient. */
AX_CPU_RUN(ax_cpu_ce_backward)
{
    const size_t n = ax_shape_count(call->out[0].type.shape);
    const scaling m = { call->in[call->n_in - 1].mem, *(const float *)call->in[0].mem, call->out[0].mem };
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, n), n, 64, scale, &m);
    return AX_OK;
}

AX_CPU_PREPARE(ax_cpu_mse_prepare)
{
    *work = AX_CPU_MAX_THREADS * sizeof(double);
    return AX_OK;
}

typedef struct difference {
    const float *a, *b;
    float scale, *gradient;
    double *sums;
} difference;

AX_CPU_WORK(add_squares)
{
    const difference *d = job;
    d->sums[task] = dev->k->square_difference(d->a + lo, d->b + lo, hi - lo);
}

AX_CPU_RUN(ax_cpu_mse_forward)
{
    size_t n = ax_shape_count(call->in[0].type.shape);
    const difference d = { .a = call->in[0].mem, .b = call->in[1].mem, .sums = call->work };
    int T = ax_cpu_tasks(dev, n);
    ax_cpu_parallel_for(dev, T, n, 64, add_squares, &d);
    *(float *)call->out[0].mem = (float)(sum_tasks(d.sums, T) / (double)n);
    return AX_OK;
}

AX_CPU_WORK(scale_difference)
{
    const difference *d = job;
    dev->k->scale_difference(d->a + lo, d->b + lo, d->scale, d->gradient + lo, hi - lo);
}

/* in: dloss, a, b, -. */
AX_CPU_RUN(ax_cpu_mse_backward)
{
    size_t n = ax_shape_count(call->in[1].type.shape);
    const difference d = { .a = call->in[1].mem,
                           .b = call->in[2].mem,
                           .scale = (float)(2.0 * (double)*(const float *)call->in[0].mem / (double)n),
                           .gradient = call->out[0].mem };
    if (d.gradient)
        ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, n), n, 64, scale_difference, &d);
    return AX_OK;
}

/* Images of a map whose channels have separate weights. */
typedef struct weighted {
    const float *a, *b, *weight;
    size_t px; /* pixels of an image */
    int32_t c;
    float scale, *gradient; /* NULL: sums of squares instead */
    double *sums;
} weighted;

/* Pixels lo .. hi of all images, image by image. */
AX_CPU_WORK(weighted_pixels)
{
    const weighted *m = job;
    double sum = 0.0;
    const size_t c = (size_t)m->c;
    while (lo < hi) {
        size_t image = lo / m->px, end = (image + 1) * m->px < hi ? (image + 1) * m->px : hi, at = lo * c;
        const float *weight = m->weight + image * c;
        if (m->gradient)
            dev->k->weighted_scale_difference(m->a + at, m->b + at, weight, m->scale, m->gradient + at, end - lo, m->c);
        else
            sum += dev->k->weighted_square_difference(m->a + at, m->b + at, weight, end - lo, m->c);
        lo = end;
    }
    if (!m->gradient)
        m->sums[task] = sum;
}

/* Returns the number of tasks. */
static int weighted_pass(ax_device *dev, const weighted *m, ax_shape s)
{
    const int T = ax_cpu_tasks(dev, ax_shape_count(s));
    ax_cpu_parallel_for(dev, T, (size_t)s.n * m->px, 64, weighted_pixels, m);
    return T;
}

static size_t image_pixels(ax_shape s)
{
    return (size_t)s.h * (size_t)s.w;
}

AX_CPU_RUN(ax_cpu_wmse_forward)
{
    ax_shape s = call->in[0].type.shape;
    const weighted m = { .a = call->in[0].mem,
                         .b = call->in[1].mem,
                         .weight = call->in[2].mem,
                         .px = image_pixels(s),
                         .c = s.c,
                         .sums = call->work };
    const int T = weighted_pass(dev, &m, s);
    *(float *)call->out[0].mem = (float)(sum_tasks(m.sums, T) / (2.0 * (double)ax_shape_count(s)));
    return AX_OK;
}

/* in: dloss, a, b, weight, -. */
AX_CPU_RUN(ax_cpu_wmse_backward)
{
    ax_shape s = call->in[1].type.shape;
    const weighted m = { .a = call->in[1].mem,
                         .b = call->in[2].mem,
                         .weight = call->in[3].mem,
                         .px = image_pixels(s),
                         .c = s.c,
                         .scale = (float)((double)*(const float *)call->in[0].mem / (double)ax_shape_count(s)),
                         .gradient = call->out[0].mem };
    if (m.gradient)
        (void)weighted_pass(dev, &m, s);
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_wsum_forward)
{
    double s = 0.0;
    for (uint32_t i = 0; i < call->n_in; i++)
        s += (double)call->attr.weight[i] * (double)*(const float *)call->in[i].mem;
    *(float *)call->out[0].mem = (float)s;
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_wsum_backward)
{
    float dy = *(const float *)call->in[0].mem;
    for (uint32_t i = 0; i < call->n_out; i++)
        if (call->out[i].mem)
            *(float *)call->out[i].mem = call->attr.weight[i] * dy;
    return AX_OK;
}
