/* Writes each operation of a graph in ONNX: a table with a row per operation, at the end. */
#include "engine/export/onnx_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A name like "add.153", with the value's id; a batch norm's output is named after its activation. */
static void name_by_op(ax_onnx_graph *m, const ax_node *n, bool constant)
{
    char hint[AX_ONNX_NAME];
    const char *text = ax_op_get(n->op)->text;
    if (n->op == AX_OP_BNORM && n->attr.norm.act != AX_ACT_NONE)
        text = n->attr.norm.act == AX_ACT_RELU6 ? "relu6" : "relu";
    snprintf(hint, sizeof hint, "%s.%u", text, n->out[0]);
    ax_onnx_name_value(m, n->out[0], hint, constant);
}

static ax_code activate(ax_onnx_graph *m, uint8_t act, const char *in, const char *out)
{
    if (act == AX_ACT_RELU6)
        return ax_onnx_clip(m, in, 6, out);
    ax_onnx_apply(m, "Relu", &in, 1, NULL, 0, out);
    return AX_OK;
}

/* "decoder.head.conv" for the parameter "decoder.head.conv.weight"; with the value's id appended when several nodes
   read it. */
static void conv_name(const ax_onnx_graph *m, const ax_node *n, char name[static AX_ONNX_NAME])
{
    const char *weight = ax_graph_value(m->g, n->in[1])->name, *dot = strrchr(weight, '.');
    snprintf(name, AX_ONNX_NAME, "%.*s", dot ? (int)(dot - weight) : (int)strlen(weight), weight);
    if (m->reach.readers[n->in[1] - 1] > 1)
        snprintf(name, AX_ONNX_NAME, "conv.%u", n->out[0]);
}

static ax_code add_weights(ax_onnx_graph *m, const ax_node *n, const ax_node *norm, const char *weight,
                           const char *bias, bool *has_bias)
{
    ax_folded f;
    ax_shape s = ax_onnx_type_of(m, n->in[1])->shape;
    const int64_t dim[4] = { s.n, s.c, s.h, s.w };
    ax_code code = ax_fold(&f, m->g, m->p, n, norm, m->err);
    *has_bias = f.bias;
    if (code == AX_OK)
        ax_onnx_add_tensor(&m->message, weight, AX_ONNX_FLOAT, dim, 4, f.weight);
    if (code == AX_OK && f.bias)
        ax_onnx_add_tensor(&m->message, bias, AX_ONNX_FLOAT, dim, 1, f.bias);
    ax_folded_release(&f);
    return code;
}

static void apply_conv(ax_onnx_graph *m, const ax_node *n, const char *const *in, size_t n_in, const char *out)
{
    int64_t k = n->attr.conv.kernel, s = n->attr.conv.stride, p = n->attr.conv.pad, d = n->attr.conv.dilation;
    const ax_onnx_attribute attribute[] = {
        { .name = "kernel_shape", .kind = AX_ONNX_INTS, .i = { k, k }, .n = 2 },
        { .name = "strides", .kind = AX_ONNX_INTS, .i = { s, s }, .n = 2 },
        { .name = "pads", .kind = AX_ONNX_INTS, .i = { p, p, p, p }, .n = 4 },
        { .name = "dilations", .kind = AX_ONNX_INTS, .i = { d, d }, .n = 2 },
        { .name = "group", .kind = AX_ONNX_INT, .i = { n->attr.conv.groups } },
    };
    ax_onnx_apply(m, "Conv", in, n_in, attribute, 5, out);
}

