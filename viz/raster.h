/* A picture as data: a terminal with graphics shows its pixels in place of a rectangle of cells. The cells below are
   drawn like the picture, for where it can't be shown: other terminals, files, and pictures that something covers. */
#ifndef AX_VIZ_RASTER_H
#define AX_VIZ_RASTER_H

#include <stdint.h>

typedef struct ax_rect {
    int row, col, rows, cols; /* nothing to see when rows or cols is 0 */
} ax_rect;

typedef struct ax_raster {
    ax_rect at; /* cells of the canvas */
    int32_t h, w;
    const uint8_t *pixels;             /* {h,w,3} RGB, or {h,w} with a palette; until the canvas is erased */
    uint8_t *owned;                    /* freed then; NULL: the pixels belong to another */
    int32_t top, left, seen_h, seen_w; /* the part that fills the rectangle */
    int colors;                        /* of the palette; 0: RGB */
    uint8_t palette[256][3];
} ax_raster;

/* Writes the part that is seen as RGB {out_h,out_w,3}: what has a palette by the nearest pixel, the rest by the mean of
   the pixels that a pixel covers (of 4 x 4 of them), or bilinearly where it is enlarged. */
void ax_raster_scale(const ax_raster *p, int32_t out_h, int32_t out_w, uint8_t *out);

#endif
