#include "viz/raster.h"

#include <math.h>
#include <string.h>

static const uint8_t *pixel(const ax_raster *p, int32_t y, int32_t x)
{
    y = y < 0 ? 0 : y >= p->h ? p->h - 1 : y;
    x = x < 0 ? 0 : x >= p->w ? p->w - 1 : x;
    size_t at = (size_t)y * (size_t)p->w + (size_t)x;
    return p->colors ? p->palette[p->pixels[at]] : p->pixels + 3 * at;
}

/* The mean of a box, of at most 4 x 4 of its pixels. */
static void mean(const ax_raster *p, double top, double left, double high, double wide, uint8_t out[3])
{
    int down = (int)fmin(4, ceil(high)), across = (int)fmin(4, ceil(wide)), n = down * across;
    int sum[3] = { n / 2, n / 2, n / 2 };
    for (int i = 0; i < n; i++) {
        int row = i / across, col = i % across;
        const uint8_t *rgb =
            pixel(p, (int32_t)(top + (row + 0.5) * high / down), (int32_t)(left + (col + 0.5) * wide / across));
        for (int k = 0; k < 3; k++)
            sum[k] += rgb[k];
    }
    for (int k = 0; k < 3; k++)
        out[k] = (uint8_t)(sum[k] / n);
}

static void between(const ax_raster *p, double y, double x, uint8_t out[3])
{
    double fy = y - floor(y), fx = x - floor(x);
    int32_t iy = (int32_t)floor(y), ix = (int32_t)floor(x);
    const uint8_t *a = pixel(p, iy, ix), *b = pixel(p, iy, ix + 1);
    const uint8_t *c = pixel(p, iy + 1, ix), *d = pixel(p, iy + 1, ix + 1);
    for (int k = 0; k < 3; k++)
        out[k] = (uint8_t)((1 - fy) * ((1 - fx) * a[k] + fx * b[k]) + fy * ((1 - fx) * c[k] + fx * d[k]) + 0.5);
}

void ax_raster_scale(const ax_raster *p, int32_t out_h, int32_t out_w, uint8_t *out)
{
    double high = (double)p->seen_h / out_h, wide = (double)p->seen_w / out_w;
    for (int32_t y = 0; y < out_h; y++)
        for (int32_t x = 0; x < out_w; x++, out += 3) {
            double top = p->top + y * high, left = p->left + x * wide;
            double mid_y = top + high / 2, mid_x = left + wide / 2;
            if (p->colors) /* class ids have no mean */
                memcpy(out, pixel(p, (int32_t)mid_y, (int32_t)mid_x), 3);
            else if (high > 1 || wide > 1)
                mean(p, top, left, high, wide, out);
            else
                between(p, mid_y - 0.5, mid_x - 0.5, out);
        }
}
