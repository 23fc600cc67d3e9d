/* Opening a device loads its kernels, so that none is loaded during a recording, or fails with the name of one that
   can't be loaded; and work on one device while another is current. */
#include "tests/helper/emulated.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ax_device *device(const ax_backend *cuda, int index)
{
    ax_err err = { AX_OK, "" };
    ax_device *dev = cuda->open(index, 1, &err);
    if (!dev)
        fail_msg("%s", err.msg);
    return dev;
}

/* As with averages that start at the second step, which is the recorded one. */
TEST(a_first_launch_may_be_recorded)
{
    const ax_backend *cuda = ax_emulated_backend(false);
    if (!cuda)
        skip();
    ax_err err = { AX_OK, "" };
    float numbers[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, decay = 0.5f, got[8];
    ax_device *dev = device(cuda, 0);
    float *average = cuda->alloc(dev, sizeof numbers, &err), *value = cuda->alloc(dev, sizeof numbers, &err),
          *half = cuda->alloc(dev, sizeof decay, &err);
    assert_int_equal(cuda->copy(dev, value, numbers, sizeof numbers, AX_TO_DEVICE, &err), AX_OK);
    assert_int_equal(cuda->copy(dev, half, &decay, sizeof decay, AX_TO_DEVICE, &err), AX_OK);
    assert_int_equal(cuda->capture.begin(dev, &err), AX_OK);
    ax_code code = cuda->polyak(dev, average, value, 8, half, &err);
    void *recorded = cuda->capture.end(dev, &err);
    if (code != AX_OK || !recorded)
        fail_msg("%s", err.msg);
    assert_int_equal(cuda->capture.launch(dev, recorded, &err), AX_OK);
    assert_int_equal(cuda->copy(dev, got, average, sizeof got, AX_FROM_DEVICE, &err), AX_OK);
    assert_true(got[0] == 0.5f && got[7] == 4.0f);
    cuda->capture.drop(dev, recorded);
    cuda->release(dev, average);
    cuda->release(dev, value);
    cuda->release(dev, half);
    cuda->close(dev);
    assert_int_equal(ax_emulated_live(), 0);
}

TEST(missing_code_is_known_when_it_opens)
{
    const ax_backend *cuda = ax_emulated_backend(false);
    if (!cuda)
        skip();
    ax_err err = { AX_OK, "" };
    setenv("AUXCELL_EMU_NO_CODE", "ax_k_polyak", 1);
    ax_device *dev = cuda->open(0, 1, &err);
    unsetenv("AUXCELL_EMU_NO_CODE");
    assert_null(dev);
    assert_int_equal(err.code, AX_EDEVICE);
    assert_string_equal(err.msg, "cuda:0: kernel polyak: no kernel image is available for execution on the device "
                                 "(cudaErrorNoKernelImageForDevice)");
    assert_int_equal(ax_emulated_live(), 0);
}

/* A zero is written by a fill, not by a kernel. */
TEST(zero_on_the_device_that_is_not_current)
{
    const ax_backend *cuda = ax_emulated_backend(false);
    if (!cuda)
        skip();
    ax_err err = { AX_OK, "" };
    setenv("AUXCELL_EMU_DEVICES", "2", 1);
    ax_device *dev[2] = { device(cuda, 0), device(cuda, 1) };
    ax_call call = { .op = AX_OP_ZERO, .n_out = 1, .out = { { .type = { .shape = { 1, 1, 1, 4 } } } } };
    float got[4] = { 1, 1, 1, 1 };
    call.out[0].mem = cuda->alloc(dev[0], sizeof got, &err);
    assert_int_equal(cuda->copy(dev[0], call.out[0].mem, got, sizeof got, AX_TO_DEVICE, &err), AX_OK);
    assert_int_equal(cuda->sync(dev[1], &err), AX_OK);
    assert_int_equal(cuda->forward[AX_OP_ZERO].run(dev[0], &call, &err), AX_OK);
    assert_int_equal(cuda->copy(dev[0], got, call.out[0].mem, sizeof got, AX_FROM_DEVICE, &err), AX_OK);
    assert_true(got[0] == 0 && got[3] == 0);
    cuda->release(dev[0], call.out[0].mem);
    for (int i = 0; i < 2; i++)
        cuda->close(dev[i]);
    unsetenv("AUXCELL_EMU_DEVICES");
    assert_int_equal(ax_emulated_live(), 0);
}

int main(void)
{
    return RUN_TESTS(a_first_launch_may_be_recorded, missing_code_is_known_when_it_opens,
                     zero_on_the_device_that_is_not_current);
}
