#include "engine/backend/cpu/onednn.h"

#include "engine/backend/cpu/device.h"

#include <omp.h>
#include <stdlib.h>

enum { UNITS = 2, ARGS = 16 };

typedef struct unit {
    dnnl_primitive_t prim;
    dnnl_exec_arg_t arg[ARGS];
    int n;
} unit;

struct ax_onednn {
    ax_device *dev; /* borrowed */
    unit unit[UNITS];
    int n;
};

/* A call in the terms of its forward direction. */
typedef struct facts {
    const ax_attr *attr;
    bool backward;
    ax_shape x, y;
    dnnl_memory_desc_t mx, my;
} facts;

static dnnl_status_t map_desc(dnnl_memory_desc_t *md, ax_shape s)
{
    dnnl_dims_t d = { s.n, s.c, s.h, s.w };
    return dnnl_memory_desc_init_by_tag(md, 4, d, dnnl_f32, dnnl_nhwc);
}

/* Numbers that are no trouble to any operation: variances are above 0, nothing is denormal. */
static dnnl_status_t fill(dnnl_memory_t mem, const dnnl_memory_desc_t *md)
{
    void *at = NULL;
    dnnl_status_t s = dnnl_memory_get_data_handle(mem, &at);
    size_t n = dnnl_memory_desc_get_size(md);
    if (md->data_type == dnnl_f32)
        for (size_t i = 0; !s && i < n / sizeof(float); i++)
            ((float *)at)[i] = 0.5f + (float)(i * 2654435761u % 1024) / 1024;
    return s;
}

static dnnl_status_t add_argument(ax_onednn *o, unit *u, const_dnnl_primitive_desc_t pd, int arg)
{
    const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(pd, dnnl_query_exec_arg_md, arg);
    if (!md || !md->ndims || u->n == ARGS)
        return dnnl_success;
    dnnl_memory_t mem = NULL;
    dnnl_status_t s = dnnl_memory_create(&mem, md, o->dev->engine, DNNL_MEMORY_ALLOCATE);
    if (s)
        return s;
    u->arg[u->n++] = (dnnl_exec_arg_t) { arg, mem };
    return fill(mem, md);
}

/* Takes pd: a primitive with memory for every argument it has. */
static dnnl_status_t add_unit(ax_onednn *o, dnnl_primitive_desc_t pd)
{
    static const int args[] = { DNNL_ARG_SRC_0,
                                DNNL_ARG_SRC_1,
                                DNNL_ARG_DST,
                                DNNL_ARG_WEIGHTS,
                                DNNL_ARG_BIAS,
                                DNNL_ARG_MEAN,
                                DNNL_ARG_VARIANCE,
                                DNNL_ARG_SCALE,
                                DNNL_ARG_SHIFT,
                                DNNL_ARG_WORKSPACE,
                                DNNL_ARG_DIFF_SRC,
                                DNNL_ARG_DIFF_DST,
                                DNNL_ARG_DIFF_WEIGHTS,
                                DNNL_ARG_DIFF_SCALE,
                                DNNL_ARG_DIFF_SHIFT,
                                DNNL_ARG_MULTIPLE_SRC,
                                DNNL_ARG_MULTIPLE_SRC + 1,
                                DNNL_ARG_MULTIPLE_SRC + 2,
                                DNNL_ARG_MULTIPLE_SRC + 3 };
    unit *u = &o->unit[o->n++];
    dnnl_status_t s = dnnl_success;
    for (size_t i = 0; !s && i < sizeof args / sizeof *args; i++)
        s = add_argument(o, u, pd, args[i]);
    if (!s)
        s = dnnl_primitive_create(&u->prim, pd);
    dnnl_primitive_desc_destroy(pd);
    return s;
}

/* A unit from a descriptor of an operation; a backward one has its forward twin as a hint. */
static dnnl_status_t add(ax_onednn *o, const_dnnl_op_desc_t forward, const_dnnl_op_desc_t backward)
{
    dnnl_primitive_desc_t hint = NULL, pd = NULL;
    dnnl_status_t s = dnnl_primitive_desc_create(&hint, forward, NULL, o->dev->engine, NULL);
    if (s || !backward)
        return s ? s : add_unit(o, hint);
    s = dnnl_primitive_desc_create(&pd, backward, NULL, o->dev->engine, hint);
    dnnl_primitive_desc_destroy(hint);
    return s ? s : add_unit(o, pd);
}

/* ---- operations ---- */

