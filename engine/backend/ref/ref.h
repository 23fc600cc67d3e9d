/* The reference backend: plain, readable loops with sums in double. Slow; the oracle for all other backends. */
#ifndef AX_BACKEND_REF_REF_H
#define AX_BACKEND_REF_REF_H

#include "engine/op/backend.h"

#define AX_REF_KERNEL(name) ax_code ax_ref_##name(ax_device *dev, const ax_call *call, ax_err *err)
AX_REF_KERNEL(zero);
AX_REF_KERNEL(conv);
AX_REF_KERNEL(conv_backward);
AX_REF_KERNEL(bnorm);
AX_REF_KERNEL(bnorm_backward);
AX_REF_KERNEL(relu);
AX_REF_KERNEL(relu_backward);
AX_REF_KERNEL(add);
AX_REF_KERNEL(add_backward);
AX_REF_KERNEL(resize);
AX_REF_KERNEL(resize_backward);
AX_REF_KERNEL(gpool);
AX_REF_KERNEL(gpool_backward);
AX_REF_KERNEL(maxpool);
AX_REF_KERNEL(maxpool_backward);
AX_REF_KERNEL(mix);
AX_REF_KERNEL(mix_backward);
AX_REF_KERNEL(concat);
AX_REF_KERNEL(concat_backward);
AX_REF_KERNEL(ce);
AX_REF_KERNEL(ce_backward);
AX_REF_KERNEL(depth_loss);
AX_REF_KERNEL(mse);
AX_REF_KERNEL(mse_backward);
AX_REF_KERNEL(wmse);
AX_REF_KERNEL(wmse_backward);
AX_REF_KERNEL(wsum);
AX_REF_KERNEL(wsum_backward);
AX_REF_KERNEL(argmax);
AX_REF_KERNEL(fused);
AX_REF_KERNEL(cast);
AX_REF_KERNEL(chain);
ax_code ax_ref_sum_squares(ax_device *dev, const float *x, size_t n, double *sum, ax_err *err);
ax_code ax_ref_clip(ax_device *dev, const double *sums, size_t n, float most, ax_update_now *now, ax_err *err);
ax_code ax_ref_adam(ax_device *dev, const ax_update *u, ax_err *err);
ax_code ax_ref_sgd(ax_device *dev, const ax_update *u, ax_err *err);
ax_code ax_ref_polyak(ax_device *dev, float *average, const float *value, size_t n, const float *decay, ax_err *err);

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
