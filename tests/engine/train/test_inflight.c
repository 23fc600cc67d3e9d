/* A training that is stopped at any step and resumed, in this process or from the state of a killed one, gives the same
   bits as an uninterrupted one. */
#include "data/open.h"
#include "engine/base/file.h"
#include "engine/train/inflight.h"
#include "engine/train/trainer_internal.h"
#include "tests/helper/emulated.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEPS = 8 };

typedef struct bench {
    ax_settings settings;
    ax_source *source;
    ax_trainer *trainer;
    ax_train_job job;
    ax_outcome whole; /* of an uninterrupted training */
    char dir[64], state[96];
    int32_t stop_at, first; /* stop_at: the step to stop after, 0 = never; first: the first step seen */
    int warnings;
} bench;

static bool watch(void *context, const ax_train_progress *p)
{
    bench *b = context;
    if (!b->first)
        b->first = p->step;
    return p->step != b->stop_at;
}

static void warn(void *context, const char *text)
{
    bench *b = context;
    assert_non_null(strstr(text, "damaged"));
    b->warnings++;
}

static int set_up(void **state)
{
    ax_err err = { AX_OK, "" };
    bench *b = calloc(1, sizeof *b);
    ax_settings *s = &b->settings;
    ax_settings_preset(s, "demo", &err);
    const char *const small[][2] = { { "train-samples", "9" },
                                     { "val-samples", "3" },
                                     { "crop", "32" },
                                     { "val-crop", "32" },
                                     { "batch", "4" },
                                     { "epochs", "3" },
                                     { "channels", "8" },
                                     { "stage2-crop", "32" },
                                     { "stage2-samples", "8" },
                                     { "stage2-batch", "4" },
                                     { "full-stage2-epochs", "2" },
                                     { "threads", "1" } };
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        assert_int_equal(ax_settings_set(s, small[i][0], small[i][1], &err), AX_OK);
    b->source = ax_source_open("scenes", "", &err);
    b->trainer = ax_trainer_new(s, b->source, NULL, NULL, NULL, &err);
    assert_non_null(b->trainer);
    ax_genotype g;
    assert_int_equal(ax_genotype_parse("[[2,[1,0,3,6],[0,1,2,8],[2,0,6,1]],[[2,3],[3,1],[4,4]]]", &g, &err), AX_OK);
    b->job = ax_train_job_default(s, &g, false);
    b->job.full = true; /* the learning rate depends on the step, too */
    b->job.epochs = 2;  /* 2 steps each, then 2 epochs of 2 steps end to end */
    b->job.stage2_epochs = 2;
    assert_int_equal(ax_trainer_run(b->trainer, &b->job, NULL, NULL, &b->whole, &err), AX_OK);
    snprintf(b->dir, sizeof b->dir, "/tmp/ax-test-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    snprintf(b->state, sizeof b->state, "%s/7.mpk", b->dir);
    b->job.state_path = b->state;
    b->job.warn = warn;
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    bench *b = *state;
    ax_trainer_free(b->trainer);
    b->source->ops->close(b->source);
    unlink(b->state);
    assert_int_equal(rmdir(b->dir), 0); /* the folder is empty */
    free(b);
    return 0;
}

static ax_code run(bench *b, int32_t stop_at, ax_outcome *o)
{
    ax_err err = { AX_OK, "" };
    b->stop_at = stop_at;
    b->first = 0;
    ax_code code = ax_trainer_run(b->trainer, &b->job, watch, b, o, &err);
    if (code != AX_OK && code != AX_ECANCEL)
        fail_msg("%s", err.msg);
    return code;
}

static void same(const ax_outcome *a, const ax_outcome *b)
{
    assert_true(a->reward == b->reward && a->miou == b->miou && a->fwiou == b->fwiou && a->accuracy == b->accuracy);
    assert_true(a->loss == b->loss && a->params == b->params && a->macs == b->macs && a->stage == b->stage);
}

static void stopped_at_every_step(void **state)
{
    bench *b = *state;
    ax_outcome o;
    for (int32_t step = 1; step <= STEPS; step++) { /* step 4 is just before the first validation, 8 before the last */
        unlink(b->state);
        assert_int_equal(run(b, step, &o), AX_ECANCEL);
        assert_int_equal(run(b, 0, &o), AX_OK);
        assert_int_equal(b->first, step < STEPS ? step + 1 : 0);
        same(&o, &b->whole);
    }
    /* now without starting again in between */
    unlink(b->state);
    for (int32_t step = 1; step <= STEPS; step++)
        assert_int_equal(run(b, step, &o), AX_ECANCEL);
    assert_int_equal(run(b, 0, &o), AX_OK);
    same(&o, &b->whole);
    assert_int_equal(b->warnings, 0);
}

static void kept_after_every_epoch(void **state)
{
    bench *b = *state;
    ax_outcome o;
    unlink(b->state);
    assert_int_equal(run(b, 0, &o), AX_OK);
    same(&o, &b->whole);
    assert_int_equal(run(b, 0, &o), AX_OK); /* as after a crash in the last epoch */
    assert_int_equal(b->first, 7);
    same(&o, &b->whole);
    b->job.save_epochs = 2; /* then only the beginning of stage 2 is saved */
    unlink(b->state);
    assert_int_equal(run(b, 0, &o), AX_OK);
    assert_int_equal(run(b, 0, &o), AX_OK);
    assert_int_equal(b->first, 5);
    same(&o, &b->whole);
    b->job.save_epochs = 0;
    unlink(b->state);
    assert_int_equal(run(b, 0, &o), AX_OK);
    assert_int_not_equal(access(b->state, F_OK), 0);
    b->job.save_epochs = 1;
}

static void of_another_training(void **state)
{
    bench *b = *state;
    ax_outcome o;
    ax_train_job job = b->job;
    unlink(b->state);
    assert_int_equal(run(b, 3, &o), AX_ECANCEL);
    b->job.seed++;
    assert_int_equal(run(b, 1, &o), AX_ECANCEL);
    assert_int_equal(b->first, 1);
    b->job = job;
    assert_int_equal(run(b, 3, &o), AX_ECANCEL);
    b->job.epochs++;
    assert_int_equal(run(b, 1, &o), AX_ECANCEL);
    assert_int_equal(b->first, 1);
    b->job = job;
    assert_int_equal(run(b, 3, &o), AX_ECANCEL);
    b->job.genotype.value[0] ^= 1;
    assert_int_equal(run(b, 1, &o), AX_ECANCEL);
    assert_int_equal(b->first, 1);
    b->job = job;
    assert_int_equal(b->warnings, 0);
}

/* A training is resumed under other settings of the run, but not under other settings of the training. */
static void under_other_settings(void **state)
{
    bench *b = *state;
    static const struct {
        const char *name, *value;
        int32_t first; /* the first step */
    } changes[] = { { "candidates", "7", 4 },
                    { "full-epochs", "9", 4 },
                    { "strategy", "random", 4 },
                    { "lr", "0.002", 1 },
                    { "crop", "64", 1 } };
    ax_trainer *own = b->trainer;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        ax_err err = { AX_OK, "" };
        ax_settings s = b->settings;
        ax_outcome o;
        unlink(b->state);
        assert_int_equal(run(b, 3, &o), AX_ECANCEL);
        assert_int_equal(ax_settings_set(&s, changes[i].name, changes[i].value, &err), AX_OK);
        b->trainer = ax_trainer_new(&s, b->source, NULL, NULL, NULL, &err);
        assert_non_null(b->trainer);
        assert_int_equal(run(b, 4, &o), AX_ECANCEL);
        assert_int_equal(b->first, changes[i].first);
        ax_trainer_free(b->trainer);
        b->trainer = own;
    }
    assert_int_equal(b->warnings, 0);
}

