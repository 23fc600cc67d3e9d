#include "data/people_list.h"

#include "data/image_internal.h"
#include "data/pairs.h"
#include "engine/base/grow.h"
#include "engine/base/hash.h"
#include "engine/base/rng.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

ax_people_list *ax_people_list_new(const char *dir, const ax_skeleton *s, double scale, double rotation, ax_err *err)
{
    struct stat st;
    int missing = stat(dir, &st);
    if (missing || !S_ISDIR(st.st_mode)) {
        ax_fail(err, AX_EIO, "%s: %s", dir, missing ? strerror(errno) : "not a directory");
        return NULL;
    }
    ax_people_list *l = calloc(1, sizeof *l);
    if (!l || asprintf(&l->dir, "%s/", dir) < 0) {
        free(l);
        ax_fail(err, AX_ENOMEM, "no memory for a data set");
        return NULL;
    }
    l->skeleton = s;
    l->scale = scale;
    l->rotation = rotation;
    return l;
}

void ax_people_list_free(ax_people_list *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->n_pictures; i++) {
        free(l->picture[i].path);
        free(l->picture[i].name);
    }
    for (int i = 0; i < 2; i++) {
        free(l->entry[i]);
        free(l->file[i]);
    }
    free(l->picture);
    free(l->dir);
    ax_image_cache_free(l->kept);
    free(l);
}

/* Whether an annotation's file name stays below its folder. */
static bool is_below(const char *name)
{
    if (!*name || *name == '/' || strlen(name) > 1024)
        return false;
    for (const char *at = name; at; at = strchr(at, '/')) {
        at += *at == '/';
        if (!strncmp(at, "..", 2) && (at[2] == '/' || !at[2]))
            return false;
    }
    return true;
}

ax_code ax_people_list_picture(ax_people_list *l, const char *folder, const char *name, uint64_t id, int32_t h,
                               int32_t w, ax_err *err)
{
    if (!is_below(name))
        return ax_fail(err, AX_EFORMAT, "'%.100s' is not the name of a file in %s%s", name, l->dir, folder);
    ax_people_picture *grown = ax_grow(l->picture, l->n_pictures, &l->cap_pictures, sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for a data set");
    l->picture = grown;
    ax_people_picture p = { .id = id, .h = h, .w = w };
    if (asprintf(&p.path, "%s%s/%s", l->dir, folder, name) < 0)
        p.path = NULL;
    if (asprintf(&p.name, "%s/%s", folder, name) < 0)
        p.name = NULL;
    l->picture[l->n_pictures++] = p;
    return p.path && p.name ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for a data set");
}

ax_code ax_people_list_add(ax_people_list *l, ax_split split, const ax_people_entry *e, ax_err *err)
{
    ax_people_entry *grown = ax_grow(l->entry[split], l->n[split], &l->cap[split], sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for a data set");
    l->entry[split] = grown;
    grown[l->n[split]++] = *e;
    return AX_OK;
}

ax_code ax_people_list_file(ax_people_list *l, ax_split split, const char *name, ax_err *err)
{
    free(l->file[split]);
    if (asprintf(&l->file[split], "%s%s", l->dir, name) >= 0)
        return AX_OK;
    l->file[split] = NULL;
    return ax_fail(err, AX_ENOMEM, "no memory for a data set");
}

/* ---- splitting ---- */

typedef struct place {
    uint64_t key;
    size_t picture;
    const char *name;
} place;

static int by_key(const void *a, const void *b)
{
    const place *p = a, *q = b;
    return p->key != q->key ? (p->key < q->key ? -1 : 1) : strcmp(p->name, q->name);
}

/* Pictures with persons, sorted by keys of their names; *n: their number. NULL without memory. */
static place *order_pictures(const ax_people_list *l, uint64_t seed, size_t *n)
{
    place *all = calloc(l->n_pictures + 1, sizeof *all);
    bool *has = calloc(l->n_pictures + 1, sizeof *has);
    *n = 0;
    for (int s = 0; s < 2 && has; s++)
        for (size_t i = 0; i < l->n[s]; i++)
            has[l->entry[s][i].picture] = true;
    for (size_t i = 0; all && has && i < l->n_pictures; i++) {
        const char *name = l->picture[i].name;
        ax_rng rng = ax_rng_new(seed, ax_hash(AX_HASH_START, name, strlen(name)));
        if (has[i])
            all[(*n)++] = (place) { ax_rng_next(&rng), i, name };
    }
    if (all && has)
        qsort(all, *n, sizeof *all, by_key);
    if (!has) {
        free(all);
        all = NULL;
    }
    free(has);
    return all;
}

/* Moves every person to the split of its picture. */
static ax_code distribute(ax_people_list *l, const bool *validates, ax_err *err)
{
    ax_code code = AX_OK;
    ax_people_entry *old[2] = { l->entry[0], l->entry[1] };
    size_t n[2] = { l->n[0], l->n[1] };
    for (int s = 0; s < 2; s++) {
        l->entry[s] = NULL;
        l->n[s] = l->cap[s] = 0;
    }
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < n[s] && code == AX_OK; i++)
            code = ax_people_list_add(l, validates[old[s][i].picture] ? AX_SPLIT_VAL : AX_SPLIT_TRAIN, &old[s][i], err);
        free(old[s]);
    }
    return code;
}

