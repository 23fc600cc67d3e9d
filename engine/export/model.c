#include "engine/export/model.h"

#include "engine/base/normalise.h"
#include "engine/base/sha256.h"
#include "engine/export/onnx.h"
#include "engine/model/network.h"
#include "engine/space/space.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MULTIPLE = 32, METAS = 40 };

/* What a network of a task gives. */
static const struct {
    const char *task, *output, *means;
    bool classes;
} task_of[] = {
    { "segmentation", "logits", "a logit per class", true },
    { "depth", "depth", "the depth in units of output_unit metres (metadata)", false },
    { "pose", "heatmaps", "a heat map per joint", false },
};

static int find_task(const char *task)
{
    int i = (int)(sizeof task_of / sizeof *task_of) - 1;
    while (i > 0 && strcmp(task_of[i].task, task))
        i--;
    return i;
}

/* ---- what it says of itself ---- */

static void list_names(const ax_model_info *info, ax_str *out)
{
    ax_str_add(out, "[");
    for (int32_t i = 0; i < info->task.outputs; i++) {
        ax_str_add(out, i ? "," : "");
        ax_str_json(out, info->task.name[i]);
    }
    ax_str_add(out, "]");
}

static void list_colors(const ax_model_info *info, ax_str *out)
{
    ax_str_add(out, "[");
    for (int32_t i = 0; i < info->task.outputs; i++)
        ax_str_printf(out, "%s[%d,%d,%d]", i ? "," : "", info->task.color[i][0], info->task.color[i][1],
                      info->task.color[i][2]);
    ax_str_add(out, "]");
}

static void list_three(const float v[static 3], ax_str *out)
{
    ax_str_printf(out, "[%g,%g,%g]", (double)v[0], (double)v[1], (double)v[2]);
}

typedef struct about {
    ax_str text[METAS];
    ax_onnx_meta meta[METAS];
    size_t n;
} about;

static ax_str *add_meta(about *a, const char *key)
{
    ax_str_init(&a->text[a->n], 0);
    a->meta[a->n].key = key;
    return &a->text[a->n++];
}

static void copy_meta(about *a, const ax_predictor *p, const char *theirs, const char *key)
{
    const char *value = ax_safetensors_meta(p->st, theirs);
    if (value && strcmp(value, "nan"))
        ax_str_add(add_meta(a, key), value);
}

static void describe(about *a, const ax_predictor *p, const ax_export *e, int32_t stride)
{
    static const char *const as_they_are[] = { "task",        "genotype",  "data",      "encoder", "reward",    "miou",
                                               "fwiou",       "accuracy",  "channels",  "repeats", "aggregate", "unit",
                                               "output_unit", "depth_min", "depth_max", "rmse",    "abs_rel",   "d1" };
    char digest[AX_SHA256_TEXT];
    size_t n;
    const void *bytes = ax_safetensors_bytes(p->st, &n);
    for (size_t i = 0; i < sizeof as_they_are / sizeof *as_they_are; i++)
        copy_meta(a, p, as_they_are[i], as_they_are[i]);
    ax_str_add(add_meta(a, "space"), ax_space_of(&p->info.genotype)->name);
    list_names(&p->info, add_meta(a, "classes"));
    list_colors(&p->info, add_meta(a, "palette"));
    list_three(ax_image_mean, add_meta(a, "mean"));
    list_three(ax_image_std, add_meta(a, "std"));
    ax_str_add(add_meta(a, "input"), e->normalise ? "RGB, 0 to 255" : "(RGB / 255 - mean) / std");
    ax_str_printf(add_meta(a, "output_stride"), "%d", stride);
    copy_meta(a, p, "encoder_license", "encoder_license");
    ax_str_add(add_meta(a, "version"), AX_VERSION);
    ax_str_add(add_meta(a, "sha256"), ax_sha256_text(bytes, n, digest));
    for (size_t i = 0; i < a->n; i++)
        a->meta[i].value = a->text[i].text;
}

/* Whether memory was enough for all of it. */
static bool is_whole(const about *a, const ax_str *doc)
{
    bool ok = ax_str_ok(doc);
    for (size_t i = 0; i < a->n; i++)
        ok = ok && ax_str_ok(&a->text[i]);
    return ok;
}

