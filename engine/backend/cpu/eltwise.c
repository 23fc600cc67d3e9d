/* Zero, activations, sums of two, concatenation. */
#include "engine/backend/cpu/device.h"

#include <string.h>

AX_CPU_RUN(ax_cpu_zero)
{
    (void)dev, (void)err;
    memset(call->out[0].mem, 0, ax_type_bytes(call->out[0].type));
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_relu_forward)
{
    (void)err;
    size_t n = ax_shape_count(call->in[0].type.shape);
    const float *x = call->in[0].mem;
    float *y = call->out[0].mem;
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 64, T, t, &lo, &hi);
        dev->k->relu(x + lo, call->attr.act, y + lo, hi - lo);
    }
    return AX_OK;
}

/* in: dy, x or -, y or -: the mask can be read from either. */
AX_CPU_RUN(ax_cpu_relu_backward)
{
    (void)err;
    size_t n = ax_shape_count(call->in[0].type.shape);
    const float *dy = call->in[0].mem, *value = call->in[2].mem ? call->in[2].mem : call->in[1].mem;
    float *dx = call->out[0].mem;
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 64, T, t, &lo, &hi);
        dev->k->relu_backward(dy + lo, value + lo, call->attr.act, dx + lo, hi - lo);
    }
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_add_forward)
{
    (void)err;
    size_t n = ax_shape_count(call->in[0].type.shape);
    const float *a = call->in[0].mem, *b = call->in[1].mem;
    float *y = call->out[0].mem;
    int T = ax_cpu_tasks(dev, n);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(n, 64, T, t, &lo, &hi);
        dev->k->add(a + lo, b + lo, y + lo, hi - lo);
    }
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_add_backward)
{
    (void)err;
    size_t n = ax_shape_count(call->in[0].type.shape);
    const float *dy = call->in[0].mem;
    for (uint32_t i = 0; i < call->n_out; i++) {
        float *dx = call->out[i].mem;
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

/* Copies the channels of one part between it and the whole, whose pixels have c channels. */
static void copy_channels(ax_device *dev, float *part, float *whole, size_t c, size_t at, size_t nc, size_t px,
                          bool split)
{
    int T = ax_cpu_tasks(dev, px * nc);
#pragma omp parallel for num_threads(T) schedule(static)
    for (int t = 0; t < T; t++) {
        size_t lo, hi;
        ax_cpu_span(px, 1, T, t, &lo, &hi);
        for (size_t p = lo; p < hi; p++) {
            float *one = part + p * nc, *all = whole + p * c + at;
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
    (void)err;
    concat(dev, call->in, call->n_in, &call->out[0], false);
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_concat_backward)
{
    (void)err;
    concat(dev, call->out, call->n_out, &call->in[0], true);
    return AX_OK;
}
