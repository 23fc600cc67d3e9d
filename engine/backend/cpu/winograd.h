/* Dense 3x3 convolution by Winograd's minimal filtering in tiles of 4 or 3 outputs along a side, a pass of dense.c:
   stride 1, same size, any dilation. */
#ifndef AX_BACKEND_CPU_WINOGRAD_H
#define AX_BACKEND_CPU_WINOGRAD_H

#include "engine/backend/cpu/device.h"

/* Where the tiles lie along one axis: those of four outputs, and those of three. A tile makes the outputs start + k *
   dilation inside the map. A dilated convolution is an undilated one on each of dilation * dilation interleaved maps;
   they are small, so that tiles of one size would hang over their edges. */
typedef struct ax_winograd_axis {
    int32_t tiles[2], *start[2];
} ax_winograd_axis;

typedef struct ax_winograd {
    ax_conv_shape g; /* kernel 0: not in use */
    ax_winograd_axis y, x;
} ax_winograd;

/* Whether it does clearly less work than the direct sum over the taps inside. */
bool ax_cpu_winograd_fits(const ax_device *dev, const ax_conv_shape *g);
ax_code ax_cpu_winograd_init(ax_winograd *w, const ax_conv_shape *g, ax_err *err);
void ax_cpu_winograd_release(ax_winograd *w);
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
