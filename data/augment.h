/* From a picture to a sample: resize, scale, crop, mirror, normalise. */
#ifndef AX_DATA_AUGMENT_H
#define AX_DATA_AUGMENT_H

#include "data/picture.h"

/* All randomness comes from (spec->seed, index). Image bilinear, labels nearest, both with half-pixel centres. Padding
   is the mean (0 after normalisation) and AX_IGNORE (255). out's memory is the caller's (ax_sample_release). */
ax_code ax_augment(const ax_picture *p, const ax_sample_spec *spec, uint64_t index, ax_sample *out, ax_err *err);

#endif
