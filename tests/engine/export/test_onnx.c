/* Networks and single operations as ONNX: the bytes are the same each time, graphs of trainings are refused, and
   onnxruntime (oracle.py, if it can be imported) gives the same results as our engine. */
#include "engine/base/normalise.h"
#include "engine/export/onnx.h"
#include "engine/graph/plan.h"
#include "engine/model/encoder.h"
#include "engine/model/network.h"
#include "engine/model/tensor.h"
#include "engine/space/space.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHANNELS = 16, CLASSES = 7, GOLDEN = 3, RANDOM = 10 };

typedef struct fixture {
    const ax_backend *be;
    ax_device *dev;
    char dir[64];
    FILE *list; /* the list of cases, for oracle.py */
    unsigned n_models;
} fixture;

/* ---- a network with weights ---- */

typedef struct network {
    ax_graph *g;
    ax_params *p;
    bool owns;                           /* whether it owns p */
    int32_t multiple;                    /* the sides of images of any size must be multiples of this */
    ax_val image, logits, full, classes; /* full: logits at the image's size */
} network;

static void free_network(network *n)
{
    if (n->owns)
        ax_params_free(n->p);
    ax_graph_free(n->g);
    *n = (network) { 0 };
}

static void check(ax_code code, const ax_err *err)
{
    if (code != AX_OK)
        fail_msg("%s", err->msg);
}

/* Batch norm's parameters and statistics other than 0 and 1, as after training: otherwise folding would change
   nothing. */
static void stir(ax_params *p, const char *prefix)
{
    for (size_t i = 0; i < ax_params_count(p); i++) {
        const ax_param_spec *s = ax_params_spec(p, i);
        size_t n = ax_shape_count(s->type.shape);
        bool factor = s->init == AX_INIT_ONE, vector = s->init != AX_INIT_HE;
        if (strncmp(s->name, prefix, strlen(prefix)) || !vector)
            continue;
        ax_err err = { 0 };
        ax_rng rng = ax_rng_new(n, i);
        float *v = malloc(n * sizeof *v);
        assert_non_null(v);
        for (size_t k = 0; k < n; k++)
            v[k] = factor ? 0.5f + (float)ax_rng_uniform(&rng) : 0.3f * (float)ax_rng_normal(&rng);
        check(ax_params_set(p, i, AX_SLOT_VALUE, v, &err), &err);
        free(v);
    }
}

/* Takes the decoder's parameters from a golden file if it has them. */
static void take_golden(ax_params *p, const ax_safetensors *st)
{
    for (size_t i = 0; i < ax_params_count(p); i++) {
        ax_err err = { 0 };
        char name[160];
        snprintf(name, sizeof name, "param.%s", ax_params_spec(p, i)->name);
        if (ax_safetensors_find(st, name))
            check(ax_tensor_load(p, i, st, name, &err), &err);
        else if (strncmp(ax_params_spec(p, i)->name, "encoder.", 8))
            fail_msg("%s isn't in %s", name, ax_safetensors_name(st));
    }
}

/* p: NULL before make_params. */
static network make_graph(const ax_decoder_spec *spec, ax_params *p, int32_t n, int32_t h, int32_t w)
{
    ax_err err = { 0 };
    network net = { .g = ax_graph_new(&err), .p = p };
    const ax_attr size = { .size = { h, w } };
    assert_non_null(net.g);
    net.image = ax_graph_input(net.g, "image", (ax_type) { .shape = { n, h, w, 3 } }, &err);
    check(ax_network_build(net.g, net.image, ax_encoder_builtin(), spec, &net.logits, &err), &err);
    ax_shape s = ax_graph_type(net.g, net.logits).shape;
    net.full = s.h == h ? net.logits : ax_graph_apply(net.g, AX_OP_RESIZE, size, &net.logits, 1, &err);
    net.classes = ax_graph_apply(net.g, AX_OP_ARGMAX, size, &net.logits, 1, &err);
    check(ax_graph_keep(net.g, net.logits, "logits", &err), &err);
    if (net.full.id != net.logits.id)
        check(ax_graph_keep(net.g, net.full, "full", &err), &err);
    check(ax_graph_keep(net.g, net.classes, "classes", &err), &err);
    return net;
}

/* golden: NULL = random weights. Caller frees. */
static ax_params *make_params(const fixture *f, const ax_decoder_spec *spec, const ax_safetensors *golden)
{
    ax_err err = { 0 };
    ax_rng rng = ax_rng_new(5, 1);
    network net = make_graph(spec, NULL, 1, 32, 32);
    const ax_graph *graphs[] = { net.g };
    ax_params *p = ax_params_new(graphs, 1, f->be, f->dev, &rng, &err);
    ax_safetensors *weights = ax_encoder_weights(ax_encoder_builtin(), &err);
    assert_true(p && weights);
    check(ax_mobilenet_load(&ax_encoder_builtin()->net, p, weights, &err), &err);
    ax_safetensors_free(weights);
    if (golden)
        take_golden(p, golden);
    else
        stir(p, "decoder.");
    free_network(&net);
    return p;
}

