/* The canvas of scenes: a pinhole camera over a plane, a depth buffer, a few shapes. */
#ifndef AX_DATA_SCENE_DRAW_H
#define AX_DATA_SCENE_DRAW_H

#include "data/scene.h"

#include "engine/base/rng.h"

#include <stdbool.h>

typedef struct ax_color {
    float r, g, b; /* 0..1, before light and fog */
} ax_color;

typedef struct ax_scene_canvas {
    ax_color *color; /* {h,w}, like the next two */
    float *depth;
    uint8_t *label;
    float f, cx, horizon, height; /* focal length, principal column, row of the horizon (pixels); camera height (m) */
    float sun;                    /* -1 = from the left .. 1 = from the right */
    uint32_t seed;
} ax_scene_canvas;

/* An upright plane at depth z, facing the camera, in metres: x to the right of its foot, y up from the ground. */
typedef struct ax_plane {
    ax_scene_canvas *canvas;
    float foot_x, foot_y, scale, z; /* pixels, pixels, pixels per metre, metres */
    uint8_t label;
    float grain; /* amplitude of the noise in its pixels' colours */
} ax_plane;

/* Replaces floorf, which is a function call unless the compiler may assume SSE4.1; requires |v| < 2^31. */
static inline int32_t ax_floor(float v)
{
    int32_t i = (int32_t)v;
    return i - ((float)i > v);
}

/* Functions called for every pixel are inline: besides its networks, a short search mostly computes pictures of
   scenes. */

static inline uint32_t ax_noise_bits(int32_t x, int32_t y, uint32_t seed)
{
    /* finaliser of MurmurHash3 (Appleby, public domain), twice */
    uint32_t k = seed, in[2] = { (uint32_t)y * 0x85157af5u, (uint32_t)x * 0x9e3779b1u };
    for (int i = 0; i < 2; i++) {
        k += in[i];
        k = (k ^ k >> 16) * 0x85ebca6bu;
        k = (k ^ k >> 13) * 0xc2b2ae35u;
        k ^= k >> 16;
    }
    return k;
}

/* white noise, 0..1 */
static inline float ax_noise(int32_t x, int32_t y, uint32_t seed)
{
    return (float)(ax_noise_bits(x, y, seed) >> 8) * 0x1p-24f;
}

float ax_noise_smooth(float x, float y, uint32_t seed);      /* 0..1, value noise with period 1 */
ax_color ax_color_hsv(float hue, float saturation, float v); /* hue 0..1, wraps */
float ax_between(ax_rng *rng, float lo, float hi);

static inline ax_color ax_color_mix(ax_color a, ax_color b, float t)
{
    return (ax_color) { a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t };
}

static inline ax_color ax_color_scale(ax_color a, float k)
{
    return (ax_color) { a.r * k, a.g * k, a.b * k };
}

/* Whether a point at depth z would be visible at a pixel of the canvas. */
static inline bool ax_scene_canvas_shows(const ax_scene_canvas *c, int32_t x, int32_t y, float z)
{
    return x >= 0 && y >= 0 && x < AX_SCENE_W && y < AX_SCENE_H && !(z > c->depth[y * AX_SCENE_W + x]);
}

/* Writes the pixel unless something nearer is there; does nothing outside the canvas. */
static inline void ax_scene_canvas_put(ax_scene_canvas *c, int32_t x, int32_t y, float z, uint8_t label, ax_color color)
{
    if (!ax_scene_canvas_shows(c, x, y, z))
        return;
    int32_t i = y * AX_SCENE_W + x;
    c->depth[i] = z;
    c->label[i] = label;
    c->color[i] = color;
}

ax_plane ax_plane_at(ax_scene_canvas *c, float x, float z, uint8_t label, float grain);

/* Shapes on a plane; half-widths at the lower and the upper edge. On one plane the later shape is on top. */
void ax_draw_trapezoid(const ax_plane *p, float x, float y0, float y1, float half0, float half1, ax_color color);
void ax_draw_ellipse(const ax_plane *p, float x, float y, float rx, float ry, ax_color color);
void ax_draw_capsule(const ax_plane *p, float xa, float ya, float xb, float yb, float radius, ax_color color);
/* An ellipse with a ragged edge and leaves. */
void ax_draw_crown(const ax_plane *p, float x, float y, float rx, float ry, ax_color color, uint32_t seed);
/* Darkens road and ground around the foot of an object. */
void ax_draw_shadow(ax_scene_canvas *c, float x, float z, float rx, float rz);

#endif
