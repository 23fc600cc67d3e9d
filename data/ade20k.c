/* ade20k: the 150 classes of the scene parsing benchmark; id 0 (everything else) is unlabelled. */
#include "data/match.h"
#include "data/open.h"
#include "data/tree.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { CLASSES = 150 };

static const char *const names[CLASSES] = {
    "wall",
    "building",
    "sky",
    "floor",
    "tree",
    "ceiling",
    "road",
    "bed",
    "windowpane",
    "grass",
    "cabinet",
    "sidewalk",
    "person",
    "earth",
    "door",
    "table",
    "mountain",
    "plant",
    "curtain",
    "chair",
    "car",
    "water",
    "painting",
    "sofa",
    "shelf",
    "house",
    "sea",
    "mirror",
    "rug",
    "field",
    "armchair",
    "seat",
    "fence",
    "desk",
    "rock",
    "wardrobe",
    "lamp",
    "bathtub",
    "railing",
    "cushion",
    "base",
    "box",
    "column",
    "signboard",
    "chest of drawers",
    "counter",
    "sand",
    "sink",
    "skyscraper",
    "fireplace",
    "refrigerator",
    "grandstand",
    "path",
    "stairs",
    "runway",
    "case",
    "pool table",
    "pillow",
    "screen door",
    "stairway",
    "river",
    "bridge",
    "bookcase",
    "blind",
    "coffee table",
    "toilet",
    "flower",
    "book",
    "hill",
    "bench",
    "countertop",
    "stove",
    "palm",
    "kitchen island",
    "computer",
    "swivel chair",
    "boat",
    "bar",
    "arcade machine",
    "hovel",
    "bus",
    "towel",
    "light",
    "truck",
    "tower",
    "chandelier",
    "awning",
    "streetlight",
    "booth",
    "television receiver",
    "airplane",
    "dirt track",
    "apparel",
    "pole",
    "land",
    "bannister",
    "escalator",
    "ottoman",
    "bottle",
    "buffet",
    "poster",
    "stage",
    "van",
    "ship",
    "fountain",
    "conveyer belt",
    "canopy",
    "washer",
    "plaything",
    "swimming pool",
    "stool",
    "barrel",
    "basket",
    "waterfall",
    "tent",
    "bag",
    "minibike",
    "cradle",
    "oven",
    "ball",
    "food",
    "step",
    "tank",
    "trade name",
    "microwave",
    "pot",
    "animal",
    "bicycle",
    "lake",
    "dishwasher",
    "screen",
    "blanket",
    "sculpture",
    "hood",
    "sconce",
    "vase",
    "traffic light",
    "tray",
    "ashcan",
    "fan",
    "pier",
    "crt screen",
    "plate",
    "monitor",
    "bulletin board",
    "shower",
    "radiator",
    "glass",
    "clock",
    "flag",
};

static ax_code add_classes(ax_pairs *p, ax_err *err)
{
    static const ax_known_class other = { "other", { 0, 0, 0 }, true };
    ax_code code = ax_pairs_know_classes(p, &other, 1, 0, err);
    for (int i = 0; i < CLASSES && code == AX_OK; i++)
        code = ax_classes_add(p->classes, names[i], strlen(names[i]), i + 1, -1, err);
    return code;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static ax_code fill(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    static const char *const suffix[] = { "", NULL };
    static const char *const part[] = { [AX_SPLIT_TRAIN] = "training", [AX_SPLIT_VAL] = "validation" };
    char below[PATH_MAX];
    ax_code code = AX_OK;
    if ((size_t)snprintf(below, sizeof below, "%s/ADEChallengeData2016", spec->argument) >= sizeof below - 64)
        return ax_fail(err, AX_EINVAL, "%s: name is too long", spec->argument);
    const char *root = is_folder(below) ? below : spec->argument;
    for (int s = AX_SPLIT_TRAIN; s <= AX_SPLIT_VAL && code == AX_OK; s++) {
        char images[PATH_MAX + 32], targets[PATH_MAX + 32];
        snprintf(images, sizeof images, "%s/images/%s", root, part[s]);
        snprintf(targets, sizeof targets, "%s/annotations/%s", root, part[s]);
        const ax_match m = { images, targets, "", suffix, ax_tree_is_picture, false };
        code = ax_match_add(p, &p->list[s], &m, err);
    }
    return code == AX_OK ? ax_match_known(p, spec, add_classes, "ADE20K's ids are 0 to 150", info, err) : code;
}

ax_source *ax_ade20k_open(const ax_dataset_spec *spec, ax_err *err)
{
    return ax_pairs_open(spec, fill, err);
}
