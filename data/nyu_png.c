/* nyu_png: folders of images and 16-bit PNG depth maps, the usual form of NYU Depth v2, listed in the folder's
   train.txt and val.txt (or test.txt). */
#include "data/open.h"
#include "data/pairs.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static ax_code read_list(ax_pairs *p, ax_split split, const char *dir, const char *name, ax_err *err)
{
    ax_code code = ax_pairlist_read(&p->list[split], dir, name, "", err);
    if (code == AX_OK && asprintf(&p->list_path[split], "%s/%s", dir, name) < 0) {
        p->list_path[split] = NULL;
        code = ax_fail(err, AX_ENOMEM, "no memory for a data set");
    }
    return code;
}

static bool has(const char *dir, const char *name)
{
    char path[PATH_MAX];
    return (size_t)snprintf(path, sizeof path, "%s/%s", dir, name) < sizeof path && !access(path, F_OK);
}

/* Validation is listed under one of the two usual names; with split= the training list suffices. */
static ax_code fill(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    const char *split = spec->option[AX_DATASET_split], *dir = spec->argument;
    const char *val = spec->test || (!has(dir, "val.txt") && has(dir, "test.txt")) ? "test.txt" : "val.txt";
    ax_code code = read_list(p, AX_SPLIT_TRAIN, dir, "train.txt", err);
    if (code == AX_OK && !split)
        code = read_list(p, AX_SPLIT_VAL, dir, val, err);
    if (code == AX_OK && split)
        code = ax_pairs_split(p, split, err);
    return code == AX_OK ? ax_pairs_are_depth(p, spec, info, err) : code;
}

ax_source *ax_nyu_png_open(const ax_dataset_spec *spec, ax_err *err)
{
    return ax_pairs_open(spec, fill, err);
}
