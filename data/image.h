/* PNG and JPEG into pixels. What a file is, its first bytes say, not its name. Pixels are only decoded after the
   dimensions were found sane; a file that lacks pixels or is damaged is an error that names it. Pixels are turned as
   the file's EXIF orientation says (JPEG's APP1, PNG's eXIf), as viewers show them. */
#ifndef AX_DATA_IMAGE_H
#define AX_DATA_IMAGE_H

#include "data/classes.h"
#include "data/picture.h"

#include <stdbool.h>
#include <stddef.h>

enum { AX_IMAGE_MAX_PIXELS = 1 << 26, AX_IMAGE_MAX_SIDE = 32768 };

/* RGB {h,w,3} (malloc, caller frees) of a PNG or JPEG: grey is repeated, palettes are looked up, 16 bits are reduced to
   8, alpha is dropped. Errors: AX_EIO (cannot be read), AX_EFORMAT (damaged, too large, not an image), AX_ENOMEM. */
ax_code ax_picture_read(const char *path, uint8_t **rgb, int32_t *h, int32_t *w, ax_err *err);
/* What the pixels of a mask say. */
typedef struct ax_mask {
    int32_t h, w;
    int size;       /* bytes of a pixel: 1 and 2 are ids (in the machine's order), 3 is a colour, RGB */
    uint8_t *bytes; /* {h,w,size}; malloc, the caller frees it */
} ax_mask;
/* A PNG as it is: the indices of a palette, the values of grey of any depth, 8-bit colours. Alpha is dropped. */
ax_code ax_mask_read(const char *path, ax_mask *out, ax_err *err);

/* The same from memory; name is for messages. */
ax_code ax_picture_decode(const void *bytes, size_t n, const char *name, uint8_t **rgb, int32_t *h, int32_t *w,
                          ax_err *err);
ax_code ax_mask_decode(const void *bytes, size_t n, const char *name, ax_mask *out, ax_err *err);
/* The id of pixel i, or its colour 0xrrggbb. */
uint32_t ax_mask_value(const ax_mask *m, size_t i);
/* Makes classes {h,w} of a mask, in its memory: out->size is 1 then. AX_EFORMAT names the first pixel whose id or
   colour no class has; name is for the message. */
ax_code ax_mask_classes(ax_mask *mask, const ax_classes *classes, const char *name, ax_err *err);

/* An image of a data set with the classes that its mask says. The mask covers the picture as viewers show both; where
   their sizes as shown differ and those as stored agree, it is a mask of the stored pixels, and turns with them. Sizes
   that agree in neither way: AX_EFORMAT. On success out is the caller's (ax_picture_release). */
ax_code ax_labelled_read(const char *picture, const char *mask, const ax_classes *classes, ax_picture *out,
                         ax_err *err);

/* ---- depth ---- */

/* What a value of a 16-bit depth map means: value / per_metre metres; 0 = missing. rotated: its bits were rotated to
   the left by 3, as SUN RGB-D has them. */
typedef struct ax_depth_scale {
    double per_metre; /* 0: what the file says (png_write.h), else 1000 */
    bool rotated;
} ax_depth_scale;
/* "1000", "256", ...: units per metre; or "sun". AX_EINVAL. */
ax_code ax_depth_scale_parse(const char *text, ax_depth_scale *out, ax_err *err);
/* Metres {h,w} (malloc, caller frees) of a PNG of 16-bit grey, 0 where there is none. */
ax_code ax_depth_read(const char *path, const ax_depth_scale *scale, float **metres, int32_t *h, int32_t *w,
                      ax_err *err);
/* An image of a data set, RGB {h,w,3}, with its depth map, metres {h,w} (malloc, caller frees). The map covers the
   picture as the mask of ax_labelled_read does. */
ax_code ax_depth_pair_read(const char *picture, const char *map, const ax_depth_scale *scale, uint8_t **rgb,
                           float **metres, int32_t *h, int32_t *w, ax_err *err);
/* A depth map from memory; name is for messages. */
ax_code ax_depth_decode(const void *bytes, size_t n, const ax_depth_scale *scale, const char *name, float **metres,
                        int32_t *h, int32_t *w, ax_err *err);

#endif