static ax_code write_conv(ax_onnx_graph *m, const ax_node *n)
{
    const ax_node *norm = ax_reach_norm(&m->reach, m->g, n);
    uint8_t act = norm ? norm->attr.norm.act : (uint8_t)AX_ACT_NONE;
    uint32_t out = norm ? norm->out[0] : n->out[0];
    char name[AX_ONNX_NAME], weight[AX_ONNX_NAME + 8], bias[AX_ONNX_NAME + 8];
    bool has_bias = false, point = n->attr.conv.kernel == 1 && n->attr.conv.stride == 1 && !n->attr.conv.pad;
    /* With padding, the result isn't constant at the edges. */
    ax_code code = point ? AX_OK : ax_onnx_expand(m, n->in[0]);
    conv_name(m, n, name);
    snprintf(weight, sizeof weight, "%s.weight", name);
    snprintf(bias, sizeof bias, "%s.bias", name);
    if (code == AX_OK)
        code = add_weights(m, n, norm, weight, bias, &has_bias);
    const char *const in[] = { ax_onnx_name_of(m, n->in[0]), weight, bias };
    bool constant = m->value[n->in[0] - 1].constant;
    if (act == AX_ACT_NONE)
        ax_onnx_name_value(m, out, name, constant);
    apply_conv(m, n, in, has_bias ? 3 : 2, act == AX_ACT_NONE ? ax_onnx_name_of(m, out) : name);
    if (code == AX_OK && act != AX_ACT_NONE) {
        name_by_op(m, norm, constant);
        code = activate(m, act, name, ax_onnx_name_of(m, out));
    }
    return code;
}

/* A batch norm that wasn't folded into a convolution. */
static ax_code write_bnorm(ax_onnx_graph *m, const ax_node *n)
{
    char product[AX_ONNX_NAME], sum[AX_ONNX_NAME], scale[AX_ONNX_NAME], shift[AX_ONNX_NAME];
    if (ax_onnx_name_of(m, n->out[0])[0])
        return AX_OK;
    if (n->attr.norm.train)
        return ax_fail(m->err, AX_EINVAL, "onnx: a batch norm of the batch's own statistics");
    ax_folded f;
    ax_code code = ax_fold_norm(&f, m->g, m->p, n, m->err);
    const int64_t dim[4] = { 1, (int64_t)f.n_bias, 1, 1 };
    snprintf(scale, sizeof scale, "batchnorm.%u.scale", n->out[0]);
    snprintf(shift, sizeof shift, "batchnorm.%u.shift", n->out[0]);
    snprintf(product, sizeof product, "batchnorm.%u.product", n->out[0]);
    snprintf(sum, sizeof sum, "batchnorm.%u.sum", n->out[0]);
    if (code == AX_OK) {
        ax_onnx_add_tensor(&m->message, scale, AX_ONNX_FLOAT, dim, 4, f.weight);
        ax_onnx_add_tensor(&m->message, shift, AX_ONNX_FLOAT, dim, 4, f.bias);
    }
    ax_folded_release(&f);
    const char *const times[] = { ax_onnx_name_of(m, n->in[0]), scale }, *const plus[] = { product, shift };
    name_by_op(m, n, m->value[n->in[0] - 1].constant);
    ax_onnx_apply(m, "Mul", times, 2, NULL, 0, product);
    ax_onnx_apply(m, "Add", plus, 2, NULL, 0, n->attr.norm.act == AX_ACT_NONE ? ax_onnx_name_of(m, n->out[0]) : sum);
    if (code == AX_OK && n->attr.norm.act != AX_ACT_NONE)
        code = activate(m, n->attr.norm.act, sum, ax_onnx_name_of(m, n->out[0]));
    return code;
}

static ax_code write_zero(ax_onnx_graph *m, const ax_node *n)
{
    char hint[AX_ONNX_NAME];
    snprintf(hint, sizeof hint, "zero.%u", n->out[0]);
    ax_code code = AX_OK;
    /* searched before it has a name, or it would match itself */
    code = ax_onnx_zeros(m, n->attr.shape, n->out[0] == m->spec->output.id ? m->spec->name : hint);
    ax_onnx_name_value(m, n->out[0], hint, false);
    return code;
}

static ax_code write_relu(ax_onnx_graph *m, const ax_node *n)
{
    name_by_op(m, n, m->value[n->in[0] - 1].constant);
    return activate(m, n->attr.act, ax_onnx_name_of(m, n->in[0]), ax_onnx_name_of(m, n->out[0]));
}

