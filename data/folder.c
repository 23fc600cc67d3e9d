/* folder: images and masks with the same names, in any of the layouts that tools for drawing masks write. */
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
/* of masks behind the images' stems; side by side they need one */
static const char *const suffixes[] = { "",          "_mask", "-mask", "_masks", "_label", "_labels",
                                        "_labelIds", "_seg",  "_gt",   "_L",     NULL };

static ax_code add_part(ax_pairs *p, const ax_set_layout *l, int part, ax_err *err)
{
    bool beside = !strcmp(l->images[part], l->targets[part]);
    const ax_match m = { .images = l->images[part],
                         .targets = l->targets[part],
                         .image_suffix = "",
                         .suffix = suffixes + beside,
                         .is_target = ax_tree_is_picture };
    return ax_match_add(p, &p->list[part], &m, err);
}

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
    ax_set_layout *l = malloc(sizeof *l);
    if (!l)
        return ax_fail(err, AX_ENOMEM, "no memory for a data set");
    ax_code code = ax_set_layout_find(l, spec, mask_names, err);
    for (int part = 0; part < l->parts && code == AX_OK; part++)
        code = add_part(p, l, part, err);
    if (code == AX_OK && !p->list[0].n && !p->list[1].n && !p->orphan.n)
        code = ax_fail(err, AX_EFORMAT, "%s: no images; there should be images/ and masks/, or x.jpg beside x_mask.png",
                       spec->argument);
    if (code == AX_OK)
        code = ax_match_check(p, spec, err);
    if (code == AX_OK)
        code = ax_pairs_part(p, spec, l->parts == 2, err);
    if (code == AX_OK)
        code = ax_pairs_check(p, spec, err);
    if (code == AX_OK)
        code = read_classes(p, spec, l, info, err);
    free(l);
    return code;
}

ax_source *ax_folder_open(const ax_dataset_spec *spec, ax_err *err)
{
    return ax_pairs_open(spec, fill, err);
}
