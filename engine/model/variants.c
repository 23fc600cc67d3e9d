#include "engine/model/variants.h"

#include "engine/model/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ax_variant_predictor {
    ax_predictor *p;
    ax_variants v;
    ax_session judge; /* from the mean of the logits to the prediction */
    int32_t h, w;     /* of the image that it is compiled for */
    void *prediction;
    float *mean; /* {h/4,w/4,outputs} */
};

ax_variant_predictor *ax_variant_predictor_new(ax_predictor *p, const ax_variants *v, ax_err *err)
{
    const ax_task *task = p->info.task.task;
    bool fits = (task->mirrors || !v->flip) && (task->scales || !v->scales);
    ax_variant_predictor *vp = fits ? calloc(1, sizeof *vp) : NULL;
    if (!fits)
        ax_fail(err, AX_EINVAL, "--%s: the outputs of a model for %s can't be averaged so",
                v->flip && !task->mirrors ? "flip" : "scales", ax_task_name(task->id));
    else if (!vp)
        ax_fail(err, AX_ENOMEM, "no memory to predict");
    if (!vp)
        return NULL;
    vp->p = p;
    vp->v = *v;
    if (!vp->v.scales)
        vp->v.scale[vp->v.scales++] = 1;
    vp->judge.be = p->session.be;
    vp->judge.dev = p->session.dev;
    return vp;
}

static void drop(ax_variant_predictor *vp)
{
    ax_session_drop(&vp->judge);
    free(vp->prediction);
    free(vp->mean);
    vp->prediction = NULL;
    vp->mean = NULL;
}

void ax_variant_predictor_free(ax_variant_predictor *vp)
{
    if (!vp)
        return;
    drop(vp);
    free(vp);
}

static ax_code compile(ax_variant_predictor *vp, int32_t h, int32_t w, ax_err *err)
{
    const ax_task_spec *task = &vp->p->info.task;
    ax_session *s = &vp->judge;
    if (s->plan && vp->h == h && vp->w == w)
        return AX_OK;
    drop(vp);
    vp->h = h;
    vp->w = w;
    ax_code code = ax_session_begin(s, err);
    if (code != AX_OK)
        return code;
    ax_val in = ax_graph_input(s->graph, "logits", (ax_type) { .shape = { 1, h / 4, w / 4, task->outputs } }, err);
    ax_val out = in.id ? task->task->predict(s->graph, task, in, h, w, err) : in;
    code = out.id ? ax_graph_keep(s->graph, out, "output", err) : AX_ENOMEM;
    if (code == AX_OK)
        code = ax_session_params(s, NULL, err);
    if (code == AX_OK)
        code = ax_session_compile(s, 0, err);
    if (code != AX_OK)
        return code;
    vp->prediction = malloc(ax_type_bytes(ax_graph_type(s->graph, out)));
    vp->mean = malloc((size_t)(h / 4) * (size_t)(w / 4) * (size_t)task->outputs * sizeof(float));
    return vp->prediction && vp->mean ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for %dx%d pixels", w, h);
}

/* Where position i of n is among m, with half-pixel centres: the two neighbours, and how far it is to the second. */
typedef struct place {
    int32_t lo, hi;
    float weight;
} place;

static place place_of(int32_t i, int32_t n, int32_t m)
{
    double x = (i + 0.5) * m / n - 0.5;
    x = x < 0 ? 0 : x > m - 1 ? m - 1 : x;
    int32_t lo = (int32_t)x;
    return (place) { lo, lo + 1 < m ? lo + 1 : lo, (float)(x - lo) };
}

