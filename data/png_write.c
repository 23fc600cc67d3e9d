#include "data/png_write.h"

#include "engine/base/output.h"

#include <math.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything that must survive libpng's longjmp lives here, not in locals. */
typedef struct writing {
    uint8_t *bytes;
    size_t n, cap;
    const char *name;
    ax_err *err;
    ax_code code;
    png_structp png;
    png_infop info;
    char key[16]; /* libpng asks for one that it could write to */
} writing;

static void on_error(png_structp png, png_const_charp text)
{
    writing *w = png_get_error_ptr(png);
    if (w->code == AX_OK)
        w->code = ax_fail(w->err, AX_EINVAL, "%s: cannot make a PNG: %s", w->name, text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void on_write(png_structp png, png_bytep from, size_t n)
{
    writing *w = png_get_io_ptr(png);
    if (w->cap - w->n < n) {
        size_t cap = 2 * w->cap + n + 4096;
        uint8_t *more = realloc(w->bytes, cap);
        if (!more) {
            w->code = ax_fail(w->err, AX_ENOMEM, "%s: no memory for a PNG", w->name);
            png_longjmp(png, 1);
        }
        w->bytes = more;
        w->cap = cap;
    }
    memcpy(w->bytes + w->n, from, n);
    w->n += n;
}

static void on_flush(png_structp png)
{
    (void)png;
}

/* What is to be written. */
typedef struct layout {
    int type, bits;           /* libpng's colour type and bits of a sample */
    size_t bytes;             /* of a pixel */
    const png_color *palette; /* 256 entries; NULL = none */
    char *scale;              /* text of AX_DEPTH_SCALE_KEY; NULL = none */
} layout;

static void encode(writing *s, const void *pixels, int32_t h, int32_t w, const layout *as)
{
    const uint16_t one = 1;
    png_set_write_fn(s->png, s, on_write, on_flush);
    png_set_IHDR(s->png, s->info, (png_uint_32)w, (png_uint_32)h, as->bits, as->type, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    if (as->palette)
        png_set_PLTE(s->png, s->info, as->palette, 256);
    png_text text = { .compression = PNG_TEXT_COMPRESSION_NONE, .key = s->key, .text = as->scale };
    if (as->scale)
        png_set_text(s->png, s->info, &text, 1);
    png_write_info(s->png, s->info);
    if (as->bits == 16 && *(const uint8_t *)&one)
        png_set_swap(s->png); /* the file has the high byte first */
    size_t stride = (size_t)w * as->bytes;
    for (int32_t y = 0; y < h; y++)
        png_write_row(s->png, (const uint8_t *)pixels + stride * (size_t)y);
    png_write_end(s->png, NULL);
}

/* The file is made in memory first, so that a failure leaves no half of it. */
static ax_code write_png(const char *path, const void *pixels, int32_t h, int32_t w, const layout *as, ax_err *err)
{
    if (h < 1 || w < 1)
        return ax_fail(err, AX_EINVAL, "%s: an image of %dx%d has no pixels", path, (int)w, (int)h);
    writing s = { .name = path, .err = err, .key = AX_DEPTH_SCALE_KEY };
    s.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &s, on_error, on_warning);
    s.info = s.png ? png_create_info_struct(s.png) : NULL;
    if (!s.info) {
        png_destroy_write_struct(&s.png, NULL);
        return ax_fail(err, AX_ENOMEM, "%s: no memory for libpng", path);
    }
    writing *volatile state = &s;
    if (!setjmp(png_jmpbuf(state->png)))
        encode(state, pixels, h, w, as);
    png_destroy_write_struct(&state->png, &state->info);
    ax_code code = state->code;
    if (code == AX_OK)
        code = ax_output_write(path, state->bytes, state->n, err);
    free(state->bytes);
    return code;
}

static const layout as_rgb = { PNG_COLOR_TYPE_RGB, 8, 3, NULL, NULL };

ax_code ax_mask_write(const char *path, const uint8_t *mask, int32_t h, int32_t w, const uint8_t (*palette)[3],
                      int32_t colors, ax_err *err)
{
    if (colors < 1 || colors > 256)
        return ax_fail(err, AX_EINVAL, "%s: a palette of %d colours", path, (int)colors);
    png_color full[256];
    for (int32_t i = 0; i < 256; i++)
        full[i] =
            i < colors ? (png_color) { palette[i][0], palette[i][1], palette[i][2] } : (png_color) { 255, 255, 255 };
    return write_png(path, mask, h, w, &(layout) { PNG_COLOR_TYPE_PALETTE, 8, 1, full, NULL }, err);
}

ax_code ax_picture_write(const char *path, const uint8_t *rgb, int32_t h, int32_t w, ax_err *err)
{
    return write_png(path, rgb, h, w, &as_rgb, err);
}

ax_code ax_overlay_write(const char *path, const uint8_t *rgb, const uint8_t *mask, int32_t h, int32_t w,
                         const uint8_t (*palette)[3], int32_t colors, ax_err *err)
{
    size_t n = h < 1 || w < 1 ? 0 : (size_t)h * (size_t)w;
    uint8_t *blend = malloc(3 * n + 1);
    if (!blend)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", path, (int)w, (int)h);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < 3; c++) {
            int v = rgb[3 * i + c];
            blend[3 * i + c] = (uint8_t)(mask[i] < colors ? (v + palette[mask[i]][c] + 1) / 2 : v);
        }
    ax_code code = write_png(path, blend, h, w, &as_rgb, err);
    free(blend);
    return code;
}

ax_code ax_depth_write(const char *path, const float *metres, int32_t h, int32_t w, double scale, ax_err *err)
{
    enum { MOST = 65535 };
    char text[32];
    if (!(scale > 0) || !isfinite(scale))
        return ax_fail(err, AX_EINVAL, "%s: a depth scale of %g", path, scale);
    size_t n = h < 1 || w < 1 ? 0 : (size_t)h * (size_t)w;
    uint16_t *units = malloc(n * sizeof *units + 1);
    if (!units)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", path, (int)w, (int)h);
    for (size_t i = 0; i < n; i++) {
        double v = floor((double)metres[i] * scale + 0.5);
        bool there = isfinite(metres[i]) && metres[i] > 0;
        units[i] = (uint16_t)(!there ? 0 : v < 1 ? 1 : v > MOST ? MOST : v);
    }
    snprintf(text, sizeof text, "%.17g", scale);
    ax_code code = write_png(path, units, h, w, &(layout) { PNG_COLOR_TYPE_GRAY, 16, 2, NULL, text }, err);
    free(units);
    return code;
}
