#include "tests/helper/smallnet.h"
#include "tests/helper/suite.h"

#include <stdlib.h>
#include <string.h>

static ax_val weight(ax_graph *g, const char *name, ax_shape shape, ax_init init, bool trainable, ax_err *err)
{
    ax_param_spec spec = { .name = name,
                           .type = { .shape = shape, .layout = init == AX_INIT_HE ? AX_OIHW : AX_NHWC },
                           .init = init,
                           .group = name[0] == 'e' ? AX_GROUP_ENCODER : AX_GROUP_DECODER,
                           .trainable = trainable };
    return ax_graph_param(g, &spec, err);
}

static ax_val conv(ax_graph *g, ax_val x, const char *name, ax_shape w, uint32_t groups, const char *bias, ax_err *err)
{
    ax_val in[3] = { x, weight(g, name, w, AX_INIT_HE, true, err) };
    if (bias)
        in[2] = weight(g, bias, (ax_shape) { 1, 1, 1, w.n }, AX_INIT_ZERO, true, err);
    ax_attr a = {
        .conv = { .kernel = (uint8_t)w.h, .stride = 1, .pad = (uint8_t)(w.h / 2), .dilation = 1, .groups = groups }
    };
    return ax_graph_apply(g, AX_OP_CONV2D, a, in, bias ? 3 : 2, err);
}

static ax_val norm(ax_graph *g, ax_val x, const char *const name[4], ax_act act, bool train, ax_err *err)
{
    ax_shape vector = { 1, 1, 1, x.id ? ax_graph_type(g, x).shape.c : 1 };
    ax_val in[5] = { x, weight(g, name[0], vector, AX_INIT_ONE, true, err),
                     weight(g, name[1], vector, AX_INIT_ZERO, true, err),
                     weight(g, name[2], vector, AX_INIT_ZERO, false, err),
                     weight(g, name[3], vector, AX_INIT_ONE, false, err) };
    ax_attr a = { .norm = { .eps = 1e-5f, .momentum = 0.1f, .act = act, .train = train } };
    return ax_graph_apply(g, AX_OP_BNORM, a, in, 5, err);
}

static ax_val apply(ax_graph *g, ax_op op, ax_attr a, ax_val x, ax_val y, ax_err *err)
{
    return ax_graph_apply(g, op, a, (ax_val[]) { x, y }, y.id ? 2 : 1, err);
}

ax_smallnet ax_smallnet_build(bool train)
{
    static const char *const first[4] = { "encoder.bn.gamma", "encoder.bn.beta", "encoder.bn.mean", "encoder.bn.var" };
    static const char *const second[4] = { "bn.gamma", "bn.beta", "bn.mean", "bn.var" };
    static const char *const idle[4] = { "idle.gamma", "idle.beta", "idle.mean", "idle.var" };
    const ax_attr none = { 0 }, relu = { .act = AX_ACT_RELU };
    const ax_val no = { 0 };
    ax_err err = { 0 };
    ax_smallnet n = { .g = ax_graph_new(&err) };
    ax_graph *g = n.g;
    n.x = ax_graph_input(g, "x", (ax_type) { .shape = { 2, 6, 5, 3 } }, &err);
    ax_val target = ax_graph_input(g, "target", (ax_type) { .shape = { 2, 12, 10, 5 } }, &err);
    ax_val labels = ax_graph_input(g, "labels", (ax_type) { .shape = { 2, 12, 10, 1 }, .dtype = AX_U8 }, &err);
    ax_val y = conv(g, n.x, "encoder.conv", (ax_shape) { 4, 3, 3, 3 }, 1, NULL, &err);
    y = norm(g, y, first, AX_ACT_RELU6, train, &err);
    /* y is read three times: by a depthwise convolution, by global pooling and by a skip */
    ax_val dw = conv(g, y, "dw", (ax_shape) { 4, 3, 3, 1 }, 4, NULL, &err);
    dw = norm(g, dw, second, AX_ACT_NONE, train, &err);
    ax_val pool = apply(g, AX_OP_GPOOL, none, y, no, &err);
    pool = conv(g, pool, "pool", (ax_shape) { 4, 1, 1, 4 }, 1, "pool.bias", &err);
    pool = apply(g, AX_OP_RESIZE, (ax_attr) { .size = { 6, 5 } }, pool, no, &err);
    ax_val zero = ax_graph_apply(g, AX_OP_ZERO, (ax_attr) { .shape = { 2, 6, 5, 4 } }, NULL, 0, &err);
    ax_val sum = apply(g, AX_OP_ADD, none, dw, pool, &err);
    sum = apply(g, AX_OP_ADD, none, sum, y, &err);
    sum = apply(g, AX_OP_ADD, none, sum, zero, &err);
    sum = apply(g, AX_OP_ADD, none, sum, sum, &err);
    sum = apply(g, AX_OP_RELU, relu, sum, no, &err);
    ax_val both = apply(g, AX_OP_CONCAT, none, sum, pool, &err);
    both = apply(g, AX_OP_RESIZE, (ax_attr) { .size = { 12, 10 } }, both, no, &err);
    n.logits = conv(g, both, "head", (ax_shape) { 5, 1, 1, 8 }, 1, "head.bias", &err);
    n.unread = norm(g, dw, idle, AX_ACT_NONE, train, &err);
    ax_val ce = apply(g, AX_OP_CE, none, n.logits, labels, &err);
    ax_val mse = apply(g, AX_OP_MSE, none, n.logits, target, &err);
    n.loss = apply(g, AX_OP_WSUM, (ax_attr) { .weight = { 1.0f, 0.3f } }, ce, mse, &err);
    ax_code code = ax_graph_keep(g, n.logits, "logits", &err);
    if (code == AX_OK)
        code = ax_graph_keep(g, n.loss, "loss", &err);
    if (code == AX_OK && train)
        code = ax_graph_backward(g, n.loss, NULL, 0, &err);
    if (code != AX_OK)
        fail_msg("%s", err.msg);
    return n;
}

