#include "data/scene_things.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIXELS = AX_SCENE_H * AX_SCENE_W };
static const float FAR_AWAY = 1e6f; /* the sky */

/* Properties of a whole scene. */
typedef struct world {
    ax_color zenith, haze, grass, asphalt, paving;
    float road, offset, bend, cloud, fog; /* half width (m), sideways (m), curvature (1/m); share; 1/m */
    float verge;                          /* width of the paving beside the road, m */
    bool marks;
} world;

static float road_x(const world *w, float z)
{
    return w->offset + w->bend * z * z;
}

static world make_world(ax_rng *rng)
{
    bool dusk = ax_rng_uniform(rng) < 0.15;
    world w = { .road = ax_between(rng, 2.6f, 5),
                .offset = ax_between(rng, -2, 2),
                .bend = ax_between(rng, -0.004f, 0.004f),
                .cloud = ax_between(rng, -0.4f, 0.9f),
                .fog = ax_rng_uniform(rng) < 0.4 ? ax_between(rng, 0.005f, 0.025f) : 0.002f,
                .verge = ax_between(rng, 0, 4),
                .marks = ax_rng_uniform(rng) < 0.7 };
    w.zenith = ax_color_hsv(dusk ? ax_between(rng, 0.6f, 0.75f) : ax_between(rng, 0.55f, 0.62f),
                            ax_between(rng, 0.05f, 0.7f), ax_between(rng, 0.6f, 0.95f));
    w.haze = dusk ? ax_color_hsv(ax_between(rng, 0.02f, 0.1f), 0.5f, 0.95f)
                  : ax_color_mix(w.zenith, (ax_color) { 0.9f, 0.92f, 0.95f }, 0.7f);
    w.grass =
        ax_rng_uniform(rng) < 0.6
            ? ax_color_hsv(ax_between(rng, 0.17f, 0.33f), ax_between(rng, 0.3f, 0.6f), ax_between(rng, 0.3f, 0.6f))
            : ax_color_hsv(ax_between(rng, 0.06f, 0.12f), ax_between(rng, 0.05f, 0.4f), ax_between(rng, 0.4f, 0.7f));
    w.asphalt = ax_color_hsv(ax_between(rng, 0.55f, 0.7f), ax_between(rng, 0, 0.12f), ax_between(rng, 0.22f, 0.48f));
    w.paving = ax_color_hsv(ax_between(rng, 0.05f, 0.12f), ax_between(rng, 0.02f, 0.2f), ax_between(rng, 0.45f, 0.75f));
    return w;
}

static void draw_sky(ax_scene_canvas *c, const world *w)
{
    for (int32_t y = 0; y < AX_SCENE_H && (float)y < c->horizon; y++) {
        float up = 1 - ((float)y + 0.5f) / c->horizon, stretch = 1 / (0.25f + up);
        ax_color base = ax_color_mix(w->haze, w->zenith, sqrtf(up));
        for (int32_t x = 0; x < AX_SCENE_W; x++) {
            float u = ((float)x - c->cx) * 0.03f * stretch, v = 6 * stretch;
            float n =
                0.65f * ax_noise_smooth(u, v, c->seed + 1) + 0.35f * ax_noise_smooth(2.3f * u, 2.3f * v, c->seed + 2);
            float k = fminf(fmaxf((n - 1 + w->cloud) * 3, 0), 0.9f);
            ax_scene_canvas_put(c, x, y, FAR_AWAY, AX_SCENE_SKY,
                                ax_color_mix(base, (ax_color) { 0.95f, 0.95f, 0.96f }, k));
        }
    }
}

