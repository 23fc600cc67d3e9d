/* Settings that the preset paper has as published: averages copied to the parameters, batch norm's statistics for the
   averages, PyTorch's initialisation, and the scaling of images. */
#include "data/open.h"
#include "engine/train/trainer_internal.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ax_settings tiny(const char *stages)
{
    static const char *const set[][2] = {
        { "train-samples", "9" },  { "val-samples", "5" },  { "crop", "64" },        { "val-crop", "64" },
        { "batch", "4" },          { "epochs", "2" },       { "channels", "8" },     { "latency", "0" },
        { "stage2-samples", "6" }, { "stage2-crop", "64" }, { "stage2-batch", "3" }, { "stage2-polyak", "0.5" },
    };
    ax_settings s;
    ax_settings_preset(&s, "demo", NULL);
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        assert_int_equal(ax_settings_set(&s, set[i][0], set[i][1], NULL), AX_OK);
    ax_settings_set(&s, "stages", stages, NULL);
    return s;
}

/* Parameters and statistics compared at the end of a training. */
enum { ADAPT, ADAPT_3, CELL, CLASSIFIER, BIAS, AUX, MEAN, DECODER_ONLY, STEM = DECODER_ONLY, DEEP, NAMES };
static const struct {
    const char *name;
    double fan_in; /* of a convolution */
} of[NAMES] = {
    [ADAPT] = { "decoder.adapt.1.conv.weight", 32 },
    [ADAPT_3] = { "decoder.adapt.3.conv.weight", 320 },
    [CELL] = { "decoder.block.0.cell.0.op.0.conv.weight", 9 * 8 },
    [CLASSIFIER] = { "decoder.classifier.weight", 9 * 8 },
    [BIAS] = { "decoder.classifier.bias", 9 * 8 },
    [AUX] = { "decoder.aux.0.classifier.weight", 9 * 8 },
    [MEAN] = { "decoder.adapt.1.bn.running_mean", 0 },
    [STEM] = { "encoder.features.1.conv.0.0.weight", 0 },
    [DEEP] = { "encoder.features.1.conv.0.1.running_var", 0 },
};

typedef struct fixture {
    ax_trainer *t;
    int32_t stages;
    ax_outcome out;
    size_t n[NAMES];
    float *value[NAMES], *average[NAMES];
} fixture;

static ax_code look(void *context, const ax_train_epoch *e, ax_err *err)
{
    fixture *f = context;
    const ax_params *p = f->t->now.params;
    if (e->stage != f->stages || e->epoch != e->epochs)
        return AX_OK;
    for (int k = 0; k < (e->stage == 2 ? NAMES : DECODER_ONLY); k++) {
        size_t i = ax_params_find(p, of[k].name);
        assert_true(i != SIZE_MAX);
        f->n[k] = ax_shape_count(ax_params_spec(p, i)->type.shape);
        f->value[k] = malloc(f->n[k] * sizeof(float));
        assert_int_equal(ax_params_get(p, i, AX_SLOT_VALUE, f->value[k], err), AX_OK);
        if (!ax_params_slot(p, i, AX_SLOT_AVERAGE))
            continue;
        f->average[k] = malloc(f->n[k] * sizeof(float));
        assert_int_equal(ax_params_get(p, i, AX_SLOT_AVERAGE, f->average[k], err), AX_OK);
    }
    return AX_OK;
}

/* A candidate trained to its end. */
static fixture train(const ax_settings *s, ax_train_watch watch, const char *state_path, ax_code want)
{
    ax_err err = { AX_OK, "" };
    fixture f = { .stages = (int32_t)s->stages };
    ax_source *source = ax_source_open("scenes", "", &err);
    ax_genotype g;
    assert_non_null(source);
    ax_genotype_parse("[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]", &g, NULL);
    f.t = ax_trainer_new(s, source, NULL, NULL, NULL, &err);
    if (!f.t)
        fail_msg("%s", err.msg);
    ax_train_job job = ax_train_job_default(s, &g, false);
    job.state_path = state_path;
    if (!watch) {
        job.epoch_end = look;
        job.eval_epochs = 1;
    }
    if (ax_trainer_run(f.t, &job, watch, &f, &f.out, &err) != want)
        fail_msg("%s", err.msg);
    ax_trainer_free(f.t);
    source->ops->close(source);
    return f;
}

static void release(fixture *f)
{
    for (int k = 0; k < NAMES; k++) {
        free(f->value[k]);
        free(f->average[k]);
    }
}

static double farthest(const float *a, const float *b, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)a[i] - (double)b[i]));
    return most;
}

/* How far a parameter's values and averages are from each other. */
static double apart(const fixture *f, int k)
{
    assert_true(f->n[k] > 0);
    return farthest(f->value[k], f->average[k], f->n[k]);
}

TEST(epochs_end_with_the_averages)
{
    ax_settings s = tiny("1");
    fixture off = train(&s, NULL, NULL, AX_OK);
    ax_settings_set(&s, "polyak-copy", "1", NULL);
    fixture on = train(&s, NULL, NULL, AX_OK);
    assert_true(apart(&off, ADAPT) > 0 && apart(&off, BIAS) > 0);
    assert_true(apart(&on, ADAPT) == 0 && apart(&on, BIAS) == 0);
    assert_true(on.out.loss != off.out.loss); /* the second epoch started from other parameters */
    ax_settings_set(&s, "polyak", "0", NULL);
    fixture none = train(&s, NULL, NULL, AX_OK); /* without averages there is nothing to copy */
    assert_true(isfinite(none.out.reward) && !none.average[ADAPT]);
    release(&off);
    release(&on);
    release(&none);
    s = tiny("2");
    ax_settings_set(&s, "polyak-copy", "1", NULL);
    fixture both = train(&s, NULL, NULL, AX_OK);
    assert_true(apart(&both, STEM) == 0 && apart(&both, ADAPT) == 0);
    release(&both);
}

