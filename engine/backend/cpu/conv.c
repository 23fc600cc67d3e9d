/* Convolution: chooses the cheapest suitable implementation for every pass. */
#include "engine/backend/cpu/conv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Among equal costs the first is taken. */
const ax_conv_impl *const ax_conv_impls[AX_CONV_IMPLS] = {
    &ax_conv_depthwise, &ax_conv_pointwise, &ax_conv_direct, &ax_conv_winograd, &ax_conv_im2col,
#if !defined(AX_BF16_MAPS)
    &ax_conv_plain,
#endif
};

enum { PARTS = 2 }; /* the two gradients, each with its own implementation */

typedef struct part {
    const ax_conv_impl *impl;
    ax_conv conv;
} part;

typedef struct prep {
    part part[PARTS];
    unsigned n;
} prep;

/* ---- choosing ---- */

/* Pairs of an output and a tap along one axis that lie inside the map. */
static double taps_inside(const ax_conv_shape *g, int32_t in, int32_t out)
{
    double n = 0;
    for (int32_t k = 0; k < g->kernel; k++) {
        /* outputs first .. last see tap k inside: 0 <= o * stride - pad + k * dilation < in */
        int32_t before = g->pad - k * g->dilation, after = in - 1 + before;
        int32_t first = before > 0 ? (before + g->stride - 1) / g->stride : 0, last = after / g->stride;
        last = last < out ? last : out - 1;
        n += after >= 0 && last >= first ? last - first + 1 : 0;
    }
    return n;
}

double ax_conv_macs(const ax_conv *c)
{
    const ax_conv_shape *g = &c->shape;
    return taps_inside(g, g->h, g->oh) * taps_inside(g, g->w, g->ow) * g->co * (c->groups > 1 ? 1 : g->ci);
}

/* Whether the implementation may be chosen at all. */
static bool may(const ax_device *dev, const ax_conv_impl *impl, const ax_conv *c)
{
    return (!dev->conv || !strcmp(dev->conv, impl->name)) && (!c->rows || impl->rows) && impl->fits(dev, c);
}

bool ax_conv_fits(const ax_device *dev, size_t i, const ax_conv *c)
{
    return ax_conv_impls[i]->fits(dev, c);
}

const ax_conv_impl *ax_conv_choose(const ax_device *dev, const ax_conv *c, ax_err *err)
{
    const ax_conv_impl *best = NULL;
    double least = 0;
    for (size_t i = 0; i < AX_CONV_IMPLS; i++) {
        const ax_conv_impl *impl = ax_conv_impls[i];
        if (!may(dev, impl, c))
            continue;
        double cost = impl->cost(dev, c);
        if (best && cost >= least)
            continue;
        best = impl;
        least = cost;
    }
    if (!best)
        ax_fail(err, AX_EINVAL, "conv2d: nothing computes kernel %d, stride %d, %u groups of %d channels",
                c->shape.kernel, c->shape.stride, c->groups, c->shape.ci);
    return best;
}

ax_conv ax_conv_of(const ax_call *call)
{
    ax_shape x = call->in[call->backward ? 1 : 0].type.shape;
    ax_shape y = call->backward ? call->in[0].type.shape : call->out[0].type.shape;
    return (ax_conv) { .shape = { .h = x.h,
                                  .w = x.w,
                                  .ci = x.c,
                                  .oh = y.h,
                                  .ow = y.w,
                                  .co = y.c,
                                  .kernel = call->attr.conv.kernel,
                                  .stride = call->attr.conv.stride,
                                  .pad = call->attr.conv.pad,
                                  .dilation = call->attr.conv.dilation },
                       .groups = call->attr.conv.groups,
                       .bias = !call->backward && call->op == AX_OP_CONV2D && call->n_in == 3 };
}

/* Adds a pass, to the part before it if that has the same implementation. */
static ax_code add_pass(const ax_device *dev, prep *p, ax_conv conv, unsigned pass, ax_err *err)
{
    conv.passes = pass;
    const ax_conv_impl *impl = ax_conv_choose(dev, &conv, err);
    if (!impl)
        return AX_EINVAL;
    if (p->n && p->part[p->n - 1].impl == impl)
        p->part[p->n - 1].conv.passes |= pass;
    else
        p->part[p->n++] = (part) { impl, conv };
    return AX_OK;
}

