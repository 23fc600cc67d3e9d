#include "engine/model/modelfile.h"

#include "engine/base/normalise.h"
#include "engine/model/modelmeta.h"
#include "engine/model/tensor.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool starts_with(const char *text, const char *prefix)
{
    return !strncmp(text, prefix, strlen(prefix));
}

/* ---- writing ---- */

typedef struct tensor_list {
    ax_st_tensor *tensor;
    size_t n;
} tensor_list;

static ax_code take_tensor(tensor_list *list, const ax_params *p, size_t i, ax_slot slot, ax_err *err)
{
    const ax_param_spec *spec = ax_params_spec(p, i);
    ax_st_tensor *t = &list->tensor[list->n];
    *t = (ax_st_tensor) { .name = spec->name, .dtype = AX_ST_F32, .elements = ax_shape_count(spec->type.shape) };
    t->bytes = t->elements * sizeof(float);
    t->n_dim = ax_tensor_dims(spec->type, t->dim);
    float *data = malloc(t->bytes);
    if (!data)
        return ax_fail(err, AX_ENOMEM, "%s: no memory", spec->name);
    t->data = data;
    list->n++;
    return ax_params_get(p, i, slot, data, err);
}

static ax_code take_params(tensor_list *list, const ax_params *p, bool averaged, bool encoder, ax_err *err)
{
    for (size_t i = 0; i < ax_params_count(p); i++) {
        const ax_param_spec *spec = ax_params_spec(p, i);
        if (starts_with(spec->name, "encoder.") != encoder || starts_with(spec->name, "decoder.aux."))
            continue;
        bool average = averaged && spec->trainable && ax_params_slot(p, i, AX_SLOT_AVERAGE);
        if (take_tensor(list, p, i, average ? AX_SLOT_AVERAGE : AX_SLOT_VALUE, err) != AX_OK)
            return err ? err->code : AX_EIO;
    }
    return AX_OK;
}

ax_code ax_model_write(const char *path, bool output, const ax_model_info *info, const ax_params *p, bool averaged,
                       const ax_params *encoder, ax_err *err)
{
    tensor_list list = { calloc(ax_params_count(p) + (encoder ? ax_params_count(encoder) : 0), sizeof(ax_st_tensor)),
                         0 };
    ax_model_meta meta;
    if (!list.tensor)
        return ax_fail(err, AX_ENOMEM, "%s: no memory", path);
    ax_code code = ax_model_meta_of(info, &meta, err);
    if (code == AX_OK)
        code = take_params(&list, encoder ? encoder : p, averaged, true, err);
    if (code == AX_OK)
        code = take_params(&list, p, averaged, false, err);
    if (code == AX_OK)
        code = output ? ax_safetensors_output(path, list.tensor, list.n, meta.pair, meta.n, err)
                      : ax_safetensors_write(AT_FDCWD, path, list.tensor, list.n, meta.pair, meta.n, err);
    for (size_t i = 0; i < list.n; i++)
        free((void *)(uintptr_t)list.tensor[i].data);
    free(list.tensor);
    ax_model_meta_release(&meta);
    return code;
}

/* ---- reading ---- */

static ax_code meta_number(const ax_safetensors *st, const char *file, const char *key, long least, long most,
                           int32_t *out, ax_err *err)
{
    const char *text = ax_safetensors_meta(st, key);
    char *end = NULL;
    long v = text ? strtol(text, &end, 10) : 0;
    if (!text || end == text || *end || v < least || v > most)
        return ax_fail(err, AX_EFORMAT, "%s: metadata '%s' is %.60s, not a number from %ld to %ld", file, key,
                       !text   ? "missing"
                       : *text ? text
                               : "empty",
                       least, most);
    *out = (int32_t)v;
    return AX_OK;
}

/* The scores stored in the file; missing ones are unknown. */
static void read_figures(const ax_safetensors *st, ax_model_info *info)
{
    info->outcome = ax_outcome_none;
    for (int m = 0; m < AX_METRIC_COUNT; m++) {
        const ax_metric_info *figure = ax_metric_of((ax_metric)m);
        const char *text =
            ax_model_stores_figure(info->task.task->id, (ax_metric)m) ? ax_safetensors_meta(st, figure->name) : NULL;
        if (text)
            *(double *)(void *)((char *)&info->outcome + figure->at) = strtod(text, NULL);
    }
}

