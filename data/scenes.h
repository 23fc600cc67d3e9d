/* The built-in data set: procedural street scenes (data/scene.h) as a source. */
#ifndef AX_DATA_SCENES_H
#define AX_DATA_SCENES_H

#include "engine/train/source.h"

/* spec: "scenes" (1024 training and 256 validation images) or "scenes:TRAIN,VAL". Image i of a split is always the
   same, whatever the counts. Errors: AX_EINVAL, AX_ENOMEM. */
ax_source *ax_scenes_open(const char *spec, ax_err *err);

#endif
