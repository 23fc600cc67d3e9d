/* The cells on screen and as text. */
#include "engine/space/cells/cells.h"

#include <stdio.h>

static ax_drawing_row operation(int number, unsigned op, int reads, int channels, int repeats)
{
    ax_drawing_row r = ax_drawing_row_of(AX_NODE_OP, number, ax_cellop_name(op));
    r.pale = op == AX_CELL_NONE || op == AX_CELL_SKIP;
    r.params = ax_cellop_params(op, channels, repeats);
    ax_drawing_read(&r, reads);
    return r;
}

/* x, op 0, per layer two operations and their sum, out. */
static void draw_cell(const ax_cells *c, int channels, int repeats, ax_drawing *out)
{
    enum { OUT = 2 + 3 * AX_CELL_LAYERS };
    ax_drawing_row *row = out->row;
    row[0] = ax_drawing_row_of(AX_NODE_INPUT, 0, "x");
    row[1] = operation(1, c->stem_op, 0, channels, repeats);
    for (int l = 0; l < AX_CELL_LAYERS; l++) {
        int first = 2 + 3 * l;
        for (int k = 0; k < 2; k++)
            row[first + k] = operation(first + k, c->layer[l].op[k], c->layer[l].pos[k], channels, repeats);
        row[first + 2] = ax_drawing_row_of(AX_NODE_SUM, first + 2, "sum");
        ax_drawing_read(&row[first + 2], first);
        ax_drawing_read(&row[first + 2], first + 1);
    }
    ax_drawing_end(out, OUT, "out", 0, ax_cells_loose_ends(c));
}

/* Four taps of the encoder, three blocks, the head. */
static void draw_wiring(const ax_cells *c, ax_drawing *out)
{
    static const char *const tap[AX_CELLS_TAPS] = { "tap 1/4", "tap 1/8", "tap 1/16", "tap 1/32" };
    enum { HEAD = AX_CELLS_TAPS + AX_BLOCKS };
    for (int t = 0; t < AX_CELLS_TAPS; t++)
        out->row[t] = ax_drawing_row_of(AX_NODE_INPUT, t, tap[t]);
    for (int b = 0; b < AX_BLOCKS; b++) {
        ax_drawing_row *r = &out->row[AX_CELLS_TAPS + b];
        *r = ax_drawing_row_of(AX_NODE_SUM, AX_CELLS_TAPS + b, "block");
        ax_drawing_read(r, c->block[b].in[0]);
        ax_drawing_read(r, c->block[b].in[1]);
    }
    ax_drawing_end(out, HEAD, "head", AX_CELLS_TAPS, ax_cells_loose_blocks(c));
}

void ax_cells_draw(const ax_genotype *g, unsigned drawing, int channels, int repeats, ax_drawing *out)
{
    const ax_cells c = ax_cells_of(g);
    *out = (ax_drawing) { 0 };
    if (drawing)
        draw_wiring(&c, out);
    else
        draw_cell(&c, channels, repeats, out);
}

int64_t ax_cellop_params(unsigned op, int channels, int repeats)
{
    int64_t c = channels, n = repeats;
    switch (op) {
    case AX_CELL_CONV1:
    case AX_CELL_GAP:
        return c * c + 2 * c;
    case AX_CELL_CONV3:
    case AX_CELL_CONV3_D3:
    case AX_CELL_CONV3_D12:
        return 9 * c * c + 2 * c;
    case AX_CELL_SEP3:
    case AX_CELL_SEP3_D3:
        return n * (9 * c + c * c + 2 * c);
    case AX_CELL_SEP5:
    case AX_CELL_SEP5_D6:
        return n * (25 * c + c * c + 2 * c);
    default:
        return 0;
    }
}

static void print_cell(const ax_cells *c, ax_str *out)
{
    uint32_t loose = ax_cells_loose_ends(c);
    ax_str_add(out, "\nvalue  operation     reads   (* = summed into the cell's output)\n");
    ax_str_add(out, "  0    input\n");
    ax_str_printf(out, "%c 1    %-13s 0\n", loose >> 1 & 1 ? '*' : ' ', ax_cellop_name(c->stem_op));
    for (unsigned l = 0; l < AX_CELL_LAYERS; l++) {
        unsigned v = 3 * l + 2;
        for (unsigned k = 0; k < 2; k++)
            ax_str_printf(out, "  %-2u   %-13s %u\n", v + k, ax_cellop_name(c->layer[l].op[k]), c->layer[l].pos[k]);
        ax_str_printf(out, "%c %-2u   %-13s %u %u\n", loose >> (v + 2) & 1 ? '*' : ' ', v + 2, "sum", v, v + 1);
    }
}

static void print_blocks(const ax_cells *c, ax_str *out)
{
    uint32_t loose = ax_cells_loose_blocks(c);
    ax_str_add(out, "\nblock  reads                   (* = read by the head)\n");
    for (unsigned b = 0; b < AX_BLOCKS; b++) {
        ax_str_printf(out, "%c %u   ", loose >> b & 1 ? '*' : ' ', b);
        for (unsigned k = 0; k < 2; k++) {
            unsigned in = c->block[b].in[k];
            if (in < AX_CELLS_TAPS)
                ax_str_printf(out, "  tap %u /%u", in, 4u << in);
            else
                ax_str_printf(out, "  block %u", in - AX_CELLS_TAPS);
        }
        ax_str_add(out, "\n");
    }
}

void ax_cells_print(const ax_genotype *g, ax_str *out)
{
    const ax_cells c = ax_cells_of(g);
    print_cell(&c, out);
    print_blocks(&c, out);
}
