#include "viz/raster.h"

#include <math.h>
#include <string.h>

static int32_t within(int32_t at, int32_t size)
{
    return at < 0 ? 0 : at >= size ? size - 1 : at;
}

static const uint8_t *pixel(const ax_raster *p, int32_t y, int32_t x)
{
    size_t at = (size_t)within(y, p->h) * (size_t)p->w + (size_t)within(x, p->w);
    return p->colors ? p->palette[p->pixels[at]] : p->pixels + 3 * at;
}

/* ---- means ---- */

enum { SAMPLES = 4 }; /* most pixels of a box along a side */

static int samples(double side)
{
    return (int)fmin(SAMPLES, ceil(side));
}

/* Finds n pixels along a side of a box, which is `side` long from `from` on. */
static void find_samples(double from, double side, int n, int32_t size, int32_t at[static SAMPLES])
{
    for (int i = 0; i < n; i++)
        at[i] = within((int32_t)(from + (i + 0.5) * side / n), size);
}

/* A row of out_w means of boxes, of at most 4 x 4 of their pixels each. */
static void scale_row(const ax_raster *p, double top, double high, double wide, int32_t out_w, uint8_t *out)
{
    int down = samples(high), across = samples(wide), n = down * across;
    int32_t row[SAMPLES], col[SAMPLES];
    find_samples(top, high, down, p->h, row);
    for (int32_t x = 0; x < out_w; x++, out += 3) {
        int sum[3] = { n / 2, n / 2, n / 2 };
        find_samples(p->left + x * wide, wide, across, p->w, col);
        for (int i = 0; i < down; i++)
            for (int j = 0; j < across; j++) {
                const uint8_t *rgb = p->pixels + 3 * ((size_t)row[i] * (size_t)p->w + (size_t)col[j]);
                for (int k = 0; k < 3; k++)
                    sum[k] += rgb[k];
            }
        for (int k = 0; k < 3; k++)
            out[k] = (uint8_t)(sum[k] / n);
    }
}

/* ---- scaling ---- */

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
    for (int32_t y = 0; y < out_h; y++) {
        double top = p->top + y * high, mid_y = top + high / 2;
        if (!p->colors && (high > 1 || wide > 1)) {
            scale_row(p, top, high, wide, out_w, out);
            out += 3 * (size_t)out_w;
            continue;
        }
        for (int32_t x = 0; x < out_w; x++, out += 3) {
            double mid_x = p->left + x * wide + wide / 2;
            if (p->colors) /* class ids have no mean */
                memcpy(out, pixel(p, (int32_t)mid_y, (int32_t)mid_x), 3);
            else
                between(p, mid_y - 0.5, mid_x - 0.5, out);
        }
    }
}
