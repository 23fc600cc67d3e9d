/* The part of an inference graph that a value depends on, and the readers of each value; the graph may contain more. */
#ifndef AX_EXPORT_REACH_H
#define AX_EXPORT_REACH_H

#include "engine/graph/graph.h"

typedef struct ax_reach {
    bool *node;        /* by node: output depends on it */
    uint32_t *readers; /* by value id - 1: how many of those nodes read it, plus 1 for the output itself */
    uint32_t *reader;  /* by value id - 1: index of the last of them */
} ax_reach;

/* Release r even after a failure. */
ax_code ax_reach_init(ax_reach *r, const ax_graph *g, ax_val output, ax_err *err);
void ax_reach_release(ax_reach *r);
/* The batch norm with running statistics that a convolution can absorb, as the only reader of its output; NULL:
   none. */
const ax_node *ax_reach_norm(const ax_reach *r, const ax_graph *g, const ax_node *conv);

#endif
