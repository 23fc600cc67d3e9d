/* How often a training saves its state, with a clock that only steps and saves advance. */
#include "data/open.h"
#include "engine/train/trainer_internal.h"
#include "tests/helper/emulated.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { EPOCHS = 19, SYNCS = 2 }; /* an epoch has one step; replacing a file syncs it, then its folder */

static struct {
    double now, step, save; /* in seconds */
    int syncs;
} fake = { .now = 1000 };

int clock_gettime(clockid_t clock, struct timespec *t)
{
    if (clock != CLOCK_MONOTONIC)
        return (int)syscall(SYS_clock_gettime, clock, t);
    t->tv_sec = (time_t)fake.now;
    t->tv_nsec = (long)((fake.now - (double)t->tv_sec) * 1e9);
    return 0;
}

int fsync(int fd)
{
    (void)fd;
    fake.syncs++;
    fake.now += fake.save / SYNCS;
    return 0;
}

static bool watch(void *context, const ax_train_progress *p)
{
    (void)context, (void)p;
    fake.now += fake.step;
    return true;
}

typedef struct bench {
    ax_settings settings;
    ax_source *source;
    char state[64];
} bench;

static ax_trainer *open_trainer(bench *b, const char *device)
{
    ax_err err = { AX_OK, "" };
    const char *const small[][2] = { { "train-samples", "2" }, { "batch", "2" },     { "val-samples", "1" },
                                     { "crop", "32" },         { "val-crop", "32" }, { "channels", "8" },
                                     { "stages", "1" },        { "threads", "1" },   { "latency", "0" },
                                     { "cuda-tune", "0" },     { "device", device } };
    ax_settings_preset(&b->settings, "demo", &err);
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        assert_int_equal(ax_settings_set(&b->settings, small[i][0], small[i][1], &err), AX_OK);
    b->source = ax_source_open("scenes", "", &err);
    ax_trainer *t = ax_trainer_new(&b->settings, b->source, NULL, NULL, NULL, &err);
    if (!t)
        fail_msg("%s", err.msg);
    return t;
}

static void close_trainer(bench *b, ax_trainer *t)
{
    ax_trainer_free(t);
    b->source->ops->close(b->source);
}

/* How often a candidate's state is saved. */
static int saves(bench *b, ax_trainer *t)
{
    ax_err err = { AX_OK, "" };
    ax_genotype g;
    ax_outcome o;
    assert_int_equal(ax_genotype_parse("[[9,[0,0,9,9],[0,0,9,9],[0,0,9,9]],[[0,0],[0,0],[0,0]]]", &g, &err), AX_OK);
    ax_train_job job = ax_train_job_default(&b->settings, &g, false);
    job.epochs = EPOCHS;
    job.state_path = b->state;
    fake.syncs = 0;
    if (ax_trainer_run(t, &job, watch, NULL, &o, &err) != AX_OK)
        fail_msg("%s", err.msg);
    (void)unlink(b->state);
    assert_int_equal(fake.syncs % SYNCS, 0);
    return fake.syncs / SYNCS;
}

static void with_a_device_a_twentieth_of_the_time(void **state)
{
    bench *b = *state;
    if (!ax_emulated_backend(false))
        skip();
    ax_trainer *t = open_trainer(b, "cuda:0");
    fake.step = .25;
    fake.save = .125;                 /* as much as a twentieth of ten epochs */
    assert_int_equal(saves(b, t), 2); /* after epoch 1, since the time of a save is unknown, and after 11 */
    assert_int_equal(saves(b, t), 1); /* after 10: the time of a save is known from the candidate before */
    fake.step = 4;
    assert_int_equal(saves(b, t), EPOCHS - 1); /* now each epoch is long enough */
    close_trainer(b, t);
}

/* On the CPU an epoch takes much longer than a save, and the state after a crash doesn't depend on a clock. */
static void on_the_cpu_after_every_epoch(void **state)
{
    bench *b = *state;
    ax_trainer *t = open_trainer(b, "cpu");
    fake.step = .25;
    fake.save = .125;
    (void)saves(b, t); /* makes the cache, too, which is synced */
    assert_int_equal(saves(b, t), EPOCHS - 1);
    close_trainer(b, t);
}

int main(void)
{
    static bench b;
    const struct CMUnitTest tests[] = { cmocka_unit_test_prestate(with_a_device_a_twentieth_of_the_time, &b),
                                        cmocka_unit_test_prestate(on_the_cpu_after_every_epoch, &b) };
    char dir[] = "/tmp/ax-test-XXXXXX";
    if (!mkdtemp(dir))
        return 1;
    snprintf(b.state, sizeof b.state, "%s/1.mpk", dir);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return rmdir(dir) || failed;
}
