/* A graph whose chains of additions are one node each. */
#ifndef AX_GRAPH_SUMS_H
#define AX_GRAPH_SUMS_H

#include "engine/graph/graph.h"

/* The same values under the same ids and names, and the same bits: an ADD takes over the summands of one that it alone
   reads, as long as they are at most AX_MAX_ADD. NULL on failure. */
ax_graph *ax_graph_sums(const ax_graph *g, ax_err *err);

#endif
