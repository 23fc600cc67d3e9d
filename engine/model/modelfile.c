#include "engine/model/modelfile.h"

#include "engine/base/str.h"
#include "engine/model/tensor.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "auxcell-model"
/* A network that concatenates is of version 2: who reads version 1 would build the wrong one. */
#define VERSION "1"
#define VERSION_CONCAT "2"

static bool starts_with(const char *text, const char *prefix)
{
    return !strncmp(text, prefix, strlen(prefix));
}

/* Text of classes: "name #rrggbb" per line. */
static void classes_to_text(const ax_model_info *info, ax_str *out)
{
    for (int32_t i = 0; i < info->classes; i++)
        ax_str_printf(out, "%s #%02x%02x%02x\n", info->name[i], info->color[i][0], info->color[i][1],
                      info->color[i][2]);
}

static ax_code classes_from_text(const char *text, const char *file, ax_model_info *info, ax_err *err)
{
    int32_t n = 0;
    while (*text) {
        const char *end = strchr(text, '\n'), *hash = NULL;
        if (!end || n == info->classes)
            break;
        for (const char *c = end; c > text && !hash; c--)
            if (c[-1] == '#')
                hash = c;
        unsigned r, g, b;
        if (!hash || hash - text < 3 || hash - text - 2 >= AX_MODEL_CLASS_NAME ||
            sscanf(hash, "%2x%2x%2x", &r, &g, &b) != 3)
            break;
        memcpy(info->name[n], text, (size_t)(hash - text - 2));
        info->name[n][hash - text - 2] = '\0';
        info->color[n][0] = (uint8_t)r;
        info->color[n][1] = (uint8_t)g;
        info->color[n][2] = (uint8_t)b;
        n++;
        text = end + 1;
    }
    if (n != info->classes || *text)
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'class_names' doesn't list %d classes", file, info->classes);
    return AX_OK;
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
    if (!list.tensor)
        return ax_fail(err, AX_ENOMEM, "%s: no memory", path);
    ax_code code = take_params(&list, encoder ? encoder : p, averaged, true, err);
    if (code == AX_OK)
        code = take_params(&list, p, averaged, false, err);

    ax_str classes;
    ax_str_init(&classes, 0);
    classes_to_text(info, &classes);
    char genotype[AX_GENOTYPE_TEXT], number[8][32];
    const double figure[] = { info->reward, info->miou, info->fwiou, info->accuracy };
    snprintf(number[0], sizeof number[0], "%d", info->channels);
    snprintf(number[1], sizeof number[1], "%d", info->repeats);
    snprintf(number[2], sizeof number[2], "%d", info->classes);
    for (int i = 0; i < 4; i++)
        snprintf(number[3 + i], sizeof number[3 + i], "%.6f", figure[i]);
    const ax_st_meta meta[] = {
        { "format", FORMAT },
        { "version", info->concat ? VERSION_CONCAT : VERSION },
        { "task", "segmentation" },
        { "genotype", ax_genotype_print(&info->genotype, genotype) },
        { "channels", number[0] },
        { "repeats", number[1] },
        { "aggregate", info->concat ? "concat" : "sum" },
        { "classes", number[2] },
        { "class_names", classes.text },
        { "ignore", "255" },
        { "mean", "0.485 0.456 0.406" },
        { "std", "0.229 0.224 0.225" },
        { "data", info->data },
        { "reward", number[3] },
        { "miou", number[4] },
        { "fwiou", number[5] },
        { "accuracy", number[6] },
        { "encoder", "MobileNet-v2 x1.0, ImageNet" },
        { "encoder_license", "MIT" },
    };
    if (code == AX_OK)
        code = output
                   ? ax_safetensors_output(path, list.tensor, list.n, meta, sizeof meta / sizeof *meta, err)
                   : ax_safetensors_write(AT_FDCWD, path, list.tensor, list.n, meta, sizeof meta / sizeof *meta, err);
    for (size_t i = 0; i < list.n; i++)
        free((void *)(uintptr_t)list.tensor[i].data);
    free(list.tensor);
    ax_str_release(&classes);
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
        return ax_fail(err, AX_EFORMAT, "%s: metadata '%s' is %s, not a number from %ld to %ld", file, key,
                       text ? text : "missing", least, most);
    *out = (int32_t)v;
    return AX_OK;
}

static double meta_real(const ax_safetensors *st, const char *key)
{
    const char *text = ax_safetensors_meta(st, key);
    return text ? strtod(text, NULL) : NAN;
}

ax_code ax_model_read_info(const ax_safetensors *st, const char *name, ax_model_info *info, ax_err *err)
{
    memset(info, 0, sizeof *info);
    const char *format = ax_safetensors_meta(st, "format"), *version = ax_safetensors_meta(st, "version");
    if (!format || strcmp(format, FORMAT))
        return ax_fail(err, AX_EFORMAT, "%s: not a model of auxcell (metadata 'format' is %s)", name,
                       format ? format : "missing");
    if (!version || (strcmp(version, VERSION) && strcmp(version, VERSION_CONCAT)))
        return ax_fail(err, AX_EFORMAT, "%s: model format %s; this program reads %s and %s", name,
                       version ? version : "missing", VERSION, VERSION_CONCAT);
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
    const char *classes = ax_safetensors_meta(st, "class_names"), *data = ax_safetensors_meta(st, "data");
    if (meta_number(st, name, "channels", 1, 4096, &info->channels, err) != AX_OK ||
        meta_number(st, name, "repeats", 1, 16, &info->repeats, err) != AX_OK ||
        meta_number(st, name, "classes", 1, 255, &info->classes, err) != AX_OK ||
        classes_from_text(classes ? classes : "", name, info, err) != AX_OK)
        return AX_EFORMAT;
    snprintf(info->data, sizeof info->data, "%s", data ? data : "");
    info->reward = meta_real(st, "reward");
    info->miou = meta_real(st, "miou");
    info->fwiou = meta_real(st, "fwiou");
    info->accuracy = meta_real(st, "accuracy");
    return AX_OK;
}

ax_code ax_model_load(const ax_safetensors *st, const char *name, ax_params *p, ax_err *err)
{
    (void)name; /* st knows it */
    for (size_t i = 0; i < ax_params_count(p); i++) {
        ax_code code = ax_tensor_load(p, i, st, ax_params_spec(p, i)->name, err);
        if (code != AX_OK)
            return code;
    }
    return AX_OK;
}
