/* coco_keypoints: people of COCO. DIR/annotations/person_keypoints_train2017.json and _val2017.json with pictures in
   DIR/train2017 and DIR/val2017; or one annotations/person_keypoints.json with DIR/images, to be split by split=. */
#include "data/open.h"
#include "data/people_list.h"
#include "engine/base/grow.h"
#include "engine/base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { J = AX_COCO_KEYPOINTS };

/* A person whose picture isn't known yet: a file may list them in either order. */
typedef struct waiting {
    int64_t image;
    ax_people_entry entry;
} waiting;

typedef struct reading {
    ax_people_list *list;
    const char *folder; /* folder of the pictures */
    waiting *person;
    size_t n, cap;
    size_t first; /* first picture of this file */
} reading;

static ax_code take_image(reading *r, const ax_json *v, ax_err *err)
{
    const char *name = ax_json_text(v, "file_name");
    double h = 0, w = 0;
    int64_t id;
    ax_json_number(v, "height", &h);
    ax_json_number(v, "width", &w);
    if (!name || !ax_json_whole(v, "id", 0, AX_JSON_EXACT, &id) || !(h >= 1 && w >= 1 && h <= 32768 && w <= 32768))
        return ax_fail(err, AX_EFORMAT, "an image without id, file_name, height and width");
    return ax_people_list_picture(r->list, r->folder, name, (uint64_t)id, (int32_t)h, (int32_t)w, err);
}

/* Crowds and persons without labelled joints are ignored in training and judging. */
static ax_code take_person(reading *r, const ax_json *v, ax_err *err)
{
    double xyv[3 * J], crowd = 0;
    waiting p = { 0 };
    int labelled = 0;
    ax_json_number(v, "iscrowd", &crowd);
    if (crowd != 0 || !ax_json_get(v, "keypoints"))
        return AX_OK;
    if (!ax_json_whole(v, "image_id", 0, AX_JSON_EXACT, &p.image) ||
        !ax_json_numbers(ax_json_get(v, "bbox"), p.entry.box, 4) || !ax_json_number(v, "area", &p.entry.area) ||
        !ax_json_numbers(ax_json_get(v, "keypoints"), xyv, 3 * (size_t)J))
        return ax_fail(err, AX_EFORMAT, "a person without image_id, bbox, area and %d keypoints", J);
    for (int k = 0; k < J; k++) {
        p.entry.point[k] = (ax_keypoint) { xyv[3 * k], xyv[3 * k + 1], xyv[3 * k + 2] > 0 };
        labelled += xyv[3 * k + 2] > 0;
    }
    if (!labelled)
        return AX_OK;
    waiting *grown = ax_grow(r->person, r->n, &r->cap, sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for a data set");
    r->person = grown;
    r->person[r->n++] = p;
    return AX_OK;
}

static ax_code take(void *context, const char *list, const ax_json *v, ax_err *err)
{
    if (strcmp(list, "images") == 0)
        return take_image(context, v, err);
    return strcmp(list, "annotations") == 0 ? take_person(context, v, err) : AX_OK;
}

static int by_id(const void *a, const void *b)
{
    const ax_people_picture *p = a, *q = b;
    return p->id < q->id ? -1 : p->id > q->id;
}

/* Finds the picture of each person. */
static ax_code place_people(reading *r, ax_split split, ax_err *err)
{
    ax_people_list *l = r->list;
    size_t n = l->n_pictures - r->first;
    ax_people_picture *first = n ? l->picture + r->first : NULL;
    if (n)
        qsort(first, n, sizeof *first, by_id);
    for (size_t i = 0; i < r->n; i++) {
        ax_people_entry *e = &r->person[i].entry;
        const ax_people_picture key = { .id = (uint64_t)r->person[i].image };
        const ax_people_picture *p = n ? bsearch(&key, first, n, sizeof key, by_id) : NULL;
        if (!p)
            return ax_fail(err, AX_EFORMAT, "%s: a person of image %llu, which isn't among its images", l->file[split],
                           (unsigned long long)key.id);
        e->picture = (size_t)(p - l->picture);
        if (!ax_person_of_coco(e->box, e->area, p->w, p->h, 1, &e->person))
            continue;
        ax_code code = ax_people_list_add(l, split, e, err);
        if (code != AX_OK)
            return code;
    }
    return AX_OK;
}

static ax_code read_file(ax_people_list *l, ax_split split, const char *file, const char *folder, ax_err *err)
{
    reading r = { .list = l, .folder = folder, .first = l->n_pictures };
    ax_code code = ax_people_list_file(l, split, file, err);
    if (code == AX_OK)
        code = ax_json_each(l->file[split], take, &r, err);
    if (code == AX_OK)
        code = place_people(&r, split, err);
    free(r.person);
    return code;
}

static bool has(const ax_people_list *l, const char *file)
{
    char path[4096];
    return (size_t)snprintf(path, sizeof path, "%s%s", l->dir, file) < sizeof path && access(path, F_OK) == 0;
}

static ax_code read_all(ax_people_list *l, const char *parts, bool test, ax_err *err)
{
    static const char one[] = "annotations/person_keypoints.json";
    const char *const two[2] = { "annotations/person_keypoints_train2017.json",
                                 test ? "annotations/person_keypoints_test2017.json"
                                      : "annotations/person_keypoints_val2017.json" };
    if (has(l, one) && !has(l, two[0])) {
        if (!parts)
            return ax_fail(err, AX_EINVAL, "%s%s: one file for training and validation; split=A/B divides it", l->dir,
                           one);
        ax_code code = read_file(l, AX_SPLIT_TRAIN, one, "images", err);
        return code == AX_OK ? ax_people_list_part(l, parts, err) : code;
    }
    ax_code code = read_file(l, AX_SPLIT_TRAIN, two[0], "train2017", err);
    if (code == AX_OK)
        code = read_file(l, AX_SPLIT_VAL, two[1], test ? "test2017" : "val2017", err);
    return code == AX_OK && parts ? ax_people_list_part(l, parts, err) : code;
}

ax_source *ax_coco_keypoints_open(const ax_dataset_spec *spec, ax_err *err)
{
    ax_people_list *l = ax_people_list_new(spec->argument, &ax_skeleton_coco, .3, 40, err);
    if (!l)
        return NULL;
    if (read_all(l, spec->option[AX_DATASET_split], spec->test, err) == AX_OK)
        return ax_people_list_source(l, spec, err);
    ax_people_list_free(l);
    return NULL;
}
