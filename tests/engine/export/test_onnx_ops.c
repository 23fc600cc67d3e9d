/* Graphs that today's networks don't have as ONNX, with each operation that can be exported. */
#include "engine/export/onnx.h"
#include "tests/helper/onnxcase.h"
#include "tests/helper/suite.h"

#include <string.h>

static ax_val apply(ax_graph *g, ax_op op, ax_attr attr, ax_val a, ax_val b)
{
    ax_err err = { 0 };
    const ax_val in[2] = { a, b };
    ax_val out = ax_graph_apply(g, op, attr, in, b.id ? 2 : a.id ? 1 : 0, &err);
    if (!out.id)
        fail_msg("%s", err.msg);
    return out;
}

static ax_val conv(ax_graph *g, const char *name, ax_val x, int32_t out, uint8_t kernel)
{
    ax_err err = { 0 };
    int32_t in = ax_graph_type(g, x).shape.c;
    const ax_param_spec spec = { .name = name,
                                 .type = { .shape = { out, kernel, kernel, in }, .layout = AX_OIHW },
                                 .init = AX_INIT_HE,
                                 .trainable = true };
    const ax_attr attr = {
        .conv = { .kernel = kernel, .stride = 1, .pad = (uint8_t)(kernel / 2), .dilation = 1, .groups = 1 }
    };
    return apply(g, AX_OP_CONV2D, attr, x, ax_graph_param(g, &spec, &err));
}

static ax_val bnorm(ax_graph *g, const char *prefix, ax_val x, ax_act act)
{
    static const char *const last[4] = { "weight", "bias", "running_mean", "running_var" };
    ax_err err = { 0 };
    ax_val in[5] = { x };
    for (int k = 0; k < 4; k++) {
        char name[64];
        snprintf(name, sizeof name, "%s.%s", prefix, last[k]);
        const ax_param_spec spec = { .name = name,
                                     .type = { .shape = { 1, 1, 1, ax_graph_type(g, x).shape.c } },
                                     .init = k % 3 ? AX_INIT_ZERO : AX_INIT_ONE,
                                     .trainable = k < 2 };
        in[1 + k] = ax_graph_param(g, &spec, &err);
    }
    const ax_attr attr = { .norm = { .eps = 1e-3f, .act = (uint8_t)act } };
    ax_val out = ax_graph_apply(g, AX_OP_BNORM, attr, in, 5, &err);
    assert_true(out.id);
    return out;
}

static ax_val maxpool(ax_graph *g, ax_val x, uint8_t kernel, uint8_t stride)
{
    const ax_attr attr = {
        .conv = { .kernel = kernel, .stride = stride, .pad = (uint8_t)(kernel / 2), .dilation = 1, .groups = 1 }
    };
    return apply(g, AX_OP_MAXPOOL, attr, x, (ax_val) { 0 });
}

static ax_val mix(ax_graph *g, const char *prefix, ax_val x, ax_val y)
{
    ax_err err = { 0 };
    ax_val in[4] = { x, y };
    for (int k = 0; k < 2; k++) {
        char name[64];
        snprintf(name, sizeof name, "%s.%c", prefix, "ab"[k]);
        const ax_param_spec spec = { .name = name,
                                     .type = { .shape = { 1, 1, 1, ax_graph_type(g, x).shape.c } },
                                     .init = AX_INIT_ONE };
        in[2 + k] = ax_graph_param(g, &spec, &err);
    }
    ax_val out = ax_graph_apply(g, AX_OP_MIX, (ax_attr) { 0 }, in, 4, &err);
    assert_true(out.id);
    return out;
}

/* Batch norm without a convolution; a convolution that is read twice, so that its batch norm can't be folded; weights
   that two convolutions share; constant maps that are added, concatenated, normalised, resized and convolved in both
   ways; zeros; resizing to the size of a map with other channels; max pooling, mixtures. */
