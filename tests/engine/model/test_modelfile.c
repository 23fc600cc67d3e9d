/* Model files: written, read back, refused with the reason. */
#include "engine/model/modelfile.h"
#include "engine/model/encoder.h"
#include "engine/model/network.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GENOTYPE "[[9,[0,1,9,10],[4,2,9,0],[7,7,10,4]],[[0,3],[4,4],[1,5]]]"

typedef struct fixture {
    ax_device *dev;
    ax_graph *train, *whole; /* train: stage 1's decoder with auxiliary heads; whole: encoder and decoder */
    ax_params *decoder, *network;
    ax_model_info info;
    char path[64];
} fixture;

static ax_params *params_of(const fixture *f, const ax_graph *g, uint64_t seed)
{
    ax_err err = { 0 };
    ax_rng rng = ax_rng_new(seed, 1);
    ax_params *p = ax_params_new(&g, 1, &ax_backend_ref, f->dev, &rng, &err);
    if (!p)
        fail_msg("%s", err.msg);
    return p;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    ax_err err = { 0 };
    assert_non_null(f);
    f->info = (ax_model_info) { .channels = 8,
                                .repeats = 1,
                                .task = { .task = &ax_task_segmentation,
                                          .outputs = 2,
                                          .name = { "road", "a car #1" },
                                          .color = { { 128, 64, 0 }, { 1, 2, 255 } } },
                                .outcome = { .reward = 0.5, .miou = 0.25, .fwiou = NAN, .accuracy = 0.75 },
                                .data = "scenes" };
    f->info.encoder = *ax_encoder_builtin();
    assert_int_equal(ax_genotype_parse(GENOTYPE, &f->info.genotype, &err), AX_OK);
    assert_non_null(f->dev = ax_backend_ref.open(0, 1, &err));
    assert_non_null(f->train = ax_graph_new(&err));
    assert_non_null(f->whole = ax_graph_new(&err));
    ax_decoder_spec spec = {
        .genotype = f->info.genotype, .channels = 8, .repeats = 1, .outputs = 2, .train = true, .aux = true
    };
    ax_val taps[AX_MAX_TAPS], logits;
    ax_decoder d;
    for (int i = 0; i < ax_encoder_builtin()->taps.n; i++) {
        char name[16];
        snprintf(name, sizeof name, "tap.%d", i);
        int32_t extent = 32 / ax_encoder_builtin()->taps.tap[i].stride;
        taps[i] = ax_graph_input(
            f->train, name, (ax_type) { .shape = { 1, extent, extent, ax_encoder_builtin()->taps.tap[i].channels } },
            &err);
    }
    assert_int_equal(ax_decoder_build(f->train, &spec, taps, &d, &err), AX_OK);
    ax_val image = ax_graph_input(f->whole, "image", (ax_type) { .shape = { 1, 32, 32, 3 } }, &err);
    assert_int_equal(ax_network_build(f->whole, image, ax_encoder_builtin(), &spec, &logits, &err), AX_OK);
    f->decoder = params_of(f, f->train, 1);
    f->network = params_of(f, f->whole, 2); /* serves as the encoder, and later is filled from the file */
    *state = f;
    assert_int_equal(ax_tempdir_make(NULL), 0);
    snprintf(f->path, sizeof f->path, "%s/m.safetensors", ax_tempdir);
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    ax_params_free(f->decoder);
    ax_params_free(f->network);
    ax_graph_free(f->train);
    ax_graph_free(f->whole);
    ax_backend_ref.close(f->dev);
    free(f);
    return ax_tempdir_remove(NULL);
}

static float *slot(const ax_params *p, const char *name, ax_slot which)
{
    size_t i = ax_params_find(p, name);
    assert_true(i != SIZE_MAX);
    return ax_params_slot(p, i, which);
}

static ax_safetensors *written(fixture *f, bool averaged)
{
    ax_err err = { 0 };
    if (ax_model_write(f->path, false, &f->info, f->decoder, averaged, f->network, &err) != AX_OK)
        fail_msg("%s", err.msg);
    ax_safetensors *st = ax_safetensors_open(f->path, &err);
    if (!st)
        fail_msg("%s", err.msg);
    return st;
}

static void test_round_trip(void **state)
{
    fixture *f = *state;
    ax_err err = { 0 };
    ax_safetensors *st = written(f, false);
    ax_model_info info;
    if (ax_model_read_info(st, f->path, &info, &err) != AX_OK)
        fail_msg("%s", err.msg);
    assert_memory_equal(&info.genotype, &f->info.genotype, sizeof info.genotype);
    assert_true(info.channels == 8 && info.repeats == 1 && info.task.outputs == 2);
    assert_string_equal(info.task.name[1], "a car #1");
    assert_memory_equal(info.task.color, f->info.task.color, sizeof info.task.color);
    assert_true(info.outcome.reward == 0.5 && isnan(info.outcome.fwiou) && info.outcome.accuracy == 0.75);
    assert_string_equal(info.data, "scenes");
    /* no auxiliary heads in the file, everything else */
    for (size_t i = 0; i < ax_safetensors_count(st); i++)
        assert_null(strstr(ax_safetensors_at(st, i)->name, "decoder.aux."));
    assert_int_equal(ax_safetensors_count(st), ax_params_count(f->network));
    ax_params *loaded = params_of(f, f->whole, 3);
    if (ax_model_load(st, f->path, loaded, &err) != AX_OK)
        fail_msg("%s", err.msg);
    assert_memory_equal(slot(loaded, "decoder.head.conv.weight", AX_SLOT_VALUE),
                        slot(f->decoder, "decoder.head.conv.weight", AX_SLOT_VALUE), 8 * 8 * sizeof(float));
    assert_memory_equal(slot(loaded, "encoder.features.0.0.weight", AX_SLOT_VALUE),
                        slot(f->network, "encoder.features.0.0.weight", AX_SLOT_VALUE), 864 * sizeof(float));
    ax_params_free(loaded);
    ax_safetensors_free(st);
}