static void explain(ax_str *doc, const ax_export *e, int task, int32_t stride)
{
    ax_str_printf(doc, "Input 'image': float32, batch x 3 x height x width, RGB; %s.\n",
                  e->normalise ? "values from 0 to 255, the model normalises them"
                               : "each channel is (value / 255 - mean) / std, with mean and std of the metadata");
    if (!e->h)
        ax_str_printf(doc,
                      "Height and width must be multiples of %d: pad an image at its right and bottom (%s), and cut "
                      "the same part off the output. Other sizes give wrong results or none.\n",
                      MULTIPLE, e->normalise ? "with the mean colour, 255 * mean" : "with 0");
    if (e->argmax)
        ax_str_add(doc, "Output 'classes': int64, batch x height x width, the class of every pixel.\n");
    else
        ax_str_printf(doc,
                      "Output '%s': float32, batch x channels x height/%d x width/%d: %s. At the image's size: resized "
                      "bilinearly with half-pixel centres (PyTorch: align_corners=False).\n",
                      task_of[task].output, stride, stride, task_of[task].means);
}

/* ---- the network ---- */

ax_code ax_export_build(ax_predictor *p, int32_t n, int32_t h, int32_t w, ax_val *image, ax_val *out, ax_err *err)
{
    const ax_decoder_spec spec = ax_predictor_decoder(p);
    ax_session *s = &p->session;
    ax_code code = ax_session_begin(s, err);
    if (code != AX_OK)
        return code;
    ax_val in = ax_graph_input(s->graph, "image", (ax_type) { .shape = { n, h, w, 3 } }, err);
    code = in.id ? ax_network_build(s->graph, in, &p->info.encoder, &spec, out, err) : AX_ENOMEM;
    if (image)
        *image = in;
    if (code == AX_OK)
        code = ax_session_params(s, NULL, err);
    return code == AX_OK ? ax_model_load(p->st, p->path, s->params, err) : code;
}

static ax_code check(const ax_predictor *p, const ax_export *e, const char *task, ax_err *err)
{
    if (e->argmax && strcmp(task, "segmentation"))
        return ax_fail(err, AX_EINVAL, "%s: --argmax is for segmentation, and this is a model of %s", p->path, task);
    if (e->h % MULTIPLE || e->w % MULTIPLE)
        return ax_fail(err, AX_EINVAL,
                       "--size %dx%d: height and width must be multiples of %d; the next ones are %dx%d", e->h, e->w,
                       MULTIPLE, ax_network_side(e->h), ax_network_side(e->w));
    return AX_OK;
}

ax_code ax_export_onnx(ax_predictor *p, const ax_export *e, ax_str *out, ax_err *err)
{
    const char *task = ax_safetensors_meta(p->st, "task");
    int i = find_task(task ? task : "segmentation");
    ax_onnx_spec spec = { .any_size = !e->h, .multiple = MULTIPLE, .any_batch = !e->batch, .normalise = e->normalise };
    int32_t h = e->h ? e->h : MULTIPLE * AX_ONNX_HEIGHT, w = e->w ? e->w : MULTIPLE * AX_ONNX_WIDTH;
    ax_code code = check(p, e, task_of[i].task, err);
    if (code == AX_OK)
        code = ax_export_build(p, e->batch ? e->batch : 1, h, w, &spec.image, &spec.output, err);
    if (code != AX_OK)
        return code;
    ax_graph *g = p->session.graph;
    int32_t stride = h / ax_graph_type(g, spec.output).shape.h;
    if (e->argmax)
        spec.output = ax_graph_apply(g, AX_OP_ARGMAX, (ax_attr) { .size = { h, w } }, &spec.output, 1, err);
    if (!spec.output.id)
        return err->code;
    about a = { .n = 0 };
    ax_str doc;
    ax_str_init(&doc, 0);
    describe(&a, p, e, stride);
    explain(&doc, e, i, stride);
    spec.name = e->argmax ? "classes" : task_of[i].output;
    spec.doc = doc.text;
    spec.meta = a.meta;
    spec.n_meta = a.n;
    code = is_whole(&a, &doc) ? ax_onnx_write(g, p->session.params, &spec, out, err)
                              : ax_fail(err, AX_ENOMEM, "%s: no memory for its description", p->path);
    ax_str_release(&doc);
    for (size_t k = 0; k < a.n; k++)
        ax_str_release(&a.text[k]);
    return code;
}
