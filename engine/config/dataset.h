/* The data sets that --data can name, a row each: it makes --help, the manual's table, completion and messages, and
   data/open.c opens what it names. */
#ifndef AX_CONFIG_DATASET_H
#define AX_CONFIG_DATASET_H

#include "engine/base/str.h"

#include <stdbool.h>

/* name (data/ has its ax_NAME_open), its argument's form, whether that names files, what it is */
#define AX_DATASET_LIST(X)                                                                                             \
    X(scenes, "[:TRAIN,VAL]", false, "street scenes that the program draws itself; how many of them")                  \
    X(camvid, ":DIR", true, "SegNet's CamVid: DIR/train.txt and DIR/val.txt list images and masks")                    \
    X(list, ":FILE[,VAL]", true, "lists of images and masks; without VAL every tenth line is for validation")

typedef struct ax_dataset {
    const char *name, *argument, *doc;
    bool files;
} ax_dataset;
/* The i-th data set; NULL past the end. */
const ax_dataset *ax_dataset_at(int i);
/* The data set that a spec "NAME" or "NAME:ARGUMENT" means, NULL = none; *argument is what stands behind the colon,
   NULL without one. */
const ax_dataset *ax_dataset_of(const char *spec, const char **argument);
/* A line per data set, for --help. */
void ax_dataset_help(ax_str *out);
/* "scenes[:TRAIN,VAL], camvid:DIR, ..." for messages. */
void ax_dataset_forms(ax_str *out);

#endif