static void test_average(void **state)
{
    fixture *f = *state;
    ax_err err = { 0 };
    const char *name = "decoder.classifier.bias", *running = "decoder.head.bn.running_mean";
    assert_int_equal(ax_optim_polyak(f->decoder, AX_GROUP_DECODER, 0.5f, &err), AX_OK);
    slot(f->decoder, name, AX_SLOT_AVERAGE)[0] = 3;
    slot(f->decoder, name, AX_SLOT_VALUE)[0] = 4;
    slot(f->decoder, running, AX_SLOT_VALUE)[0] = 5; /* it has no average */
    for (int averaged = 0; averaged < 2; averaged++) {
        ax_safetensors *st = written(f, averaged);
        float out[8];
        ax_st_to_float(ax_safetensors_find(st, name), out);
        assert_true(out[0] == (averaged ? 3 : 4));
        ax_st_to_float(ax_safetensors_find(st, running), out);
        assert_true(out[0] == 5);
        ax_safetensors_free(st);
    }
}

/* A file with one metadata value replaced. */
static void refuse(fixture *f, const char *key, const char *value, const char *reason)
{
    static const char *const keys[] = { "format",  "version",     "genotype",  "channels", "repeats",
                                        "classes", "class_names", "aggregate", "mean",     "std" };
    enum { KEYS = sizeof keys / sizeof *keys };
    ax_safetensors *st = written(f, false), *changed;
    ax_st_meta meta[KEYS];
    size_t n = 0;
    ax_err err = { 0 };
    for (int i = 0; i < KEYS; i++) {
        const char *v = strcmp(keys[i], key) ? ax_safetensors_meta(st, keys[i]) : value;
        if (v)
            meta[n++] = (ax_st_meta) { keys[i], v };
    }
    char path[80];
    snprintf(path, sizeof path, "%s.changed", f->path);
    assert_int_equal(ax_safetensors_write(AT_FDCWD, path, NULL, 0, meta, n, &err), AX_OK);
    assert_non_null(changed = ax_safetensors_open(path, &err));
    ax_model_info info;
    assert_int_equal(ax_model_read_info(changed, "FILE", &info, &err), AX_EFORMAT);
    assert_int_equal(err.code, AX_EFORMAT);
    if (strncmp(err.msg, "FILE: ", 6) || !strstr(err.msg, reason))
        fail_msg("'%s' instead of '%s'", err.msg, reason);
    ax_safetensors_free(changed);
    ax_safetensors_free(st);
    unlink(path);
}

static void test_refused(void **state)
{
    fixture *f = *state;
    refuse(f, "format", NULL, "not a model of auxcell");
    refuse(f, "version", "3", "model format 3");
    refuse(f, "aggregate", "mean", "'aggregate' is mean");
    refuse(f, "genotype", NULL, "'genotype' is missing");
    refuse(f, "genotype", "[[8", "at character 4");
    refuse(f, "channels", "many", "'channels' is many");
    refuse(f, "repeats", "0", "from 1 to 16");
    refuse(f, "repeats", "", "'repeats' is empty");
    refuse(f, "mean", "0.5 0.5 0.5", "'mean' is '0.5 0.5 0.5', but images are normalised with 0.485 0.456 0.406");
    refuse(f, "std", "0.229 0.224", "'std' is '0.229 0.224', but images are normalised with 0.229 0.224 0.225");
    refuse(f, "classes", "3", "doesn't list 3 classes");
    refuse(f, "class_names", "road\ncar\n", "doesn't list 2 classes");
}

/* A model file without auxiliary heads doesn't fill a network that has them. */
static void test_other_network(void **state)
{
    fixture *f = *state;
    ax_err err = { 0 };
    ax_safetensors *st = written(f, false);
    ax_params *p = params_of(f, f->train, 3); /* has auxiliary heads */
    char wanted[160];
    snprintf(wanted, sizeof wanted, "%s: tensor 'decoder.aux.", f->path);
    assert_int_equal(ax_model_load(st, f->path, p, &err), AX_EFORMAT);
    assert_memory_equal(err.msg, wanted, strlen(wanted));
    assert_non_null(strstr(err.msg, "is missing"));
    ax_params_free(p);
    ax_safetensors_free(st);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, test_round_trip, test_average, test_refused, test_other_network);
}
