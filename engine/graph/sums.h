/* Merges chains of additions into one node each. */
#ifndef AX_GRAPH_SUMS_H
#define AX_GRAPH_SUMS_H

#include "engine/graph/graph.h"

/* Values keep their ids, names and bits: an ADD takes over the summands of an ADD of which it is the only reader, up to
   AX_MAX_ADD. NULL on failure. */
ax_graph *ax_graph_sums(const ax_graph *g, ax_err *err);

#endif