static dnnl_status_t add_conv(ax_onednn *o, const ax_call *call, const facts *f)
{
    const ax_attr *a = f->attr;
    int64_t k = a->conv.kernel, groups = a->conv.groups > 1 ? a->conv.groups : 1;
    dnnl_dims_t dense = { f->y.c, f->x.c, k, k }, grouped = { groups, f->y.c / groups, f->x.c / groups, k, k };
    dnnl_dims_t stride, dilation, pad, bias_dims = { f->y.c };
    for (int i = 0; i < 2; i++) {
        stride[i] = a->conv.stride;
        dilation[i] = a->conv.dilation - 1;
        pad[i] = a->conv.pad;
    }
    dnnl_memory_desc_t w, bias;
    bool with_bias = !f->backward && call->n_in == 3;
    dnnl_status_t s = dnnl_memory_desc_init_by_tag(&w, groups > 1 ? 5 : 4, groups > 1 ? grouped : dense, dnnl_f32,
                                                   dnnl_format_tag_any);
    if (!s)
        s = dnnl_memory_desc_init_by_tag(&bias, 1, bias_dims, dnnl_f32, dnnl_a);
    dnnl_convolution_desc_t forward, backward;
    if (!s)
        s = dnnl_dilated_convolution_forward_desc_init(&forward, dnnl_forward_training, dnnl_convolution_direct, &f->mx,
                                                       &w, with_bias ? &bias : NULL, &f->my, stride, dilation, pad,
                                                       pad);
    if (!s && !f->backward)
        return add(o, &forward, NULL);
    if (!s && call->out[0].mem) {
        s = dnnl_dilated_convolution_backward_data_desc_init(&backward, dnnl_convolution_direct, &f->mx, &w, &f->my,
                                                             stride, dilation, pad, pad);
        s = s ? s : add(o, &forward, &backward);
    }
    if (!s && call->out[1].mem) {
        s = dnnl_dilated_convolution_backward_weights_desc_init(&backward, dnnl_convolution_direct, &f->mx, &w, NULL,
                                                                &f->my, stride, dilation, pad, pad);
        s = s ? s : add(o, &forward, &backward);
    }
    return s;
}

static dnnl_status_t add_eltwise(ax_onednn *o, const facts *f, uint8_t act)
{
    bool six = act == AX_ACT_RELU6;
    dnnl_eltwise_desc_t forward, backward;
    dnnl_status_t s = dnnl_eltwise_forward_desc_init(
        &forward, dnnl_forward_training, six ? dnnl_eltwise_clip_v2 : dnnl_eltwise_relu, &f->mx, 0, six ? 6 : 0);
    if (!s && f->backward)
        s = dnnl_eltwise_backward_desc_init(&backward, six ? dnnl_eltwise_clip_v2 : dnnl_eltwise_relu, &f->mx, &f->mx,
                                            0, six ? 6 : 0);
    return s ? s : add(o, &forward, f->backward ? &backward : NULL);
}

static dnnl_status_t add_norm(ax_onednn *o, const facts *f)
{
    const ax_attr *a = f->attr;
    unsigned flags = dnnl_use_scale | dnnl_use_shift;
    if (!a->norm.train)
        flags |= dnnl_use_global_stats;
    if (a->norm.act == AX_ACT_RELU)
        flags |= dnnl_fuse_norm_relu;
    dnnl_batch_normalization_desc_t forward, backward;
    bool infer = !a->norm.train && !f->backward;
    dnnl_status_t s = dnnl_batch_normalization_forward_desc_init(
        &forward, infer ? dnnl_forward_inference : dnnl_forward_training, &f->mx, a->norm.eps, flags);
    if (!s && f->backward)
        s = dnnl_batch_normalization_backward_desc_init(&backward, dnnl_backward, &f->mx, &f->mx, a->norm.eps, flags);
    if (!s)
        s = add(o, &forward, f->backward ? &backward : NULL);
    return s || a->norm.act != AX_ACT_RELU6 ? s : add_eltwise(o, f, AX_ACT_RELU6);
}

static dnnl_status_t add_pool(ax_onednn *o, const facts *f)
{
    dnnl_dims_t all = { f->x.h, f->x.w }, none = { 0, 0 };
    dnnl_pooling_desc_t forward, backward;
    dnnl_status_t s = dnnl_pooling_forward_desc_init(&forward, dnnl_forward_training, dnnl_pooling_avg_exclude_padding,
                                                     &f->mx, &f->my, all, all, none, none);
    if (!s && f->backward)
        s = dnnl_pooling_backward_desc_init(&backward, dnnl_pooling_avg_exclude_padding, &f->mx, &f->my, all, all, none,
                                            none);
    return s ? s : add(o, &forward, f->backward ? &backward : NULL);
}

