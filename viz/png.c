#include "viz/png.h"

#include <png.h>
#include <setjmp.h>

static void append(png_structp png, png_bytep data, png_size_t n)
{
    ax_str *out = png_get_io_ptr(png);
    ax_str_bytes(out, (const char *)data, n);
    if (!ax_str_ok(out))
        png_error(png, "no memory");
}

static void no_flush(png_structp png)
{
    (void)png;
}

static void on_error(png_structp png, png_const_charp text)
{
    (void)text;
    longjmp(*png_set_longjmp_fn(png, longjmp, sizeof(jmp_buf)), 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

/* palette NULL: RGB. */
static bool encode(png_structp png, png_infop info, const uint8_t *pixels, int32_t h, int32_t w,
                   const uint8_t (*palette)[3], ax_str *out)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_color color[256] = { { 0, 0, 0 } };
    size_t row = (size_t)w * (palette ? 1 : 3);
    png_set_write_fn(png, out, append, no_flush);
    png_set_IHDR(png, info, (png_uint_32)w, (png_uint_32)h, 8, palette ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    for (int i = 0; i < 256 && palette; i++)
        color[i] = (png_color) { palette[i][0], palette[i][1], palette[i][2] };
    if (palette)
        png_set_PLTE(png, info, color, 256);
    png_write_info(png, info);
    for (int32_t r = 0; r < h; r++)
        png_write_row(png, (png_const_bytep)pixels + (size_t)r * row);
    png_write_end(png, info);
    return true;
}

static ax_code write_png(const uint8_t *pixels, int32_t h, int32_t w, const uint8_t (*palette)[3], ax_str *out,
                         ax_err *err)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    bool ok = info && encode(png, info, pixels, h, w, palette, out);
    png_destroy_write_struct(&png, &info);
    return ok ? AX_OK : ax_fail(err, AX_ENOMEM, "cannot encode a picture of %dx%d", w, h);
}

ax_code ax_png_rgb(const uint8_t *rgb, int32_t h, int32_t w, ax_str *out, ax_err *err)
{
    return write_png(rgb, h, w, NULL, out, err);
}

ax_code ax_png_palette(const uint8_t *index, int32_t h, int32_t w, const uint8_t (*palette)[3], ax_str *out,
                       ax_err *err)
{
    return write_png(index, h, w, palette, out, err);
}
