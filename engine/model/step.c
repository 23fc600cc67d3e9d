#include "engine/model/step.h"

ax_code ax_step_build(ax_graph *g, const ax_step_spec *s, ax_shape *at, ax_err *err)
{
    ax_val taps[AX_MAX_TAPS] = { { 0 } }, teacher = { 0 }, loss;
    ax_decoder d;
    ax_code code;
    if (s->stage == 1) {
        code = ax_decoder_taps(g, &s->encoder->taps, s->n, s->crop, s->crop, taps, err);
    } else {
        ax_val image = ax_graph_input(g, "image", (ax_type) { .shape = { s->n, s->crop, s->crop, 3 } }, err);
        code = image.id ? ax_encoder_build(s->encoder, g, image, true, taps, err) : AX_ENOMEM;
    }
    if (code == AX_OK)
        code = ax_decoder_build(g, &s->decoder, taps, &d, err);
    if (code != AX_OK)
        return code;
    *at = ax_graph_type(g, s->stage == 1 ? taps[0] : d.logits).shape;
    const ax_task *task = s->task->task;
    ax_val target[AX_TASK_TARGETS] = { { 0 } };
    for (int k = 0; k < ax_task_targets(task) && code == AX_OK; k++) {
        target[k] = ax_graph_input(g, task->target[k], task->target_type(s->task, k, at->n, at->h, at->w), err);
        code = target[k].id ? AX_OK : AX_ENOMEM;
    }
    if (s->task->weighted && code == AX_OK) {
        const ax_type type = { .shape = { 1, 1, 1, s->task->outputs } };
        code = ax_graph_input(g, AX_TASK_WEIGHTS, type, err).id ? AX_OK : AX_ENOMEM;
    }
    if (s->stage == 1 && s->teacher && code == AX_OK) {
        const ax_type type = { .shape = { at->n, at->h, at->w, s->decoder.outputs } };
        teacher = ax_graph_input(g, "teacher", type, err);
        code = teacher.id ? AX_OK : AX_ENOMEM;
    }
    if (code == AX_OK)
        code = ax_task_loss(g, s->task, &d, target, at->h, at->w, teacher, s->kd, s->aux, &loss, err);
    return code == AX_OK ? ax_graph_backward(g, loss, NULL, 0, err) : code;
}
