/* The graphs of an evaluation. */
#include "engine/train/evaluate.h"
#include "engine/train/trainer_internal.h"

/* Appends the requested output to the graph. */
static ax_code keep_end(ax_graph *g, const ax_task_spec *task, ax_val out, int32_t h, int32_t w, bool logits,
                        ax_err *err)
{
    const ax_shape s = ax_graph_type(g, out).shape;
    if (!logits)
        out = task->task->predict(g, task, out, h, w, err);
    else if (s.h != h / 4 || s.w != w / 4)
        out = ax_graph_apply(g, AX_OP_RESIZE, (ax_attr) { .size = { h / 4, w / 4 } }, &out, 1, err);
    return out.id ? ax_graph_keep(g, out, logits ? "logits" : "prediction", err) : AX_ENOMEM;
}

ax_graph *ax_evaluation_graph(const ax_encoder *encoder, const ax_task_spec *task, const ax_decoder_spec *spec,
                              int32_t n, int32_t h, int32_t w, bool end_to_end, bool logits, ax_err *err)
{
    ax_graph *g = ax_graph_new(err);
    if (!g)
        return NULL;
    ax_val taps[AX_MAX_TAPS] = { { 0 } };
    ax_decoder decoder;
    ax_code code;
    if (end_to_end) {
        ax_val image = ax_graph_input(g, "image", (ax_type) { .shape = { n, h, w, 3 } }, err);
        code = ax_encoder_build(encoder, g, image, false, taps, err);
    } else {
        code = ax_decoder_taps(g, &encoder->taps, n, h, w, taps, err);
    }
    if (code == AX_OK)
        code = ax_decoder_build(g, spec, taps, &decoder, err);
    if (code == AX_OK)
        code = keep_end(g, task, decoder.logits, h, w, logits, err);
    if (code == AX_OK)
        return g;
    ax_graph_free(g);
    return NULL;
}

ax_params *ax_evaluation_encoder(ax_trainer *t, ax_err *err)
{
    ax_graph *g = ax_graph_new(err);
    if (!g)
        return NULL;
    ax_val taps[AX_MAX_TAPS] = { { 0 } };
    ax_val image = ax_graph_input(g, "image", (ax_type) { .shape = { 1, 32, 32, 3 } }, err);
    ax_code code = ax_encoder_build(&t->encoder, g, image, false, taps, err);
    ax_params *p = code == AX_OK ? ax_encoder_params(&t->encoder, g, t->be, t->dev, err) : NULL;
    ax_graph_free(g);
    return p;
}
