/* Test-time augmentation: an image is also predicted mirrored and in several sizes, the logits are averaged, and the
   task's prediction is made from the mean. */
#ifndef AX_MODEL_VARIANTS_H
#define AX_MODEL_VARIANTS_H

#include "engine/model/predictor.h"

enum { AX_MAX_SCALES = 8 };

typedef struct ax_variants {
    bool flip; /* also predict the mirrored image */
    float scale[AX_MAX_SCALES];
    int scales; /* 0: original size only */
} ax_variants;

typedef struct ax_variant_predictor ax_variant_predictor;
/* p is borrowed: opened with AX_PREDICTS_LOGITS, or with AX_PREDICTS_TASK when v asks for nothing; each image is then
   predicted as by ax_predictor_run. AX_EINVAL: the task's outputs can't be averaged. */
ax_variant_predictor *ax_variant_predictor_new(ax_predictor *p, const ax_variants *v, ax_err *err);
void ax_variant_predictor_free(ax_variant_predictor *vp);
/* image {h,w,3}, normalised, h and w multiples of 32. *out (owned by vp, until the next call): the task's
   prediction. */
ax_code ax_variant_predictor_run(ax_variant_predictor *vp, const float *image, int32_t h, int32_t w, const void **out,
                                 ax_err *err);

#endif
