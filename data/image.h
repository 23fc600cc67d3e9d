/* Decoding of PNG and JPEG. Dimensions are checked before anything is decoded: a few megabytes of PNG can be gigabytes
   of pixels. */
#ifndef AX_DATA_IMAGE_H
#define AX_DATA_IMAGE_H

#include "engine/base/err.h"

#include <stdint.h>

enum { AX_MAX_PIXELS = 64 << 20 };

/* A PNG or JPEG (told apart by content) as RGB {h,w,3} (malloc, caller frees). */
ax_code ax_picture_read(const char *path, uint8_t **rgb, int32_t *h, int32_t *w, ax_err *err);
/* A PNG of 8 bits or fewer, grey or palette, as its raw values or palette indices {h,w}. Colour is AX_EFORMAT: ids
   can't be told from it. */
ax_code ax_mask_read(const char *path, uint8_t **ids, int32_t *h, int32_t *w, ax_err *err);

#endif
