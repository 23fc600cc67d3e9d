/* What the decoders share. */
#ifndef AX_DATA_IMAGE_INTERNAL_H
#define AX_DATA_IMAGE_INTERNAL_H

#include "data/image.h"

#include <stdbool.h>

typedef struct ax_pixels {
    int32_t h, w;
    int size;        /* bytes of a pixel: 3 of a picture, those of ax_mask of a mask, 2 of a depth map (uint16_t) */
    uint8_t *bytes;  /* {h,w,size} */
    int orientation; /* orientation.h; decoders give what the file says, 0 = nothing */
    double scale;    /* of a depth map: what the file says, 0 = nothing */
} ax_pixels;

/* AX_OK when an image of w x h may be decoded. */
ax_code ax_image_check_size(uint64_t w, uint64_t h, const char *name, ax_err *err);
/* Decoders of bytes whose magic was recognised; on failure nothing is left allocated. */
ax_code ax_png_decode(const uint8_t *bytes, size_t n, bool mask, const char *name, ax_pixels *out, ax_err *err);
/* The same of 16-bit grey, in the machine's byte order. */
ax_code ax_png_decode_depth(const uint8_t *bytes, size_t n, const char *name, ax_pixels *out, ax_err *err);
ax_code ax_jpeg_decode(const uint8_t *bytes, size_t n, const char *name, ax_pixels *out, ax_err *err);

/* A file's bytes (malloc, caller frees), of at most what an image may have. */
ax_code ax_image_file(const char *path, char **bytes, size_t *n, ax_err *err);
/* Turns what was decoded as its orientation says. */
ax_code ax_image_turn(ax_pixels *p, const char *name, ax_err *err);

/* A file's picture, or its mask, as it is stored. */
ax_code ax_image_read(const char *path, bool mask, ax_pixels *out, ax_err *err);
/* A mask covers its picture as viewers show both. Where only the sizes as stored agree, it was made for the stored
   pixels, by a program that doesn't know orientations, and turns with them. */
ax_code ax_image_match(const ax_pixels *picture, ax_pixels *mask, const char *picture_path, const char *mask_path,
                       ax_err *err);

#endif
