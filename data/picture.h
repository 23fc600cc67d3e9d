/* An image of a data set with its truth, before augmentation. */
#ifndef AX_DATA_PICTURE_H
#define AX_DATA_PICTURE_H

#include "data/set_source.h"

typedef struct ax_picture {
    int32_t h, w;
    uint8_t *rgb; /* {h,w,3} */
    void *truth;  /* in the format of the data set's task, for h x w */
} ax_picture;

void ax_picture_release(ax_picture *p);

/* Loads a picture; augmentation and threads are common to all sets. Thread-safe. */
typedef ax_code (*ax_picture_load)(void *set, ax_split split, uint64_t index, ax_picture *out, ax_err *err);

/* A source over pictures: sample, picture and stream are made from load. Takes ownership of the set, even on failure.
   n_train and n_val are in info; index wraps around them. */
ax_source *ax_picture_source_new(const ax_source_info *info, const ax_item_set *items, ax_picture_load load,
                                 ax_err *err);
/* The set of a source made with that load; NULL for another source. */
void *ax_picture_source_set(ax_source *s, ax_picture_load load);

#endif
