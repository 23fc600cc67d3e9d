/* Polygons as masks, pixel by pixel as COCO's own tools make them: they are drawn at five times the size. */
#ifndef AX_DATA_POLYGON_H
#define AX_DATA_POLYGON_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Sets the pixels of mask {h,w} that are in the ring x0 y0 x1 y1 ... of n numbers, in pixels, to 1; the others stay, so
   that the rings of one object, each added to a mask of zeros, are united (a ring in a ring is no hole). A ring that
   crosses itself is filled by the even-odd rule. AX_EFORMAT, AX_ENOMEM: mask is as it was. AX_EFORMAT: an odd number of
   numbers, fewer than three vertices, one that isn't finite or that is more than 10^7 pixels away, a size that no image
   has. */
ax_code ax_polygon_add(const double *xy, size_t n, int32_t h, int32_t w, uint8_t *mask, ax_err *err);

#endif
