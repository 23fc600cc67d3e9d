#include "engine/command/boxes.h"

#include "engine/base/grow.h"
#include "engine/base/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct image {
    char *name; /* without folder; owned */
    int64_t id;
} image;

typedef struct placed {
    int64_t image;
    ax_task_box box;
} placed;

struct ax_boxes {
    image *image;
    placed *box;
    size_t n_images, n_boxes, cap_images, cap_boxes;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int64_t ax_picture_number(const char *picture)
{
    const char *base = base_name(picture), *dot = strrchr(base, '.');
    size_t n = dot ? (size_t)(dot - base) : strlen(base);
    return n && n < 19 && strspn(base, "0123456789") == n ? strtoll(base, NULL, 10) : -1;
}

ax_code ax_box_parse(const char *text, ax_task_box *out, ax_err *err)
{
    *out = (ax_task_box) { .score = 1 };
    const char *at = text;
    for (int i = 0; i < 4; i++) {
        char *end;
        errno = 0;
        double v = strtod(at, &end);
        if (end == at || errno || !(fabs(v) <= 1e6) || *end != (i < 3 ? ',' : '\0'))
            return ax_fail(err, AX_EINVAL, "--box %s: not x,y,width,height", text);
        out->at[i] = v;
        at = end + 1;
    }
    if (!(out->at[2] > 0 && out->at[3] > 0))
        return ax_fail(err, AX_EINVAL, "--box %s: a box has a width and a height above 0", text);
    return AX_OK;
}

static ax_code take_image(ax_boxes *b, const ax_json *v, ax_err *err)
{
    const char *name = ax_json_text(v, "file_name");
    image i = { 0 };
    if (!name || !ax_json_whole(v, "id", 0, AX_JSON_EXACT, &i.id))
        return ax_fail(err, AX_EFORMAT, "an image without id and file_name");
    image *grown = ax_grow(b->image, b->n_images, &b->cap_images, sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for boxes");
    b->image = grown;
    if (!(i.name = strdup(base_name(name))))
        return ax_fail(err, AX_ENOMEM, "no memory for boxes");
    b->image[b->n_images++] = i;
    return AX_OK;
}

/* Keeps only persons, without crowds. */
static ax_code take_box(ax_boxes *b, const ax_json *v, ax_err *err)
{
    double category = 1, crowd = 0;
    placed p = { .box = { .score = 1 } };
    ax_json_number(v, "category_id", &category);
    ax_json_number(v, "iscrowd", &crowd);
    if (category != 1 || crowd != 0)
        return AX_OK;
    if (!ax_json_whole(v, "image_id", 0, AX_JSON_EXACT, &p.image) ||
        !ax_json_numbers(ax_json_get(v, "bbox"), p.box.at, 4))
        return ax_fail(err, AX_EFORMAT, "a box without image_id and bbox");
    ax_json_number(v, "score", &p.box.score);
    placed *grown = ax_grow(b->box, b->n_boxes, &b->cap_boxes, sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for boxes");
    b->box = grown;
    b->box[b->n_boxes++] = p;
    return AX_OK;
}

static ax_code take(void *context, const char *list, const ax_json *v, ax_err *err)
{
    if (strcmp(list, "images") == 0)
        return take_image(context, v, err);
    if (!*list || strcmp(list, "annotations") == 0)
        return take_box(context, v, err);
    return AX_OK;
}

ax_boxes *ax_boxes_read(const char *path, ax_err *err)
{
    ax_boxes *b = ax_new(sizeof *b, "boxes", err);
    if (!b)
        return NULL;
    if (ax_json_each(path, take, b, err) == AX_OK)
        return b;
    ax_boxes_free(b);
    return NULL;
}

void ax_boxes_free(ax_boxes *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->n_images; i++)
        free(b->image[i].name);
    free(b->image);
    free(b->box);
    free(b);
}

ax_code ax_boxes_of(const ax_boxes *b, const char *picture, ax_task_box **out, size_t *n, int64_t *id, ax_err *err)
{
    *n = 0;
    *id = ax_picture_number(picture);
    for (size_t i = 0; i < b->n_images; i++)
        if (strcmp(b->image[i].name, base_name(picture)) == 0)
            *id = b->image[i].id;
    if (!(*out = malloc((b->n_boxes + 1) * sizeof **out)))
        return ax_fail(err, AX_ENOMEM, "no memory for boxes");
    for (size_t i = 0; i < b->n_boxes && *id >= 0; i++)
        if (b->box[i].image == *id)
            (*out)[(*n)++] = b->box[i].box;
    return AX_OK;
}
