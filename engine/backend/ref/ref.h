/* The reference backend: plain, readable loops with sums in double. Slow; the oracle for all other backends. */
#ifndef AX_BACKEND_REF_REF_H
#define AX_BACKEND_REF_REF_H

#include "engine/op/backend.h"

#define AX_REF_KERNEL(name) ax_code ax_ref_##name(ax_device *dev AX_UNUSED, const ax_call *call, ax_err *err AX_UNUSED)

ax_kernel_run ax_ref_zero, ax_ref_cast, ax_ref_conv, ax_ref_conv_backward, ax_ref_fused, ax_ref_chain, ax_ref_bnorm,
    ax_ref_bnorm_backward, ax_ref_relu, ax_ref_relu_backward, ax_ref_add, ax_ref_add_backward, ax_ref_resize,
    ax_ref_resize_backward, ax_ref_gpool, ax_ref_gpool_backward, ax_ref_maxpool, ax_ref_maxpool_backward, ax_ref_mix,
    ax_ref_mix_backward, ax_ref_concat, ax_ref_concat_backward, ax_ref_argmax, ax_ref_ce, ax_ref_ce_backward,
    ax_ref_depth_loss, ax_ref_mse, ax_ref_mse_backward, ax_ref_wmse, ax_ref_wmse_backward, ax_ref_wsum,
    ax_ref_wsum_backward;
ax_update_squares ax_ref_sum_squares;
ax_update_step ax_ref_adam, ax_ref_sgd;
ax_update_average ax_ref_polyak;

/* An activation's output. */
float ax_ref_activate(uint8_t act, float y);

/* Bilinear resize of one output coordinate with half-pixel centres: out = (1 - t) * in[lo] + t * in[hi]. */
typedef struct ax_ref_tap {
    int32_t lo, hi;
    float t;
} ax_ref_tap;
ax_ref_tap ax_ref_resize_tap(int32_t out, int32_t n_out, int32_t n_in);

static inline size_t ax_ref_at(ax_shape s, int32_t n, int32_t h, int32_t w, int32_t c) /* NHWC */
{
    return (((size_t)n * (size_t)s.h + (size_t)h) * (size_t)s.w + (size_t)w) * (size_t)s.c + (size_t)c;
}

#endif
