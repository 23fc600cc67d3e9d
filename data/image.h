/* Decodes PNG and JPEG. The type is recognised by a file's first bytes, not its name. Pixels are decoded only after the
   dimensions were checked; a file that is truncated or damaged is an error that names it. Pixels are turned by the
   file's EXIF orientation (JPEG's APP1, PNG's eXIf), as in viewers. */
#ifndef AX_DATA_IMAGE_H
#define AX_DATA_IMAGE_H

#include "data/classes.h"
#include "data/picture.h"

#include <stdbool.h>
#include <stddef.h>

enum { AX_IMAGE_MAX_PIXELS = 1 << 26, AX_IMAGE_MAX_SIDE = 32768 };

/* RGB {h,w,3} (malloc, the caller frees it) of a PNG or JPEG: grey is expanded, palettes are looked up, 16 bits are
   reduced to 8, alpha is dropped. Errors: AX_EIO (cannot be read), AX_EFORMAT (damaged, too large, not an image),
   AX_ENOMEM. */
ax_code ax_picture_read(const char *path, uint8_t **rgb, int32_t *h, int32_t *w, ax_err *err);
/* The pixel values of a mask. */
typedef struct ax_mask {
    int32_t h, w;
    int size;       /* bytes per pixel: 1 and 2 are ids (in the machine's byte order), 3 is a colour, RGB */
    uint8_t *bytes; /* {h,w,size}; malloc, the caller frees it */
} ax_mask;
/* A PNG's values: palette indices, grey values of any depth, 8-bit colours. Alpha is dropped. */
ax_code ax_mask_read(const char *path, ax_mask *out, ax_err *err);

/* The same from memory; name: for messages. */
ax_code ax_picture_decode(const void *bytes, size_t n, const char *name, uint8_t **rgb, int32_t *h, int32_t *w,
                          ax_err *err);
ax_code ax_mask_decode(const void *bytes, size_t n, const char *name, ax_mask *out, ax_err *err);
/* The id of pixel i, or its colour 0xrrggbb. */
uint32_t ax_mask_value(const ax_mask *m, size_t i);
/* Converts a mask to classes {h,w} in place; out->size is then 1. AX_EFORMAT names the first pixel whose id or colour
   belongs to no class; name: for messages. */
ax_code ax_mask_classes(ax_mask *mask, const ax_classes *classes, const char *name, ax_err *err);

/* Reads an image of a data set and the classes in its mask. The mask covers the picture as viewers show both. If the
   displayed sizes differ and the stored ones agree, it is a mask of the stored pixels, and is turned with them. If
   neither agree: AX_EFORMAT. On success out belongs to the caller (ax_picture_release). */
ax_code ax_labelled_read(const char *picture, const char *mask, const ax_classes *classes, ax_picture *out,
                         ax_err *err);

/* ---- depth ---- */

/* Meaning of values in a 16-bit depth map: value / per_metre metres; 0 = missing. rotated: bits were rotated left by 3,
   as in SUN RGB-D. */
typedef struct ax_depth_scale {
    double per_metre; /* 0: as stated in the file (png_write.h), else 1000 */
    bool rotated;
} ax_depth_scale;
/* Parses "1000", "256", ...: units per metre; or "sun". AX_EINVAL. */
ax_code ax_depth_scale_parse(const char *text, ax_depth_scale *out, ax_err *err);
/* Metres {h,w} (malloc, the caller frees them) from a PNG of 16-bit grey, 0 where missing. */
ax_code ax_depth_read(const char *path, const ax_depth_scale *scale, float **metres, int32_t *h, int32_t *w,
                      ax_err *err);
/* An image of a data set, RGB {h,w,3}, with its depth map, metres {h,w} (malloc, the caller frees both). The map covers
   the picture like the mask of ax_labelled_read. */
ax_code ax_depth_pair_read(const char *picture, const char *map, const ax_depth_scale *scale, uint8_t **rgb,
                           float **metres, int32_t *h, int32_t *w, ax_err *err);
/* A depth map from memory; name: for messages. */
ax_code ax_depth_decode(const void *bytes, size_t n, const ax_depth_scale *scale, const char *name, float **metres,
                        int32_t *h, int32_t *w, ax_err *err);

#endif
