/* Fills the inputs of a graph with random numbers. */
#ifndef AX_COMMAND_INPUTS_H
#define AX_COMMAND_INPUTS_H

#include "engine/base/rng.h"
#include "engine/graph/graph.h"

/* The first input behind value *id (0: the first of all) that the caller must fill; *id = its own. NULL: no more. The
   plan fills the gradient's seed itself. */
const ax_value *ax_inputs_next(const ax_graph *g, uint32_t *id);
/* Fills mem, of the size of v's type: normal numbers for floats; for bytes ids below `ids`, with one in eight AX_IGNORE
   if `ignored`. */
void ax_inputs_random(const ax_value *v, uint32_t ids, bool ignored, ax_rng *rng, void *mem);

#endif
