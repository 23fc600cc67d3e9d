/* coco: COCO annotations, polygons and run lengths, with a folder of images. */
#include "data/coco_store.h"
#include "data/objects.h"
#include "data/open.h"
#include "data/pairs.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One per annotation file; pair->record is image * 2 + file. */
typedef struct sets {
    ax_coco of[2];
    char path[2][PATH_MAX];
} sets;

static const ax_coco_image *image_of(const ax_pairs *p, const ax_pair *pair, const ax_coco **from)
{
    const sets *s = p->more;
    *from = &s->of[pair->record % 2];
    return &(*from)->image[pair->record / 2];
}

typedef struct drawing {
    const ax_coco *c;
    const ax_classes *classes;
    size_t first;
} drawing;

static ax_code draw_object(void *context, size_t i, int32_t h, int32_t w, uint8_t *mask, uint8_t *class, ax_err *err)
{
    const drawing *d = context;
    *class = (uint8_t)ax_classes_of_id(d->classes, (uint32_t)d->c->object[d->first + i].category);
    return ax_coco_draw(d->c, d->first + i, h, w, mask, err);
}

static ax_code other_size(const ax_pair *pair, int32_t h, int32_t w, const ax_coco_image *image, ax_err *err)
{
    return ax_fail(err, AX_EFORMAT, "%s: %dx%d, but its annotations are for %dx%d", pair->image, w, h, image->w,
                   image->h);
}

static ax_code draw(const ax_pairs *p, const ax_pair *pair, int32_t h, int32_t w, uint8_t *classes, ax_err *err)
{
    drawing d = { .classes = p->classes };
    const ax_coco_image *image = image_of(p, pair, &d.c);
    if (image->h != h || image->w != w)
        return other_size(pair, h, w, image, err);
    d.first = image->first;
    uint8_t background = (uint8_t)p->classes->label[p->background].class;
    ax_code code = ax_objects_paint(image->n, draw_object, &d, background, h, w, classes, err);
    return code == AX_OK ? code : ax_fail_prefix(err, ((const sets *)p->more)->path[pair->record % 2]);
}

static ax_code look(const ax_pairs *p, const ax_pair *pair, const ax_glance *glance, ax_err *err)
{
    const ax_coco *c;
    const ax_coco_image *image = image_of(p, pair, &c);
    bool same = image->h == glance->h && image->w == glance->w, turned = image->h == glance->w && image->w == glance->h;
    return same || turned ? AX_OK : other_size(pair, glance->h, glance->w, image, err);
}

static void free_sets(void *more)
{
    sets *s = more;
    if (s)
        for (int i = 0; i < 2; i++)
            ax_coco_release(&s->of[i]);
    free(s);
}

/* ---- files ---- */

/* Splits "FILE,DIR" where both exist; names may contain commas. */
static ax_code part(const char *text, char file[PATH_MAX], char dir[PATH_MAX], ax_err *err)
{
    struct stat st;
    for (const char *comma = strchr(text, ','); comma; comma = strchr(comma + 1, ',')) {
        snprintf(file, PATH_MAX, "%.*s", (int)(comma - text), text);
        snprintf(dir, PATH_MAX, "%s", comma + 1);
        if (!stat(file, &st) && S_ISREG(st.st_mode) && !stat(dir, &st) && S_ISDIR(st.st_mode))
            return AX_OK;
    }
    return ax_fail(err, AX_EIO, "%s: not a file of annotations and a folder of images with a comma between", text);
}

/* When the set is inspected: counts annotations of missing images. */
static ax_code add_gone(ax_pairs *p, const char *path, const char *name, ax_err *err)
{
    ax_pair gone = { NULL, strdup(path), strdup(name), 0 };
    if (gone.mask && gone.name)
        return ax_pairlist_take(&p->orphan, gone, err);
    free(gone.mask);
    free(gone.name);
    return ax_fail(err, AX_ENOMEM, "no memory for the names of files");
}

/* Images are in the folder under their names, or under the last component. */
static ax_code add_images(ax_pairs *p, const ax_dataset_spec *spec, int file, const char *dir, ax_err *err)
{
    sets *s = p->more;
    char path[PATH_MAX];
    struct stat st;
    ax_code code = AX_OK;
    for (size_t i = 0; i < s->of[file].images && code == AX_OK; i++) {
        const char *name = s->of[file].image[i].file, *slash = strrchr(name, '/');
        if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
            return ax_fail(err, AX_EINVAL, "%s: name is too long", dir);
        if (stat(path, &st) && slash)
            snprintf(path, sizeof path, "%s%s", dir, slash);
        if (stat(path, &st) && spec->inspect) {
            code = add_gone(p, path, name, err);
            continue;
        }
        code = ax_pairs_add(p, &p->list[file], path, NULL, 2 * i + (size_t)file, err);
    }
    return code;
}

