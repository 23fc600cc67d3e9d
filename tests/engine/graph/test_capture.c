/* Steps that are recorded and launched as one graph, on a backend that only counts calls and fails on request. */
#include "engine/graph/capture.h"
#include "tests/helper/suite.h"

#include <stdio.h>

typedef enum call { NOTHING, BEGIN, END, LAUNCH, WORK_IN_CAPTURE } call;

struct ax_device {
    call fails;
    bool capturing;
    int begun, ended, launched, dropped, worked,
        recorded; /* worked: steps run directly; recorded: steps within a capture */
    int live;     /* number of recordings that exist */
};

static ax_code answer(const ax_device *dev, call which, ax_err *err)
{
    return dev->fails == which ? ax_fail(err, AX_EDEVICE, "call %d failed", (int)which) : AX_OK;
}

static ax_code begin(ax_device *dev, ax_err *err)
{
    dev->begun++;
    ax_code code = answer(dev, BEGIN, err);
    dev->capturing = code == AX_OK;
    return code;
}

static void *end(ax_device *dev, ax_err *err)
{
    assert_true(dev->capturing);
    dev->capturing = false;
    dev->ended++;
    if (answer(dev, END, err) != AX_OK)
        return NULL;
    dev->live++;
    return &dev->live;
}

static ax_code launch(ax_device *dev, void *recorded, ax_err *err)
{
    assert_true(recorded == &dev->live && dev->live == 1 && !dev->capturing);
    dev->launched++;
    return answer(dev, LAUNCH, err);
}

static void drop(ax_device *dev, void *recorded)
{
    assert_ptr_equal(recorded, &dev->live);
    dev->dropped++;
    dev->live--;
}

static const ax_backend backend = { .name = "counting", .capture = { begin, end, launch, drop } };

static ax_code work(void *context, ax_err *err)
{
    ax_device *dev = context;
    *(dev->capturing ? &dev->recorded : &dev->worked) += 1;
    return dev->capturing ? answer(dev, WORK_IN_CAPTURE, err) : AX_OK;
}

static void run(ax_capture *c, const ax_backend *be, ax_device *dev)
{
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_capture_run(c, be, dev, work, dev, &err), AX_OK);
    assert_int_equal(err.code, AX_OK);
}

TEST(recorded_at_the_second_run)
{
    ax_device dev = { .fails = NOTHING };
    ax_capture c = { .on = true };
    for (int i = 0; i < 5; i++)
        run(&c, &backend, &dev);
    assert_true(dev.worked == 1 && dev.recorded == 1 && dev.begun == 1 && dev.launched == 4);
    assert_string_equal(c.note, "");
    ax_capture_drop(&c, &backend, &dev); /* as if its memory had moved */
    run(&c, &backend, &dev);
    assert_true(dev.worked == 1 && dev.recorded == 2 && dev.launched == 5 && dev.live == 1);
    ax_capture_drop(&c, &backend, &dev);
    ax_capture_drop(&c, &backend, &dev);
    assert_true(dev.live == 0 && dev.dropped == 2);
}

TEST(whatever_fails_the_work_is_done_once_per_run)
{
    for (call fails = BEGIN; fails <= WORK_IN_CAPTURE; fails++) {
        ax_device dev = { .fails = fails };
        ax_capture c = { .on = true };
        for (int i = 0; i < 4; i++)
            run(&c, &backend, &dev);
        assert_int_equal(dev.worked, 4);
        assert_int_equal(dev.begun, 1); /* capturing isn't tried again */
        assert_true(dev.live == 0 && !dev.capturing);
        char note[32];
        snprintf(note, sizeof note, "call %d failed", (int)fails);
        assert_string_equal(c.note, note);
    }
}

TEST(nothing_is_recorded_unasked)
{
    static const ax_backend plain = { .name = "plain" };
    ax_device dev = { .fails = NOTHING };
    ax_capture off = { .on = false }, on = { .on = true };
    for (int i = 0; i < 3; i++) {
        run(&off, &backend, &dev);
        run(&on, &plain, &dev);
    }
    assert_true(dev.worked == 6 && dev.begun == 0);
    assert_string_equal(on.note, "");
}

int main(void)
{
    return RUN_TESTS(recorded_at_the_second_run, whatever_fails_the_work_is_done_once_per_run,
                     nothing_is_recorded_unasked);
}