/* ---- the backend's kernel ---- */

static bool wants_bias(const ax_call *call)
{
    return call->backward && call->n_out > 2 && call->out[2].mem;
}

AX_CPU_PREPARE(ax_cpu_conv_prepare)
{
    const ax_conv conv = ax_conv_of(call);
    prep *p = calloc(1, sizeof *p);
    if (!p)
        return ax_fail(err, AX_ENOMEM, "out of memory");
    ax_code code = AX_OK;
    if (!call->backward)
        code = add_pass(dev, p, conv, AX_CONV_FORWARD, err);
    if (call->backward && call->out[0].mem)
        code = add_pass(dev, p, conv, AX_CONV_DATA, err);
    if (call->backward && call->out[1].mem && code == AX_OK)
        code = add_pass(dev, p, conv, AX_CONV_WEIGHTS, err);
    *work = wants_bias(call) ? (size_t)dev->threads * (size_t)conv.shape.co * sizeof(double) : 0;
    unsigned made = 0;
    for (; code == AX_OK && made < p->n; made++) {
        size_t bytes = 0;
        code = p->part[made].impl->prepare(dev, &p->part[made].conv, &bytes, err);
        *work = bytes > *work ? bytes : *work;
    }
    p->n = code == AX_OK ? p->n : made; /* a part that failed is released too */
    call->prep = p;
    if (code != AX_OK)
        AX_TYPED(ax_cpu_conv_discard)(dev, call);
    return code;
}

AX_CPU_DISCARD(ax_cpu_conv_discard)
{
    (void)dev;
    prep *p = call->prep;
    for (unsigned i = 0; p && i < p->n; i++)
        if (p->part[i].impl->release)
            p->part[i].impl->release(&p->part[i].conv);
    free(p);
    call->prep = NULL;
}

/* The sum of dy over all pixels. sums: threads * c doubles. */
static void bias_gradient(ax_device *dev, const ax_operand *dy, float *out, double *sums)
{
    ax_shape s = dy->type.shape;
    ax_cpu_image_sums(dev, dy->mem, (ax_shape) { 1, s.n, s.h * s.w, s.c }, sums);
    for (int32_t k = 0; k < s.c; k++)
        out[k] = (float)sums[k];
}

AX_CPU_RUN(ax_cpu_conv_run)
{
    (void)err;
    const prep *p = call->prep;
    ax_conv_memory m = { .n = call->in[0].type.shape.n, .work = call->work };
    const ax_epilogue e = { .bias = !call->backward && call->n_in == 3 ? call->in[2].mem : NULL };
    if (call->backward) {
        m.dy = call->in[0].mem, m.x = call->in[1].mem, m.w = call->in[2].mem;
        m.dx = call->out[0].mem, m.dw = call->out[1].mem;
    } else {
        m.x = call->in[0].mem, m.w = call->in[1].mem, m.e = e.bias ? &e : NULL;
        m.y = call->out[0].mem;
    }
    for (unsigned i = 0; i < p->n; i++)
        p->part[i].impl->run(dev, &p->part[i].conv, &m);
    if (wants_bias(call))
        bias_gradient(dev, &call->in[0], call->out[2].mem, call->work);
    return AX_OK;
}

/* ---- explaining ---- */

static void append(char *to, size_t cap, const char *text)
{
    size_t n = strlen(to);
    snprintf(to + n, cap - n, "%s%s", n ? ", " : "", text);
}

void ax_conv_explain(const ax_device *dev, const ax_conv_impl *impl, ax_conv c, ax_explanation *out)
{
    c.passes &= ~(c.passes - 1);
    append(out->by, sizeof out->by, impl->name);
    for (size_t i = 0; i < AX_CONV_IMPLS; i++) {
        char text[40];
        if (!may(dev, ax_conv_impls[i], &c))
            continue;
        snprintf(text, sizeof text, "%s %.4gM", ax_conv_impls[i]->name, ax_conv_impls[i]->cost(dev, &c) * 1e-6);
        append(out->why, sizeof out->why, text);
    }
}

AX_CPU_EXPLAIN(ax_cpu_conv_explain)
{
    const prep *p = call->prep;
    *out = (ax_explanation) { .by = "" };
    for (unsigned i = 0; i < p->n; i++)
        ax_conv_explain(dev, p->part[i].impl, p->part[i].conv, out);
}
