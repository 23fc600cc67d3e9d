#include "data/scene_draw.h"

#include <math.h>

float ax_noise_smooth(float x, float y, uint32_t seed)
{
    int32_t ix = ax_floor(x), iy = ax_floor(y);
    float u = x - (float)ix, v = y - (float)iy;
    u = u * u * (3 - 2 * u);
    v = v * v * (3 - 2 * v);
    float top = ax_noise(ix, iy, seed), low = ax_noise(ix, iy + 1, seed);
    top += (ax_noise(ix + 1, iy, seed) - top) * u;
    low += (ax_noise(ix + 1, iy + 1, seed) - low) * u;
    return top + (low - top) * v;
}

ax_color ax_color_hsv(float hue, float saturation, float v)
{
    float k[3];
    for (int i = 0; i < 3; i++) {
        float h = hue + (float)(3 - i) / 3.0f;
        h = fabsf((h - floorf(h)) * 6 - 3) - 1;
        h = h < 0 ? 0 : h > 1 ? 1 : h;
        k[i] = v * (1 + (h - 1) * saturation);
    }
    return (ax_color) { k[0], k[1], k[2] };
}

float ax_between(ax_rng *rng, float lo, float hi)
{
    return lo + (hi - lo) * (float)ax_rng_uniform(rng);
}

ax_plane ax_plane_at(ax_scene_canvas *c, float x, float z, uint8_t label, float grain)
{
    float scale = c->f / z;
    return (ax_plane) { .canvas = c,
                        .foot_x = c->cx + x * scale,
                        .foot_y = c->horizon + c->height * scale,
                        .scale = scale,
                        .z = z,
                        .label = label,
                        .grain = grain };
}

/* First pixel whose centre is at or after v; clamped far outside. */
static int32_t pixel(float v, int32_t limit)
{
    v = ceilf(v - 0.5f);
    return v < 0 ? 0 : v > (float)limit ? limit : (int32_t)v;
}

static void dab(const ax_plane *p, int32_t x, int32_t y, float shade, ax_color color)
{
    if (!ax_scene_canvas_shows(p->canvas, x, y, p->z))
        return;
    float k = shade * (1 + p->grain * (ax_noise(x, y, p->canvas->seed) - 0.5f));
    ax_scene_canvas_put(p->canvas, x, y, p->z, p->label, ax_color_scale(color, k));
}

void ax_draw_trapezoid(const ax_plane *p, float x, float y0, float y1, float half0, float half1, ax_color color)
{
    float top = p->foot_y - y1 * p->scale, low = p->foot_y - y0 * p->scale, mid = p->foot_x + x * p->scale;
    int32_t end = pixel(low, AX_SCENE_H);
    for (int32_t py = pixel(top, AX_SCENE_H); py < end; py++) {
        float t = (low - ((float)py + 0.5f)) / (low - top), half = (half0 + (half1 - half0) * t) * p->scale;
        int32_t last = pixel(mid + half, AX_SCENE_W);
        for (int32_t px = pixel(mid - half, AX_SCENE_W); px < last; px++)
            dab(p, px, py, 1 + 0.12f * p->canvas->sun * ((float)px + 0.5f - mid) / half, color);
    }
}

void ax_draw_ellipse(const ax_plane *p, float x, float y, float rx, float ry, ax_color color)
{
    float mx = p->foot_x + x * p->scale, my = p->foot_y - y * p->scale, ax = rx * p->scale, ay = ry * p->scale;
    int32_t end = pixel(my + ay, AX_SCENE_H);
    for (int32_t py = pixel(my - ay, AX_SCENE_H); py < end; py++) {
        float dy = ((float)py + 0.5f - my) / ay, half = ax * sqrtf(fmaxf(0, 1 - dy * dy));
        int32_t last = pixel(mx + half, AX_SCENE_W);
        for (int32_t px = pixel(mx - half, AX_SCENE_W); px < last; px++)
            dab(p, px, py, 1 + 0.2f * (p->canvas->sun * ((float)px + 0.5f - mx) / ax - dy), color);
    }
}

