#include "data/pairs.h"

#include "data/image.h"
#include "data/picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

ax_pairs *ax_pairs_new(const char *dir, ax_err *err)
{
    ax_pairs *p = calloc(1, sizeof *p);
    if (p && asprintf(&p->dir, "%s/", dir) >= 0)
        return p;
    free(p);
    ax_fail(err, AX_ENOMEM, "no memory for a data set");
    return NULL;
}

void ax_pairs_free(ax_pairs *p)
{
    if (!p)
        return;
    for (int split = AX_SPLIT_TRAIN; split <= AX_SPLIT_VAL; split++) {
        ax_pairlist_release(&p->list[split]);
        free(p->list_path[split]);
    }
    free(p->dir);
    free(p);
}

static void free_set(void *set)
{
    ax_pairs_free(set);
}

static ax_code remap(const ax_pairs *p, ax_picture *picture, const char *path, ax_err *err)
{
    for (size_t i = 0, w = (size_t)picture->w; i < (size_t)picture->h * w; i++) {
        uint8_t id = picture->labels[i];
        int16_t class = p->class_of[id];
        if (class == AX_PAIRS_WRONG)
            return ax_fail(err, AX_EFORMAT, "%s: id %d at x %zu, y %zu: %s", path, id, i % w, i / w, p->ids);
        picture->labels[i] = (uint8_t) class;
    }
    return AX_OK;
}

static ax_code load(void *set, ax_split split, uint64_t index, ax_picture *out, ax_err *err)
{
    const ax_pairs *p = set;
    const ax_pair *pair = &p->list[split].pair[index];
    ax_code code = ax_labelled_read(pair->image, pair->mask, out, err);
    return code == AX_OK ? remap(p, out, pair->mask, err) : code;
}

static void name(void *set, ax_split split, uint64_t index, char *out, size_t cap)
{
    const ax_pairs *p = set;
    snprintf(out, cap, "%s", p->list[split].pair[index].name);
}

/* By its name within the data set, which may have been moved. */
static ax_code add_file(const ax_pairs *p, const char *path, ax_fingerprint *out, ax_err *err)
{
    struct stat st;
    size_t n = strlen(p->dir);
    if (stat(path, &st))
        return ax_fail(err, AX_EIO, "%s: %s", path, strerror(errno));
    ax_fingerprint_add(out, strncmp(path, p->dir, n) != 0 ? path : path + n, &st);
    return AX_OK;
}

static ax_code fingerprint(void *set, ax_fingerprint *out, ax_err *err)
{
    const ax_pairs *p = set;
    ax_code code = AX_OK;
    *out = ax_fingerprint_start;
    for (int split = AX_SPLIT_TRAIN; split <= AX_SPLIT_VAL; split++) {
        ax_fingerprint_add_number(out, p->list[split].n);
        for (size_t i = 0; i < p->list[split].n && code == AX_OK; i++) {
            const ax_pair *pair = &p->list[split].pair[i];
            code = add_file(p, pair->image, out, err);
            if (code == AX_OK)
                code = add_file(p, pair->mask, out, err);
        }
    }
    return code;
}

static ax_code files(void *set, ax_files *out, ax_err *err)
{
    const ax_pairs *p = set;
    ax_code code = AX_OK;
    for (int split = AX_SPLIT_TRAIN; split <= AX_SPLIT_VAL && code == AX_OK; split++) {
        if (p->list_path[split])
            code = ax_files_read(out, p->list_path[split], err);
        for (size_t i = 0; i < p->list[split].n && code == AX_OK; i++) {
            code = ax_files_read(out, p->list[split].pair[i].image, err);
            if (code == AX_OK)
                code = ax_files_read(out, p->list[split].pair[i].mask, err);
        }
    }
    return code;
}

ax_source *ax_pairs_source(ax_pairs *p, ax_source_info *info, ax_err *err)
{
    info->n_train = p->list[AX_SPLIT_TRAIN].n;
    info->n_val = p->list[AX_SPLIT_VAL].n;
    const ax_picture_set set = { p, load, name, fingerprint, files, free_set };
    return ax_picture_source_new(info, &set, err);
}
