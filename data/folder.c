/* folder: images and masks with the same names, in any of the layouts that tools for drawing masks write. */
#include "data/classfile.h"
#include "data/match.h"
#include "data/open.h"
#include "data/tree.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const image_names[] = { "images", "image", "imgs", "img", "JPEGImages", "rgb", NULL };
static const char *const mask_names[] = {
    "masks", "mask",         "labels",  "label", "annotations", "annotation", "SegmentationClass",
    "gt",    "ground_truth", "targets", NULL
};
static const char *const split_names[2][4] = {
    [AX_SPLIT_TRAIN] = { "train", "training", NULL }, [AX_SPLIT_VAL] = { "val", "valid", "validation", NULL }
};
/* of masks behind the images' stems; side by side they need one */
static const char *const suffixes[] = { "",          "_mask", "-mask", "_masks", "_label", "_labels",
                                        "_labelIds", "_seg",  "_gt",   "_L",     NULL };

/* Where images and masks are: of the whole set, or of its two parts. */
typedef struct layout {
    int parts; /* 1 or 2 */
    char images[2][PATH_MAX], masks[2][PATH_MAX];
} layout;

/* The two folders in dir; false, and both empty: it hasn't got them. */
static bool find_two(const char *dir, char *images, char *masks)
{
    if (ax_tree_child(dir, image_names, images) && ax_tree_child(dir, mask_names, masks))
        return true;
    *images = *masks = '\0';
    return false;
}

/* Parts below images/ and masks/. */
static void part_below(layout *l)
{
    char path[4][PATH_MAX];
    for (int s = AX_SPLIT_TRAIN; s <= AX_SPLIT_VAL; s++)
        if (!ax_tree_child(l->images[0], split_names[s], path[s]) ||
            !ax_tree_child(l->masks[0], split_names[s], path[2 + s]))
            return;
    for (int s = AX_SPLIT_TRAIN; s <= AX_SPLIT_VAL; s++) {
        memcpy(l->images[s], path[s], PATH_MAX);
        memcpy(l->masks[s], path[2 + s], PATH_MAX);
    }
    l->parts = 2;
}

static void find_layout(layout *l, const char *dir)
{
    char part[PATH_MAX];
    *l = (layout) { .parts = 1 };
    if (find_two(dir, l->images[0], l->masks[0])) {
        part_below(l);
        return;
    }
    for (int s = AX_SPLIT_TRAIN; s <= AX_SPLIT_VAL; s++) {
        if (!ax_tree_child(dir, split_names[s], part))
            break;
        if (!find_two(part, l->images[s], l->masks[s])) {
            memcpy(l->images[s], part, PATH_MAX);
            memcpy(l->masks[s], part, PATH_MAX);
        }
        l->parts = s + 1;
    }
    if (!l->images[0][0]) {
        snprintf(l->images[0], PATH_MAX, "%s", dir);
        snprintf(l->masks[0], PATH_MAX, "%s", dir);
    }
}

static ax_code add_part(ax_pairs *p, const layout *l, int part, ax_err *err)
{
    bool beside = !strcmp(l->images[part], l->masks[part]);
    const ax_match m = { .images = l->images[part],
                         .targets = l->masks[part],
                         .image_suffix = "",
                         .suffix = suffixes + beside,
                         .is_target = ax_tree_is_picture };
    return ax_match_add(p, &p->list[part], &m, err);
}

static ax_code read_classes(ax_pairs *p, const ax_dataset_spec *spec, const layout *l, ax_source_info *info,
                            ax_err *err)
{
    char up[PATH_MAX], says[AX_DATASET_SPEC + 64] = "no class has it";
    snprintf(up, sizeof up, "%s", l->images[0]);
    char *slash = strrchr(up, '/');
    if (slash && slash != up && strlen(l->images[0]) > strlen(p->dir))
        *slash = '\0';
    const char *const dirs[] = { spec->argument, up, l->images[0], l->masks[0], NULL };
    ax_code code = ax_pairs_read_classes(p, spec, dirs, err);
    if (code == AX_OK && p->n_files) {
        const char *name = strrchr(p->file[0], '/');
        snprintf(says, sizeof says, "%.100s has no such class", name ? name + 1 : p->file[0]);
    }
    return code == AX_OK ? ax_pairs_finish_classes(p, spec, says, info, err) : code;
}

static ax_code fill(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    const char *split = spec->option[AX_DATASET_split];
    layout *l = malloc(sizeof *l);
    if (!l)
        return ax_fail(err, AX_ENOMEM, "no memory for a data set");
    find_layout(l, spec->argument);
    ax_code code = AX_OK;
    for (int part = 0; part < l->parts && code == AX_OK; part++)
        code = add_part(p, l, part, err);
    if (code == AX_OK && !p->list[0].n && !p->list[1].n && !p->orphan.n)
        code = ax_fail(err, AX_EFORMAT, "%s: no images; there should be images/ and masks/, or x.jpg beside x_mask.png",
                       spec->argument);
    if (code == AX_OK)
        code = ax_match_check(p, spec, err);
    bool enough = !spec->inspect || p->list[0].n + p->list[1].n > 1; /* who inspects is told of the orphans */
    if (code == AX_OK && enough && (split || l->parts < 2))
        code = ax_pairs_split(p, split ? split : "90/10", err);
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
