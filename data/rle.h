/* Decodes COCO's masks: run lengths in column order, as numbers or as a compressed string. Error messages state the
   problem; the caller prefixes object and file. */
#ifndef AX_DATA_RLE_H
#define AX_DATA_RLE_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Decodes runs, which alternate, start with zeros and go column by column, into mask {h,w}, row by row, of 0 and 1.
   Counts are JSON numbers. AX_EFORMAT: a size below 1 or too large for an image, a count that is negative or no
   integer, or counts that don't add up to h * w; the mask's content is then undefined. */
ax_code ax_rle_decode(const double *counts, size_t n, int32_t h, int32_t w, uint8_t *mask, ax_err *err);
/* The same from the n characters of a compressed string: 5 bits at a time, lowest first, as character 48 + bits, + 32
   if more follow, sign extended; from the fourth count on it is the difference to the count two before. AX_EFORMAT also
   for other characters, and for a number that is incomplete or has more than 7 characters. */
ax_code ax_rle_decode_string(const char *text, size_t n, int32_t h, int32_t w, uint8_t *mask, ax_err *err);

/* AX_EFORMAT unless an image can have this size. */
ax_code ax_mask_size_check(int64_t h, int64_t w, ax_err *err);
/* Number of nonzero pixels of mask {h,w}. */
size_t ax_mask_area(const uint8_t *mask, int32_t h, int32_t w);
/* Their bounding box: x, y, width, height; all 0 for an empty mask. */
void ax_mask_box(const uint8_t *mask, int32_t h, int32_t w, int32_t box[4]);

#endif
