/* Networks as ONNX: the bytes are the same each time, and onnxruntime (oracle.py, if it can be imported) gives the same
   results as our engine. */
#include "engine/export/onnx.h"
#include "engine/model/encoder.h"
#include "engine/model/network.h"
#include "engine/model/tensor.h"
#include "engine/space/space.h"
#include "tests/helper/onnxcase.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 16, CLASSES = 7, GOLDEN = 3, RANDOM = 10 };

/* Takes the decoder's parameters from a golden file if it has them. */
static void take_golden(ax_params *p, const ax_safetensors *st)
{
    for (size_t i = 0; i < ax_params_count(p); i++) {
        ax_err err = { 0 };
        char name[160];
        snprintf(name, sizeof name, "param.%s", ax_params_spec(p, i)->name);
        if (ax_safetensors_find(st, name))
            onnxcase_check(ax_tensor_load(p, i, st, name, &err), &err);
        else if (strncmp(ax_params_spec(p, i)->name, "encoder.", 8))
            fail_msg("%s isn't in %s", name, ax_safetensors_name(st));
    }
}

/* p: NULL before make_params. */
static onnxnet make_graph(const ax_decoder_spec *spec, ax_params *p, int32_t n, int32_t h, int32_t w)
{
    ax_err err = { 0 };
    onnxnet net = { .g = ax_graph_new(&err), .p = p };
    const ax_attr size = { .size = { h, w } };
    assert_non_null(net.g);
    net.image = ax_graph_input(net.g, "image", (ax_type) { .shape = { n, h, w, 3 } }, &err);
    onnxcase_check(ax_network_build(net.g, net.image, ax_encoder_builtin(), spec, &net.logits, &err), &err);
    ax_shape s = ax_graph_type(net.g, net.logits).shape;
    net.full = s.h == h ? net.logits : ax_graph_apply(net.g, AX_OP_RESIZE, size, &net.logits, 1, &err);
    net.classes = ax_graph_apply(net.g, AX_OP_ARGMAX, size, &net.logits, 1, &err);
    onnxcase_check(ax_graph_keep(net.g, net.logits, "logits", &err), &err);
    if (net.full.id != net.logits.id)
        onnxcase_check(ax_graph_keep(net.g, net.full, "full", &err), &err);
    onnxcase_check(ax_graph_keep(net.g, net.classes, "classes", &err), &err);
    return net;
}

/* golden: NULL = random weights. Caller frees. */
static ax_params *make_params(const onnxcases *f, const ax_decoder_spec *spec, const ax_safetensors *golden)
{
    ax_err err = { 0 };
    ax_rng rng = ax_rng_new(5, 1);
    onnxnet net = make_graph(spec, NULL, 1, 32, 32);
    const ax_graph *graphs[] = { net.g };
    ax_params *p = ax_params_new(graphs, 1, f->be, f->dev, &rng, &err);
    ax_safetensors *weights = ax_encoder_weights(ax_encoder_builtin(), &err);
    assert_true(p && weights);
    onnxcase_check(ax_mobilenet_load(&ax_encoder_builtin()->net, p, weights, &err), &err);
    ax_safetensors_free(weights);
    if (golden)
        take_golden(p, golden);
    else
        onnxcase_stir(p, "decoder.");
    onnxcase_free(&net);
    return p;
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
    onnxcase_check(ax_genotype_parse(ax_safetensors_meta(st, "genotype"), &spec.genotype, &err), &err);
    return spec;
}

/* The network for images of any size, and the multiple that their sides must be of; no network if it downsamples too
   far. */
static onnxnet make_any(const ax_decoder_spec *spec, ax_params *p)
{
    for (int32_t multiple = 32; multiple <= 1024; multiple *= 2) {
        ax_err err = { 0 };
        bool fits;
        onnxnet net = make_graph(spec, p, 1, multiple * AX_ONNX_HEIGHT, multiple * AX_ONNX_WIDTH);
        onnxcase_check(ax_onnx_fits(net.g, net.image, net.classes, &fits, &err), &err);
        net.multiple = multiple;
        if (fits)
            return net;
        onnxcase_free(&net);
    }
    return (onnxnet) { .g = NULL };
}

/* A model of any size and batch, with images of several sizes: three of them have taps one pixel high. */
static void cover_any(onnxcases *f, const ax_decoder_spec *spec, ax_params *p, onnxvariant v)
{
    static const int32_t size[][3] = { { 1, 1, 1 }, { 1, 3, 1 }, { 1, 1, 5 }, { 2, 2, 3 } };
    char model[32];
    onnxnet net = make_any(spec, p);
    int32_t multiple = net.multiple, cases = multiple > 256 ? 0 : multiple > 32 ? 1 : 4; /* large images are slow */
    if (!net.g)
        return;
    v.any_size = v.any_batch = true;
    onnxcase_model(f, &net, v, model);
    onnxcase_free(&net);
    for (int32_t i = 0; i < cases; i++) {
        net = make_graph(spec, p, size[i][0], multiple * size[i][1], multiple * size[i][2]);
        onnxcase_write(f, &net, model, v);
        onnxcase_free(&net);
    }
}

static void cover_fixed(onnxcases *f, const ax_decoder_spec *spec, ax_params *p, onnxvariant v, int32_t n, int32_t h,
                        int32_t w)
{
    char model[32];
    onnxnet net = make_graph(spec, p, n, h, w);
    ax_err err = { 0 };
    bool fits;
    onnxcase_check(ax_onnx_fits(net.g, net.image, net.classes, &fits, &err), &err);
    v.any_batch = v.any_batch && fits; /* otherwise sizes are fixed, the batch size included */
    onnxcase_model(f, &net, v, model);
    onnxcase_write(f, &net, model, v);
    onnxcase_free(&net);
}

static void cover(onnxcases *f, const ax_decoder_spec *spec, const ax_safetensors *golden)
{
    ax_params *p = make_params(f, spec, golden);
    cover_any(f, spec, p, (onnxvariant) { 0 });
    cover_any(f, spec, p, (onnxvariant) { .argmax = true, .normalise = true });
    cover_fixed(f, spec, p, (onnxvariant) { .normalise = true }, 2, 64, 96);
    cover_fixed(f, spec, p, (onnxvariant) { .argmax = true }, 1, 96, 32);
    cover_fixed(f, spec, p, (onnxvariant) { 0 }, 1, 32, 32);
    cover_fixed(f, spec, p, (onnxvariant) { .any_batch = true }, 1, 256, 32);
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

int main(void)
{
    return RUN_TESTS_WITHIN(onnxcase_set_up, onnxcase_tear_down, test_golden, test_random, onnxcase_oracle);
}
