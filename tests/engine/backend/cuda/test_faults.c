/* CUDA calls fail, one at a time, in a training step from opening the device to closing it; then that one and all after
   it, as when a device is lost. Each gives an error that names call, shape and device, nothing leaks, and the process
   goes on. Of each call the first and the last time are tested; with AUXCELL_TORTURE all (make torture-cuda). */
#include "tests/helper/emulated.h"
#include "tests/helper/smallnet.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

static const ax_backend *cuda;

static ax_code train(ax_params *params, ax_plan *plan, float *loss, ax_err *err)
{
    static ax_smallnet_data data;
    ax_optim adam = { .kind = AX_OPTIM_ADAM, .lr = 1e-3f, .clip = 3 };
    ax_optim sgd = { .kind = AX_OPTIM_SGD, .lr = 1e-3f, .momentum = 0.9f };
    ax_smallnet_fill(&data, 1);
    ax_code code = ax_plan_write(plan, "x", data.x, sizeof data.x, err);
    if (code == AX_OK)
        code = ax_plan_write(plan, "target", data.target, sizeof data.target, err);
    if (code == AX_OK)
        code = ax_plan_write(plan, "labels", data.labels, sizeof data.labels, err);
    if (code == AX_OK)
        code = ax_plan_run(plan, err);
    if (code == AX_OK)
        code = ax_optim_step(params, AX_GROUP_DECODER, &adam, NULL, err);
    if (code == AX_OK)
        code = ax_optim_step(params, AX_GROUP_ENCODER, &sgd, NULL, err);
    if (code == AX_OK)
        code = ax_optim_polyak(params, AX_GROUP_DECODER, 0.9f, err);
    if (code == AX_OK)
        code = ax_plan_run(plan, err);
    return code == AX_OK ? ax_plan_read(plan, "loss", loss, sizeof *loss, err) : code;
}

/* Everything from opening the device to closing it. */
static ax_code whole(const ax_graph *g, float *loss, ax_err *err)
{
    ax_rng rng = ax_rng_new(3, 0);
    ax_device *dev = cuda->open(0, 1, err);
    ax_params *params = dev ? ax_params_new(&g, 1, cuda, dev, &rng, err) : NULL;
    ax_plan *plan = params ? ax_plan_new(g, cuda, dev, params, 0, err) : NULL;
    ax_code code = plan ? train(params, plan, loss, err) : err->code;
    ax_plan_free(plan);
    ax_params_free(params);
    cuda->close(dev);
    return code;
}

/* The text that an error must contain when this call fails, besides the device: the call and its purpose. NULL for a
   call that cleans up, whose failure isn't reported. */
static const char *expected(const char *call)
{
    static const char *const said[][2] = {
        { "cudaSetDevice", "cuda" },
        { "cudaLaunchKernel", "kernel " },
        { "cudaFuncGetAttributes", "kernel " },
        { "cudaMalloc", "cudaMalloc, " },
        { "cudaMallocHost", "cudaMallocHost, " },
        { "cudaMemsetAsync", " bytes" },
        { "cudaMemcpyAsync", "cudaMemcpyAsync, " },
        { "cudaStreamCreateWithFlags", "cudaStreamCreate" },
        { "cudaStreamSynchronize", "cuda" },
        { "cudaEventCreateWithFlags", "cudaEventCreate" },
        { "cudaEventRecord", ", " }, /* called for a copy's bookkeeping, or for measuring */
        { "cudaEventSynchronize", ", " },
        { "cudaEventElapsedTime", "measuring, conv 2x" },
        { "cudnnCreate", "cudnnCreate" },
        { "cudnnSetStream", "cudnnCreate" },
        { "cudnnCreateTensorDescriptor", "cuDNN descriptors, conv 2x" },
        { "cudnnCreateFilterDescriptor", "cuDNN descriptors, conv 2x" },
        { "cudnnCreateConvolutionDescriptor", "cuDNN descriptors, conv 2x" },
        { "cudnnSetTensor4dDescriptor", "cuDNN descriptors, conv 2x" },
        { "cudnnSetFilter4dDescriptor", "cuDNN descriptors, conv 2x" },
        { "cudnnSetConvolution2dDescriptor", "cuDNN descriptors, conv 2x" },
        { "cudnnSetConvolutionMathType", ", conv 2x" }, /* called while describing, choosing or running */
        { "cudnnGetConvolutionForwardAlgorithm_v7", "choosing the algorithm, conv 2x" },
        { "cudnnGetConvolutionBackwardDataAlgorithm_v7", "choosing the algorithm of the input's gradient, conv 2x" },
        { "cudnnGetConvolutionBackwardFilterAlgorithm_v7", "choosing the algorithm of the weights' gradient, conv 2x" },
        { "cudnnGetConvolutionForwardWorkspaceSize", "choosing the algorithm, conv 2x" },
        { "cudnnGetConvolutionBackwardDataWorkspaceSize", "choosing the algorithm of the input's gradient, conv 2x" },
        { "cudnnGetConvolutionBackwardFilterWorkspaceSize",
          "choosing the algorithm of the weights' gradient, conv 2x" },
        { "cudnnConvolutionForward", "cudnnConvolutionForward, conv 2x" },
        { "cudnnConvolutionBackwardData", "cudnnConvolutionBackwardData, conv 2x" },
        { "cudnnConvolutionBackwardFilter", "cudnnConvolutionBackwardFilter, conv 2x" },
        { "cublasLtCreate", "cublasLtCreate" },
        { "cublasLtMatmulDescCreate", "choosing the matrix product, conv 2x" },
        { "cublasLtMatmulDescSetAttribute", ", conv 2x" }, /* called while choosing, and for the bias in each run */
        { "cublasLtMatrixLayoutCreate", "choosing the matrix product, conv 2x" },
        { "cublasLtMatmulPreferenceCreate", "choosing the matrix product, conv 2x" },
        { "cublasLtMatmulPreferenceSetAttribute", "choosing the matrix product, conv 2x" },
        { "cublasLtMatmulAlgoGetHeuristic", "choosing the matrix product, conv 2x" },
        { "cudaStreamBeginCapture", "cudaStreamBeginCapture" },
        { "cudaStreamEndCapture", "cudaStreamEndCapture" },
        { "cudaGraphInstantiate", "cudaGraphInstantiate" },
        { "cudaGraphLaunch", "cudaGraphLaunch" },
        { "cublasLtMatmul", "cublasLtMatmul, conv 2x" },
    };
    if (strstr(call, "Destroy") || !strncmp(call, "cudaFree", 8))
        return NULL;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!strcmp(call, said[i][0]))
            return said[i][1];
    fail_msg("%s: a call of which nobody said what its failure means", call);
    return NULL;
}

