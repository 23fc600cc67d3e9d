/* The published cells: one cell of seven operations, copied to both sides of three blocks that read the encoder's four
   taps or each other (DESIGN: search space). This struct names the genotype's decisions. */
#ifndef AX_SPACE_CELLS_CELLS_H
#define AX_SPACE_CELLS_CELLS_H

#include "engine/space/space.h"

#include <string.h>

enum { AX_CELLS_TAPS = 4, AX_BLOCKS = 3, AX_CELL_LAYERS = 3, AX_CELL_OPS = 11, AX_DECISIONS = 19 };

typedef struct ax_cells {
    uint8_t stem_op; /* op 0: on the cell's input */
    struct {
        uint8_t pos[2], op[2];
    } layer[AX_CELL_LAYERS]; /* pos < 2, 5, 8; op < 11 */
    struct {
        uint8_t in[2];
    } block[AX_BLOCKS]; /* in < 4, 5, 6 */
} ax_cells;
_Static_assert(sizeof(ax_cells) == AX_DECISIONS, "19 decisions, no padding");

typedef enum ax_cellop {
    AX_CELL_CONV1,
    AX_CELL_CONV3,
    AX_CELL_SEP3,
    AX_CELL_SEP5,
    AX_CELL_GAP,
    AX_CELL_CONV3_D3,
    AX_CELL_CONV3_D12,
    AX_CELL_SEP3_D3,
    AX_CELL_SEP5_D6,
    AX_CELL_SKIP,
    AX_CELL_NONE
} ax_cellop;

static inline ax_cells ax_cells_of(const ax_genotype *g)
{
    ax_cells c;
    memcpy(&c, g->value, sizeof c);
    return c;
}

/* "conv1x1", "sep5x5_d6", "gap", "skip", ...: names on screens and in events. */
const char *ax_cellop_name(unsigned op);
/* Values that are collected into the cell's output: bit v for value v in 1, 4, 7, 10 (the loose ends). */
uint32_t ax_cells_loose_ends(const ax_cells *c);
/* Blocks that feed the head: bit b when no later block reads block b. */
uint32_t ax_cells_loose_blocks(const ax_cells *c);
/* Number of parameters of one operation at this many channels: convolution or `repeats` x (depthwise + pointwise), and
   2 per channel for each batch norm. */
int64_t ax_cellop_params(unsigned op, int channels, int repeats);

/* ax_space.draw and ax_space.print. */
void ax_cells_draw(const ax_genotype *g, unsigned drawing, int channels, int repeats, ax_drawing *out);
void ax_cells_print(const ax_genotype *g, ax_str *out);

#endif
