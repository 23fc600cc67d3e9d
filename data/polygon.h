/* Rasterises polygons, pixel for pixel like COCO's own tools: they are drawn at five times the size. */
#ifndef AX_DATA_POLYGON_H
#define AX_DATA_POLYGON_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Sets the pixels of mask {h,w} inside the ring x0 y0 x1 y1 ... of n numbers, in pixels, to 1. Other pixels are
   unchanged, so drawing all rings of an object into a mask of zeros gives their union (a ring in a ring is no hole). A
   ring that crosses itself is filled by the even-odd rule. On AX_EFORMAT or AX_ENOMEM mask is unchanged. AX_EFORMAT: an
   odd count of numbers, fewer than three vertices, a vertex that isn't finite or is more than 10^7 pixels away, or an
   invalid image size. */
ax_code ax_polygon_add(const double *xy, size_t n, int32_t h, int32_t w, uint8_t *mask, ax_err *err);

#endif
