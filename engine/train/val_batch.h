/* The inputs of a validation's plan: taps from the cache or from the device's own copy of them, or images. */
#ifndef AX_TRAIN_VAL_BATCH_H
#define AX_TRAIN_VAL_BATCH_H

#include "engine/graph/plan.h"
#include "engine/train/trainer.h"

typedef struct ax_val_batch {
    ax_trainer *t;           /* borrowed, as plan */
    int32_t n, h, w;         /* batch and image size of the plan */
    bool images;             /* the plan reads "image" {n,h,w,3}, not taps */
    float *tap[AX_MAX_TAPS]; /* on the host: either these ... */
    float *image;            /* ... or this, ... */
    ax_gather at_once;       /* or the device gathers the batch: parts = 0 otherwise */
    uint32_t *index, *place; /* that it gathers by: n, on the device and on the host */
} ax_val_batch;

/* Allocates inputs and gives them to the plan. first: the first image that will be in a batch. Close it in any case,
   after the plan. */
ax_code ax_val_batch_open(ax_val_batch *b, ax_plan *plan, size_t first, ax_err *err);
void ax_val_batch_close(ax_val_batch *b);
/* Makes the inputs those of `done` images, the first of which is image `first`. stream: where images come from. */
ax_code ax_val_batch_fill(ax_val_batch *b, size_t first, size_t done, void *stream, ax_err *err);
/* Makes them those of the same images mirrored. */
ax_code ax_val_batch_mirror(ax_val_batch *b, size_t first, size_t done, ax_err *err);

#endif
