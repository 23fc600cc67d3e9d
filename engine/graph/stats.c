#include "engine/graph/stats.h"

ax_stats ax_graph_stats(const ax_graph *g)
{
    ax_stats s = { 0, 0 };
    for (uint32_t id = 1; id <= ax_graph_values(g); id++) {
        const ax_value *v = ax_graph_value(g, id);
        if (v->kind == AX_VALUE_PARAM && v->spec->trainable)
            s.params += ax_shape_count(v->type.shape);
    }
    for (size_t k = 0; k < ax_graph_nodes(g); k++) {
        const ax_node *n = ax_graph_node(g, k);
        const ax_op_info *info = ax_op_get(n->op);
        if (n->backward || !info->macs)
            continue;
        ax_type in[AX_MAX_IN];
        for (uint32_t i = 0; i < n->n_in; i++)
            in[i] = ax_graph_value(g, n->in[i])->type;
        s.macs += info->macs(&n->attr, in, n->n_in);
    }
    return s;
}
