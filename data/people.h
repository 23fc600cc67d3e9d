/* Data sets of people with key points: a sample is a person, cut from its image by the pose task's protocol. */
#ifndef AX_DATA_PEOPLE_H
#define AX_DATA_PEOPLE_H

#include "data/set_source.h"
#include "engine/task/pose/truth.h"

/* A person and its image, in stored orientation (like annotations of COCO and MPII). */
typedef struct ax_people_one {
    int32_t h, w;
    const uint8_t *rgb;  /* {h,w,3} */
    uint8_t *owned;      /* rgb, to be freed by the caller; NULL: the set keeps it */
    ax_pose_truth truth; /* all members but `point` and `number` */
} ax_people_one;

/* Loads person `index` of a split. Thread-safe. */
typedef ax_code (*ax_people_load)(void *set, ax_split split, uint64_t index, ax_people_one *out, ax_err *err);

/* How the persons of a set are loaded and changed. */
typedef struct ax_people_set {
    const ax_skeleton *skeleton;
    double scale, rotation; /* augmentation: standard deviations, relative and in degrees */
    ax_people_load load;
    void (*keep)(void *set, size_t bytes); /* see ax_source_ops.keep; NULL = no image is kept */
} ax_people_set;

/* Makes a source of n_train and n_val persons. Takes ownership of the set, even on failure. */
ax_source *ax_people_source_new(size_t n_train, size_t n_val, const ax_item_set *items, const ax_people_set *what,
                                ax_err *err);
/* The set of a source made with that load; NULL for another source. */
void *ax_people_source_set(ax_source *s, ax_people_load load);

#endif
