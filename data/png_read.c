#include "data/image_internal.h"
#include "data/orientation.h"
#include "data/png_write.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

/* Target format of the pixels. */
typedef enum kind { RGB, MASK, DEPTH } kind;

/* Everything that must survive libpng's longjmp is here, not in local variables. */
typedef struct reading {
    const uint8_t *bytes;
    size_t left;
    const char *name;
    ax_err *err;
    ax_code code;
    uint8_t *pixels;
    png_bytep *rows;
    png_structp png;
    png_infop info;
} reading;

static void on_error(png_structp png, png_const_charp text)
{
    reading *r = png_get_error_ptr(png);
    if (r->code == AX_OK)
        r->code = ax_fail(r->err, AX_EFORMAT, "%s: damaged PNG: %s", r->name, text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png; /* odd colour profiles and the like don't affect the pixels */
    (void)text;
}

static void on_read(png_structp png, png_bytep to, size_t n)
{
    reading *r = png_get_io_ptr(png);
    if (n > r->left)
        png_error(png, "the file is cut short");
    memcpy(to, r->bytes, n);
    r->bytes += n;
    r->left -= n;
}

/* Reports a problem in our own words. */
static void refuse(reading *r, ax_code code)
{
    r->code = code;
    png_longjmp(r->png, 1);
}

/* Returns the bytes per pixel. */
static int as_mask(reading *r, int type, int depth)
{
    const uint16_t one = 1;
    bool colors = type != PNG_COLOR_TYPE_PALETTE && type & PNG_COLOR_MASK_COLOR;
    if (colors && depth == 16)
        refuse(r, ax_fail(r->err, AX_EFORMAT, "%s: a mask of 16-bit colours; classes have colours of 8 bits", r->name));
    png_set_packing(r->png); /* expands 1, 2, 4 bits to a byte each, values unchanged */
    if (type & PNG_COLOR_MASK_ALPHA)
        png_set_strip_alpha(r->png);
    if (depth == 16 && *(const uint8_t *)&one)
        png_set_swap(r->png);
    return colors ? 3 : depth == 16 ? 2 : 1;
}

static int as_depth(reading *r, int type, int depth)
{
    const uint16_t one = 1;
    if (type != PNG_COLOR_TYPE_GRAY || depth != 16)
        refuse(r, ax_fail(r->err, AX_EFORMAT, "%s: a depth map holds 16-bit grey values, not %s", r->name,
                          type == PNG_COLOR_TYPE_GRAY ? "ones of 8 bits or less" : "colours"));
    if (*(const uint8_t *)&one)
        png_set_swap(r->png); /* the file has the high byte first */
    return 2;
}

/* Units per metre as written by ax_depth_write; 0 = not stated. */
static double scale_of(reading *r)
{
    png_textp text;
    int n = png_get_text(r->png, r->info, &text, NULL);
    for (int i = 0; i < n; i++) {
        char *end;
        double scale = strcmp(text[i].key, AX_DEPTH_SCALE_KEY) != 0 ? 0 : strtod(text[i].text, &end);
        if (scale > 0 && isfinite(scale) && !*end)
            return scale;
    }
    return 0;
}

static int as_rgb(reading *r, int type)
{
    png_set_expand(r->png);
    png_set_scale_16(r->png);
    png_set_strip_alpha(r->png);
    if (!(type & PNG_COLOR_MASK_COLOR))
        png_set_gray_to_rgb(r->png);
    return 3;
}

static int orientation_of(reading *r)
{
    png_uint_32 n;
    png_bytep exif;
    return png_get_eXIf_1(r->png, r->info, &n, &exif) & PNG_INFO_eXIf ? ax_orientation_of(exif, n) : 0;
}

static void decode(reading *r, kind as, ax_pixels *out)
{
    png_set_read_fn(r->png, r, on_read);
    /* we check the size, with our own message */
    png_set_user_limits(r->png, 0x7fffffff, 0x7fffffff);
    png_set_chunk_malloc_max(r->png, 8u << 20);
    png_set_chunk_cache_max(r->png, 64);
    png_read_info(r->png, r->info);
    png_uint_32 w = png_get_image_width(r->png, r->info), h = png_get_image_height(r->png, r->info);
    int type = png_get_color_type(r->png, r->info), depth = png_get_bit_depth(r->png, r->info);
    if (ax_image_check_size(w, h, r->name, r->err) != AX_OK)
        refuse(r, AX_EFORMAT);
    /* deflate compresses at most 1032:1, so a tiny file that claims a large image is truncated or lying */
    if ((uint64_t)png_get_rowbytes(r->png, r->info) * h / 1032 > r->left + 64)
        png_error(r->png, "the file is cut short");
    int size = as == MASK ? as_mask(r, type, depth) : as == DEPTH ? as_depth(r, type, depth) : as_rgb(r, type);
    png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    size_t stride = (size_t)w * (size_t)size;
    if (png_get_rowbytes(r->png, r->info) != stride)
        png_error(r->png, "unexpected kind of pixels");
    r->pixels = malloc(stride * h);
    r->rows = malloc(sizeof *r->rows * h);
    if (!r->pixels || !r->rows)
        refuse(r, ax_fail(r->err, AX_ENOMEM, "%s: no memory for %ux%u pixels", r->name, w, h));
    for (png_uint_32 y = 0; y < h; y++)
        r->rows[y] = r->pixels + stride * y;
    png_read_image(r->png, r->rows);
    png_read_end(r->png, r->info); /* eXIf may also be here */
    *out = (ax_pixels) {
        .h = (int32_t)h, .w = (int32_t)w, .size = size, .bytes = r->pixels, .orientation = orientation_of(r)
    };
    out->scale = as == DEPTH ? scale_of(r) : 0;
    r->pixels = NULL;
}

static ax_code decode_as(const uint8_t *bytes, size_t n, kind as, const char *name, ax_pixels *out, ax_err *err)
{
    reading r = { .bytes = bytes, .left = n, .name = name, .err = err };
    r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, on_error, on_warning);
    r.info = r.png ? png_create_info_struct(r.png) : NULL;
    if (!r.info) {
        png_destroy_read_struct(&r.png, NULL, NULL);
        return ax_fail(err, AX_ENOMEM, "%s: no memory for libpng", name);
    }
    reading *volatile state = &r;
    if (!setjmp(png_jmpbuf(state->png)))
        decode(state, as, out);
    png_destroy_read_struct(&state->png, &state->info, NULL);
    free(state->pixels);
    free(state->rows);
    return state->code;
}

ax_code ax_png_decode(const uint8_t *bytes, size_t n, bool mask, const char *name, ax_pixels *out, ax_err *err)
{
    return decode_as(bytes, n, mask ? MASK : RGB, name, out, err);
}

ax_code ax_png_decode_depth(const uint8_t *bytes, size_t n, const char *name, ax_pixels *out, ax_err *err)
{
    return decode_as(bytes, n, DEPTH, name, out, err);
}
