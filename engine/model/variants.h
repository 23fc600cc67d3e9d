/* Test-time augmentation: one image is looked at mirrored and in several sizes, the logits are averaged, and the task
   predicts from their mean. */
#ifndef AX_MODEL_VARIANTS_H
#define AX_MODEL_VARIANTS_H

#include "engine/model/predictor.h"

enum { AX_MAX_SCALES = 8 };

typedef struct ax_variants {
    bool flip; /* the mirrored image, too */
    float scale[AX_MAX_SCALES];
    int scales; /* 0: the image as it is */
} ax_variants;

typedef struct ax_variant_predictor ax_variant_predictor;
/* p is borrowed: opened for AX_PREDICTS_LOGITS, or, when v asks for nothing, for AX_PREDICTS_TASK, so that each image
   is predicted as ax_predictor_run does. AX_EINVAL: the task can't be averaged so. */
ax_variant_predictor *ax_variant_predictor_new(ax_predictor *p, const ax_variants *v, ax_err *err);
void ax_variant_predictor_free(ax_variant_predictor *vp);
/* image {h,w,3}, normalised, h and w multiples of 32. *out (owned by vp, until the next call): what the task predicts.
 */
ax_code ax_variant_predictor_run(ax_variant_predictor *vp, const float *image, int32_t h, int32_t w, const void **out,
                                 ax_err *err);

#endif