void ax_smallnet_free(ax_smallnet *net)
{
    ax_graph_free(net->g);
}

void ax_smallnet_fill(ax_smallnet_data *d, uint64_t seed)
{
    ax_rng rng = ax_rng_new(seed, 0);
    for (size_t i = 0; i < AX_SMALLNET_X; i++)
        d->x[i] = (float)ax_rng_normal(&rng);
    for (size_t i = 0; i < AX_SMALLNET_PIXELS * AX_SMALLNET_CLASSES; i++)
        d->target[i] = (float)ax_rng_normal(&rng);
    for (size_t i = 0; i < AX_SMALLNET_PIXELS; i++)
        d->labels[i] = i % 7 == 3 ? AX_IGNORE : (uint8_t)ax_rng_below(&rng, AX_SMALLNET_CLASSES);
}

void ax_smallnet_write(ax_plan *p, const ax_smallnet_data *d)
{
    ax_err err = { 0 };
    if (ax_plan_write(p, "x", d->x, sizeof d->x, &err) != AX_OK ||
        ax_plan_write(p, "target", d->target, sizeof d->target, &err) != AX_OK ||
        ax_plan_write(p, "labels", d->labels, sizeof d->labels, &err) != AX_OK)
        fail_msg("%s", err.msg);
}

/* ---- the oracle ---- */

static const void *initial(const ax_graph *g, uint32_t id, const ax_params *params, const ax_smallnet_data *d)
{
    static const float one = 1;
    const ax_value *v = ax_graph_value(g, id);
    if (v->kind == AX_VALUE_PARAM)
        return ax_params_slot(params, ax_params_find(params, v->name), AX_SLOT_VALUE);
    if (v->kind == AX_VALUE_RESULT)
        return NULL;
    return !strcmp(v->name, "x")        ? (const void *)d->x
           : !strcmp(v->name, "target") ? (const void *)d->target
           : !strcmp(v->name, "labels") ? (const void *)d->labels
                                        : &one;
}

ax_naive ax_naive_run(const ax_graph *g, const ax_params *params, const ax_smallnet_data *d)
{
    ax_naive r = { .n = ax_graph_values(g) };
    r.mem = calloc(r.n, sizeof *r.mem);
    assert_non_null(r.mem);
    for (uint32_t id = 1; id <= r.n; id++) {
        size_t bytes = ax_type_bytes(ax_graph_value(g, id)->type);
        const void *from = initial(g, id, params, d);
        r.mem[id - 1] = malloc(bytes);
        assert_non_null(r.mem[id - 1]);
        if (from)
            memcpy(r.mem[id - 1], from, bytes);
        else
            memset(r.mem[id - 1], 0xff, bytes); /* NaN */
    }
    for (size_t k = 0; k < ax_graph_nodes(g); k++) {
        const ax_node *n = ax_graph_node(g, k);
        ax_call call = { .op = n->op, .backward = n->backward, .attr = n->attr, .n_in = n->n_in, .n_out = n->n_out };
        for (uint32_t i = 0; i < n->n_in; i++)
            if (n->in[i])
                call.in[i] = (ax_operand) { r.mem[n->in[i] - 1], ax_graph_value(g, n->in[i])->type };
        for (uint32_t i = 0; i < n->n_out; i++)
            if (n->out[i])
                call.out[i] = (ax_operand) { r.mem[n->out[i] - 1], ax_graph_value(g, n->out[i])->type };
        const ax_kernel *kernel = n->backward ? &ax_backend_ref.backward[n->op] : &ax_backend_ref.forward[n->op];
        ax_err err = { 0 };
        if (kernel->run(NULL, &call, &err) != AX_OK)
            fail_msg("%s", err.msg);
    }
    return r;
}

void ax_naive_release(ax_naive *r)
{
    for (size_t i = 0; i < r->n; i++)
        free(r->mem[i]);
    free(r->mem);
}
