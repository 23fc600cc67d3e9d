/* From an image and its truth to a sample: resize, random scale, crop or pad, mirror, normalise, jitter. */
#ifndef AX_DATA_AUGMENT_H
#define AX_DATA_AUGMENT_H

#include "data/picture.h"

/* Fills out (malloc; ax_sample_release) from a picture as spec says. The random choices depend on
   (spec->seed, index) alone: always scale, top, left, mirror in this order; colours last (data/jitter.h). All geometry
   is one mapping from the sample's pixels back to the image's, with half-pixel centres: colours by bilinear; the truth
   is the task's to cut. An image smaller than the sample is in the middle of it, around it the mean (0 after
   normalising), and the truth is missing. Errors: AX_EINVAL (a spec that makes no sense), AX_ENOMEM. */
ax_code ax_augment(const ax_picture *p, const ax_task_spec *task, const ax_sample_spec *spec, uint64_t index,
                   ax_sample *out, ax_err *err);

#endif
