/* cityscapes: leftImg8bit/ and gtFine/ with all ids, of which 19 are trained and the others unlabelled. */
#include "data/match.h"
#include "data/open.h"
#include "data/tree.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ax_known_class classes[] = {
    { "unlabeled", { 0, 0, 0 }, true },
    { "ego vehicle", { 0, 0, 1 }, true },
    { "rectification border", { 0, 0, 2 }, true },
    { "out of roi", { 0, 0, 3 }, true },
    { "static", { 0, 0, 4 }, true },
    { "dynamic", { 111, 74, 0 }, true },
    { "ground", { 81, 0, 81 }, true },
    { "road", { 128, 64, 128 }, false },
    { "sidewalk", { 244, 35, 232 }, false },
    { "parking", { 250, 170, 160 }, true },
    { "rail track", { 230, 150, 140 }, true },
    { "building", { 70, 70, 70 }, false },
    { "wall", { 102, 102, 156 }, false },
    { "fence", { 190, 153, 153 }, false },
    { "guard rail", { 180, 165, 180 }, true },
    { "bridge", { 150, 100, 100 }, true },
    { "tunnel", { 150, 120, 90 }, true },
    { "pole", { 153, 153, 153 }, false },
    { "polegroup", { 153, 153, 154 }, true },
    { "traffic light", { 250, 170, 30 }, false },
    { "traffic sign", { 220, 220, 0 }, false },
    { "vegetation", { 107, 142, 35 }, false },
    { "terrain", { 152, 251, 152 }, false },
    { "sky", { 70, 130, 180 }, false },
    { "person", { 220, 20, 60 }, false },
    { "rider", { 255, 0, 0 }, false },
    { "car", { 0, 0, 142 }, false },
    { "truck", { 0, 0, 70 }, false },
    { "bus", { 0, 60, 100 }, false },
    { "caravan", { 0, 0, 90 }, true },
    { "trailer", { 0, 0, 110 }, true },
    { "train", { 0, 80, 100 }, false },
    { "motorcycle", { 0, 0, 230 }, false },
    { "bicycle", { 119, 11, 32 }, false },
};
enum { CLASSES = sizeof classes / sizeof *classes };

static bool is_label_ids(const char *name)
{
    static const char end[] = "_labelIds.png";
    size_t n = strlen(name);
    return n > sizeof end - 1 && !strcmp(name + n - (sizeof end - 1), end);
}

static ax_code add_classes(ax_pairs *p, ax_err *err)
{
    return ax_pairs_know_classes(p, classes, CLASSES, 0, err);
}

static ax_code fill(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    static const char *const suffix[] = { "_gtFine_labelIds", "_gtCoarse_labelIds", NULL };
    const char *const part[] = { [AX_SPLIT_TRAIN] = "train", [AX_SPLIT_VAL] = spec->test ? "test" : "val" };
    ax_code code = AX_OK;
    for (int s = AX_SPLIT_TRAIN; s <= AX_SPLIT_VAL && code == AX_OK; s++) {
        char images[PATH_MAX], targets[PATH_MAX];
        if ((size_t)snprintf(images, sizeof images, "%s/leftImg8bit/%s", spec->argument, part[s]) >= sizeof images ||
            (size_t)snprintf(targets, sizeof targets, "%s/gtFine/%s", spec->argument, part[s]) >= sizeof targets)
            return ax_fail(err, AX_EINVAL, "%s: name is too long", spec->argument);
        const ax_match m = { images, targets, "_leftImg8bit", suffix, is_label_ids, false };
        code = ax_match_add(p, &p->list[s], &m, err);
    }
    return code == AX_OK ? ax_match_known(p, spec, add_classes, "Cityscapes' ids are 0 to 33", info, err) : code;
}

ax_source *ax_cityscapes_open(const ax_dataset_spec *spec, ax_err *err)
{
    return ax_pairs_open(spec, fill, err);
}
