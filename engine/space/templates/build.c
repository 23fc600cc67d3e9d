/* Builds the graph of a genotype of the template space. */
#include "engine/space/templates/expanded.h"
#include "engine/space/builder.h"

#include <stdio.h>

enum { PREFIX = 64, NAME = PREFIX + 32 };

/* Batch norm needs more than one value: the variance of a single one is undefined. */
static bool can_normalise(const ax_layers *l, ax_val x)
{
    ax_shape s = ax_layer_shape(l, x);
    if (l->err->code == AX_OK && l->train && s.n * s.h * s.w == 1)
        ax_fail(l->err, AX_EINVAL,
                "batch norm over a single value: the network shrinks a crop to one pixel, and the "
                "batch is one crop");
    return l->err->code == AX_OK;
}

static ax_val bnorm(const ax_layers *l, const char *prefix, ax_val x, ax_act act)
{
    return can_normalise(l, x) ? ax_layer_bnorm(l, prefix, x, act) : (ax_val) { 0 };
}

/* PREFIX.conv.weight and PREFIX.bn.*: 1x1. */
static ax_val conv_bn(const ax_layers *l, const char *prefix, ax_val x, int32_t out, ax_act act)
{
    char name[NAME];
    snprintf(name, sizeof name, "%s.conv", prefix);
    x = ax_layer_conv(l, name, x, (ax_conv_spec) { .out = out, .kernel = 1 });
    snprintf(name, sizeof name, "%s.bn", prefix);
    return bnorm(l, name, x, act);
}

/* ---- operations ---- */

static ax_val separable(const ax_layers *l, unsigned op, const char *prefix, ax_val x, int32_t out, int32_t step,
                        int32_t repeats)
{
    const ax_conv_spec depthwise = { .kernel = op == AX_TEMPLATE_SEP3 ? 3 : 5,
                                     .stride = (uint8_t)step,
                                     .dilation = op == AX_TEMPLATE_SEP5_D6 ? 6 : 1 };
    x = ax_layer_separable(l, prefix, x, depthwise, out, repeats);
    can_normalise(l, x); /* it is no larger than a map that has been normalised already */
    return x;
}

static ax_val maxpool(const ax_layers *l, ax_val x, int32_t step)
{
    const ax_attr attr = { .conv = { .kernel = 3, .stride = (uint8_t)step, .pad = 1, .dilation = 1, .groups = 1 } };
    return ax_layer_apply(l, AX_OP_MAXPOOL, attr, &x, 1);
}

/* Channel j of the result is channel j mod c of x. */
static ax_val repeat_channels(const ax_layers *l, ax_val x, int32_t out)
{
    const ax_val twice[2] = { x, x };
    return out == ax_layer_shape(l, x).c ? x : ax_layer_apply(l, AX_OP_CONCAT, (ax_attr) { 0 }, twice, 2);
}

static ax_val apply_op(const ax_layers *l, unsigned op, const char *prefix, ax_val x, int32_t out, int32_t step,
                       int32_t repeats)
{
    const ax_shape s = ax_layer_shape(l, x);
    switch (op) {
    case AX_TEMPLATE_GAP:
        x = ax_layer_apply(l, AX_OP_GPOOL, (ax_attr) { 0 }, &x, 1);
        return ax_layer_resize(l, conv_bn(l, prefix, x, out, AX_ACT_RELU), s.h, s.w);
    case AX_TEMPLATE_MAXPOOL:
        return maxpool(l, conv_bn(l, prefix, x, out, AX_ACT_NONE), step);
    case AX_TEMPLATE_SKIP:
        return repeat_channels(l, x, out);
    default:
        return separable(l, op, prefix, x, out, step, repeats);
    }
}

/* ---- blocks ---- */

/* Resizes both to the size of one of them. */
static void same_size(const ax_layers *l, bool smaller, ax_val *x, ax_val *y)
{
    ax_shape a = ax_layer_shape(l, *x), b = ax_layer_shape(l, *y);
    ax_shape to = ax_shape_is_larger(a, b) != smaller ? a : b;
    *x = ax_layer_resize(l, *x, to.h, to.w);
    *y = ax_layer_resize(l, *y, to.h, to.w);
}

