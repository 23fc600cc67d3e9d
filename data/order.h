/* Maps samples to images. */
#ifndef AX_DATA_ORDER_H
#define AX_DATA_ORDER_H

#include "engine/train/source.h"

/* The image, of n, of sample `index`: images in sequence or, with spec->shuffle, in a new order in each pass, made from
   the seed. Without memory or state, so any thread can ask for any sample. */
uint64_t ax_sample_image(const ax_sample_spec *spec, uint64_t n, uint64_t index);

#endif