/* ---- models and cases on disk ---- */

typedef struct variant {
    bool any_size, any_batch, normalise, argmax;
} variant;

static void write_file(const fixture *f, const char *name, const void *bytes, size_t n)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", f->dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* Writes the model twice, to the same bytes; its name goes to `name`. */
static void write_model(fixture *f, const network *net, variant v, char name[static 32])
{
    static const ax_onnx_meta meta[] = { { "task", "segmentation" }, { "classes", "[]" } };
    const ax_onnx_spec spec = {
        .image = net->image,
        .output = v.argmax ? net->classes : net->logits,
        .name = v.argmax ? "classes" : "logits",
        .any_size = v.any_size,
        .multiple = net->multiple,
        .any_batch = v.any_batch,
        .normalise = v.normalise,
        .doc = "A test.",
        .meta = meta,
        .n_meta = 2,
    };
    ax_err err = { 0 };
    ax_str out[2];
    for (int i = 0; i < 2; i++) {
        ax_str_init(&out[i], 0);
        check(ax_onnx_write(net->g, net->p, &spec, &out[i], &err), &err);
    }
    assert_int_equal(out[0].len, out[1].len);
    assert_memory_equal(out[0].text, out[1].text, out[0].len);
    snprintf(name, 32, "%u.onnx", f->n_models++);
    write_file(f, name, out[0].text, out[0].len);
    ax_str_release(&out[0]);
    ax_str_release(&out[1]);
}

static float *to_nchw(const float *x, ax_shape s)
{
    float *out = malloc(ax_shape_count(s) * sizeof *out);
    assert_non_null(out);
    for (int32_t n = 0; n < s.n; n++)
        for (int32_t i = 0; i < s.h * s.w; i++)
            for (int32_t c = 0; c < s.c; c++)
                out[((size_t)n * (size_t)s.c + (size_t)c) * (size_t)(s.h * s.w) + (size_t)i] =
                    x[((size_t)n * (size_t)(s.h * s.w) + (size_t)i) * (size_t)s.c + (size_t)c];
    return out;
}

/* Writes a result of the plan as NCHW into a file of the case; adds its name and shape to the list. */
static void write_result(fixture *f, const ax_plan *plan, const ax_graph *g, ax_val v, unsigned number)
{
    ax_err err = { 0 };
    ax_shape s = ax_graph_type(g, v).shape;
    size_t n = ax_shape_count(s);
    const char *kept = ax_graph_value(g, v.id)->name;
    char name[32];
    bool classes = ax_graph_type(g, v).dtype == AX_U8;
    snprintf(name, sizeof name, "%u.%s", number, kept);
    float *x = malloc(n * sizeof *x);
    assert_non_null(x);
    check(ax_plan_read(plan, kept, x, n * (classes ? 1 : sizeof *x), &err), &err);
    float *nchw = classes ? NULL : to_nchw(x, s);
    write_file(f, name, classes ? (void *)x : (void *)nchw, n * (classes ? 1 : sizeof *x));
    fprintf(f->list, " %s %d %d %d %d", name, s.n, s.c, s.h, s.w);
    free(x);
    free(nchw);
}

/* Writes our engine's results for an image, and the line for oracle.py: model, argmax or logits, input and its shape,
   results and their shapes. */
static void write_case(fixture *f, const network *net, const char *model, variant v)
{
    static unsigned number;
    ax_err err = { 0 };
    ax_shape s = ax_graph_type(net->g, net->image).shape;
    size_t n = ax_shape_count(s);
    float *image = malloc(n * sizeof *image), *shown = malloc(n * sizeof *shown);
    assert_true(image && shown);
    ax_rng rng = ax_rng_new(77, number);
    for (size_t i = 0; i < n; i++) {
        shown[i] = (float)ax_rng_below(&rng, 256);
        image[i] = ax_normalise(shown[i], i % 3);
    }
    ax_plan *plan = ax_plan_new(net->g, f->be, f->dev, net->p, 0, &err);
    assert_non_null(plan);
    check(ax_plan_write(plan, "image", image, n * sizeof *image, &err), &err);
    check(ax_plan_run(plan, &err), &err);
    float *nchw = to_nchw(v.normalise ? shown : image, s);
    char name[32];
    snprintf(name, sizeof name, "%u.image", number);
    write_file(f, name, nchw, n * sizeof *nchw);
    fprintf(f->list, "%s %s %s %d %d %d %d", model, v.argmax ? "argmax" : "logits", name, s.n, s.c, s.h, s.w);
    write_result(f, plan, net->g, v.argmax ? net->classes : net->logits, number);
    if (v.argmax)
        write_result(f, plan, net->g, net->full, number);
    fprintf(f->list, "\n");
    ax_plan_free(plan);
    free(nchw);
    free(image);
    free(shown);
    number++;
}

