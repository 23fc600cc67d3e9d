/* Which nodes of an inference graph a value depends on, and what reads each value: the graph holds more than is used.
 */
#ifndef AX_EXPORT_REACH_H
#define AX_EXPORT_REACH_H

#include "engine/graph/graph.h"

typedef struct ax_reach {
    bool *node;        /* per node: output depends on it */
    uint32_t *readers; /* per value id - 1: how many of those nodes read it, and 1 more for the output itself */
    uint32_t *reader;  /* per value id - 1: index of the last of them */
} ax_reach;

/* Release it also after a failure. */
ax_code ax_reach_init(ax_reach *r, const ax_graph *g, ax_val output, ax_err *err);
void ax_reach_release(ax_reach *r);
/* The batch norm of the running statistics that a convolution can take in, since it alone reads the convolution's
   output; NULL: none. */
const ax_node *ax_reach_norm(const ax_reach *r, const ax_graph *g, const ax_node *conv);

#endif
