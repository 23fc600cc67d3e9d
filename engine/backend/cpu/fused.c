/* FUSED: a convolution whose weights are folded with the following batch norm and packed once, in the first run; the
   following operations are applied before outputs are written. */
#include "engine/backend/cpu/fused.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct prep {
    const ax_conv_impl *impl;
    ax_conv conv;
    float *packed, *bias; /* made by the first run; the bias is padded to whole vectors */
} prep;

/* The inputs by meaning; NULL: absent. */
typedef struct operands {
    const float *w, *bias, *gamma, *beta, *mean, *var;
    const ax_map *add[AX_MAX_SUMMANDS];
} operands;

static operands operands_of(const ax_call *call)
{
    operands o = { .w = call->in[1].mem };
    uint32_t i = 2;
    if (call->attr.fused.bias)
        o.bias = call->in[i++].mem;
    if (call->attr.fused.norm) {
        o.gamma = call->in[i++].mem;
        o.beta = call->in[i++].mem;
        o.mean = call->in[i++].mem;
        o.var = call->in[i++].mem;
    }
    for (int k = 0; i < call->n_in; k++)
        o.add[k] = call->in[i++].mem;
    return o;
}

static bool has_bias(const ax_call *call)
{
    return call->attr.fused.bias || call->attr.fused.norm;
}

static size_t bias_bytes(const ax_conv *c)
{
    return ax_cpu_align((size_t)c->shape.co * sizeof(float));
}

ax_code ax_cpu_fused_prepare_rows(ax_device *dev, ax_call *call, bool rows, size_t *work, ax_err *err)
{
    prep *p = calloc(1, sizeof *p);
    if (!p)
        return ax_fail(err, AX_ENOMEM, "out of memory");
    call->prep = p;
    p->conv = ax_conv_of(call);
    p->conv.passes = AX_CONV_FORWARD;
    p->conv.constant = true;
    p->conv.rows = rows;
    p->conv.bias = has_bias(call);
    p->impl = ax_conv_choose(dev, &p->conv, err);
    ax_code code = p->impl ? p->impl->prepare(dev, &p->conv, work, err) : AX_EINVAL;
    call->held = p->conv.packed + (has_bias(call) ? bias_bytes(&p->conv) : 0);
    if (code != AX_OK)
        AX_TYPED(ax_cpu_fused_discard)(dev, call);
    return code;
}

AX_CPU_PREPARE(ax_cpu_fused_prepare)
{
    return ax_cpu_fused_prepare_rows(dev, call, false, work, err);
}

AX_CPU_DISCARD(ax_cpu_fused_discard)
{
    (void)dev;
    prep *p = call->prep;
    if (p && p->impl && p->impl->release)
        p->impl->release(&p->conv);
    if (p) {
        free(p->packed);
        free(p->bias);
    }
    free(p);
    call->prep = NULL;
}

/* The norm as a factor per output for its weights, gamma / sqrt(var + eps), and a bias, beta + (bias - mean) times that
   factor. weights: those of an output are contiguous. */
static void fold(const operands *o, float eps, size_t channels, size_t per_channel, float *weights, float *bias)
{
    for (size_t k = 0; k < channels; k++) {
        double before = o->bias ? (double)o->bias[k] : 0, scale = 1, shift = 0;
        if (o->gamma) {
            scale = (double)o->gamma[k] / sqrt((double)o->var[k] + (double)eps);
            shift = (double)o->beta[k] - (double)o->mean[k] * scale;
        }
        bias[k] = (float)(before * scale + shift);
        for (size_t i = k * per_channel; o->gamma && i < (k + 1) * per_channel; i++)
            weights[i] = (float)((double)o->w[i] * scale);
    }
}

ax_code ax_cpu_fused_pack(ax_device *dev, const ax_call *call, ax_err *err)
{
    prep *p = call->prep;
    if (p->packed)
        return AX_OK;
    const operands o = operands_of(call);
    const size_t channels = (size_t)p->conv.shape.co, all = ax_shape_count(call->in[1].type.shape);
    float *weights = o.gamma ? malloc(all * sizeof *weights) : NULL;
    p->packed = aligned_alloc(64, ax_cpu_align(p->conv.packed));
    p->bias = has_bias(call) ? calloc(1, bias_bytes(&p->conv)) : NULL;
    if (!p->packed || (o.gamma && !weights) || (has_bias(call) && !p->bias)) {
        free(weights);
        free(p->packed);
        free(p->bias);
        p->packed = p->bias = NULL;
        return ax_fail(err, AX_ENOMEM, "out of memory: %zu bytes", p->conv.packed);
    }
    if (p->bias)
        fold(&o, call->attr.fused.eps, channels, all / channels, weights, p->bias);
    const ax_conv_memory m = { .n = 0, .w = weights ? weights : o.w, .work = call->work, .packed = p->packed };
    p->impl->run(dev, &p->conv, &m);
    free(weights);
    return AX_OK;
}

static ax_epilogue epilogue_of(const ax_call *call, const prep *p)
{
    const operands o = operands_of(call);
    return (ax_epilogue) {
        .bias = p->bias, .add = { o.add[0], o.add[1] }, .act = call->attr.fused.act, .after = call->attr.fused.after
    };
}

AX_CPU_RUN(ax_cpu_fused_run)
{
    if (ax_cpu_fused_pack(dev, call, err) != AX_OK)
        return AX_ENOMEM;
    const prep *p = call->prep;
    const ax_epilogue e = epilogue_of(call, p);
    const ax_conv_memory m = { .n = call->in[0].type.shape.n,
                               .x = call->in[0].mem,
                               .e = &e,
                               .y = call->out[0].mem,
                               .work = call->work,
                               .packed = p->packed,
                               .ready = true };
    p->impl->run(dev, &p->conv, &m);
    return AX_OK;
}

void ax_cpu_fused_rows(const ax_device *dev, const ax_call *call, size_t image, ax_conv_rows *m)
{
    const prep *p = call->prep;
    const ax_conv_shape *g = &p->conv.shape;
    ax_epilogue e = epilogue_of(call, p);
    for (int i = 0; i < AX_MAX_SUMMANDS && e.add[i]; i++)
        e.add[i] += (image * (size_t)g->oh + (size_t)m->r0) * (size_t)g->ow * (size_t)g->co;
    m->e = &e;
    m->packed = p->packed;
    m->work = call->work;
    p->impl->rows(dev, &p->conv, m);
}

AX_CPU_EXPLAIN(ax_cpu_fused_explain)
{
    const prep *p = call->prep;
    *out = (ax_explanation) { .by = "" };
    ax_conv_explain(dev, p->impl, p->conv, out);
}
