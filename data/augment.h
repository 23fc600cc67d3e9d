/* Makes a sample from an image and its truth: resize, random scale, crop or pad, mirror, normalise, jitter. */
#ifndef AX_DATA_AUGMENT_H
#define AX_DATA_AUGMENT_H

#include "data/picture.h"

/* Fills out (malloc; ax_sample_release) from a picture as spec says. The random choices depend only on (spec->seed,
   index), always in the order scale, top, left, mirror; colours last (data/jitter.h). All geometry is one mapping from
   the sample's pixels back to the image's, with half-pixel centres: colours are interpolated, and the task cuts the
   truth. An image smaller than the sample is centred and surrounded by the mean (0 after normalising), with missing
   truth. Errors: AX_EINVAL (an invalid spec), AX_ENOMEM. */
ax_code ax_augment(const ax_picture *p, const ax_task_spec *task, const ax_sample_spec *spec, uint64_t index,
                   ax_sample *out, ax_err *err);

#endif
