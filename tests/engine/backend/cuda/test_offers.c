/* The algorithms that the libraries offer for a convolution, and the choice among them, when the emulation behaves like
   hardware: lists with an algorithm twice, offers that don't run, a host slower than the device, clocks that ramp up, a
   device with little memory. */
#include "tests/helper/emulated.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ax_backend *cuda;
static const ax_device_options plain = { .workspace = 1 << 20 }, tuned = { .workspace = 1 << 20, .tune = true };

static int start(void **state)
{
    (void)state;
    cuda = ax_emulated_backend(false);
    return 0;
}

/* Names of environment variables that tests set. */
static int end(void **state)
{
    static const char *const names[] = { "TWICE", "REFUSE", "HOST_US", "RAMP", "BUSY", "BLAS_TIME", "MEMORY", "ALGO" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[40];
        snprintf(name, sizeof name, "AUXCELL_EMU_%s", names[i]);
        unsetenv(name);
    }
    unsetenv("AUXCELL_CUDA_WARM_MS");
    return 0;
}

/* Prepares and runs a convolution of x {2,6,5,8} to 8 channels, or its gradients with respect to x and w; the calls
   made by the run can be queried afterwards. *said: the explanation, if wanted. */
static ax_code convolve(ax_device *dev, uint8_t kernel, bool backward, ax_explanation *said, ax_err *err)
{
    ax_kernel k = backward ? cuda->backward[AX_OP_CONV2D] : cuda->forward[AX_OP_CONV2D];
    const uint8_t pad = kernel / 2;
    const ax_type x = { .shape = { 2, 6, 5, 8 } }, w = { .shape = { 8, kernel, kernel, 8 }, .layout = AX_OIHW };
    ax_call call = { .op = AX_OP_CONV2D, .backward = backward, .attr = { .conv = { kernel, 1, pad, 1, 1 } } };
    const ax_type in[] = { x, backward ? x : w, w };
    size_t work = 0;
    call.n_in = backward ? 3 : 2;
    call.n_out = backward ? 2 : 1;
    for (uint32_t i = 0; i < call.n_in; i++)
        call.in[i] = (ax_operand) { cuda->alloc(dev, ax_type_bytes(in[i]), err), in[i] };
    for (uint32_t i = 0; i < call.n_out; i++)
        call.out[i] = (ax_operand) { cuda->alloc(dev, ax_type_bytes(i ? w : x), err), i ? w : x };
    ax_code code = k.prepare(dev, &call, &work, err);
    if (code == AX_OK) {
        call.work = cuda->alloc(dev, work, err);
        ax_emulated_fail(0, false);
        code = k.run(dev, &call, err);
        if (code == AX_OK)
            code = cuda->sync(dev, err);
        if (said && k.explain)
            k.explain(dev, &call, said);
        k.discard(dev, &call);
        cuda->release(dev, call.work);
    }
    for (uint32_t i = 0; i < call.n_in; i++)
        cuda->release(dev, call.in[i].mem);
    for (uint32_t i = 0; i < call.n_out; i++)
        cuda->release(dev, call.out[i].mem);
    return code;
}

static void close(ax_device *dev)
{
    cuda->close(dev);
    assert_int_equal(ax_emulated_live(), 0);
}

/* Fails unless the next notice contains these words; NULL: unless there is none. */
static void expect_notice(ax_device *dev, const char *const *words)
{
    char text[400] = "";
    bool there = cuda->notice && cuda->notice(dev, text, sizeof text);
    if (there != (words != NULL))
        fail_msg("notice: %s", there ? text : "none");
    for (; words && *words; words++)
        if (!strstr(text, *words))
            fail_msg("'%s' isn't in: %s", *words, text);
}

/* ---- tests ---- */

/* The listed entries, with and without tensor cores, need different amounts of scratch: the one that will run
   counts. */
TEST(an_algorithm_is_listed_twice)
{
    if (!cuda)
        skip();
    setenv("AUXCELL_EMU_TWICE", "1", 1);
    for (int tune = 0; tune < 2; tune++)
        for (int tf32 = 0; tf32 < 2; tf32++)
            for (int backward = 0; backward < 2; backward++) {
                ax_err err = { AX_OK, "" };
                ax_device *dev =
                    ax_emulated_device(cuda, (ax_device_options) { .workspace = 1 << 20, .tune = tune, .tf32 = tf32 });
                if (convolve(dev, 3, backward, NULL, &err) != AX_OK)
                    fail_msg("%s", err.msg);
                assert_int_equal(ax_emulated_calls("cudnnConvolutionForward"), !backward);
                assert_int_equal(ax_emulated_calls("cudnnConvolutionBackwardData"), backward);
                close(dev);
            }
}

TEST(an_offer_that_does_not_run_is_dropped)
{
    if (!cuda)
        skip();
    for (int tune = 0; tune < 2; tune++) {
        ax_err err = { AX_OK, "" };
        ax_device *dev = ax_emulated_device(cuda, tune ? tuned : plain);
        setenv("AUXCELL_EMU_REFUSE", "1", 1);
        if (convolve(dev, 3, false, NULL, &err) != AX_OK)
            fail_msg("%s", err.msg);
        assert_int_equal(ax_emulated_calls("cudnnConvolutionForward"), 1); /* by another algorithm */
        expect_notice(dev, NULL);
        if (convolve(dev, 3, true, NULL, &err) != AX_OK) /* the input's gradient has only one algorithm */
            fail_msg("%s", err.msg);
        assert_int_equal(ax_emulated_calls("cudnnConvolutionBackwardData"), 0);
        assert_int_equal(ax_emulated_calls("cudnnConvolutionBackwardFilter"), 1);
        expect_notice(dev, (const char *const[]) { "conv 2x6x5x8->8 3x3 s1 p1 d1, the input's gradient: our own kernel",
                                                   "CUDNN_STATUS_NOT_SUPPORTED", NULL });
        expect_notice(dev, NULL);
        setenv("AUXCELL_EMU_REFUSE", "3", 1); /* neither library runs anything */
        if (convolve(dev, 1, false, NULL, &err) != AX_OK)
            fail_msg("%s", err.msg);
        assert_int_equal(ax_emulated_calls("cudnnConvolutionForward") + ax_emulated_calls("cublasLtMatmul"), 0);
        expect_notice(dev, (const char *const[]) { "1x1", "forward: our own kernel", NULL });
        close(dev);
    }
}

