/* Internals shared by graph.c and backward.c. */
#ifndef AX_GRAPH_GRAPH_INTERNAL_H
#define AX_GRAPH_GRAPH_INTERNAL_H

#include "engine/base/names.h"
#include "engine/graph/graph.h"

struct ax_graph {
    ax_value *value; /* index id - 1 */
    size_t n_values, cap_values;
    ax_names names; /* ids of named values */
    ax_node *node;
    size_t n_nodes, cap_nodes;
    uint32_t *grad; /* by value id - 1, after backward: the gradient's id, 0 = none */
    size_t n_grad;
    uint32_t seed; /* gradient of the loss with respect to itself: the constant 1, an input that the plan fills in */
    bool differentiated;
};

/* Name of the input that holds d loss / d loss. */
#define AX_GRAPH_SEED "loss.gradient"

/* A deep copy with its own names; NULL on failure. */
ax_graph *ax_graph_copy(const ax_graph *g, ax_err *err);
/* Append a value or a node; return 0 or NULL when memory runs out (reported in err). */
uint32_t ax_graph_add_value(ax_graph *g, const ax_value *v, ax_err *err);
ax_node *ax_graph_add_node(ax_graph *g, const ax_node *n, ax_err *err);

#endif
