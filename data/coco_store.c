#include "data/coco_store.h"

#include "data/coco_internal.h"
#include "data/rle.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ID = 65535 };

ax_code ax_coco_room(void **at, size_t *cap, size_t n, size_t size, ax_err *err)
{
    if (n < *cap)
        return AX_OK;
    size_t more = *cap ? 2 * *cap : 1024;
    while (more <= n)
        more *= 2;
    void *grown = realloc(*at, more * size);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for the annotations");
    *at = grown;
    *cap = more;
    return AX_OK;
}

typedef struct reading {
    ax_coco *c;
    int32_t (*size)[2]; /* of each object: size stated by its run lengths, 0 for polygons */
    size_t sizes_cap;
} reading;

static bool whole(const ax_json *object, const char *key, int64_t *out)
{
    return ax_json_whole(object, key, -AX_JSON_EXACT, AX_JSON_EXACT, out);
}

static ax_code take_image(ax_coco *c, const ax_json *e, ax_err *err)
{
    int64_t id, h, w;
    const char *file = ax_json_text(e, "file_name");
    if (!whole(e, "id", &id) || !file || !*file)
        return ax_fail(err, AX_EFORMAT, "an image without id or file_name");
    if (!whole(e, "height", &h) || !whole(e, "width", &w) || ax_mask_size_check(h, w, NULL) != AX_OK)
        return ax_fail(err, AX_EFORMAT, "image '%.80s' has no height and width that make sense", file);
    void *at = c->image;
    ax_code code = ax_coco_room(&at, &c->images_cap, c->images, sizeof *c->image, err);
    c->image = at;
    if (code != AX_OK)
        return code;
    ax_coco_image image = { id, strdup(file), (int32_t)h, (int32_t)w, 0, 0 };
    if (!image.file)
        return ax_fail(err, AX_ENOMEM, "no memory for the annotations");
    c->image[c->images++] = image;
    return AX_OK;
}

static ax_code take_category(ax_coco *c, const ax_json *e, ax_err *err)
{
    int64_t id;
    const char *name = ax_json_text(e, "name");
    if (!whole(e, "id", &id) || !name || !*name)
        return ax_fail(err, AX_EFORMAT, "a category without id or name");
    if (id < 0 || id > MOST_ID)
        return ax_fail(err, AX_EFORMAT, "category '%.80s' has an id that isn't from 0 to %d", name, MOST_ID);
    void *at = c->category;
    ax_code code = ax_coco_room(&at, &c->categories_cap, c->categories, sizeof *c->category, err);
    c->category = at;
    if (code != AX_OK)
        return code;
    char *copy = strdup(name);
    if (!copy)
        return ax_fail(err, AX_ENOMEM, "no memory for the annotations");
    c->category[c->categories++] = (ax_coco_category) { id, copy };
    return AX_OK;
}

static ax_code take_object(reading *r, const ax_json *e, ax_err *err)
{
    ax_coco *c = r->c;
    ax_coco_object o = { .at = c->n_bytes };
    int64_t category;
    int32_t size[2] = { 0, 0 };
    if (!whole(e, "image_id", &o.image) || !whole(e, "category_id", &category))
        return ax_fail(err, AX_EFORMAT, "an annotation without image_id or category_id");
    if (!whole(e, "id", &o.id))
        o.id = (int64_t)c->objects + 1;
    if (category < 0 || category > MOST_ID)
        return ax_fail(err, AX_EFORMAT, "annotation %lld is of a category that isn't there", (long long)o.id);
    o.category = (int32_t)category;
    const ax_json *outline = ax_json_get(e, "segmentation");
    ax_code code = ax_coco_put(c, outline, size, err);
    if (code != AX_OK) {
        char which[64];
        snprintf(which, sizeof which, "annotation %lld", (long long)o.id);
        return ax_fail_prefix(err, which);
    }
    void *at = c->object, *sizes = r->size;
    code = ax_coco_room(&at, &c->objects_cap, c->objects, sizeof *c->object, err);
    c->object = at;
    if (code == AX_OK)
        code = ax_coco_room(&sizes, &r->sizes_cap, c->objects, sizeof *r->size, err);
    r->size = sizes;
    if (code != AX_OK)
        return code;
    memcpy(r->size[c->objects], size, sizeof size);
    c->object[c->objects++] = o;
    return AX_OK;
}

