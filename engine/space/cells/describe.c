/* The cells' decisions and their names. */
#include "engine/space/cells/cells.h"

#include "engine/space/list.h"

static const char *const cellop_names[AX_CELL_OPS] = {
    [AX_CELL_CONV1] = "conv1x1",
    [AX_CELL_CONV3] = "conv3x3",
    [AX_CELL_SEP3] = "sep3x3",
    [AX_CELL_SEP5] = "sep5x5",
    [AX_CELL_GAP] = "gap",
    [AX_CELL_CONV3_D3] = "conv3x3_d3",
    [AX_CELL_CONV3_D12] = "conv3x3_d12",
    [AX_CELL_SEP3_D3] = "sep3x3_d3",
    [AX_CELL_SEP5_D6] = "sep5x5_d6",
    [AX_CELL_SKIP] = "skip",
    [AX_CELL_NONE] = "none",
};

const char *ax_cellop_name(unsigned op)
{
    return op < AX_CELL_OPS ? cellop_names[op] : "?";
}

enum { INPUT, OP, POSITION, TABLES }; /* embeddings */
/* Every block input and position has its own head. */
enum { CONNECTION, OP_HEAD = 6, POSITIONS, HEADS = POSITIONS + 6 };

static const ax_decision_group heads[HEADS] = {
    { "connection.0", 4 }, { "connection.1", 4 }, { "connection.2", 5 }, { "connection.3", 5 }, { "connection.4", 6 },
    { "connection.5", 6 }, { "op", AX_CELL_OPS }, { "position.0", 2 },   { "position.1", 2 },   { "position.2", 5 },
    { "position.3", 5 },   { "position.4", 8 },   { "position.5", 8 },
};
static const ax_decision_group tables[TABLES] = { { "input", 6 }, { "op", AX_CELL_OPS }, { "position", 8 } };

#define PICK_OP(name, where)                                                                                           \
    {                                                                                                                  \
        name, "op", "ops", where, AX_CELL_OPS, OP_HEAD, OP, cellop_names                                               \
    }
#define PICK(name, what, choices, where, head, table)                                                                  \
    {                                                                                                                  \
        name, what, what "s of " where, where, choices, head, table, NULL                                              \
    }
/* Layer n: two positions, two operations. */
#define LAYER(n, a, b, positions, where)                                                                               \
    PICK("in" a, "position", positions, where, POSITIONS + 2 * (n), POSITION),                                         \
        PICK("in" b, "position", positions, where, POSITIONS + 2 * (n) + 1, POSITION), PICK_OP("op" a, where),         \
        PICK_OP("op" b, where)
#define BLOCK(n, name, inputs, where)                                                                                  \
    PICK("block" name "a", "input", inputs, where, CONNECTION + 2 * (n), INPUT),                                       \
        PICK("block" name "b", "input", inputs, where, CONNECTION + 2 * (n) + 1, INPUT)
/* Names match the numbers in drawings: opN makes value N of the cell from value inN; block4a and block4b are the inputs
   of the decoder's value 4. */
static const ax_decision decisions[AX_DECISIONS] = {
    PICK_OP("op1", "the cell's first op"), LAYER(0, "2", "3", 2, "layer 1"), LAYER(1, "5", "6", 5, "layer 2"),
    LAYER(2, "8", "9", 8, "layer 3"),      BLOCK(0, "4", 4, "block 0"),      BLOCK(1, "5", 5, "block 1"),
    BLOCK(2, "6", 6, "block 2"),
};

/* Order of sampling: six block inputs, the first op, then per layer position, position, op, op. */
static const uint8_t order[AX_DECISIONS] = { 13, 14, 15, 16, 17, 18, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

static const ax_drawing_kind drawings[] = {
    { "cell", "cell", 2 + 3 * AX_CELL_LAYERS + 1 },
    { "decoder", "wiring", AX_CELLS_TAPS + AX_BLOCKS + 1 },
};

/* A line per operation with its op and input, and per block with its two inputs. */
static const ax_form_section sections[] = {
    { "value operation      reads", 0, 1 + 2 * AX_CELL_LAYERS, { 7, 23 } },
    { "block reads", 1, AX_BLOCKS, { 7, 12 } },
};
static const ax_form_line lines[] = {
    { 1, 1, { 0 } },     { 2, 2, { 3, 1 } },   { 3, 2, { 4, 2 } },   { 5, 2, { 7, 5 } },   { 6, 2, { 8, 6 } },
    { 8, 2, { 11, 9 } }, { 9, 2, { 12, 10 } }, { 4, 2, { 13, 14 } }, { 5, 2, { 15, 16 } }, { 6, 2, { 17, 18 } },
};

/* Nekrasov, Chen, Shen, Reid, CVPR 2019. */
static const ax_published published[] = {
    { "arch0", "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]" },
    { "arch1", "[[2,[1,0,3,6],[0,1,2,8],[2,0,6,1]],[[2,3],[3,1],[4,4]]]" },
    { "arch2", "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]" },
};

const ax_space ax_space_cells = {
    .name = "cells",
    .pattern = "[[#,[#,#,#,#],[#,#,#,#],[#,#,#,#]],[[#,#],[#,#],[#,#]]]",
    .example = "op5=sep3x3 or in5=2",
    .published = published,
    .n_published = sizeof published / sizeof *published,
    .names =
        "Decisions go with the numbers that 'auxcell show' draws: opN makes value N from value inN (N = 2 3, 5 6,\n"
        "8 9; op1 reads the input), block4a to block6b are what the blocks read. An operation is a name or a number.\n",
    .decision = decisions,
    .order = order,
    .head = heads,
    .table = tables,
    .n_decisions = AX_DECISIONS,
    .n_heads = HEADS,
    .n_tables = TABLES,
    .warm_up = AX_CELLS_TAPS, /* one for each tap, as published */
    .drawing = drawings,
    .section = sections,
    .line = lines,
    .n_drawings = sizeof drawings / sizeof *drawings,
    .n_sections = sizeof sections / sizeof *sections,
    .n_lines = sizeof lines / sizeof *lines,
    .draw = ax_cells_draw,
    .print = ax_cells_print,
};

uint32_t ax_cells_loose_ends(const ax_cells *c)
{
    uint32_t loose = 1u << 1;
    for (unsigned layer = 0; layer < AX_CELL_LAYERS; layer++)
        loose |= 1u << (3 * layer + 4);
    for (unsigned layer = 0; layer < AX_CELL_LAYERS; layer++)
        for (unsigned k = 0; k < 2; k++)
            loose &= ~(1u << c->layer[layer].pos[k]);
    return loose;
}

uint32_t ax_cells_loose_blocks(const ax_cells *c)
{
    uint32_t loose = (1u << AX_BLOCKS) - 1;
    for (unsigned b = 0; b < AX_BLOCKS; b++)
        for (unsigned k = 0; k < 2; k++)
            if (c->block[b].in[k] >= AX_CELLS_TAPS)
                loose &= ~(1u << (c->block[b].in[k] - AX_CELLS_TAPS));
    return loose;
}
