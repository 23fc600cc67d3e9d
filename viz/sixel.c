/* Sixel, by libsixel where the build has it: pictures of classes keep their exact colours, others are reduced to
   256. */
#include "viz/pixels.h"

#ifdef AX_SIXEL
#include <sixel.h>
#include <stdlib.h>
#include <string.h>

bool ax_sixel_is_built(void)
{
    return true;
}

static int append(char *data, int size, void *out)
{
    ax_str_bytes(out, data, (size_t)size);
    return size;
}

/* Makes an RGB picture one with a palette. False: it has more than 256 colours. */
static bool index_colors(const uint8_t *rgb, size_t n, uint8_t palette[256][3], int *colors, uint8_t *index)
{
    *colors = 0;
    for (size_t i = 0; i < n; i++, rgb += 3) {
        int k = i && !memcmp(rgb, rgb - 3, 3) ? index[i - 1] : 0;
        while (k < *colors && memcmp(palette[k], rgb, 3) != 0)
            k++;
        if (k == 256)
            return false;
        if (k == *colors)
            memcpy(palette[(*colors)++], rgb, 3);
        index[i] = (uint8_t)k;
    }
    return true;
}

static sixel_dither_t *exact(uint8_t palette[256][3], int colors)
{
    sixel_dither_t *d = NULL;
    if (SIXEL_FAILED(sixel_dither_new(&d, colors < 2 ? 2 : colors, NULL)))
        return NULL;
    sixel_dither_set_palette(d, palette[0]);
    sixel_dither_set_pixelformat(d, SIXEL_PIXELFORMAT_PAL8);
    return d;
}

static sixel_dither_t *reduced(uint8_t *rgb, int h, int w)
{
    sixel_dither_t *d = NULL;
    if (SIXEL_FAILED(sixel_dither_new(&d, 256, NULL)))
        return NULL;
    if (SIXEL_FAILED(sixel_dither_initialize(d, rgb, w, h, SIXEL_PIXELFORMAT_RGB888, SIXEL_LARGE_AUTO, SIXEL_REP_AUTO,
                                             SIXEL_QUALITY_HIGH))) {
        sixel_dither_unref(d);
        return NULL;
    }
    sixel_dither_set_diffusion_type(d, SIXEL_DIFFUSE_NONE);
    return d;
}

void ax_sixel_show(const ax_raster *p, int out_h, int out_w, ax_str *out)
{
    out_h -= out_h > 6 ? out_h % 6 : 0; /* whole sixels: none reaches into the cells below */
    size_t n = (size_t)out_h * (size_t)out_w;
    uint8_t palette[256][3] = { { 0 } }, *rgb = malloc(3 * n), *index = malloc(n);
    int colors = 0;
    sixel_output_t *to = NULL;
    sixel_dither_t *d = NULL;
    if (rgb && index && SIXEL_SUCCEEDED(sixel_output_new(&to, append, out, NULL))) {
        ax_raster_scale(p, out_h, out_w, rgb);
        bool few = p->colors && index_colors(rgb, n, palette, &colors, index);
        d = few ? exact(palette, colors) : reduced(rgb, out_h, out_w);
        if (d)
            (void)sixel_encode(few ? index : rgb, out_w, out_h, few ? 8 : 24, d, to);
    }
    if (d)
        sixel_dither_unref(d);
    if (to)
        sixel_output_unref(to);
    free(rgb);
    free(index);
}
#else
bool ax_sixel_is_built(void)
{
    return false;
}

void ax_sixel_show(const ax_raster *p, int out_h, int out_w, ax_str *out)
{
    (void)p;
    (void)out_h;
    (void)out_w;
    (void)out;
}
#endif
