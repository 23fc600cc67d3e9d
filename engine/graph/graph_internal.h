/* What graph.c and backward.c share. */
#ifndef AX_GRAPH_GRAPH_INTERNAL_H
#define AX_GRAPH_GRAPH_INTERNAL_H

#include "engine/base/names.h"
#include "engine/graph/graph.h"

struct ax_graph {
    ax_value *value; /* index id - 1 */
    size_t n_values, cap_values;
    ax_names names; /* ids of the values that have a name */
    ax_node *node;
    size_t n_nodes, cap_nodes;
    uint32_t *grad; /* per value id - 1 after backward: the gradient's id, 0 = none */
    size_t n_grad;
    uint32_t seed; /* the gradient of the loss itself: a constant 1, an input that the plan fills */
    bool differentiated;
};

/* Name of the input that holds d loss / d loss. */
#define AX_GRAPH_SEED "loss.gradient"

/* All of it, with names of its own; NULL on failure. */
ax_graph *ax_graph_copy(const ax_graph *g, ax_err *err);
/* Appends a value / a node; 0 / NULL when memory runs out (err says so). */
uint32_t ax_graph_add_value(ax_graph *g, const ax_value *v, ax_err *err);
ax_node *ax_graph_add_node(ax_graph *g, const ax_node *n, ax_err *err);

#endif