/* ---- genotypes ---- */

static const char *const golden_file[GOLDEN] = { "tests/golden/decoder-arch0.safetensors",
                                                 "tests/golden/decoder-arch1.safetensors",
                                                 "tests/golden/decoder-arch2.safetensors" };

static ax_decoder_spec golden_spec(const ax_safetensors *st)
{
    ax_err err = { 0 };
    ax_decoder_spec spec = { .channels = atoi(ax_safetensors_meta(st, "channels")),
                             .repeats = atoi(ax_safetensors_meta(st, "repeats")),
                             .outputs = atoi(ax_safetensors_meta(st, "classes")) };
    check(ax_genotype_parse(ax_safetensors_meta(st, "genotype"), &spec.genotype, &err), &err);
    return spec;
}

/* The network for images of any size, and the multiple that their sides must be of; no network if it downsamples too
   far. */
static network make_any(const ax_decoder_spec *spec, ax_params *p)
{
    for (int32_t multiple = 32; multiple <= 1024; multiple *= 2) {
        ax_err err = { 0 };
        bool fits;
        network net = make_graph(spec, p, 1, multiple * AX_ONNX_HEIGHT, multiple * AX_ONNX_WIDTH);
        check(ax_onnx_fits(net.g, net.image, net.classes, &fits, &err), &err);
        net.multiple = multiple;
        if (fits)
            return net;
        free_network(&net);
    }
    return (network) { .g = NULL };
}

/* A model of any size and batch, with images of several sizes: three of them have taps one pixel high. */
static void cover_any(fixture *f, const ax_decoder_spec *spec, ax_params *p, variant v)
{
    static const int32_t size[][3] = { { 1, 1, 1 }, { 1, 3, 1 }, { 1, 1, 5 }, { 2, 2, 3 } };
    char model[32];
    network net = make_any(spec, p);
    int32_t multiple = net.multiple, cases = multiple > 256 ? 0 : multiple > 32 ? 1 : 4; /* large images are slow */
    if (!net.g)
        return;
    v.any_size = v.any_batch = true;
    write_model(f, &net, v, model);
    free_network(&net);
    for (int32_t i = 0; i < cases; i++) {
        net = make_graph(spec, p, size[i][0], multiple * size[i][1], multiple * size[i][2]);
        write_case(f, &net, model, v);
        free_network(&net);
    }
}

static void cover_fixed(fixture *f, const ax_decoder_spec *spec, ax_params *p, variant v, int32_t n, int32_t h,
                        int32_t w)
{
    char model[32];
    network net = make_graph(spec, p, n, h, w);
    ax_err err = { 0 };
    bool fits;
    check(ax_onnx_fits(net.g, net.image, net.classes, &fits, &err), &err);
    v.any_batch = v.any_batch && fits; /* otherwise sizes are fixed, the batch size included */
    write_model(f, &net, v, model);
    write_case(f, &net, model, v);
    free_network(&net);
}

static void cover(fixture *f, const ax_decoder_spec *spec, const ax_safetensors *golden)
{
    ax_params *p = make_params(f, spec, golden);
    cover_any(f, spec, p, (variant) { 0 });
    cover_any(f, spec, p, (variant) { .argmax = true, .normalise = true });
    cover_fixed(f, spec, p, (variant) { .normalise = true }, 2, 64, 96);
    cover_fixed(f, spec, p, (variant) { .argmax = true }, 1, 96, 32);
    cover_fixed(f, spec, p, (variant) { 0 }, 1, 32, 32);
    cover_fixed(f, spec, p, (variant) { .any_batch = true }, 1, 256, 32);
    ax_params_free(p);
}

static void test_golden(void **state)
{
    for (int i = 0; i < GOLDEN; i++) {
        ax_err err = { 0 };
        ax_safetensors *st = ax_safetensors_open(golden_file[i], &err);
        if (!st)
            fail_msg("%s", err.msg);
        ax_decoder_spec spec = golden_spec(st);
        cover(*state, &spec, st);
        ax_safetensors_free(st);
    }
}

