/* CamVid in SegNet's layout: train.txt and val.txt in its folder, ids 0 to 10 and 11 = unlabelled. */
#include "data/open.h"
#include "data/pairs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CLASSES = 11, UNLABELLED = 11 };

static const char *const list_name[] = { [AX_SPLIT_TRAIN] = "train.txt", [AX_SPLIT_VAL] = "val.txt" };
static const char prefix[] = "/SegNet/CamVid/"; /* of the names in the lists that SegNet published */

static const struct {
    const char *name;
    uint8_t color[3];
} classes[CLASSES] = {
    { "sky", { 128, 128, 128 } },    { "building", { 128, 0, 0 } },   { "pole", { 192, 192, 128 } },
    { "road", { 128, 64, 128 } },    { "pavement", { 60, 40, 222 } }, { "tree", { 128, 128, 0 } },
    { "sign", { 192, 128, 128 } },   { "fence", { 64, 64, 128 } },    { "car", { 64, 0, 128 } },
    { "pedestrian", { 64, 64, 0 } }, { "cyclist", { 0, 128, 192 } },
};

static ax_code read_lists(ax_pairs *p, const char *dir, ax_err *err)
{
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

static ax_code fill_in(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    ax_code code = (p->classes = ax_classes_new(err)) ? AX_OK : AX_ENOMEM;
    for (int i = 0; i < CLASSES && code == AX_OK; i++) {
        const uint8_t *c = classes[i].color;
        code =
            ax_classes_add(p->classes, classes[i].name, strlen(classes[i].name), i, c[0] << 16 | c[1] << 8 | c[2], err);
    }
    if (code == AX_OK)
        p->classes->unlabelled = UNLABELLED;
    return code == AX_OK ? ax_pairs_finish_classes(p, spec, "CamVid's ids are 0 to 10, and 11 = unlabelled", info, err)
                         : code;
}

ax_source *ax_camvid_open(const ax_dataset_spec *spec, ax_err *err)
{
    const char *dir = spec->argument;
    struct stat st;
    int missing = stat(dir, &st);
    if (missing || !S_ISDIR(st.st_mode)) {
        ax_fail(err, AX_EIO, "camvid:%s: %s", dir, missing ? strerror(errno) : "not a directory");
        return NULL;
    }
    ax_pairs *p = ax_pairs_new(dir, err);
    ax_source_info *info = p ? calloc(1, sizeof *info) : NULL;
    ax_source *s = NULL;
    if (p && !info)
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
    if (info && read_lists(p, dir, err) == AX_OK && fill_in(p, spec, info, err) == AX_OK) {
        s = ax_pairs_source(p, info, err);
        p = NULL;
    }
    ax_pairs_free(p);
    free(info);
    return s;
}
