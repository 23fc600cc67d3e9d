#include "engine/space/decoder.h"

#include "engine/space/builder.h"

#include <stdio.h>

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
    const ax_layers l = { .g = g, .group = AX_GROUP_DECODER, .train = spec->train, .err = &local };
    *out = (ax_decoder) { 0 };
    builder->build(&l, spec, taps, out);
    return finish(&local, err);
}

/* Cross-entropy at the labels' size, kept under the name. */
static ax_val cross_entropy(const ax_layers *l, ax_val logits, ax_val labels, const char *name)
{
    const ax_val args[2] = { logits, labels };
    ax_val ce = ax_layer_apply(l, AX_OP_CE, (ax_attr) { 0 }, args, 2);
    if (l->err->code == AX_OK)
        ax_graph_keep(l->g, ce, name, l->err);
    return ce;
}

ax_code ax_decoder_loss(ax_graph *g, const ax_decoder *d, ax_val labels, ax_val teacher, float kd, float aux_weight,
                        ax_val *loss, ax_err *err)
{
    ax_err local = { 0 };
    const ax_layers l = { .g = g, .group = AX_GROUP_DECODER, .train = true, .err = &local };
    ax_shape size = ax_layer_shape(&l, labels);
    ax_val term[AX_MAX_IN], logits = ax_layer_resize(&l, d->logits, size.h, size.w);
    ax_attr sum = { .weight = { 1.0f } };
    size_t n = 0;
    term[n++] = cross_entropy(&l, logits, labels, "loss.ce");
    if (teacher.id) {
        const ax_val args[2] = { logits, teacher };
        term[n] = ax_layer_apply(&l, AX_OP_MSE, (ax_attr) { 0 }, args, 2);
        if (local.code == AX_OK)
            ax_graph_keep(g, term[n], "loss.kd", &local);
        sum.weight[n++] = kd;
    }
    for (unsigned b = 0; b < d->n_aux; b++) {
        char name[32];
        snprintf(name, sizeof name, "loss.aux.%u", b);
        term[n] = cross_entropy(&l, ax_layer_resize(&l, d->aux[b], size.h, size.w), labels, name);
        sum.weight[n++] = aux_weight;
    }
    ax_val total = ax_layer_apply(&l, AX_OP_WSUM, sum, term, n);
    if (local.code == AX_OK)
        ax_graph_keep(g, total, "loss", &local);
    *loss = total;
    return finish(&local, err);
}
