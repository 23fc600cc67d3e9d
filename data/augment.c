#include "data/augment.h"

#include "data/image.h"
#include "data/jitter.h"
#include "engine/base/normalise.h"
#include "engine/base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Source of one row or column of the sample. */
typedef struct tap {
    int32_t lo, hi; /* the two neighbours for colours; lo = -1: padding */
    float weight;   /* of hi */
    int32_t nearest;
    double at;    /* position in the picture, possibly beyond its edges */
    int32_t last; /* of the axis */
} tap;

/* Computes n positions of the sample; the first is at `start` of an axis of `size` resized to `scaled`. */
static void axis(tap *t, int32_t n, int32_t start, int32_t size, int32_t scaled, bool flip)
{
    double step = (double)size / scaled;
    for (int32_t i = 0; i < n; i++) {
        int32_t at = (flip ? n - 1 - i : i) + start;
        if (at < 0 || at >= scaled) {
            t[i] = (tap) { .lo = -1 };
            continue;
        }
        const double exact = (at + 0.5) * step - 0.5;
        double x = exact < 0 ? 0 : exact > size - 1 ? size - 1 : exact;
        int32_t lo = (int32_t)x, nearest = (int32_t)((at + 0.5) * step);
        t[i] = (tap) { .lo = lo,
                       .hi = lo + 1 < size ? lo + 1 : lo,
                       .weight = (float)(x - lo),
                       .nearest = nearest < size ? nearest : size - 1,
                       .at = exact,
                       .last = size - 1 };
    }
}

/* ---- cubic convolution (Keys, 1981), with a = -.75 as in OpenCV ---- */

enum { CUBIC = 4 }; /* neighbours */

static void cubic_weights(const tap *t, float w[static CUBIC])
{
    static const float a = -0.75f;
    for (int k = 0; k < CUBIC; k++) {
        float d = fabsf((float)(t->at - floor(t->at)) - (float)(k - 1));
        w[k] = d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
    }
}

static int32_t cubic_at(const tap *t, int k) /* clamped to the edge */
{
    int32_t at = (int32_t)floor(t->at) + k - 1;
    return at < 0 ? 0 : at > t->last ? t->last : at;
}

/* Rounds and clamps, as a resized picture of bytes would be. */
static void fill_row_cubic(const ax_picture *p, const tap *row, const tap *column, int32_t n, const float (*norm)[256],
                           float *image)
{
    float down[CUBIC], across[CUBIC];
    const uint8_t *line[CUBIC];
    cubic_weights(row, down);
    for (int k = 0; k < CUBIC; k++)
        line[k] = p->rgb + (size_t)cubic_at(row, k) * (size_t)p->w * 3;
    for (int32_t x = 0; x < n; x++) {
        const tap *t = &column[x];
        if (t->lo < 0) {
            image[3 * x] = image[3 * x + 1] = image[3 * x + 2] = 0;
            continue;
        }
        cubic_weights(t, across);
        for (int c = 0; c < 3; c++) {
            float sum = 0;
            for (int i = 0; i < CUBIC; i++)
                for (int k = 0; k < CUBIC; k++)
                    sum += down[i] * across[k] * (float)line[i][3 * cubic_at(t, k) + c];
            int v = (int)floorf(sum + 0.5f);
            image[3 * x + c] = norm[c][v < 0 ? 0 : v > 255 ? 255 : v];
        }
    }
}

/* ---- bilinear ---- */

static int32_t crop_start(int32_t scaled, int32_t crop, bool random, double u)
{
    int32_t slack = scaled - crop;
    if (slack < 0)
        return -((-slack) / 2);
    return random ? (int32_t)(u * (slack + 1)) : slack / 2;
}

static ax_cut cut_of(int32_t n, int32_t start, int32_t size, int32_t scaled, bool flip)
{
    double step = (double)size / scaled;
    return flip ? (ax_cut) { size, (n + start) * step, -step } : (ax_cut) { size, start * step, step };
}

static int32_t scaled_side(int32_t side, double scale)
{
    double s = floor(side * scale + 0.5);
    return s < 1 ? 1 : (int32_t)s;
}