/* No algorithm fits: each shape and direction is reported once. */
TEST(falling_back_is_said_once)
{
    if (!cuda)
        skip();
    setenv("AUXCELL_EMU_ALGO", "2", 1);
    ax_err err = { AX_OK, "" };
    ax_explanation said = { "", "" };
    ax_device *dev = ax_emulated_device(cuda, plain);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(convolve(dev, 3, true, &said, &err), AX_OK);
        expect_notice(dev, again ? NULL : (const char *const[]) { "the input's gradient", "the same bits", NULL });
        expect_notice(dev, again ? NULL : (const char *const[]) { "the weights' gradient", "within 1 MiB", NULL });
        expect_notice(dev, NULL);
    }
    assert_string_equal(said.by, "own, own");
    assert_non_null(strstr(said.why, "x: own, float32, 0.0 MiB; w: own, float32, "));
    close(dev);
}

TEST(what_computes_is_explained)
{
    if (!cuda)
        skip();
    ax_err err = { AX_OK, "" };
    ax_explanation said = { "", "" };
    ax_device *dev = ax_emulated_device(cuda, (ax_device_options) { .workspace = 1 << 20, .tf32 = true });
    assert_int_equal(convolve(dev, 3, true, &said, &err), AX_OK);
    assert_string_equal(said.by, "cuDNN 1, cuDNN 1");
    assert_string_equal(said.why, "x: cuDNN 1, TF32, 0.0 MiB; w: cuDNN 1, TF32, 0.0 MiB; deterministic");
    assert_int_equal(convolve(dev, 1, false, &said, &err), AX_OK);
    assert_string_equal(said.by, "cuBLASLt");
    assert_string_equal(said.why, "cuBLASLt, TF32, 0.0 MiB; deterministic");
    close(dev);
}

/* A host that takes 10 us for a call hides shorter device times: here cuDNN takes 1 us, cuBLASLt 4. */
TEST(the_device_is_measured_and_not_the_host)
{
    if (!cuda)
        skip();
    setenv("AUXCELL_EMU_HOST_US", "10", 1);
    setenv("AUXCELL_EMU_BLAS_TIME", "4", 1);
    ax_err err = { AX_OK, "" };
    ax_device *dev = ax_emulated_device(cuda, tuned);
    assert_int_equal(convolve(dev, 1, false, NULL, &err), AX_OK);
    assert_int_equal(ax_emulated_calls("cudnnConvolutionForward"), 1);
    close(dev);
}

static void expect_the_first_named(void)
{
    ax_err err = { AX_OK, "" };
    ax_device *dev = ax_emulated_device(cuda, tuned);
    assert_int_equal(convolve(dev, 1, false, NULL, &err), AX_OK);
    assert_int_equal(ax_emulated_calls("cublasLtMatmul"), 1);
    close(dev);
}

/* Both take 1 us, and cuBLASLt is listed first: it must not lose for being timed first in each round, when the clock is
   always lower. */
TEST(clocks_that_ramp_up_decide_nothing)
{
    if (!cuda)
        skip();
    setenv("AUXCELL_EMU_RAMP", "400", 1); /* longer than all rounds: 3 of 5 offers, 20 calls each */
    expect_the_first_named();
}

/* A short disturbance of the device must not hurt only the offers that are timed first. */
TEST(rounds_are_interleaved)
{
    if (!cuda)
        skip();
    setenv("AUXCELL_CUDA_WARM_MS", "0", 1);
    setenv("AUXCELL_EMU_BUSY", "135", 1); /* as long as the calls of two offers take */
    expect_the_first_named();
}

/* There is no memory for trying offers: the library's first one is used. */
TEST(a_device_with_little_memory)
{
    if (!cuda)
        skip();
    ax_err err = { AX_OK, "" };
    ax_device *dev = ax_emulated_device(cuda, tuned);
    char text[32];
    const size_t used = ((size_t)1 << 33) - cuda->spare(dev, NULL); /* used by the device itself */
    snprintf(text, sizeof text, "%zu",
             used + 11000); /* enough for the convolution, but not for another one beside it */
    setenv("AUXCELL_EMU_MEMORY", text, 1);
    if (convolve(dev, 3, false, NULL, &err) != AX_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(ax_emulated_calls("cudnnConvolutionForward"), 1);
    unsetenv("AUXCELL_EMU_MEMORY");
    close(dev);
}

int main(void)
{
    return RUN_EACH_TEST_WITHIN(start, end, an_algorithm_is_listed_twice, an_offer_that_does_not_run_is_dropped,
                                falling_back_is_said_once, what_computes_is_explained,
                                the_device_is_measured_and_not_the_host, clocks_that_ramp_up_decide_nothing,
                                rounds_are_interleaved, a_device_with_little_memory);
}
