/* The 11 operations of a cell, expanded into primitives. */
#ifndef AX_SPACE_CELLS_CELL_H
#define AX_SPACE_CELLS_CELL_H

#include "engine/space/cells/cells.h"
#include "engine/space/layer.h"

/* A value inside a cell. Zeros (operation "none") get a node only when one is needed: a sum with zeros is the other
   operand. */
typedef struct ax_cell_value {
    bool zero;
    ax_val v; /* undefined for zeros */
} ax_cell_value;

/* The output of the whole cell for input x {n,h,w,C}; same shape. Parameters: PREFIX.op.{0-6}. (op 0 is the stem's,
   then layer 1 first, layer 1 second, ...) and, with concat (decoder.h), PREFIX.aggregate. repeats: steps of the
   separable convolutions. */
ax_val ax_cell_build(const ax_layers *l, const ax_cells *g, int32_t repeats, bool concat, const char *prefix, ax_val x);

#endif
