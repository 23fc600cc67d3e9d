#include "data/camvid.h"

#include "data/image.h"
#include "data/pairlist.h"
#include "data/picture.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CLASSES = 11, UNLABELLED = 11, IGNORE = 255 };

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

typedef struct camvid {
    char *dir;           /* with a slash at its end */
    ax_pairlist list[2]; /* per ax_split */
} camvid;

static void free_set(void *set)
{
    camvid *c = set;
    ax_pairlist_release(&c->list[AX_SPLIT_TRAIN]);
    ax_pairlist_release(&c->list[AX_SPLIT_VAL]);
    free(c->dir);
    free(c);
}

static ax_code remap(ax_picture *p, const char *path, ax_err *err)
{
    for (size_t i = 0; i < (size_t)p->h * (size_t)p->w; i++) {
        uint8_t id = p->labels[i];
        if (id > UNLABELLED)
            return ax_fail(err, AX_EFORMAT, "%s: id %d at x %zu, y %zu: CamVid's ids are 0 to 10, and 11 = unlabelled",
                           path, id, i % (size_t)p->w, i / (size_t)p->w);
        if (id == UNLABELLED)
            p->labels[i] = IGNORE;
    }
    return AX_OK;
}

static ax_code load(void *set, ax_split split, uint64_t index, ax_picture *out, ax_err *err)
{
    const camvid *c = set;
    const ax_pair *p = &c->list[split].pair[index];
    ax_code code = ax_labelled_read(p->image, p->mask, out, err);
    return code == AX_OK ? remap(out, p->mask, err) : code;
}

static void name(void *set, ax_split split, uint64_t index, char *out, size_t cap)
{
    const camvid *c = set;
    snprintf(out, cap, "%s", c->list[split].pair[index].name);
}

/* By its name within the data set, which may have been moved. */
static ax_code add_file(const camvid *c, const char *path, ax_fingerprint *out, ax_err *err)
{
    struct stat st;
    size_t n = strlen(c->dir);
    if (stat(path, &st))
        return ax_fail(err, AX_EIO, "%s: %s", path, strerror(errno));
    ax_fingerprint_add(out, strncmp(path, c->dir, n) != 0 ? path : path + n, &st);
    return AX_OK;
}

static ax_code fingerprint(void *set, ax_fingerprint *out, ax_err *err)
{
    const camvid *c = set;
    ax_code code = AX_OK;
    *out = ax_fingerprint_start;
    for (int split = AX_SPLIT_TRAIN; split <= AX_SPLIT_VAL; split++) {
        ax_fingerprint_add_number(out, c->list[split].n);
        for (size_t i = 0; i < c->list[split].n && code == AX_OK; i++) {
            const ax_pair *p = &c->list[split].pair[i];
            code = add_file(c, p->image, out, err);
            if (code == AX_OK)
                code = add_file(c, p->mask, out, err);
        }
    }
    return code;
}

static ax_code files(void *set, ax_files *out, ax_err *err)
{
    const camvid *c = set;
    ax_code code = AX_OK;
    for (int split = AX_SPLIT_TRAIN; split <= AX_SPLIT_VAL && code == AX_OK; split++) {
        char list[PATH_MAX];
        if ((size_t)snprintf(list, sizeof list, "%s%s", c->dir, list_name[split]) < sizeof list)
            code = ax_files_read(out, list, err);
        for (size_t i = 0; i < c->list[split].n && code == AX_OK; i++) {
            code = ax_files_read(out, c->list[split].pair[i].image, err);
            if (code == AX_OK)
                code = ax_files_read(out, c->list[split].pair[i].mask, err);
        }
    }
    return code;
}

ax_source *ax_camvid_open(const char *dir, ax_err *err)
{
    struct stat st;
    int missing = stat(dir, &st);
    if (missing || !S_ISDIR(st.st_mode)) {
        ax_fail(err, AX_EIO, "camvid:%s: %s", dir, missing ? strerror(errno) : "not a directory");
        return NULL;
    }
    camvid *c = calloc(1, sizeof *c);
    if (!c || asprintf(&c->dir, "%s/", dir) < 0) {
        free(c);
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
        return NULL;
    }
    if (ax_pairlist_read(&c->list[AX_SPLIT_TRAIN], dir, list_name[AX_SPLIT_TRAIN], prefix, err) != AX_OK ||
        ax_pairlist_read(&c->list[AX_SPLIT_VAL], dir, list_name[AX_SPLIT_VAL], prefix, err) != AX_OK) {
        free_set(c);
        return NULL;
    }
    ax_source_info *info = calloc(1, sizeof *info);
    if (!info) {
        free_set(c);
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
        return NULL;
    }
    info->n_train = c->list[AX_SPLIT_TRAIN].n;
    info->n_val = c->list[AX_SPLIT_VAL].n;
    info->classes = CLASSES;
    for (int i = 0; i < CLASSES; i++) {
        snprintf(info->name[i], AX_CLASS_NAME, "%s", classes[i].name);
        memcpy(info->color[i], classes[i].color, 3);
    }
    ax_source *s = ax_picture_source_new(info, &(ax_picture_set) { c, load, name, fingerprint, files, free_set }, err);
    free(info);
    return s;
}
