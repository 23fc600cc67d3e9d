#include "data/scene_things.h"

#include <math.h>

static ax_color grey(float v)
{
    return (ax_color) { v, v, v };
}

static bool chance(ax_rng *rng, float p)
{
    return ax_rng_uniform(rng) < (double)p;
}

/* ---- buildings ---- */

typedef struct facade {
    ax_color wall, trim, glass;
    float spacing, share_x, share_y, storey, floors;
    float grain, lit;
    bool shop;
    uint32_t seed;
} facade;

/* Colour of a wall at u metres along and v metres up. */
static ax_color facade_color(const facade *s, float u, float v)
{
    float fu = u / s->spacing, fv = v / s->storey, iu = (float)ax_floor(fu), iv = (float)ax_floor(fv);
    float du = fabsf(fu - iu - 0.5f) * 2, dv = fabsf(fv - iv - 0.55f) * 2;
    float share_y = s->share_y, share_x = s->share_x;
    if (s->shop && iv < 1)
        share_x = 0.9f, share_y = 0.75f;
    if (du < share_x && dv < share_y && iv < s->floors) {
        float n = ax_noise((int32_t)iu, (int32_t)iv, s->seed);
        return n < s->lit ? (ax_color) { 0.95f, 0.85f, 0.55f } : ax_color_scale(s->glass, 0.6f + 0.8f * n);
    }
    if (du < share_x + 0.12f && dv < share_y + 0.12f && iv < s->floors)
        return s->trim;
    return ax_color_scale(s->wall, 1 - s->grain * ax_noise_smooth(u * 1.5f, v * 4, s->seed + 7));
}

static facade make_facade(ax_rng *rng)
{
    facade s = { .spacing = ax_between(rng, 1.8f, 4),
                 .share_x = ax_between(rng, 0.3f, 0.7f),
                 .share_y = ax_between(rng, 0.35f, 0.65f),
                 .storey = ax_between(rng, 2.7f, 3.6f),
                 .floors = floorf(ax_between(rng, 1, 7)),
                 .grain = ax_between(rng, 0.05f, 0.3f),
                 .lit = chance(rng, 0.3f) ? 0.3f : 0,
                 .shop = chance(rng, 0.3f),
                 .seed = (uint32_t)ax_rng_next(rng) };
    float hue = chance(rng, 0.6f) ? ax_between(rng, 0.01f, 0.13f) : ax_between(rng, 0.5f, 0.7f);
    s.wall = ax_color_hsv(hue, ax_between(rng, 0.02f, 0.5f), ax_between(rng, 0.35f, 0.9f));
    s.trim = ax_color_scale(s.wall, chance(rng, 0.5f) ? 1.3f : 0.7f);
    s.glass = ax_color_hsv(ax_between(rng, 0.52f, 0.62f), ax_between(rng, 0.1f, 0.5f), ax_between(rng, 0.15f, 0.5f));
    return s;
}

static void front_wall(ax_scene_canvas *c, const facade *s, float x0, float x1, float z, float height, float shade)
{
    ax_plane p = ax_plane_at(c, 0, z, AX_SCENE_BUILDING, 0);
    int32_t px0 = (int32_t)fmaxf(0, ceilf(p.foot_x + x0 * p.scale - 0.5f));
    int32_t px1 = (int32_t)fminf(AX_SCENE_W, ceilf(p.foot_x + x1 * p.scale - 0.5f));
    int32_t py0 = (int32_t)fmaxf(0, ceilf(p.foot_y - height * p.scale - 0.5f));
    int32_t py1 = (int32_t)fminf(AX_SCENE_H, ceilf(p.foot_y - 0.5f));
    for (int32_t y = py0; y < py1; y++)
        for (int32_t x = px0; x < px1; x++) {
            if (!ax_scene_canvas_shows(c, x, y, z))
                continue;
            float u = ((float)x + 0.5f - p.foot_x) / p.scale - x0, v = (p.foot_y - ((float)y + 0.5f)) / p.scale;
            ax_scene_canvas_put(c, x, y, z, AX_SCENE_BUILDING, ax_color_scale(facade_color(s, u, v), shade));
        }
}

