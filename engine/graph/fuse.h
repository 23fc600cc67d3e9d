/* The graph of inference with fewer nodes: every convolution becomes a FUSED, which takes over the batch norm behind
   it, an activation, and the sums that its result goes into where nothing else reads it. So these need no pass over
   memory of their own. And a depthwise convolution with a large map becomes a CHAIN with the 1x1 behind it and what
   made its input, a 1x1 or the stem, so that what is between them isn't written either. */
#ifndef AX_GRAPH_FUSE_H
#define AX_GRAPH_FUSE_H

#include "engine/graph/graph.h"

/* A map of an image that takes less is written and read at little cost, bytes: 1x1s are faster with more pixels than
   the few rows of a chain. Measured; docs/speed.md. */
#define AX_LARGE_MAP ((size_t)3 << 20)

/* Inputs, parameters and kept values have the names that they have in g; what nothing kept depends on is left out. g: a
   graph without backward nodes. large: bytes of a map of one image from which there are chains, SIZE_MAX: none. NULL on
   failure. */
ax_graph *ax_graph_fused(const ax_graph *g, size_t large, ax_err *err);

#endif
