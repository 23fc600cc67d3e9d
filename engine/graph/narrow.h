/* The graph of a plan with its maps in fewer bytes: what nodes make of maps is of the given type, and a CAST is put in
   wherever a map of the other type is needed: in front of what reads an input of the graph, in front of losses, behind
   what makes a value that is kept. Parameters, their gradients, statistics, losses and what they make stay float32, and
   so does a sum of nothing but such maps. */
#ifndef AX_GRAPH_NARROW_H
#define AX_GRAPH_NARROW_H

#include "engine/graph/graph.h"

/* Values have the ids and names that they have in g, which may be differentiated. NULL on failure. */
ax_graph *ax_graph_narrow(const ax_graph *g, ax_dtype type, ax_err *err);

#endif
