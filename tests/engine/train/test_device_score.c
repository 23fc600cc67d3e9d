/* Judging on the emulated device, every access of its kernel checked: the counts that the host comes to. */
#include "engine/task/segmentation/score.h"
#include "engine/train/device_score.h"
#include "engine/base/rng.h"
#include "tests/helper/emulated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { IMAGES = 3, MOST = 61 * 47 };

static void counts_are(const ax_backend *be, ax_device *dev, int32_t classes, size_t pixels)
{
    static uint8_t truth[IMAGES][MOST], predicted[IMAGES * MOST];
    const void *const truths[IMAGES] = { truth[0], truth[1], truth[2] };
    const ax_task_spec spec = { .task = &ax_task_segmentation, .outputs = classes };
    ax_rng rng = ax_rng_new((uint64_t)classes, pixels);
    ax_err err = { AX_OK, "" };
    ax_device_score device = { 0 };
    ax_confusion *want = spec.task->score_new(&spec, &err), *got = spec.task->score_new(&spec, &err);
    for (size_t i = 0; i < IMAGES; i++)
        for (size_t k = 0; k < pixels; k++) {
            truth[i][k] = ax_rng_below(&rng, 5) ? (uint8_t)ax_rng_below(&rng, (uint32_t)classes) : AX_IGNORE;
            predicted[i * pixels + k] = (uint8_t)ax_rng_below(&rng, (uint32_t)classes);
        }
    uint8_t *there = be->alloc(dev, IMAGES * pixels, &err);
    assert_int_equal(be->copy(dev, there, predicted, IMAGES * pixels, AX_TO_DEVICE, &err), AX_OK);
    assert_int_equal(ax_device_score_init(&device, be, dev, &spec, &err), AX_OK);
    assert_non_null(device.be);
    /* one image, then the others: counts go up, and there is room for more */
    assert_int_equal(ax_device_score_add(&device, truths, 1, pixels, there, &err), AX_OK);
    assert_int_equal(ax_device_score_add(&device, truths + 1, IMAGES - 1, pixels, there + pixels, &err), AX_OK);
    assert_int_equal(ax_device_score_take(&device, got, &err), AX_OK);
    for (size_t i = 0; i < IMAGES; i++)
        ax_confusion_add(want, truth[i], predicted + i * pixels, pixels);
    uint64_t all = 0;
    for (size_t i = 0; i < (size_t)classes * (size_t)classes; i++) {
        assert_int_equal(want->count[i], got->count[i]);
        all += got->count[i];
    }
    assert_true(all > pixels && all < IMAGES * pixels);
    ax_device_score_release(&device);
    be->release(dev, there);
    spec.task->score_free(want);
    spec.task->score_free(got);
}

static void as_on_the_host(void **state)
{
    (void)state;
    ax_err err = { AX_OK, "" };
    const ax_backend *be = ax_emulated_backend(true);
    if (!be)
        skip();
    ax_device *dev = be->open(0, 1, &err);
    if (!dev)
        fail_msg("%s", err.msg);
    const int32_t classes[] = { 2, 21, 40, 41, 255 };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        for (int backwards = 0; backwards < 2; backwards++) {
            ax_emulated_backwards(backwards);
            counts_are(be, dev, classes[i], i % 2 ? MOST : 63);
        }
    be->close(dev);
    assert_int_equal(ax_emulated_live(), 0);
}

/* What no device can count, or who has none, is left to the host. */
static void else_the_host(void **state)
{
    (void)state;
    ax_err err = { AX_OK, "" };
    ax_device_score s = { 0 };
    const ax_task_spec segmentation = { .task = &ax_task_segmentation, .outputs = 5 };
    assert_int_equal(ax_device_score_init(&s, &ax_backend_ref, NULL, &segmentation, &err), AX_OK);
    assert_null(s.be);
    ax_device_score_release(&s);
    const ax_backend *be = ax_emulated_backend(true);
    if (!be)
        skip();
    const ax_task_spec depth = { .task = &ax_task_depth, .outputs = 1 };
    assert_int_equal(ax_device_score_init(&s, be, NULL, &depth, &err), AX_OK);
    assert_null(s.be);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_on_the_host), cmocka_unit_test(else_the_host) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