/* Random genotypes of every space. */
static void test_random(void **state)
{
    const ax_space *space;
    for (unsigned k = 0; (space = ax_space_at(k)); k++) {
        ax_rng rng = ax_rng_new(11, 3 + k);
        for (int i = 0; i < RANDOM; i++) {
            const ax_decoder_spec spec = { .genotype = ax_space_random(space, &rng),
                                           .channels = CHANNELS,
                                           .repeats = 1 + i % 2,
                                           .outputs = CLASSES,
                                           .concat = !k && i % 3 == 2 };
            cover(*state, &spec, NULL);
        }
    }
}

/* ---- graphs that today's networks don't have ---- */

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
static network make_odd(const fixture *f, int32_t n, int32_t h, int32_t w, bool half)
{
    network net = { .owns = true, .multiple = 32 };
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
    check(ax_graph_keep(g, net.logits, "logits", &err), &err);
    apply(g, AX_OP_MSE, no, net.logits, net.logits); /* nothing reads it: it isn't exported */
    const ax_graph *graphs[] = { g };
    net.p = ax_params_new(graphs, 1, f->be, f->dev, &rng, &err);
    assert_non_null(net.p);
    stir(net.p, "");
    return net;
}

static void test_odd(void **state)
{
    fixture *f = *state;
    char model[32];
    const variant any = { .any_size = true, .any_batch = true }, fixed = { 0 };
    network net = make_odd(f, 1, 32 * AX_ONNX_HEIGHT, 32 * AX_ONNX_WIDTH, true);
    write_model(f, &net, any, model);
    free_network(&net);
    for (int32_t n = 1; n < 4; n++) {
        net = make_odd(f, n, 32 * n, 64, true);
        write_case(f, &net, model, any);
        free_network(&net);
    }
    net = make_odd(f, 2, 12, 20, false); /* scale factors that float32 can't represent: sizes are written instead */
    write_model(f, &net, fixed, model);
    write_case(f, &net, model, fixed);
    free_network(&net);
}

/* The output itself is a constant map. */
static void test_constant_output(void **state)
{
    fixture *f = *state;
    for (int any = 0; any < 2; any++) {
        const variant v = { .any_size = any, .any_batch = any };
        char model[32];
        for (int32_t k = 0; k < 2; k++) {
            ax_err err = { 0 };
            network net = { .g = ax_graph_new(&err), .owns = true };
            const ax_attr no = { 0 };
            int32_t h = k ? 32 : 32 * AX_ONNX_HEIGHT, w = k ? 64 : 32 * AX_ONNX_WIDTH;
            const ax_attr size = { .size = { h, w } };
            net.image = ax_graph_input(net.g, "image", (ax_type) { .shape = { 1, h, w, 3 } }, &err);
            net.logits = apply(net.g, AX_OP_GPOOL, no, net.image, (ax_val) { 0 });
            net.logits = apply(net.g, AX_OP_RESIZE, size, net.logits, (ax_val) { 0 });
            check(ax_graph_keep(net.g, net.logits, "logits", &err), &err);
            const ax_graph *graphs[] = { net.g };
            net.p = ax_params_new(graphs, 1, f->be, f->dev, NULL, &err);
            assert_non_null(net.p);
            if (!any || !k)
                write_model(f, &net, v, model);
            if (!any || k)
                write_case(f, &net, model, v);
            free_network(&net);
        }
    }
}

static void test_refused(void **state)
{
    fixture *f = *state;
    ax_err err = { 0 };
    ax_str out;
    network net = make_odd(f, 1, 32 * AX_ONNX_HEIGHT, 32 * AX_ONNX_WIDTH, false);
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
    free_network(&net);
}

/* ---- comparison with onnxruntime ---- */

static void test_oracle(void **state)
{
    fixture *f = *state;
    char command[256];
    fclose(f->list);
    f->list = NULL;
    snprintf(command, sizeof command, "/usr/bin/python3 tests/engine/export/oracle.py %s", f->dir);
    int status = system(command);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) /* the reason has been printed */
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    ax_err err = { 0 };
    char path[96];
    assert_non_null(f);
    f->be = &ax_backend_cpu;
    assert_non_null(f->dev = f->be->open(0, 2, &err));
    snprintf(f->dir, sizeof f->dir, "/tmp/ax-onnx-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(path, sizeof path, "%s/cases", f->dir);
    assert_non_null(f->list = fopen(path, "w"));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    char command[96];
    f->be->close(f->dev);
    snprintf(command, sizeof command, "rm -rf %s", f->dir);
    int status = getenv("AUXCELL_KEEP") ? 0 : system(command);
    free(f);
    return status;
}

int main(void)
{
    return RUN_TESTS_WITHIN(set_up, tear_down, test_golden, test_random, test_odd, test_constant_output, test_refused,
                            test_oracle);
}