static ax_val aggregate(const ax_layers *l, unsigned kind, bool smaller, const char *prefix, ax_val x, ax_val y)
{
    char name[PREFIX + 16];
    ax_val side[2] = { x, y };
    const int32_t a = ax_layer_shape(l, x).c, b = ax_layer_shape(l, y).c, c = a > b ? a : b;
    for (unsigned k = 0; k < 2; k++) {
        snprintf(name, sizeof name, "%s.adapt.%u", prefix, k);
        if (ax_layer_shape(l, side[k]).c != c)
            side[k] = conv_bn(l, name, side[k], c, AX_ACT_RELU);
    }
    same_size(l, smaller, &side[0], &side[1]);
    if (kind == AX_TEMPLATE_SUM)
        return ax_layer_mix(l, prefix, side[0], side[1]);
    x = ax_layer_apply(l, AX_OP_CONCAT, (ax_attr) { 0 }, side, 2);
    snprintf(name, sizeof name, "%s.bn", prefix);
    x = bnorm(l, name, x, AX_ACT_RELU);
    snprintf(name, sizeof name, "%s.conv", prefix);
    return ax_layer_conv(l, name, x, (ax_conv_spec) { .out = c, .kernel = 1 });
}

/* Repeats the template: each repetition reads the second side and the output of the one before. */
static ax_val block(const ax_layers *l, const ax_decoder_spec *spec, const ax_templates *t, unsigned b,
                    const ax_val *value)
{
    const ax_template_block *block = &t->block[b];
    const ax_template *template = &t->template[block->template];
    const int32_t step = 1 << block->stride;
    ax_val f[2] = { value[block->pos[0]], value[block->pos[1]] };
    for (int r = 0; r <= block->repeat && l->err->code == AX_OK; r++) {
        char name[PREFIX];
        ax_val side[2];
        for (unsigned k = 0; k < 2; k++) {
            snprintf(name, sizeof name, "decoder.block.%u.repeat.%d.op.%u", b, r, k);
            const int32_t out = ax_layer_shape(l, f[k]).c * (r ? 1 : step);
            side[k] = apply_op(l, template->op[k], name, f[k], out, step, spec->repeats);
        }
        snprintf(name, sizeof name, "decoder.block.%u.repeat.%d.agg", b, r);
        f[0] = f[1];
        f[1] = aggregate(l, template->aggregate, b < AX_TEMPLATE_SMALLER, name, side[0], side[1]);
    }
    return f[1];
}

/* ---- head ---- */

/* Concatenates the blocks that no block reads. */
static ax_val head(const ax_layers *l, const ax_decoder_spec *spec, const ax_templates *t, const ax_val *value)
{
    const uint32_t loose = ax_templates_loose_blocks(t);
    ax_val read[AX_TEMPLATE_BLOCKS] = { { 0 } };
    size_t n = 0;
    for (unsigned b = 0; b < AX_TEMPLATE_BLOCKS; b++)
        if (loose >> b & 1)
            read[n++] = value[AX_TEMPLATE_TAPS + b];
    ax_val x = conv_bn(l, "decoder.head", ax_layer_join(l, read, n), spec->channels, AX_ACT_RELU);
    const ax_conv_spec conv = {
        .out = spec->outputs, .kernel = 3, .bias = true, .bias_one = spec->bias_one, .quiet = spec->quiet
    };
    return ax_layer_conv(l, "decoder.classifier", x, conv);
}

static void build(const ax_layers *l, const ax_decoder_spec *spec, const ax_val *taps, ax_decoder *out)
{
    const ax_templates t = ax_templates_of(&spec->genotype);
    ax_val value[AX_TEMPLATE_VALUES] = { taps[0], taps[1] };
    for (unsigned b = 0; b < AX_TEMPLATE_BLOCKS && l->err->code == AX_OK; b++)
        value[AX_TEMPLATE_TAPS + b] = block(l, spec, &t, b, value);
    if (l->err->code == AX_OK)
        out->logits = head(l, spec, &t, value);
}

/* concat is a choice of the cells only */
static void key(const ax_genotype *g, bool concat, uint8_t out[static AX_CANONICAL_KEY])
{
    (void)concat;
    const ax_templates t = ax_templates_of(g);
    ax_templates_canonical(&t, out);
}

const ax_builder ax_builder_templates = { AX_TEMPLATE_TAPS, build, key, ax_templates_reduce };
