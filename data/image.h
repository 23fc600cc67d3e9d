/* PNG and JPEG into pixels. What a file is, its first bytes say, not its name. Pixels are only decoded after the
   dimensions were found sane; a file that lacks pixels or is damaged is an error that names it. Pixels are turned as
   the file's EXIF orientation says (JPEG's APP1, PNG's eXIf), as viewers show them. */
#ifndef AX_DATA_IMAGE_H
#define AX_DATA_IMAGE_H

#include "data/picture.h"

#include <stddef.h>

enum { AX_IMAGE_MAX_PIXELS = 1 << 26, AX_IMAGE_MAX_SIDE = 32768 };

/* RGB {h,w,3} (malloc, caller frees) of a PNG or JPEG: grey is repeated, palettes are looked up, 16 bits are reduced to
   8, alpha is dropped. Errors: AX_EIO (cannot be read), AX_EFORMAT (damaged, too large, not an image), AX_ENOMEM. */
ax_code ax_picture_read(const char *path, uint8_t **rgb, int32_t *h, int32_t *w, ax_err *err);
/* {h,w} class ids (malloc, caller frees) of a PNG: the indices of a palette, or the values of 8-bit (or less) grey. */
ax_code ax_mask_read(const char *path, uint8_t **ids, int32_t *h, int32_t *w, ax_err *err);

/* The same from memory; name is for messages. */
ax_code ax_picture_decode(const void *bytes, size_t n, const char *name, uint8_t **rgb, int32_t *h, int32_t *w,
                          ax_err *err);
ax_code ax_mask_decode(const void *bytes, size_t n, const char *name, uint8_t **ids, int32_t *h, int32_t *w,
                       ax_err *err);

/* Both for an image of a data set. The mask lies on the picture as viewers show both; where their sizes as shown differ
   and those as stored agree, it is a mask of the stored pixels, and turns with them. Sizes that agree in neither way:
   AX_EFORMAT. On success out is the caller's (ax_picture_release). */
ax_code ax_labelled_read(const char *picture, const char *mask, ax_picture *out, ax_err *err);

#endif
