#include "engine/task/pose/target.h"

#include <math.h>
#include <string.h>

static void draw_bell(float *target, const ax_pose_size *s, int n, int k, int mx, int my, double x, double y)
{
    for (int v = my - AX_POSE_RADIUS; v <= my + AX_POSE_RADIUS; v++)
        for (int u = mx - AX_POSE_RADIUS; u <= mx + AX_POSE_RADIUS; u++) {
            if (u < 0 || v < 0 || u >= s->map_w || v >= s->map_h)
                continue;
            double d = (u - x) * (u - x) + (v - y) * (v - y);
            target[((size_t)v * (size_t)s->map_w + (size_t)u) * (size_t)n + (size_t)k] =
                (float)exp(-d / (2 * AX_POSE_SIGMA * AX_POSE_SIGMA));
        }
}

void ax_pose_target(ax_pose_protocol protocol, const ax_pose_size *s, const ax_keypoint *point, int n, float *target,
                    float *weight)
{
    bool udp = protocol == AX_POSE_UDP;
    double step_x = udp ? (s->w - 1.0) / (s->map_w - 1) : (double)s->w / s->map_w;
    double step_y = udp ? (s->h - 1.0) / (s->map_h - 1) : (double)s->h / s->map_h;
    if (target)
        memset(target, 0, (size_t)s->map_h * (size_t)s->map_w * (size_t)n * sizeof *target);
    for (int k = 0; k < n; k++) {
        float visible = (float)point[k].v;
        double x = point[k].x / step_x, y = point[k].y / step_y;
        /* a point so far outside that no int holds it has no bell on the map */
        int mx = (int)fmin(fmax(x + .5, -1e6), 1e6), my = (int)fmin(fmax(y + .5, -1e6), 1e6);
        if (mx - AX_POSE_RADIUS >= s->map_w || my - AX_POSE_RADIUS >= s->map_h || mx + AX_POSE_RADIUS + 1 < 0 ||
            my + AX_POSE_RADIUS + 1 < 0)
            visible = 0;
        if (weight)
            weight[k] = visible;
        if (target && visible > .5f)
            draw_bell(target, s, n, k, mx, my, udp ? x : mx, udp ? y : my);
    }
}