/* Truncated anywhere, or with any byte changed: the damage is noticed and reported, and the training starts again. */
static void damaged(void **state)
{
    bench *b = *state;
    ax_outcome o;
    ax_err err;
    char *bytes;
    size_t n;
    unlink(b->state);
    assert_int_equal(run(b, 3, &o), AX_ECANCEL);
    assert_int_equal(ax_file_read(AT_FDCWD, b->state, SIZE_MAX >> 1, &bytes, &n, &err), AX_OK);
    const size_t places[] = { 0, 1, 20, 60, 100, n / 3, n / 2, n - 6, n - 5, n - 1 };
    enum { PLACES = sizeof places / sizeof *places };
    b->warnings = 0;
    for (size_t i = 0; i < 2 * PLACES; i++) {
        size_t at = places[i / 2];
        if (i % 2)
            bytes[at] ^= 4;
        assert_int_equal(ax_file_replace(AT_FDCWD, b->state, bytes, i % 2 ? n : at, &err), AX_OK);
        if (i % 2)
            bytes[at] ^= 4;
        assert_int_equal(run(b, 1, &o), AX_ECANCEL);
        assert_int_equal(b->first, 1);
        assert_int_equal(b->warnings, (int)i + 1);
    }
    free(bytes);
    assert_int_equal(run(b, 0, &o), AX_OK);
    same(&o, &b->whole);
}

