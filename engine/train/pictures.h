/* Pictures of a candidate's predictions on the first validation images: masks/ID.mpk, and beside it, once per run,
   validation.mpk with the images and their truth (engine/wire/maskfile.h). */
#ifndef AX_TRAIN_PICTURES_H
#define AX_TRAIN_PICTURES_H

#include "engine/train/trainer.h"
#include "engine/wire/maskfile.h"

/* Starts as { .t = the trainer }. */
typedef struct ax_pictures {
    const ax_trainer *t;
    ax_maskfile predicted;
} ax_pictures;

/* Keeps the prediction of validation image `index`, h x w, if it is one of the first images, which share one size.
   Images arrive in order. */
ax_code ax_pictures_add(ax_pictures *p, size_t index, const void *prediction, int32_t h, int32_t w, ax_err *err);
/* Writes the predictions to path, and validation.mpk if it doesn't exist. */
ax_code ax_pictures_write(ax_pictures *p, const char *path, ax_err *err);
void ax_pictures_release(ax_pictures *p);

#endif
