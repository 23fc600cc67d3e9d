/* Encoders from files: MobileNet-v2 of other widths and depths, with torchvision's, timm's and our own names, in three
   number formats; an error names the tensor that is wrong. */
#include "engine/model/encoder.h"
#include "engine/model/tensor.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME = 96, MOST = 512 };
typedef enum naming { OWN, TORCHVISION, TIMM } naming;

typedef struct fixture {
    ax_device *dev;
    char path[64];
} fixture;

static void check(ax_code code, const ax_err *err)
{
    if (code != AX_OK)
        fail_msg("%s", err->msg);
}

/* ---- numbers of channels ---- */

TEST(test_widths)
{
    static const struct {
        double width;
        const char *network;
    } published[] = {
        /* torchvision's models.mobilenet_v2(width_mult=...) and timm's mobilenetv2_035, _050, _075, _100, _140 */
        { .35, "16 8x1 8x2 16x3 24x4 32x3 56x3 112x1" },     { .5, "16 8x1 16x2 16x3 32x4 48x3 80x3 160x1" },
        { .75, "24 16x1 24x2 24x3 48x4 72x3 120x3 240x1" },  { 1, "32 16x1 24x2 32x3 64x4 96x3 160x3 320x1" },
        { 1.4, "48 24x1 32x2 48x3 88x4 136x3 224x3 448x1" },
    };
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        char text[AX_MOBILENET_TEXT];
        ax_mobilenet m = ax_mobilenet_of_width(published[i].width), again;
        assert_string_equal(ax_mobilenet_print(&m, text), published[i].network);
        assert_true(ax_mobilenet_parse(text, &again));
        assert_memory_equal(&m, &again, sizeof m);
    }
    ax_mobilenet paper = ax_mobilenet_of_width(1);
    ax_taps taps = ax_mobilenet_taps(&paper);
    assert_memory_equal(&paper, &ax_encoder_builtin()->net, sizeof paper);
    assert_int_equal(taps.n, ax_encoder_builtin()->taps.n);
    for (int k = 0; k < taps.n; k++)
        assert_memory_equal(&taps.tap[k], &ax_encoder_builtin()->taps.tap[k], sizeof taps.tap[k]);
}

TEST(test_hostile_texts)
{
    static const char *const bad[] = {
        "",
        "32",
        "32 16x1 24x2 32x3 64x4 96x3 160x3",
        "32 16x1 24x2 32x3 64x4 96x3 160x3 320x1 ",
        "32 16x1 24x2 32x3 64x4 96x3 160x3 320x1 8x1",
        "32 16x0 24x2 32x3 64x4 96x3 160x3 320x1",
        "32 16x1 24x2 32x3 64x4 96x3 160x3 99999999999x1",
        "32 16x1 24x2 32x3 64x4 96x3 160x3 320x65",
        "-8 16x1 24x2 32x3 64x4 96x3 160x3 320x1",
    };
    ax_mobilenet m;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (ax_mobilenet_parse(bad[i], &m))
            fail_msg("'%s' was taken", bad[i]);
}

/* ---- files ---- */

typedef struct weights {
    ax_mobilenet net;
    ax_graph *g;
    ax_params *p;
    char (*name)[NAME]; /* for each tensor of the file */
    float **host;
    ax_st_tensor *tensor;
    size_t n;
} weights;

static ax_params *make_params(const fixture *f, const ax_graph *g, const ax_rng *rng)
{
    ax_err err = { 0 };
    const ax_graph *graphs[] = { g };
    ax_params *p = ax_params_new(graphs, 1, &ax_backend_ref, f->dev, rng, &err);
    assert_non_null(p);
    return p;
}

/* timm's name for a tensor, from the structure of its models: blocks are numbered within their stage, and the parts of
   a block have names. */
