/* Finds the folders of images and targets in the layouts of common tools. */
#ifndef AX_DATA_SET_LAYOUT_H
#define AX_DATA_SET_LAYOUT_H

#include "engine/config/dataset.h"
#include "engine/train/source.h"

#include <limits.h>

typedef struct ax_set_layout {
    int parts;                                      /* 2: training and validation have separate folders */
    char images[2][PATH_MAX], targets[2][PATH_MAX]; /* the same when images and targets share a folder */
} ax_set_layout;

/* Finds images/ (or img, JPEGImages, ...) and the first of the targets' names (NULL-terminated) in the spec's folder,
   ignoring case, with train/ and val/ below or above them. Otherwise train/ and val/, or dir itself, hold both. With
   part=test, test/ replaces val/; AX_EIO when there is none. */
ax_code ax_set_layout_find(ax_set_layout *l, const ax_dataset_spec *spec, const char *const *targets, ax_err *err);

#endif
