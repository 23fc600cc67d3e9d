/* masks/ID.mpk: what a candidate predicts on the first validation images. msgpack map {version, h, w, classes, names,
   palette (bin, RGB), predicted: [bin, ...]}; masks/validation.mpk of the same run: {..., rgb: [bin], truth: [bin]}.
   Pictures of truth and prediction hold an index into the palette per pixel and are run-length encoded: pairs of bytes
   (length 1-255, index), row by row. With "channels" = 3 they are RGB as they are. Where a prediction is wrong may be
   drawn besides, in RGB: error: [bin]. "scale" = true: the palette's colours are a scale, from one end to the other;
   "over" = true: black of truth and prediction is nothing, they lie over the image. figures: [{name: value}], what the
   prediction of each image scores by itself, in the names of AX_METRIC_LIST. */
#ifndef AX_WIRE_MASKFILE_H
#define AX_WIRE_MASKFILE_H

#include "engine/base/err.h"
#include "engine/candidate/outcome.h"

#include <stdint.h>

enum { AX_MASK_IMAGES = 4, AX_MASK_CLASSES = 256, AX_MASK_NAME = 32 };
typedef struct ax_maskfile {
    int32_t h, w, classes, images;
    int32_t channels; /* of truth and prediction: 1, indices (classes of them have a colour), or 3, RGB */
    bool scale, over;
    bool judged; /* figures are known */
    ax_outcome figures[AX_MASK_IMAGES];
    char name[AX_MASK_CLASSES][AX_MASK_NAME];
    uint8_t color[AX_MASK_CLASSES][3];
    uint8_t *rgb[AX_MASK_IMAGES];       /* {h,w,3}; NULL where the file has none */
    uint8_t *truth[AX_MASK_IMAGES];     /* {h,w,channels}; index 255 = unlabelled */
    uint8_t *predicted[AX_MASK_IMAGES]; /* {h,w,channels} */
    uint8_t *error[AX_MASK_IMAGES];     /* {h,w,3} */
} ax_maskfile;

/* Writes what is there (whole file or none). path as in openat. */
ax_code ax_maskfile_write(int dirfd, const char *path, const ax_maskfile *m, ax_err *err);
/* Reads a file; everything is checked (at most 64 megapixels per image). Release also after a failure. Reading a second
   file into the same struct adds its parts: sizes must agree. */
ax_code ax_maskfile_read(int dirfd, const char *path, ax_maskfile *m, ax_err *err);
void ax_maskfile_release(ax_maskfile *m);

#endif
