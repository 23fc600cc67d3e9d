/* Internals shared by the decoders. */
#ifndef AX_DATA_IMAGE_INTERNAL_H
#define AX_DATA_IMAGE_INTERNAL_H

#include "data/image.h"

#include <stdbool.h>

typedef struct ax_pixels {
    int32_t h, w;
    int size;        /* bytes per pixel: 3 for a picture, that of ax_mask for a mask, 2 for a depth map (uint16_t) */
    uint8_t *bytes;  /* {h,w,size} */
    int orientation; /* orientation.h; from the file, 0 = none stated */
    double scale;    /* of a depth map: from the file, 0 = none stated */
} ax_pixels;

/* Checks whether an image of w x h may be decoded. */
ax_code ax_image_check_size(uint64_t w, uint64_t h, const char *name, ax_err *err);
/* Decoders for bytes with a recognised magic number; on failure nothing stays allocated. */
ax_code ax_png_decode(const uint8_t *bytes, size_t n, bool mask, const char *name, ax_pixels *out, ax_err *err);
/* The same for 16-bit grey, in the machine's byte order. */
ax_code ax_png_decode_depth(const uint8_t *bytes, size_t n, const char *name, ax_pixels *out, ax_err *err);
ax_code ax_jpeg_decode(const uint8_t *bytes, size_t n, const char *name, ax_pixels *out, ax_err *err);

/* A file's bytes (malloc, the caller frees them), limited to the size of an image. */
ax_code ax_image_read_file(const char *path, char **bytes, size_t *n, ax_err *err);
/* Turns decoded pixels by their orientation. */
ax_code ax_image_turn(ax_pixels *p, const char *name, ax_err *err);

/* A file's picture, or its mask, in stored orientation. */
ax_code ax_image_read(const char *path, bool mask, ax_pixels *out, ax_err *err);
/* A mask covers its picture as viewers show both. If only the stored sizes agree, it was made for the stored pixels by
   a program that ignores orientations, and is turned with them. */
ax_code ax_image_match(const ax_pixels *picture, ax_pixels *mask, const char *picture_path, const char *mask_path,
                       ax_err *err);

#endif
