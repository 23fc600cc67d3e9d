#include "engine/task/pose/pose_draw.h"

#include <math.h>
#include <string.h>

const uint8_t ax_side_color[3][3] = {
    [AX_SIDE_MIDDLE] = { 80, 220, 100 }, [AX_SIDE_LEFT] = { 255, 160, 0 }, [AX_SIDE_RIGHT] = { 40, 140, 255 }
};

/* First and last pixel of lo - reach .. hi + reach within the picture; none: *first > *last. */
static void span(double lo, double hi, double reach, int32_t size, int32_t *first, int32_t *last)
{
    *first = (int32_t)fmin(fmax(ceil(lo - reach), 0), size);
    *last = (int32_t)fmax(fmin(floor(hi + reach), size - 1), -1);
}

/* Fills all pixels whose centre is within reach of the segment from a to b. */
static void stroke(ax_keypoint a, ax_keypoint b, double reach, const uint8_t color[3], uint8_t *rgb, int32_t h,
                   int32_t w)
{
    double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    int32_t x0, x1, y0, y1;
    if (!isfinite(length2))
        return;
    span(fmin(a.x, b.x), fmax(a.x, b.x), reach, w, &x0, &x1);
    span(fmin(a.y, b.y), fmax(a.y, b.y), reach, h, &y0, &y1);
    for (int32_t y = y0; y <= y1; y++)
        for (int32_t x = x0; x <= x1; x++) {
            double t = length2 > 0 ? fmin(fmax(((x - a.x) * dx + (y - a.y) * dy) / length2, 0), 1) : 0;
            double ex = x - a.x - t * dx, ey = y - a.y - t * dy;
            if (ex * ex + ey * ey <= reach * reach)
                memcpy(rgb + ((int64_t)y * w + x) * 3, color, 3);
        }
}

void ax_pose_draw(const ax_skeleton *s, const ax_keypoint *point, double least, double thickness, uint8_t *rgb,
                  int32_t h, int32_t w)
{
    double reach = fmax(thickness, 1) / 2;
    for (int l = 0; l < s->n_limbs; l++) {
        int a = s->limb[l][0], b = s->limb[l][1];
        /* limbs to one side have its colour; limbs between both sides have the middle's */
        uint8_t one = s->point[a].side, other = s->point[b].side;
        uint8_t side = one == other || other == AX_SIDE_MIDDLE ? one : one == AX_SIDE_MIDDLE ? other : AX_SIDE_MIDDLE;
        if (point[a].v > least && point[b].v > least)
            stroke(point[a], point[b], reach, ax_side_color[side], rgb, h, w);
    }
    for (int k = 0; k < s->n; k++)
        if (point[k].v > least)
            stroke(point[k], point[k], fmax(1.5 * reach, .75), ax_side_color[s->point[k].side], rgb, h, w);
}

double ax_pose_thickness(double extent)
{
    return fmin(fmax(extent / 60, 1), 12);
}
