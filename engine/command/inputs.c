#include "engine/command/inputs.h"

const ax_value *ax_inputs_next(const ax_graph *g, uint32_t *id)
{
    ax_val loss = ax_graph_find(g, "loss");
    uint32_t seed = loss.id ? ax_graph_grad(g, loss).id : 0;
    while (++*id <= ax_graph_values(g)) {
        const ax_value *v = ax_graph_value(g, *id);
        if (v->kind == AX_VALUE_INPUT && *id != seed)
            return v;
    }
    return NULL;
}

void ax_inputs_random(const ax_value *v, uint32_t ids, bool ignored, ax_rng *rng, void *mem)
{
    size_t n = ax_shape_count(v->type.shape);
    for (size_t i = 0; i < n; i++) {
        if (v->type.dtype == AX_F32)
            ((float *)mem)[i] = (float)ax_rng_normal(rng);
        else
            ((uint8_t *)mem)[i] = ignored && !ax_rng_below(rng, 8) ? AX_IGNORE : (uint8_t)ax_rng_below(rng, ids);
    }
}
