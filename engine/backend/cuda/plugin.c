/* The table of the CUDA backend, the list of devices, and the exported symbol of the shared object. */
#include "engine/backend/plugin.h"

#include "engine/backend/cuda/device.h"

#include <stdio.h>

#define CONV                                                                                                           \
    {                                                                                                                  \
        .prepare = ax_cuda_conv_prepare, .run = ax_cuda_conv_run, .discard = ax_cuda_conv_discard,                     \
        .explain = ax_cuda_conv_explain                                                                                \
    }

static const ax_backend backend = {
    .name = "cuda",
    .separate = true,
    .open = ax_cuda_open,
    .configure = ax_cuda_configure,
    .close = ax_cuda_close,
    .map_type = ax_cuda_map_type,
    .spare = ax_cuda_free_memory,
    .alloc = ax_cuda_alloc,
    .release = ax_cuda_release,
    .copy = ax_cuda_copy,
    .sync = ax_cuda_sync,
    .notice = ax_cuda_take_notice,
    .forward = {
        [AX_OP_ZERO] = { .run = ax_cuda_zero },
        [AX_OP_CONV2D] = CONV,
        [AX_OP_BNORM] = { .prepare = ax_cuda_bnorm_prepare, .run = ax_cuda_bnorm_forward },
        [AX_OP_RELU] = { .run = ax_cuda_relu_forward },
        [AX_OP_ADD] = { .run = ax_cuda_add_forward },
        [AX_OP_RESIZE] = { .run = ax_cuda_resize_forward },
        [AX_OP_GPOOL] = { .prepare = ax_cuda_gpool_prepare, .run = ax_cuda_gpool_forward },
        [AX_OP_MAXPOOL] = { .run = ax_cuda_maxpool_forward },
        [AX_OP_MIX] = { .run = ax_cuda_mix_forward },
        [AX_OP_CONCAT] = { .run = ax_cuda_concat_forward },
        [AX_OP_CE] = { .prepare = ax_cuda_ce_prepare, .run = ax_cuda_ce_forward },
        [AX_OP_DEPTH_LOSS] = { .prepare = ax_cuda_depth_loss_prepare, .run = ax_cuda_depth_loss_forward },
        [AX_OP_MSE] = { .prepare = ax_cuda_mse_prepare, .run = ax_cuda_mse_forward },
        [AX_OP_WMSE] = { .prepare = ax_cuda_mse_prepare, .run = ax_cuda_wmse_forward },
        [AX_OP_WSUM] = { .run = ax_cuda_wsum_forward },
        [AX_OP_ARGMAX] = { .run = ax_cuda_argmax },
        [AX_OP_CAST] = { .run = ax_cuda_cast },
    },
    .backward = {
        [AX_OP_CONV2D] = CONV,
        [AX_OP_BNORM] = { .prepare = ax_cuda_bnorm_prepare, .run = ax_cuda_bnorm_backward },
        [AX_OP_RELU] = { .run = ax_cuda_relu_backward },
        [AX_OP_ADD] = { .run = ax_cuda_add_backward },
        [AX_OP_RESIZE] = { .prepare = ax_cuda_resize_backward_prepare, .run = ax_cuda_resize_backward },
        [AX_OP_GPOOL] = { .run = ax_cuda_gpool_backward },
        [AX_OP_MAXPOOL] = { .run = ax_cuda_maxpool_backward },
        [AX_OP_MIX] = { .prepare = ax_cuda_mix_backward_prepare, .run = ax_cuda_mix_backward },
        [AX_OP_CONCAT] = { .run = ax_cuda_concat_backward },
        [AX_OP_CE] = { .run = ax_cuda_ce_backward },
        [AX_OP_DEPTH_LOSS] = { .run = ax_cuda_ce_backward },
        [AX_OP_MSE] = { .run = ax_cuda_mse_backward },
        [AX_OP_WMSE] = { .run = ax_cuda_wmse_backward },
        [AX_OP_WSUM] = { .run = ax_cuda_wsum_backward },
    },
    .together = ax_cuda_run_group,
    .enter = ax_cuda_enter,
    .leave = ax_cuda_leave,
    .sum_squares = ax_cuda_sum_squares,
    .clip = ax_cuda_clip,
    .adam = ax_cuda_adam,
    .sgd = ax_cuda_sgd,
    .polyak = ax_cuda_polyak,
    .gather = ax_cuda_gather,
    .log = ax_cuda_log,
    .confusion = ax_cuda_confusion,
    .add_view = ax_cuda_add_view,
    .depth_sums = ax_cuda_depth_sums,
    .peaks = ax_cuda_peaks,
    .capture = { ax_cuda_capture_begin, ax_cuda_capture_end, ax_cuda_capture_launch, ax_cuda_capture_drop },
    .exchange = { ax_cuda_exchange_join, ax_cuda_exchange_spread, ax_cuda_exchange_gather, ax_cuda_exchange_leave },
};

