/* What the decoders share. */
#ifndef AX_DATA_IMAGE_INTERNAL_H
#define AX_DATA_IMAGE_INTERNAL_H

#include "data/image.h"

#include <stdbool.h>

typedef struct ax_pixels {
    int32_t h, w;
    uint8_t *bytes;  /* {h,w,3}, or {h,w} for indices; {h,w} uint16_t for depth */
    int orientation; /* orientation.h; decoders give what the file says, 0 = nothing */
    double scale;    /* of a depth map: what the file says, 0 = nothing */
} ax_pixels;

/* AX_OK when an image of w x h may be decoded. */
ax_code ax_image_check_size(uint64_t w, uint64_t h, const char *name, ax_err *err);
/* Decoders of bytes whose magic was recognised; on failure nothing is left allocated. */
ax_code ax_png_decode(const uint8_t *bytes, size_t n, bool indices, const char *name, ax_pixels *out, ax_err *err);
/* The same of 16-bit grey, in the machine's byte order. */
ax_code ax_png_decode_depth(const uint8_t *bytes, size_t n, const char *name, ax_pixels *out, ax_err *err);
ax_code ax_jpeg_decode(const uint8_t *bytes, size_t n, const char *name, ax_pixels *out, ax_err *err);

/* A file's bytes (malloc, caller frees), of at most what an image may have. */
ax_code ax_image_file(const char *path, char **bytes, size_t *n, ax_err *err);
/* Turns what was decoded as its orientation says; `bytes` of a pixel. */
ax_code ax_image_turn(ax_pixels *p, int bytes, const char *name, ax_err *err);

#endif
