#include "engine/task/pose/affine.h"

#include <math.h>

static const double unit = 200, margin = 1.25;

ax_person ax_person_of_box(const double box[4], double aspect)
{
    double w = box[2], h = box[3];
    if (w > aspect * h)
        h = w / aspect;
    else
        w = h * aspect;
    return (ax_person) { { box[0] + box[2] * .5, box[1] + box[3] * .5 }, { w / unit * margin, h / unit * margin } };
}

void ax_person_box(const ax_person *p, double box[4])
{
    for (int i = 0; i < 2; i++) {
        box[2 + i] = p->scale[i] * unit / margin;
        box[i] = p->centre[i] - box[2 + i] * .5;
    }
}

bool ax_person_of_coco(const double box[4], double area, int32_t image_w, int32_t image_h, double aspect,
                       ax_person *out)
{
    double x1 = fmax(0, box[0]), y1 = fmax(0, box[1]);
    double x2 = fmin(image_w - 1, x1 + fmax(0, box[2] - 1)), y2 = fmin(image_h - 1, y1 + fmax(0, box[3] - 1));
    if (!(x2 >= x1 && y2 >= y1 && area > 0))
        return false;
    *out = ax_person_of_box((const double[]) { x1, y1, x2 - x1, y2 - y1 }, aspect);
    return true;
}

ax_person ax_person_of_mpii(const double centre[2], double scale)
{
    double x = centre[0], y = centre[1];
    if (x != -1) {
        y += 15 * scale;
        scale *= margin;
    }
    return (ax_person) { { x - 1, y - 1 }, { scale, scale } };
}

ax_affine ax_affine_to_crop(ax_pose_protocol protocol, const ax_person *person, double rotation, int32_t w, int32_t h)
{
    const double degree = 3.14159265358979323846 / 180;
    double c = cos(rotation * degree), s = sin(rotation * degree);
    bool udp = protocol == AX_POSE_UDP;
    double kx = (udp ? w - 1 : w) / (unit * person->scale[0]);
    double ky = udp ? (h - 1) / (unit * person->scale[1]) : kx;
    double x = person->centre[0], y = person->centre[1];
    ax_affine a = { { { kx * c, kx * s, 0 }, { -ky * s, ky * c, 0 } } };
    a.m[0][2] = (udp ? w - 1 : w) * .5 - a.m[0][0] * x - a.m[0][1] * y;
    a.m[1][2] = (udp ? h - 1 : h) * .5 - a.m[1][0] * x - a.m[1][1] * y;
    return a;
}

ax_affine ax_affine_inverse(const ax_affine *a)
{
    double det = a->m[0][0] * a->m[1][1] - a->m[0][1] * a->m[1][0];
    ax_affine b = { { { 0 } } };
    if (!(fabs(det) > 0 && isfinite(det)))
        return b;
    b.m[0][0] = a->m[1][1] / det;
    b.m[0][1] = -a->m[0][1] / det;
    b.m[1][0] = -a->m[1][0] / det;
    b.m[1][1] = a->m[0][0] / det;
    b.m[0][2] = -b.m[0][0] * a->m[0][2] - b.m[0][1] * a->m[1][2];
    b.m[1][2] = -b.m[1][0] * a->m[0][2] - b.m[1][1] * a->m[1][2];
    return b;
}

void ax_affine_apply(const ax_affine *a, double x, double y, double out[2])
{
    out[0] = a->m[0][0] * x + a->m[0][1] * y + a->m[0][2];
    out[1] = a->m[1][0] * x + a->m[1][1] * y + a->m[1][2];
}

/* Adds one of the four pixels around a point. */
static void add_pixel(const uint8_t *rgb, int32_t h, int32_t w, int64_t x, int64_t y, double share, double sum[3])
{
    if (x < 0 || y < 0 || x >= w || y >= h)
        return;
    const uint8_t *p = rgb + (y * w + x) * 3;
    for (int c = 0; c < 3; c++)
        sum[c] += share * p[c];
}

void ax_affine_crop(const ax_affine *to_image, const uint8_t *rgb, int32_t image_h, int32_t image_w, uint8_t *crop,
                    int32_t h, int32_t w)
{
    for (int32_t v = 0; v < h; v++)
        for (int32_t u = 0; u < w; u++) {
            double at[2], sum[3] = { 0 };
            ax_affine_apply(to_image, u, v, at);
            if (at[0] > -1 && at[1] > -1 && at[0] < image_w && at[1] < image_h) {
                double x0 = floor(at[0]), y0 = floor(at[1]), fx = at[0] - x0, fy = at[1] - y0;
                int64_t x = (int64_t)x0, y = (int64_t)y0;
                add_pixel(rgb, image_h, image_w, x, y, (1 - fx) * (1 - fy), sum);
                add_pixel(rgb, image_h, image_w, x + 1, y, fx * (1 - fy), sum);
                add_pixel(rgb, image_h, image_w, x, y + 1, (1 - fx) * fy, sum);
                add_pixel(rgb, image_h, image_w, x + 1, y + 1, fx * fy, sum);
            }
            for (int c = 0; c < 3; c++)
                crop[((int64_t)v * w + u) * 3 + c] = (uint8_t)(sum[c] + .5);
        }
}