/* The wall along the road: x is constant, so every column has its own depth. */
static void side_wall(ax_scene_canvas *c, const facade *s, float wall_x, float z, float length, float height,
                      float shade)
{
    float a = c->cx + c->f * wall_x / z, b = c->cx + c->f * wall_x / (z + length);
    int32_t px0 = (int32_t)fmaxf(0, ceilf(fminf(a, b) - 0.5f)),
            px1 = (int32_t)fminf(AX_SCENE_W, ceilf(fmaxf(a, b) - 0.5f));
    for (int32_t x = px0; x < px1; x++) {
        float pz = c->f * wall_x / ((float)x + 0.5f - c->cx), scale = c->f / pz;
        float foot = c->horizon + c->height * scale;
        int32_t py0 = (int32_t)fmaxf(0, ceilf(foot - height * scale - 0.5f));
        int32_t py1 = (int32_t)fminf(AX_SCENE_H, ceilf(foot - 0.5f));
        for (int32_t y = py0; y < py1; y++) {
            if (!ax_scene_canvas_shows(c, x, y, pz))
                continue;
            ax_color k = facade_color(s, pz - z, (foot - ((float)y + 0.5f)) / scale);
            ax_scene_canvas_put(c, x, y, pz, AX_SCENE_BUILDING, ax_color_scale(k, shade));
        }
    }
}

void ax_thing_building(ax_scene_canvas *c, ax_rng *rng, float side, float wall_x, float z, float length)
{
    facade s = make_facade(rng);
    float height = s.floors * s.storey + ax_between(rng, 0.2f, 1.2f), width = ax_between(rng, 7, 16);
    float x0 = side > 0 ? wall_x : wall_x - width, x1 = x0 + width;
    side_wall(c, &s, wall_x, z, length, height, 0.85f + 0.3f * (c->sun * side < 0 ? 1 : 0));
    front_wall(c, &s, x0, x1, z, height, 0.8f + 0.2f * fabsf(c->sun));
    bool gable = s.floors < 4 && chance(rng, 0.7f);
    ax_color roof = ax_color_hsv(ax_between(rng, 0, 0.08f), ax_between(rng, 0.1f, 0.6f), ax_between(rng, 0.25f, 0.5f));
    if (gable) {
        ax_plane p = ax_plane_at(c, (x0 + x1) / 2, z, AX_SCENE_BUILDING, 0.3f);
        ax_draw_trapezoid(&p, 0, height, height + ax_between(rng, 1.5f, 4), width / 2 + 0.4f, 0.2f, roof);
    }
}

/* ---- trees ---- */

void ax_thing_tree(ax_scene_canvas *c, ax_rng *rng, float x, float z)
{
    ax_plane p = ax_plane_at(c, x, z, AX_SCENE_TREE, 0.35f);
    float height = ax_between(rng, 2.5f, 9), trunk = height * ax_between(rng, 0.15f, 0.4f);
    bool autumn = chance(rng, 0.15f), conifer = chance(rng, 0.3f);
    ax_color leaf = ax_color_hsv(autumn ? ax_between(rng, 0.05f, 0.15f) : ax_between(rng, 0.2f, 0.38f),
                                 ax_between(rng, 0.35f, 0.75f), ax_between(rng, 0.22f, 0.55f));
    ax_color bark = ax_color_hsv(ax_between(rng, 0.05f, 0.1f), 0.35f, ax_between(rng, 0.15f, 0.4f));
    float thick = 0.03f * height;
    ax_draw_shadow(c, x, z, height * 0.25f, height * 0.2f);
    ax_draw_trapezoid(&p, 0, 0, trunk + height * 0.2f, thick, thick * 0.6f, bark);
    uint32_t seed = (uint32_t)ax_rng_next(rng);
    if (conifer) {
        for (int i = 0; i < 3; i++) {
            float lo = trunk * 0.6f + (height - trunk) * 0.27f * (float)i;
            ax_draw_trapezoid(&p, 0, lo, fminf(height, lo + height * 0.42f), height * (0.24f - 0.05f * (float)i), 0.02f,
                              ax_color_scale(leaf, 0.6f + 0.1f * (float)i));
        }
        return;
    }
    int blobs = 2 + (int)ax_rng_below(rng, 3);
    for (int i = 0; i < blobs; i++) {
        float r = (height - trunk) * ax_between(rng, 0.3f, 0.5f);
        float bx = ax_between(rng, -0.25f, 0.25f) * height, by = trunk + r * 0.8f + ax_between(rng, 0, 0.35f) * height;
        ax_draw_crown(&p, bx, fminf(by, height - r * 0.5f), r * ax_between(rng, 0.9f, 1.3f), r,
                      ax_color_scale(leaf, ax_between(rng, 0.85f, 1.2f)), seed + (uint32_t)i * 31);
    }
}

