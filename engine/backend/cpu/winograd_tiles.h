/* Places Winograd's tiles on the map of a 3x3 convolution: stride 1, same size, any dilation. */
#ifndef AX_BACKEND_CPU_WINOGRAD_TILES_H
#define AX_BACKEND_CPU_WINOGRAD_TILES_H

#include "engine/backend/cpu/device.h"

enum {
    AX_WINOGRAD_OUT = 4,  /* most outputs along a side of a tile */
    AX_WINOGRAD_SIZES = 3 /* also one less, and two less */
};

/* Tiles along one axis: those of four outputs, of three, and of two. A tile computes outputs start + k * dilation
   inside the map. A dilated convolution is an undilated one on each of dilation * dilation interleaved maps; these are
   small, so tiles of a single size would extend beyond their edges. */
typedef struct ax_winograd_axis {
    int32_t tiles[AX_WINOGRAD_SIZES], *start[AX_WINOGRAD_SIZES];
} ax_winograd_axis;

typedef struct ax_winograd {
    ax_conv_shape g;
    ax_winograd_axis y, x;
} ax_winograd;

bool ax_cpu_winograd_fits(const ax_device *dev, const ax_conv_shape *g);
/* Products of an image's tiles per pair of input and output channels. */
double ax_cpu_winograd_products(const ax_conv_shape *g);
ax_code ax_cpu_winograd_init(ax_winograd *w, const ax_conv_shape *g, ax_err *err);
void ax_cpu_winograd_release(ax_winograd *w);

#endif
