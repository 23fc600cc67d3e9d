#include "data/image.h"

#include <errno.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h> /* before jpeglib.h, which needs FILE */
#include <jpeglib.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

static ax_code check_size(const char *path, uint64_t h, uint64_t w, ax_err *err)
{
    if (h == 0 || w == 0 || h > (1 << 20) || w > (1 << 20) || h * w > AX_MAX_PIXELS)
        return ax_fail(err, AX_EFORMAT, "%s: %llux%llu pixels, more than the %d megapixels allowed", path,
                       (unsigned long long)w, (unsigned long long)h, AX_MAX_PIXELS >> 20);
    return AX_OK;
}

/* ---- PNG ---- */

typedef struct png_reader {
    const char *path;
    FILE *file;
    uint8_t *pixels;
    png_bytep *rows;
    int32_t h, w;
    char why[128]; /* libpng's last word */
} png_reader;

static void png_failed(png_structp png, png_const_charp text)
{
    png_reader *r = png_get_error_ptr(png);
    snprintf(r->why, sizeof r->why, "%s", text);
    longjmp(png_jmpbuf(png), 1);
}

static void png_warned(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

/* Asks libpng for what we want: RGB of 8 bits, or the raw ids of a mask. false: a mask in colour. */
static bool png_transform(png_structp png, png_infop info, bool mask)
{
    int type = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
    if (mask) {
        if ((type & PNG_COLOR_MASK_COLOR && type != PNG_COLOR_TYPE_PALETTE) || depth > 8)
            return false;
        if (type & PNG_COLOR_MASK_ALPHA)
            png_set_strip_alpha(png);
        png_set_packing(png); /* one byte per pixel, values as they are */
        return true;
    }
    if (depth == 16)
        png_set_scale_16(png);
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(png);
    if (depth < 8 && !(type & PNG_COLOR_MASK_COLOR))
        png_set_expand_gray_1_2_4_to_8(png);
    if (!(type & PNG_COLOR_MASK_COLOR))
        png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
    return true;
}

/* Everything between setjmp and longjmp lives in *r: no local is changed and read after a jump. */
static ax_code png_body(png_reader *r, png_structp png, png_infop info, bool mask, ax_err *err)
{
    if (setjmp(png_jmpbuf(png)))
        return ax_fail(err, AX_EFORMAT, "%s: damaged PNG (%s)", r->path, r->why);
    png_init_io(png, r->file);
    png_set_user_limits(png, 1 << 20, 1 << 20);
    png_read_info(png, info);
    if (check_size(r->path, png_get_image_height(png, info), png_get_image_width(png, info), err) != AX_OK)
        return AX_EFORMAT;
    r->h = (int32_t)png_get_image_height(png, info);
    r->w = (int32_t)png_get_image_width(png, info);
    if (!png_transform(png, info, mask))
        return ax_fail(err, AX_EFORMAT, "%s: a mask must hold class ids: grey or palette of 8 bits, this is colour",
                       r->path);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t line = png_get_rowbytes(png, info), want = (size_t)r->w * (mask ? 1 : 3);
    if (line != want)
        return ax_fail(err, AX_EFORMAT, "%s: PNG of an unexpected kind", r->path);
    r->pixels = malloc(line * (size_t)r->h);
    r->rows = malloc((size_t)r->h * sizeof(png_bytep));
    if (!r->pixels || !r->rows)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", r->path, r->w, r->h);
    for (int32_t i = 0; i < r->h; i++)
        r->rows[i] = r->pixels + (size_t)i * line;
    png_read_image(png, r->rows);
    png_read_end(png, NULL);
    return AX_OK;
}

static ax_code read_png(const char *path, FILE *file, bool mask, uint8_t **pixels, int32_t *h, int32_t *w, ax_err *err)
{
    png_reader r = { .path = path, .file = file };
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, png_failed, png_warned);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    ax_code code = info ? png_body(&r, png, info, mask, err) : ax_fail(err, AX_ENOMEM, "%s: no memory", path);
    png_destroy_read_struct(&png, &info, NULL);
    free(r.rows);
    if (code != AX_OK) {
        free(r.pixels);
        return code;
    }
    *pixels = r.pixels;
    *h = r.h;
    *w = r.w;
    return AX_OK;
}

/* ---- JPEG ---- */

