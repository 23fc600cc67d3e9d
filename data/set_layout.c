#include "data/set_layout.h"

#include "data/tree.h"

#include <stdio.h>
#include <string.h>

static const char *const image_names[] = { "images", "image", "imgs", "img", "JPEGImages", "rgb", NULL };
static const char *const part_names[2][4] = {
    [AX_SPLIT_TRAIN] = { "train", "training", NULL }, [AX_SPLIT_VAL] = { "val", "valid", "validation", NULL }
};

const char *const *ax_set_layout_part_names(ax_split split)
{
    return part_names[split];
}

/* The two folders in dir; false, and both empty: it hasn't got them. */
static bool find_two(const char *dir, const char *const *names, char *images, char *targets)
{
    if (ax_tree_child(dir, image_names, images) && ax_tree_child(dir, names, targets))
        return true;
    *images = *targets = '\0';
    return false;
}

/* Parts below images/ and targets. */
static void part_below(ax_set_layout *l)
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

void ax_set_layout_find(ax_set_layout *l, const char *dir, const char *const *targets)
{
    char part[PATH_MAX];
    *l = (ax_set_layout) { .parts = 1 };
    if (find_two(dir, targets, l->images[0], l->targets[0])) {
        part_below(l);
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
