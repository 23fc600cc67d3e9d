/* Which genotypes build the same network. Equal here means: the same graph up to the numbering of operations, sides and
   blocks. Operands of a sum may be swapped and sums regrouped; skips vanish; what is "none", or not read, drops
   out of its sum. Nothing else folds: batch norm over zeros is a constant, so a convolution of "none" stays. All
   this is of networks that sum (ax_decoder_spec.concat false): side by side, regrouped sums are other networks. */
#ifndef AX_SPACE_CELLS_FORM_H
#define AX_SPACE_CELLS_FORM_H

#include "engine/space/canonical.h"
#include "engine/space/cells/cells.h"

enum { AX_CELL_SLOTS = 1 + 2 * AX_CELL_LAYERS };

typedef struct ax_cells_form {
    uint8_t key[AX_CANONICAL_KEY]; /* equal for the same network, and only then; zeros behind its end */
    /* The numbering under which networks with equal keys are the same, position by position. */
    uint8_t n_ops, slot[AX_CELL_SLOTS]; /* operations with parameters that the output depends on: cell.op.{slot} */
    uint8_t block[AX_BLOCKS];           /* the genotype's block at each place */
    bool swapped[AX_BLOCKS];            /* of the genotype's block: its second input counts as the first */
} ax_cells_form;

ax_cells_form ax_cells_canonical(const ax_cells *g);

/* ax_builder.reduce */
void ax_cells_reduce(const ax_genotype *g, bool concat, uint8_t out[static AX_MAX_DECISIONS]);

#endif
