#include "engine/model/network.h"

#include "engine/space/builder.h"

int32_t ax_network_unit(const ax_encoder *encoder, const ax_genotype *g)
{
    int taps = ax_builder_of(g)->taps;
    taps = taps < encoder->taps.n ? taps : encoder->taps.n;
    return encoder->taps.tap[taps - 1].stride;
}

ax_code ax_network_build(ax_graph *g, ax_val image, const ax_encoder *encoder, const ax_decoder_spec *spec,
                         ax_val *logits, ax_err *err)
{
    ax_val taps[AX_MAX_TAPS] = { { 0 } };
    ax_decoder decoder;
    ax_decoder_spec inference = *spec;
    inference.train = inference.aux = false;
    const ax_encoder used = ax_encoder_cut(encoder, ax_builder_of(&spec->genotype)->taps);
    const int32_t unit = ax_network_unit(encoder, &spec->genotype);
    ax_shape s = ax_graph_type(g, image).shape;
    if (s.h % unit || s.w % unit)
        return ax_fail(err, AX_EINVAL, "encoder: an image of %dx%dx%d; height and width must be multiples of %d, RGB",
                       s.h, s.w, s.c, unit);
    ax_code code = ax_encoder_build(&used, g, image, false, taps, err);
    if (code == AX_OK)
        code = ax_decoder_build(g, &inference, taps, &decoder, err);
    if (code == AX_OK)
        *logits = decoder.logits;
    return code;
}

ax_code ax_network_measure(const ax_encoder *encoder, const ax_decoder_spec *spec, int32_t h, int32_t w,
                           ax_network_figures *out, ax_err *err)
{
    ax_graph *g = ax_graph_new(err);
    if (!g)
        return AX_ENOMEM;
    ax_val logits = { 0 };
    ax_val image = ax_graph_input(g, "image", (ax_type) { .shape = { 1, h, w, 3 } }, err);
    ax_code code = image.id ? ax_network_build(g, image, encoder, spec, &logits, err) : err ? err->code : AX_EINVAL;
    if (code == AX_OK) {
        out->stats = ax_graph_stats(g);
        out->output_stride = h / ax_graph_type(g, logits).shape.h;
    }
    ax_graph_free(g);
    return code;
}
