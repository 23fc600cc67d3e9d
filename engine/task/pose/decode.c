#include "engine/task/pose/decode.h"

#include <math.h>

/* One map among several interleaved channels. */
typedef struct map {
    const float *first;
    int32_t h, w, n;
} map;

static double at(const map *m, int32_t u, int32_t v)
{
    return m->first[((int64_t)v * m->w + u) * m->n];
}

void ax_pose_merge_flipped(const ax_skeleton *s, float *maps, const float *flipped, int32_t h, int32_t w, bool shift)
{
    for (int32_t v = 0; v < h; v++)
        for (int32_t u = 0; u < w; u++) {
            int32_t from = w - 1 - (shift && u > 0 ? u - 1 : u);
            float *to = maps + ((int64_t)v * w + u) * s->n;
            const float *other = flipped + ((int64_t)v * w + from) * s->n;
            for (int k = 0; k < s->n; k++)
                to[k] = (to[k] + other[s->point[k].other]) * .5f;
        }
}

/* ---- peaks ---- */

/* An index outside 0 .. n-1 is reflected without repeating the edge. */
static int32_t reflect(int32_t i, int32_t n)
{
    while (n > 1 && (i < 0 || i >= n))
        i = i < 0 ? -i : 2 * (n - 1) - i;
    return n > 1 ? i : 0;
}

static int32_t clamp(int32_t i, int32_t n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

static double smoothed(const map *m, const ax_peak_search *s, int32_t u, int32_t v)
{
    const int32_t half = s->taps / 2;
    double sum = 0;
    for (int j = 0; j < s->taps; j++)
        for (int i = 0; i < s->taps; i++)
            sum += s->bell[i] * s->bell[j] * at(m, reflect(u + i - half, m->w), reflect(v + j - half, m->h));
    return sum;
}

static void find(const map *m, const ax_peak_search *s, ax_map_peak *out)
{
    int32_t u = 0, v = 0;
    for (int32_t y = 0; y < m->h; y++)
        for (int32_t x = 0; x < m->w; x++)
            if (at(m, x, y) > at(m, u, v))
                u = x, v = y;
    *out = (ax_map_peak) { .value = (float)at(m, u, v), .x = u, .y = v };
    for (int k = 0; k < 9 && out->value > 0; k++)
        out->near[k / 3][k % 3] = smoothed(m, s, clamp(u + k % 3 - 1, m->w), clamp(v + k / 3 - 1, m->h));
}

void ax_pose_peak_search(ax_pose_refine refine, ax_peak_search *out)
{
    double sum = 0;
    out->taps = refine == AX_REFINE_DARK ? AX_PEAK_TAPS : 1;
    for (int i = 0; i < AX_PEAK_TAPS; i++) {
        int d = i - out->taps / 2;
        sum += out->bell[i] = i < out->taps ? exp(-d * d / 8.0) : 0; /* sigma 2 */
    }
    for (int i = 0; i < AX_PEAK_TAPS; i++)
        out->bell[i] /= sum;
}

/* ---- from a peak to a key point ---- */

static double sign(double x)
{
    return (x > 0) - (x < 0);
}

static void refine_quarter(const ax_map_peak *p, int32_t h, int32_t w, ax_keypoint *out)
{
    if (!(p->x > 1 && p->x < w - 1 && p->y > 1 && p->y < h - 1))
        return;
    out->x += .25 * sign(p->near[1][2] - p->near[1][0]);
    out->y += .25 * sign(p->near[2][1] - p->near[0][1]);
}

static double within_a_pixel(double step)
{
    return fmin(fmax(step, -1), 1);
}

/* One step of Newton's method, only towards a maximum and at most to the next pixel; otherwise noise would decide. */
static void refine_dark(const ax_map_peak *p, ax_keypoint *out)
{
    double L[3][3];
    for (int j = 0; j < 3; j++)
        for (int i = 0; i < 3; i++)
            L[j][i] = log(fmin(fmax(p->near[j][i], .001), 50));
    double gx = (L[1][2] - L[1][0]) / 2, gy = (L[2][1] - L[0][1]) / 2;
    double xx = L[1][2] - 2 * L[1][1] + L[1][0], yy = L[2][1] - 2 * L[1][1] + L[0][1];
    double xy = (L[2][2] - L[1][2] - L[2][1] + 2 * L[1][1] - L[1][0] - L[0][1] + L[0][0]) / 2;
    double det = xx * yy - xy * xy;
    if (!(xx < 0 && det > 0))
        return;
    out->x += within_a_pixel(-(yy * gx - xy * gy) / det);
    out->y += within_a_pixel(-(xx * gy - xy * gx) / det);
}

ax_keypoint ax_pose_keypoint(const ax_map_peak *p, int32_t h, int32_t w, ax_pose_refine refine)
{
    ax_keypoint out = { .v = isnan(p->value) ? 0 : (double)p->value };
    if (!(out.v > 0))
        return out;
    out.x = p->x;
    out.y = p->y;
    if (refine == AX_REFINE_DARK)
        refine_dark(p, &out);
    else
        refine_quarter(p, h, w, &out);
    return out;
}

void ax_pose_peaks(const float *maps, int32_t h, int32_t w, int n, ax_pose_refine refine, ax_keypoint *out)
{
    ax_peak_search how = { 0 };
    ax_pose_peak_search(refine, &how);
    for (int k = 0; k < n; k++) {
        const map m = { maps + k, h, w, n };
        ax_map_peak peak;
        find(&m, &how, &peak);
        out[k] = ax_pose_keypoint(&peak, h, w, refine);
    }
}

void ax_pose_to_image(ax_pose_protocol protocol, const ax_person *person, int32_t w, int32_t h, ax_keypoint *point,
                      int n)
{
    ax_affine to_maps = ax_affine_to_crop(protocol, person, 0, w, h), back = ax_affine_inverse(&to_maps);
    for (int k = 0; k < n; k++) {
        double p[2];
        ax_affine_apply(&back, point[k].x, point[k].y, p);
        point[k].x = p[0];
        point[k].y = p[1];
    }
}
