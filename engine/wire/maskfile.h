/* masks/ID.mpk: a candidate's predictions on the first validation images, as the msgpack map {version, h, w, classes,
   names, palette (bin, RGB), predicted: [bin, ...]}; masks/validation.mpk of the same run: {..., rgb: [bin], truth:
   [bin]}. Pictures of truth and prediction hold a palette index per pixel, run-length encoded row by row: pairs of
   bytes (length 1-255, index). With "channels" = 3 they are plain RGB. error: [bin], optional, shows in RGB where a
   prediction is wrong. "scale" = true: the palette's colours form a scale, from one end to the other; "over" = true:
   black in truth and prediction is transparent, they lie over the image. figures: [{name: value}], the scores of each
   image's prediction, under the names of AX_METRIC_LIST. */
#ifndef AX_WIRE_MASKFILE_H
#define AX_WIRE_MASKFILE_H

#include "engine/base/err.h"
#include "engine/candidate/outcome.h"

#include <stdint.h>

enum { AX_MASK_IMAGES = 4, AX_MASK_CLASSES = 256, AX_MASK_NAME = 32 };
typedef struct ax_maskfile {
    int32_t h, w, classes, images;
    int32_t channels; /* of truth and prediction: 1, palette indices (the first `classes` have a colour), or 3, RGB */
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

/* Writes the parts that are set (whole file or none). path as in openat. */
ax_code ax_maskfile_write(int dirfd, const char *path, const ax_maskfile *m, ax_err *err);
/* Reads and validates a file (at most 64 megapixels per image). Release m also after a failure. Reading a second file
   into the same struct adds its parts; their sizes must agree. */
ax_code ax_maskfile_read(int dirfd, const char *path, ax_maskfile *m, ax_err *err);
/* Removes what a candidate's file has added: predictions, errors and figures. Images and truth stay. */
void ax_maskfile_release_predictions(ax_maskfile *m);
void ax_maskfile_release(ax_maskfile *m);

#endif