/* The nth call fails. */
static void fails(const ax_graph *g, long n, float right, bool lost)
{
    ax_err err = { AX_OK, "" };
    float loss = -1;
    char call[64];
    ax_emulated_fail(n, lost);
    ax_code code = whole(g, &loss, &err);
    snprintf(call, sizeof call, "%s", ax_emulated_failed());
    ax_emulated_fail(0, false);
    assert_int_equal(code, err.code);
    if (ax_emulated_live())
        fail_msg("call %ld, %s: %ld objects are left", n, call, ax_emulated_live());
    const char *want = expected(call);
    if (code == AX_OK) {
        /* closing sets the device and waits before it cleans up */
        bool closing = !strcmp(call, "cudaSetDevice") || !strcmp(call, "cudaStreamSynchronize");
        /* without memory to try algorithms, one is used untried, whose last bits may differ */
        bool untried = (!strcmp(call, "cudaMalloc") || !strcmp(call, "cudaMemsetAsync")) && fabsf(loss - right) < 1e-4f;
        if (((want && !closing) || loss != right) && !untried)
            fail_msg("call %ld, %s: failed, nobody noticed, and the loss is %g", n, call, (double)loss);
        return;
    }
    if (lost && !want) /* a failed clean-up isn't reported: the error is the next call's */
        want = "cuda:0: ";
    if (code != (lost ? AX_EDEVICE : AX_ENOMEM) || !strstr(err.msg, "cuda:0: ") || !want || !strstr(err.msg, want))
        fail_msg("call %ld, %s: code %d, %s", n, call, (int)code, err.msg);
}

/* Whether the short sweep includes a call: the first and the last of its name. */
static bool first_or_last(const char *const *names, long n, long calls)
{
    bool first = true, last = true;
    for (long i = 0; i < calls; i++)
        if (!strcmp(names[i], names[n])) {
            first = first && i >= n;
            last = last && i <= n;
        }
    return first || last;
}

TEST(calls_fail)
{
    enum { MOST = 4096 };
    static const char *names[MOST];
    const char *torture = getenv("AUXCELL_TORTURE");
    bool all = torture && *torture;
    if (!(cuda = ax_emulated_backend(false)))
        skip();
    setenv("AUXCELL_CUDA_TUNE", "1", 1);    /* measuring makes calls of its own */
    setenv("AUXCELL_CUDA_WARM_MS", "0", 1); /* so that their number is the same each time */
    ax_smallnet net = ax_smallnet_build(true);
    ax_err err = { AX_OK, "" };
    float right, again;
    ax_emulated_fail(0, false);
    if (whole(net.g, &right, &err) != AX_OK)
        fail_msg("%s", err.msg);
    long calls = 0, tried = 0;
    while (calls < MOST && (names[calls] = ax_emulated_call(calls + 1)))
        calls++;
    assert_in_range(calls, 200, MOST - 1);
    assert_int_equal(ax_emulated_live(), 0);
    alarm(250); /* ends the test if it hangs */
    for (long n = 0; n < calls; n++)
        if (all || first_or_last(names, n, calls)) {
            fails(net.g, n + 1, right, false);
            fails(net.g, n + 1, right, true);
            tried++;
        }
    alarm(0);
    printf("%ld of %ld calls failed, in two ways each\n", tried, calls);
    assert_int_equal(whole(net.g, &again, &err), AX_OK);
    assert_true(again == right);
    ax_smallnet_free(&net);
}

int main(void)
{
    return RUN_TESTS(calls_fail);
}