static ax_color ground_color(const ax_scene_canvas *c, const world *w, float x, float z, float side, uint8_t *label)
{
    float rough = 0.75f * ax_noise_smooth(x * 1.3f, z * 1.3f, c->seed + 3) + 0.25f;
    if (fabsf(side) < w->road) {
        *label = AX_SCENE_ROAD;
        bool dash = fabsf(side) < 0.09f && z - 6 * (float)ax_floor(z / 6) < 3,
             edge = fabsf(fabsf(side) - w->road + 0.3f) < 0.07f;
        if (w->marks && (dash || edge))
            return (ax_color) { 0.85f, 0.85f, 0.82f };
        return ax_color_scale(w->asphalt, 0.85f + 0.3f * rough);
    }
    *label = AX_SCENE_GROUND;
    if (fabsf(side) < w->road + w->verge) {
        float u = x - (float)ax_floor(x), v = z - (float)ax_floor(z); /* slabs of one metre */
        return ax_color_scale(w->paving, (u < 0.08f || v < 0.08f) && z < 15 ? 0.75f : 0.85f + 0.25f * rough);
    }
    return ax_color_scale(w->grass, 0.65f + 0.6f * rough);
}

static void draw_ground(ax_scene_canvas *c, const world *w)
{
    for (int32_t y = 0; y < AX_SCENE_H; y++) {
        float below = (float)y + 0.5f - c->horizon;
        if (below <= 0)
            continue;
        float z = c->f * c->height / below;
        for (int32_t x = 0; x < AX_SCENE_W; x++) {
            float gx = ((float)x + 0.5f - c->cx) * z / c->f, side = gx - road_x(w, z);
            uint8_t label;
            ax_color k = ground_color(c, w, gx, z, side, &label);
            ax_scene_canvas_put(c, x, y, z, label, ax_color_scale(k, 0.92f + 0.16f * ax_noise(x, y, c->seed + 4)));
        }
    }
}

/* The background: woods or a skyline. */
static void draw_backdrop(ax_scene_canvas *c, ax_rng *rng)
{
    float wild = ax_between(rng, 0.03f, 0.12f), tall = ax_between(rng, 3, 18), z = 160;
    uint32_t seed = (uint32_t)ax_rng_next(rng);
    bool woods = ax_rng_uniform(rng) < 0.6;
    ax_color leaf = ax_color_hsv(ax_between(rng, 0.22f, 0.36f), 0.4f, ax_between(rng, 0.25f, 0.4f));
    for (int32_t x = 0; x < AX_SCENE_W; x++) {
        float block = floorf((float)x * wild);
        float up = tall * (woods ? 0.3f + ax_noise_smooth((float)x * wild * 1.5f, 0, seed)
                                 : ax_noise((int32_t)block, 0, seed));
        float shade = woods ? 1 : 0.6f + 0.5f * ax_noise((int32_t)block, 1, seed);
        for (int32_t y = (int32_t)fmaxf(0, c->horizon - up); y < AX_SCENE_H && (float)y < c->horizon + 1; y++) {
            ax_color k =
                woods ? ax_color_scale(leaf, 0.7f + 0.6f * ax_noise_smooth((float)x * 0.5f, (float)y * 0.5f, seed))
                      : ax_color_scale((ax_color) { 0.55f, 0.53f, 0.52f }, shade);
            ax_scene_canvas_put(c, x, y, z, woods ? AX_SCENE_TREE : AX_SCENE_BUILDING, k);
        }
    }
}

static void draw_side(ax_scene_canvas *c, ax_rng *rng, const world *w, float side)
{
    float buildings = ax_rng_uniform(rng) < 0.6 ? 0.85f : 0.2f;
    for (float z = ax_between(rng, 5, 16); z < 90;) {
        float edge = road_x(w, z) + side * (w->road + ax_between(rng, 1.5f, 6));
        if (ax_rng_uniform(rng) < (double)buildings) {
            float length = ax_between(rng, 7, 20);
            /* a wall on the wrong side of the camera would have no visible face */
            if (edge * side > 1.5f)
                ax_thing_building(c, rng, side, edge, z, length);
            z += length + ax_between(rng, 0, 7);
        } else {
            ax_thing_tree(c, rng, edge + side * ax_between(rng, 0, 4), z);
            z += ax_between(rng, 2, 9);
        }
    }
}

