#include "engine/space/decoder.h"

#include "engine/space/builder.h"

static ax_code check(const ax_decoder_spec *spec, ax_err *err)
{
    if (ax_genotype_validate(&spec->genotype, err) != AX_OK)
        return AX_EINVAL;
    if (spec->channels < 1 || spec->channels > 4096)
        return ax_fail(err, AX_EINVAL, "decoder: %d channels; 1 to 4096 make sense", spec->channels);
    if (spec->repeats < 1 || spec->repeats > 16)
        return ax_fail(err, AX_EINVAL, "decoder: %d repeats; 1 to 16 make sense", spec->repeats);
    if (spec->outputs < 1 || spec->outputs > 256)
        return ax_fail(err, AX_EINVAL, "decoder: %d outputs; 1 to 256 make sense", spec->outputs);
    return AX_OK;
}

static ax_code finish(const ax_err *local, ax_err *err)
{
    if (local->code != AX_OK && err)
        *err = *local;
    return local->code;
}

ax_code ax_decoder_taps(ax_graph *g, const ax_taps *taps, int32_t n, int32_t h, int32_t w, ax_val out[AX_MAX_TAPS],
                        ax_err *err)
{
    ax_err local = { 0 };
    for (int k = 0; k < taps->n && local.code == AX_OK; k++) {
        int32_t s = taps->tap[k].stride;
        const ax_type type = { .shape = { n, h / s, w / s, taps->tap[k].channels } };
        out[k] = ax_graph_input(g, ax_tap_name(k), type, &local);
    }
    return finish(&local, err);
}

ax_code ax_decoder_build(ax_graph *g, const ax_decoder_spec *spec, const ax_val taps[AX_MAX_TAPS], ax_decoder *out,
                         ax_err *err)
{
    if (check(spec, err) != AX_OK)
        return AX_EINVAL;
    const ax_builder *builder = ax_builder_of(&spec->genotype);
    for (int k = 0; k < builder->taps; k++)
        if (!taps[k].id)
            return ax_fail(err, AX_EINVAL, "decoder: it reads %d taps, and the encoder has %d", builder->taps, k);
    ax_err local = { 0 };
    const ax_layers l = {
        .g = g, .group = AX_GROUP_DECODER, .train = spec->train, .init_fan_in = spec->init_fan_in, .err = &local
    };
    *out = (ax_decoder) { 0 };
    builder->build(&l, spec, taps, out);
    return finish(&local, err);
}