static ax_code take(void *context, const char *list, const ax_json *e, ax_err *err)
{
    reading *r = context;
    if (!strcmp(list, "images"))
        return take_image(r->c, e, err);
    if (!strcmp(list, "categories"))
        return take_category(r->c, e, err);
    return strcmp(list, "annotations") != 0 ? AX_OK : take_object(r, e, err);
}

/* ---- linking ---- */

static int by_id(const void *a, const void *b)
{
    const ax_coco_image *p = a, *q = b;
    return p->id < q->id ? -1 : p->id > q->id;
}

/* The index of an object in the file gives the place of its outline. */
static int by_image(const void *a, const void *b)
{
    const ax_coco_object *p = a, *q = b;
    return p->image != q->image ? (p->image < q->image ? -1 : 1) : p->at < q->at ? -1 : p->at > q->at;
}

static ax_coco_image *image_of(ax_coco *c, int64_t id)
{
    const ax_coco_image key = { .id = id };
    return c->images ? bsearch(&key, c->image, c->images, sizeof *c->image, by_id) : NULL;
}

static ax_code check_objects(const reading *r, const char *path, ax_err *err)
{
    ax_coco *c = r->c;
    bool known[MOST_ID + 1] = { false };
    for (size_t i = 0; i < c->categories; i++)
        known[c->category[i].id] = true;
    for (size_t i = 0; i < c->objects; i++) {
        const ax_coco_object *o = &c->object[i];
        const ax_coco_image *image = image_of(c, o->image);
        if (!known[o->category])
            return ax_fail(err, AX_EFORMAT, "%s: annotation %lld is of category %d, which isn't there", path,
                           (long long)o->id, o->category);
        if (!image)
            return ax_fail(err, AX_EFORMAT, "%s: annotation %lld is of image %lld, which isn't there", path,
                           (long long)o->id, (long long)o->image);
        if (r->size[i][0] && (r->size[i][0] != image->h || r->size[i][1] != image->w))
            return ax_fail(err, AX_EFORMAT, "%s: annotation %lld has run lengths of %dx%d, and its image is %dx%d",
                           path, (long long)o->id, r->size[i][1], r->size[i][0], image->w, image->h);
    }
    return AX_OK;
}

static ax_code put_together(const reading *r, const char *path, ax_err *err)
{
    ax_coco *c = r->c;
    if (!c->images || !c->categories || !c->objects)
        return ax_fail(err, AX_EFORMAT, "%s: no %s in it", path,
                       !c->images       ? "images"
                       : !c->categories ? "categories"
                                        : "annotations");
    qsort(c->image, c->images, sizeof *c->image, by_id);
    for (size_t i = 1; i < c->images; i++)
        if (c->image[i].id == c->image[i - 1].id)
            return ax_fail(err, AX_EFORMAT, "%s: two images with id %lld", path, (long long)c->image[i].id);
    ax_code code = check_objects(r, path, err);
    if (code != AX_OK)
        return code;
    qsort(c->object, c->objects, sizeof *c->object, by_image);
    for (size_t i = 0; i < c->objects; i++) {
        ax_coco_image *image = image_of(c, c->object[i].image);
        if (!image->n++)
            image->first = i;
    }
    return AX_OK;
}

ax_code ax_coco_read(ax_coco *c, const char *path, ax_err *err)
{
    reading r = { .c = c };
    ax_code code = ax_json_each(path, take, &r, err);
    if (code == AX_OK)
        code = put_together(&r, path, err);
    free(r.size);
    return code;
}

void ax_coco_release(ax_coco *c)
{
    for (size_t i = 0; i < c->images; i++)
        free(c->image[i].file);
    for (size_t i = 0; i < c->categories; i++)
        free(c->category[i].name);
    free(c->image);
    free(c->category);
    free(c->object);
    free(c->bytes);
    *c = (ax_coco) { .images = 0 };
}