/* A distance at which x is in the picture. */
static float in_view(const ax_scene_canvas *c, float x, float z)
{
    float least = c->f * fabsf(x) / (0.44f * AX_SCENE_W);
    return z < least ? least : z;
}

static void draw_things(ax_scene_canvas *c, ax_rng *rng, const world *w, ax_scene *out)
{
    uint32_t vehicles = 1 + ax_rng_below(rng, 4), people = 1 + ax_rng_below(rng, AX_SCENE_PEOPLE),
             signs = 1 + ax_rng_below(rng, 3);
    for (uint32_t n = ax_rng_below(rng, 4); n; n--) {
        float side = ax_rng_below(rng, 2) ? 1.0f : -1.0f, x = side * (w->road + ax_between(rng, 0.8f, 4)) + w->offset;
        ax_thing_tree(c, rng, x, in_view(c, x, ax_between(rng, 6, 30)));
    }
    for (; vehicles; vehicles--) {
        float z = 5 + 35 * (float)(ax_rng_uniform(rng) * ax_rng_uniform(rng)), lane = ax_rng_below(rng, 2) ? 1 : -1;
        bool across = ax_rng_uniform(rng) < 0.3;
        float x = road_x(w, z) + lane * w->road * (across ? ax_between(rng, 0, 1.3f) : ax_between(rng, 0.35f, 0.9f));
        ax_thing_vehicle(c, rng, x, in_view(c, x, across ? z + 3 : z), across);
    }
    for (; people; people--) {
        float side = ax_rng_below(rng, 2) ? 1.0f : -1.0f;
        bool crossing = ax_rng_uniform(rng) < 0.4;
        float x = w->offset + side * (crossing ? ax_between(rng, 0, w->road) : w->road + ax_between(rng, 0.3f, 2.5f));
        ax_thing_person(c, rng, x, in_view(c, x, 3 + 12 * (float)(ax_rng_uniform(rng) * ax_rng_uniform(rng))),
                        &out->person[out->people++]);
    }
    for (; signs; signs--) {
        float side = ax_rng_below(rng, 2) ? 1.0f : -1.0f,
              x = w->offset + side * (w->road + ax_between(rng, 0.2f, 1.5f));
        ax_thing_sign(c, rng, x, in_view(c, x, ax_between(rng, 4, 13)));
    }
}

/* Light, fog, lens and sensor: from canvas to bytes. */
static void expose(ax_scene_canvas *c, ax_rng *rng, const world *w, uint8_t *rgb)
{
    float exposure = ax_between(rng, 0.6f, 1.2f), slope = ax_between(rng, -0.25f, 0.25f);
    ax_color cast = { ax_between(rng, 0.88f, 1.12f), ax_between(rng, 0.94f, 1.06f), ax_between(rng, 0.88f, 1.12f) };
    bool shaded = ax_rng_uniform(rng) < 0.4; /* half of the street is in the shadow of something behind the camera */
    float nx = ax_between(rng, -1, 1), ny = ax_between(rng, 0.2f, 1), at = ax_between(rng, -0.2f, 0.4f);
    float dark = ax_between(rng, 0.5f, 0.8f), noise = ax_between(rng, 0.01f, 0.06f);
    for (int32_t y = 0; y < AX_SCENE_H; y++)
        for (int32_t x = 0; x < AX_SCENE_W; x++) {
            int32_t i = y * AX_SCENE_W + x;
            float u = (float)x / AX_SCENE_W - 0.5f, v = (float)y / AX_SCENE_H - 0.5f, k = exposure * (1 + slope * u);
            ax_color color = c->color[i];
            if (c->label[i] != AX_SCENE_SKY) {
                if (shaded)
                    k *= 1 - (1 - dark) * fminf(fmaxf((u * nx + v * ny - at) * 12, 0), 1);
                color = ax_color_mix(w->haze, ax_color_scale(color, k), expf(-w->fog * c->depth[i]));
            } else {
                color = ax_color_scale(color, fminf(k, 1.05f));
            }
            c->color[i] = (ax_color) { color.r * cast.r, color.g * cast.g, color.b * cast.b };
        }
    for (int32_t y = 0; y < AX_SCENE_H; y++)
        for (int32_t x = 0; x < AX_SCENE_W; x++) {
            int32_t up = y ? -AX_SCENE_W : 0, down = y + 1 < AX_SCENE_H ? AX_SCENE_W : 0;
            int32_t left = x ? -1 : 0, right = x + 1 < AX_SCENE_W ? 1 : 0;
            const float *p = &c->color[y * AX_SCENE_W + x].r;
            uint8_t *q = rgb + 3 * (y * AX_SCENE_W + x);
            uint32_t bits = ax_noise_bits(x, y, c->seed + 5);
            for (int32_t k = 0; k < 3; k++) {
                float around = p[3 * up + k] + p[3 * down + k] + p[3 * left + k] + p[3 * right + k];
                float t = 0.6f * p[k] + 0.1f * around + noise * ((float)(bits >> 8 * k & 255) / 255 - 0.5f);
                t = t * 255 + 0.5f;
                q[k] = (uint8_t)(t < 0 ? 0 : t > 255 ? 255 : t);
            }
        }
}

