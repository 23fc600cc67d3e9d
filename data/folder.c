/* folder: images and masks of the same names, in the layouts of common annotation tools. */
#include "data/classfile.h"
#include "data/set_layout.h"
#include "data/match.h"
#include "data/open.h"
#include "data/tree.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const mask_names[] = {
    "masks", "mask",         "labels",  "label", "annotations", "annotation", "SegmentationClass",
    "gt",    "ground_truth", "targets", NULL
};
/* suffixes of masks; required when images and masks share a folder */
static const char *const suffixes[] = { "",          "_mask", "-mask", "_masks", "_label", "_labels",
                                        "_labelIds", "_seg",  "_gt",   "_L",     NULL };

static ax_code read_classes(ax_pairs *p, const ax_dataset_spec *spec, const ax_set_layout *l, ax_source_info *info,
                            ax_err *err)
{
    char up[PATH_MAX], says[AX_DATASET_SPEC + 64] = "no class has it";
    snprintf(up, sizeof up, "%s", l->images[0]);
    char *slash = strrchr(up, '/');
    if (slash && slash != up && strlen(l->images[0]) > strlen(p->dir))
        *slash = '\0';
    const char *const dirs[] = { spec->argument, up, l->images[0], l->targets[0], NULL };
    ax_code code = ax_pairs_read_classes(p, spec, dirs, err);
    if (code == AX_OK && p->class_file) {
        const char *name = strrchr(p->class_file, '/');
        snprintf(says, sizeof says, "%.100s has no such class", name ? name + 1 : p->class_file);
    }
    return code == AX_OK ? ax_pairs_finish_classes(p, spec, says, info, err) : code;
}

static ax_code fill(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    const ax_matched_set set = { .target_names = mask_names,
                                 .suffix = suffixes,
                                 .beside = suffixes + 1,
                                 .is_target = ax_tree_is_picture,
                                 .none = "no images; there should be images/ and masks/, or x.jpg beside x_mask.png",
                                 .classes = read_classes };
    return ax_match_set(p, spec, &set, info, err);
}

ax_source *ax_folder_open(const ax_dataset_spec *spec, ax_err *err)
{
    return ax_pairs_open(spec, fill, err);
}
