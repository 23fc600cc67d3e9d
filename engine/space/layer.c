#include "engine/space/layer.h"

#include <stdio.h>

enum { PREFIX = 128, NAME = PREFIX + 32 };

ax_shape ax_layer_shape(const ax_layers *l, ax_val v)
{
    return l->err->code == AX_OK && v.id ? ax_graph_type(l->g, v).shape : (ax_shape) { 0 };
}

ax_val ax_layer_apply(const ax_layers *l, ax_op op, ax_attr attr, const ax_val *in, size_t n_in)
{
    for (size_t i = 0; i < n_in && l->err->code == AX_OK; i++)
        if (!in[i].id)
            ax_fail(l->err, AX_EINVAL, "%s: input %zu is missing", ax_op_get(op)->text, i);
    return l->err->code == AX_OK ? ax_graph_apply(l->g, op, attr, in, n_in, l->err) : (ax_val) { 0 };
}

/* Initialisation of a parameter. */
typedef struct beginning {
    ax_init init;
    int32_t fan_in;
} beginning;

static ax_val param(const ax_layers *l, const char *prefix, const char *last, ax_type type, beginning begin,
                    bool trainable)
{
    if (l->err->code != AX_OK)
        return (ax_val) { 0 };
    char name[NAME];
    snprintf(name, sizeof name, "%s.%s", prefix, last);
    const ax_param_spec spec = {
        .name = name,
        .type = type,
        .init = begin.init,
        .fan_in = begin.fan_in,
        .group = l->group,
        .trainable = trainable,
    };
    return ax_graph_param(l->g, &spec, l->err);
}

static ax_val vector(const ax_layers *l, const char *prefix, const char *last, int32_t n, ax_init init, bool trainable)
{
    return param(l, prefix, last, (ax_type) { .shape = { 1, 1, 1, n } }, (beginning) { .init = init }, trainable);
}

ax_val ax_layer_conv(const ax_layers *l, const char *prefix, ax_val x, ax_conv_spec spec)
{
    int32_t in = ax_layer_shape(l, x).c, k = spec.kernel;
    const ax_type weight = { .shape = { spec.out, k, k, spec.depthwise ? 1 : in }, .layout = AX_OIHW };
    const ax_attr attr = { .conv = { .kernel = spec.kernel,
                                     .stride = spec.stride ? spec.stride : 1,
                                     .dilation = spec.dilation ? spec.dilation : 1,
                                     .groups = spec.depthwise ? (uint32_t)in : 1 } };
    ax_attr padded = attr;
    padded.conv.pad = (uint8_t)(attr.conv.dilation * (k / 2));
    const beginning uniform = { AX_INIT_FAN_IN, k * k * weight.shape.c };
    const beginning begin = spec.quiet       ? (beginning) { .init = AX_INIT_SMALL }
                            : l->init_fan_in ? uniform
                                             : (beginning) { .init = AX_INIT_HE };
    const beginning bias = spec.bias_one                  ? (beginning) { .init = AX_INIT_ONE }
                           : begin.init == AX_INIT_FAN_IN ? uniform
                                                          : (beginning) { .init = AX_INIT_ZERO };
    ax_val args[3] = { x, param(l, prefix, "weight", weight, begin, true) };
    if (spec.bias)
        args[2] = param(l, prefix, "bias", (ax_type) { .shape = { 1, 1, 1, spec.out } }, bias, true);
    return ax_layer_apply(l, AX_OP_CONV2D, padded, args, spec.bias ? 3 : 2);
}

ax_val ax_layer_bnorm(const ax_layers *l, const char *prefix, ax_val x, ax_act act)
{
    int32_t c = ax_layer_shape(l, x).c;
    const ax_val args[5] = {
        x,
        vector(l, prefix, "weight", c, AX_INIT_ONE, true),
        vector(l, prefix, "bias", c, AX_INIT_ZERO, true),
        vector(l, prefix, "running_mean", c, AX_INIT_ZERO, false),
        vector(l, prefix, "running_var", c, AX_INIT_ONE, false),
    };
    const ax_attr attr = { .norm = { .eps = 1e-5f, .momentum = 0.1f, .act = (uint8_t)act, .train = l->train } };
    return ax_layer_apply(l, AX_OP_BNORM, attr, args, 5);
}

