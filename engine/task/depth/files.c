#include "engine/task/depth/files.h"

#include "engine/task/depth/draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

float *ax_depth_metres(const ax_task_spec *spec, const float *output, int32_t h, int32_t w, int32_t stride, ax_err *err)
{
    float *out = malloc(sizeof *out * (size_t)h * (size_t)w);
    if (!out) {
        ax_fail(err, AX_ENOMEM, "no memory for %dx%d pixels", (int)w, (int)h);
        return NULL;
    }
    for (size_t y = 0; y < (size_t)h; y++)
        for (size_t x = 0; x < (size_t)w; x++)
            out[y * (size_t)w + x] = output[y * (size_t)stride + x] * spec->of.depth.unit;
    return out;
}

/* The same range that judging uses. */
static void cap(const ax_task_spec *spec, float *metres, size_t n)
{
    float min = spec->of.depth.min, max = spec->of.depth.max;
    for (size_t i = 0; i < n; i++)
        metres[i] = !(metres[i] >= min) ? min : metres[i] > max ? max : metres[i];
}

/* ---- pictures ---- */

static ax_depth_span span_of(const ax_task_spec *spec)
{
    enum { RATIO = 40 };
    return (ax_depth_span) { fmaxf(spec->of.depth.min, spec->of.depth.max / RATIO), spec->of.depth.max };
}

/* Depths along the scale with their colours, spaced by equal ratios. */
void ax_depth_legend(const ax_task_spec *spec, ax_maskfile *m)
{
    enum { STEPS = 33 };
    ax_depth_span span = span_of(spec);
    m->channels = 3;
    m->scale = true;
    m->classes = STEPS;
    for (int i = 0; i < STEPS; i++) {
        double metres = (double)span.near * pow((double)span.far / (double)span.near, i / (STEPS - 1.0));
        snprintf(m->name[i], sizeof m->name[i], "%.2g m", metres);
        ax_depth_color((float)metres, span, m->color[i]);
    }
}

void ax_depth_picture(const ax_task_spec *spec, const void *value, bool prediction, int32_t h, int32_t w, uint8_t *out)
{
    const float *map = value, unit = prediction ? spec->of.depth.unit : 1;
    ax_depth_span span = span_of(spec);
    for (size_t i = 0; i < (size_t)h * (size_t)w; i++) {
        float metres = map[i] * unit;
        if (prediction)
            cap(spec, &metres, 1);
        ax_depth_color(metres, span, out + 3 * i);
    }
}

void ax_depth_error_picture(const ax_task_spec *spec, const void *truth, const void *prediction, int32_t h, int32_t w,
                            uint8_t *out)
{
    const float *t = truth, *p = prediction;
    for (size_t i = 0; i < (size_t)h * (size_t)w; i++) {
        float metres = p[i] * spec->of.depth.unit;
        bool counts = t[i] > spec->of.depth.min && t[i] < spec->of.depth.max;
        cap(spec, &metres, 1);
        ax_depth_draw_error(&metres, &(float) { counts ? t[i] : 0 }, 1, out + 3 * i);
    }
}

/* ---- predict ---- */

/* Millimetres, as most cameras write them, when 16 bits reach that far; else KITTI's scale. */
static double scale_of(const ax_task_spec *spec)
{
    return spec->of.depth.max <= 65 ? 1000 : spec->of.depth.max <= 255 ? 256 : 10;
}

/* Range of a prediction's colours; values below it are hardly depths. */
static ax_depth_span shown(const ax_task_spec *spec, const float *metres, size_t n)
{
    ax_depth_span span = ax_depth_span_of(metres, n), least = span_of(spec);
    span.near = fmaxf(span.near, least.near);
    return span.far > span.near ? span : (ax_depth_span) { least.near, least.near * 2 };
}

static float *capped(const ax_task_spec *spec, const ax_prediction *p, ax_err *err)
{
    float *metres = ax_depth_metres(spec, p->value, p->h, p->w, p->padded_w, err);
    if (metres)
        cap(spec, metres, (size_t)p->h * (size_t)p->w);
    return metres;
}

ax_code ax_depth_write_file(const ax_task_spec *spec, int k, const ax_prediction *p, const ax_task_writers *to,
                            const char *path, ax_err *err)
{
    size_t n = (size_t)p->h * (size_t)p->w;
    float *metres = capped(spec, p, err);
    uint8_t *rgb = metres && k ? malloc(3 * n) : NULL;
    ax_code code = AX_OK;
    if (!metres || (k && !rgb)) {
        code = ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", path, (int)p->w, (int)p->h);
    } else if (k) {
        ax_depth_span span = shown(spec, metres, n);
        ax_depth_draw(metres, n, span, rgb);
        ax_depth_draw_scale(rgb, p->h, p->w, span);
        code = to->write_picture(path, rgb, p->h, p->w, err);
    } else {
        code = to->write_depth(path, metres, p->h, p->w, scale_of(spec), err);
    }
    free(metres);
    free(rgb);
    return code;
}

void ax_depth_json(const ax_task_spec *spec, const ax_prediction *p, ax_str *out)
{
    char caption[64];
    float *metres = capped(spec, p, NULL);
    if (!metres)
        return;
    ax_depth_span span = shown(spec, metres, (size_t)p->h * (size_t)p->w);
    ax_str_printf(out, ",\"unit\":\"m\",\"scale\":%.17g,\"near\":%.6g,\"far\":%.6g,\"caption\":", scale_of(spec),
                  (double)span.near, (double)span.far);
    ax_str_json(out, ax_depth_caption(span, caption));
    free(metres);
}

/* ---- model files ---- */

static void say_number(ax_task_say say, void *context, const char *key, float value)
{
    char text[32];
    snprintf(text, sizeof text, "%.7g", (double)value);
    if (strtof(text, NULL) != value)
        snprintf(text, sizeof text, "%.9g", (double)value);
    say(context, key, text);
}

void ax_depth_describe(const ax_task_spec *spec, ax_task_say say, void *context)
{
    say(context, "unit", "m");
    say_number(say, context, "output_unit", spec->of.depth.unit);
    say_number(say, context, "depth_min", spec->of.depth.min);
    say_number(say, context, "depth_max", spec->of.depth.max);
}

ax_code ax_depth_parse(ax_task_spec *spec, ax_task_get get, const void *context, const char *file, ax_err *err)
{
    const char *const key[] = { "output_unit", "depth_min", "depth_max" };
    float *const to[] = { &spec->of.depth.unit, &spec->of.depth.min, &spec->of.depth.max };
    const char *unit = get(context, "unit");
    if (!unit || strcmp(unit, "m") != 0)
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'unit' is %s, not m", file, unit ? unit : "missing");
    for (int i = 0; i < 3; i++) {
        const char *text = get(context, key[i]);
        char *end = NULL;
        *to[i] = text ? strtof(text, &end) : 0;
        if (!text || end == text || *end || !isfinite(*to[i]) || !(*to[i] > 0))
            return ax_fail(err, AX_EFORMAT, "%s: metadata '%s' is %s, not a number above 0", file, key[i],
                           text ? text : "missing");
    }
    if (!(spec->of.depth.min < spec->of.depth.max))
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'depth_min' isn't below 'depth_max'", file);
    spec->outputs = 1;
    snprintf(spec->name[0], sizeof spec->name[0], "depth");
    return AX_OK;
}
