#include "data/coco_store.h"

#include "data/polygon.h"
#include "data/rle.h"
#include "engine/base/json.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An outline: one of these, then a number: of polygons, of counts, of characters. A polygon is its number of numbers
   and these. */
enum { POLYGONS = 'p', COUNTS = 'c', STRING = 's' };
enum { MOST_PARTS = 1 << 24, MOST_ID = 65535 };

/* ---- bytes ---- */

static ax_code room(void **at, size_t *cap, size_t n, size_t size, ax_err *err)
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

static ax_code put_bytes(ax_coco *c, const void *from, size_t n, ax_err *err)
{
    if (c->n_bytes + n > AX_COCO_BUDGET)
        return ax_fail(err, AX_ENOMEM, "outlines of more than %d MiB", AX_COCO_BUDGET >> 20);
    void *bytes = c->bytes;
    ax_code code = room(&bytes, &c->bytes_cap, c->n_bytes + n, 1, err);
    c->bytes = bytes;
    if (code == AX_OK && n) {
        memcpy(c->bytes + c->n_bytes, from, n);
        c->n_bytes += n;
    }
    return code;
}

/* Seven bits at a time, the lowest first. */
static ax_code put_number(ax_coco *c, uint64_t v, ax_err *err)
{
    uint8_t bytes[10];
    size_t n = 0;
    do {
        bytes[n++] = (uint8_t)((v & 127) | (v > 127 ? 128 : 0));
        v >>= 7;
    } while (v);
    return put_bytes(c, bytes, n, err);
}

static uint64_t get_number(const ax_coco *c, uint64_t *at)
{
    uint64_t v = 0;
    int shift = 0;
    uint8_t byte;
    do {
        byte = c->bytes[(*at)++];
        v |= (uint64_t)(byte & 127) << shift;
        shift += 7;
    } while (byte & 128);
    return v;
}

/* A coordinate: hundredths as the difference to the last ones of its axis, doubled (and doubled for the sign), where it
   is one; else 1 and its eight bytes. What is got is always the very number that was put. */
static ax_code put_coordinate(ax_coco *c, double v, int64_t *last, ax_err *err)
{
    double hundredths = round(v * 100);
    if (fabs(hundredths) > 1e12 || hundredths / 100 != v || (v == 0 && signbit(v))) {
        ax_code code = put_number(c, 1, err);
        return code == AX_OK ? put_bytes(c, &v, sizeof v, err) : code;
    }
    int64_t d = (int64_t)hundredths - *last;
    *last = (int64_t)hundredths;
    uint64_t zigzag = d < 0 ? 2 * (uint64_t)-d - 1 : 2 * (uint64_t)d;
    return put_number(c, 2 * zigzag, err);
}

static double get_coordinate(const ax_coco *c, uint64_t *at, int64_t *last)
{
    uint64_t coded = get_number(c, at);
    if (coded & 1) {
        double v;
        memcpy(&v, c->bytes + *at, sizeof v);
        *at += sizeof v;
        return v;
    }
    uint64_t zigzag = coded / 2;
    *last += zigzag & 1 ? -(int64_t)(zigzag / 2) - 1 : (int64_t)(zigzag / 2);
    return (double)*last / 100;
}

/* ---- outlines of a file ---- */

static ax_code put_polygon(ax_coco *c, const ax_json *ring, ax_err *err)
{
    if (ring->kind != AX_JSON_ARRAY || ring->u.list.n < 6 || ring->u.list.n % 2 || ring->u.list.n > MOST_PARTS)
        return ax_fail(err, AX_EFORMAT, "a polygon isn't a list of three points or more, two numbers each");
    ax_code code = put_number(c, ring->u.list.n, err);
    int64_t last[2] = { 0, 0 };
    int axis = 0;
    for (const ax_json *v = ring->u.list.first; v && code == AX_OK; v = v->next, axis = !axis) {
        if (v->kind != AX_JSON_NUMBER || !isfinite(v->u.number))
            return ax_fail(err, AX_EFORMAT, "a polygon has something that is no number");
        code = put_coordinate(c, v->u.number, &last[axis], err);
    }
    return code;
}

static ax_code put_polygons(ax_coco *c, const ax_json *rings, ax_err *err)
{
    uint8_t kind = POLYGONS;
    if (!rings->u.list.n)
        return ax_fail(err, AX_EFORMAT, "an empty segmentation; a box alone is no outline");
    ax_code code = put_bytes(c, &kind, 1, err);
    if (code == AX_OK)
        code = put_number(c, rings->u.list.n, err);
    for (const ax_json *r = rings->u.list.first; r && code == AX_OK; r = r->next)
        code = put_polygon(c, r, err);
    return code;
}

static ax_code put_counts(ax_coco *c, const ax_json *counts, double pixels, ax_err *err)
{
    uint8_t kind = COUNTS;
    double sum = 0;
    ax_code code = put_bytes(c, &kind, 1, err);
    if (code == AX_OK)
        code = put_number(c, counts->u.list.n, err);
    for (const ax_json *v = counts->u.list.first; v && code == AX_OK; v = v->next) {
        if (v->kind != AX_JSON_NUMBER || v->u.number != floor(v->u.number) || v->u.number < 0 || v->u.number > pixels)
            return ax_fail(err, AX_EFORMAT, "counts have something that is no count of pixels");
        sum += v->u.number;
        code = put_number(c, (uint64_t)v->u.number, err);
    }
    if (code == AX_OK && sum != pixels)
        code = ax_fail(err, AX_EFORMAT, "counts add up to %.0f pixels, and the size says %.0f", sum, pixels);
    return code;
}

