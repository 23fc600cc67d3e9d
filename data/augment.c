#include "data/augment.h"

#include "engine/base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ImageNet's statistics, RGB in 0..1: what the encoder was trained with. */
static const float mean[3] = { 0.485f, 0.456f, 0.406f }, deviation[3] = { 0.229f, 0.224f, 0.225f };

enum { IGNORE = 255 };

/* Where a pixel of the sample lies in the picture: source = (sample + offset + 0.5) * step - 0.5 along each axis. */
typedef struct window {
    double step;          /* picture pixels per sample pixel */
    int32_t h, w;         /* of the sample */
    int32_t top, left;    /* of the sample in the scaled picture; may be negative: padding */
    int32_t all_h, all_w; /* of the scaled picture */
    bool mirror;
} window;

static int32_t scaled(int32_t n, double factor)
{
    double r = floor(n * factor + 0.5);
    return r < 1 ? 1 : (int32_t)r;
}

static int32_t place(int32_t all, int32_t part, bool random, ax_rng *rng)
{
    int32_t room = all - part;
    if (room <= 0)
        return -((-room) / 2); /* too small: padded on both sides */
    return random ? (int32_t)ax_rng_below(rng, (uint32_t)room + 1) : room / 2;
}

static window choose_window(const ax_picture *p, const ax_sample_spec *spec, uint64_t index)
{
    ax_rng rng = ax_rng_new(spec->seed, 2 * index + (spec->split == AX_SPLIT_VAL));
    int32_t shorter = p->h < p->w ? p->h : p->w;
    double factor = spec->shorter_side ? (double)spec->shorter_side / shorter : 1;
    /* every random number is drawn whether it is used or not: switching one off leaves the others as they were */
    double u = ax_rng_uniform(&rng);
    bool mirror = ax_rng_next(&rng) >> 63;
    factor *= (double)spec->scale_min + u * ((double)spec->scale_max - (double)spec->scale_min);
    window v = { .step = 1 / factor, .mirror = spec->mirror && mirror };
    v.all_h = scaled(p->h, factor);
    v.all_w = scaled(p->w, factor);
    v.h = spec->h ? spec->h : v.all_h >= 32 ? v.all_h / 32 * 32 : 32;
    v.w = spec->w ? spec->w : v.all_w >= 32 ? v.all_w / 32 * 32 : 32;
    v.top = place(v.all_h, v.h, spec->random_crop, &rng);
    v.left = place(v.all_w, v.w, spec->random_crop, &rng);
    return v;
}

/* The two picture rows (or columns) around a sample coordinate and the weight of the second; false outside. */
typedef struct tap {
    int32_t lo, hi, nearest;
    float t;
    bool inside;
} tap;

static tap tap_of(int32_t i, int32_t offset, int32_t all, double step, int32_t n)
{
    int32_t at = i + offset;
    tap t = { .inside = at >= 0 && at < all };
    double x = ((double)at + 0.5) * step - 0.5;
    x = x < 0 ? 0 : x > n - 1 ? n - 1 : x;
    t.lo = (int32_t)x;
    t.hi = t.lo + 1 < n ? t.lo + 1 : t.lo;
    t.t = (float)(x - t.lo);
    int32_t nearest = (int32_t)floor(((double)at + 0.5) * step);
    t.nearest = nearest < 0 ? 0 : nearest > n - 1 ? n - 1 : nearest;
    return t;
}

static void sample_pixel(const ax_picture *p, tap v, tap u, float *out)
{
    const uint8_t *a = p->rgb + ((size_t)v.lo * (size_t)p->w + (size_t)u.lo) * 3;
    const uint8_t *b = p->rgb + ((size_t)v.lo * (size_t)p->w + (size_t)u.hi) * 3;
    const uint8_t *c = p->rgb + ((size_t)v.hi * (size_t)p->w + (size_t)u.lo) * 3;
    const uint8_t *d = p->rgb + ((size_t)v.hi * (size_t)p->w + (size_t)u.hi) * 3;
    for (int k = 0; k < 3; k++) {
        float top = (float)a[k] + u.t * ((float)b[k] - (float)a[k]);
        float bottom = (float)c[k] + u.t * ((float)d[k] - (float)c[k]);
        out[k] = ((top + v.t * (bottom - top)) / 255.0f - mean[k]) / deviation[k];
    }
}

ax_code ax_augment(const ax_picture *p, const ax_sample_spec *spec, uint64_t index, ax_sample *out, ax_err *err)
{
    window win = choose_window(p, spec, index);
    size_t pixels = (size_t)win.h * (size_t)win.w;
    tap *columns = malloc((size_t)win.w * sizeof *columns);
    *out = (ax_sample) { win.h, win.w, calloc(pixels * 3, sizeof(float)), malloc(pixels) };
    if (!columns || !out->image || !out->labels) {
        free(columns);
        ax_sample_release(out);
        return ax_fail(err, AX_ENOMEM, "no memory for a sample of %dx%d", win.h, win.w);
    }
    memset(out->labels, IGNORE, pixels);
    for (int32_t x = 0; x < win.w; x++)
        columns[x] = tap_of(win.mirror ? win.w - 1 - x : x, win.left, win.all_w, win.step, p->w);
    for (int32_t y = 0; y < win.h; y++) {
        tap row = tap_of(y, win.top, win.all_h, win.step, p->h);
        for (int32_t x = 0; x < win.w && row.inside; x++) {
            tap column = columns[x];
            if (!column.inside)
                continue;
            size_t i = (size_t)y * (size_t)win.w + (size_t)x;
            sample_pixel(p, row, column, out->image + 3 * i);
            out->labels[i] = p->labels[(size_t)row.nearest * (size_t)p->w + (size_t)column.nearest];
        }
    }
    free(columns);
    return AX_OK;
}
