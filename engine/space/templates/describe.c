/* The template space's decisions and their names, and the sizes and channels that follow from them. */
#include "engine/space/templates/templates.h"

#include "engine/space/list.h"

static const char *const op_names[AX_TEMPLATE_OPS] = {
    [AX_TEMPLATE_SEP3] = "sep3x3",     [AX_TEMPLATE_SEP5] = "sep5x5",       [AX_TEMPLATE_GAP] = "gap",
    [AX_TEMPLATE_MAXPOOL] = "maxpool", [AX_TEMPLATE_SEP5_D6] = "sep5x5_d6", [AX_TEMPLATE_SKIP] = "skip",
};
static const char *const aggregate_names[] = { [AX_TEMPLATE_SUM] = "sum", [AX_TEMPLATE_CONCAT] = "concat" };

const char *ax_template_op_name(unsigned op)
{
    return op < AX_TEMPLATE_OPS ? op_names[op] : "?";
}

const char *ax_template_aggregate_name(unsigned aggregate)
{
    return aggregate <= AX_TEMPLATE_CONCAT ? aggregate_names[aggregate] : "?";
}

/* Every position has its own head; other decisions of one kind share a head. */
enum { OP, AGGREGATION, TEMPLATE, REPEAT, STRIDE, POSITIONS, HEADS = POSITIONS + 2 * AX_TEMPLATE_BLOCKS };
enum { T_OP, T_AGGREGATION, T_POSITION, T_TEMPLATE, T_REPEAT, T_STRIDE, TABLES }; /* embeddings */

static const ax_decision_group heads[HEADS] = {
    { "op", AX_TEMPLATE_OPS }, { "aggregation", 2 }, { "template", AX_TEMPLATES }, { "repeat", AX_TEMPLATE_REPEATS },
    { "stride", 2 },           { "position.0", 2 },  { "position.1", 2 },          { "position.2", 3 },
    { "position.3", 3 },       { "position.4", 4 },  { "position.5", 4 },          { "position.6", 5 },
    { "position.7", 5 },       { "position.8", 6 },  { "position.9", 6 },          { "position.10", 7 },
    { "position.11", 7 },      { "position.12", 8 }, { "position.13", 8 },
};
static const ax_decision_group tables[TABLES] = {
    { "op", AX_TEMPLATE_OPS },
    { "aggregation", 2 },
    { "position", AX_TEMPLATE_VALUES - 1 },
    { "template", AX_TEMPLATES },
    { "repeat", AX_TEMPLATE_REPEATS },
    { "stride", 2 },
};

#define PICK(name, what, choices, where, head, table, options)                                                         \
    {                                                                                                                  \
        name, what, what "s", where, choices, head, table, options                                                     \
    }
#define PLACE(name, what, choices, where, head, table)                                                                 \
    {                                                                                                                  \
        name, what, what "s of " where, where, choices, head, table, NULL                                              \
    }
#define TEMPLATE_OF(n, where)                                                                                          \
    PICK("t" n "op1", "op", AX_TEMPLATE_OPS, where, OP, T_OP, op_names),                                               \
        PICK("t" n "op2", "op", AX_TEMPLATE_OPS, where, OP, T_OP, op_names),                                           \
        PICK("t" n "agg", "aggregation", 2, where, AGGREGATION, T_AGGREGATION, aggregate_names)
#define BLOCK_OF(i, n, where, strides)                                                                                 \
    PLACE("b" n "in1", "position", 2 + (i), where, POSITIONS + 2 * (i), T_POSITION),                                   \
        PLACE("b" n "in2", "position", 2 + (i), where, POSITIONS + 2 * (i) + 1, T_POSITION),                           \
        PICK("b" n "t", "template", AX_TEMPLATES, where, TEMPLATE, T_TEMPLATE, NULL),                                  \
        PICK("b" n "rep", "repeat", AX_TEMPLATE_REPEATS, where, REPEAT, T_REPEAT, NULL),                               \
        PLACE("b" n "s", "stride", strides, where, STRIDE, T_STRIDE)
/* Blocks are numbered by their output value, as in drawings. */
static const ax_decision decisions[AX_TEMPLATE_DECISIONS] = {
    TEMPLATE_OF("0", "template 0"), TEMPLATE_OF("1", "template 1"), TEMPLATE_OF("2", "template 2"),
    BLOCK_OF(0, "2", "block 0", 2), BLOCK_OF(1, "3", "block 1", 2), BLOCK_OF(2, "4", "block 2", 2),
    BLOCK_OF(3, "5", "block 3", 1), BLOCK_OF(4, "6", "block 4", 1), BLOCK_OF(5, "7", "block 5", 1),
    BLOCK_OF(6, "8", "block 6", 1),
};

/* In the order of the text. */
static const uint8_t order[AX_TEMPLATE_DECISIONS] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
};

enum { DECODER, CELLS };
static const ax_drawing_kind drawings[] = {
    [DECODER] = { "decoder", "blocks", AX_TEMPLATE_VALUES + 1 },
    [CELLS] = { "templates", "templates", 2 + 3 * AX_TEMPLATES },
};
static const ax_form_section sections[] = {
    { "template op 1, op 2, joined by", CELLS, AX_TEMPLATES, { 6, 17, 28 } },
    { "block reads     templ. rep.  /2", DECODER, AX_TEMPLATE_BLOCKS, { 8, 13, 20, 27, 32 } },
};
#define LINE(number, first)                                                                                            \
    {                                                                                                                  \
        number, 5,                                                                                                     \
        {                                                                                                              \
            first, first + 1, first + 2, first + 3, first + 4                                                          \
        }                                                                                                              \
    }
