/* Zero, activations, sums and mixtures of two maps, concatenation. */
#include "engine/backend/cpu/device.h"

#include "engine/base/bf16.h"

#include <string.h>

AX_CPU_RUN(ax_cpu_zero)
{
    memset(call->out[0].mem, 0, ax_type_bytes(call->out[0].type));
    return AX_OK;
}

AX_CPU_WORK(relu)
{
    const ax_call *call = job;
    ax_cpu_maps(dev)->relu((const ax_map *)call->in[0].mem + lo, call->attr.act, (ax_map *)call->out[0].mem + lo,
                           hi - lo);
}

/* Does `work` on all elements of the first input. */
static ax_code each_element(const ax_device *dev, ax_cpu_work *work, const ax_call *call)
{
    size_t n = ax_shape_count(call->in[0].type.shape);
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, n), n, 64, work, call);
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_relu_forward)
{
    return each_element(dev, relu, call);
}

AX_CPU_WORK(relu_gradient)
{
    const ax_call *call = job;
    const ax_map *dy = call->in[0].mem, *value = call->in[2].mem ? call->in[2].mem : call->in[1].mem;
    ax_map *dx = call->out[0].mem;
    ax_cpu_maps(dev)->relu_backward(dy + lo, value + lo, call->attr.act, dx + lo, hi - lo);
}

/* in: dy, x or -, y or -: either gives the mask. */
AX_CPU_RUN(ax_cpu_relu_backward)
{
    return each_element(dev, relu_gradient, call);
}

AX_CPU_WORK(add)
{
    const ax_call *call = job;
    const ax_map *a = call->in[0].mem, *b = call->in[1].mem;
    ax_map *y = call->out[0].mem;
    ax_cpu_maps(dev)->add(a + lo, b + lo, y + lo, hi - lo);
    for (uint32_t i = 2; i < call->n_in; i++) /* y never shares memory with these */
        ax_cpu_maps(dev)->add(y + lo, (const ax_map *)call->in[i].mem + lo, y + lo, hi - lo);
}

AX_CPU_RUN(ax_cpu_add_forward)
{
    return each_element(dev, add, call);
}

/* Whether summand i's gradient has memory of its own. */
static bool is_copied(const ax_call *call, uint32_t i)
{
    return call->out[i].mem && call->out[i].mem != call->in[0].mem;
}

AX_CPU_WORK(copy_gradient)
{
    const ax_call *call = job;
    const ax_map *dy = call->in[0].mem;
    for (uint32_t i = 0; i < call->n_out; i++)
        if (is_copied(call, i))
            memcpy((ax_map *)call->out[i].mem + lo, dy + lo, (hi - lo) * sizeof *dy);
}

AX_CPU_RUN(ax_cpu_add_backward)
{
    bool copied = false;
    for (uint32_t i = 0; i < call->n_out; i++)
        copied |= is_copied(call, i);
    return copied ? each_element(dev, copy_gradient, call) : AX_OK;
}

AX_CPU_WORK(convert)
{
    const ax_call *call = job;
    const void *from = call->in[0].mem;
    void *to = call->out[0].mem;
    const bool narrows = call->out[0].type.dtype == AX_BF16;
#if defined(AX_BF16_MAPS)
    if (narrows)
        ax_cpu_maps(dev)->narrow((const float *)from + lo, (ax_map *)to + lo, hi - lo);
    else
        ax_cpu_maps(dev)->widen((const ax_map *)from + lo, (float *)to + lo, hi - lo);
#else /* no graph for a processor without kernels for bfloat16 contains it, so a plain loop suffices */
    for (size_t i = lo; i < hi; i++)
        if (narrows)
            ((uint16_t *)to)[i] = ax_bf16_from(((const float *)from)[i]);
        else
            ((float *)to)[i] = ax_bf16_to(((const uint16_t *)from)[i]);
#endif
}

AX_CPU_RUN(ax_cpu_cast)
{
    return each_element(dev, convert, call);
}

