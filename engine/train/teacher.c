#include "engine/train/teacher.h"

#include "engine/base/hash.h"
#include "engine/graph/plan.h"
#include "engine/model/modelfile.h"
#include "engine/model/network.h"
#include "engine/train/logits_folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct ax_teacher {
    char *path;
    ax_source *source;
    const ax_backend *be;
    ax_device *dev;
    uint64_t key;
    ax_safetensors *st; /* NULL: a folder */
    ax_model_info info;
    ax_graph *graph;
    ax_params *params;
    ax_plan *plan;
    int32_t h, w; /* of the plan's image */
};

static void drop_plan(ax_teacher *t)
{
    ax_plan_free(t->plan);
    ax_params_free(t->params);
    ax_graph_free(t->graph);
    t->plan = NULL;
    t->params = NULL;
    t->graph = NULL;
}

/* ---- a model ---- */

static ax_code check_classes(const ax_teacher *t, ax_err *err)
{
    const ax_source_info *data = &t->source->info;
    if (t->info.classes != data->classes)
        return ax_fail(err, AX_EINVAL, "teacher %s: a model of %d classes; %s has %d", t->path, t->info.classes,
                       data->spec, data->classes);
    for (int32_t i = 0; i < data->classes; i++)
        if (strcmp(t->info.name[i], data->name[i]) != 0)
            return ax_fail(err, AX_EINVAL, "teacher %s: its class %d is '%s'; that of %s is '%s'", t->path, i,
                           t->info.name[i], data->spec, data->name[i]);
    return AX_OK;
}

static uint64_t model_key(const ax_teacher *t)
{
    const int32_t says[] = { t->info.channels, t->info.repeats, t->info.concat };
    uint64_t key = ax_hash(AX_HASH_START, &t->info.genotype, sizeof t->info.genotype);
    key = ax_hash(key, says, sizeof says);
    for (size_t i = 0; i < ax_safetensors_count(t->st); i++) {
        const ax_st_tensor *tensor = ax_safetensors_at(t->st, i);
        key = ax_hash(ax_hash(key, tensor->name, strlen(tensor->name)), tensor->data, tensor->bytes);
    }
    return key;
}

/* The network on one image of h x w, its logits at the size of the labels of stage 1. */
static ax_code make_plan(ax_teacher *t, int32_t h, int32_t w, ax_err *err)
{
    if (t->plan && t->h == h && t->w == w)
        return AX_OK;
    drop_plan(t);
    t->h = h;
    t->w = w;
    if (!(t->graph = ax_graph_new(err)))
        return AX_ENOMEM;
    const ax_decoder_spec spec = {
        .genotype = t->info.genotype,
        .channels = t->info.channels,
        .repeats = t->info.repeats,
        .classes = t->info.classes,
        .concat = t->info.concat,
    };
    ax_val logits = { 0 };
    ax_val image = ax_graph_input(t->graph, "image", (ax_type) { .shape = { 1, h, w, 3 } }, err);
    ax_code code = image.id ? ax_network_build(t->graph, image, &spec, &logits, err) : AX_ENOMEM;
    if (code == AX_OK) {
        ax_shape s = ax_graph_type(t->graph, logits).shape;
        if (s.h != h / 4 || s.w != w / 4)
            logits = ax_graph_apply(t->graph, AX_OP_RESIZE, (ax_attr) { .size = { h / 4, w / 4 } }, &logits, 1, err);
        code = ax_graph_keep(t->graph, logits, "logits", err);
    }
    const ax_graph *graphs[] = { t->graph };
    if (code == AX_OK && !(t->params = ax_params_new(graphs, 1, t->be, t->dev, NULL, err)))
        code = err->code;
    if (code == AX_OK)
        code = ax_model_load(t->st, t->path, t->params, err);
    if (code == AX_OK && !(t->plan = ax_plan_new(t->graph, t->be, t->dev, t->params, 0, err)))
        code = err->code;
    return code;
}

static ax_code open_model(ax_teacher *t, ax_err *err)
{
    if (!(t->st = ax_safetensors_open(t->path, err)))
        return err->code;
    ax_code code = ax_model_read_info(t->st, t->path, &t->info, err);
    if (code == AX_OK)
        code = check_classes(t, err);
    if (code == AX_OK) /* says what is wrong with its tensors before the first crop is made */
        code = make_plan(t, 32, 32, err);
    if (code == AX_OK)
        t->key = model_key(t);
    return code;
}

/* ---- either ---- */

ax_teacher *ax_teacher_open(const char *path, ax_source *source, const ax_backend *be, ax_device *dev, ax_err *err)
{
    struct stat st;
    ax_err why = { AX_OK, "" };
    ax_teacher *t = calloc(1, sizeof *t);
    ax_code code = t && (t->path = strdup(path)) ? AX_OK : ax_fail(&why, AX_ENOMEM, "no memory for a teacher");
    if (code == AX_OK) {
        t->source = source;
        t->be = be;
        t->dev = dev;
        if (stat(path, &st))
            code = ax_fail(&why, AX_EIO, "teacher %s: %s", path, strerror(errno));
        else
            code = S_ISDIR(st.st_mode) ? ax_logits_folder_key(path, &t->key, &why) : open_model(t, &why);
    }
    if (code == AX_OK)
        return t;
    ax_source_failed(code, &why);
    if (err)
        *err = why;
    ax_teacher_free(t);
    return NULL;
}

void ax_teacher_free(ax_teacher *t)
{
    if (!t)
        return;
    drop_plan(t);
    ax_safetensors_free(t->st);
    free(t->path);
    free(t);
}

uint64_t ax_teacher_key(const ax_teacher *t)
{
    return t->key;
}

ax_code ax_teacher_logits(ax_teacher *t, const ax_sample *s, float *out, ax_err *err)
{
    if (!t->st)
        return ax_source_failed(ax_logits_folder_read(t->path, t->source, s, out, err), err);
    size_t pixels = (size_t)s->h * (size_t)s->w, cells = (size_t)(s->h / 4) * (size_t)(s->w / 4);
    ax_code code = make_plan(t, s->h, s->w, err);
    if (code == AX_OK)
        code = ax_plan_write(t->plan, "image", s->image, pixels * 3 * sizeof(float), err);
    if (code == AX_OK)
        code = ax_plan_run(t->plan, err);
    if (code == AX_OK)
        code = ax_plan_read(t->plan, "logits", out, cells * (size_t)t->info.classes * sizeof *out, err);
    return code;
}
