/* Which image a sample is of. */
#ifndef AX_DATA_ORDER_H
#define AX_DATA_ORDER_H

#include "engine/train/source.h"

/* The image, of n, of sample `index`: they follow one another, or with spec->shuffle each pass has an order of its own,
   made from the seed; without memory or state, so that any thread can ask for any sample. */
uint64_t ax_sample_image(const ax_sample_spec *spec, uint64_t n, uint64_t index);

#endif