static ax_code check(const ax_sample_spec *s, int32_t h, int32_t w, ax_err *err)
{
    if (h < 1 || w < 1 || h > AX_IMAGE_MAX_SIDE || w > AX_IMAGE_MAX_SIDE)
        return ax_fail(err, AX_EINVAL, "cannot cut a sample out of an image of %dx%d", (int)w, (int)h);
    if (s->h < 0 || s->w < 0 || s->h > AX_IMAGE_MAX_SIDE || s->w > AX_IMAGE_MAX_SIDE)
        return ax_fail(err, AX_EINVAL, "a sample of %dx%d makes no sense", (int)s->w, (int)s->h);
    if (s->shorter_side < 0 || s->shorter_side > AX_IMAGE_MAX_SIDE)
        return ax_fail(err, AX_EINVAL, "a shorter side of %d makes no sense", (int)s->shorter_side);
    if (!(s->scale_min > 0) || !(s->scale_max >= s->scale_min) || !(s->scale_max <= 100))
        return ax_fail(err, AX_EINVAL, "scales from %g to %g make no sense", (double)s->scale_min,
                       (double)s->scale_max);
    return AX_OK;
}

static void fill_row(const ax_picture *p, const tap *row, const tap *column, int32_t n, const float (*norm)[256],
                     float *image)
{
    const uint8_t *a = p->rgb + (size_t)row->lo * (size_t)p->w * 3, *b = p->rgb + (size_t)row->hi * (size_t)p->w * 3;
    for (int32_t x = 0; x < n; x++) {
        const tap *t = &column[x];
        if (t->lo < 0) {
            image[3 * x] = image[3 * x + 1] = image[3 * x + 2] = 0;
            continue;
        }
        for (int32_t c = 0; c < 3; c++) {
            const float *v = norm[c];
            float top = v[a[3 * t->lo + c]], low = v[b[3 * t->lo + c]];
            top += (v[a[3 * t->hi + c]] - top) * t->weight;
            low += (v[b[3 * t->hi + c]] - low) * t->weight;
            image[3 * x + c] = top + (low - top) * row->weight;
        }
    }
}

/* Cuts the sample's truth by rows and columns of the picture. */
static ax_code cut_truth(const ax_picture *p, const ax_task_spec *task, const tap *rows, const tap *columns,
                         ax_truth_cut *cut, ax_sample *out, ax_err *err)
{
    int32_t h = out->h, w = out->w;
    int32_t *nearest = malloc(sizeof *nearest * (size_t)(h + w));
    if (!nearest)
        return ax_fail(err, AX_ENOMEM, "no memory for a sample of %dx%d", (int)w, (int)h);
    for (int32_t i = 0; i < h + w; i++) {
        const tap *t = i < h ? &rows[i] : &columns[i - h];
        nearest[i] = t->lo < 0 ? -1 : t->nearest;
    }
    cut->row = nearest;
    cut->column = nearest + h;
    task->task->cut(task, cut, p->truth, out->truth);
    free(nearest);
    return AX_OK;
}

/* Geometry of one sample, from the settings and random numbers. */
typedef struct cutting {
    int32_t sh, sw;      /* size of the resized image */
    int32_t h, w, y, x;  /* the sample, and its position in the resized image */
    double random_scale; /* only the random part of the image's scale */
    bool mirror;
} cutting;

