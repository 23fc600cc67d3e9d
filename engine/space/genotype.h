/* The 19 decisions that make a decoder (DESIGN: search space). Equality is memcmp. */
#ifndef AX_SPACE_GENOTYPE_H
#define AX_SPACE_GENOTYPE_H

#include "engine/base/err.h"
#include "engine/base/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AX_TAPS = 4, AX_BLOCKS = 3, AX_CELL_LAYERS = 3, AX_CELL_OPS = 11, AX_DECISIONS = 19, AX_GENOTYPE_TEXT = 80 };

typedef struct ax_genotype {
    uint8_t stem_op; /* op 0: on the cell's input */
    struct {
        uint8_t pos[2], op[2];
    } layer[AX_CELL_LAYERS]; /* pos < 2, 5, 8; op < 11 */
    struct {
        uint8_t in[2];
    } block[AX_BLOCKS]; /* in < 4, 5, 6 */
} ax_genotype;
_Static_assert(sizeof(ax_genotype) == AX_DECISIONS, "19 decisions, no padding");

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

static inline unsigned ax_positions(unsigned layer) /* 2, 5, 8 */
{
    return 2 + 3 * layer;
}
static inline unsigned ax_block_inputs(unsigned block) /* 4, 5, 6 */
{
    return AX_TAPS + block;
}
/* "conv1x1", "sep5x5_d6", "gap", "skip", ... the names that screens and events use. */
const char *ax_cellop_name(unsigned op);

/* The published text form, e.g. [[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]; blanks are allowed. Errors
   (AX_EINVAL) say what was expected and at which character (counted from 1), then the text with that character marked:
   "genotype: op 11 at character 3: ops are 0 to 10: [[>11<,[0,...". */
ax_code ax_genotype_parse(const char *text, ax_genotype *g, ax_err *err);
/* Writes the text form, without blanks, into buf of AX_GENOTYPE_TEXT bytes; returns buf. */
char *ax_genotype_print(const ax_genotype *g, char buf[static AX_GENOTYPE_TEXT]);
ax_code ax_genotype_validate(const ax_genotype *g, ax_err *err); /* AX_EINVAL names the decision out of range */
ax_genotype ax_genotype_random(ax_rng *rng);                     /* uniform over all decisions */

/* Which cell values are collected into the cell's output: bit v for value v in 1, 4, 7, 10 (the loose ends). */
uint32_t ax_genotype_loose_ends(const ax_genotype *g);
/* Which blocks feed the head: bit b when no later block reads block b. */
uint32_t ax_genotype_loose_blocks(const ax_genotype *g);

#endif
