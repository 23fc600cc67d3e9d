/* Random changes of colours: brightness, contrast, saturation. */
#ifndef AX_DATA_JITTER_H
#define AX_DATA_JITTER_H

#include "engine/train/source.h"

/* Multiplies by factors drawn from 1 - spec->jitter to 1 + spec->jitter, which depend only on (spec->seed, index), like
   torchvision's ColorJitter in this order: x = brightness * x; x = mean + contrast * (x - mean), with the mean of all
   pixels' grey values; x = grey + saturation * (x - grey), grey = .299 R + .587 G + .114 B of the pixel; clamped to
   valid colours after each. Padding (0 in all channels) is unchanged. jitter 0 changes nothing. */
void ax_jitter(ax_sample *s, const ax_sample_spec *spec, uint64_t index);

#endif
