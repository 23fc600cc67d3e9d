/* Losses: cross entropy with its unit gradient in the same pass, mean squared error with and without weights, and
   weighted sums of scalars. */
#include "engine/backend/cpu/device.h"

#include <string.h>

enum { CE_PIXELS = 64 }; /* block size of isa/loss.c */

/* Scratch: one sum per task, then a block of pixels per task. */
AX_CPU_PREPARE(ax_cpu_ce_prepare)
{
    size_t block = ax_cpu_align(CE_PIXELS * (size_t)call->in[0].type.shape.c * sizeof(float));
    *work = AX_CPU_MAX_THREADS * sizeof(double) + (size_t)dev->threads * block;
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

AX_CPU_RUN(ax_cpu_ce_forward)
{
    size_t c = (size_t)call->in[0].type.shape.c, px = ax_shape_count(call->in[0].type.shape) / c;
    const float *logits = call->in[0].mem;
    const uint8_t *labels = call->in[1].mem;
    const float *weight = call->n_in > 2 ? call->in[2].mem : NULL;
    float *loss = call->out[0].mem, *grad = call->out[1].mem;
    double *sums = call->work;
    char *blocks = (char *)call->work + AX_CPU_MAX_THREADS * sizeof(double);
    size_t block = ax_cpu_align(CE_PIXELS * c * sizeof(float));
    double all = weight_of(labels, weight, px, c);
    float scale = all > 0.0 ? (float)(1.0 / all) : 0.0f;
    int T = ax_cpu_tasks(dev, px * c);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(px, CE_PIXELS, T, t, &lo, &hi);
        sums[t] = dev->k->ce(logits + lo * c, labels + lo, weight, hi - lo, (int32_t)c, scale,
                             grad ? grad + lo * c : NULL, (float *)(void *)(blocks + (size_t)t * block));
    }
    if (loss)
        *loss = all > 0.0 ? (float)(sum_tasks(sums, T) / all) : 0.0f;
    return AX_OK;
}

/* y = s * x over n floats; y may be x. */
static void scale_all(ax_device *dev, const float *x, float s, float *y, size_t n)
{
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 64, T, t, &lo, &hi);
        dev->k->scale(x + lo, s, y + lo, hi - lo);
    }
}

/* in: dloss, -, logits or -, labels or -, weights or - if there are any, -, unit gradient. */
AX_CPU_RUN(ax_cpu_ce_backward)
{
    scale_all(dev, call->in[call->n_in - 1].mem, *(const float *)call->in[0].mem, call->out[0].mem,
              ax_shape_count(call->out[0].type.shape));
    return AX_OK;
}

AX_CPU_PREPARE(ax_cpu_mse_prepare)
{
    *work = AX_CPU_MAX_THREADS * sizeof(double);
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_mse_forward)
{
    size_t n = ax_shape_count(call->in[0].type.shape);
    const float *a = call->in[0].mem, *b = call->in[1].mem;
    double *sums = call->work;
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 64, T, t, &lo, &hi);
        sums[t] = dev->k->square_difference(a + lo, b + lo, hi - lo);
    }
    *(float *)call->out[0].mem = (float)(sum_tasks(sums, T) / (double)n);
    return AX_OK;
}

/* in: dloss, a, b, -. */
AX_CPU_RUN(ax_cpu_mse_backward)
{
    size_t n = ax_shape_count(call->in[1].type.shape);
    const float *a = call->in[1].mem, *b = call->in[2].mem;
    float *da = call->out[0].mem, s = (float)(2.0 * (double)*(const float *)call->in[0].mem / (double)n);
    if (!da)
        return AX_OK;
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 64, T, t, &lo, &hi);
        dev->k->scale_difference(a + lo, b + lo, s, da + lo, hi - lo);
    }
    return AX_OK;
}

/* Images of a map whose channels have separate weights. */
typedef struct weighted {
    const float *a, *b, *weight;
    size_t px; /* pixels of an image */
    int32_t c;
} weighted;

/* Pixels lo .. hi of all images, image by image; returns the sum of squares, or writes the gradient to y. */
static double weighted_span(ax_device *dev, const weighted *m, size_t lo, size_t hi, float s, float *y)
{
    double sum = 0.0;
    size_t c = (size_t)m->c;
    while (lo < hi) {
        size_t image = lo / m->px, end = (image + 1) * m->px < hi ? (image + 1) * m->px : hi, at = lo * c;
        const float *weight = m->weight + image * c;
        if (y)
            dev->k->weighted_scale_difference(m->a + at, m->b + at, weight, s, y + at, end - lo, m->c);
        else
            sum += dev->k->weighted_square_difference(m->a + at, m->b + at, weight, end - lo, m->c);
        lo = end;
    }
    return sum;
}

static size_t image_pixels(ax_shape s)
{
    return (size_t)s.h * (size_t)s.w;
}

AX_CPU_RUN(ax_cpu_wmse_forward)
{
    ax_shape s = call->in[0].type.shape;
    size_t n = ax_shape_count(s), px = image_pixels(s);
    const weighted m = { call->in[0].mem, call->in[1].mem, call->in[2].mem, px, s.c };
    double *sums = call->work;
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span((size_t)s.n * px, 64, T, t, &lo, &hi);
        sums[t] = weighted_span(dev, &m, lo, hi, 0.0f, NULL);
    }
    *(float *)call->out[0].mem = (float)(sum_tasks(sums, T) / (2.0 * (double)n));
    return AX_OK;
}

/* in: dloss, a, b, weight, -. */
AX_CPU_RUN(ax_cpu_wmse_backward)
{
    ax_shape s = call->in[1].type.shape;
    size_t n = ax_shape_count(s), px = image_pixels(s);
    const weighted m = { call->in[1].mem, call->in[2].mem, call->in[3].mem, px, s.c };
    float *da = call->out[0].mem, scale = (float)((double)*(const float *)call->in[0].mem / (double)n);
    if (!da)
        return AX_OK;
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span((size_t)s.n * px, 64, T, t, &lo, &hi);
        (void)weighted_span(dev, &m, lo, hi, scale, da);
    }
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