static int by_id(const void *a, const void *b)
{
    const ax_coco_category *const *p = a, *const *q = b;
    return (*p)->id < (*q)->id ? -1 : (*p)->id > (*q)->id;
}

/* Adds categories in order of id. */
static ax_code add_categories(ax_pairs *p, const ax_coco *c, const char *path, ax_err *err)
{
    const ax_coco_category **order = malloc((c->categories + 1) * sizeof *order);
    ax_code code = order ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for classes");
    for (size_t i = 0; i < c->categories && code == AX_OK; i++)
        order[i] = &c->category[i];
    if (code == AX_OK)
        qsort(order, c->categories, sizeof *order, by_id);
    for (size_t i = 0; i < c->categories && code == AX_OK; i++) {
        code = ax_classes_add(p->classes, order[i]->name, strlen(order[i]->name), (int32_t)order[i]->id, -1, err);
        if (code != AX_OK)
            ax_fail_prefix(err, path);
    }
    free(order);
    return code;
}

/* Both files must agree on the ids. */
static ax_code same_categories(const sets *s, ax_err *err)
{
    for (size_t i = 0; i < s->of[1].categories; i++) {
        const ax_coco_category *mine = &s->of[1].category[i];
        bool found = false;
        for (size_t k = 0; k < s->of[0].categories && !found; k++)
            found = s->of[0].category[k].id == mine->id && !strcmp(s->of[0].category[k].name, mine->name);
        if (!found)
            return ax_fail(err, AX_EFORMAT, "%s: category %lld '%.60s' isn't in %s", s->path[1], (long long)mine->id,
                           mine->name, s->path[0]);
    }
    return AX_OK;
}

static ax_code read_one(ax_pairs *p, const ax_dataset_spec *spec, int file, const char *text, ax_err *err)
{
    sets *s = p->more;
    char dir[PATH_MAX];
    ax_code code = part(text, s->path[file], dir, err);
    if (code == AX_OK && !file) { /* images are named by their path in the folder */
        free(p->dir);
        if (asprintf(&p->dir, "%s/", dir) < 0) {
            p->dir = NULL;
            code = ax_fail(err, AX_ENOMEM, "no memory for a data set");
        }
    }
    if (code == AX_OK)
        code = ax_coco_read(&s->of[file], s->path[file], err);
    if (code == AX_OK)
        code = ax_pairs_note(p, s->path[file], err);
    return code == AX_OK ? add_images(p, spec, file, dir, err) : code;
}

static ax_code fill(ax_pairs *p, const ax_dataset_spec *spec, ax_source_info *info, ax_err *err)
{
    const char *val = spec->option[spec->test ? AX_DATASET_test : AX_DATASET_val];
    if (spec->test && !val)
        return ax_fail(err, AX_EINVAL, "%s: test=FILE,DIR names annotations and images of the test part",
                       spec->argument);
    sets *s = calloc(1, sizeof *s);
    p->more = s;
    p->free_more = free_sets;
    p->draw = draw;
    p->look = look;
    p->classes = s ? ax_classes_new(err) : NULL;
    if (!p->classes)
        return ax_fail(err, AX_ENOMEM, "no memory for a data set");
    ax_code code = read_one(p, spec, 0, spec->argument, err);
    if (code == AX_OK && val)
        code = read_one(p, spec, 1, val, err);
    if (code == AX_OK && val)
        code = same_categories(s, err);
    if (code == AX_OK)
        code = ax_pairs_part(p, spec, val, err);
    if (code == AX_OK)
        code = add_categories(p, &s->of[0], s->path[0], err);
    if (code == AX_OK)
        code = ax_pairs_add_background(p, err);
    if (code == AX_OK)
        code = ax_pairs_finish_classes(p, spec, "no category has it", info, err);
    return code == AX_OK ? ax_pairs_check(p, spec, err) : code;
}

ax_source *ax_coco_open(const ax_dataset_spec *spec, ax_err *err)
{
    return ax_pairs_make(spec, "", fill, err);
}
