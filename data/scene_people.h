/* People of the procedural scenes, for the pose task: one of each scene. */
#ifndef AX_DATA_SCENE_PEOPLE_H
#define AX_DATA_SCENE_PEOPLE_H

#include "data/people.h"

/* Where scenes come from: of either split, by ax_split, the series and its name. */
typedef struct ax_scene_series {
    uint64_t number[2];
    const char *name[2];
} ax_scene_series;

/* A scene without a person that can be seen well is replaced by another
   one, always the same. */
ax_source *ax_scene_people_open(const ax_scene_series *from, size_t n_train, size_t n_val, ax_err *err);

/* The ends of every set of scenes (ax_source_ops.fingerprint, .files): the program makes them, and reads no files. */
ax_code ax_scene_fingerprint(void *set, ax_fingerprint *out, ax_err *err);
ax_code ax_scene_files(void *set, ax_files *out, ax_err *err);

#endif