/* ---- vehicles ---- */

static ax_color paint(ax_rng *rng)
{
    if (chance(rng, 0.45f))
        return grey(ax_between(rng, 0.08f, 0.95f));
    return ax_color_hsv(ax_between(rng, 0, 1), ax_between(rng, 0.4f, 0.95f), ax_between(rng, 0.3f, 0.9f));
}

static void car_along(const ax_plane *p, ax_rng *rng, bool van)
{
    ax_color body = paint(rng), glass = ax_color_hsv(0.57f, 0.25f, ax_between(rng, 0.12f, 0.45f)), tyre = grey(0.06f);
    bool front = chance(rng, 0.4f);
    ax_color lamp = front ? (ax_color) { 1, 0.97f, 0.85f } : (ax_color) { 0.8f, 0.08f, 0.06f };
    float half = van ? 1.05f : 0.88f, belt = van ? 1.3f : 0.9f, top = van ? 2.5f : 1.45f;
    for (int s = -1; s <= 1; s += 2)
        ax_draw_trapezoid(p, (float)s * half * 0.78f, 0, 0.4f, 0.13f, 0.13f, tyre);
    ax_draw_trapezoid(p, 0, 0.22f, belt, half, half * 0.98f, body);
    ax_draw_trapezoid(p, 0, belt, top, half * 0.93f, van ? half * 0.9f : half * 0.68f, body);
    ax_draw_trapezoid(p, 0, belt + 0.03f, top - 0.12f, half * 0.82f, van ? half * 0.8f : half * 0.62f, glass);
    ax_draw_trapezoid(p, 0, 0.22f, 0.38f, half, half, ax_color_scale(body, 0.35f));
    for (int s = -1; s <= 1; s += 2)
        ax_draw_trapezoid(p, (float)s * half * 0.8f, belt - 0.28f, belt - 0.06f, half * 0.16f, half * 0.16f, lamp);
    ax_draw_trapezoid(p, 0, 0.42f, 0.54f, 0.26f, 0.26f, (ax_color) { 0.9f, 0.9f, 0.8f });
}

static void car_across(const ax_plane *p, ax_rng *rng, bool bus)
{
    ax_color body = paint(rng), glass = ax_color_hsv(0.57f, 0.25f, ax_between(rng, 0.12f, 0.45f));
    float half = bus ? 4 : 2.1f, way = chance(rng, 0.5f) ? 1.0f : -1.0f, r = bus ? 0.45f : 0.33f;
    if (bus) {
        ax_draw_trapezoid(p, 0, 0.35f, 2.9f, half, half, body);
        for (int i = 0; i < 6; i++)
            ax_draw_trapezoid(p, -half + 0.8f + 1.28f * (float)i, 1.5f, 2.4f, 0.52f, 0.52f, glass);
        ax_draw_trapezoid(p, 0, 0.95f, 1.15f, half, half, ax_color_scale(body, 0.6f));
    } else {
        ax_draw_trapezoid(p, 0, 0.26f, 0.92f, half, half * 0.96f, body);
        ax_draw_trapezoid(p, -way * 0.2f, 0.9f, 1.45f, half * 0.62f, half * 0.4f, body);
        for (int s = -1; s <= 1; s += 2)
            ax_draw_trapezoid(p, -way * 0.2f + (float)s * half * 0.25f, 0.93f, 1.36f, half * 0.25f, half * 0.17f,
                              glass);
    }
    for (int s = -1; s <= 1; s += 2) {
        ax_draw_ellipse(p, (float)s * half * 0.62f, r, r, r, grey(0.06f));
        ax_draw_ellipse(p, (float)s * half * 0.62f, r, r * 0.5f, r * 0.5f, grey(0.55f));
    }
}

