/* The predicted memory of a training is what it allocates, and a training that needs too much isn't started. */
#include "engine/train/footprint.h"

#include "data/open.h"
#include "engine/train/trainer_internal.h"
#include "tests/helper/emulated.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct bench {
    ax_settings settings;
    ax_source *source;
    ax_trainer *t;
    ax_train_job job;
    int steps, warnings;
} bench;

static bool watch(void *context, const ax_train_progress *p)
{
    (void)p;
    ((bench *)context)->steps++;
    return true;
}

static void warn(void *context, const char *text)
{
    assert_non_null(strstr(text, "MiB may be used; trying batches of half the size"));
    ((bench *)context)->warnings++;
}

static void open_trainer(bench *b, const char *memory)
{
    ax_err err = { AX_OK, "" };
    ax_trainer_free(b->t);
    assert_int_equal(ax_settings_set(&b->settings, "memory", memory, &err), AX_OK);
    if (!(b->t = ax_trainer_new(&b->settings, b->source, NULL, NULL, NULL, &err)))
        fail_msg("%s", err.msg);
}

static int set_up(void **state)
{
    static const char *const small[][2] = {
        { "train-samples", "8" }, { "val-samples", "2" }, { "crop", "64" },          { "val-crop", "64" },
        { "batch", "8" },         { "epochs", "1" },      { "channels", "8" },       { "stage2-crop", "64" },
        { "stage2-batch", "4" },  { "threads", "1" },     { "stage2-samples", "4" }, { "device", "cpu" },
    };
    ax_err err = { AX_OK, "" };
    bench *b = calloc(1, sizeof *b);
    ax_genotype g;
    assert_int_equal(ax_genotype_parse("[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]", &g, &err), AX_OK);
    ax_settings_preset(&b->settings, "demo", &err);
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        assert_int_equal(ax_settings_set(&b->settings, small[i][0], small[i][1], &err), AX_OK);
    assert_non_null(b->source = ax_source_open("scenes", "", &err));
    open_trainer(b, "0");
    b->job = ax_train_job_default(&b->settings, &g, false);
    b->job.warn = warn;
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    bench *b = *state;
    ax_trainer_free(b->t);
    b->source->ops->close(b->source);
    free(b);
    return 0;
}

/* The plan is exact to the byte, the parameters up to the padding of each. */
static void prediction_is_what_is_allocated(void **state)
{
    bench *b = *state;
    ax_err err = { AX_OK, "" };
    for (int32_t stage = 1; stage <= 2; stage++) {
        ax_footprint f;
        ax_train_job job = b->job;
        job.stages = stage;
        assert_int_equal(ax_footprint_of(b->t, &job, &f, &err), AX_OK);
        ax_training *r = &b->t->now;
        *r = (ax_training) { .t = b->t, .job = &job };
        assert_int_equal(ax_training_enter_stage(r, stage, &err), AX_OK);
        float loss;
        assert_int_equal(ax_training_step(r, &loss, &err), AX_OK);
        assert_int_equal(f.plan, ax_plan_arena_bytes(r->plan));
        size_t params = ax_params_bytes(r->params), padding = 64 * 5 * ax_params_count(r->params);
        assert_true(f.params <= params && params <= f.params + padding);
        assert_int_equal(f.peak, f.plan + f.evaluation + f.params + f.cache + f.other);
        ax_training_release(r);
    }
}

