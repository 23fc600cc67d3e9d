/* The graph of inference with fewer nodes: every convolution becomes a FUSED, which takes over the batch norm behind
   it, an activation, and the sums that its result goes into where nothing else reads it. So these need no pass over
   memory of their own. */
#ifndef AX_GRAPH_FUSE_H
#define AX_GRAPH_FUSE_H

#include "engine/graph/graph.h"

/* Inputs, parameters and kept values have the names that they have in g; what nothing kept depends on is left out. g: a
   graph without backward nodes. NULL on failure. */
ax_graph *ax_graph_fused(const ax_graph *g, ax_err *err);

#endif
