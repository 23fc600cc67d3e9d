/* The template space on screen and as text. */
#include "engine/space/templates/templates.h"

/* Channels of the space's encoder (engine/model/mobilenet.c); a test checks them. */
static const int tap_channels[AX_TEMPLATE_TAPS] = { 24, 32 };

/* A block's template, number of repetitions, and whether it halves. */
static const char *block_text(const ax_template_block *b)
{
    static const char *const text[AX_TEMPLATES][AX_TEMPLATE_REPEATS][2] = {
        { { "t0", "t0 /2" }, { "t0 x2", "t0 x2 /2" }, { "t0 x3", "t0 x3 /2" }, { "t0 x4", "t0 x4 /2" } },
        { { "t1", "t1 /2" }, { "t1 x2", "t1 x2 /2" }, { "t1 x3", "t1 x3 /2" }, { "t1 x4", "t1 x4 /2" } },
        { { "t2", "t2 /2" }, { "t2 x2", "t2 x2 /2" }, { "t2 x3", "t2 x3 /2" }, { "t2 x4", "t2 x4 /2" } },
    };
    return text[b->template][b->repeat][b->stride];
}

/* Two taps, seven blocks, the head. */
static void draw_decoder(const ax_templates *t, int repeats, ax_drawing *out)
{
    enum { HEAD = AX_TEMPLATE_VALUES };
    out->row[0] = ax_drawing_row_of(AX_NODE_INPUT, 0, "tap 1/4");
    out->row[1] = ax_drawing_row_of(AX_NODE_INPUT, 1, "tap 1/8");
    for (int b = 0; b < AX_TEMPLATE_BLOCKS; b++) {
        ax_drawing_row *r = &out->row[AX_TEMPLATE_TAPS + b];
        *r = ax_drawing_row_of(AX_NODE_OP, AX_TEMPLATE_TAPS + b, block_text(&t->block[b]));
        r->params = ax_template_block_params(t, (unsigned)b, repeats);
        ax_drawing_read(r, t->block[b].pos[0]);
        ax_drawing_read(r, t->block[b].pos[1]);
    }
    ax_drawing_end(out, HEAD, "head", AX_TEMPLATE_TAPS, ax_templates_loose_blocks(t));
}

/* A line per block with its two inputs, and per template with its two operations and aggregation. */
static void draw_cells(const ax_templates *t, ax_drawing *out)
{
    static const char *const joined[AX_TEMPLATES][2] = { { "t0 sum", "t0 concat" },
                                                         { "t1 sum", "t1 concat" },
                                                         { "t2 sum", "t2 concat" } };
    out->row[0] = ax_drawing_row_of(AX_NODE_INPUT, 0, "first");
    out->row[1] = ax_drawing_row_of(AX_NODE_INPUT, 1, "second");
    out->rows = 2;
    for (int i = 0; i < AX_TEMPLATES; i++) {
        const int first = out->rows;
        for (int k = 0; k < 2; k++) {
            const unsigned op = t->template[i].op[k];
            ax_drawing_row *r = &out->row[out->rows];
            *r = ax_drawing_row_of(AX_NODE_OP, out->rows++, ax_template_op_name(op));
            r->pale = op == AX_TEMPLATE_SKIP;
            ax_drawing_read(r, k);
        }
        ax_drawing_row *r = &out->row[out->rows];
        *r = ax_drawing_row_of(AX_NODE_SUM, out->rows++, joined[i][t->template[i].aggregate]);
        ax_drawing_read(r, first);
        ax_drawing_read(r, first + 1);
    }
}

void ax_templates_draw(const ax_genotype *g, unsigned drawing, int channels, int repeats, ax_drawing *out)
{
    (void)channels; /* channels of the head: blocks keep those of the taps */
    const ax_templates t = ax_templates_of(g);
    *out = (ax_drawing) { 0 };
    if (drawing)
        draw_cells(&t, out);
    else
        draw_decoder(&t, repeats, out);
}

/* ---- parameters ---- */

static int64_t op_params(unsigned op, int64_t in, int64_t out, int repeats)
{
    const int64_t kernel = op == AX_TEMPLATE_SEP3 ? 9 : 25;
    int64_t n = 0;
    if (op == AX_TEMPLATE_SKIP)
        return 0;
    if (op == AX_TEMPLATE_GAP || op == AX_TEMPLATE_MAXPOOL)
        return in * out + 2 * out;
    for (int r = 0; r < repeats; r++, in = out)
        n += kernel * in + in * out + 2 * out;
    return n;
}

static int64_t join_params(unsigned aggregate, int64_t x, int64_t y)
{
    const int64_t c = x > y ? x : y;
    int64_t adapted = x == y ? 0 : (x < y ? x : y) * c + 2 * c;
    return adapted + (aggregate == AX_TEMPLATE_SUM ? 2 * c : 4 * c + 2 * c * c);
}

int64_t ax_template_block_params(const ax_templates *t, unsigned b, int repeats)
{
    ax_template_value value[AX_TEMPLATE_VALUES];
    const ax_template_block *block = &t->block[b];
    const ax_template *template = &t->template[block->template];
    int64_t n = 0;
    ax_templates_values(t, repeats, tap_channels, value);
    int f1 = value[block->pos[0]].channels, f2 = value[block->pos[1]].channels;
    for (int r = 0; r <= block->repeat; r++) {
        const int factor = r ? 1 : 1 << block->stride, x = f1 * factor, y = f2 * factor;
        n += op_params(template->op[0], f1, x, repeats) + op_params(template->op[1], f2, y, repeats) +
             join_params(template->aggregate, x, y);
        f1 = f2;
        f2 = x > y ? x : y;
    }
    return n;
}

/* ---- text ---- */

static void print_value(ax_str *out, unsigned value)
{
    if (value < AX_TEMPLATE_TAPS)
        ax_str_printf(out, "  tap %u /%u", value, 4u << value);
    else
        ax_str_printf(out, "  block %u ", value - AX_TEMPLATE_TAPS);
}

void ax_templates_print(const ax_genotype *g, ax_str *out)
{
    const ax_templates t = ax_templates_of(g);
    const uint32_t loose = ax_templates_loose_blocks(&t);
    static const char *const times[AX_TEMPLATE_REPEATS] = { "", ", 2 times", ", 3 times", ", 4 times" };
    ax_str_add(out, "\ntemplate  operations             joined by\n");
    for (unsigned i = 0; i < AX_TEMPLATES; i++)
        ax_str_printf(out, "  %u       %-10s %-10s  %s\n", i, ax_template_op_name(t.template[i].op[0]),
                      ax_template_op_name(t.template[i].op[1]), ax_template_aggregate_name(t.template[i].aggregate));
    ax_str_add(out, "\nblock  reads                template     (* = read by the head)\n");
    for (unsigned b = 0; b < AX_TEMPLATE_BLOCKS; b++) {
        ax_str_printf(out, "%c %u   ", loose >> b & 1 ? '*' : ' ', b);
        for (unsigned k = 0; k < 2; k++)
            print_value(out, t.block[b].pos[k]);
        ax_str_printf(out, "  %u%s%s\n", t.block[b].template, times[t.block[b].repeat],
                      t.block[b].stride ? ", halved" : "");
    }
}