static const ax_form_line lines[] = {
    { 0, 3, { 0, 1, 2 } }, { 1, 3, { 3, 4, 5 } }, { 2, 3, { 6, 7, 8 } }, LINE(2, 9),  LINE(3, 14),
    LINE(4, 19),           LINE(5, 24),           LINE(6, 29),           LINE(7, 34), LINE(8, 39),
};

/* Nekrasov, Shen, Reid, WACV 2020. The paper calls them arch0 and arch1, names that the cells use for other
   networks. */
static const ax_published published[] = {
    { "template-arch0", "[[[3,0,1],[4,1,1],[3,1,1]],[[0,1,0,0,1],[2,1,2,1,0],[3,1,1,1,0],[1,1,2,0,0],[3,0,2,0,0],"
                        "[5,3,2,1,0],[0,5,0,1,0]]]" },
    { "template-arch1", "[[[1,1,0],[1,3,0],[3,4,0]],[[1,1,0,0,0],[0,1,1,1,1],[3,1,2,3,0],[3,0,2,2,0],[0,1,2,0,0],"
                        "[2,1,1,3,0],[4,0,2,2,0]]]" },
};

const ax_space ax_space_templates = {
    .name = "templates",
    .pattern = "[[[#,#,#],[#,#,#],[#,#,#]],"
               "[[#,#,#,#,#],[#,#,#,#,#],[#,#,#,#,#],[#,#,#,#,#],[#,#,#,#,#],[#,#,#,#,#],[#,#,#,#,#]]]",
    .example = "t0op1=sep3x3 or b4in1=2",
    .published = published,
    .n_published = sizeof published / sizeof *published,
    .names = "Decisions go with the numbers that 'auxcell show' draws: tTop1, tTop2 and tTagg are the operations of "
             "template\n"
             "T (0 to 2) and what joins them; block N (2 to 8) reads bNin1 and bNin2, by template bNt, bNrep + 1 "
             "times, and\n"
             "bNs = 1 halves sizes (2 to 4 only). An operation is a name or a number.\n",
    .decision = decisions,
    .order = order,
    .head = heads,
    .table = tables,
    .n_decisions = AX_TEMPLATE_DECISIONS,
    .n_heads = HEADS,
    .n_tables = TABLES,
    .warm_up = AX_TEMPLATE_TAPS, /* one for each tap, as published */
    .drawing = drawings,
    .section = sections,
    .line = lines,
    .n_drawings = sizeof drawings / sizeof *drawings,
    .n_sections = sizeof sections / sizeof *sections,
    .n_lines = sizeof lines / sizeof *lines,
    .draw = ax_templates_draw,
    .print = ax_templates_print,
};

/* ---- sizes and channels ---- */

ax_template_value ax_template_side(unsigned op, ax_template_value in, int step, int factor, int repeats)
{
    bool separable = op == AX_TEMPLATE_SEP3 || op == AX_TEMPLATE_SEP5 || op == AX_TEMPLATE_SEP5_D6;
    int halvings = step == 1 ? 0 : separable ? repeats : op == AX_TEMPLATE_MAXPOOL ? 1 : 0;
    return (ax_template_value) { in.channels * factor, in.exponent + halvings };
}

bool ax_template_second_leads(unsigned block, int first, int second)
{
    return block < AX_TEMPLATE_SMALLER ? second > first : second < first;
}

static ax_template_value block_value(const ax_templates *t, unsigned b, int repeats, const ax_template_value *value)
{
    const ax_template_block *block = &t->block[b];
    const ax_template *template = &t->template[block->template];
    ax_template_value f1 = value[block->pos[0]], f2 = value[block->pos[1]];
    for (int r = 0; r <= block->repeat; r++) {
        const int step = 1 << block->stride;
        ax_template_value x = ax_template_side(template->op[0], f1, step, r ? 1 : step, repeats),
                          y = ax_template_side(template->op[1], f2, step, r ? 1 : step, repeats);
        f1 = f2;
        f2 = ax_template_second_leads(b, x.exponent, y.exponent) ? y : x;
        f2.channels = x.channels > y.channels ? x.channels : y.channels;
    }
    return f2;
}

void ax_templates_values(const ax_templates *t, int repeats, const int taps[AX_TEMPLATE_TAPS],
                         ax_template_value out[AX_TEMPLATE_VALUES])
{
    for (int k = 0; k < AX_TEMPLATE_TAPS; k++)
        out[k] = (ax_template_value) { taps[k], k };
    for (unsigned b = 0; b < AX_TEMPLATE_BLOCKS; b++)
        out[AX_TEMPLATE_TAPS + b] = block_value(t, b, repeats, out);
}

uint32_t ax_templates_loose_blocks(const ax_templates *t)
{
    uint32_t loose = (1u << AX_TEMPLATE_BLOCKS) - 1;
    for (unsigned b = 0; b < AX_TEMPLATE_BLOCKS; b++)
        for (unsigned k = 0; k < 2; k++)
            if (t->block[b].pos[k] >= AX_TEMPLATE_TAPS)
                loose &= ~(1u << (t->block[b].pos[k] - AX_TEMPLATE_TAPS));
    return loose;
}
