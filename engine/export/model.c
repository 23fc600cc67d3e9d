#include "engine/export/model.h"

#include "engine/base/normalise.h"
#include "engine/base/sha256.h"
#include "engine/export/onnx.h"
#include "engine/model/network.h"
#include "engine/space/space.h"

#include <stdlib.h>
#include <string.h>

enum { MULTIPLE = 32, MOST_MULTIPLE = 1024, METAS = 64, OWN_METAS = 9 };

/* Outputs of an exported network: for segmentation the decoder's logits or, with --argmax, the task's prediction; for
   other tasks the prediction. By name of the task; a task's first row is the one without --argmax. */
static const struct output {
    const char *task, *name, *says;
    bool predicted;
} outputs[] = {
    { "segmentation", "logits", "a logit per class", false },
    { "segmentation", "classes", "the class of every pixel", true },
    { "depth", "depth",
      "times the metadata's output_unit it is the depth in metres, to be capped to depth_min and depth_max", true },
    { "pose", "heatmaps", "a heat map for each of the metadata's keypoints, of the person whom the image shows", true },
};

static const struct output *output_of(const char *task, bool argmax)
{
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        if (!strcmp(outputs[i].task, task))
            return &outputs[i + argmax];
    return NULL;
}

/* ---- description ---- */

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

/* Copies the model file's value of a key that has the same meaning here. */
static bool is_ours(const char *key, const char *value)
{
    static const char *const other[] = { "format", "version", "mean",    "std",   "classes",       "class_names",
                                         "ignore", "space",   "palette", "input", "output_stride", "sha256" };
    bool same = strcmp(value, "nan") != 0;
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        same = same && strcmp(key, other[i]) != 0;
    return same;
}

static void describe(about *a, const ax_predictor *p, const ax_export *e, int32_t stride)
{
    char digest[AX_SHA256_TEXT];
    size_t n;
    const void *bytes = ax_safetensors_bytes(p->st, &n);
    for (size_t i = 0; i < ax_safetensors_metas(p->st) && a->n < METAS - OWN_METAS; i++) {
        ax_st_meta m = ax_safetensors_meta_at(p->st, i);
        if (is_ours(m.key, m.value))
            ax_str_add(add_meta(a, m.key), m.value);
    }
    ax_str_add(add_meta(a, "space"), ax_space_of(&p->info.genotype)->name);
    if (p->info.task.task->id == AX_TASK_SEGMENTATION) {
        list_names(&p->info, add_meta(a, "classes"));
        list_colors(&p->info, add_meta(a, "palette"));
    }
    list_three(ax_image_mean, add_meta(a, "mean"));
    list_three(ax_image_std, add_meta(a, "std"));
    ax_str_add(add_meta(a, "input"), e->normalise ? "RGB, 0 to 255" : "(RGB / 255 - mean) / std");
    ax_str_printf(add_meta(a, "output_stride"), "%d", stride);
    ax_str_add(add_meta(a, "version"), AX_VERSION);
    ax_str_add(add_meta(a, "sha256"), ax_sha256_text(bytes, n, digest));
    for (size_t i = 0; i < a->n; i++)
        a->meta[i].value = a->text[i].text;
}

/* Whether memory sufficed for all of it. */
static bool is_whole(const about *a, const ax_str *doc)
{
    bool ok = ax_str_ok(doc);
    for (size_t i = 0; i < a->n; i++)
        ok = ok && ax_str_ok(&a->text[i]);
    return ok;
}

