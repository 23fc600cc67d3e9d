#include "engine/space/decoder.h"

#include "engine/space/cellop.h"

#include <stdio.h>

enum { NAME = 64 };

static bool larger(ax_shape a, ax_shape b)
{
    return a.h != b.h ? a.h > b.h : a.w > b.w;
}

static ax_val classifier(const ax_layers *l, const ax_decoder_spec *spec, const char *prefix, ax_val x)
{
    char name[NAME + 32];
    snprintf(name, sizeof name, "%s.classifier", prefix);
    return ax_layer_conv(l, name, x, (ax_conv_spec) { .out = spec->classes, .kernel = 3, .bias = true });
}

/* Block b: two values of the pool, each through its own copy of the cell, merged at the larger size. */
static ax_val block(const ax_layers *l, const ax_decoder_spec *spec, unsigned b, const ax_val *pool)
{
    ax_val side[2];
    char name[NAME];
    for (unsigned k = 0; k < 2; k++) {
        snprintf(name, sizeof name, "decoder.block.%u.cell.%u", b, k);
        side[k] =
            ax_cell_build(l, &spec->genotype, spec->repeats, spec->concat, name, pool[spec->genotype.block[b].in[k]]);
        snprintf(name, sizeof name, "decoder.block.%u.merge.%u", b, k);
        side[k] = ax_layer_conv_bn_relu(l, name, side[k], (ax_conv_spec) { .out = spec->channels, .kernel = 1 });
    }
    ax_shape size = ax_layer_shape(l, side[0]), other = ax_layer_shape(l, side[1]);
    if (larger(other, size))
        size = other;
    for (unsigned k = 0; k < 2; k++)
        side[k] = ax_layer_resize(l, side[k], size.h, size.w);
    snprintf(name, sizeof name, "decoder.block.%u", b);
    return spec->concat ? ax_layer_aggregate(l, name, side, 2, spec->channels) : ax_layer_add(l, side[0], side[1]);
}

/* The blocks that no block reads, at one size, one after the other along the channels. As in the published network they
   are joined from left to right, the smaller side resized each time: a small block may go through more than one
   resize, which isn't the same as one to the largest size. */
static ax_val head(const ax_layers *l, const ax_decoder_spec *spec, const ax_val *pool)
{
    uint32_t loose = ax_genotype_loose_blocks(&spec->genotype);
    ax_val read[AX_BLOCKS];
    size_t n = 0;
    ax_shape size = { 0 };
    for (unsigned b = 0; b < AX_BLOCKS; b++) {
        if (!(loose >> b & 1))
            continue;
        ax_shape next = ax_layer_shape(l, pool[AX_TAPS + b]);
        if (larger(next, size))
            size = next;
        read[n++] = pool[AX_TAPS + b];
        for (size_t i = 0; i < n; i++)
            read[i] = ax_layer_resize(l, read[i], size.h, size.w);
    }
    ax_val x = n > 1 ? ax_layer_apply(l, AX_OP_CONCAT, (ax_attr) { 0 }, read, n) : read[0];
    x = ax_layer_apply(l, AX_OP_RELU, (ax_attr) { .act = AX_ACT_RELU }, &x, 1);
    x = ax_layer_conv_bn_relu(l, "decoder.head", x, (ax_conv_spec) { .out = spec->channels, .kernel = 1 });
    return classifier(l, spec, "decoder", x);
}

static ax_code check(const ax_decoder_spec *spec, ax_err *err)
{
    if (ax_genotype_validate(&spec->genotype, err) != AX_OK)
        return AX_EINVAL;
    if (spec->channels < 1 || spec->channels > 4096)
        return ax_fail(err, AX_EINVAL, "decoder: %d channels; 1 to 4096 make sense", spec->channels);
    if (spec->repeats < 1 || spec->repeats > 16)
        return ax_fail(err, AX_EINVAL, "decoder: %d repeats; 1 to 16 make sense", spec->repeats);
    if (spec->classes < 1 || spec->classes > 256)
        return ax_fail(err, AX_EINVAL, "decoder: %d classes; 1 to 256 make sense", spec->classes);
    return AX_OK;
}

static ax_code finish(const ax_err *local, ax_err *err)
{
    if (local->code != AX_OK && err)
        *err = *local;
    return local->code;
}

ax_code ax_decoder_taps(ax_graph *g, int32_t n, int32_t h, int32_t w, ax_val taps[AX_TAPS], ax_err *err)
{
    ax_err local = { 0 };
    for (int k = 0; k < AX_TAPS && local.code == AX_OK; k++) {
        int32_t s = ax_tap_stride[k];
        const ax_type type = { .shape = { n, h / s, w / s, ax_tap_channels[k] } };
        taps[k] = ax_graph_input(g, ax_tap_name[k], type, &local);
    }
    return finish(&local, err);
}

ax_code ax_decoder_build(ax_graph *g, const ax_decoder_spec *spec, const ax_val taps[AX_TAPS], ax_decoder *out,
                         ax_err *err)
{
    if (check(spec, err) != AX_OK)
        return AX_EINVAL;
    ax_err local = { 0 };
    const ax_layers l = { .g = g, .group = AX_GROUP_DECODER, .train = spec->train, .err = &local };
    ax_val pool[AX_TAPS + AX_BLOCKS];
    char name[NAME];
    *out = (ax_decoder) { 0 };
    for (unsigned i = 0; i < AX_TAPS; i++) {
        snprintf(name, sizeof name, "decoder.adapt.%u", i);
        pool[i] = ax_layer_conv_bn_relu(&l, name, taps[i], (ax_conv_spec) { .out = spec->channels, .kernel = 1 });
    }
    for (unsigned b = 0; b < AX_BLOCKS && local.code == AX_OK; b++) {
        pool[AX_TAPS + b] = block(&l, spec, b, pool);
        if (!spec->aux)
            continue;
        snprintf(name, sizeof name, "decoder.aux.%u.cell", b);
        ax_val x = ax_cell_build(&l, &spec->genotype, spec->repeats, spec->concat, name, pool[AX_TAPS + b]);
        snprintf(name, sizeof name, "decoder.aux.%u", b);
        out->aux[b] = classifier(&l, spec, name, x);
    }
    if (local.code == AX_OK)
        out->logits = head(&l, spec, pool);
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
    for (unsigned b = 0; b < AX_BLOCKS; b++) {
        if (!d->aux[b].id)
            continue;
        char name[NAME];
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
