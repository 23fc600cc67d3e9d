/* Builds the graph of a genotype of the cells. */
#include "engine/space/cells/form.h"
#include "engine/space/cells/cell.h"
#include "engine/space/builder.h"

#include <stdio.h>

enum { NAME = 64 };

static ax_val classifier(const ax_layers *l, const ax_decoder_spec *spec, const char *prefix, ax_val x)
{
    char name[NAME + 32];
    snprintf(name, sizeof name, "%s.classifier", prefix);
    const ax_conv_spec conv = {
        .out = spec->outputs, .kernel = 3, .bias = true, .bias_one = spec->bias_one, .quiet = spec->quiet
    };
    return ax_layer_conv(l, name, x, conv);
}

/* Block b: two values of the pool, each through its own copy of the cell, merged at the larger size. */
static ax_val block(const ax_layers *l, const ax_decoder_spec *spec, const ax_cells *c, unsigned b, const ax_val *pool)
{
    ax_val side[2];
    char name[NAME];
    for (unsigned k = 0; k < 2; k++) {
        snprintf(name, sizeof name, "decoder.block.%u.cell.%u", b, k);
        side[k] = ax_cell_build(l, c, spec->repeats, spec->concat, name, pool[c->block[b].in[k]]);
        snprintf(name, sizeof name, "decoder.block.%u.merge.%u", b, k);
        side[k] = ax_layer_conv_bn_relu(l, name, side[k], (ax_conv_spec) { .out = spec->channels, .kernel = 1 });
    }
    ax_shape size = ax_layer_shape(l, side[0]), other = ax_layer_shape(l, side[1]);
    if (ax_shape_is_larger(other, size))
        size = other;
    for (unsigned k = 0; k < 2; k++)
        side[k] = ax_layer_resize(l, side[k], size.h, size.w);
    snprintf(name, sizeof name, "decoder.block.%u", b);
    return spec->concat ? ax_layer_aggregate(l, name, side, 2, spec->channels) : ax_layer_add(l, side[0], side[1]);
}

/* Concatenates the blocks that no block reads. */
static ax_val head(const ax_layers *l, const ax_decoder_spec *spec, const ax_cells *c, const ax_val *pool)
{
    uint32_t loose = ax_cells_loose_blocks(c);
    ax_val read[AX_BLOCKS];
    size_t n = 0;
    for (unsigned b = 0; b < AX_BLOCKS; b++)
        if (loose >> b & 1)
            read[n++] = pool[AX_CELLS_TAPS + b];
    ax_val x = ax_layer_join(l, read, n);
    x = ax_layer_conv_bn_relu(l, "decoder.head", x, (ax_conv_spec) { .out = spec->channels, .kernel = 1 });
    return classifier(l, spec, "decoder", x);
}

static void build(const ax_layers *l, const ax_decoder_spec *spec, const ax_val *taps, ax_decoder *out)
{
    const ax_cells c = ax_cells_of(&spec->genotype);
    ax_val pool[AX_CELLS_TAPS + AX_BLOCKS];
    char name[NAME];
    for (unsigned i = 0; i < AX_CELLS_TAPS; i++) {
        snprintf(name, sizeof name, "decoder.adapt.%u", i);
        pool[i] = ax_layer_conv_bn_relu(l, name, taps[i], (ax_conv_spec) { .out = spec->channels, .kernel = 1 });
    }
    for (unsigned b = 0; b < AX_BLOCKS && l->err->code == AX_OK; b++) {
        pool[AX_CELLS_TAPS + b] = block(l, spec, &c, b, pool);
        if (!spec->aux)
            continue;
        snprintf(name, sizeof name, "decoder.aux.%u.cell", b);
        ax_val x = ax_cell_build(l, &c, spec->repeats, spec->concat, name, pool[AX_CELLS_TAPS + b]);
        snprintf(name, sizeof name, "decoder.aux.%u", b);
        out->aux[out->n_aux++] = classifier(l, spec, name, x);
    }
    if (l->err->code == AX_OK)
        out->logits = head(l, spec, &c, pool);
}

static void key(const ax_genotype *g, bool concat, uint8_t out[static AX_CANONICAL_KEY])
{
    const ax_cells c = ax_cells_of(g);
    const ax_cells_form form = ax_cells_canonical(&c);
    if (concat) /* the canonical form regroups sums; concatenation allows no regrouping */
        memcpy(out, &c, sizeof c);
    else
        memcpy(out, form.key, sizeof form.key);
}

const ax_builder ax_builder_cells = { AX_CELLS_TAPS, build, key, ax_cells_reduce };