ax_val ax_layer_conv_bn_relu(const ax_layers *l, const char *prefix, ax_val x, ax_conv_spec spec)
{
    char name[PREFIX];
    snprintf(name, sizeof name, "%s.conv", prefix);
    x = ax_layer_conv(l, name, x, spec);
    snprintf(name, sizeof name, "%s.bn", prefix);
    return ax_layer_bnorm(l, name, x, AX_ACT_RELU);
}

ax_val ax_layer_add(const ax_layers *l, ax_val a, ax_val b)
{
    const ax_val args[2] = { a, b };
    return ax_layer_apply(l, AX_OP_ADD, (ax_attr) { 0 }, args, 2);
}

ax_val ax_layer_mix(const ax_layers *l, const char *prefix, ax_val a, ax_val b)
{
    const int32_t c = ax_layer_shape(l, a).c;
    const ax_val args[4] = { a, b, vector(l, prefix, "scale.0", c, AX_INIT_ONE, true),
                             vector(l, prefix, "scale.1", c, AX_INIT_ONE, true) };
    return ax_layer_apply(l, AX_OP_MIX, (ax_attr) { 0 }, args, 4);
}

ax_val ax_layer_aggregate(const ax_layers *l, const char *prefix, const ax_val *x, size_t n, int32_t out)
{
    char name[PREFIX];
    snprintf(name, sizeof name, "%s.aggregate", prefix);
    ax_val all = ax_layer_apply(l, AX_OP_CONCAT, (ax_attr) { 0 }, x, n);
    return ax_layer_conv_bn_relu(l, name, all, (ax_conv_spec) { .out = out, .kernel = 1 });
}

ax_val ax_layer_resize(const ax_layers *l, ax_val x, int32_t h, int32_t w)
{
    ax_shape s = ax_layer_shape(l, x);
    if (s.h == h && s.w == w)
        return x;
    const ax_attr attr = { .size = { h, w } };
    return ax_layer_apply(l, AX_OP_RESIZE, attr, &x, 1);
}

ax_val ax_layer_separable(const ax_layers *l, const char *prefix, ax_val x, ax_conv_spec depthwise, int32_t out,
                          int32_t repeats)
{
    depthwise.depthwise = true;
    for (int32_t r = 0; r < repeats; r++) {
        char name[PREFIX];
        depthwise.out = ax_layer_shape(l, x).c;
        snprintf(name, sizeof name, "%s.step.%d.depthwise", prefix, r);
        x = ax_layer_conv(l, name, x, depthwise);
        snprintf(name, sizeof name, "%s.step.%d.pointwise", prefix, r);
        x = ax_layer_conv(l, name, x, (ax_conv_spec) { .out = out, .kernel = 1 });
        snprintf(name, sizeof name, "%s.step.%d.bn", prefix, r);
        x = ax_layer_bnorm(l, name, x, AX_ACT_RELU);
    }
    return x;
}

bool ax_shape_is_larger(ax_shape a, ax_shape b)
{
    return a.h != b.h ? a.h > b.h : a.w > b.w;
}

/* a CONCAT takes at most four inputs */
static ax_val concat(const ax_layers *l, const ax_val *x, size_t n)
{
    enum { MOST = 4 };
    if (n <= MOST)
        return n > 1 ? ax_layer_apply(l, AX_OP_CONCAT, (ax_attr) { 0 }, x, n) : x[0];
    ax_val rest[MOST];
    rest[0] = ax_layer_apply(l, AX_OP_CONCAT, (ax_attr) { 0 }, x, MOST);
    for (size_t i = MOST; i < n; i++)
        rest[i - MOST + 1] = x[i];
    return ax_layer_apply(l, AX_OP_CONCAT, (ax_attr) { 0 }, rest, n - MOST + 1);
}

ax_val ax_layer_join(const ax_layers *l, const ax_val *x, size_t n)
{
    ax_val read[AX_LAYER_JOINED] = { { 0 } };
    ax_shape size = { 0 };
    for (size_t i = 0; i < n; i++) {
        ax_shape next = ax_layer_shape(l, x[i]);
        if (ax_shape_is_larger(next, size))
            size = next;
        read[i] = x[i];
        for (size_t k = 0; k <= i; k++)
            read[k] = ax_layer_resize(l, read[k], size.h, size.w);
    }
    ax_val all = concat(l, read, n);
    return ax_layer_apply(l, AX_OP_RELU, (ax_attr) { .act = AX_ACT_RELU }, &all, 1);
}