void ax_thing_vehicle(ax_scene_canvas *c, ax_rng *rng, float x, float z, bool across)
{
    ax_plane p = ax_plane_at(c, x, z, AX_SCENE_VEHICLE, 0.12f);
    bool large = chance(rng, 0.25f);
    ax_draw_shadow(c, x, z + (across ? 0.3f : 1.2f), across ? (large ? 4.3f : 2.4f) : 1.25f, across ? 1.1f : 2);
    if (across)
        car_across(&p, rng, large);
    else
        car_along(&p, rng, large);
}

/* ---- people ---- */

typedef struct limb {
    float x, y; /* metres on the plane */
} limb;

static limb joint_from(limb from, float angle, float length)
{
    return (limb) { from.x + sinf(angle) * length, from.y - cosf(angle) * length };
}

void ax_thing_person(ax_scene_canvas *c, ax_rng *rng, float x, float z, ax_scene_person *out)
{
    ax_plane p = ax_plane_at(c, x, z, AX_SCENE_PERSON, 0.15f);
    float tall = ax_between(rng, 1.25f, 1.9f), stride = ax_between(rng, -0.5f, 0.5f);
    bool profile = chance(rng, 0.5f);
    float shoulder = (profile ? 0.035f : 0.115f) * tall, hip = (profile ? 0.02f : 0.06f) * tall;
    ax_color skin =
        ax_color_hsv(ax_between(rng, 0.04f, 0.09f), ax_between(rng, 0.3f, 0.6f), ax_between(rng, 0.3f, 0.95f));
    ax_color coat = paint(rng), trousers = ax_color_scale(paint(rng), 0.7f), hair = grey(ax_between(rng, 0.05f, 0.4f));
    limb j[AX_JOINTS];
    j[AX_JOINT_NECK] = (limb) { 0, 0.83f * tall };
    j[AX_JOINT_HEAD_TOP] = (limb) { 0.01f * tall, tall };
    for (int s = 0; s < 2; s++) { /* left and right alternate in the list of joints */
        float sign = s ? -1.0f : 1.0f, swing = sign * stride * (profile ? 1 : 0.3f);
        j[AX_JOINT_L_SHOULDER + s] = (limb) { sign * shoulder, 0.81f * tall };
        j[AX_JOINT_L_HIP + s] = (limb) { sign * hip, 0.5f * tall };
        float arm = -swing + sign * ax_between(rng, 0, profile ? 0.3f : 0.5f);
        j[AX_JOINT_L_ELBOW + s] = joint_from(j[AX_JOINT_L_SHOULDER + s], arm, 0.17f * tall);
        j[AX_JOINT_L_WRIST + s] = joint_from(j[AX_JOINT_L_ELBOW + s], arm + ax_between(rng, -0.2f, 0.9f), 0.15f * tall);
        j[AX_JOINT_L_KNEE + s] = joint_from(j[AX_JOINT_L_HIP + s], swing, 0.24f * tall);
        j[AX_JOINT_L_ANKLE + s] =
            joint_from(j[AX_JOINT_L_KNEE + s], swing - fabsf(swing) * ax_between(rng, 0, 0.6f), 0.23f * tall);
    }
    ax_draw_shadow(c, x, z, 0.45f, 0.5f);
    for (int s = 1; s >= 0; s--) {
        limb h = j[AX_JOINT_L_HIP + s], k = j[AX_JOINT_L_KNEE + s], a = j[AX_JOINT_L_ANKLE + s];
        ax_draw_capsule(&p, h.x, h.y, k.x, k.y, 0.05f * tall, trousers);
        ax_draw_capsule(&p, k.x, k.y, a.x, a.y, 0.038f * tall, trousers);
        ax_draw_capsule(&p, a.x, a.y - 0.02f * tall, a.x + 0.04f * tall, a.y - 0.02f * tall, 0.025f * tall, grey(0.1f));
    }
    float breadth = profile ? 0.075f : 0.095f;
    ax_draw_capsule(&p, 0, 0.52f * tall, 0, 0.76f * tall, breadth * tall, coat);
    ax_draw_capsule(&p, -shoulder * 0.8f, 0.79f * tall, shoulder * 0.8f, 0.79f * tall, 0.04f * tall, coat);
    for (int s = 1; s >= 0; s--) {
        limb h = j[AX_JOINT_L_SHOULDER + s], e = j[AX_JOINT_L_ELBOW + s], w = j[AX_JOINT_L_WRIST + s];
        ax_draw_capsule(&p, h.x, h.y, e.x, e.y, 0.033f * tall, ax_color_scale(coat, 0.85f));
        ax_draw_capsule(&p, e.x, e.y, w.x, w.y, 0.027f * tall, ax_color_scale(coat, 0.85f));
        ax_draw_ellipse(&p, w.x, w.y, 0.03f * tall, 0.03f * tall, skin);
    }
    ax_draw_capsule(&p, 0, 0.82f * tall, 0, 0.88f * tall, 0.03f * tall, skin);
    ax_draw_ellipse(&p, 0.005f * tall, 0.935f * tall, 0.05f * tall, 0.065f * tall, hair);
    ax_draw_ellipse(&p, 0.005f * tall, 0.92f * tall, 0.045f * tall, 0.05f * tall, skin);
    out->z = z;
    for (int i = 0; i < AX_JOINTS; i++) {
        out->joint[i].x = p.foot_x + j[i].x * p.scale;
        out->joint[i].y = p.foot_y - j[i].y * p.scale;
    }
}