void ax_draw_capsule(const ax_plane *p, float xa, float ya, float xb, float yb, float radius, ax_color color)
{
    float ax = p->foot_x + xa * p->scale, ay = p->foot_y - ya * p->scale;
    float bx = p->foot_x + xb * p->scale, by = p->foot_y - yb * p->scale;
    float r = fmaxf(radius * p->scale, 0.6f), dx = bx - ax, dy = by - ay, len = fmaxf(dx * dx + dy * dy, 1e-6f);
    int32_t y1 = pixel(fmaxf(ay, by) + r, AX_SCENE_H), x1 = pixel(fmaxf(ax, bx) + r, AX_SCENE_W);
    int32_t x0 = pixel(fminf(ax, bx) - r, AX_SCENE_W);
    for (int32_t py = pixel(fminf(ay, by) - r, AX_SCENE_H); py < y1; py++)
        for (int32_t px = x0; px < x1; px++) {
            float qx = (float)px + 0.5f - ax, qy = (float)py + 0.5f - ay;
            float t = fminf(fmaxf((qx * dx + qy * dy) / len, 0), 1);
            qx -= t * dx;
            qy -= t * dy;
            if (qx * qx + qy * qy <= r * r)
                dab(p, px, py, 1 + 0.25f * p->canvas->sun * qx / r, color);
        }
}

void ax_draw_crown(const ax_plane *p, float x, float y, float rx, float ry, ax_color color, uint32_t seed)
{
    float mx = p->foot_x + x * p->scale, my = p->foot_y - y * p->scale;
    float ax = fmaxf(rx * p->scale, 0.8f), ay = fmaxf(ry * p->scale, 0.8f);
    int32_t y1 = pixel(my + ay, AX_SCENE_H), x1 = pixel(mx + ax, AX_SCENE_W);
    for (int32_t py = pixel(my - ay, AX_SCENE_H); py < y1; py++)
        for (int32_t px = pixel(mx - ax, AX_SCENE_W); px < x1; px++) {
            float u = ((float)px + 0.5f - mx) / ax, v = ((float)py + 0.5f - my) / ay, d = u * u + v * v;
            if (d >= 1 || !ax_scene_canvas_shows(p->canvas, px, py, p->z))
                continue;
            float n = ax_noise_smooth(u * 3, v * 3, seed);
            if (d > 0.45f && d + 0.6f * n > 1)
                continue;
            float leaves = ax_noise_smooth((float)px * 0.45f, (float)py * 0.45f, seed + 1);
            dab(p, px, py, 0.65f + 0.6f * leaves - 0.25f * v + 0.15f * p->canvas->sun * u, color);
        }
}

void ax_draw_shadow(ax_scene_canvas *c, float x, float z, float rx, float rz)
{
    float near = fmaxf(z - rz, 1);
    int32_t y1 = pixel(c->horizon + c->f * c->height / near, AX_SCENE_H);
    for (int32_t py = pixel(c->horizon + c->f * c->height / (z + rz), AX_SCENE_H); py < y1; py++) {
        float below = (float)py + 0.5f - c->horizon;
        if (below <= 0)
            continue;
        float pz = c->f * c->height / below, dz = (pz - z) / rz;
        float half = rx * sqrtf(fmaxf(0, 1 - dz * dz)) * c->f / pz, mid = c->cx + x * c->f / pz;
        int32_t last = pixel(mid + half, AX_SCENE_W);
        for (int32_t px = pixel(mid - half, AX_SCENE_W); px < last; px++) {
            int32_t i = py * AX_SCENE_W + px;
            if (c->label[i] == AX_SCENE_ROAD || c->label[i] == AX_SCENE_GROUND)
                c->color[i] = ax_color_scale(c->color[i], 0.62f);
        }
    }
}
