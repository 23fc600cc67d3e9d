/* Random numbers for the inputs of a graph. */
#ifndef AX_COMMAND_INPUTS_H
#define AX_COMMAND_INPUTS_H

#include "engine/base/rng.h"
#include "engine/graph/graph.h"

/* The first input behind value *id (0: of all) that a caller fills, *id = its own; NULL: there are no more. The seed of
   the gradients is the plan's to fill. */
const ax_value *ax_inputs_next(const ax_graph *g, uint32_t *id);
/* Fills mem, as large as v's type says: normal numbers; bytes below `ids`, with `ignored` one in eight of them
   AX_IGNORE. */
void ax_inputs_random(const ax_value *v, uint32_t ids, bool ignored, ax_rng *rng, void *mem);

#endif