static void finish(const ax_scene_canvas *c, ax_scene *out)
{
    for (int32_t n = 0; n < out->people; n++)
        for (int32_t k = 0; k < AX_JOINTS; k++) {
            float x = out->person[n].joint[k].x, y = out->person[n].joint[k].y;
            bool inside = x >= 0 && y >= 0 && x < AX_SCENE_W && y < AX_SCENE_H;
            int32_t i = inside ? (int32_t)y * AX_SCENE_W + (int32_t)x : 0;
            /* nothing nearer was drawn; the outermost pixels of a limb may belong to the background */
            out->person[n].joint[k].visible = inside && c->depth[i] >= out->person[n].z;
        }
    for (int32_t i = 0; i < PIXELS; i++)
        if (c->label[i] == AX_SCENE_SKY)
            c->depth[i] = 0;
}

ax_code ax_scene_render(uint64_t seed, uint64_t index, ax_scene *out, ax_err *err)
{
    *out = (ax_scene) { .rgb = malloc(3 * PIXELS), .labels = malloc(PIXELS), .depth = malloc(PIXELS * sizeof(float)) };
    ax_color *color = malloc(PIXELS * sizeof *color);
    if (!out->rgb || !out->labels || !out->depth || !color) {
        free(color);
        ax_scene_release(out);
        return ax_fail(err, AX_ENOMEM, "no memory for a scene");
    }
    ax_rng rng = ax_rng_new(seed, index);
    ax_scene_canvas c = { .color = color,
                          .depth = out->depth,
                          .label = out->labels,
                          .f = AX_SCENE_W * ax_between(&rng, 0.65f, 1),
                          .cx = AX_SCENE_W * ax_between(&rng, 0.4f, 0.6f),
                          .horizon = AX_SCENE_H * ax_between(&rng, 0.36f, 0.52f),
                          .height =
                              ax_rng_uniform(&rng) < 0.2 ? ax_between(&rng, 2.2f, 4) : ax_between(&rng, 1.3f, 1.9f),
                          .sun = ax_between(&rng, -1, 1),
                          .seed = (uint32_t)ax_rng_next(&rng) };
    for (int32_t i = 0; i < PIXELS; i++) {
        c.depth[i] = FAR_AWAY;
        c.label[i] = AX_SCENE_SKY;
    }
    world w = make_world(&rng);
    draw_sky(&c, &w);
    draw_ground(&c, &w);
    draw_backdrop(&c, &rng);
    draw_side(&c, &rng, &w, -1);
    draw_side(&c, &rng, &w, 1);
    draw_things(&c, &rng, &w, out);
    expose(&c, &rng, &w, out->rgb);
    finish(&c, out);
    free(color);
    return AX_OK;
}

void ax_scene_release(ax_scene *s)
{
    free(s->rgb);
    free(s->labels);
    free(s->depth);
    *s = (ax_scene) { 0 };
}