static bool stop_at_three(void *context, const ax_train_progress *p)
{
    (void)context;
    return p->step < 3;
}

/* Stopped in the second epoch and resumed: the result is that of an uninterrupted training. */
TEST(a_stopped_one_goes_on_the_same)
{
    char path[] = "/tmp/ax-published-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    ax_settings s = tiny("1");
    ax_settings_set(&s, "polyak-copy", "1", NULL);
    ax_settings_set(&s, "init", "pytorch", NULL);
    fixture whole = train(&s, NULL, NULL, AX_OK);
    fixture cut = train(&s, stop_at_three, path, AX_ECANCEL);
    release(&cut);
    cut = train(&s, NULL, path, AX_OK);
    assert_true(cut.out.loss == whole.out.loss && cut.out.reward == whole.out.reward);
    release(&cut);
    release(&whole);
    unlink(path);
}

/* Averages stay the same, bit for bit; their batch norm statistics change. */
TEST(statistics_are_learned_again)
{
    ax_settings s = tiny("2");
    fixture off = train(&s, NULL, NULL, AX_OK);
    ax_settings_set(&s, "bn-refresh", "7", NULL);
    fixture on = train(&s, NULL, NULL, AX_OK);
    static const int trained[] = { ADAPT, STEM }, learned[] = { MEAN, DEEP };
    for (int k = 0; k < 2; k++) {
        const int w = trained[k], m = learned[k];
        assert_true(farthest(off.average[w], on.average[w], off.n[w]) == 0);
        assert_true(apart(&on, w) == 0 && apart(&off, w) > 0);
        assert_true(off.n[m] > 0 && farthest(off.value[m], on.value[m], off.n[m]) > 0);
    }
    assert_true(on.out.loss == off.out.loss && on.out.reward != off.out.reward);
    release(&off);
    release(&on);
}

/* Uniform within 1 / sqrt(fan in), over the whole range. */
TEST(convolutions_begin_as_pytorchs)
{
    ax_settings s = tiny("1");
    ax_settings_set(&s, "init", "pytorch", NULL);
    ax_settings_set(&s, "lr", "1e-9", NULL); /* it stays close to its initialisation */
    ax_settings_set(&s, "epochs", "1", NULL);
    fixture f = train(&s, NULL, NULL, AX_OK);
    for (int k = ADAPT; k <= AUX; k++) {
        double bound = 1 / sqrt(of[k].fan_in), least = 9, most = -9, squares = 0;
        assert_true(f.n[k] > 0);
        for (size_t i = 0; i < f.n[k]; i++) {
            double v = (double)f.value[k][i];
            least = fmin(least, v);
            most = fmax(most, v);
            squares += v * v / (double)f.n[k];
        }
        if (least < -bound - 1e-6 || most > bound + 1e-6)
            fail_msg("%s: %g to %g, beyond %g", of[k].name, least, most, bound);
        if (f.n[k] > 100) {
            assert_true(least < -0.9 * bound && most > 0.9 * bound);
            assert_true(fabs(squares / (bound * bound / 3) - 1) < 0.25);
        } else {
            assert_true(most - least > 0.1 * bound); /* a bias: not zero */
        }
    }
    release(&f);
}

/* The preset `paper` sets all of this; the others set none of it but the initialisation of cpu, which is better
   there. */
TEST(presets)
{
    ax_settings s;
    ax_settings_preset(&s, "paper", NULL);
    assert_true(s.polyak_copy == 1 && s.val_shorter_side == 400 && s.gate_handmade == 0 && s.reinforce_lr == 1e-4);
    assert_string_equal(s.scaling, "original");
    assert_string_equal(s.interpolation, "bicubic");
    assert_string_equal(s.init, "pytorch");
    assert_string_equal(s.gate_mean, "after");
    static const char *const others[] = { "demo", "cpu" };
    for (int k = 0; k < 2; k++) {
        ax_settings_preset(&s, others[k], NULL);
        assert_true(s.polyak_copy == 0 && s.val_shorter_side == 0 && s.gate_handmade == 1 && s.bn_refresh == 0);
        assert_string_equal(s.scaling, "resized");
        assert_string_equal(s.interpolation, "bilinear");
        assert_string_equal(s.init, k ? "pytorch" : "he");
        assert_string_equal(s.gate_mean, "before");
        ax_settings_set(&s, "val-shorter-side", "160", NULL);
        ax_settings_set(&s, "scaling", "original", NULL);
        ax_source *source = ax_source_open("scenes", "", NULL);
        ax_sample_spec v = ax_trainer_validation(&s, source);
        assert_true(v.shorter_side == 160 && v.floor && !v.cubic && v.scale_min == 1 && v.scale_max == 1);
        ax_settings_set(&s, "interpolation", "bicubic", NULL);
        assert_true(ax_trainer_validation(&s, source).cubic);
        source->ops->close(source);
    }
}

int main(void)
{
    return RUN_TESTS(epochs_end_with_the_averages, a_stopped_one_goes_on_the_same, statistics_are_learned_again,
                     convolutions_begin_as_pytorchs, presets);
}