static const char *get_meta(const void *st, const char *key)
{
    return ax_safetensors_meta(st, key);
}

/* A network that was trained on images normalised in another way would predict nonsense. */
static ax_code check_channels(const ax_safetensors *st, const char *name, const char *key, const float ours[3],
                              ax_err *err)
{
    const char *text = ax_safetensors_meta(st, key);
    float its[3];
    bool same = !text || sscanf(text, "%f %f %f", &its[0], &its[1], &its[2]) == 3;
    for (int k = 0; text && k < 3; k++)
        same = same && fabsf(its[k] - ours[k]) < 1e-3f;
    return same
               ? AX_OK
               : ax_fail(err, AX_EFORMAT, "%s: metadata '%s' is '%.60s', but images are normalised with %.3f %.3f %.3f",
                         name, key, text, (double)ours[0], (double)ours[1], (double)ours[2]);
}

static ax_code read_task(const ax_safetensors *st, const char *name, ax_model_info *info, ax_err *err)
{
    const char *task = ax_safetensors_meta(st, "task");
    ax_task_id id = ax_task_named(task ? task : "");
    if (id == AX_TASKS)
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'task' is '%.40s', which this program doesn't know", name, task);
    info->task.task = ax_task_of(id);
    return info->task.task->parse(&info->task, get_meta, st, name, err);
}

ax_code ax_model_read_info(const ax_safetensors *st, const char *name, ax_model_info *info, ax_err *err)
{
    memset(info, 0, sizeof *info);
    const char *format = ax_safetensors_meta(st, "format"), *version = ax_safetensors_meta(st, "version");
    if (!format || strcmp(format, AX_MODEL_FORMAT))
        return ax_fail(err, AX_EFORMAT, "%s: not a model of auxcell (metadata 'format' is %s)", name,
                       format ? format : "missing");
    if (!version || (strcmp(version, AX_MODEL_VERSION) && strcmp(version, AX_MODEL_VERSION_CONCAT)))
        return ax_fail(err, AX_EFORMAT, "%s: model format %s; this program reads %s and %s", name,
                       version ? version : "missing", AX_MODEL_VERSION, AX_MODEL_VERSION_CONCAT);
    const char *aggregate = ax_safetensors_meta(st, "aggregate");
    info->concat = aggregate && !strcmp(aggregate, "concat");
    if (aggregate && !info->concat && strcmp(aggregate, "sum"))
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'aggregate' is %s, not sum or concat", name, aggregate);
    const char *genotype = ax_safetensors_meta(st, "genotype");
    if (!genotype)
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'genotype' is missing", name);
    if (ax_genotype_parse(genotype, &info->genotype, err) != AX_OK) {
        ax_fail_prefix(err, name);
        if (err)
            err->code = AX_EFORMAT;
        return AX_EFORMAT;
    }
    const char *data = ax_safetensors_meta(st, "data");
    if (meta_number(st, name, "channels", 1, 4096, &info->channels, err) != AX_OK ||
        meta_number(st, name, "repeats", 1, 16, &info->repeats, err) != AX_OK ||
        check_channels(st, name, "mean", ax_image_mean, err) != AX_OK ||
        check_channels(st, name, "std", ax_image_std, err) != AX_OK || read_task(st, name, info, err) != AX_OK ||
        ax_encoder_of_model(st, &info->encoder, err) != AX_OK)
        return AX_EFORMAT;
    snprintf(info->data, sizeof info->data, "%s", data ? data : "");
    read_figures(st, info);
    return AX_OK;
}

ax_code ax_model_load(const ax_safetensors *st, const char *name, ax_params *p, ax_err *err)
{
    (void)name; /* st has the name already */
    for (size_t i = 0; i < ax_params_count(p); i++) {
        ax_code code = ax_tensor_load(p, i, st, ax_params_spec(p, i)->name, err);
        if (code != AX_OK)
            return code;
    }
    return AX_OK;
}