/* Adds k times the map {h,w,c}, resized to {oh,ow,c}, and mirrored when flip. */
static void add_resized(const float *map, int32_t h, int32_t w, int32_t c, float *to, int32_t oh, int32_t ow, bool flip,
                        float k)
{
    size_t row = (size_t)w * (size_t)c;
    for (int32_t y = 0; y < oh; y++) {
        place down = place_of(y, oh, h);
        const float *upper = map + (size_t)down.lo * row, *lower = map + (size_t)down.hi * row;
        for (int32_t x = 0; x < ow; x++) {
            place across = place_of(flip ? ow - 1 - x : x, ow, w);
            size_t left = (size_t)across.lo * (size_t)c, right = (size_t)across.hi * (size_t)c;
            float *out = to + ((size_t)y * (size_t)ow + (size_t)x) * (size_t)c;
            for (size_t i = 0; i < (size_t)c; i++) {
                float a = upper[left + i] + (upper[right + i] - upper[left + i]) * across.weight;
                float b = lower[left + i] + (lower[right + i] - lower[left + i]) * across.weight;
                out[i] += k * (a + (b - a) * down.weight);
            }
        }
    }
}

static ax_code add_variant(ax_variant_predictor *vp, const float *image, float scale, bool flip, float k, ax_err *err)
{
    int32_t c = vp->p->info.task.outputs, h = ax_network_side((int32_t)lroundf((float)vp->h * scale)),
            w = ax_network_side((int32_t)lroundf((float)vp->w * scale));
    float *x = calloc((size_t)h * (size_t)w * 3, sizeof *x);
    float *logits = malloc((size_t)(h / 4) * (size_t)(w / 4) * (size_t)c * sizeof *logits);
    ax_code code = x && logits ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for %dx%d pixels", w, h);
    if (code == AX_OK) {
        add_resized(image, vp->h, vp->w, 3, x, h, w, flip, 1);
        code = ax_predictor_run(vp->p, x, h, w, logits, err);
    }
    const ax_task_spec *task = &vp->p->info.task;
    if (code == AX_OK && flip && task->task->mirrored)
        task->task->mirrored(task, logits, h / 4, w / 4);
    if (code == AX_OK)
        add_resized(logits, h / 4, w / 4, c, vp->mean, vp->h / 4, vp->w / 4, flip, k);
    free(x);
    free(logits);
    return code;
}

/* The image as it is, once. */
static ax_code run_plain(ax_variant_predictor *vp, const float *image, int32_t h, int32_t w, ax_err *err)
{
    ax_code code = ax_predictor_compile(vp->p, h, w, err);
    if (code == AX_OK && (vp->h != h || vp->w != w)) {
        drop(vp);
        vp->prediction = malloc(ax_predictor_bytes(vp->p));
        vp->h = vp->prediction ? h : 0;
        vp->w = w;
    }
    if (code == AX_OK && !vp->prediction)
        code = ax_fail(err, AX_ENOMEM, "no memory for %dx%d pixels", w, h);
    return code == AX_OK ? ax_predictor_run(vp->p, image, h, w, vp->prediction, err) : code;
}

ax_code ax_variant_predictor_run(ax_variant_predictor *vp, const float *image, int32_t h, int32_t w, const void **out,
                                 ax_err *err)
{
    if (vp->p->what == AX_PREDICTS_TASK) {
        ax_code plain = run_plain(vp, image, h, w, err);
        *out = vp->prediction;
        return plain;
    }
    ax_code code = compile(vp, h, w, err);
    if (code != AX_OK)
        return code;
    size_t n = (size_t)(h / 4) * (size_t)(w / 4) * (size_t)vp->p->info.task.outputs;
    memset(vp->mean, 0, n * sizeof *vp->mean);
    float k = 1 / (float)(vp->v.scales * (vp->v.flip ? 2 : 1));
    for (int i = 0; i < vp->v.scales && code == AX_OK; i++) {
        code = add_variant(vp, image, vp->v.scale[i], false, k, err);
        if (code == AX_OK && vp->v.flip)
            code = add_variant(vp, image, vp->v.scale[i], true, k, err);
    }
    ax_plan *plan = vp->judge.plan;
    if (code == AX_OK)
        code = ax_plan_write(plan, "logits", vp->mean, n * sizeof *vp->mean, err);
    if (code == AX_OK)
        code = ax_plan_run(plan, err);
    const ax_graph *g = vp->judge.graph;
    size_t bytes = ax_type_bytes(ax_graph_type(g, ax_graph_find(g, "output")));
    if (code == AX_OK)
        code = ax_plan_read(plan, "output", vp->prediction, bytes, err);
    *out = vp->prediction;
    return code;
}
