/* An image of a data set with its truth, before augmentation. */
#ifndef AX_DATA_PICTURE_H
#define AX_DATA_PICTURE_H

#include "engine/base/err.h"
#include "engine/train/source.h"

typedef struct ax_picture {
    int32_t h, w;
    uint8_t *rgb; /* {h,w,3} */
    void *truth;  /* in the format of the data set's task, for h x w */
} ax_picture;

void ax_picture_release(ax_picture *p);

/* The operations of a data set; augmentation and threads are common to all. Thread-safe. */
typedef ax_code (*ax_picture_load)(void *set, ax_split split, uint64_t index, ax_picture *out, ax_err *err);

typedef struct ax_picture_set {
    void *set;
    ax_picture_load load;
    void (*name)(void *set, ax_split split, uint64_t index, char *out, size_t cap); /* see ax_source_ops.name */
    ax_code (*fingerprint)(void *set, ax_fingerprint *out, ax_err *err);            /* see ax_source_ops.fingerprint */
    ax_code (*files)(void *set, ax_files *out, ax_err *err);                        /* see ax_source_ops.files */
    void (*free_set)(void *set);
} ax_picture_set;

/* A source over pictures: sample, picture and stream are made from load. Takes ownership of what; free_set frees the
   set on close. n_train and n_val are in info; index wraps around them. */
ax_source *ax_picture_source_new(const ax_source_info *info, const ax_picture_set *what, ax_err *err);
/* The set of a source made with that load; NULL for another source. */
void *ax_picture_source_set(ax_source *s, ax_picture_load load);

#endif
