/* Dense 3x3 convolution by Winograd's minimal filtering in tiles of 4, 3 or 2 outputs along a side, a pass of dense.c:
   stride 1, same size, any dilation. */
#ifndef AX_BACKEND_CPU_WINOGRAD_H
#define AX_BACKEND_CPU_WINOGRAD_H

#include "engine/backend/cpu/winograd_tiles.h"

/* Bytes of scratch for any pass of it. */
size_t ax_cpu_winograd_work(const ax_device *dev, const ax_winograd *w);
/* Weights are OIHW; bias may be NULL; n images. */
void ax_cpu_winograd_forward(ax_device *dev, const ax_winograd *w, int32_t n, const float *x, const float *weight,
                             const float *bias, float *y, void *work);
void ax_cpu_winograd_data(ax_device *dev, const ax_winograd *w, int32_t n, const float *dy, const float *weight,
                          float *dx, void *work);
void ax_cpu_winograd_weights(ax_device *dev, const ax_winograd *w, int32_t n, const float *x, const float *dy,
                             float *dw, void *work);

#endif
