#include "engine/task/pose/decode.h"

#include <math.h>

enum { TAPS = 11 };

/* A map among the channels of several. */
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

static double sign(double x)
{
    return (x > 0) - (x < 0);
}

static void refine_quarter(const map *m, int32_t u, int32_t v, ax_keypoint *out)
{
    if (!(u > 1 && u < m->w - 1 && v > 1 && v < m->h - 1))
        return;
    out->x += .25 * sign(at(m, u + 1, v) - at(m, u - 1, v));
    out->y += .25 * sign(at(m, u, v + 1) - at(m, u, v - 1));
}

/* An index outside 0 .. n-1, reflected without repeating the edge. */
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

/* The logarithm of the smoothed map; the edge is repeated outside. */
static double smooth_log(const map *m, const double *bell, int32_t u, int32_t v)
{
    double sum = 0;
    u = clamp(u, m->w);
    v = clamp(v, m->h);
    for (int j = 0; j < TAPS; j++)
        for (int i = 0; i < TAPS; i++)
            sum += bell[i] * bell[j] * at(m, reflect(u + i - TAPS / 2, m->w), reflect(v + j - TAPS / 2, m->h));
    return log(fmin(fmax(sum, .001), 50));
}

static double within_a_pixel(double step)
{
    return fmin(fmax(step, -1), 1);
}

/* One step of Newton's method. Only where there is a maximum to go to, and no further than to the next pixel: else
   noise decides. */
static void refine_dark(const map *m, int32_t u, int32_t v, ax_keypoint *out)
{
    double bell[TAPS], sum = 0, L[3][3];
    for (int i = 0; i < TAPS; i++) {
        int d = i - TAPS / 2;
        sum += bell[i] = exp(-d * d / 8.0); /* sigma 2 */
    }
    for (int i = 0; i < TAPS; i++)
        bell[i] /= sum;
    for (int j = 0; j < 3; j++)
        for (int i = 0; i < 3; i++)
            L[j][i] = smooth_log(m, bell, u + i - 1, v + j - 1);
    double gx = (L[1][2] - L[1][0]) / 2, gy = (L[2][1] - L[0][1]) / 2;
    double xx = L[1][2] - 2 * L[1][1] + L[1][0], yy = L[2][1] - 2 * L[1][1] + L[0][1];
    double xy = (L[2][2] - L[1][2] - L[2][1] + 2 * L[1][1] - L[1][0] - L[0][1] + L[0][0]) / 2;
    double det = xx * yy - xy * xy;
    if (!(xx < 0 && det > 0))
        return;
    out->x += within_a_pixel(-(yy * gx - xy * gy) / det);
    out->y += within_a_pixel(-(xx * gy - xy * gx) / det);
}

void ax_pose_peaks(const float *maps, int32_t h, int32_t w, int n, ax_pose_refine refine, ax_keypoint *out)
{
    for (int k = 0; k < n; k++) {
        const map m = { maps + k, h, w, n };
        int32_t u = 0, v = 0;
        for (int32_t y = 0; y < h; y++)
            for (int32_t x = 0; x < w; x++)
                if (at(&m, x, y) > at(&m, u, v))
                    u = x, v = y;
        out[k] = (ax_keypoint) { .v = isnan(at(&m, u, v)) ? 0 : at(&m, u, v) };
        if (!(out[k].v > 0))
            continue;
        out[k].x = u;
        out[k].y = v;
        if (refine == AX_REFINE_DARK)
            refine_dark(&m, u, v, &out[k]);
        else
            refine_quarter(&m, u, v, &out[k]);
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
