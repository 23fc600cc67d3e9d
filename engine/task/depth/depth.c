/* The depth task: metres for every pixel. The truth is a map {h,w} of floats, metres, 0 where unknown. The network has
   one output, in a unit that makes typical depths about 1 (a tenth of the largest valid depth), so that one learning
   rate suits both rooms and streets. */
#include "engine/task/depth/files.h"
#include "engine/task/depth/map.h"
#include "engine/task/depth/depth_text.h"
#include "engine/task/depth/metrics.h"
#include "engine/task/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_MAX = 10, UNITS = 10 };

/* Index of a word in a list. */
static int32_t place_of(const char *word, const char *const *list, int32_t n)
{
    int32_t i = 0;
    while (i < n - 1 && strcmp(word, list[i]) != 0)
        i++;
    return i;
}

static ax_code configure(ax_task_spec *spec, const ax_settings *s, const char *data, ax_err *err)
{
#define CROP(id, name) name,
    static const char *const crop[] = { AX_DEPTH_CROP_LIST(CROP) };
    static const char *const loss[] = {
        [AX_BERHU] = "berhu", [AX_BERHU_LINEAGE] = "berhu-lineage", [AX_SILOG] = "silog"
    };
    float from_data = spec->of.depth.max > 0 ? spec->of.depth.max : USUAL_MAX;
    if (s->leave_out[0])
        return ax_fail(err, AX_EINVAL, "leave_out = '%s': %s has depths, no classes", s->leave_out, data);
    spec->outputs = 1;
    snprintf(spec->name[0], sizeof spec->name[0], "depth");
    spec->of.depth.min = (float)s->depth_min;
    spec->of.depth.max = s->depth_max > 0 ? (float)s->depth_max : from_data;
    spec->of.depth.unit = spec->of.depth.max / UNITS;
    spec->of.depth.crop = place_of(s->depth_crop, crop, AX_DEPTH_CROPS);
    spec->of.depth.loss = place_of(s->depth_loss, loss, AX_SILOG + 1);
    if (!(spec->of.depth.min < spec->of.depth.max))
        return ax_fail(err, AX_EINVAL, "depth_min = %g: %s has depths up to %g m", s->depth_min, data,
                       (double)spec->of.depth.max);
    return AX_OK;
}

/* A model keeps its own unit; without depth_max it is judged in the range that it was trained for. */
static bool adopt(ax_task_spec *spec, const ax_task_spec *model, const ax_settings *s)
{
    float before = spec->of.depth.unit;
    spec->of.depth.unit = model->of.depth.unit;
    if (s && !(s->depth_max > 0) && spec->of.depth.min < model->of.depth.max)
        spec->of.depth.max = model->of.depth.max;
    return before < model->of.depth.unit || before > model->of.depth.unit;
}

/* ---- truth ---- */

static size_t truth_bytes(const ax_task_spec *spec, int32_t h, int32_t w)
{
    (void)spec;
    return sizeof(float) * (size_t)h * (size_t)w;
}

/* Each pixel takes the nearest pixel of the image; magnifying by a factor divides depth by it. */
static void cut(const ax_task_spec *spec, const ax_truth_cut *c, const void *from, void *to)
{
    (void)spec;
    float *out = to, nearer = (float)(1 / c->scale);
    for (int32_t y = 0; y < c->h; y++, out += c->w) {
        const float *row = (const float *)from + (size_t)(c->row[y] < 0 ? 0 : c->row[y]) * (size_t)c->image_w;
        for (int32_t x = 0; x < c->w; x++)
            out[x] = c->row[y] < 0 || c->column[x] < 0 ? 0 : row[c->column[x]] * nearer;
    }
}

/* ---- network ---- */

static ax_type target_type(const ax_task_spec *spec, int k, int32_t n, int32_t h, int32_t w)
{
    (void)spec;
    (void)k;
    return (ax_type) { .shape = { n, h, w, 1 } };
}

/* Converts truth to the network's unit, 0 where it is missing or out of range. */
static void fill_target(const ax_task_spec *spec, int k, const void *truth, int32_t truth_h, int32_t truth_w, void *to,
                        int32_t h, int32_t w)
{
    (void)k;
    float *out = to, per_unit = 1 / spec->of.depth.unit;
    ax_depth_resize(truth, truth_h, truth_w, out, h, w);
    for (size_t i = 0; i < (size_t)h * (size_t)w; i++)
        out[i] = out[i] > spec->of.depth.min && out[i] < spec->of.depth.max ? out[i] * per_unit : 0;
}

/* Published SILog ignores truth nearer than 0.1 m indoors (up to 10 m) and 1 m in streets. */
static ax_val loss(const ax_layers *l, const ax_task_spec *spec, ax_val logits, const ax_val *target)
{
    const ax_val args[2] = { logits, target[0] };
    float least = spec->of.depth.max > USUAL_MAX ? 1 : 0.1f;
    const ax_attr attr = { .depth = { (uint8_t)spec->of.depth.loss, least / spec->of.depth.unit } };
    return ax_layer_apply(l, AX_OP_DEPTH_LOSS, attr, args, 2);
}

static ax_val predict(ax_graph *g, const ax_task_spec *spec, ax_val logits, int32_t h, int32_t w, ax_err *err)
{
    (void)spec;
    return ax_graph_apply(g, AX_OP_RESIZE, (ax_attr) { .size = { h, w } }, &logits, 1, err);
}

