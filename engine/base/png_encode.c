#include "engine/base/png_encode.h"

#include <png.h>
#include <setjmp.h>

/* State that must survive libpng's longjmp, so it isn't in local variables. */
typedef struct encoding {
    const ax_png_picture *p;
    ax_str *out;
    png_structp png;
    png_infop info;
} encoding;

static void append(png_structp png, png_bytep data, png_size_t n)
{
    encoding *e = png_get_io_ptr(png);
    ax_str_bytes(e->out, (const char *)data, n);
    if (!ax_str_ok(e->out))
        png_error(png, "no memory");
}

static void no_flush(png_structp png)
{
    (void)png;
}

static void on_error(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void set_palette(const encoding *e)
{
    png_color color[256];
    for (int i = 0; i < 256; i++)
        color[i] = (png_color) { e->p->palette[i][0], e->p->palette[i][1], e->p->palette[i][2] };
    png_set_PLTE(e->png, e->info, color, 256);
}

static void write_all(encoding *e)
{
    static const struct {
        int type, bits;
        size_t bytes; /* bytes per pixel */
    } layout[] = { [AX_PNG_RGB] = { PNG_COLOR_TYPE_RGB, 8, 3 },
                   [AX_PNG_PALETTE] = { PNG_COLOR_TYPE_PALETTE, 8, 1 },
                   [AX_PNG_GREY16] = { PNG_COLOR_TYPE_GRAY, 16, 2 } };
    const ax_png_picture *p = e->p;
    const uint16_t one = 1;
    png_set_write_fn(e->png, e, append, no_flush);
    png_set_IHDR(e->png, e->info, (png_uint_32)p->w, (png_uint_32)p->h, layout[p->kind].bits, layout[p->kind].type,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    if (p->kind == AX_PNG_PALETTE)
        set_palette(e);
    png_text text = { .compression = PNG_TEXT_COMPRESSION_NONE,
                      .key = (char *)(uintptr_t)p->keyword,
                      .text = (char *)(uintptr_t)p->text };
    if (p->keyword)
        png_set_text(e->png, e->info, &text, 1);
    png_write_info(e->png, e->info);
    if (p->kind == AX_PNG_GREY16 && *(const uint8_t *)&one)
        png_set_swap(e->png); /* PNG stores the high byte first */
    size_t stride = (size_t)p->w * layout[p->kind].bytes;
    for (int32_t y = 0; y < p->h; y++)
        png_write_row(e->png, (const uint8_t *)p->pixels + stride * (size_t)y);
    png_write_end(e->png, NULL);
}

ax_code ax_png_encode(const ax_png_picture *p, ax_str *out, ax_err *err)
{
    if (p->h < 1 || p->w < 1)
        return ax_fail(err, AX_EINVAL, "an image of %dx%d has no pixels", (int)p->w, (int)p->h);
    encoding e = { .p = p, .out = out };
    e.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    e.info = e.png ? png_create_info_struct(e.png) : NULL;
    encoding *volatile state = &e;
    volatile bool ok = false;
    if (e.info && !setjmp(png_jmpbuf(state->png))) {
        write_all(state);
        ok = true;
    }
    png_destroy_write_struct(&state->png, &state->info);
    if (ok)
        return AX_OK;
    return ax_str_ok(out) && e.info
               ? ax_fail(err, AX_EINVAL, "cannot make a PNG of %dx%d pixels", (int)p->w, (int)p->h)
               : ax_fail(err, AX_ENOMEM, "no memory for a PNG of %dx%d pixels", (int)p->w, (int)p->h);
}