ax_code ax_people_list_part(ax_people_list *l, const char *split, ax_err *err)
{
    uint64_t parts[2], seed;
    size_t n;
    ax_code code = ax_split_parse(split, parts, &seed, err);
    if (code != AX_OK)
        return code;
    place *all = order_pictures(l, seed, &n);
    bool *validates = calloc(l->n_pictures + 1, sizeof *validates);
    if (!all || !validates)
        code = ax_fail(err, AX_ENOMEM, "no memory for a data set");
    else if (n < 2)
        code = ax_fail(err, AX_EFORMAT, "%s: %s; training and validation need one each", l->dir,
                       n ? "one picture with people" : "no pictures with people");
    if (code == AX_OK) {
        size_t n_val = (size_t)((double)n * (double)parts[1] / (double)(parts[0] + parts[1]) + 0.5);
        n_val = n_val < 1 ? 1 : n_val > n - 1 ? n - 1 : n_val;
        for (size_t i = 0; i < n_val; i++)
            validates[all[i].picture] = true;
        code = distribute(l, validates, err);
    }
    free(all);
    free(validates);
    return code;
}

/* ---- the source ---- */

static ax_code read_picture(const ax_people_picture *p, ax_picture *out, ax_err *err)
{
    ax_pixels pixels = { 0 };
    ax_code code = ax_image_read(p->path, false, &pixels, err);
    if (code != AX_OK)
        return code;
    *out = (ax_picture) { .h = pixels.h, .w = pixels.w, .rgb = pixels.bytes };
    if (!p->h || (pixels.h == p->h && pixels.w == p->w))
        return AX_OK;
    code = ax_fail(err, AX_EFORMAT, "%s: %dx%d pixels, where its annotation says %dx%d", p->path, (int)pixels.w,
                   (int)pixels.h, (int)p->w, (int)p->h);
    ax_picture_release(out);
    return code;
}

static ax_code load(void *set, ax_split split, uint64_t index, ax_people_one *out, ax_err *err)
{
    const ax_people_list *l = set;
    const ax_people_entry *e = &l->entry[split][index];
    const ax_people_picture *p = &l->picture[e->picture];
    ax_picture picture = { 0 };
    bool kept = ax_image_cache_get(l->kept, e->picture, &picture);
    ax_code code = kept ? AX_OK : read_picture(p, &picture, err);
    if (code != AX_OK)
        return code;
    if (!kept)
        kept = ax_image_cache_put(l->kept, e->picture, &picture, (size_t)picture.h * (size_t)picture.w * 3);
    *out = (ax_people_one) { .h = picture.h, .w = picture.w, .rgb = picture.rgb, .owned = kept ? NULL : picture.rgb };
    ax_pose_truth *t = &out->truth;
    *t =
        (ax_pose_truth) { .person = e->person, .image = e->picture, .neck = e->neck, .head = e->head, .area = e->area };
    memcpy(t->in_image, e->point, sizeof e->point);
    memcpy(t->box, e->box, sizeof t->box);
    return AX_OK;
}

static void name(void *set, ax_split split, uint64_t index, char *out, size_t cap)
{
    const ax_people_list *l = set;
    snprintf(out, cap, "%s", l->picture[l->entry[split][index].picture].name);
}

static ax_code add_file(const ax_people_list *l, const char *path, ax_fingerprint *out, ax_err *err)
{
    struct stat st;
    if (stat(path, &st))
        return ax_fail(err, AX_EIO, "%s: %s", path, strerror(errno));
    ax_fingerprint_add(out, path + strlen(l->dir), &st);
    return AX_OK;
}

static ax_code fingerprint(void *set, ax_fingerprint *out, ax_err *err)
{
    const ax_people_list *l = set;
    ax_code code = AX_OK;
    *out = ax_fingerprint_start;
    for (int i = 0; i < AX_PEOPLE_FILES && code == AX_OK; i++)
        if (l->file[i])
            code = add_file(l, l->file[i], out, err);
    for (size_t i = 0; i < l->n_pictures && code == AX_OK; i++)
        code = add_file(l, l->picture[i].path, out, err);
    for (int s = 0; s < 2; s++)
        ax_fingerprint_add_number(out, l->n[s]);
    return code;
}

static ax_code files(void *set, ax_files *out, ax_err *err)
{
    const ax_people_list *l = set;
    ax_code code = AX_OK;
    for (int i = 0; i < AX_PEOPLE_FILES && code == AX_OK; i++)
        if (l->file[i])
            code = ax_files_read(out, l->file[i], err);
    for (size_t i = 0; i < l->n_pictures && code == AX_OK; i++)
        code = ax_files_read(out, l->picture[i].path, err);
    return code;
}

static void keep(void *set, size_t bytes)
{
    ax_image_cache_limit(((ax_people_list *)set)->kept, bytes);
}

static void free_set(void *set)
{
    ax_people_list_free(set);
}

const ax_people_list *ax_people_list_of(ax_source *s)
{
    return ax_people_source_set(s, load);
}

ax_source *ax_people_list_source(ax_people_list *l, const ax_dataset_spec *spec, ax_err *err)
{
    for (int s = 0; s < 2; s++)
        if (!l->n[s]) {
            ax_fail(err, AX_EFORMAT, "%s: nobody with key points to %s", l->file[l->file[s] ? s : AX_SPLIT_TRAIN],
                    !s           ? "train on"
                    : spec->test ? "test with"
                                 : "validate with");
            ax_people_list_free(l);
            return NULL;
        }
    if (!(l->kept = ax_image_cache_new(l->n_pictures, err)) ||
        (!spec->inspect && ax_people_list_check(l, err) != AX_OK)) {
        ax_people_list_free(l);
        return NULL;
    }
    const ax_item_set items = { l, name, fingerprint, files, free_set };
    const ax_people_set what = { l->skeleton, l->scale, l->rotation, load, keep };
    return ax_people_source_new(l->n[AX_SPLIT_TRAIN], l->n[AX_SPLIT_VAL], &items, &what, err);
}