/* A constant side is broadcast. */
static ax_code write_add(ax_onnx_graph *m, const ax_node *n)
{
    const char *const in[] = { ax_onnx_name_of(m, n->in[0]), ax_onnx_name_of(m, n->in[1]) };
    name_by_op(m, n, m->value[n->in[0] - 1].constant && m->value[n->in[1] - 1].constant);
    ax_onnx_apply(m, "Add", in, 2, NULL, 0, ax_onnx_name_of(m, n->out[0]));
    return AX_OK;
}

/* The output shares the tensor of the node's input: a constant map of another size. */
static ax_code repeat(ax_onnx_graph *m, const ax_node *n)
{
    ax_shape to = ax_onnx_type_of(m, n->out[0])->shape;
    m->value[n->out[0] - 1] = m->value[n->in[0] - 1];
    m->value[n->out[0] - 1].constant = to.h > 1 || to.w > 1;
    return AX_OK;
}

static ax_code write_resize(ax_onnx_graph *m, const ax_node *n)
{
    ax_shape from = ax_onnx_type_of(m, n->in[0])->shape, to = ax_onnx_type_of(m, n->out[0])->shape;
    const ax_onnx_value *x = &m->value[n->in[0] - 1];
    bool point = from.h == 1 && from.w == 1;
    if (x->constant || point)
        return repeat(m, n);
    name_by_op(m, n, false);
    return ax_onnx_resize(m, x->name, from, to, ax_onnx_name_of(m, n->out[0]));
}

/* The mean of a constant map is the constant. */
static ax_code write_gpool(ax_onnx_graph *m, const ax_node *n)
{
    const char *in = ax_onnx_name_of(m, n->in[0]);
    name_by_op(m, n, false);
    ax_onnx_apply(m, "GlobalAveragePool", &in, 1, NULL, 0, ax_onnx_name_of(m, n->out[0]));
    return AX_OK;
}

/* Windows contain at least one pixel, so a constant map stays constant. */
static ax_code write_maxpool(ax_onnx_graph *m, const ax_node *n)
{
    int64_t k = n->attr.conv.kernel, s = n->attr.conv.stride, p = n->attr.conv.pad;
    const ax_onnx_attribute attribute[] = {
        { .name = "kernel_shape", .kind = AX_ONNX_INTS, .i = { k, k }, .n = 2 },
        { .name = "strides", .kind = AX_ONNX_INTS, .i = { s, s }, .n = 2 },
        { .name = "pads", .kind = AX_ONNX_INTS, .i = { p, p, p, p }, .n = 4 },
    };
    const char *in = ax_onnx_name_of(m, n->in[0]);
    if (m->value[n->in[0] - 1].constant)
        return repeat(m, n);
    name_by_op(m, n, false);
    ax_onnx_apply(m, "MaxPool", &in, 1, attribute, 3, ax_onnx_name_of(m, n->out[0]));
    return AX_OK;
}

/* A factor per channel: to[k] = map in[k] times parameter in[2 + k]. */
static ax_code scale_side(ax_onnx_graph *m, const ax_node *n, unsigned k, char to[static AX_ONNX_NAME])
{
    char factor[AX_ONNX_NAME];
    ax_folded f;
    ax_code code = ax_fold_factor(&f, m->g, m->p, n->in[2 + k], m->err);
    const int64_t dim[4] = { 1, (int64_t)f.n_weight, 1, 1 };
    snprintf(factor, sizeof factor, "mix.%u.factor.%u", n->out[0], k);
    snprintf(to, AX_ONNX_NAME, "mix.%u.side.%u", n->out[0], k);
    if (code == AX_OK)
        ax_onnx_add_tensor(&m->message, factor, AX_ONNX_FLOAT, dim, 4, f.weight);
    ax_folded_release(&f);
    const char *const in[] = { ax_onnx_name_of(m, n->in[k]), factor };
    ax_onnx_apply(m, "Mul", in, 2, NULL, 0, to);
    return code;
}