static onnxnet make_odd(const onnxcases *f, int32_t n, int32_t h, int32_t w, bool half)
{
    onnxnet net = { .owns = true, .multiple = 32 };
    ax_err err = { 0 };
    ax_rng rng = ax_rng_new(8, 1);
    ax_graph *g = net.g = ax_graph_new(&err);
    const ax_val none = { 0 };
    const ax_attr no = { 0 }, relu6 = { .act = AX_ACT_RELU6 }, full = { .size = { h, w } },
                  other = { .size = { half ? h / 2 : h + 3, half ? w / 2 : w + 5 } };
    net.image = ax_graph_input(g, "image", (ax_type) { .shape = { n, h, w, 3 } }, &err);
    ax_val x = bnorm(g, "first", net.image, AX_ACT_RELU6);
    ax_val shared = conv(g, "three.weight", x, 4, 3);
    ax_val both = apply(g, AX_OP_ADD, no, bnorm(g, "second", shared, AX_ACT_RELU), shared);
    ax_val pool = apply(g, AX_OP_GPOOL, no, both, none);
    pool = apply(g, AX_OP_RESIZE, full, pool, none);                                    /* constant */
    ax_val point = bnorm(g, "third", conv(g, "point.weight", pool, 4, 1), AX_ACT_NONE); /* constant */
    ax_val two = apply(g, AX_OP_ADD, no, pool, bnorm(g, "fourth", point, AX_ACT_RELU));
    two = apply(g, AX_OP_RELU, relu6, mix(g, "constant", two, pool), none);
    two = maxpool(g, two, 3, 1);                       /* still constant */
    ax_val edge = conv(g, "square.weight", two, 4, 3); /* no longer constant */
    ax_val wide = apply(g, AX_OP_CONCAT, no, two, point), again = conv(g, "wide.weight", wide, 5, 1);
    again = apply(g, AX_OP_RESIZE, other, again, none);
    again = apply(g, AX_OP_RESIZE, full, again, none);
    const ax_attr zero = { .shape = { n, h, w, 5 } };
    again = apply(g, AX_OP_ADD, no, again, apply(g, AX_OP_ZERO, zero, none, none));
    ax_val small = apply(g, AX_OP_RESIZE, other, edge, none);
    small = apply(g, AX_OP_RESIZE, full, small, none);
    ax_val mean = apply(g, AX_OP_RESIZE, full, apply(g, AX_OP_GPOOL, no, wide, none), none);
    wide = apply(g, AX_OP_CONCAT, no, apply(g, AX_OP_CONCAT, no, small, again), mean);
    wide = apply(g, AX_OP_ADD, no, conv(g, "last.weight", wide, 4, 3), conv(g, "last.weight", wide, 4, 3));
    wide = apply(g, AX_OP_ADD, no, wide, two);
    net.logits = mix(g, "both", apply(g, AX_OP_RESIZE, full, maxpool(g, wide, 3, 2), none), pool);
    onnxcase_check(ax_graph_keep(g, net.logits, "logits", &err), &err);
    apply(g, AX_OP_MSE, no, net.logits, net.logits); /* nothing reads it: it isn't exported */
    const ax_graph *graphs[] = { g };
    net.p = ax_params_new(graphs, 1, f->be, f->dev, &rng, &err);
    assert_non_null(net.p);
    onnxcase_stir(net.p, "");
    return net;
}

static void test_odd(void **state)
{
    onnxcases *f = *state;
    char model[32];
    const onnxvariant any = { .any_size = true, .any_batch = true }, fixed = { 0 };
    onnxnet net = make_odd(f, 1, 32 * AX_ONNX_HEIGHT, 32 * AX_ONNX_WIDTH, true);
    onnxcase_model(f, &net, any, model);
    onnxcase_free(&net);
    for (int32_t n = 1; n < 4; n++) {
        net = make_odd(f, n, 32 * n, 64, true);
        onnxcase_write(f, &net, model, any);
        onnxcase_free(&net);
    }
    net = make_odd(f, 2, 12, 20, false); /* scale factors that float32 can't represent: sizes are written instead */
    onnxcase_model(f, &net, fixed, model);
    onnxcase_write(f, &net, model, fixed);
    onnxcase_free(&net);
}

/* The output itself is a constant map. */
static void test_constant_output(void **state)
{
    onnxcases *f = *state;
    for (int any = 0; any < 2; any++) {
        const onnxvariant v = { .any_size = any, .any_batch = any };
        char model[32];
        for (int32_t k = 0; k < 2; k++) {
            ax_err err = { 0 };
            onnxnet net = { .g = ax_graph_new(&err), .owns = true };
            const ax_attr no = { 0 };
            int32_t h = k ? 32 : 32 * AX_ONNX_HEIGHT, w = k ? 64 : 32 * AX_ONNX_WIDTH;
            const ax_attr size = { .size = { h, w } };
            net.image = ax_graph_input(net.g, "image", (ax_type) { .shape = { 1, h, w, 3 } }, &err);
            net.logits = apply(net.g, AX_OP_GPOOL, no, net.image, (ax_val) { 0 });
            net.logits = apply(net.g, AX_OP_RESIZE, size, net.logits, (ax_val) { 0 });
            onnxcase_check(ax_graph_keep(net.g, net.logits, "logits", &err), &err);
            const ax_graph *graphs[] = { net.g };
            net.p = ax_params_new(graphs, 1, f->be, f->dev, NULL, &err);
            assert_non_null(net.p);
            if (!any || !k)
                onnxcase_model(f, &net, v, model);
            if (!any || k)
                onnxcase_write(f, &net, model, v);
            onnxcase_free(&net);
        }
    }
}

static void test_refused(void **state)
{
    onnxcases *f = *state;
    ax_err err = { 0 };
    ax_str out;
    onnxnet net = make_odd(f, 1, 32 * AX_ONNX_HEIGHT, 32 * AX_ONNX_WIDTH, false);
    ax_onnx_spec spec = { .image = net.image, .output = net.logits, .name = "logits", .any_size = true, .doc = "" };
    ax_str_init(&out, 0);
    assert_int_equal(ax_onnx_write(net.g, net.p, &spec, &out, &err), AX_EINVAL);
    assert_non_null(strstr(err.msg, "no constant scale"));
    spec.any_size = false;
    spec.any_batch = true;
    assert_int_equal(ax_onnx_write(net.g, net.p, &spec, &out, &err), AX_EINVAL);
    spec.any_batch = false;
    spec.output = apply(net.g, AX_OP_MSE, (ax_attr) { 0 }, net.logits, net.logits);
    assert_int_equal(ax_onnx_write(net.g, net.p, &spec, &out, &err), AX_EINVAL);
    assert_non_null(strstr(err.msg, "'mse'"));
    ax_str_release(&out);
    onnxcase_free(&net);
}

int main(void)
{
    return RUN_TESTS_WITHIN(onnxcase_set_up, onnxcase_tear_down, test_odd, test_constant_output, test_refused,
                            onnxcase_oracle);
}
