#include "data/labelme_shapes.h"

#include "engine/base/grow.h"
#include "engine/base/json.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CIRCLE = 72, MOST_SIDE = 32768, MOST_LABEL = 256 };

void ax_labelme_release(ax_labelme *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->shape[i].label);
    free(l->shape);
    free(l->number);
    *l = (ax_labelme) { .n = 0 };
}

static ax_code add_point(ax_labelme *l, double x, double y, ax_err *err)
{
    double *grown = ax_grow(l->number, l->numbers + 1, &l->cap_numbers, sizeof *grown); /* for two */
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for the shapes of an image");
    l->number = grown;
    l->number[l->numbers++] = x;
    l->number[l->numbers++] = y;
    return AX_OK;
}

/* The i-th point of the list; false: none. */
static bool point_at(const ax_json *points, size_t i, double xy[2])
{
    const ax_json *p = points->u.list.first;
    while (p && i--)
        p = p->next;
    return p && ax_json_numbers(p, xy, 2);
}

static bool is_near(const ax_labelme *l, const double xy[2])
{
    double w = l->w ? l->w : MOST_SIDE, h = l->h ? l->h : MOST_SIDE;
    return isfinite(xy[0]) && isfinite(xy[1]) && xy[0] >= -w && xy[0] <= 2 * w && xy[1] >= -h && xy[1] <= 2 * h;
}

static ax_code add_polygon(ax_labelme *l, const ax_json *points, ax_err *err)
{
    double xy[2];
    ax_code code = points->u.list.n >= 3 ? AX_OK : ax_fail(err, AX_EFORMAT, "an outline has three points or more");
    for (const ax_json *p = points->u.list.first; p && code == AX_OK; p = p->next) {
        if (!ax_json_numbers(p, xy, 2))
            return ax_fail(err, AX_EFORMAT, "a point isn't two numbers");
        code = is_near(l, xy) ? add_point(l, xy[0], xy[1], err)
                              : ax_fail(err, AX_EFORMAT, "point %g, %g is far outside of the image", xy[0], xy[1]);
    }
    return code;
}

/* Two points: opposite corners of a rectangle, or centre and a point on a circle. */
static ax_code add_two(ax_labelme *l, const ax_json *points, bool circle, ax_err *err)
{
    static const double tau = 6.28318530717958647692;
    double a[2], b[2];
    if (points->u.list.n != 2 || !point_at(points, 0, a) || !point_at(points, 1, b))
        return ax_fail(err, AX_EFORMAT, "a %s has two points of two numbers", circle ? "circle" : "rectangle");
    if (!is_near(l, a) || !is_near(l, b))
        return ax_fail(err, AX_EFORMAT, "a point is far outside of the image");
    double r = hypot(b[0] - a[0], b[1] - a[1]);
    ax_code code = AX_OK;
    for (int k = 0; k < (circle ? CIRCLE : 4) && code == AX_OK; k++)
        code = circle ? add_point(l, a[0] + r * cos(tau * k / CIRCLE), a[1] + r * sin(tau * k / CIRCLE), err)
                      : add_point(l, k == 1 || k == 2 ? b[0] : a[0], k < 2 ? a[1] : b[1], err);
    return code;
}

static ax_code add_shape(ax_labelme *l, const ax_json *v, ax_err *err)
{
    const char *label = ax_json_text(v, "label"), *type = ax_json_text(v, "shape_type");
    const ax_json *points = ax_json_get_as(v, "points", AX_JSON_ARRAY);
    if (!label || !*label || strlen(label) > MOST_LABEL)
        return ax_fail(err, AX_EFORMAT, "no label, or too long a one");
    if (!points)
        return ax_fail(err, AX_EFORMAT, "no points");
    ax_labelme_shape *grown = ax_grow(l->shape, l->n, &l->cap_shapes, sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for the shapes of an image");
    l->shape = grown;
    l->shape[l->n] = (ax_labelme_shape) { strdup(label), l->numbers, 0 };
    if (!l->shape[l->n].label)
        return ax_fail(err, AX_ENOMEM, "no memory for the shapes of an image");
    l->n++;
    ax_code code;
    if (!type || !strcmp(type, "polygon"))
        code = add_polygon(l, points, err);
    else if (!strcmp(type, "rectangle") || !strcmp(type, "circle"))
        code = add_two(l, points, *type == 'c', err);
    else
        code = ax_fail(err, AX_EFORMAT, "shape_type %.20s: polygons, rectangles and circles have an area", type);
    l->shape[l->n - 1].n = l->numbers - l->shape[l->n - 1].first;
    return code;
}

static ax_code read_size(ax_labelme *l, const ax_json *root, ax_err *err)
{
    double h = 0, w = 0;
    bool has_h = ax_json_number(root, "imageHeight", &h), has_w = ax_json_number(root, "imageWidth", &w);
    if (!has_h && !has_w)
        return AX_OK;
    if (!(h >= 1 && w >= 1 && h <= MOST_SIDE && w <= MOST_SIDE) || h != floor(h) || w != floor(w))
        return ax_fail(err, AX_EFORMAT, "imageHeight %g, imageWidth %g: no size of an image", h, w);
    l->h = (int32_t)h;
    l->w = (int32_t)w;
    return AX_OK;
}

ax_code ax_labelme_read(ax_labelme *l, const char *path, ax_err *err)
{
    *l = (ax_labelme) { .n = 0 };
    ax_json_doc *doc = ax_json_open(path, err);
    if (!doc)
        return err->code;
    const ax_json *root = ax_json_root(doc), *shapes = ax_json_get_as(root, "shapes", AX_JSON_ARRAY);
    size_t i = 0;
    ax_code code = shapes ? read_size(l, root, err) : ax_fail(err, AX_EFORMAT, "no list of shapes, as LabelMe writes");
    for (const ax_json *v = shapes ? shapes->u.list.first : NULL; v && code == AX_OK; v = v->next) {
        char which[32];
        snprintf(which, sizeof which, "shape %zu", ++i);
        code = add_shape(l, v, err);
        if (code != AX_OK)
            ax_fail_prefix(err, which);
    }
    ax_json_free(doc);
    return code == AX_OK ? code : ax_fail_prefix(err, path);
}
