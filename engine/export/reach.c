#include "engine/export/reach.h"

#include <stdlib.h>

ax_code ax_reach_init(ax_reach *r, const ax_graph *g, ax_val output, ax_err *err)
{
    size_t values = ax_graph_values(g), nodes = ax_graph_nodes(g);
    *r = (ax_reach) { calloc(nodes + 1, sizeof *r->node), calloc(values + 1, sizeof *r->readers),
                      calloc(values + 1, sizeof *r->reader) };
    if (!r->node || !r->readers || !r->reader)
        return ax_fail(err, AX_ENOMEM, "no memory for a graph of %zu nodes", nodes);
    r->readers[output.id - 1] = 1;
    for (size_t i = nodes; i-- > 0;) { /* a node reads only values made before it */
        const ax_node *n = ax_graph_node(g, i);
        for (uint32_t k = 0; k < n->n_out; k++)
            r->node[i] = r->node[i] || (n->out[k] && r->readers[n->out[k] - 1]);
        for (uint32_t k = 0; k < n->n_in && r->node[i]; k++) {
            r->readers[n->in[k] - 1]++;
            if (r->readers[n->in[k] - 1] == 1) /* walking backwards: the first reader found is the last one to read */
                r->reader[n->in[k] - 1] = (uint32_t)i;
        }
    }
    return AX_OK;
}

void ax_reach_release(ax_reach *r)
{
    free(r->node);
    free(r->readers);
    free(r->reader);
    *r = (ax_reach) { 0 };
}

const ax_node *ax_reach_norm(const ax_reach *r, const ax_graph *g, const ax_node *conv)
{
    uint32_t out = conv->out[0] - 1;
    const ax_node *next = r->readers[out] == 1 ? ax_graph_node(g, r->reader[out]) : NULL;
    bool reads = next && next->op == AX_OP_BNORM && next->in[0] == conv->out[0]; /* the output itself has no reader */
    return reads && !next->attr.norm.train ? next : NULL;
}