static void explain(ax_str *doc, const ax_export *e, const struct output *o, ax_type type, int32_t multiple,
                    int32_t stride)
{
    ax_str_printf(doc, "Input 'image': float32, batch x 3 x height x width, RGB; %s.\n",
                  e->normalise ? "values from 0 to 255, the model normalises them"
                               : "each channel is (value / 255 - mean) / std, with mean and std of the metadata");
    if (!e->h)
        ax_str_printf(doc,
                      "Height and width must be multiples of %d: pad an image at its right and bottom (%s), and cut "
                      "the same part off the output. Other sizes give wrong results or none.\n",
                      multiple, e->normalise ? "with the mean colour, 255 * mean" : "with 0");
    if (type.dtype == AX_U8)
        ax_str_printf(doc, "Output '%s': int64, batch x height x width: %s.\n", o->name, o->says);
    else if (stride == 1)
        ax_str_printf(doc, "Output '%s': float32, batch x %d x height x width: %s.\n", o->name, type.shape.c, o->says);
    else
        ax_str_printf(doc, "Output '%s': float32, batch x %d x height/%d x width/%d: %s.\n", o->name, type.shape.c,
                      stride, stride, o->says);
    if (!o->predicted)
        ax_str_add(doc, "At the image's size: resized bilinearly with half-pixel centres (PyTorch: "
                        "align_corners=False).\n");
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
    if (!output_of(task, false))
        return ax_fail(err, AX_EINVAL, "%s: a model of %s, which has no form in ONNX", p->path, task);
    if (e->argmax && p->info.task.task->id != AX_TASK_SEGMENTATION)
        return ax_fail(err, AX_EINVAL, "%s: --argmax is for segmentation, and this is a model of %s", p->path, task);
    if (e->h % MULTIPLE || e->w % MULTIPLE)
        return ax_fail(err, AX_EINVAL,
                       "--size %dx%d: height and width must be multiples of %d; the next ones are %dx%d", e->h, e->w,
                       MULTIPLE, ax_network_side(e->h), ax_network_side(e->w));
    return AX_OK;
}

static ax_code write_model(ax_predictor *p, const ax_export *e, const struct output *o, ax_onnx_spec *spec, ax_str *out,
                           ax_err *err)
{
    const ax_graph *g = p->session.graph;
    ax_type type = ax_graph_type(g, spec->output);
    int32_t stride = ax_graph_type(g, spec->image).shape.h / type.shape.h;
    about *a = calloc(1, sizeof *a);
    ax_str doc;
    if (!a)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for its description", p->path);
    ax_str_init(&doc, 0);
    describe(a, p, e, stride);
    explain(&doc, e, o, type, spec->multiple, stride);
    spec->name = o->name;
    spec->doc = doc.text;
    spec->meta = a->meta;
    spec->n_meta = a->n;
    ax_code code = is_whole(a, &doc) ? ax_onnx_write(g, p->session.params, spec, out, err)
                                     : ax_fail(err, AX_ENOMEM, "%s: no memory for its description", p->path);
    ax_str_release(&doc);
    for (size_t k = 0; k < a->n; k++)
        ax_str_release(&a->text[k]);
    free(a);
    return code;
}

/* The network and its output, built for images of any size at the smallest multiple of 32 where all maps have whole
   sizes: networks of some spaces shrink further than the encoder. */
static ax_code build_output(ax_predictor *p, const ax_export *e, const struct output *o, ax_onnx_spec *spec,
                            ax_err *err)
{
    const ax_task_spec *task = &p->info.task;
    bool fits = false;
    for (spec->multiple = MULTIPLE; !fits && spec->multiple <= MOST_MULTIPLE; spec->multiple *= 2) {
        int32_t h = e->h ? e->h : spec->multiple * AX_ONNX_HEIGHT, w = e->w ? e->w : spec->multiple * AX_ONNX_WIDTH;
        ax_code code = ax_export_build(p, e->batch ? e->batch : 1, h, w, &spec->image, &spec->output, err);
        if (code == AX_OK && o->predicted)
            spec->output = task->task->predict(p->session.graph, task, spec->output, h, w, err);
        if (code == AX_OK && !spec->output.id)
            code = err->code;
        if (code == AX_OK)
            code = ax_onnx_fits(p->session.graph, spec->image, spec->output, &fits, err);
        if (code != AX_OK || fits || e->h)
            return code;
    }
    return ax_fail(err, AX_EINVAL, "its network shrinks images so far that their size must be fixed: --size HxW");
}

ax_code ax_export_onnx(ax_predictor *p, const ax_export *e, ax_str *out, ax_err *err)
{
    const char *name = ax_task_name(p->info.task.task->id);
    ax_onnx_spec spec = { .any_size = !e->h, .any_batch = !e->batch, .normalise = e->normalise };
    ax_code code = check(p, e, name, err);
    if (code != AX_OK)
        return code;
    const struct output *o = output_of(name, e->argmax);
    code = build_output(p, e, o, &spec, err);
    if (code == AX_OK)
        code = write_model(p, e, o, &spec, out, err);
    return code == AX_EINVAL ? ax_fail_prefix(err, p->path) : code;
}
