#include "engine/model/step.h"

#include "engine/model/encoder.h"

ax_code ax_step_build(ax_graph *g, const ax_step_spec *s, ax_shape *labels, ax_err *err)
{
    const ax_encoder *encoder = ax_encoder_get();
    ax_val taps[AX_MAX_TAPS] = { { 0 } }, teacher = { 0 }, loss;
    ax_decoder d;
    ax_code code;
    if (s->stage == 1) {
        code = ax_decoder_taps(g, &encoder->taps, s->n, s->crop, s->crop, taps, err);
    } else {
        ax_val image = ax_graph_input(g, "image", (ax_type) { .shape = { s->n, s->crop, s->crop, 3 } }, err);
        code = image.id ? encoder->build(g, image, true, taps, err) : AX_ENOMEM;
    }
    if (code == AX_OK)
        code = ax_decoder_build(g, &s->decoder, taps, &d, err);
    if (code != AX_OK)
        return code;
    ax_shape at = *labels = ax_graph_type(g, s->stage == 1 ? taps[0] : d.logits).shape;
    ax_type type = { .shape = { at.n, at.h, at.w, 1 }, .dtype = AX_U8 };
    ax_val in = ax_graph_input(g, "labels", type, err);
    if (s->stage == 1 && s->teacher) {
        type = (ax_type) { .shape = { at.n, at.h, at.w, s->decoder.outputs } };
        teacher = ax_graph_input(g, "teacher", type, err);
        if (!teacher.id)
            return AX_ENOMEM;
    }
    code = ax_decoder_loss(g, &d, in, teacher, s->kd, s->aux, &loss, err);
    return code == AX_OK ? ax_graph_backward(g, loss, NULL, 0, err) : code;
}
