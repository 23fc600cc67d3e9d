/* Makes a graph whose feature maps have a smaller type: nodes that produce maps produce the given type, and a CAST is
   inserted wherever a map of the other type is needed: where an input of the graph is read, before losses, and behind
   the producer of a kept value. Parameters, their gradients, statistics, losses and values computed from these stay
   float32, and so do sums of such values only. */
#ifndef AX_GRAPH_NARROW_H
#define AX_GRAPH_NARROW_H

#include "engine/graph/graph.h"

/* Values keep their ids and names. g may be differentiated. NULL on failure. */
ax_graph *ax_graph_narrow(const ax_graph *g, ax_dtype type, ax_err *err);

#endif
