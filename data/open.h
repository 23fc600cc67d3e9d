/* Data sets by their spec. */
#ifndef AX_DATA_OPEN_H
#define AX_DATA_OPEN_H

#include "engine/train/source.h"

/* "scenes", "scenes:TRAIN,VAL" (how many images), "camvid:DIR". AX_EINVAL for an unknown spec lists what there is;
   a data set that isn't whole says which file and why. Close with source->ops->close. */
ax_source *ax_source_open(const char *spec, ax_err *err);

#endif