static void no_room(void **state)
{
    bench *b = *state;
    ax_outcome o;
    ax_err err = { AX_OK, "" };
    b->job.state_path = "/nowhere/at/all/7.mpk";
    assert_int_equal(ax_trainer_run(b->trainer, &b->job, NULL, b, &o, &err), AX_EIO);
    assert_non_null(strstr(err.msg, "/nowhere/at/all/7.mpk"));
    b->job.state_path = b->state;
}

static void enter(bench *b, ax_training *r)
{
    ax_err err = { AX_OK, "" };
    *r = (ax_training) { .t = b->trainer, .job = &b->job };
    if (ax_training_enter_stage(r, 1, &err) != AX_OK)
        fail_msg("%s", err.msg);
}

/* On a device with its own memory the state is read block by block: three of the decoder's slots and its averages. */
static void a_copy_for_each_block(void **state)
{
    bench *b = *state;
    ax_err err = { AX_OK, "" };
    enum { BLOCKS = 4 };
    char again[128], *bytes[2];
    size_t n[2];
    bool found;
    float loss;
    if (!ax_emulated_backend(false))
        skip();
    ax_trainer_free(b->trainer);
    ax_settings_set(&b->settings, "device", "cuda:0", &err);
    if (!(b->trainer = ax_trainer_new(&b->settings, b->source, NULL, NULL, NULL, &err)))
        fail_msg("%s", err.msg);
    ax_training *r = &b->trainer->now;
    enter(b, r);
    for (int i = 0; i < 2; i++)
        if (ax_training_step(r, &loss, &err) != AX_OK)
            fail_msg("%s", err.msg);
    ax_emulated_fail(0, false);
    assert_int_equal(ax_inflight_write(b->state, r, &err), AX_OK);
    assert_in_range(ax_emulated_calls("cudaMemcpyAsync"), 1, BLOCKS);
    ax_training_release(r);

    *r = (ax_training) { .t = b->trainer, .job = &b->job };
    if (ax_inflight_read(b->state, r, &found, &err) != AX_OK)
        fail_msg("%s", err.msg);
    assert_true(found && r->step == 2);
    snprintf(again, sizeof again, "%s.again", b->state);
    assert_int_equal(ax_inflight_write(again, r, &err), AX_OK);
    ax_training_release(r);
    assert_int_equal(ax_file_read(AT_FDCWD, b->state, 1 << 30, &bytes[0], &n[0], &err), AX_OK);
    assert_int_equal(ax_file_read(AT_FDCWD, again, 1 << 30, &bytes[1], &n[1], &err), AX_OK);
    assert_int_equal(n[0], n[1]);
    assert_memory_equal(bytes[0], bytes[1], n[0]);
    free(bytes[0]);
    free(bytes[1]);
    assert_int_equal(unlink(again), 0);
    (void)unlink(b->state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopped_at_every_step),
        cmocka_unit_test(kept_after_every_epoch),
        cmocka_unit_test(of_another_training),
        cmocka_unit_test(under_other_settings),
        cmocka_unit_test(damaged),
        cmocka_unit_test(no_room),
        cmocka_unit_test(a_copy_for_each_block), /* the last: on another device */
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
