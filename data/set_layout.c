#include "data/set_layout.h"

#include "data/tree.h"

#include <stdio.h>
#include <string.h>

static const char *const image_names[] = { "images", "image", "imgs", "img", "JPEGImages", "rgb", NULL };
static const char *const train_names[] = { "train", "training", NULL };
static const char *const val_names[] = { "val", "valid", "validation", NULL };
static const char *const test_names[] = { "test", "testing", NULL };

/* Finds the two folders in dir; false, with both empty: missing. */
static bool find_two(const char *dir, const char *const *names, char *images, char *targets)
{
    if (ax_tree_child(dir, image_names, images) && ax_tree_child(dir, names, targets))
        return true;
    *images = *targets = '\0';
    return false;
}

/* Splits below images/ and targets. */
static void part_below(ax_set_layout *l, const char *const *const part_names[2])
{
    char path[4][PATH_MAX];
    for (int s = AX_SPLIT_TRAIN; s <= AX_SPLIT_VAL; s++)
        if (!ax_tree_child(l->images[0], part_names[s], path[s]) ||
            !ax_tree_child(l->targets[0], part_names[s], path[2 + s]))
            return;
    for (int s = AX_SPLIT_TRAIN; s <= AX_SPLIT_VAL; s++) {
        memcpy(l->images[s], path[s], PATH_MAX);
        memcpy(l->targets[s], path[2 + s], PATH_MAX);
    }
    l->parts = 2;
}

static void find(ax_set_layout *l, const char *dir, const char *const *const part_names[2], const char *const *targets)
{
    char part[PATH_MAX];
    *l = (ax_set_layout) { .parts = 1 };
    if (find_two(dir, targets, l->images[0], l->targets[0])) {
        part_below(l, part_names);
        return;
    }
    for (int s = AX_SPLIT_TRAIN; s <= AX_SPLIT_VAL; s++) {
        if (!ax_tree_child(dir, part_names[s], part))
            break;
        if (!find_two(part, targets, l->images[s], l->targets[s])) {
            memcpy(l->images[s], part, PATH_MAX);
            memcpy(l->targets[s], part, PATH_MAX);
        }
        l->parts = s + 1;
    }
    if (!l->images[0][0]) {
        snprintf(l->images[0], PATH_MAX, "%s", dir);
        snprintf(l->targets[0], PATH_MAX, "%s", dir);
    }
}

ax_code ax_set_layout_find(ax_set_layout *l, const ax_dataset_spec *spec, const char *const *targets, ax_err *err)
{
    const char *const *const names[2] = { train_names, spec->test ? test_names : val_names };
    find(l, spec->argument, names, targets);
    if (spec->test && l->parts < 2)
        return ax_fail(err, AX_EIO, "%s: no test images: folders train/ and test/", spec->argument);
    return AX_OK;
}