/* 1000 * major + 10 * minor, CUDA's encoding. */
static const char *version_text(int version, char buf[static 16])
{
    snprintf(buf, 16, "%d.%d", version / 1000, version % 1000 / 10);
    return buf;
}

static ax_code count(int *n, ax_err *err)
{
    char have[16], want[16];
    int driver = 0, runtime = 0;
    *n = 0;
    cudaError_t e = cudaDriverGetVersion(&driver);
    if (e != cudaSuccess || !driver)
        return ax_fail(err, AX_EDEVICE, "no NVIDIA driver");
    if (cudaRuntimeGetVersion(&runtime) == cudaSuccess && driver / 1000 < runtime / 1000)
        return ax_fail(err, AX_EDEVICE, "the NVIDIA driver is for CUDA %s, this build needs %s",
                       version_text(driver, have), version_text(runtime / 1000 * 1000, want));
    e = cudaGetDeviceCount(n);
    if (e == cudaErrorInsufficientDriver)
        return ax_fail(err, AX_EDEVICE, "the NVIDIA driver is too old (for CUDA %s)", version_text(driver, have));
    if (e == cudaErrorNoDevice || (e == cudaSuccess && *n == 0))
        return ax_fail(err, AX_EDEVICE, "the NVIDIA driver sees no device");
    if (e != cudaSuccess) {
        (void)cudaGetLastError();
        return ax_fail(err, AX_EDEVICE, "cudaGetDeviceCount: %s (%s)", cudaGetErrorString(e), cudaGetErrorName(e));
    }
    return AX_OK;
}

static ax_code describe(int index, ax_device_info *out, ax_err *err)
{
    enum { LEAST = 75 }; /* the oldest architecture that CUDA 13 supports */
    struct cudaDeviceProp p;
    *out = (ax_device_info) { .major = 0 };
    cudaError_t e = cudaGetDeviceProperties(&p, index);
    if (e != cudaSuccess) {
        (void)cudaGetLastError();
        return ax_fail(err, AX_EDEVICE, "cuda:%d: cudaGetDeviceProperties: %s (%s)", index, cudaGetErrorString(e),
                       cudaGetErrorName(e));
    }
    snprintf(out->name, sizeof out->name, "%s", p.name);
    out->major = p.major;
    out->minor = p.minor;
    out->multiprocessors = p.multiProcessorCount;
    out->memory = p.totalGlobalMem;
    if (10 * p.major + p.minor < LEAST)
        snprintf(out->unusable, sizeof out->unusable, "compute capability %d.%d, at least %d.%d is needed", p.major,
                 p.minor, LEAST / 10, LEAST % 10);
    return AX_OK;
}

__attribute__((visibility("default"))) ax_plugin_get ax_plugin_entry;
const ax_plugin *ax_plugin_entry(void)
{
    static const ax_plugin plugin = { .abi = AX_PLUGIN_ABI, .backend = &backend, .count = count, .describe = describe };
    return &plugin;
}