static ax_code choose(const ax_sample_spec *spec, uint64_t index, int32_t h, int32_t w, cutting *out, ax_err *err)
{
    ax_rng rng = ax_rng_new(spec->seed, index);
    double to_shorter = spec->shorter_side ? (double)spec->shorter_side / (h < w ? h : w) : 1;
    double usual = spec->floor ? fmax(1, to_shorter) : to_shorter; /* without the random factor */
    double u = ax_rng_uniform(&rng);
    double random_scale = (double)spec->scale_min + u * ((double)spec->scale_max - (double)spec->scale_min);
    double scale = usual * random_scale;
    if (spec->floor) {
        scale = spec->shorter_side ? fmax(random_scale, to_shorter) : random_scale;
        random_scale = scale / usual;
    }
    double top = ax_rng_uniform(&rng), left = ax_rng_uniform(&rng), mirror = ax_rng_uniform(&rng);
    if (h * scale > AX_IMAGE_MAX_SIDE || w * scale > AX_IMAGE_MAX_SIDE)
        return ax_fail(err, AX_EINVAL, "an image of %dx%d scaled by %g is too large", (int)w, (int)h, scale);
    cutting c = { .sh = scaled_side(h, scale),
                  .sw = scaled_side(w, scale),
                  .random_scale = random_scale,
                  .mirror = spec->mirror && mirror < 0.5 };
    int32_t more = spec->whole ? 31 : 0;
    c.h = spec->h ? spec->h : c.sh < 32 ? 32 : (c.sh + more) / 32 * 32;
    c.w = spec->w ? spec->w : c.sw < 32 ? 32 : (c.sw + more) / 32 * 32;
    if ((size_t)c.h * (size_t)c.w > AX_IMAGE_MAX_PIXELS)
        return ax_fail(err, AX_EINVAL, "a sample of %dx%d is too large", (int)c.w, (int)c.h);
    if (!spec->whole) {
        c.y = crop_start(c.sh, c.h, spec->random_crop, top);
        c.x = crop_start(c.sw, c.w, spec->random_crop, left);
    }
    *out = c;
    return AX_OK;
}

/* norm: normalised value of each byte per channel. Bilinear filtering commutes with normalising, so each byte is
   normalised once. */
static void fill_image(const ax_picture *p, const cutting *c, const tap *rows, const tap *columns, bool cubic,
                       float (*norm)[256], float *image)
{
    for (unsigned k = 0; k < 3; k++)
        for (int v = 0; v < 256; v++)
            norm[k][v] = ax_normalise((float)v, k);
    for (int32_t i = 0; i < c->h; i++, image += 3 * (size_t)c->w)
        if (rows[i].lo >= 0)
            (cubic ? fill_row_cubic : fill_row)(p, &rows[i], columns, c->w, (const float(*)[256])norm, image);
        else
            memset(image, 0, 3 * sizeof(float) * (size_t)c->w);
}

ax_code ax_augment(const ax_picture *p, const ax_task_spec *task, const ax_sample_spec *spec, uint64_t index,
                   ax_sample *out, ax_err *err)
{
    int32_t h = p->h, w = p->w;
    cutting c = { .h = 32, .w = 32 }; /* the smallest possible */
    *out = (ax_sample) { 0 };
    if (check(spec, h, w, err) != AX_OK || choose(spec, index, h, w, &c, err) != AX_OK)
        return AX_EINVAL;
    tap *rows = malloc(sizeof *rows * (size_t)(c.h + c.w));
    float(*norm)[256] = malloc(3 * sizeof *norm);
    *out = (ax_sample) { .h = c.h,
                         .w = c.w,
                         .image = malloc(3 * sizeof(float) * (size_t)c.h * (size_t)c.w),
                         .truth = malloc(task->task->truth_bytes(task, c.h, c.w)) };
    ax_code code = AX_ENOMEM;
    if (rows && norm && out->image && out->truth) {
        tap *columns = rows + c.h;
        axis(rows, c.h, c.y, h, c.sh, false);
        axis(columns, c.w, c.x, w, c.sw, c.mirror);
        out->y = cut_of(c.h, c.y, h, c.sh, false);
        out->x = cut_of(c.w, c.x, w, c.sw, c.mirror);
        fill_image(p, &c, rows, columns, spec->cubic, norm, out->image);
        ax_truth_cut cut = {
            .image_h = h, .image_w = w, .h = c.h, .w = c.w, .y = out->y, .x = out->x, .scale = c.random_scale
        };
        code = cut_truth(p, task, rows, columns, &cut, out, err);
    } else {
        ax_fail(err, AX_ENOMEM, "no memory for a sample of %dx%d", (int)c.w, (int)c.h);
    }
    free(rows);
    free(norm);
    if (code == AX_OK)
        ax_jitter(out, spec, index);
    else
        ax_sample_release(out);
    return code;
}
