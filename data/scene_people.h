/* People of the procedural scenes, for the pose task: one of each scene. */
#ifndef AX_DATA_SCENE_PEOPLE_H
#define AX_DATA_SCENE_PEOPLE_H

#include "data/people.h"

/* series: of the scenes of either split, by ax_split. A scene without a person that can be seen well is replaced by
   another one, always the same. */
ax_source *ax_scene_people_open(const uint64_t series[2], size_t n_train, size_t n_val, ax_err *err);

#endif