static void timm_name(const ax_mobilenet *m, const char *ours, char out[NAME])
{
    static const char *const first[] = { "conv_dw", "bn1", "conv_pw", "bn2" }, *const other[] = { "conv_pw",  "bn1",
                                                                                                  "conv_dw",  "bn2",
                                                                                                  "conv_pwl", "bn3" };
    unsigned index, a, b;
    char last[32];
    if (sscanf(ours, "encoder.features.0.%u.%31s", &a, last) == 2) {
        snprintf(out, NAME, "%s.%s", a ? "bn1" : "conv_stem", last);
        return;
    }
    int part = -1;
    if (sscanf(ours, "encoder.features.%u.conv.%u.%u.%31s", &index, &a, &b, last) == 4)
        part = (int)(2 * a + b);
    else if (sscanf(ours, "encoder.features.%u.conv.%u.%31s", &index, &a, last) == 3)
        part = (int)a; /* one or two pairs come before, and a pair counts as one here */
    unsigned stage = 0, block = index - 1;
    while (block >= (unsigned)m->stage[stage].blocks)
        block -= (unsigned)m->stage[stage++].blocks;
    bool pair = strstr(ours, ".conv.0.") || (stage && strstr(ours, ".conv.1."));
    if (!pair)
        part += stage ? 2 : 1;
    snprintf(out, NAME, "blocks.%u.%u.%s.%s", stage, block, stage ? other[part] : first[part], last);
}

static weights make_weights(const fixture *f, ax_mobilenet net, naming as)
{
    weights w = { .net = net };
    ax_err err = { 0 };
    ax_rng rng = ax_rng_new(3, 4);
    ax_val taps[AX_MAX_TAPS];
    assert_non_null(w.g = ax_graph_new(&err));
    ax_val image = ax_graph_input(w.g, "image", (ax_type) { .shape = { 1, 32, 32, 3 } }, &err);
    check(ax_mobilenet_build(&net, w.g, image, false, taps, &err), &err);
    w.p = make_params(f, w.g, &rng);
    w.n = ax_params_count(w.p);
    assert_true(w.n < MOST);
    w.name = calloc(w.n, sizeof *w.name);
    w.host = calloc(w.n, sizeof *w.host);
    w.tensor = calloc(w.n, sizeof *w.tensor);
    assert_true(w.name && w.host && w.tensor);
    for (size_t i = 0; i < w.n; i++) {
        const ax_param_spec *s = ax_params_spec(w.p, i);
        ax_st_tensor *t = &w.tensor[i];
        if (as == TIMM)
            timm_name(&net, s->name, w.name[i]);
        else
            snprintf(w.name[i], NAME, "%s", s->name + (as == TORCHVISION ? strlen("encoder.") : 0));
        t->name = w.name[i];
        t->elements = ax_shape_count(s->type.shape);
        t->bytes = t->elements * sizeof(float);
        t->dtype = AX_ST_F32;
        t->n_dim = ax_tensor_dims(s->type, t->dim);
        assert_non_null(w.host[i] = malloc(t->bytes));
        t->data = w.host[i];
        check(ax_params_get(w.p, i, AX_SLOT_VALUE, w.host[i], &err), &err);
    }
    return w;
}

static void free_weights(weights *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->host[i]);
    free(w->host);
    free(w->name);
    free(w->tensor);
    ax_params_free(w->p);
    ax_graph_free(w->g);
}

static void write_weights(const fixture *f, const weights *w, const ax_st_meta *meta, size_t n_meta)
{
    ax_err err = { 0 };
    check(ax_safetensors_write(AT_FDCWD, f->path, w->tensor, w->n, meta, n_meta, &err), &err);
}

static ax_code open_it(const fixture *f, ax_encoder *e, ax_err *err)
{
    *err = (ax_err) { 0 };
    return ax_encoder_open(f->path, 0, e, err);
}

/* Loads the encoder into its own graph and compares every parameter. */
static void compare(const fixture *f, const ax_encoder *e, const weights *w)
{
    ax_err err = { 0 };
    ax_graph *g = ax_graph_new(&err);
    check(ax_encoder_graph(e, g, 64, 32, &err), &err);
    for (int k = 0; k < e->taps.n; k++) {
        ax_shape s = ax_graph_type(g, ax_graph_find(g, ax_tap_name(k))).shape;
        assert_true(s.c == e->taps.tap[k].channels && s.h == 64 / e->taps.tap[k].stride);
    }
    ax_params *p = ax_encoder_params(e, g, &ax_backend_ref, f->dev, &err);
    if (!p)
        fail_msg("%s", err.msg);
    assert_int_equal(ax_params_count(p), w->n);
    for (size_t i = 0; i < w->n; i++)
        assert_memory_equal(ax_params_slot(p, ax_params_find(p, ax_params_spec(w->p, i)->name), AX_SLOT_VALUE),
                            w->host[i], w->tensor[i].bytes);
    ax_params_free(p);
    ax_graph_free(g);
}