/* A constant side is broadcast. */
static ax_code write_mix(ax_onnx_graph *m, const ax_node *n)
{
    char side[2][AX_ONNX_NAME];
    ax_code code = scale_side(m, n, 0, side[0]);
    if (code == AX_OK)
        code = scale_side(m, n, 1, side[1]);
    const char *const in[] = { side[0], side[1] };
    name_by_op(m, n, m->value[n->in[0] - 1].constant && m->value[n->in[1] - 1].constant);
    ax_onnx_apply(m, "Add", in, 2, NULL, 0, ax_onnx_name_of(m, n->out[0]));
    return code;
}

static ax_code write_concat(ax_onnx_graph *m, const ax_node *n)
{
    static const ax_onnx_attribute axis = { .name = "axis", .kind = AX_ONNX_INT, .i = { 1 } };
    const char *in[AX_MAX_IN];
    bool constant = true;
    ax_code code = AX_OK;
    for (uint32_t k = 0; k < n->n_in; k++)
        constant = constant && m->value[n->in[k] - 1].constant;
    for (uint32_t k = 0; k < n->n_in && code == AX_OK; k++) {
        code = constant ? AX_OK : ax_onnx_expand(m, n->in[k]);
        in[k] = ax_onnx_name_of(m, n->in[k]);
    }
    name_by_op(m, n, constant);
    if (code == AX_OK)
        ax_onnx_apply(m, "Concat", in, n->n_in, &axis, 1, ax_onnx_name_of(m, n->out[0]));
    return code;
}

/* Bilinear resize, then the class with the largest logit; the lowest id among equals, as in ours. */
static ax_code write_argmax(ax_onnx_graph *m, const ax_node *n)
{
    static const ax_onnx_attribute attribute[] = {
        { .name = "axis", .kind = AX_ONNX_INT, .i = { 1 } },
        { .name = "keepdims", .kind = AX_ONNX_INT, .i = { 0 } },
        { .name = "select_last_index", .kind = AX_ONNX_INT, .i = { 0 } },
    };
    ax_shape from = ax_onnx_type_of(m, n->in[0])->shape, to = from;
    char large[AX_ONNX_NAME];
    to.h = n->attr.size.h;
    to.w = n->attr.size.w;
    ax_code code = ax_onnx_expand(m, n->in[0]);
    const char *in = ax_onnx_name_of(m, n->in[0]);
    if (code == AX_OK && (from.h != to.h || from.w != to.w)) {
        snprintf(large, sizeof large, "argmax.%u.logits", n->out[0]);
        code = ax_onnx_resize(m, in, from, to, large);
        in = large;
    }
    name_by_op(m, n, false);
    ax_onnx_apply(m, "ArgMax", &in, 1, attribute, 3, ax_onnx_name_of(m, n->out[0]));
    return code;
}

/* NULL: training only. */
static ax_code (*const write_op[AX_OP_COUNT])(ax_onnx_graph *m, const ax_node *n) = {
    [AX_OP_ZERO] = write_zero,       [AX_OP_CONV2D] = write_conv,   [AX_OP_BNORM] = write_bnorm,
    [AX_OP_RELU] = write_relu,       [AX_OP_ADD] = write_add,       [AX_OP_RESIZE] = write_resize,
    [AX_OP_GPOOL] = write_gpool,     [AX_OP_CONCAT] = write_concat, [AX_OP_ARGMAX] = write_argmax,
    [AX_OP_MAXPOOL] = write_maxpool, [AX_OP_MIX] = write_mix,
};

ax_code ax_onnx_write_node(ax_onnx_graph *m, size_t i)
{
    const ax_node *n = ax_graph_node(m->g, i);
    if (n->backward || !write_op[n->op])
        return ax_fail(m->err, AX_EINVAL, "onnx: the operation '%s' isn't one of inference", ax_op_get(n->op)->text);
    return write_op[n->op](m, n);
}
