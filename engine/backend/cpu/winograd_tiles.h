/* Places Winograd's tiles on the map of a 3x3 convolution: stride 1, same size, any dilation. */
#ifndef AX_BACKEND_CPU_WINOGRAD_TILES_H
#define AX_BACKEND_CPU_WINOGRAD_TILES_H

#include "engine/backend/cpu/device.h"

enum {
    AX_WINOGRAD_OUT = 4,                  /* most outputs along a side of a tile */
    AX_WINOGRAD_IN = AX_WINOGRAD_OUT + 2, /* and inputs */
    AX_WINOGRAD_PRODUCTS = AX_WINOGRAD_IN * AX_WINOGRAD_IN,
    AX_WINOGRAD_SIZES = 3, /* also one output less, and two less */
    AX_WINOGRAD_PARTS = AX_WINOGRAD_SIZES * AX_WINOGRAD_SIZES
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

/* The tiles of one shape, which are processed together. */
typedef struct ax_winograd_part {
    int oy, ox; /* outputs of a tile */
    const int32_t *y, *x;
    size_t rows, columns;
    size_t products; /* products per tile */
    size_t before;   /* products per tile of all earlier parts: offset of this part's weights and sums */
} ax_winograd_part;

/* The parts of a convolution from ci to co channels, and the products per tile of all of them. */
typedef struct ax_winograd_parts {
    ax_winograd_part part[AX_WINOGRAD_PARTS];
    int n;
    size_t products;
} ax_winograd_parts;

/* Weights, whose element (o, i, k) is at w[o * so + i * si + k], of a convolution from ci to co channels. */
typedef struct ax_winograd_weights {
    const float *w;
    size_t so, si;
    bool turn; /* taps are rotated */
    int32_t ci, co;
} ax_winograd_weights;

bool ax_cpu_winograd_fits(const ax_device *dev, const ax_conv_shape *g);
/* Products of an image's tiles per pair of input and output channels. */
double ax_cpu_winograd_products(const ax_conv_shape *g);
ax_code ax_cpu_winograd_init(ax_winograd *w, const ax_conv_shape *g, ax_err *err);
void ax_cpu_winograd_release(ax_winograd *w);
ax_winograd_parts ax_cpu_winograd_parts(const ax_winograd *w);
/* Transforms weights for all parts; a part's go to {product}{block of a matrix product}{ci}{output}, channels padded to
   whole vectors. */
void ax_cpu_winograd_transform(const ax_device *dev, const ax_winograd_parts *parts, const ax_winograd_weights *w,
                               float *u);
/* Channels padded to whole vectors. */
static inline size_t ax_cpu_whole_vectors(const ax_device *dev, int32_t c)
{
    return ax_cpu_round_up((size_t)c, (size_t)dev->k->lanes);
}

#endif
