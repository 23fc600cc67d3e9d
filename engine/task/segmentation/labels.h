/* Resizes class maps. */
#ifndef AX_SEGMENTATION_LABELS_H
#define AX_SEGMENTATION_LABELS_H

#include <stdint.h>

/* Shrinks labels {h,w} to out {oh,ow}: each cell takes the pixel nearest to its centre, since logits are resized with
   half-pixel centres (the corner pixel would shift every mask by half a cell). */
void ax_labels_shrink(const uint8_t *labels, int32_t h, int32_t w, uint8_t *out, int32_t oh, int32_t ow);

#endif
