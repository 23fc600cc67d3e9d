/* CamVid in SegNet's layout. */
#ifndef AX_DATA_CAMVID_H
#define AX_DATA_CAMVID_H

#include "engine/train/source.h"

/* dir holds train.txt and val.txt (pairlist.h; the prefix /SegNet/CamVid/ stands for dir). Ids 0-10 are classes, 11 is
   unlabelled. Both lists are read and every named file is looked for at once; pictures when asked for. */
ax_source *ax_camvid_open(const char *dir, ax_err *err);

#endif
