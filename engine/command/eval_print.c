/* Prints the result of eval as text or JSON. */
#include "engine/command/eval.h"

#include "engine/base/out.h"
#include "engine/model/modelmeta.h"

#include <langinfo.h>
#include <limits.h>
#include <math.h>
#include <string.h>

static void print_figure(ax_metric m, const ax_eval *e, ax_str *out)
{
    const ax_interval *i = &e->interval[m];
    double v = ax_outcome_figure(&e->figures, m);
    ax_str_printf(out, "  %-10s %.4f", ax_metric_of(m)->word, v);
    if (!isnan(i->low))
        ax_str_printf(out, "   %.4f to %.4f", i->low, i->high);
    ax_str_add(out, "\n");
}

void ax_eval_print_text(const ax_eval *e)
{
    const ax_task_spec *spec = &e->source->info.task;
    bool unicode = !strcmp(nl_langinfo(CODESET), "UTF-8");
    ax_str out;
    ax_str_init(&out, 0);
    ax_out_line("model      %s", e->model);
    ax_out_line("data       %s, %s, %zu %s%s", e->data, e->split_name, e->n, spec->task->view ? "person" : "image",
                e->n == 1 ? "" : "s");
    for (int m = 0; m < AX_METRIC_COUNT; m++)
        if (ax_model_stores_figure(spec->task->id, (ax_metric)m) &&
            !isnan(ax_outcome_figure(&e->figures, (ax_metric)m)))
            print_figure((ax_metric)m, e, &out);
    if (spec->task->score_text)
        spec->task->score_text(e->score, spec, unicode, &out);
    if (e->n_worst)
        ax_str_printf(&out, "\nworst by reward\n");
    for (size_t i = 0; i < e->n_worst; i++) {
        char name[PATH_MAX];
        e->source->ops->name(e->source, e->split, e->worst[i].image, name, sizeof name);
        ax_str_printf(&out, "  %.4f  ", e->worst[i].reward);
        ax_str_visible(&out, name, false);
        ax_str_add(&out, "\n");
    }
    ax_out("%s", out.text);
    ax_str_release(&out);
}

static void json_figure(ax_metric m, const ax_eval *e, ax_str *out)
{
    const ax_interval *i = &e->interval[m];
    double v = ax_outcome_figure(&e->figures, m);
    if (isnan(v))
        ax_str_printf(out, ",\"%s\":null", ax_metric_of(m)->name);
    else
        ax_str_printf(out, ",\"%s\":%.6f", ax_metric_of(m)->name, v);
    if (!isnan(i->low))
        ax_str_printf(out, ",\"%s_interval\":[%.6f,%.6f]", ax_metric_of(m)->name, i->low, i->high);
}

void ax_eval_print_json(const ax_eval *e)
{
    const ax_task_spec *spec = &e->source->info.task;
    ax_str out;
    ax_str_init(&out, 0);
    ax_str_add(&out, "{\"model\":");
    ax_str_json(&out, e->model);
    ax_str_add(&out, ",\"data\":");
    ax_str_json(&out, e->data);
    ax_str_printf(&out, ",\"task\":\"%s\",\"split\":\"%s\",\"images\":%zu", ax_task_name(spec->task->id), e->split_name,
                  e->n);
    for (int m = 0; m < AX_METRIC_COUNT; m++)
        if (ax_model_stores_figure(spec->task->id, (ax_metric)m))
            json_figure((ax_metric)m, e, &out);
    if (spec->task->score_json)
        spec->task->score_json(e->score, spec, &out);
    ax_str_add(&out, ",\"worst\":[");
    for (size_t i = 0; i < e->n_worst; i++) {
        char name[PATH_MAX];
        e->source->ops->name(e->source, e->split, e->worst[i].image, name, sizeof name);
        ax_str_add(&out, i ? ",{\"image\":" : "{\"image\":");
        ax_str_json(&out, name);
        ax_str_printf(&out, ",\"reward\":%.6f}", e->worst[i].reward);
    }
    ax_str_add(&out, "]}\n");
    ax_out_text(out.text);
    ax_str_release(&out);
}