/* ---- signs ---- */

void ax_thing_sign(ax_scene_canvas *c, ax_rng *rng, float x, float z)
{
    static const ax_color loud[] = {
        { 0.8f, 0.08f, 0.1f }, { 0.1f, 0.25f, 0.75f }, { 0.95f, 0.8f, 0.1f }, { 0.05f, 0.5f, 0.25f }
    };
    ax_plane p = ax_plane_at(c, x, z, AX_SCENE_SIGN, 0.1f);
    float height = ax_between(rng, 2, 2.8f), r = ax_between(rng, 0.4f, 0.75f);
    ax_color rim = loud[ax_rng_below(rng, 4)], face = chance(rng, 0.5f) ? grey(0.92f) : rim;
    uint32_t shape = ax_rng_below(rng, 4);
    ax_draw_shadow(c, x, z, 0.25f, 0.25f);
    ax_draw_trapezoid(&p, 0, 0, height, fmaxf(0.05f, 0.6f / p.scale), fmaxf(0.05f, 0.6f / p.scale),
                      grey(ax_between(rng, 0.35f, 0.7f)));
    if (shape == 0) {
        ax_draw_ellipse(&p, 0, height, r, r, rim);
        ax_draw_ellipse(&p, 0, height, r * 0.72f, r * 0.72f, face);
        ax_draw_trapezoid(&p, 0, height - r * 0.14f, height + r * 0.14f, r * 0.5f, r * 0.5f, grey(0.95f));
    } else if (shape == 1) {
        ax_draw_trapezoid(&p, 0, height - r * 0.8f, height + r, r * 1.1f, 0.02f, rim);
        ax_draw_trapezoid(&p, 0, height - r * 0.6f, height + r * 0.6f, r * 0.75f, 0.02f, grey(0.95f));
    } else if (shape == 2) {
        ax_draw_trapezoid(&p, 0, height - r, height + r, r * 0.9f, r * 0.9f, grey(0.95f));
        ax_draw_trapezoid(&p, 0, height - r * 0.88f, height + r * 0.88f, r * 0.8f, r * 0.8f, rim);
        ax_draw_trapezoid(&p, 0, height - r * 0.3f, height + r * 0.5f, r * 0.3f, r * 0.5f, grey(0.95f));
    } else { /* traffic light */
        static const ax_color lamp[] = { { 0.1f, 0.9f, 0.4f }, { 1, 0.7f, 0.1f }, { 1, 0.1f, 0.1f } };
        uint32_t on = ax_rng_below(rng, 3);
        ax_draw_trapezoid(&p, 0, height - r * 1.2f, height + r * 1.2f, r * 0.6f, r * 0.6f, grey(0.12f));
        for (uint32_t i = 0; i < 3; i++)
            ax_draw_ellipse(&p, 0, height + ((float)i - 1) * r * 0.75f, r * 0.32f, r * 0.32f,
                            ax_color_scale(lamp[i], i == on ? 1 : 0.25f));
    }
}
