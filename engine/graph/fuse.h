/* Reduces the nodes of an inference graph: every convolution becomes a FUSED, which takes over the batch norm behind
   it, an activation, and the sums that are the only readers of its result. These then need no pass over memory of their
   own. A depthwise convolution with a large map becomes a CHAIN with the 1x1 behind it and the 1x1 or stem before it,
   so that the maps between them aren't written either. */
#ifndef AX_GRAPH_FUSE_H
#define AX_GRAPH_FUSE_H

#include "engine/graph/graph.h"

/* Below this size, in bytes per image, a map is cheap to write and read, and 1x1 convolutions run faster on more pixels
   than the few rows of a chain. Measured; docs/speed.md. */
#define AX_LARGE_MAP ((size_t)3 << 20)

/* Inputs, parameters and kept values keep their names; nodes that no kept value depends on are dropped. g: a graph
   without backward nodes. large: size of a map, bytes per image, from which chains are made; SIZE_MAX: none. NULL on
   failure. */
ax_graph *ax_graph_fused(const ax_graph *g, size_t large, ax_err *err);

#endif
