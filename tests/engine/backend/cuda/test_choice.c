/* The library chosen for a 1x1 convolution: the faster one, on a device whose clock the test sets, and the same one
   from then on, whatever the clock gives later. cuDNN takes 1 us, or 4 without scratch. */
#include "tests/helper/emulated.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const ax_backend *cuda;
typedef enum library { OTHER, DNN, BLAS } library;
static bool measured; /* by the last call of `goes_by` */

/* The library that a device uses for x {2,4,4,8} to `out` channels when cuBLASLt takes `us` microseconds. */
static library goes_by(ax_device *dev, int32_t out, const char *us, ax_err *err)
{
    ax_kernel k = cuda->forward[AX_OP_CONV2D];
    ax_call call = { .op = AX_OP_CONV2D, .n_in = 2, .n_out = 1, .attr = { .conv = { 1, 1, 0, 1, 1 } } };
    const ax_shape shapes[] = { { 2, 4, 4, 8 }, { out, 1, 1, 8 }, { 2, 4, 4, out } };
    ax_operand *const views[] = { &call.in[0], &call.in[1], &call.out[0] };
    size_t work = 0;
    setenv("AUXCELL_EMU_BLAS_TIME", us, 1);
    for (int i = 0; i < 3; i++) {
        views[i]->type = (ax_type) { .shape = shapes[i], .layout = i == 1 ? AX_OIHW : AX_NHWC };
        views[i]->mem = cuda->alloc(dev, ax_type_bytes(views[i]->type), err);
    }
    ax_emulated_fail(0, false);
    library by = OTHER;
    ax_code code = k.prepare(dev, &call, &work, err);
    measured = ax_emulated_calls("cudaEventElapsedTime") > 0;
    if (code == AX_OK) {
        call.work = cuda->alloc(dev, work, err);
        ax_emulated_fail(0, false);
        assert_int_equal(k.run(dev, &call, err), AX_OK);
        assert_int_equal(cuda->sync(dev, err), AX_OK);
        by = ax_emulated_calls("cublasLtMatmul") ? BLAS : ax_emulated_calls("cudnnConvolutionForward") ? DNN : OTHER;
        k.discard(dev, &call);
        cuda->release(dev, call.work);
    }
    for (int i = 0; i < 3; i++)
        cuda->release(dev, views[i]->mem);
    return by;
}

/* The same on a new device. */
static library alone(ax_device_options options, const char *us)
{
    ax_err err = { AX_OK, "" };
    ax_device *dev = ax_emulated_device(cuda, options);
    library by = goes_by(dev, 8, us, &err);
    assert_string_equal(err.msg, "");
    cuda->close(dev);
    assert_int_equal(ax_emulated_live(), 0);
    return by;
}

/* ---- a folder ---- */

static char folder[] = "/tmp/auxcell-choices-XXXXXX", file[64];

static int make(void **state)
{
    (void)state;
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    snprintf(file, sizeof file, "%s/cuda-choices", mkdtemp(folder) ? folder : "");
    cuda = ax_emulated_backend(false);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    (void)unlink(file);
    return rmdir(folder);
}

static const ax_device_options keeps = { .tune = true, .folder = folder, .workspace = 1 << 20 };

/* Changes the file's byte at offset `at`, or truncates it there. */
static void damage(long at, bool cut)
{
    FILE *f = fopen(file, "r+");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    if (cut) {
        assert_int_equal(ftruncate(fileno(f), at), 0);
    } else {
        int c = fgetc(f);
        assert_int_equal(fseek(f, at, SEEK_SET), 0);
        assert_int_not_equal(fputc(c ^ 1, f), EOF);
    }
    assert_int_equal(fclose(f), 0);
}

/* ---- tests ---- */

TEST(the_faster_one_is_taken)
{
    if (!cuda)
        skip();
    const ax_device_options forgets = { .tune = true, .workspace = 1 << 20 };
    assert_int_equal(alone(forgets, "1"),
                     BLAS); /* equally fast: no reason to choose differently than without measuring */
    assert_int_equal(alone(forgets, "2"), DNN);
    assert_true(measured);
    assert_int_equal(alone(forgets, "1"), BLAS);
    const ax_device_options estimates = { .folder = folder, .workspace = 1 << 20 };
    assert_int_equal(alone(estimates, "100"), BLAS);
    assert_false(measured);
    assert_int_not_equal(access(file, F_OK), 0);
}

TEST(a_choice_is_kept)
{
    if (!cuda)
        skip();
    assert_int_equal(alone(keeps, "2"), DNN);
    assert_true(measured);
    assert_int_equal(alone(keeps, "0"), DNN);
    assert_false(measured);
    ax_device_options tight = keeps; /* other limits make other choices */
    tight.workspace = 0;
    assert_int_equal(alone(tight, "3"), BLAS);
    assert_true(measured);
    assert_int_equal(alone(tight, "5"), BLAS);
    assert_int_equal(alone(keeps, "0"), DNN);
    assert_false(measured);
}

TEST(a_damaged_one_is_made_anew)
{
    if (!cuda)
        skip();
    for (int cut = 0; cut < 2; cut++) {
        assert_int_equal(alone(keeps, "2"), cut ? BLAS : DNN);
        damage(40, cut);
        assert_int_equal(alone(keeps, cut ? "2" : "0"), cut ? DNN : BLAS);
        assert_true(measured);
    }
    assert_int_equal(alone(keeps, "0"), DNN);
    assert_false(measured);
}

TEST(workers_agree)
{
    if (!cuda)
        skip();
    ax_err err = { AX_OK, "" };
    ax_device *first = ax_emulated_device(cuda, keeps), *second = ax_emulated_device(cuda, keeps);
    assert_int_equal(goes_by(first, 16, "0", &err), BLAS); /* the file has been read */
    assert_int_equal(goes_by(second, 8, "2", &err), DNN);
    assert_int_equal(goes_by(first, 8, "0", &err), DNN);
    assert_true(measured);
    assert_int_equal(goes_by(second, 16, "9", &err), BLAS);
    cuda->close(first);
    cuda->close(second);
    assert_int_equal(ax_emulated_live(), 0);
}

TEST(a_folder_that_is_not_there)
{
    if (!cuda)
        skip();
    ax_err err = { AX_OK, "" };
    ax_device_options options = keeps;
    options.folder = "/nonexistent";
    ax_device *dev = ax_emulated_device(cuda, options);
    assert_int_equal(goes_by(dev, 8, "2", &err), OTHER);
    assert_int_equal(err.code, AX_EIO);
    assert_non_null(strstr(err.msg, "/nonexistent/cuda-choices: cannot open: No such file"));
    cuda->close(dev);
    assert_int_equal(ax_emulated_live(), 0);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(make, drop, the_faster_one_is_taken, a_choice_is_kept, a_damaged_one_is_made_anew,
                                workers_agree, a_folder_that_is_not_there);
}
