/* Resizes depth maps. */
#ifndef AX_TASK_DEPTH_MAP_H
#define AX_TASK_DEPTH_MAP_H

#include <stdint.h>

/* Resizes in {h,w} to out {oh,ow}: each pixel takes the pixel of `in` nearest to its centre, as in ax_labels_shrink.
   Never a mean: across a hole or an object's edge it would be a depth that doesn't exist. */
void ax_depth_resize(const float *in, int32_t h, int32_t w, float *out, int32_t oh, int32_t ow);

#endif
