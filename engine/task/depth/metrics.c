#include "engine/task/depth/metrics.h"

#include <math.h>
#include <stdlib.h>

const char *ax_depth_figure_name(ax_depth_figure f)
{
#define NAME(id, name, unit) #name,
    static const char *const text[AX_DEPTH_FIGURES] = { AX_DEPTH_FIGURE_LIST(NAME) };
    return text[f];
}

ax_code ax_depth_crop_window(ax_depth_crop crop, int32_t h, int32_t w, ax_depth_window *out, ax_err *err)
{
#define TEXT(id, name) name,
    static const char *const name[AX_DEPTH_CROPS] = { AX_DEPTH_CROP_LIST(TEXT) };
    /* top, bottom, left, right as shares of the image's size */
    static const double share[AX_DEPTH_CROPS][4] = {
        [AX_DEPTH_CROP_GARG] = { 0.40810811, 0.99189189, 0.03594771, 0.96405229 },
        [AX_DEPTH_CROP_EIGEN] = { 0.3324324, 0.91351351, 0.0359477, 0.96405229 },
    };
    *out = (ax_depth_window) { 0, h, 0, w };
    if (crop == AX_DEPTH_CROP_NONE)
        return AX_OK;
    if (crop == AX_DEPTH_CROP_NYU) {
        *out = (ax_depth_window) { 45, 471, 41, 601 };
        return h == 480 && w == 640
                   ? AX_OK
                   : ax_fail(err, AX_EINVAL, "crop %s is for images of 640x480, not %dx%d", name[crop], (int)w, (int)h);
    }
    const double *s = share[crop];
    *out = (ax_depth_window) { (int32_t)(s[0] * h), (int32_t)(s[1] * h), (int32_t)(s[2] * w), (int32_t)(s[3] * w) };
    return out->top < out->bottom && out->left < out->right
               ? AX_OK
               : ax_fail(err, AX_EINVAL, "crop %s leaves nothing of an image of %dx%d", name[crop], (int)w, (int)h);
}

/* Adds one valid pixel. */
static void add(ax_depth_sums *s, double p, double t)
{
    static const double step = 1.25;
    double e = p - t, l = log(p) - log(t), ratio = p > t ? p / t : t / p;
    s->pixels++;
    s->abs_rel += fabs(e) / t;
    s->sq_rel += e * e / t;
    s->square += e * e;
    s->log10 += fabs(log10(p) - log10(t));
    s->truth += t;
    s->truth_square += t * t;
    s->log += l;
    s->log_square += l * l;
    s->within[0] += ratio < step;
    s->within[1] += ratio < step * step;
    s->within[2] += ratio < step * step * step;
}

/* !(p >= min) includes NaN */
static float cap(float p, const ax_depth_range *range)
{
    return !(p >= range->min) ? range->min : p > range->max ? range->max : p;
}

ax_depth_sums ax_depth_measure(const float *prediction, const float *truth, int32_t h, int32_t w,
                               const ax_depth_window *window, const ax_depth_range *range)
{
    ax_depth_sums s = { 0 };
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            size_t i = (size_t)y * (size_t)w + (size_t)x;
            float p = prediction[i], t = truth[i];
            s.not_finite += !isfinite(p);
            if (!isfinite(t))
                continue;
            if (t != 0 && isfinite(p)) {
                double e = fabs((double)p) - (double)t;
                s.plain_pixels++;
                s.plain_square += e * e;
            }
            bool inside = y >= window->top && y < window->bottom && x >= window->left && x < window->right;
            if (inside && t > range->min && t < range->max)
                add(&s, (double)cap(p, range), (double)t);
        }
    return s;
}

ax_depth_sums ax_depth_sums_from(const double sums[AX_DEPTH_SUMS])
{
    const double *within = sums + AX_SUM_WITHIN;
    return (ax_depth_sums) {
        .pixels = (uint64_t)sums[AX_SUM_PIXELS],
        .not_finite = (uint64_t)sums[AX_SUM_NOT_FINITE],
        .abs_rel = sums[AX_SUM_ABS_REL],
        .sq_rel = sums[AX_SUM_SQ_REL],
        .square = sums[AX_SUM_SQUARE],
        .log10 = sums[AX_SUM_LOG10],
        .log = sums[AX_SUM_LOG],
        .log_square = sums[AX_SUM_LOG_SQUARE],
        .truth = sums[AX_SUM_TRUTH],
        .truth_square = sums[AX_SUM_TRUTH_SQUARE],
        .within = { (uint64_t)within[0], (uint64_t)within[1], (uint64_t)within[2] },
        .plain_pixels = (uint64_t)sums[AX_SUM_PLAIN_PIXELS],
        .plain_square = sums[AX_SUM_PLAIN_SQUARE],
    };
}

