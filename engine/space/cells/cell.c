#include "engine/space/cells/cell.h"

#include <stdio.h>

enum { CELL_VALUES = 2 + 3 * AX_CELL_LAYERS, NAME = 96 };

/* Kernel size and dilation of an operation; kernel 0: not a convolution. */
static const struct {
    uint8_t kernel, dilation;
    bool separable;
} shape_of[AX_CELL_OPS] = {
    [AX_CELL_CONV1] = { 1, 1, false },  [AX_CELL_CONV3] = { 3, 1, false },    [AX_CELL_SEP3] = { 3, 1, true },
    [AX_CELL_SEP5] = { 5, 1, true },    [AX_CELL_CONV3_D3] = { 3, 3, false }, [AX_CELL_CONV3_D12] = { 3, 12, false },
    [AX_CELL_SEP3_D3] = { 3, 3, true }, [AX_CELL_SEP5_D6] = { 5, 6, true },
};

/* Batch norm of zeros is a constant other than zero, so an operation with parameters needs zeros as a real value. */
static ax_val as_value(const ax_layers *l, ax_cell_value x, ax_shape shape)
{
    if (!x.zero)
        return x.v;
    const ax_attr attr = { .shape = shape };
    return ax_layer_apply(l, AX_OP_ZERO, attr, NULL, 0);
}

static ax_cell_value apply_op(const ax_layers *l, unsigned op, int32_t repeats, const char *prefix, ax_cell_value x,
                              ax_shape shape)
{
    if (op == AX_CELL_SKIP)
        return x;
    if (op == AX_CELL_NONE)
        return (ax_cell_value) { .zero = true };
    ax_val v = as_value(l, x, shape);
    if (op == AX_CELL_GAP) {
        v = ax_layer_apply(l, AX_OP_GPOOL, (ax_attr) { 0 }, &v, 1);
        v = ax_layer_conv_bn_relu(l, prefix, v, (ax_conv_spec) { .out = shape.c, .kernel = 1 });
        v = ax_layer_resize(l, v, shape.h, shape.w);
    } else if (shape_of[op].separable) {
        const ax_conv_spec spec = { .kernel = shape_of[op].kernel, .dilation = shape_of[op].dilation };
        v = ax_layer_separable(l, prefix, v, spec, shape.c, repeats);
    } else {
        const ax_conv_spec spec = { .out = shape.c, .kernel = shape_of[op].kernel, .dilation = shape_of[op].dilation };
        v = ax_layer_conv_bn_relu(l, prefix, v, spec);
    }
    return (ax_cell_value) { .v = v };
}

static ax_cell_value sum(const ax_layers *l, ax_cell_value a, ax_cell_value b)
{
    if (a.zero)
        return b;
    if (b.zero)
        return a;
    return (ax_cell_value) { .v = ax_layer_add(l, a.v, b.v) };
}

/* Concatenates the loose ends; zeros are left out, since they would only waste weights. */
static ax_cell_value join(const ax_layers *l, const char *prefix, const ax_cell_value *value, uint32_t loose,
                          int32_t out)
{
    ax_val read[CELL_VALUES];
    size_t n = 0;
    for (unsigned v = 0; v < CELL_VALUES; v++)
        if (loose >> v & 1 && !value[v].zero)
            read[n++] = value[v].v;
    if (n < 2)
        return n ? (ax_cell_value) { .v = read[0] } : (ax_cell_value) { .zero = true };
    return (ax_cell_value) { .v = ax_layer_aggregate(l, prefix, read, n, out) };
}

ax_val ax_cell_build(const ax_layers *l, const ax_cells *g, int32_t repeats, bool concat, const char *prefix, ax_val x)
{
    ax_shape shape = ax_layer_shape(l, x);
    ax_cell_value value[CELL_VALUES] = { { .v = x } };
    char name[NAME];
    snprintf(name, sizeof name, "%s.op.0", prefix);
    value[1] = apply_op(l, g->stem_op, repeats, name, value[0], shape);
    for (unsigned layer = 0; layer < AX_CELL_LAYERS; layer++) {
        ax_cell_value *made = value + 2 + 3 * layer;
        for (unsigned k = 0; k < 2; k++) {
            snprintf(name, sizeof name, "%s.op.%u", prefix, 1 + 2 * layer + k);
            made[k] = apply_op(l, g->layer[layer].op[k], repeats, name, value[g->layer[layer].pos[k]], shape);
        }
        made[2] = sum(l, made[0], made[1]);
    }
    uint32_t loose = ax_cells_loose_ends(g);
    if (concat)
        return as_value(l, join(l, prefix, value, loose, shape.c), shape);
    ax_cell_value out = { .zero = true };
    for (unsigned v = 0; v < CELL_VALUES; v++)
        if (loose >> v & 1)
            out = sum(l, out, value[v]);
    return as_value(l, out, shape);
}
