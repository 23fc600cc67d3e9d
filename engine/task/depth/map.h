/* Depth maps of other sizes. */
#ifndef AX_TASK_DEPTH_MAP_H
#define AX_TASK_DEPTH_MAP_H

#include <stdint.h>

/* in {h,w} to out {oh,ow}: each pixel is the one of `in` nearest to its centre, as ax_labels_shrink. Never a mean: one
   across a hole, or across the edge of an object, is a depth that is nowhere. */
void ax_depth_resize(const float *in, int32_t h, int32_t w, float *out, int32_t oh, int32_t ow);

#endif
