#include "data/png_write.h"

#include "engine/base/file.h"
#include "engine/base/str.h"

#include <fcntl.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

static void append(png_structp png, png_bytep bytes, size_t n)
{
    ax_str_bytes(png_get_io_ptr(png), (const char *)bytes, n);
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

static void failed(png_structp png, png_const_charp text)
{
    (void)text;
    longjmp(png_jmpbuf(png), 1);
}

/* pixels: {h,w,channels}. false: libpng ran out of memory. */
static bool encode(png_structp png, png_infop info, ax_str *out, const uint8_t *pixels, int32_t h, int32_t w, int type,
                   const png_color *palette)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_write_fn(png, out, append, flush_nothing);
    png_set_IHDR(png, info, (png_uint_32)w, (png_uint_32)h, 8, type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (palette)
        png_set_PLTE(png, info, palette, 256);
    png_write_info(png, info);
    size_t line = (size_t)w * (palette ? 1 : 3);
    for (int32_t i = 0; i < h; i++)
        png_write_row(png, pixels + (size_t)i * line);
    png_write_end(png, NULL);
    return true;
}

static ax_code write_png(const char *path, const uint8_t *pixels, int32_t h, int32_t w, int type,
                         const png_color *palette, ax_err *err)
{
    ax_str bytes;
    ax_str_init(&bytes, (size_t)1 << 30);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, failed, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    bool good = info && encode(png, info, &bytes, pixels, h, w, type, palette) && ax_str_ok(&bytes);
    png_destroy_write_struct(&png, &info);
    ax_code code = good ? ax_file_replace(AT_FDCWD, path, bytes.text, bytes.len, err)
                        : ax_fail(err, AX_ENOMEM, "%s: no memory to encode %dx%d pixels", path, w, h);
    ax_str_release(&bytes);
    return code;
}

ax_code ax_mask_write(const char *path, const uint8_t *mask, int32_t h, int32_t w, const uint8_t (*palette)[3],
                      int32_t colors, ax_err *err)
{
    png_color full[256];
    for (int i = 0; i < 256; i++)
        full[i] =
            i < colors ? (png_color) { palette[i][0], palette[i][1], palette[i][2] } : (png_color) { 255, 255, 255 };
    return write_png(path, mask, h, w, PNG_COLOR_TYPE_PALETTE, full, err);
}

ax_code ax_overlay_write(const char *path, const uint8_t *rgb, const uint8_t *mask, int32_t h, int32_t w,
                         const uint8_t (*palette)[3], int32_t colors, ax_err *err)
{
    size_t n = (size_t)h * (size_t)w;
    uint8_t *blend = malloc(3 * n);
    if (!blend)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", path, w, h);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 3; k++)
            blend[3 * i + k] =
                mask[i] < colors ? (uint8_t)((rgb[3 * i + k] + palette[mask[i]][k] + 1) / 2) : rgb[3 * i + k];
    ax_code code = write_png(path, blend, h, w, PNG_COLOR_TYPE_RGB, NULL, err);
    free(blend);
    return code;
}
