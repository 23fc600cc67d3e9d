/* Stores COCO's outlines as bytes, and draws them. */
#include "data/coco_internal.h"

#include "data/polygon.h"
#include "data/rle.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Format: one of these, then a number: of polygons, counts or characters. A polygon is its number of coordinates,
   followed by them. */
enum { POLYGONS = 'p', COUNTS = 'c', STRING = 's' };
enum { MOST_PARTS = 1 << 24 };

static ax_code put_bytes(ax_coco *c, const void *from, size_t n, ax_err *err)
{
    if (c->n_bytes + n > AX_COCO_BUDGET)
        return ax_fail(err, AX_ENOMEM, "outlines of more than %d MiB", AX_COCO_BUDGET >> 20);
    void *bytes = c->bytes;
    ax_code code = ax_coco_room(&bytes, &c->bytes_cap, c->n_bytes + n, 1, err);
    c->bytes = bytes;
    if (code == AX_OK && n) {
        memcpy(c->bytes + c->n_bytes, from, n);
        c->n_bytes += n;
    }
    return code;
}

/* Variable-length integer: seven bits per byte, lowest first. */
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

/* A coordinate that is a multiple of a hundredth is stored as the difference to the previous one on its axis, shifted
   left twice for sign and flag; otherwise a 1 and its eight bytes. Reading gives exactly the number stored. */
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

/* ---- reading outlines ---- */

static ax_code put_polygon(ax_coco *c, const ax_json *ring, ax_err *err)
{
    if (ring->kind != AX_JSON_ARRAY || ring->u.list.n < 6 || ring->u.list.n % 2 || ring->u.list.n > MOST_PARTS)
        return ax_fail(err, AX_EFORMAT, "a polygon isn't a list of three points or more, two numbers each");
    ax_code code = put_number(c, ring->u.list.n, err);
    int64_t last[2] = { 0, 0 };
    int axis = 0;
    for (const ax_json *v = ring->u.list.first; v && code == AX_OK; v = v->next, axis = !axis) {
        if (v->kind != AX_JSON_NUMBER || !isfinite(v->u.number))
            return ax_fail(err, AX_EFORMAT, "a polygon has something that isn't a number");
        code = put_coordinate(c, v->u.number, &last[axis], err);
    }
    return code;
}

static ax_code put_polygons(ax_coco *c, const ax_json *rings, ax_err *err)
{
    uint8_t kind = POLYGONS;
    if (!rings->u.list.n)
        return ax_fail(err, AX_EFORMAT, "an empty segmentation; a box alone isn't an outline");
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
            return ax_fail(err, AX_EFORMAT, "counts have something that isn't a count of pixels");
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

ax_code ax_coco_put(ax_coco *c, const ax_json *outline, int32_t size[2], ax_err *err)
{
    size[0] = size[1] = 0;
    if (outline && outline->kind == AX_JSON_ARRAY)
        return put_polygons(c, outline, err);
    if (outline && outline->kind == AX_JSON_OBJECT)
        return put_runs(c, outline, size, err);
    return ax_fail(err, AX_EFORMAT, "no segmentation; a box alone isn't an outline");
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