typedef struct jpeg_reader {
    struct jpeg_error_mgr mgr; /* first: libjpeg hands it back */
    jmp_buf jump;
    uint8_t *pixels;
    char why[JMSG_LENGTH_MAX];
} jpeg_reader;

static void jpeg_failed(j_common_ptr c)
{
    jpeg_reader *r = (jpeg_reader *)c->err;
    c->err->format_message(c, r->why);
    longjmp(r->jump, 1);
}

/* A warning is damage for us: libjpeg fills what is missing with grey. */
static void jpeg_message(j_common_ptr c, int level)
{
    if (level < 0)
        jpeg_failed(c);
}

static ax_code jpeg_body(jpeg_reader *r, struct jpeg_decompress_struct *d, const char *path, FILE *file, ax_err *err)
{
    if (setjmp(r->jump))
        return ax_fail(err, AX_EFORMAT, "%s: damaged JPEG (%s)", path, r->why);
    jpeg_create_decompress(d);
    jpeg_stdio_src(d, file);
    jpeg_read_header(d, TRUE);
    if (check_size(path, d->image_height, d->image_width, err) != AX_OK)
        return AX_EFORMAT;
    if (d->jpeg_color_space == JCS_CMYK || d->jpeg_color_space == JCS_YCCK)
        return ax_fail(err, AX_EFORMAT, "%s: a CMYK JPEG; RGB or grey is needed", path);
    d->out_color_space = JCS_RGB;
    jpeg_start_decompress(d);
    size_t line = (size_t)d->output_width * 3;
    r->pixels = malloc(line * d->output_height);
    if (!r->pixels)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %ux%u pixels", path, d->output_width, d->output_height);
    while (d->output_scanline < d->output_height) {
        JSAMPROW row = r->pixels + (size_t)d->output_scanline * line;
        jpeg_read_scanlines(d, &row, 1);
    }
    jpeg_finish_decompress(d);
    return AX_OK;
}

static ax_code read_jpeg(const char *path, FILE *file, uint8_t **rgb, int32_t *h, int32_t *w, ax_err *err)
{
    struct jpeg_decompress_struct d = { 0 };
    jpeg_reader r = { 0 };
    d.err = jpeg_std_error(&r.mgr);
    r.mgr.error_exit = jpeg_failed;
    r.mgr.emit_message = jpeg_message;
    ax_code code = jpeg_body(&r, &d, path, file, err);
    if (code == AX_OK) {
        *rgb = r.pixels;
        *h = (int32_t)d.output_height;
        *w = (int32_t)d.output_width;
    } else {
        free(r.pixels);
    }
    jpeg_destroy_decompress(&d);
    return code;
}

/* ---- by content ---- */

static FILE *open_image(const char *path, unsigned char magic[8], ax_err *err)
{
    FILE *file = fopen(path, "rbe");
    if (!file) {
        ax_fail(err, AX_EIO, "%s: cannot open: %s", path, strerror(errno));
        return NULL;
    }
    memset(magic, 0, 8);
    errno = 0;
    if (fread(magic, 1, 8, file) != 8 && errno) {
        ax_fail(err, AX_EIO, "%s: cannot read: %s", path, strerror(errno));
        fclose(file);
        return NULL;
    }
    rewind(file);
    return file;
}

ax_code ax_picture_read(const char *path, uint8_t **rgb, int32_t *h, int32_t *w, ax_err *err)
{
    unsigned char magic[8];
    FILE *file = open_image(path, magic, err);
    if (!file)
        return AX_EIO;
    ax_code code;
    if (!png_sig_cmp(magic, 0, 8))
        code = read_png(path, file, false, rgb, h, w, err);
    else if (magic[0] == 0xff && magic[1] == 0xd8)
        code = read_jpeg(path, file, rgb, h, w, err);
    else
        code = ax_fail(err, AX_EFORMAT, "%s: neither PNG nor JPEG", path);
    fclose(file);
    return code;
}

ax_code ax_mask_read(const char *path, uint8_t **ids, int32_t *h, int32_t *w, ax_err *err)
{
    unsigned char magic[8];
    FILE *file = open_image(path, magic, err);
    if (!file)
        return AX_EIO;
    ax_code code = png_sig_cmp(magic, 0, 8) ? ax_fail(err, AX_EFORMAT, "%s: a mask must be a PNG", path)
                                            : read_png(path, file, true, ids, h, w, err);
    fclose(file);
    return code;
}
