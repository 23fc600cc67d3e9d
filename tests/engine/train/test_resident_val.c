/* Validation images in a device's memory: validations that read them there give the same bits as from the cache, and
   copy almost nothing. */
#include "engine/train/resident_val.h"

#include "data/open.h"
#include "engine/train/evaluate.h"
#include "engine/train/trainer_internal.h"
#include "tests/helper/emulated.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES = 5 };

typedef struct bench {
    ax_settings settings;
    ax_source *source;
    ax_trainer *t;
    ax_train_job job;
} bench;

/* Of five images that aren't cut to the size of the crops, the third loses its last rows. */
static struct {
    ax_source_ops ops;
    const ax_source_ops *real;
    int image;
} lower;

static ax_code next_lower(void *stream, ax_sample *out, ax_err *err)
{
    ax_code code = lower.real->next(stream, out, err);
    if (code == AX_OK && out->h > 32 && lower.image++ % IMAGES == 2)
        out->h -= 32;
    return code;
}

/* settings: pairs of names and values, terminated by NULL. */
static void open_bench(bench *b, const char *task, const char *const *settings)
{
    static const char *const small[] = {
        "train-samples", "4", "val-samples", "5", "crop",   "32",     "val-crop",  "32", "batch", "2",
        "channels",      "8", "threads",     "1", "device", "cuda:0", "cuda-tune", "0",  NULL
    };
    ax_err err = { AX_OK, "" };
    ax_genotype g;
    *b = (bench) { .t = NULL };
    assert_int_equal(ax_genotype_parse("[[2,[0,0,9,1],[0,0,9,9],[0,0,9,9]],[[0,0],[0,0],[0,0]]]", &g, &err), AX_OK);
    ax_settings_preset(&b->settings, "demo", &err);
    assert_int_equal(ax_settings_set(&b->settings, "task", task, &err), AX_OK);
    for (size_t i = 0; small[i]; i += 2)
        assert_int_equal(ax_settings_set(&b->settings, small[i], small[i + 1], &err), AX_OK);
    for (size_t i = 0; settings[i]; i += 2)
        assert_int_equal(ax_settings_set(&b->settings, settings[i], settings[i + 1], &err), AX_OK);
    assert_non_null(b->source = ax_source_open("scenes", task, &err));
    lower.ops = *(lower.real = b->source->ops);
    lower.ops.next = next_lower;
    lower.image = 0;
    b->source->ops = &lower.ops;
    if (!(b->t = ax_trainer_new(&b->settings, b->source, NULL, NULL, NULL, &err)))
        fail_msg("%s", err.msg);
    b->job = ax_train_job_default(&b->settings, &g, false);
}

static void close_bench(bench *b)
{
    ax_trainer_free(b->t);
    b->source->ops->close(b->source);
}

/* Validates an untrained decoder twice, since the first time does some things only once; returns the copies of the
   second. */
static int validate(bench *b, ax_outcome *out)
{
    ax_err err = { AX_OK, "" };
    ax_training *r = &b->t->now;
    int n = 0;
    *r = (ax_training) { .t = b->t, .job = &b->job };
    if (ax_training_enter_stage(r, 1, &err) != AX_OK)
        fail_msg("%s", err.msg);
    ax_decoder_spec spec = ax_training_spec(b->t, &b->job, false);
    for (int again = 0; again < 2; again++) {
        ax_evaluation *e = ax_evaluation_new(b->t, &spec, r->params, false, &err);
        assert_non_null(e);
        *out = (ax_outcome) { 0 };
        ax_emulated_fail(0, false);
        if (ax_evaluation_run(e, NULL, out, &err) != AX_OK)
            fail_msg("%s", err.msg);
        n = ax_emulated_calls("cudaMemcpyAsync");
        ax_evaluation_free(e);
    }
    ax_training_release(r);
    return n;
}

/* Runs the same validation from the cache and from the device; *before and *after: their copies. */
static void compare(const char *task, const char *flip, const char *side, int *before, int *after)
{
    bench b;
    ax_outcome from_cache, there;
    open_bench(&b, task, (const char *const[]) { "cuda-cache", "0", "val-flip", flip, "val-crop", side, NULL });
    assert_null(b.t->resident_val);
    *before = validate(&b, &from_cache);
    close_bench(&b);
    open_bench(&b, task, (const char *const[]) { "cuda-cache", "1", "val-flip", flip, "val-crop", side, NULL });
    assert_non_null(b.t->resident_val);
    *after = validate(&b, &there);
    close_bench(&b);
    assert_memory_equal(&there, &from_cache, sizeof there);
    assert_int_equal(ax_emulated_live(), 0);
}

/* All images are in one batch: each view copies one list of what to gather, and the figures are read back. */
TEST(only_what_to_gather_is_told)
{
    int before, after;
    if (!ax_emulated_backend(false))
        skip();
    const int taps = ax_encoder_builtin()->taps.n;
    compare("segmentation", "0", "32", &before, &after);
    assert_int_equal(before, taps + IMAGES + 1);
    assert_int_equal(after, 1 + 1);
    compare("segmentation", "1", "32", &before, &after);
    assert_int_equal(before, 2 * taps + IMAGES + 1);
    assert_int_equal(after, 2 + 1);
    compare("depth", "0", "32", &before, &after);
    assert_int_equal(after, 1 + 1);
}

/* Runs of two images, one, and two make three batches, with two views each. */
TEST(images_of_several_sizes)
{
    int before, after;
    if (!ax_emulated_backend(false))
        skip();
    compare("segmentation", "1", "0", &before, &after);
    assert_int_equal(before, 3 * 2 * ax_encoder_builtin()->taps.n + IMAGES + 1);
    assert_int_equal(after, 3 * 2 + 1);
}

/* Key points are compared on the host. */
TEST(truths_that_the_host_reads_stay_there)
{
    int before, after;
    bench b;
    if (!ax_emulated_backend(false))
        skip();
    compare("pose", "0", "32", &before, &after);
    assert_int_equal(after, 1 + 1);
    open_bench(&b, "pose", (const char *const[]) { NULL });
    assert_null(ax_resident_val_truth(b.t->resident_val, 0));
    close_bench(&b);
}

TEST(what_does_not_fit_comes_from_the_cache)
{
    bench b;
    if (!ax_emulated_backend(false))
        skip();
    open_bench(&b, "segmentation", (const char *const[]) { NULL });
    const ax_task_spec *task = &b.source->info.task;
    const size_t bytes = ax_resident_val_bytes(b.t->resident_val);
    assert_true(ax_trainer_resident_bytes(b.t) == ax_resident_bytes(b.t->resident) + bytes && bytes > 0);
    assert_null(ax_resident_val_new(b.t->val, task, b.t->be, b.t->dev, true, bytes - 1));
    ax_resident_val *r = ax_resident_val_new(b.t->val, task, b.t->be, b.t->dev, true, bytes);
    assert_non_null(r);
    ax_resident_val_free(r);
    /* the parts and the call that zeroes each, or the last copies */
    for (int n = 1; n <= b.t->encoder.taps.n + 1; n++) {
        ax_emulated_fail(4L * n, false);
        assert_null(ax_resident_val_new(b.t->val, task, b.t->be, b.t->dev, true, bytes));
    }
    ax_emulated_fail(0, false);
    close_bench(&b);
    assert_int_equal(ax_emulated_live(), 0);
}

int main(void)
{
    return RUN_TESTS(only_what_to_gather_is_told, images_of_several_sizes, truths_that_the_host_reads_stay_there,
                     what_does_not_fit_comes_from_the_cache);
}
