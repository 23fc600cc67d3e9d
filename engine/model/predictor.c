#include "engine/model/predictor.h"

#include "engine/model/network.h"

#include <math.h>
#include <stdlib.h>

ax_code ax_predictor_open(ax_predictor *p, const char *path, ax_predicts what, ax_err *err)
{
    p->path = path;
    p->what = what;
    p->st = ax_safetensors_open(path, err);
    return p->st ? ax_model_read_info(p->st, path, &p->info, err) : err->code;
}

void ax_predictor_release(ax_predictor *p)
{
    ax_session_drop(&p->session);
    ax_safetensors_free(p->st);
    p->st = NULL;
}

size_t ax_predictor_bytes(const ax_predictor *p)
{
    const ax_graph *g = p->session.graph;
    return ax_type_bytes(ax_graph_type(g, ax_graph_find(g, "output")));
}

ax_decoder_spec ax_predictor_decoder(const ax_predictor *p)
{
    return (ax_decoder_spec) {
        .genotype = p->info.genotype,
        .channels = p->info.channels,
        .repeats = p->info.repeats,
        .outputs = p->info.task.outputs,
        .concat = p->info.concat,
    };
}

static ax_code build(const ax_predictor *p, ax_err *err)
{
    const ax_decoder_spec spec = ax_predictor_decoder(p);
    ax_graph *g = p->session.graph;
    ax_val out = { 0 };
    ax_val image = ax_graph_input(g, "image", (ax_type) { .shape = { 1, p->h, p->w, 3 } }, err);
    ax_code code = image.id ? ax_network_build(g, image, &p->info.encoder, &spec, &out, err) : AX_ENOMEM;
    if (code != AX_OK)
        return code;
    ax_shape s = ax_graph_type(g, out).shape;
    int32_t h = p->h / 4, w = p->w / 4;
    if (p->what == AX_PREDICTS_TASK) {
        code = ax_graph_keep(g, out, "logits", err);
        if (code != AX_OK)
            return code;
        out = p->info.task.task->predict(g, &p->info.task, out, p->h, p->w, err);
    } else if (s.h != h || s.w != w) {
        out = ax_graph_apply(g, AX_OP_RESIZE, (ax_attr) { .size = { h, w } }, &out, 1, err);
    }
    return ax_graph_keep(g, out, "output", err);
}

ax_code ax_predictor_compile(ax_predictor *p, int32_t h, int32_t w, ax_err *err)
{
    ax_session *s = &p->session;
    if (s->plan && p->h == h && p->w == w)
        return AX_OK;
    p->h = h;
    p->w = w;
    ax_code code = ax_session_begin(s, err);
    if (code == AX_OK)
        code = build(p, err);
    if (code == AX_OK)
        code = ax_session_params(s, NULL, err);
    if (code == AX_OK)
        code = ax_model_load(p->st, p->path, s->params, err);
    return code == AX_OK ? ax_session_compile(s, AX_PLAN_INFERENCE, err) : code;
}

/* Comparisons with NaN are false, so predictions from NaN logits would look plausible. */
static ax_code check_logits(const ax_predictor *p, ax_err *err)
{
    const ax_graph *g = p->session.graph;
    const char *name = p->what == AX_PREDICTS_TASK ? "logits" : "output";
    size_t n = ax_shape_count(ax_graph_type(g, ax_graph_find(g, name)).shape), i = 0;
    float *logits = malloc(n * sizeof *logits);
    if (!logits)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for %zu logits", p->path, n);
    ax_code code = ax_plan_read(p->session.plan, name, logits, n * sizeof *logits, err);
    while (code == AX_OK && i < n && isfinite(logits[i]))
        i++;
    if (code == AX_OK && i < n)
        code = ax_fail(err, AX_EFORMAT, "%s: what the network computes isn't finite", p->path);
    free(logits);
    return code;
}

ax_code ax_predictor_run(ax_predictor *p, const float *image, int32_t h, int32_t w, void *out, ax_err *err)
{
    ax_code code = ax_predictor_compile(p, h, w, err);
    if (code != AX_OK)
        return code;
    ax_plan *plan = p->session.plan;
    code = ax_plan_write(plan, "image", image, (size_t)h * (size_t)w * 3 * sizeof *image, err);
    if (code == AX_OK)
        code = ax_plan_run(plan, err);
    if (code == AX_OK)
        code = check_logits(p, err);
    return code == AX_OK ? ax_plan_read(plan, "output", out, ax_predictor_bytes(p), err) : code;
}