/* Magnification by a factor makes things seem nearer by it, as in `cut`. */
static float enlarged(float factor)
{
    return factor;
}

/* ---- judging ---- */

static void *score_new(const ax_task_spec *spec, ax_err *err)
{
    (void)spec;
    ax_depth_meter *m = calloc(1, sizeof *m);
    if (!m)
        ax_fail(err, AX_ENOMEM, "no memory to judge");
    return m;
}

static ax_code window_of(const ax_task_spec *spec, int32_t h, int32_t w, ax_depth_window *out, ax_err *err)
{
    if (ax_depth_crop_window((ax_depth_crop)spec->of.depth.crop, h, w, out, err) == AX_OK)
        return AX_OK;
    if (err)
        err->code = AX_EDATA;
    return AX_EDATA;
}

static ax_code score_add(void *score, const ax_task_spec *spec, const void *truth, const void *prediction, int32_t h,
                         int32_t w, ax_err *err)
{
    const ax_depth_range range = { spec->of.depth.min, spec->of.depth.max };
    ax_depth_window window;
    if (window_of(spec, h, w, &window, err) != AX_OK)
        return AX_EDATA;
    float *metres = ax_depth_metres(spec, prediction, h, w, w, err);
    if (!metres)
        return AX_ENOMEM;
    const ax_depth_sums sums = ax_depth_measure(metres, truth, h, w, &window, &range);
    free(metres);
    return ax_depth_meter_append(score, &sums, err);
}

static ax_code judging(const ax_task_spec *spec, int32_t h, int32_t w, ax_depth_judging *out, ax_err *err)
{
    ax_depth_window window;
    ax_code code = window_of(spec, h, w, &window, err);
    if (code == AX_OK)
        *out = (ax_depth_judging) {
            .h = h,
            .w = w,
            .top = window.top,
            .bottom = window.bottom,
            .left = window.left,
            .right = window.right,
            .unit = spec->of.depth.unit,
            .min = spec->of.depth.min,
            .max = spec->of.depth.max,
        };
    return code;
}

static ax_code score_sums(void *score, const double *sums, ax_err *err)
{
    const ax_depth_sums s = ax_depth_sums_from(sums);
    return ax_depth_meter_append(score, &s, err);
}

/* The other's images are appended. */
static void score_merge(void *score, const void *other)
{
    const ax_depth_meter *from = other;
    for (size_t i = 0; i < from->images; i++)
        (void)ax_depth_meter_append(score, &from->image[i], NULL); /* score_take reports a failure */
}

static ax_code score_take(const void *score, const ax_task_spec *spec, ax_outcome *out, ax_err *err)
{
    const ax_depth_report r = ax_depth_meter_report(score);
    if (((const ax_depth_meter *)score)->short_of_memory)
        return ax_fail(err, AX_ENOMEM, "no memory to judge");
    if (r.not_finite) /* capped, they would look like a bad network, but the network is broken */
        return ax_fail(err, AX_EFORMAT, "diverged: %llu predictions of depth aren't finite",
                       (unsigned long long)r.not_finite);
    const double *pooled = r.pooled.value, *each = r.per_image.value;
    out->reward = ax_depth_reward_of(&r).reward;
    out->rmse = pooled[AX_DEPTH_RMSE];
    out->abs_rel = pooled[AX_DEPTH_ABS_REL];
    out->sq_rel = pooled[AX_DEPTH_SQ_REL];
    out->log10 = pooled[AX_DEPTH_LOG10];
    out->d1 = pooled[AX_DEPTH_D1];
    out->d2 = pooled[AX_DEPTH_D2];
    out->d3 = pooled[AX_DEPTH_D3];
    out->silog = pooled[AX_DEPTH_SILOG];
    out->rmse_image = each[AX_DEPTH_RMSE];
    out->abs_rel_image = each[AX_DEPTH_ABS_REL];
    out->d1_image = each[AX_DEPTH_D1];
    out->rmse_constant = r.constant_rmse;
    return r.pixels ? AX_OK
                    : ax_fail(err, AX_EDATA, "no depth between %g and %g m in the validation images",
                              (double)spec->of.depth.min, (double)spec->of.depth.max);
}

static void score_free(void *score)
{
    if (!score)
        return;
    ax_depth_meter_release(score);
    free(score);
}

const ax_task ax_task_depth = {
    .id = AX_TASK_DEPTH,
    .configure = configure,
    .adopt = adopt,
    .truth_bytes = truth_bytes,
    .cut = cut,
    .target = { "target" },
    .target_type = target_type,
    .fill_target = fill_target,
    .loss = loss,
    .starts_at_one = true,
    .scales = true,
    .enlarged = enlarged,
    .predict = predict,
    .score_new = score_new,
    .score_add = score_add,
    .judging = judging,
    .score_sums = score_sums,
    .score_take = score_take,
    .score_merge = score_merge,
    .score_free = score_free,
    .score_text = ax_depth_text,
    .score_json = ax_depth_details_json,
    .score_csv = ax_depth_csv,
    .legend = ax_depth_legend,
    .draw = ax_depth_picture,
    .draw_error = ax_depth_error_picture,
    .file = { { "depth", ".png", false }, { "colors", "-colors.png", true } },
    .write = ax_depth_write_file,
    .json = ax_depth_json,
    .describe = ax_depth_describe,
    .parse = ax_depth_parse,
};
