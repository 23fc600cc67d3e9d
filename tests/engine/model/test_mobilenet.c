/* The encoder: taps, weights with torchvision's and timm's names, and errors in a file of weights. */
#include "engine/model/encoder.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_TENSORS = 300, NAME = 64 };

typedef struct fixture {
    ax_device *dev;
    ax_graph *g;
    ax_params *params;
    ax_val tap[AX_MAX_TAPS];
    char path[64];
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    ax_err err = { 0 };
    ax_rng rng = ax_rng_new(1, 1);
    assert_non_null(f);
    assert_non_null(f->g = ax_graph_new(&err));
    ax_val image = ax_graph_input(f->g, "image", (ax_type) { .shape = { 2, 64, 96, 3 } }, &err);
    if (ax_encoder_build(ax_encoder_builtin(), f->g, image, false, f->tap, &err) != AX_OK)
        fail_msg("%s", err.msg);
    const ax_graph *graphs[] = { f->g };
    assert_non_null(f->dev = ax_backend_ref.open(0, 1, &err));
    assert_non_null(f->params = ax_params_new(graphs, 1, &ax_backend_ref, f->dev, &rng, &err));
    *state = f;
    assert_int_equal(ax_tempdir_make(NULL), 0);
    snprintf(f->path, sizeof f->path, "%s/w.safetensors", ax_tempdir);
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    ax_params_free(f->params);
    ax_graph_free(f->g);
    ax_backend_ref.close(f->dev);
    free(f);
    return ax_tempdir_remove(NULL);
}

static void test_taps(void **state)
{
    fixture *f = *state;
    static const int32_t c[] = { 24, 32, 96, 320 }, stride[] = { 4, 8, 16, 32 };
    for (int i = 0; i < ax_encoder_builtin()->taps.n; i++) {
        ax_shape s = ax_graph_type(f->g, f->tap[i]).shape;
        assert_true(ax_shape_equal(s, (ax_shape) { 2, 64 / stride[i], 96 / stride[i], c[i] }));
    }
    assert_int_equal(ax_params_elements(f->params, "encoder."), 1811712); /* PyTorch's count */
}

/* Element k of a parameter after loading. */
static float value(const fixture *f, const char *name, size_t k)
{
    size_t i = ax_params_find(f->params, name);
    assert_true(i != SIZE_MAX);
    const float *mem = ax_params_slot(f->params, i, AX_SLOT_VALUE);
    return mem[k];
}

static void test_embedded(void **state)
{
    fixture *f = *state;
    ax_err err = { 0 };
    ax_safetensors *st = ax_encoder_weights(ax_encoder_builtin(), &err);
    if (!st || ax_mobilenet_load(&ax_encoder_builtin()->net, f->params, st, &err) != AX_OK)
        fail_msg("%s", err.msg);
    assert_string_equal(ax_safetensors_meta(st, "license"), "MIT");
    const ax_st_tensor *t = ax_safetensors_find(st, "features.17.conv.3.running_var");
    float *want = malloc(t->elements * sizeof *want);
    assert_non_null(want);
    ax_st_to_float(t, want);
    assert_true(want[7] != 1 && value(f, "encoder.features.17.conv.3.running_var", 7) == want[7]);
    free(want);
    ax_safetensors_free(st);
}

/* ---- other names for the embedded tensors ---- */

/* timm's names and ours, block by block. */
static size_t timm_names(char theirs[][NAME], char ours[][NAME])
{
    static const int blocks[] = { 1, 2, 3, 4, 3, 3, 1 };
    static const char *const first[][2] = {
        { "conv_dw", "0.0" }, { "bn1", "0.1" }, { "conv_pw", "1" }, { "bn2", "2" }
    };
    static const char *const other[][2] = { { "conv_pw", "0.0" }, { "bn1", "0.1" },    { "conv_dw", "1.0" },
                                            { "bn2", "1.1" },     { "conv_pwl", "2" }, { "bn3", "3" } };
    static const char *const fields[] = { "weight", "bias", "running_mean", "running_var" };
    size_t n = 0;
    int index = 1;
    for (int k = 0; k < 2; k++)
        for (int field = 0; field < (k ? 4 : 1); field++, n++) {
            snprintf(theirs[n], NAME, "%s.%s", k ? "bn1" : "conv_stem", fields[field]);
            snprintf(ours[n], NAME, "features.0.%d.%s", k, fields[field]);
        }
    for (int s = 0; s < 7; s++)
        for (int b = 0; b < blocks[s]; b++, index++)
            for (int k = 0; k < (s ? 6 : 4); k++) {
                const char *const *pair = s ? other[k] : first[k];
                for (int field = 0; field < (k % 2 ? 4 : 1); field++, n++) {
                    snprintf(theirs[n], NAME, "blocks.%d.%d.%s.%s", s, b, pair[0], fields[field]);
                    snprintf(ours[n], NAME, "features.%d.conv.%s.%s", index, pair[1], fields[field]);
                }
            }
    return n;
}

