/* People in the procedural scenes, for the pose task: one person per scene. */
#ifndef AX_DATA_SCENE_PEOPLE_H
#define AX_DATA_SCENE_PEOPLE_H

#include "data/people.h"

/* The origin of scenes: for each split, by ax_split, the series and its name. */
typedef struct ax_scene_series {
    uint64_t number[2];
    const char *name[2];
} ax_scene_series;

/* A scene without a clearly visible person is replaced by another one, always the same. */
ax_source *ax_scene_people_open(const ax_scene_series *from, size_t n_train, size_t n_val, ax_err *err);

/* Common operations of all sets of scenes (ax_source_ops.fingerprint, .files): they are generated, and no files are
   read. */
ax_code ax_scene_fingerprint(void *set, ax_fingerprint *out, ax_err *err);
ax_code ax_scene_files(void *set, ax_files *out, ax_err *err);

#endif