static dnnl_status_t add_resize(ax_onednn *o, const facts *f)
{
    dnnl_resampling_desc_t forward, backward;
    dnnl_status_t s = dnnl_resampling_forward_desc_init(&forward, dnnl_forward_training, dnnl_resampling_linear, NULL,
                                                        &f->mx, &f->my);
    if (!s && f->backward)
        s = dnnl_resampling_backward_desc_init(&backward, dnnl_resampling_linear, NULL, &f->mx, &f->my);
    return s ? s : add(o, &forward, f->backward ? &backward : NULL);
}

static dnnl_status_t add_sum(ax_onednn *o, const facts *f)
{
    dnnl_binary_desc_t d;
    dnnl_status_t s = dnnl_binary_desc_init(&d, dnnl_binary_add, &f->mx, &f->mx, &f->mx);
    return s ? s : add(o, &d, NULL);
}

static dnnl_status_t add_concat(ax_onednn *o, const ax_call *call, const facts *f)
{
    dnnl_memory_desc_t in[AX_MAX_IN];
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t s = dnnl_success;
    for (uint32_t i = 0; !s && i < call->n_in; i++)
        s = map_desc(&in[i], call->in[i].type.shape);
    if (!s)
        s = dnnl_concat_primitive_desc_create(&pd, &f->my, (int)call->n_in, 1, in, NULL, o->dev->engine);
    return s ? s : add_unit(o, pd);
}

static dnnl_status_t add_softmax(ax_onednn *o, const facts *f)
{
    dnnl_softmax_v2_desc_t d;
    dnnl_status_t s =
        dnnl_softmax_v2_forward_desc_init(&d, dnnl_forward_inference, dnnl_softmax_log, &f->mx, &f->mx, 1);
    return s ? s : add(o, &d, NULL);
}

static dnnl_status_t add_operation(ax_onednn *o, const ax_call *call, const facts *f)
{
    switch (call->op) {
    case AX_OP_CONV2D:
        return add_conv(o, call, f);
    case AX_OP_BNORM:
        return add_norm(o, f);
    case AX_OP_RELU:
        return add_eltwise(o, f, f->attr->act);
    case AX_OP_RESIZE:
        return add_resize(o, f);
    case AX_OP_GPOOL:
        return add_pool(o, f);
    case AX_OP_ADD:
        return f->backward ? dnnl_success : add_sum(o, f);
    case AX_OP_CONCAT:
        return f->backward ? dnnl_success : add_concat(o, call, f);
    case AX_OP_CE:
        return f->backward ? dnnl_success : add_softmax(o, f);
    default: /* ZERO, MSE, WSUM, ARGMAX */
        return dnnl_success;
    }
}

/* ---- */

ax_code ax_onednn_new(ax_device *dev, const ax_call *call, ax_onednn **out, ax_err *err)
{
    *out = NULL;
    if (call->op == AX_OP_ZERO)
        return AX_OK;
    uint32_t at = call->backward ? ax_op_get(call->op)->n_out : 0;
    facts f = { .attr = &call->attr,
                .backward = call->backward,
                .x = call->in[at].type.shape,
                .y = call->backward ? call->in[0].type.shape : call->out[0].type.shape };
    ax_onednn *o = calloc(1, sizeof *o);
    if (!o)
        return ax_fail(err, AX_ENOMEM, "out of memory");
    o->dev = dev;
    omp_set_num_threads(dev->threads); /* it plans its splits for the threads it sees now */
    dnnl_status_t s = map_desc(&f.mx, f.x);
    if (!s)
        s = map_desc(&f.my, f.y);
    if (!s)
        s = add_operation(o, call, &f);
    if (s || !o->n) {
        ax_onednn_free(o);
        return s == dnnl_success || s == dnnl_unimplemented ? AX_OK
                                                            : ax_cpu_dnnl_fail(err, ax_op_get(call->op)->text, s);
    }
    *out = o;
    return AX_OK;
}

ax_code ax_onednn_run(ax_onednn *o, ax_err *err)
{
    omp_set_num_threads(o->dev->threads);
    dnnl_status_t s = dnnl_success;
    for (int i = 0; !s && i < o->n; i++)
        s = dnnl_primitive_execute(o->unit[i].prim, o->dev->stream, o->unit[i].n, o->unit[i].arg);
    if (!s)
        s = dnnl_stream_wait(o->dev->stream);
    return s ? ax_cpu_dnnl_fail(err, "running it alone", s) : AX_OK;
}

void ax_onednn_free(ax_onednn *o)
{
    if (!o)
        return;
    for (int i = 0; i < o->n; i++) {
        unit *u = &o->unit[i];
        for (int k = 0; k < u->n; k++)
            dnnl_memory_destroy(u->arg[k].memory);
        if (u->prim)
            dnnl_primitive_destroy(u->prim);
    }
    free(o);
}
