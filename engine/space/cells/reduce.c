/* Reduces the cells' genotype to the decisions that its network depends on. */
#include "engine/space/cells/form.h"
#include "engine/space/builder.h"

#include <string.h>

enum { VALUES = 2 + 3 * AX_CELL_LAYERS, STEM = 1, ZERO = AX_REDUCED_DEAD - 1 };

static int first_side(int layer)
{
    return 2 + 3 * layer;
}

/* Values that the output depends on. */
static void find_live(const ax_cells *c, bool live[VALUES])
{
    uint32_t loose = ax_cells_loose_ends(c);
    for (int v = 0; v < VALUES; v++)
        live[v] = loose >> v & 1;
    for (int l = AX_CELL_LAYERS - 1; l >= 0; l--)
        for (int k = 0; k < 2; k++) {
            int side = first_side(l) + k;
            live[side] = live[side] || live[first_side(l) + 2];
            if (live[side] && c->layer[l].op[k] != AX_CELL_NONE)
                live[c->layer[l].pos[k]] = true;
        }
}

typedef struct side {
    uint8_t pos, op;
} side;

/* A sum that is read only by operations without effect isn't part of the output, although one of its sides may be read:
   the position of the first such operation matters. */
static void find_keepers(const ax_cells *c, const bool live[VALUES], bool keeper[VALUES])
{
    bool done[VALUES] = { false };
    memset(keeper, false, VALUES * sizeof *keeper);
    for (int l = 1; l < AX_CELL_LAYERS; l++)
        for (int k = 0; k < 2; k++) {
            const uint8_t v = c->layer[l].pos[k];
            bool is_sum = v > STEM && (v - STEM) % 3 == 0;
            if (!is_sum || live[v] || done[v] || !(live[v - 2] || live[v - 1]))
                continue;
            keeper[first_side(l) + k] = done[v] = true;
        }
}

/* name: of each value before this layer; a skip has the name of its input. Sums and the stem keep their own names, even
   when equal to another value: their readers keep them out of the output. */
static void reduce_layer(const ax_cells *c, int l, const bool live[VALUES], uint8_t name[VALUES], side out[2])
{
    const uint8_t at = (uint8_t)first_side(l);
    bool keeper[VALUES];
    find_keepers(c, live, keeper);
    for (int k = 0; k < 2; k++) {
        uint8_t op = c->layer[l].op[k], pos = name[c->layer[l].pos[k]];
        bool gone = !live[at + k] || op == AX_CELL_NONE || (op == AX_CELL_SKIP && pos == ZERO);
        out[k] = gone ? (side) { keeper[at + k] ? pos : AX_REDUCED_DEAD, AX_CELL_NONE } : (side) { pos, op };
    }
    bool swap = out[1].op < out[0].op || (out[1].op == out[0].op && out[1].pos < out[0].pos);
    for (int k = 0; k < 2; k++) {
        const side *s = &out[k];
        name[at + k] = s->op == AX_CELL_NONE   ? ZERO
                       : s->op == AX_CELL_SKIP ? s->pos
                                               : (uint8_t)(at + (swap ? 1 - k : k));
    }
    name[at + 2] = (uint8_t)(at + 2);
    if (swap) {
        const side first = out[0];
        out[0] = out[1];
        out[1] = first;
    }
}

static uint8_t *reduce_blocks(const ax_cells *c, uint8_t *out)
{
    const ax_cells_form form = ax_cells_canonical(c);
    uint8_t place[AX_CELLS_TAPS + AX_BLOCKS];
    for (int i = 0; i < AX_CELLS_TAPS; i++)
        place[i] = (uint8_t)i;
    for (int i = 0; i < AX_BLOCKS; i++)
        place[AX_CELLS_TAPS + form.block[i]] = (uint8_t)(AX_CELLS_TAPS + i);
    for (int i = 0; i < AX_BLOCKS; i++) {
        const uint8_t *in = c->block[form.block[i]].in;
        bool swapped = form.swapped[form.block[i]];
        *out++ = place[in[swapped]];
        *out++ = place[in[!swapped]];
    }
    return out;
}

void ax_cells_reduce(const ax_genotype *g, bool concat, uint8_t out[static AX_MAX_DECISIONS])
{
    const ax_cells c = ax_cells_of(g);
    bool live[VALUES];
    uint8_t name[VALUES] = { 0, STEM };
    if (concat) { /* nothing folds, as in the canonical key */
        memcpy(out, g->value, AX_DECISIONS);
        return;
    }
    find_live(&c, live);
    *out++ = live[STEM] ? c.stem_op : AX_CELL_NONE;
    for (int l = 0; l < AX_CELL_LAYERS; l++) {
        side s[2];
        reduce_layer(&c, l, live, name, s);
        for (int k = 0; k < 2; k++)
            *out++ = s[k].pos;
        for (int k = 0; k < 2; k++)
            *out++ = s[k].op;
    }
    reduce_blocks(&c, out);
}
