/* The segmentation task: a class for every pixel. The truth is a class map {h,w} of bytes, AX_IGNORE where unknown. */
#include "engine/task/segmentation/class_names.h"
#include "engine/task/segmentation/confusion_text.h"
#include "engine/task/segmentation/labels.h"
#include "engine/task/segmentation/score.h"
#include "engine/task/segmentation/balance.h"
#include "engine/task/task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static ax_code configure(ax_task_spec *spec, const ax_settings *s, const char *data, ax_err *err)
{
    int32_t *leave_out = &spec->of.segmentation.leave_out;
    *leave_out = -1;
    for (int32_t i = 0; i < spec->outputs && s->leave_out[0]; i++)
        if (!strcmp(spec->name[i], s->leave_out))
            *leave_out = i;
    if (s->leave_out[0] && *leave_out < 0)
        return ax_fail(err, AX_EINVAL, "leave_out = '%s': %s has no such class", s->leave_out, data);
    return AX_OK;
}

/* ---- truth ---- */

static size_t truth_bytes(const ax_task_spec *spec, int32_t h, int32_t w)
{
    (void)spec;
    return (size_t)h * (size_t)w;
}

static void cut(const ax_task_spec *spec, const ax_truth_cut *c, const void *from, void *to)
{
    (void)spec;
    uint8_t *out = to;
    for (int32_t y = 0; y < c->h; y++, out += c->w) {
        const uint8_t *row = (const uint8_t *)from + (size_t)(c->row[y] < 0 ? 0 : c->row[y]) * (size_t)c->image_w;
        for (int32_t x = 0; x < c->w; x++)
            out[x] = c->row[y] < 0 || c->column[x] < 0 ? AX_IGNORE : row[c->column[x]];
    }
}

/* ---- network ---- */

static ax_type target_type(const ax_task_spec *spec, int k, int32_t n, int32_t h, int32_t w)
{
    (void)spec;
    (void)k;
    return (ax_type) { .shape = { n, h, w, 1 }, .dtype = AX_U8 };
}

static void fill_target(const ax_task_spec *spec, int k, const void *truth, int32_t truth_h, int32_t truth_w, void *to,
                        int32_t h, int32_t w)
{
    (void)spec;
    (void)k;
    ax_labels_shrink(truth, truth_h, truth_w, to, h, w);
}

static ax_val cross_entropy(const ax_layers *l, const ax_task_spec *spec, ax_val logits, const ax_val *target)
{
    const ax_val args[3] = { logits, target[0],
                             spec->weighted ? ax_graph_find(l->g, AX_TASK_WEIGHTS) : (ax_val) { 0 } };
    return ax_layer_apply(l, AX_OP_CE, (ax_attr) { 0 }, args, spec->weighted ? 3 : 2);
}

static ax_val predict(ax_graph *g, const ax_task_spec *spec, ax_val logits, int32_t h, int32_t w, ax_err *err)
{
    (void)spec;
    return ax_graph_apply(g, AX_OP_ARGMAX, (ax_attr) { .size = { h, w } }, &logits, 1, err);
}

/* ---- judging ---- */

static void *score_new(const ax_task_spec *spec, ax_err *err)
{
    ax_confusion *c = calloc(1, sizeof *c);
    if (c && ax_confusion_init(c, spec->outputs, err) == AX_OK)
        return c;
    if (!c)
        ax_fail(err, AX_ENOMEM, "no memory to judge");
    free(c);
    return NULL;
}

static ax_code score_add(void *score, const ax_task_spec *spec, const void *truth, const void *prediction, int32_t h,
                         int32_t w, ax_err *err)
{
    (void)spec;
    (void)err;
    ax_confusion_add(score, truth, prediction, (size_t)h * (size_t)w);
    return AX_OK;
}

static void score_counts(void *score, const uint64_t *count)
{
    ax_confusion *c = score;
    for (size_t i = 0; i < (size_t)c->classes * (size_t)c->classes; i++)
        c->count[i] += count[i];
}

static ax_code score_take(const void *score, const ax_task_spec *spec, ax_outcome *out, ax_err *err)
{
    ax_metrics m = ax_confusion_metrics(score, spec->of.segmentation.leave_out);
    out->reward = m.reward;
    out->miou = m.miou;
    out->fwiou = m.fwiou;
    out->accuracy = m.accuracy;
    return isfinite(m.reward) ? AX_OK : ax_fail(err, AX_EDATA, "no labelled pixel in the validation images");
}

static void score_free(void *score)
{
    if (!score)
        return;
    ax_confusion_release(score);
    free(score);
}

static void score_merge(void *score, const void *other)
{
    ax_confusion_merge(score, other);
}

/* ---- pictures ---- */

static void legend(const ax_task_spec *spec, ax_maskfile *m)
{
    m->classes = spec->outputs;
    memcpy(m->name, spec->name, sizeof spec->name);
    memcpy(m->color, spec->color, sizeof spec->color);
}

static void draw(const ax_task_spec *spec, const void *value, bool prediction, int32_t h, int32_t w, uint8_t *out)
{
    (void)spec;
    (void)prediction;
    memcpy(out, value, (size_t)h * (size_t)w);
}

static ax_code write_file(const ax_task_spec *spec, int k, const ax_prediction *p, const ax_task_writers *to,
                          const char *path, ax_err *err)
{
    size_t w = (size_t)p->w;
    uint8_t *mask = malloc((size_t)p->h * w);
    if (!mask)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %dx%d pixels", path, p->w, p->h);
    for (int32_t y = 0; y < p->h; y++)
        memcpy(mask + (size_t)y * w, (const uint8_t *)p->value + (size_t)y * (size_t)p->padded_w, w);
    ax_code code = k ? to->write_overlay(path, p->rgb, mask, p->h, p->w, spec->color, spec->outputs, err)
                     : to->write_mask(path, mask, p->h, p->w, spec->color, spec->outputs, err);
    free(mask);
    return code;
}

const ax_task ax_task_segmentation = {
    .id = AX_TASK_SEGMENTATION,
    .configure = configure,
    .truth_bytes = truth_bytes,
    .cut = cut,
    .target = { "target" },
    .target_type = target_type,
    .fill_target = fill_target,
    .weigh = ax_segmentation_weigh,
    .loss = cross_entropy,
    .scales = true,
    .predict = predict,
    .score_new = score_new,
    .score_add = score_add,
    .score_counts = score_counts,
    .score_take = score_take,
    .score_free = score_free,
    .score_merge = score_merge,
    .score_text = ax_confusion_text,
    .score_json = ax_confusion_json,
    .score_csv = ax_confusion_csv,
    .score_picture = ax_confusion_picture,
    .legend = legend,
    .draw = draw,
    .file = { { "mask", ".png", false }, { "overlay", "-overlay.png", true } },
    .write = write_file,
    .describe = ax_segmentation_describe,
    .parse = ax_segmentation_parse,
};