static void test_namings(void **state)
{
    const fixture *f = *state;
    uint64_t key = 0;
    for (int as = OWN; as <= TIMM; as++) {
        weights w = make_weights(f, ax_mobilenet_of_width(.5), (naming)as);
        ax_encoder e;
        ax_err err;
        write_weights(f, &w, NULL, 0);
        check(open_it(f, &e, &err), &err);
        assert_string_equal(e.name, "MobileNet-v2 x0.5, w.safetensors");
        assert_memory_equal(&e.net, &w.net, sizeof e.net);
        assert_true(e.taps.n == 4 && e.taps.tap[3].channels == 160 && e.taps.tap[3].stride == 32);
        assert_true(e.key && (!key || e.key == key)); /* the key depends on the computation, not on names */
        key = e.key;
        compare(f, &e, &w);
        free_weights(&w);
    }
}

/* Shortens tensors to float16 or bfloat16 by keeping the top bits of numbers that both can represent. */
static void shorten(weights *w, ax_st_dtype as, uint16_t **keep)
{
    for (size_t i = 0; i < w->n; i++) {
        uint16_t *half = keep[i] = malloc(w->tensor[i].elements * sizeof *half);
        assert_non_null(half);
        for (size_t k = 0; k < w->tensor[i].elements; k++) {
            w->host[i][k] = (float)(int)(w->host[i][k] * 16) / 8; /* few bits, and never too small for either type */
            uint32_t bits;
            memcpy(&bits, &w->host[i][k], sizeof bits);
            uint32_t exponent = bits >> 23 & 255;
            half[k] = as == AX_ST_BF16 ? (uint16_t)(bits >> 16)
                      : !exponent      ? (uint16_t)(bits >> 16 & 0x8000)
                                  : (uint16_t)((bits >> 16 & 0x8000) | (exponent - 112) << 10 | (bits >> 13 & 0x3ff));
        }
        w->tensor[i].dtype = as;
        w->tensor[i].data = half;
        w->tensor[i].bytes /= 2;
    }
}

static void test_number_formats(void **state)
{
    const fixture *f = *state;
    static const ax_st_dtype dtype[] = { AX_ST_F16, AX_ST_BF16 };
    for (int i = 0; i < 2; i++) {
        weights w = make_weights(f, ax_mobilenet_of_width(.35), TIMM);
        uint16_t *half[MOST] = { NULL };
        ax_encoder e;
        ax_err err;
        shorten(&w, dtype[i], half);
        write_weights(f, &w, NULL, 0);
        check(open_it(f, &e, &err), &err);
        assert_non_null(strstr(e.name, "x0.35"));
        for (size_t k = 0; k < w.n; k++) {
            w.tensor[k].bytes *= 2;
            free(half[k]);
        }
        compare(f, &e, &w);
        free_weights(&w);
    }
}

/* timm's mobilenetv2_110d: 1.1 times as wide except for the stem, 1.2 times as deep except for the first and last
   stages. */
static void test_deeper(void **state)
{
    const fixture *f = *state;
    ax_mobilenet net;
    ax_encoder e;
    ax_err err;
    assert_true(ax_mobilenet_parse("32 16x1 24x3 32x4 72x5 104x4 176x4 352x1", &net));
    weights w = make_weights(f, net, TIMM);
    write_weights(f, &w, NULL, 0);
    check(open_it(f, &e, &err), &err);
    assert_memory_equal(&e.net, &net, sizeof net);
    compare(f, &e, &w);
    free_weights(&w);
    /* with our own names the blocks can't be counted, so a model file states the layout */
    w = make_weights(f, net, OWN);
    char layout[AX_MOBILENET_TEXT];
    const ax_st_meta meta[] = { { AX_ENCODER_LAYOUT, ax_encoder_layout(&e, layout) },
                                { "encoder", "MobileNet-v2 of somebody" },
                                { "encoder_license", "BSD" } };
    write_weights(f, &w, meta, 3);
    check(open_it(f, &e, &err), &err);
    assert_memory_equal(&e.net, &net, sizeof net);
    assert_string_equal(e.name, "MobileNet-v2 of somebody, as in w.safetensors");
    assert_string_equal(e.license, "BSD");
    ax_safetensors *st = ax_safetensors_open(f->path, &err);
    ax_encoder of_model;
    check(ax_encoder_of_model(st, &of_model, &err), &err);
    assert_memory_equal(&of_model.net, &net, sizeof net);
    assert_string_equal(of_model.name, "MobileNet-v2 of somebody");
    ax_safetensors_free(st);
    free_weights(&w);
}

