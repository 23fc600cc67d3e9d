#include "engine/model/logit_mean.h"

#include <stdlib.h>
#include <string.h>

/* Number of values of one image's mean. */
static size_t count_of(const ax_logit_mean *m, const ax_task_spec *task)
{
    return (size_t)(m->h / 4) * (size_t)(m->w / 4) * (size_t)task->outputs;
}

void ax_logit_mean_drop(ax_logit_mean *m)
{
    ax_session_drop(&m->judge);
    free(m->prediction);
    free(m->mean);
    m->prediction = NULL;
    m->mean = NULL;
}

/* Builds the graph from "logits" of n images of h x w to "output". */
static ax_code build(ax_graph *g, const ax_task_spec *task, int32_t n, int32_t h, int32_t w, ax_err *err)
{
    ax_val in = ax_graph_input(g, "logits", (ax_type) { .shape = { n, h / 4, w / 4, task->outputs } }, err);
    ax_val out = in.id ? task->task->predict(g, task, in, h, w, err) : in;
    return out.id ? ax_graph_keep(g, out, "output", err) : AX_ENOMEM;
}

static size_t bytes_of(const ax_graph *g, const char *name)
{
    return ax_type_bytes(ax_graph_type(g, ax_graph_find(g, name)));
}

ax_code ax_logit_mean_bytes(const ax_task_spec *task, const ax_backend *be, ax_device *dev, int32_t n, int32_t h,
                            int32_t w, size_t *bytes, ax_err *err)
{
    ax_graph *g = ax_graph_new(err);
    ax_code code = g ? build(g, task, n, h, w, err) : AX_ENOMEM;
    if (code == AX_OK)
        code = ax_plan_predict(g, be, dev, 0, bytes, err);
    if (code == AX_OK)
        *bytes += bytes_of(g, "logits") + bytes_of(g, "output");
    ax_graph_free(g);
    return code;
}

ax_code ax_logit_mean_compile(ax_logit_mean *m, const ax_task_spec *task, int32_t n, int32_t h, int32_t w, ax_err *err)
{
    ax_session *s = &m->judge;
    if (s->plan && m->n == n && m->h == h && m->w == w)
        return AX_OK;
    ax_logit_mean_drop(m);
    m->n = n;
    m->h = h;
    m->w = w;
    ax_code code = ax_session_begin(s, err);
    if (code != AX_OK)
        return code;
    code = build(s->graph, task, n, h, w, err);
    if (code == AX_OK)
        code = ax_session_params(s, NULL, err);
    if (code == AX_OK)
        code = ax_session_compile(s, 0, err);
    if (code != AX_OK)
        return code;
    m->bytes = bytes_of(s->graph, "output");
    m->prediction = malloc(m->bytes);
    m->mean = malloc((size_t)n * count_of(m, task) * sizeof *m->mean);
    if (m->prediction && m->mean)
        return AX_OK;
    ax_logit_mean_drop(m);
    return ax_fail(err, AX_ENOMEM, "no memory for %dx%d pixels", w, h);
}

void ax_logit_mean_clear(ax_logit_mean *m, const ax_task_spec *task)
{
    memset(m->mean, 0, (size_t)m->n * count_of(m, task) * sizeof *m->mean);
}

/* Interpolation for position i of n in m positions, with half-pixel centres: the two neighbours and the weight of the
   second. */
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

void ax_map_add_resized(const float *map, int32_t h, int32_t w, int32_t c, float *to, int32_t oh, int32_t ow, bool flip,
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

void ax_logit_mean_add(ax_logit_mean *m, const ax_task_spec *task, int32_t i, float *logits, int32_t h, int32_t w,
                       bool flip, float k)
{
    if (flip && task->task->mirrored)
        task->task->mirrored(task, logits, h, w);
    float *to = m->mean + (size_t)i * count_of(m, task);
    ax_map_add_resized(logits, h, w, task->outputs, to, m->h / 4, m->w / 4, flip, k);
}

ax_code ax_logit_mean_predict(ax_logit_mean *m, ax_err *err)
{
    ax_code code = ax_plan_write(m->judge.plan, "logits", m->mean, bytes_of(m->judge.graph, "logits"), err);
    return code == AX_OK ? ax_logit_mean_predict_on_device(m, true, err) : code;
}

/* ---- on the device ---- */

_Static_assert((int)AX_TASK_OUTPUTS <= (int)AX_VIEW_CHANNELS, "a view has room for all outputs");

ax_code ax_logit_mean_add_on_device(ax_logit_mean *m, const ax_task_spec *task, const float *logits, bool first,
                                    bool flip, float k, ax_err *err)
{
    ax_view_share view = {
        .from = logits,
        .to = ax_plan_input(m->judge.plan, "logits", err),
        .elements = (size_t)m->n * count_of(m, task),
        .w = m->w / 4,
        .c = task->outputs,
        .share = k,
        .add = !first,
        .mirrored = flip,
    };
    for (int i = 0; i < AX_VIEW_CHANNELS; i++)
        view.other[i] = (uint8_t)i;
    if (flip && task->task->mirror)
        view.shifted = task->task->mirror(task, view.other);
    return view.to ? m->judge.be->add_view(m->judge.dev, &view, err) : err->code;
}

ax_code ax_logit_mean_predict_on_device(ax_logit_mean *m, bool look, ax_err *err)
{
    ax_code code = ax_plan_run(m->judge.plan, err);
    return code == AX_OK && look ? ax_plan_read(m->judge.plan, "output", m->prediction, m->bytes, err) : code;
}

const void *ax_logit_mean_on_device(const ax_logit_mean *m)
{
    return ax_plan_kept_address(m->judge.plan, "output");
}