ax_depth_figures ax_depth_figures_of(const ax_depth_sums *s)
{
    double n = (double)s->pixels, mean = s->log / n;
    ax_depth_figures f;
    for (int k = 0; k < AX_DEPTH_FIGURES; k++)
        f.value[k] = NAN;
    if (!s->pixels)
        return f;
    f.value[AX_DEPTH_ABS_REL] = s->abs_rel / n;
    f.value[AX_DEPTH_SQ_REL] = s->sq_rel / n;
    f.value[AX_DEPTH_RMSE] = sqrt(s->square / n);
    f.value[AX_DEPTH_RMSE_LOG] = sqrt(s->log_square / n);
    f.value[AX_DEPTH_LOG10] = s->log10 / n;
    f.value[AX_DEPTH_SILOG] = 100 * sqrt(fmax(0, s->log_square / n - mean * mean));
    f.value[AX_DEPTH_D1] = (double)s->within[0] / n;
    f.value[AX_DEPTH_D2] = (double)s->within[1] / n;
    f.value[AX_DEPTH_D3] = (double)s->within[2] / n;
    return f;
}

/* ---- many images ---- */

ax_code ax_depth_meter_init(ax_depth_meter *m, size_t images, ax_err *err)
{
    *m = (ax_depth_meter) { .image = calloc(images + 1, sizeof *m->image),
                            .there = calloc(images + 1, sizeof *m->there),
                            .images = images,
                            .room = images };
    if (m->image && m->there)
        return AX_OK;
    ax_depth_meter_release(m);
    return ax_fail(err, AX_ENOMEM, "no memory for the figures of %zu images", images);
}

void ax_depth_meter_release(ax_depth_meter *m)
{
    free(m->image);
    free(m->there);
    *m = (ax_depth_meter) { 0 };
}

ax_code ax_depth_meter_append(ax_depth_meter *m, const ax_depth_sums *s, ax_err *err)
{
    if (m->images == m->room) {
        size_t room = 2 * m->room + 64;
        ax_depth_sums *image = realloc(m->image, room * sizeof *image);
        m->image = image ? image : m->image;
        bool *there = image ? realloc(m->there, room * sizeof *there) : NULL;
        m->there = there ? there : m->there;
        m->short_of_memory = m->short_of_memory || !there;
        if (!there)
            return ax_fail(err, AX_ENOMEM, "no memory for the figures of %zu images", room);
        m->room = room;
    }
    ax_depth_meter_put(m, m->images++, s);
    return AX_OK;
}

void ax_depth_meter_put(ax_depth_meter *m, size_t image, const ax_depth_sums *s)
{
    m->image[image] = *s;
    m->there[image] = true;
}

void ax_depth_meter_merge(ax_depth_meter *m, const ax_depth_meter *from)
{
    for (size_t i = 0; i < from->images && i < m->images; i++)
        if (from->there[i])
            ax_depth_meter_put(m, i, &from->image[i]);
}

static void pool(ax_depth_sums *all, const ax_depth_sums *s)
{
    all->pixels += s->pixels;
    all->not_finite += s->not_finite;
    all->abs_rel += s->abs_rel;
    all->sq_rel += s->sq_rel;
    all->square += s->square;
    all->log10 += s->log10;
    all->truth += s->truth;
    all->truth_square += s->truth_square;
    all->log += s->log;
    all->log_square += s->log_square;
    for (int k = 0; k < 3; k++)
        all->within[k] += s->within[k];
    all->plain_pixels += s->plain_pixels;
    all->plain_square += s->plain_square;
}

ax_depth_report ax_depth_meter_report(const ax_depth_meter *m)
{
    ax_depth_report r = { .measured = 0 };
    ax_depth_sums all = { 0 };
    for (size_t i = 0; i < m->images; i++) {
        if (!m->there[i])
            continue;
        pool(&all, &m->image[i]);
        ax_depth_figures f = ax_depth_figures_of(&m->image[i]);
        r.measured += m->image[i].pixels != 0;
        r.without_truth += m->image[i].pixels == 0;
        for (int k = 0; k < AX_DEPTH_FIGURES && m->image[i].pixels; k++)
            r.per_image.value[k] += f.value[k];
    }
    for (int k = 0; k < AX_DEPTH_FIGURES; k++)
        r.per_image.value[k] = r.measured ? r.per_image.value[k] / (double)r.measured : NAN;
    r.pooled = ax_depth_figures_of(&all);
    double n = (double)all.pixels, mean = all.truth / n;
    r.constant_rmse = all.pixels ? sqrt(fmax(0, all.truth_square / n - mean * mean)) : NAN;
    r.lineage_rmse = all.plain_pixels ? sqrt(all.plain_square / (double)all.plain_pixels) : NAN;
    r.pixels = all.pixels;
    r.not_finite = all.not_finite;
    return r;
}

ax_depth_reward ax_depth_reward_of(const ax_depth_report *r)
{
    const double *f = r->pooled.value;
    if (!r->pixels)
        return (ax_depth_reward) { NAN, NAN, NAN, NAN };
    /* when all truth is equal, the constant is perfect, and only a perfect network is as good */
    double unit = r->constant_rmse > 0 ? f[AX_DEPTH_RMSE] / r->constant_rmse : f[AX_DEPTH_RMSE] > 0 ? INFINITY : 0;
    ax_depth_reward out = { .d1 = f[AX_DEPTH_D1], .ratio = 1 / (1 + f[AX_DEPTH_ABS_REL]), .distance = 1 / (1 + unit) };
    out.reward = cbrt(out.d1 * out.ratio * out.distance);
    return out;
}