/* A trainer without caches predicts the same as one with them, even if images keep their own size. */
static void outlines_need_no_caches(void **state)
{
    bench *b = *state;
    ax_err err = { AX_OK, "" };
    uint64_t cache[3];
    for (int i = 0; i < 3; i++) {
        ax_footprint whole, outlined;
        bool own = i == 1;
        ax_settings_set(&b->settings, "val-crop", own ? "0" : "64", &err);
        ax_settings_set(&b->settings, "val-flip", i == 2 ? "1" : "0", &err);
        open_trainer(b, "0");
        ax_trainer *t = ax_trainer_new_for_estimate(&b->settings, b->source, &err);
        assert_non_null(t);
        assert_int_equal(ax_footprint_of(b->t, &b->job, &whole, &err), AX_OK);
        assert_int_equal(ax_footprint_of(t, &b->job, &outlined, &err), AX_OK);
        assert_memory_equal(&whole, &outlined, sizeof whole);
        int32_t size[2];
        ax_trainer_size(t, size);
        assert_int_equal(ax_trainer_ensure_validation(b->t, &err), AX_OK);
        ax_cache_item first = ax_cache_get(b->t->val, 0);
        assert_true(size[0] == first.h && size[1] == first.w && (own || first.h == 64));
        ax_trainer_free(t);
        cache[i] = whole.cache;
    }
    assert_true(cache[2] > cache[0]); /* mirrored images have taps, too */
}

static ax_code run(bench *b, ax_outcome *out, ax_err *err)
{
    b->steps = b->warnings = 0;
    return ax_trainer_run(b->t, &b->job, watch, b, out, err);
}

static size_t may_keep;

static void note_limit(ax_source *s, size_t bytes)
{
    (void)s;
    may_keep = bytes;
}

/* The decoded images may use the memory that the training leaves, up to their setting. */
static void images_take_what_is_left(void **state)
{
    static const struct {
        const char *setting;
        uint64_t left;
        size_t keeps;
    } cases[] = { { "2", 5 << 20, 2 << 20 }, { "2", 1 << 20, 1 << 20 }, { "2", 0, 0 }, { "0", 5 << 20, 0 } };
    bench *b = *state;
    ax_err err = { AX_OK, "" };
    const ax_source_ops *ops = b->source->ops;
    ax_source_ops noting = *ops;
    noting.keep = note_limit;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char memory[32];
        ax_footprint f;
        ax_outcome out;
        ax_settings_set(&b->settings, "image-cache", cases[i].setting, &err);
        assert_int_equal(ax_footprint_of(b->t, &b->job, &f, &err), AX_OK);
        snprintf(memory, sizeof memory, "%llu", (unsigned long long)(f.peak + cases[i].left));
        open_trainer(b, memory);
        b->source->ops = &noting;
        may_keep = SIZE_MAX;
        assert_int_equal(run(b, &out, &err), AX_OK);
        b->source->ops = ops;
        assert_int_equal(out.peak_bytes, f.peak); /* images that could be dropped aren't part of the peak */
        assert_int_equal(may_keep, cases[i].keeps);
    }
}

static void over_the_budget(void **state)
{
    bench *b = *state;
    ax_err err = { AX_OK, "" };
    ax_footprint whole, half;
    ax_outcome out, again;
    b->job.stages = 1;
    assert_int_equal(ax_footprint_of(b->t, &b->job, &whole, &err), AX_OK);
    b->job.half_batch = true;
    assert_int_equal(ax_footprint_of(b->t, &b->job, &half, &err), AX_OK);
    b->job.half_batch = false;
    assert_true(half.peak < whole.peak);

    assert_int_equal(run(b, &out, &err), AX_OK);
    assert_true(b->warnings == 0 && b->steps == 1 && out.batch == 8 && (uint64_t)out.peak_bytes == whole.peak);
    char memory[32];
    snprintf(memory, sizeof memory, "%llu", (unsigned long long)(whole.peak - 1));
    open_trainer(b, memory);
    assert_int_equal(run(b, &out, &err), AX_OK);
    assert_true(b->warnings == 1 && b->steps == 2 && out.batch == 4 && (uint64_t)out.peak_bytes == half.peak);
    assert_int_equal(run(b, &again, &err), AX_OK);
    assert_true(again.reward == out.reward && again.loss == out.loss);

    snprintf(memory, sizeof memory, "%llu", (unsigned long long)(half.peak - 1));
    open_trainer(b, memory);
    assert_int_equal(run(b, &out, &err), AX_ENOMEM);
    assert_true(b->warnings == 1 && b->steps == 0);
    assert_non_null(strstr(err.msg, "with batches of 4"));
}

