/* Where a data set has its images and its targets: the folders that tools and people make for them. */
#ifndef AX_DATA_SET_LAYOUT_H
#define AX_DATA_SET_LAYOUT_H

#include "engine/train/source.h"

#include <limits.h>

typedef struct ax_set_layout {
    int parts;                                      /* 1, or 2: training and validation have folders of their own */
    char images[2][PATH_MAX], targets[2][PATH_MAX]; /* the same where they lie side by side */
} ax_set_layout;

/* Finds images/ (or img, JPEGImages, ...) and the first of the targets' names (NULL-terminated) in dir, in any case,
   with train/ and val/ below or above them; else train/ and val/, or dir, have both side by side. */
void ax_set_layout_find(ax_set_layout *l, const char *dir, const char *const *targets);
/* Names of the folder of a part, NULL-terminated: "train", "training"; "val", ... */
const char *const *ax_set_layout_part_names(ax_split split);

#endif