AX_CPU_WORK(mix)
{
    const ax_call *call = job;
    const size_t c = (size_t)call->in[0].type.shape.c;
    const ax_map *x = call->in[0].mem, *y = call->in[1].mem;
    ax_map *out = call->out[0].mem;
    ax_cpu_maps(dev)->mix(x + lo * c, y + lo * c, call->in[2].mem, call->in[3].mem, out + lo * c, hi - lo, (int32_t)c);
}

AX_CPU_RUN(ax_cpu_mix_forward)
{
    const size_t n = ax_shape_count(call->in[0].type.shape);
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, n), n / (size_t)call->in[0].type.shape.c, 1, mix, call);
    return AX_OK;
}

/* A sum per task and channel. */
AX_CPU_PREPARE(ax_cpu_mix_backward_prepare)
{
    *work = (size_t)dev->threads * (size_t)call->in[0].type.shape.c * sizeof(double);
    return AX_OK;
}

typedef struct mixed_side {
    const ax_map *gradient, *side;
    const float *factor;
    ax_map *dside;  /* may be NULL, */
    bool of_factor; /* and the factor's gradient not wanted */
    double *sums;
    size_t c;
} mixed_side;

AX_CPU_WORK(mix_gradient)
{
    const mixed_side *m = job;
    const ax_map *d = m->gradient + lo * m->c;
    if (m->dside)
        ax_cpu_maps(dev)->scale_channels(d, m->factor, m->dside + lo * m->c, hi - lo, (int32_t)m->c);
    if (m->of_factor)
        ax_cpu_maps(dev)->column_products(d, m->side + lo * m->c, hi - lo, (int32_t)m->c,
                                          m->sums + (size_t)task * m->c);
}

/* Gradients of one side's map and factors; either may be NULL. */
static void mix_side(ax_device *dev, const ax_operand *gradient, const ax_map *side, const float *factor, ax_map *dside,
                     float *dfactor, double *sums)
{
    size_t c = (size_t)gradient->type.shape.c, n = ax_shape_count(gradient->type.shape);
    const mixed_side m = { gradient->mem, side, factor, dside, dfactor, sums, c };
    int T = ax_cpu_tasks(dev, n);
    memset(sums, 0, (size_t)T * c * sizeof *sums);
    ax_cpu_parallel_for(dev, T, n / c, 1, mix_gradient, &m);
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

typedef struct concatenation {
    const ax_operand *part; /* those without memory are left out */
    uint32_t n;
    const ax_operand *whole;
    bool split;
} concatenation;

/* Pixel by pixel, so that the whole is written (or read) in the order of its memory. */
AX_CPU_WORK(copy_channels)
{
    const concatenation *j = job;
    const size_t c = (size_t)j->whole->type.shape.c;
    for (size_t p = lo; p < hi; p++) {
        ax_map *all = (ax_map *)j->whole->mem + p * c;
        for (uint32_t i = 0; i < j->n; i++) {
            const size_t nc = (size_t)j->part[i].type.shape.c;
            ax_map *one = (ax_map *)j->part[i].mem + p * nc;
            if (j->part[i].mem)
                memcpy(j->split ? one : all, j->split ? all : one, nc * sizeof *one);
            all += nc;
        }
    }
}

static ax_code concat(ax_device *dev, const concatenation *j)
{
    const size_t n = ax_shape_count(j->whole->type.shape);
    ax_cpu_parallel_for(dev, ax_cpu_tasks(dev, n), n / (size_t)j->whole->type.shape.c, 1, copy_channels, j);
    return AX_OK;
}

AX_CPU_RUN(ax_cpu_concat_forward)
{
    return concat(dev, &(concatenation) { call->in, call->n_in, &call->out[0], false });
}

AX_CPU_RUN(ax_cpu_concat_backward)
{
    return concat(dev, &(concatenation) { call->out, call->n_out, &call->in[0], true });
}
