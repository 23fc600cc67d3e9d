#include "engine/backend/ref/ref.h"

#include "engine/base/cacheline.h"

#include <stdlib.h>
#include <string.h>

struct ax_device {
    int unused; /* the reference has no state */
};

static ax_device *ref_open(int index, int threads, ax_err *err)
{
    (void)index;
    (void)threads;
    return ax_new(sizeof(ax_device), "a device", err);
}

static void ref_close(ax_device *dev)
{
    free(dev);
}

static void *ref_alloc(ax_device *dev, size_t bytes, ax_err *err)
{
    (void)dev;
    void *mem = ax_lines_zero(bytes);
    if (!mem)
        ax_fail(err, AX_ENOMEM, "no memory for %zu bytes", bytes);
    return mem;
}

static void ref_release(ax_device *dev, void *mem)
{
    (void)dev;
    free(mem);
}

static ax_code ref_copy(ax_device *dev, void *dst, const void *src, size_t bytes, int direction, ax_err *err)
{
    (void)dev;
    (void)direction;
    (void)err;
    memcpy(dst, src, bytes);
    return AX_OK;
}

static ax_code ref_sync(ax_device *dev, ax_err *err)
{
    (void)dev;
    (void)err;
    return AX_OK;
}

const ax_backend ax_backend_ref = {
    .name = "ref",
    .open = ref_open,
    .close = ref_close,
    .alloc = ref_alloc,
    .release = ref_release,
    .copy = ref_copy,
    .sync = ref_sync,
    .forward = {
        [AX_OP_ZERO] = { .run = ax_ref_zero },     [AX_OP_CONV2D] = { .run = ax_ref_conv },
        [AX_OP_BNORM] = { .run = ax_ref_bnorm },   [AX_OP_RELU] = { .run = ax_ref_relu },
        [AX_OP_ADD] = { .run = ax_ref_add },       [AX_OP_RESIZE] = { .run = ax_ref_resize },
        [AX_OP_GPOOL] = { .run = ax_ref_gpool },   [AX_OP_CONCAT] = { .run = ax_ref_concat },
        [AX_OP_CE] = { .run = ax_ref_ce },         [AX_OP_DEPTH_LOSS] = { .run = ax_ref_depth_loss },
        [AX_OP_MSE] = { .run = ax_ref_mse },
        [AX_OP_WSUM] = { .run = ax_ref_wsum },     [AX_OP_ARGMAX] = { .run = ax_ref_argmax },
        [AX_OP_WMSE] = { .run = ax_ref_wmse },     [AX_OP_MAXPOOL] = { .run = ax_ref_maxpool },
        [AX_OP_MIX] = { .run = ax_ref_mix },       [AX_OP_FUSED] = { .run = ax_ref_fused },
        [AX_OP_CAST] = { .run = ax_ref_cast },
        [AX_OP_CHAIN] = { .run = ax_ref_chain },
    },
    .backward = {
        [AX_OP_CONV2D] = { .run = ax_ref_conv_backward }, [AX_OP_BNORM] = { .run = ax_ref_bnorm_backward },
        [AX_OP_RELU] = { .run = ax_ref_relu_backward },   [AX_OP_ADD] = { .run = ax_ref_add_backward },
        [AX_OP_RESIZE] = { .run = ax_ref_resize_backward }, [AX_OP_GPOOL] = { .run = ax_ref_gpool_backward },
        [AX_OP_CONCAT] = { .run = ax_ref_concat_backward }, [AX_OP_CE] = { .run = ax_ref_ce_backward },
        [AX_OP_DEPTH_LOSS] = { .run = ax_ref_ce_backward },
        [AX_OP_MSE] = { .run = ax_ref_mse_backward },     [AX_OP_WSUM] = { .run = ax_ref_wsum_backward },
        [AX_OP_WMSE] = { .run = ax_ref_wmse_backward },   [AX_OP_MAXPOOL] = { .run = ax_ref_maxpool_backward },
        [AX_OP_MIX] = { .run = ax_ref_mix_backward },
    },
    .sum_squares = ax_ref_sum_squares,
    .clip = ax_update_clip,
    .adam = ax_ref_adam,
    .sgd = ax_ref_sgd,
    .polyak = ax_ref_polyak,
};
