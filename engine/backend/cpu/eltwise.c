/* Zero, activations, sums and mixtures of two maps, concatenation. */
#include "engine/backend/cpu/device.h"

#include "engine/base/bf16.h"

#include <string.h>

AX_CPU_RUN(ax_cpu_zero)
{
    memset(call->out[0].mem, 0, ax_type_bytes(call->out[0].type));
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_relu_forward)
{
    size_t n = ax_shape_count(call->in[0].type.shape);
    const ax_map *x = call->in[0].mem;
    ax_map *y = call->out[0].mem;
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 64, T, t, &lo, &hi);
        ax_cpu_maps(dev)->relu(x + lo, call->attr.act, y + lo, hi - lo);
    }
    return AX_OK;
}

/* in: dy, x or -, y or -: either gives the mask. */
AX_CPU_RUN(ax_cpu_relu_backward)
{
    size_t n = ax_shape_count(call->in[0].type.shape);
    const ax_map *dy = call->in[0].mem, *value = call->in[2].mem ? call->in[2].mem : call->in[1].mem;
    ax_map *dx = call->out[0].mem;
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 64, T, t, &lo, &hi);
        ax_cpu_maps(dev)->relu_backward(dy + lo, value + lo, call->attr.act, dx + lo, hi - lo);
    }
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_add_forward)
{
    size_t n = ax_shape_count(call->in[0].type.shape);
    const ax_map *a = call->in[0].mem, *b = call->in[1].mem;
    ax_map *y = call->out[0].mem;
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 64, T, t, &lo, &hi);
        ax_cpu_maps(dev)->add(a + lo, b + lo, y + lo, hi - lo);
        for (uint32_t i = 2; i < call->n_in; i++) /* y never shares memory with these */
            ax_cpu_maps(dev)->add(y + lo, (const ax_map *)call->in[i].mem + lo, y + lo, hi - lo);
    }
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_add_backward)
{
    size_t n = ax_shape_count(call->in[0].type.shape);
    const ax_map *dy = call->in[0].mem;
    for (uint32_t i = 0; i < call->n_out; i++) {
        ax_map *dx = call->out[i].mem;
        if (!dx || dx == dy)
            continue;
        int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
        for (int t = 0; t < T; t++) {
            size_t lo, hi;
            ax_cpu_span(n, 64, T, t, &lo, &hi);
            memcpy(dx + lo, dy + lo, (hi - lo) * sizeof *dx);
        }
    }
    return AX_OK;
}

/* Elements lo .. hi. */
static void convert(const ax_device *dev, const ax_call *call, size_t lo, size_t hi)
{
    const void *from = call->in[0].mem;
    void *to = call->out[0].mem;
    const bool narrows = call->out[0].type.dtype == AX_BF16;
#if defined(AX_BF16_MAPS)
    if (narrows)
        ax_cpu_maps(dev)->narrow((const float *)from + lo, (ax_map *)to + lo, hi - lo);
    else
        ax_cpu_maps(dev)->widen((const ax_map *)from + lo, (float *)to + lo, hi - lo);
#else /* no graph for a processor without kernels for bfloat16 contains it, so a plain loop suffices */
    (void)dev;
    for (size_t i = lo; i < hi; i++)
        if (narrows)
            ((uint16_t *)to)[i] = ax_bf16_from(((const float *)from)[i]);
        else
            ((float *)to)[i] = ax_bf16_to(((const uint16_t *)from)[i]);
#endif
}

AX_CPU_RUN(ax_cpu_cast)
{
    size_t n = ax_shape_count(call->in[0].type.shape);
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 64, T, t, &lo, &hi);
        convert(dev, call, lo, hi);
    }
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_mix_forward)
{
    size_t c = (size_t)call->in[0].type.shape.c, px = ax_shape_count(call->in[0].type.shape) / c;
    const ax_map *x = call->in[0].mem, *y = call->in[1].mem;
    ax_map *out = call->out[0].mem;
    int T = ax_cpu_tasks(dev, px * c);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(px, 1, T, t, &lo, &hi);
        ax_cpu_maps(dev)->mix(x + lo * c, y + lo * c, call->in[2].mem, call->in[3].mem, out + lo * c, hi - lo,
                              (int32_t)c);
    }
    return AX_OK;
}

/* A sum per task and channel. */
AX_CPU_PREPARE(ax_cpu_mix_backward_prepare)
{
    *work = (size_t)dev->threads * (size_t)call->in[0].type.shape.c * sizeof(double);
    return AX_OK;
}

/* Gradients of one side's map and factors; either may be NULL. */
static void mix_side(ax_device *dev, const ax_operand *gradient, const ax_map *side, const float *factor, ax_map *dside,
                     float *dfactor, double *sums)
{
    size_t c = (size_t)gradient->type.shape.c, px = ax_shape_count(gradient->type.shape) / c;
    const ax_map *d = gradient->mem;
    int T = ax_cpu_tasks(dev, px * c);
    memset(sums, 0, (size_t)T * c * sizeof *sums);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(px, 1, T, t, &lo, &hi);
        if (dside)
            ax_cpu_maps(dev)->scale_channels(d + lo * c, factor, dside + lo * c, hi - lo, (int32_t)c);
        if (dfactor)
            ax_cpu_maps(dev)->column_products(d + lo * c, side + lo * c, hi - lo, (int32_t)c, sums + (size_t)t * c);
    }
    for (size_t k = 0; k < c && dfactor; k++) {
        double sum = 0;
        for (int t = 0; t < T; t++)
            sum += sums[(size_t)t * c + k];
        dfactor[k] = (float)sum;
    }
}

/* in: the gradient, x, y, a, b. */
AX_CPU_RUN(ax_cpu_mix_backward)
{
    for (uint32_t k = 0; k < 2; k++)
        mix_side(dev, &call->in[0], call->in[1 + k].mem, call->in[3 + k].mem, call->out[k].mem, call->out[2 + k].mem,
                 call->work);
    return AX_OK;
}

/* Copies a part's channels from or to the whole, whose pixels have c channels. */
static void copy_channels(ax_device *dev, ax_map *part, ax_map *whole, size_t c, size_t at, size_t nc, size_t px,
                          bool split)
{
    int T = ax_cpu_tasks(dev, px * nc);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(px, 1, T, t, &lo, &hi);
        for (size_t p = lo; p < hi; p++) {
            ax_map *one = part + p * nc, *all = whole + p * c + at;
            memcpy(split ? one : all, split ? all : one, nc * sizeof *one);
        }
    }
}

static void concat(ax_device *dev, const ax_operand *parts, uint32_t n, const ax_operand *whole, bool split)
{
    size_t c = (size_t)whole->type.shape.c, px = ax_shape_count(whole->type.shape) / c, at = 0;
    for (uint32_t i = 0; i < n; i++) {
        size_t nc = (size_t)parts[i].type.shape.c;
        if (parts[i].mem)
            copy_channels(dev, parts[i].mem, whole->mem, c, at, nc, px, split);
        at += nc;
    }
}

AX_CPU_RUN(ax_cpu_concat_forward)
{
    concat(dev, call->in, call->n_in, &call->out[0], false);
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_concat_backward)
{
    concat(dev, call->out, call->n_out, &call->in[0], true);
    return AX_OK;
}
