/* The canonical form of genotypes. Genotypes count as equal when they build the same graph up to the numbering of
   operations, sides and blocks. Operands of a sum may be swapped and sums regrouped; skips vanish; operands that are
   "none", or unread, drop out of their sum. Nothing else folds: batch norm of zeros is a constant, so a convolution of
   "none" stays. This holds for networks that sum (ax_decoder_spec.concat false): with concatenation, regrouped sums are
   different networks. */
#ifndef AX_SPACE_CELLS_FORM_H
#define AX_SPACE_CELLS_FORM_H

#include "engine/space/canonical.h"
#include "engine/space/cells/cells.h"

enum { AX_CELL_SLOTS = 1 + 2 * AX_CELL_LAYERS };

typedef struct ax_cells_form {
    uint8_t key[AX_CANONICAL_KEY]; /* equal if and only if the network is the same; zero-padded */
    /* The numbering under which networks with equal keys match position by position. */
    uint8_t n_ops, slot[AX_CELL_SLOTS]; /* operations with parameters that the output depends on: cell.op.{slot} */
    uint8_t block[AX_BLOCKS];           /* the genotype's block at each place */
    bool swapped[AX_BLOCKS];            /* by the genotype's block: its second input comes first */
} ax_cells_form;

ax_cells_form ax_cells_canonical(const ax_cells *g);

/* ax_builder.reduce */
void ax_cells_reduce(const ax_genotype *g, bool concat, uint8_t out[static AX_MAX_DECISIONS]);

#endif
