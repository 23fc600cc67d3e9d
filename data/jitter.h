/* Colours as another day or camera would have them: brightness, contrast, saturation. */
#ifndef AX_DATA_JITTER_H
#define AX_DATA_JITTER_H

#include "engine/train/source.h"

/* Changes s->image by factors drawn from 1 - spec->jitter to 1 + spec->jitter, each from (spec->seed, index) alone, as
   torchvision's ColorJitter does in this order: x = brightness * x; x = mean + contrast * (x - mean), the mean of all
   pixels' grey values; x = grey + saturation * (x - grey), grey = .299 R + .587 G + .114 B of the pixel; after each
   clamped to what a picture can have. A margin (0 in all channels) stays as it is. Nothing at jitter 0. */
void ax_jitter(ax_sample *s, const ax_sample_spec *spec, uint64_t index);

#endif
