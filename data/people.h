/* Data sets of people with key points: a sample is a person, cut out of its image by the pose task's protocol. */
#ifndef AX_DATA_PEOPLE_H
#define AX_DATA_PEOPLE_H

#include "engine/train/source.h"
#include "engine/task/pose/truth.h"

/* A person and the image that it is in, as stored (COCO's and MPII's annotations are in stored pixels). */
typedef struct ax_people_one {
    int32_t h, w;
    const uint8_t *rgb;  /* {h,w,3} */
    uint8_t *owned;      /* rgb, which the caller frees; NULL: the set keeps it */
    ax_pose_truth truth; /* all but `point` and `number` */
} ax_people_one;

/* Person `index` of a split. Safe from several threads. */
typedef ax_code (*ax_people_load)(void *set, ax_split split, uint64_t index, ax_people_one *out, ax_err *err);

typedef struct ax_people_set {
    void *set;
    const ax_skeleton *skeleton;
    double scale, rotation; /* of the augmentation: standard deviations, relative and in degrees */
    ax_people_load load;
    void (*name)(void *set, ax_split split, uint64_t index, char *out, size_t cap); /* as ax_source_ops.name */
    ax_code (*fingerprint)(void *set, ax_fingerprint *out, ax_err *err);            /* as ax_source_ops.fingerprint */
    ax_code (*files)(void *set, ax_files *out, ax_err *err);                        /* as ax_source_ops.files */
    void (*free_set)(void *set);
    void (*keep)(void *set, size_t bytes); /* as ax_source_ops.keep, NULL = no image stays */
} ax_people_set;

/* A source of n_train and n_val persons. Takes what->set, also when it fails. */
ax_source *ax_people_source_new(size_t n_train, size_t n_val, const ax_people_set *what, ax_err *err);
/* The set of a source that was made so with that load; NULL of another. */
void *ax_people_source_set(ax_source *s, ax_people_load load);

#endif
