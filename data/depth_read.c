/* Reads depth maps: PNGs of 16-bit grey, converted to metres. */
#include "data/image_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL = 1000 }; /* default units per metre: millimetres, as written by most cameras */

ax_code ax_depth_scale_parse(const char *text, ax_depth_scale *out, ax_err *err)
{
    char *end;
    *out = (ax_depth_scale) { USUAL, true };
    if (!strcmp(text, "sun"))
        return AX_OK;
    *out = (ax_depth_scale) { strtod(text, &end), false };
    if (end == text || *end || !(out->per_metre > 0) || !isfinite(out->per_metre))
        return ax_fail(err, AX_EINVAL, "scale=%s: units of depth per metre, such as 1000, or sun", text);
    return AX_OK;
}

static uint16_t rotate(uint16_t v)
{
    return (uint16_t)(v >> 3 | v << 13);
}

static ax_code to_metres(const ax_pixels *p, const ax_depth_scale *scale, const char *name, float **metres, ax_err *err)
{
    size_t n = (size_t)p->h * (size_t)p->w;
    double unit = 1 / (scale->per_metre > 0 ? scale->per_metre : p->scale > 0 ? p->scale : USUAL);
    float *out = malloc(n * sizeof *out);
    if (!out)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", name, (int)p->w, (int)p->h);
    for (size_t i = 0; i < n; i++) {
        uint16_t v;
        memcpy(&v, p->bytes + 2 * i, sizeof v);
        out[i] = (float)((scale->rotated ? rotate(v) : v) * unit);
    }
    *metres = out;
    return AX_OK;
}

/* Reads a map in stored orientation. */
static ax_code decode(const void *bytes, size_t n, const char *name, ax_pixels *out, ax_err *err)
{
    static const uint8_t png[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    if (n < sizeof png || memcmp(bytes, png, sizeof png) != 0)
        return ax_fail(err, AX_EFORMAT, "%s: a depth map must be a PNG", name);
    return ax_png_decode_depth(bytes, n, name, out, err);
}

static ax_code read_map(const char *path, ax_pixels *out, ax_err *err)
{
    char *bytes;
    size_t n;
    ax_code code = ax_image_read_file(path, &bytes, &n, err);
    if (code != AX_OK)
        return code;
    code = decode(bytes, n, path, out, err);
    free(bytes);
    return code;
}

/* Finishes a map decoded with `code`: turns it and converts it to metres. */
static ax_code deliver(ax_code code, ax_pixels *p, const ax_depth_scale *scale, const char *name, float **metres,
                       int32_t *h, int32_t *w, ax_err *err)
{
    if (code == AX_OK)
        code = ax_image_turn(p, name, err);
    if (code == AX_OK)
        code = to_metres(p, scale, name, metres, err);
    *h = p->h;
    *w = p->w;
    free(p->bytes);
    return code;
}

ax_code ax_depth_decode(const void *bytes, size_t n, const ax_depth_scale *scale, const char *name, float **metres,
                        int32_t *h, int32_t *w, ax_err *err)
{
    ax_pixels p = { 0 };
    return deliver(decode(bytes, n, name, &p, err), &p, scale, name, metres, h, w, err);
}

ax_code ax_depth_read(const char *path, const ax_depth_scale *scale, float **metres, int32_t *h, int32_t *w,
                      ax_err *err)
{
    ax_pixels p = { 0 };
    return deliver(read_map(path, &p, err), &p, scale, path, metres, h, w, err);
}

ax_code ax_depth_pair_read(const char *picture_path, const char *map_path, const ax_depth_scale *scale, uint8_t **rgb,
                           float **metres, int32_t *h, int32_t *w, ax_err *err)
{
    ax_pixels picture = { 0 }, map = { 0 };
    ax_code code = ax_image_read(picture_path, false, &picture, err);
    if (code == AX_OK)
        code = read_map(map_path, &map, err);
    if (code == AX_OK)
        code = ax_image_match(&picture, &map, picture_path, map_path, err);
    if (code == AX_OK)
        code = ax_image_turn(&picture, picture_path, err);
    code = deliver(code, &map, scale, map_path, metres, h, w, err);
    if (code == AX_OK)
        *rgb = picture.bytes;
    else
        free(picture.bytes);
    return code;
}