/* Stage 1 only, on a device with its own memory; skips the test where none can be emulated. */
static void train_on_device(bench *b)
{
    static const char *const settings[][2] = { { "latency", "0" }, { "cuda-cache", "0" }, { "device", "cuda:0" } };
    if (!ax_emulated_backend(false))
        skip();
    b->job.stages = 1;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        assert_int_equal(ax_settings_set(&b->settings, settings[i][0], settings[i][1], NULL), AX_OK);
}

/* A device with its own memory: the memory used there doesn't count against the host's, nor the reverse. */
static void two_budgets(void **state)
{
    bench *b = *state;
    ax_err err = { AX_OK, "" };
    ax_footprint whole, half;
    ax_outcome out;
    char text[32];
    train_on_device(b);
    open_trainer(b, "0");
    assert_int_equal(ax_footprint_of(b->t, &b->job, &whole, &err), AX_OK);
    b->job.half_batch = true;
    assert_int_equal(ax_footprint_of(b->t, &b->job, &half, &err), AX_OK);
    b->job.half_batch = false;
    assert_int_equal(whole.device, whole.plan + whole.evaluation + whole.params);
    assert_true(whole.device < whole.peak);

    /* the host has room for its own part and no more */
    snprintf(text, sizeof text, "%llu", (unsigned long long)(whole.peak - whole.device));
    open_trainer(b, text);
    if (run(b, &out, &err) != AX_OK)
        fail_msg("%s", err.msg);
    assert_true(b->warnings == 0 && out.batch == 8);

    /* the device has less than the whole batch needs, whatever the host has */
    open_trainer(b, "0");
    size_t used = ((size_t)1 << 33) - b->t->be->spare(b->t->dev, NULL);
    snprintf(text, sizeof text, "%llu", (unsigned long long)(used + (whole.device + half.device) / 2));
    setenv("AUXCELL_EMU_MEMORY", text, 1);
    if (run(b, &out, &err) != AX_OK)
        fail_msg("%s", err.msg);
    assert_true(b->warnings == 1 && out.batch == 4);
    snprintf(text, sizeof text, "%llu", (unsigned long long)(used + half.device / 2));
    setenv("AUXCELL_EMU_MEMORY", text, 1);
    assert_int_equal(run(b, &out, &err), AX_ENOMEM);
    assert_non_null(strstr(err.msg, "memory of cuda:0: "));
    unsetenv("AUXCELL_EMU_MEMORY");
    open_trainer(b, "0");
}

/* Workers on the same device each get an equal part of it: what the others use at the moment, here nothing, doesn't
   matter. */
static void a_part_for_each_worker(void **state)
{
    bench *b = *state;
    ax_err err = { AX_OK, "" };
    ax_footprint whole;
    ax_outcome out;
    char text[32];
    train_on_device(b);
    for (int less = 0; less < 2; less++) {
        b->settings.workers = 2;
        open_trainer(b, "1GiB");
        assert_int_equal(ax_footprint_of(b->t, &b->job, &whole, &err), AX_OK);
        uint64_t two = 2 * whole.device / 15 * 16;
        snprintf(text, sizeof text, "%llu", (unsigned long long)(less ? two - 1024 : two + 1024));
        setenv("AUXCELL_EMU_MEMORY", text, 1);
        if (run(b, &out, &err) != AX_OK)
            fail_msg("%s", err.msg);
        assert_true(b->warnings == less && out.batch == (less ? 4 : 8));
        unsetenv("AUXCELL_EMU_MEMORY");
    }
    b->settings.workers = 1;
    open_trainer(b, "0");
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(set_up, tear_down, prediction_is_what_is_allocated, outlines_need_no_caches,
                                images_take_what_is_left, over_the_budget, two_budgets, a_part_for_each_worker);
}
