#include "engine/model/modelmeta.h"

#include "engine/base/normalise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ax_model_meta_add(ax_model_meta *m, const char *key, const char *value)
{
    char *k = strdup(key), *v = strdup(value);
    if (k && v && m->n < AX_MODEL_META) {
        m->pair[m->n++] = (ax_st_meta) { k, v };
        return;
    }
    free(k);
    free(v);
    m->failed = true;
}

/* Mean and std of red, green and blue in the normalisation. */
static void say_channels(ax_model_meta *m, const char *key, const float value[3])
{
    char text[64];
    snprintf(text, sizeof text, "%.3f %.3f %.3f", (double)value[0], (double)value[1], (double)value[2]);
    ax_model_meta_add(m, key, text);
}

static void say_number(ax_model_meta *m, const char *key, int32_t value)
{
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    ax_model_meta_add(m, key, text);
}

static void say_of_task(void *context, const char *key, const char *value)
{
    ax_model_meta_add(context, key, value);
}

bool ax_model_stores_figure(ax_task_id task, ax_metric m)
{
    const ax_metric_info *info = ax_metric_of(m);
    return m == AX_METRIC_REWARD || (info->tasks != AX_EVERY_TASK && (info->tasks & 1u << task));
}

static void say_figures(ax_model_meta *m, const ax_model_info *info)
{
    for (int i = 0; i < AX_METRIC_COUNT; i++) {
        char text[32];
        if (!ax_model_stores_figure(info->task.task->id, (ax_metric)i))
            continue;
        snprintf(text, sizeof text, "%.6f", ax_outcome_figure(&info->outcome, (ax_metric)i));
        ax_model_meta_add(m, ax_metric_of((ax_metric)i)->name, text);
    }
}

ax_code ax_model_meta_of(const ax_model_info *info, ax_model_meta *m, ax_err *err)
{
    char genotype[AX_GENOTYPE_TEXT], network[AX_MOBILENET_TEXT];
    *m = (ax_model_meta) { .n = 0 };
    ax_model_meta_add(m, "format", AX_MODEL_FORMAT);
    ax_model_meta_add(m, "version", info->concat ? AX_MODEL_VERSION_CONCAT : AX_MODEL_VERSION);
    ax_model_meta_add(m, "task", ax_task_name(info->task.task->id));
    ax_model_meta_add(m, "genotype", ax_genotype_print(&info->genotype, genotype));
    say_number(m, "channels", info->channels);
    say_number(m, "repeats", info->repeats);
    ax_model_meta_add(m, "aggregate", info->concat ? "concat" : "sum");
    info->task.task->describe(&info->task, say_of_task, m);
    say_channels(m, "mean", ax_image_mean);
    say_channels(m, "std", ax_image_std);
    ax_model_meta_add(m, "data", info->data);
    say_figures(m, info);
    const char *layout = ax_encoder_layout(&info->encoder, network);
    ax_model_meta_add(m, "encoder", info->encoder.name);
    ax_model_meta_add(m, "encoder_license", info->encoder.license);
    if (layout)
        ax_model_meta_add(m, AX_ENCODER_LAYOUT, layout);
    return m->failed ? ax_fail(err, AX_ENOMEM, "no memory for a model's metadata") : AX_OK;
}

void ax_model_meta_release(ax_model_meta *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free((void *)(uintptr_t)m->pair[i].key);
        free((void *)(uintptr_t)m->pair[i].value);
    }
    *m = (ax_model_meta) { .n = 0 };
}