static void refuse(const fixture *f, const char *says)
{
    ax_encoder e;
    ax_err err;
    assert_int_equal(open_it(f, &e, &err), AX_EFORMAT);
    if (!strstr(err.msg, says) || !strstr(err.msg, f->path))
        fail_msg("'%s' isn't in: %s", says, err.msg);
}

static size_t index_of(const weights *w, const char *name)
{
    for (size_t i = 0; i < w->n; i++)
        if (!strcmp(w->name[i], name))
            return i;
    fail_msg("no tensor %s", name);
    return 0;
}

static void test_wrong_files(void **state)
{
    const fixture *f = *state;
    weights w = make_weights(f, ax_mobilenet_of_width(1.4), TIMM);
    /* the last convolution of a stage, whose number of channels is one of those that give the width of the network */
    size_t i = index_of(&w, "blocks.3.0.conv_pwl.weight");
    ax_st_tensor right = w.tensor[i];
    w.tensor[i].dim[0] = 44;
    w.tensor[i].dim[1] *= 2;
    write_weights(f, &w, NULL, 0);
    refuse(f, "tensor 'blocks.3.0.conv_pwl.weight' has the shape [44,576,1,1], not [88,288,1,1]");
    w.tensor[i] = right;
    w.tensor[i].name = "elsewhere";
    write_weights(f, &w, NULL, 0);
    refuse(f, "tensor 'blocks.3.0.conv_pwl.weight' is missing");
    w.tensor[i] = right;
    i = index_of(&w, "blocks.6.0.bn3.running_var");
    w.host[i][5] = -1;
    write_weights(f, &w, NULL, 0);
    refuse(f, "blocks.6.0.bn3.running_var': element 5 is -1");
    w.host[i][5] = 1;
    const ax_st_meta meta[] = { { AX_ENCODER_LAYOUT, "32 16" } };
    write_weights(f, &w, meta, 1);
    refuse(f, "metadata 'encoder_layout' is '32 16'");
    i = index_of(&w, "conv_stem.weight");
    w.tensor[i].name = "stem";
    write_weights(f, &w, NULL, 0);
    refuse(f, "not a MobileNet-v2: neither");
    free_weights(&w);
    ax_mobilenet odd;
    assert_true(ax_mobilenet_parse("20 10x1 20x2 30x3 50x4 70x3 90x3 110x1", &odd));
    w = make_weights(f, odd, TORCHVISION);
    write_weights(f, &w, NULL, 0);
    refuse(f, "not a MobileNet-v2 of any width: its channels are 20 10x1 20x2 30x3 50x4 70x3 90x3 110x1");
    free_weights(&w);
}

static void test_replaced(void **state)
{
    const fixture *f = *state;
    weights w = make_weights(f, ax_mobilenet_of_width(.35), TORCHVISION);
    ax_encoder e, builtin;
    ax_err err;
    write_weights(f, &w, NULL, 0);
    check(open_it(f, &e, &err), &err);
    w.host[7][0] += 1;
    write_weights(f, &w, NULL, 0);
    ax_graph *g = ax_graph_new(&err);
    check(ax_encoder_graph(&e, g, 32, 32, &err), &err);
    assert_null(ax_encoder_params(&e, g, &ax_backend_ref, f->dev, &err));
    assert_int_equal(err.code, AX_EDATA);
    ax_graph_free(g);
    free_weights(&w);
    check(ax_encoder_open("built-in", 0, &builtin, &err), &err);
    assert_true(!builtin.key && !builtin.path[0]);
    assert_int_equal(ax_encoder_open("/no/such/file", 0, &builtin, &err), AX_EIO);
    assert_non_null(strstr(err.msg, "encoder: /no/such/file"));
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    ax_err err = { 0 };
    assert_non_null(f);
    assert_non_null(f->dev = ax_backend_ref.open(0, 1, &err));
    *state = f;
    assert_int_equal(ax_tempdir_make(NULL), 0);
    snprintf(f->path, sizeof f->path, "%s/w.safetensors", ax_tempdir);
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    ax_backend_ref.close(f->dev);
    free(f);
    return ax_tempdir_remove(NULL);
}

int main(void)
{
    return RUN_TESTS_WITHIN(set_up, tear_down, test_widths, test_hostile_texts, test_namings, test_number_formats,
                            test_deeper, test_wrong_files, test_replaced);
}