static ax_code put_runs(ax_coco *c, const ax_json *runs, int32_t size[2], ax_err *err)
{
    double hw[2];
    uint8_t kind = STRING;
    const ax_json *counts = ax_json_get(runs, "counts");
    if (!ax_json_numbers(ax_json_get(runs, "size"), hw, 2) || hw[0] != floor(hw[0]) || hw[1] != floor(hw[1]) ||
        fabs(hw[0]) > 1e9 || fabs(hw[1]) > 1e9)
        return ax_fail(err, AX_EFORMAT, "run lengths without a size");
    ax_code code = ax_mask_size_check((int64_t)hw[0], (int64_t)hw[1], err);
    if (code != AX_OK)
        return code;
    size[0] = (int32_t)hw[0];
    size[1] = (int32_t)hw[1];
    if (counts && counts->kind == AX_JSON_ARRAY)
        return put_counts(c, counts, hw[0] * hw[1], err);
    if (!counts || counts->kind != AX_JSON_STRING)
        return ax_fail(err, AX_EFORMAT, "run lengths without counts");
    code = put_bytes(c, &kind, 1, err);
    if (code == AX_OK)
        code = put_number(c, counts->u.string.n, err);
    return code == AX_OK ? put_bytes(c, counts->u.string.text, counts->u.string.n, err) : code;
}

/* ---- elements of the file ---- */

typedef struct reading {
    ax_coco *c;
    int32_t (*size)[2]; /* of each object: of its run lengths, 0 where it has polygons */
    size_t sizes_cap;
} reading;

static bool whole(const ax_json *object, const char *key, int64_t *out)
{
    double v;
    if (!ax_json_number(object, key, &v) || v != floor(v) || fabs(v) > 9e15)
        return false;
    *out = (int64_t)v;
    return true;
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
    ax_code code = room(&at, &c->images_cap, c->images, sizeof *c->image, err);
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
    ax_code code = room(&at, &c->categories_cap, c->categories, sizeof *c->category, err);
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
    ax_code code;
    if (outline && outline->kind == AX_JSON_ARRAY)
        code = put_polygons(c, outline, err);
    else if (outline && outline->kind == AX_JSON_OBJECT)
        code = put_runs(c, outline, size, err);
    else
        code = ax_fail(err, AX_EFORMAT, "no segmentation; a box alone is no outline");
    if (code != AX_OK) {
        char which[64];
        snprintf(which, sizeof which, "annotation %lld", (long long)o.id);
        return ax_fail_prefix(err, which);
    }
    void *at = c->object, *sizes = r->size;
    code = room(&at, &c->objects_cap, c->objects, sizeof *c->object, err);
    c->object = at;
    if (code == AX_OK)
        code = room(&sizes, &r->sizes_cap, c->objects, sizeof *r->size, err);
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

/* ---- what belongs together ---- */

static int by_id(const void *a, const void *b)
{
    const ax_coco_image *p = a, *q = b;
    return p->id < q->id ? -1 : p->id > q->id;
}

/* Where objects were in the file is where their outlines are. */
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

/* ---- drawing ---- */

static ax_code draw_polygons(const ax_coco *c, uint64_t at, size_t rings, int32_t h, int32_t w, uint8_t *mask,
                             ax_err *err)
{
    ax_code code = AX_OK;
    for (size_t r = 0; r < rings && code == AX_OK; r++) {
        size_t n = (size_t)get_number(c, &at);
        int64_t last[2] = { 0, 0 };
        double *xy = malloc((n + 1) * sizeof *xy);
        if (!xy)
            return ax_fail(err, AX_ENOMEM, "no memory for an outline of %zu numbers", n);
        for (size_t k = 0; k < n; k++)
            xy[k] = get_coordinate(c, &at, &last[k % 2]);
        code = ax_polygon_add(xy, n, h, w, mask, err);
        free(xy);
    }
    return code;
}

static ax_code draw_counts(const ax_coco *c, uint64_t at, size_t n, int32_t h, int32_t w, uint8_t *mask, ax_err *err)
{
    double *counts = malloc((n + 1) * sizeof *counts);
    if (!counts)
        return ax_fail(err, AX_ENOMEM, "no memory for %zu counts", n);
    for (size_t k = 0; k < n; k++)
        counts[k] = (double)get_number(c, &at);
    ax_code code = ax_rle_decode(counts, n, h, w, mask, err);
    free(counts);
    return code;
}

ax_code ax_coco_draw(const ax_coco *c, size_t i, int32_t h, int32_t w, uint8_t *mask, ax_err *err)
{
    uint64_t at = c->object[i].at;
    uint8_t kind = c->bytes[at++];
    size_t n = (size_t)get_number(c, &at);
    ax_code code = kind == POLYGONS ? draw_polygons(c, at, n, h, w, mask, err)
                   : kind == COUNTS ? draw_counts(c, at, n, h, w, mask, err)
                                    : ax_rle_decode_string((const char *)c->bytes + at, n, h, w, mask, err);
    if (code != AX_OK) {
        char which[64];
        snprintf(which, sizeof which, "annotation %lld", (long long)c->object[i].id);
        ax_fail_prefix(err, which);
    }
    return code;
}
