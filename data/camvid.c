/* CamVid in SegNet's layout: train.txt, val.txt and test.txt in its folder, ids 0 to 10 and 11 = unlabelled. */
#include "data/open.h"
#include "data/pairs.h"

#include <stdio.h>
#include <string.h>

enum { CLASSES = 11, UNLABELLED = 11 };

static const char prefix[] = "/SegNet/CamVid/"; /* prefix of names in SegNet's published lists */

static const ax_known_class classes[CLASSES] = {
    { "sky", { 128, 128, 128 }, false },    { "building", { 128, 0, 0 }, false },
    { "pole", { 192, 192, 128 }, false },   { "road", { 128, 64, 128 }, false },
    { "pavement", { 60, 40, 222 }, false }, { "tree", { 128, 128, 0 }, false },
    { "sign", { 192, 128, 128 }, false },   { "fence", { 64, 64, 128 }, false },
    { "car", { 64, 0, 128 }, false },       { "pedestrian", { 64, 64, 0 }, false },
    { "cyclist", { 0, 128, 192 }, false },
};

static ax_code read_lists(ax_pairs *p, const ax_dataset_spec *spec, ax_err *err)
{
    const char *const list_name[] = {
        [AX_SPLIT_TRAIN] = "train.txt", [AX_SPLIT_VAL] = spec->test ? "test.txt" : "val.txt"
    };
    const char *dir = spec->argument;
    ax_code code = AX_OK;
    for (int split = AX_SPLIT_TRAIN; split <= AX_SPLIT_VAL && code == AX_OK; split++) {
        code = ax_pairlist_read(&p->list[split], dir, list_name[split], prefix, err);
        if (code == AX_OK && asprintf(&p->list_path[split], "%s/%s", dir, list_name[split]) < 0) {
            p->list_path[split] = NULL;
            code = ax_fail(err, AX_ENOMEM, "no memory for a data set");
        }
    }
    return code;
}

static ax_code fill(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    ax_code code = read_lists(p, spec, err);
    if (code == AX_OK)
        code = ax_pairs_check(p, spec, err);
    if (code == AX_OK)
        code = ax_pairs_know_classes(p, classes, CLASSES, 0, err);
    if (code == AX_OK)
        p->classes->unlabelled = UNLABELLED;
    return code == AX_OK ? ax_pairs_finish_classes(p, spec, "CamVid's ids are 0 to 10, and 11 = unlabelled", info, err)
                         : code;
}

ax_source *ax_camvid_open(const ax_dataset_spec *spec, ax_err *err)
{
    return ax_pairs_open(spec, fill, err);
}
