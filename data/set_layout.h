/* Where a data set has its images and its targets: the folders that tools and people make for them. */
#ifndef AX_DATA_SET_LAYOUT_H
#define AX_DATA_SET_LAYOUT_H

#include "engine/config/dataset.h"
#include "engine/train/source.h"

#include <limits.h>

typedef struct ax_set_layout {
    int parts;                                      /* 1, or 2: training and validation have folders of their own */
    char images[2][PATH_MAX], targets[2][PATH_MAX]; /* the same where they are side by side */
} ax_set_layout;

/* Finds images/ (or img, JPEGImages, ...) and the first of the targets' names (NULL-terminated) in the spec's folder,
   in any case, with train/ and val/ below or above them; else train/ and val/, or dir, have both side by side. With
   part=test it is test/ and not val/, and AX_EIO when there is none. */
ax_code ax_set_layout_find(ax_set_layout *l, const ax_dataset_spec *spec, const char *const *targets, ax_err *err);

#endif
