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
    for (int i = 0; i < p->n_files; i++)
        free(p->file[i]);
    ax_pairlist_release(&p->orphan);
    ax_classes_free(p->classes);
    free(p->class_file);
    if (p->free_more)
        p->free_more(p->more);
    free(p->dir);
    free(p);
}

ax_code ax_pairs_note(ax_pairs *p, const char *path, ax_err *err)
{
    char *copy = p->n_files < AX_PAIRS_FILES ? strdup(path) : NULL;
    if (!copy)
        return ax_fail(err, AX_ENOMEM, "no memory for a data set");
    p->file[p->n_files++] = copy;
    return AX_OK;
}

ax_code ax_pairs_add(ax_pairs *p, ax_pairlist *list, const char *image, const char *mask, size_t record, ax_err *err)
{
    struct stat st;
    size_t skip = strlen(p->dir);
    if (stat(image, &st))
        return ax_fail(err, AX_EIO, "%s: %s", image, strerror(errno));
    if (mask && stat(mask, &st))
        return ax_fail(err, AX_EIO, "%s: %s", mask, strerror(errno));
    const char *name = strncmp(image, p->dir, skip) != 0 ? image : image + skip;
    ax_pair pair = { strdup(image), mask ? strdup(mask) : NULL, strdup(name), record };
    if (pair.image && pair.name && (pair.mask || !mask))
        return ax_pairlist_take(list, pair, err);
    free(pair.image);
    free(pair.mask);
    free(pair.name);
    return ax_fail(err, AX_ENOMEM, "no memory for the names of files");
}

static void free_set(void *set)
{
    ax_pairs_free(set);
}

static ax_code draw(const ax_pairs *p, const ax_pair *pair, ax_picture *out, ax_err *err)
{
    ax_code code = ax_picture_read(pair->image, &out->rgb, &out->h, &out->w, err);
    if (code != AX_OK)
        return code;
    out->truth = malloc((size_t)out->h * (size_t)out->w);
    code = out->truth ? p->draw(p, pair, out->h, out->w, out->truth, err)
                      : ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", pair->image, out->w, out->h);
    if (code != AX_OK)
        ax_picture_release(out);
    return code;
}

ax_code ax_pairs_load(const ax_pairs *p, const ax_pair *pair, ax_picture *out, ax_err *err)
{
    if (p->metres) {
        float *metres = NULL;
        ax_code code =
            ax_depth_pair_read(pair->image, pair->mask, &p->scale, &out->rgb, &metres, &out->h, &out->w, err);
        out->truth = metres;
        return code;
    }
    return p->draw ? draw(p, pair, out, err) : ax_labelled_read(pair->image, pair->mask, p->classes, out, err);
}

static ax_code load(void *set, ax_split split, uint64_t index, ax_picture *out, ax_err *err)
{
    const ax_pairs *p = set;
    return ax_pairs_load(p, &p->list[split].pair[index], out, err);
}

static void name(void *set, ax_split split, uint64_t index, char *out, size_t cap)
{
    const ax_pairs *p = set;
    snprintf(out, cap, "%s", p->list[split].pair[index].name);
}

/* Finds a pair by its name within the data set, which may have been moved. */
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
            if (code == AX_OK && pair->mask)
                code = add_file(p, pair->mask, out, err);
        }
    }
    for (int i = 0; i < p->n_files && code == AX_OK; i++)
        code = add_file(p, p->file[i], out, err);
    if (p->metres) { /* scales that differ by a thousandth of a unit differ */
        ax_fingerprint_add_number(out, (uint64_t)(1000 * p->scale.per_metre));
        ax_fingerprint_add_number(out, p->scale.rotated);
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
            const ax_pair *pair = &p->list[split].pair[i];
            code = ax_files_read(out, pair->image, err);
            if (code == AX_OK && pair->mask)
                code = ax_files_read(out, pair->mask, err);
        }
    }
    for (int i = 0; i < p->n_files && code == AX_OK; i++)
        code = ax_files_read(out, p->file[i], err);
    return code;
}

ax_source *ax_pairs_source(ax_pairs *p, ax_source_info *info, ax_err *err)
{
    info->n_train = p->list[AX_SPLIT_TRAIN].n;
    info->n_val = p->list[AX_SPLIT_VAL].n;
    const ax_item_set items = { p, name, fingerprint, files, free_set };
    return ax_picture_source_new(info, &items, load, err);
}

ax_source *ax_pairs_open(const ax_dataset_spec *spec, ax_pairs_fill fill, ax_err *err)
{
    struct stat st;
    const char *dir = spec->argument;
    int missing = stat(dir, &st);
    if (missing || !S_ISDIR(st.st_mode)) {
        ax_fail(err, AX_EIO, "%s:%s: %s", spec->set->name, dir, missing ? strerror(errno) : "not a directory");
        return NULL;
    }
    return ax_pairs_make(spec, dir, fill, err);
}

ax_source *ax_pairs_make(const ax_dataset_spec *spec, const char *dir, ax_pairs_fill fill, ax_err *err)
{
    ax_pairs *p = ax_pairs_new(dir, err);
    ax_source_info *info = p ? calloc(1, sizeof *info) : NULL;
    ax_source *s = NULL;
    if (p && !info)
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
    if (info && fill(p, spec, info, err) == AX_OK && (!p->checked || ax_pairs_try(p, err) == AX_OK)) {
        s = ax_pairs_source(p, info, err);
        p = NULL;
    }
    ax_pairs_free(p);
    free(info);
    return s;
}

const ax_pairs *ax_pairs_of(ax_source *s)
{
    return ax_picture_source_set(s, load);
}
