#include "engine/train/latency.h"

#include "engine/base/clock.h"
#include "engine/graph/plan.h"
#include "engine/train/evaluate.h"
#include "engine/train/trainer_internal.h"

#include <string.h>

enum { WARM_UP = 2, RUNS = 5, MOST_RUNS = 1000 };

int32_t ax_latency_runs(const ax_settings *s)
{
    bool needed = !strcmp(s->objective, "latency");
    return s->latency ? (int32_t)s->latency : needed ? RUNS : 0;
}

/* An input of the plan in device memory, as in a network whose parts follow each other. */
static ax_code put(ax_trainer *t, ax_plan *plan, const char *name, const float *from, size_t count, ax_err *err)
{
    void *at = ax_plan_input(plan, name, err);
    return at ? t->be->copy(t->dev, at, from, count * sizeof *from, AX_TO_DEVICE, err) : err->code;
}

static ax_code measure(ax_trainer *t, ax_plan *plan, double *ms, ax_err *err)
{
    double seconds[MOST_RUNS];
    int32_t runs = ax_latency_runs(&t->settings);
    ax_code code = AX_OK;
    for (int32_t i = -WARM_UP; i < runs && code == AX_OK; i++) {
        double start = ax_clock();
        code = ax_plan_run(plan, err);
        if (code == AX_OK)
            code = t->be->sync(t->dev, err);
        if (i >= 0)
            seconds[i] = ax_clock() - start;
    }
    if (code == AX_OK)
        *ms = 1e3 * ax_clock_median(seconds, (size_t)runs);
    return code;
}

static unsigned plan_flags(const ax_settings *s)
{
    return AX_PLAN_INFERENCE | (s->polyak > 0 ? AX_PLAN_AVERAGED : 0) | (s->cuda_graphs ? AX_PLAN_CAPTURE : 0);
}

ax_code ax_latency_encoder(ax_trainer *t, double *ms, ax_err *err)
{
    ax_sample s = { 0 };
    ax_code code = ax_source_failed(t->source->ops->sample(t->source, &t->val_spec, 0, &s, err), err);
    if (code != AX_OK)
        return code;
    ax_params *params = NULL;
    ax_plan *plan = NULL;
    ax_graph *g = ax_graph_new(err);
    if (g && ax_encoder_graph(&t->encoder, g, s.h, s.w, err) == AX_OK)
        params = ax_encoder_params(&t->encoder, g, t->be, t->dev, err);
    if (params)
        plan = ax_plan_new(g, t->be, t->dev, params, plan_flags(&t->settings), err);
    code = plan ? put(t, plan, "image", s.image, 3 * (size_t)s.h * (size_t)s.w, err) : err->code;
    if (code == AX_OK)
        code = measure(t, plan, ms, err);
    ax_plan_free(plan);
    ax_params_free(params);
    ax_graph_free(g);
    ax_sample_release(&s);
    return code;
}

ax_code ax_latency_decoder(ax_trainer *t, const ax_decoder_spec *spec, ax_params *params, double *ms, ax_err *err)
{
    ax_cache_item item = ax_cache_get(t->val, 0);
    ax_plan *plan = NULL;
    ax_graph *g = ax_evaluation_graph(&t->encoder, &t->source->info.task, spec, 1, item.h, item.w, false, false, err);
    if (g)
        plan = ax_plan_new(g, t->be, t->dev, params, plan_flags(&t->settings), err);
    ax_code code = plan ? AX_OK : err->code;
    const ax_taps *taps = &t->encoder.taps;
    for (int k = 0; k < taps->n && code == AX_OK; k++)
        code = put(t, plan, ax_tap_name(k), item.tap[k], ax_tap_size(taps, k, item.h, item.w), err);
    if (code == AX_OK)
        code = measure(t, plan, ms, err);
    ax_plan_free(plan);
    ax_graph_free(g);
    return code;
}