/* Writes the embedded tensors under these names; skip: index to omit, spoil: index of one that gets a wrong shape. */
static void write_renamed(const fixture *f, char theirs[][NAME], char ours[][NAME], size_t n, size_t skip, size_t spoil)
{
    static ax_st_tensor list[MAX_TENSORS];
    ax_err err = { 0 };
    ax_safetensors *st = ax_encoder_weights(ax_encoder_builtin(), &err);
    assert_non_null(st);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const ax_st_tensor *t = ax_safetensors_find(st, ours[i]);
        if (!t)
            fail_msg("no tensor '%s'", ours[i]);
        if (i == skip)
            continue;
        list[count] = *t;
        list[count].name = theirs[i];
        if (i == spoil) {
            list[count].n_dim++;
            list[count].dim[list[count].n_dim - 1] = 1;
        }
        count++;
    }
    if (ax_safetensors_write(AT_FDCWD, f->path, list, count, NULL, 0, &err) != AX_OK)
        fail_msg("%s", err.msg);
    ax_safetensors_free(st);
}

static ax_code load(const fixture *f, ax_err *err)
{
    ax_safetensors *st = ax_safetensors_open(f->path, err);
    assert_non_null(st);
    ax_code code = ax_mobilenet_load(&ax_encoder_builtin()->net, f->params, st, err);
    ax_safetensors_free(st);
    return code;
}

static void test_timm(void **state)
{
    fixture *f = *state;
    static char theirs[MAX_TENSORS][NAME], ours[MAX_TENSORS][NAME];
    size_t n = timm_names(theirs, ours);
    ax_err err = { 0 };
    assert_int_equal(n, ax_params_count(f->params));
    write_renamed(f, theirs, ours, n, SIZE_MAX, SIZE_MAX);
    if (load(f, &err) != AX_OK)
        fail_msg("%s", err.msg);
    ax_safetensors *st = ax_encoder_weights(ax_encoder_builtin(), &err);
    assert_non_null(st);
    for (size_t i = 0; i < n; i++) {
        const ax_st_tensor *t = ax_safetensors_find(st, ours[i]);
        float *want = malloc(t->elements * sizeof *want);
        assert_non_null(want);
        ax_st_to_float(t, want);
        char name[NAME + 8];
        snprintf(name, sizeof name, "encoder.%s", ours[i]);
        const float *got = ax_params_slot(f->params, ax_params_find(f->params, name), AX_SLOT_VALUE);
        assert_memory_equal(got, want, t->elements * sizeof *want);
        free(want);
    }
    ax_safetensors_free(st);
}

static void test_wrong_files(void **state)
{
    fixture *f = *state;
    static char theirs[MAX_TENSORS][NAME], ours[MAX_TENSORS][NAME];
    char wanted[256];
    size_t n = timm_names(theirs, ours);
    ax_err err = { 0 };
    write_renamed(f, theirs, ours, n, n - 1, SIZE_MAX);
    assert_int_equal(load(f, &err), AX_EFORMAT);
    snprintf(wanted, sizeof wanted, "%s: tensor 'blocks.6.0.bn3.running_var' is missing", f->path);
    assert_string_equal(err.msg, wanted);
    write_renamed(f, theirs, ours, n, SIZE_MAX, 0);
    assert_int_equal(load(f, &err), AX_EFORMAT);
    snprintf(wanted, sizeof wanted, "%s: tensor 'conv_stem.weight' has the shape [32,3,3,3,1], not [32,3,3,3]",
             f->path);
    assert_string_equal(err.msg, wanted);
    write_renamed(f, ours, ours, n, 40, SIZE_MAX); /* torchvision's names */
    assert_int_equal(load(f, &err), AX_EFORMAT);
    snprintf(wanted, sizeof wanted, "%s: tensor '%s' is missing", f->path, ours[40]);
    assert_string_equal(err.msg, wanted);
    write_renamed(f, theirs, ours, n, 0, SIZE_MAX); /* the first tensor has neither name */
    assert_int_equal(load(f, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "not a MobileNet-v2"));
}

static void test_image_size(void **state)
{
    fixture *f = *state;
    ax_val taps[AX_MAX_TAPS];
    ax_err err = { 0 };
    ax_val image = ax_graph_input(f->g, "small", (ax_type) { .shape = { 1, 31, 64, 3 } }, &err);
    assert_int_equal(ax_encoder_build(ax_encoder_builtin(), f->g, image, false, taps, &err), AX_EINVAL);
    assert_non_null(strstr(err.msg, "31x64x3"));
    image = ax_graph_input(f->g, "odd", (ax_type) { .shape = { 1, 350, 46, 3 } }, &err);
    assert_int_equal(ax_encoder_build(ax_encoder_builtin(), f->g, image, false, taps, &err), AX_OK);
    static const int32_t h[AX_MAX_TAPS] = { 88, 44, 22, 11 }, w[AX_MAX_TAPS] = { 12, 6, 3, 2 }; /* halves, rounded up */
    for (int k = 0; k < ax_encoder_builtin()->taps.n; k++) {
        ax_shape s = ax_graph_type(f->g, taps[k]).shape;
        int32_t stride = ax_encoder_builtin()->taps.tap[k].stride; /* the encoder's description agrees */
        assert_true(s.h == h[k] && s.w == w[k] && s.h == (350 + stride - 1) / stride);
        assert_int_equal(s.c, ax_encoder_builtin()->taps.tap[k].channels);
    }
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, test_taps, test_embedded, test_timm, test_wrong_files,
                                test_image_size);
}
