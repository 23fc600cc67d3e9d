#include "engine/graph/plan_internal.h"

static ax_code find_input(const ax_plan *p, const char *name, uint32_t *id, ax_err *err)
{
    *id = ax_graph_find(p->g, name).id;
    if (!*id || ax_graph_value(p->g, *id)->kind != AX_VALUE_INPUT)
        return ax_fail(err, AX_EINVAL, "the graph has no input '%s'", name);
    return AX_OK;
}

static void point_at(ax_plan *p, uint32_t id, void *mem)
{
    p->mem[id - 1] = mem;
    ax_capture_drop(&p->capture, p->be, p->dev);
    for (size_t i = 0; i < p->memory.n_steps; i++) {
        const ax_node *n = p->step[i].node;
        for (uint32_t k = 0; k < n->n_in; k++)
            if (n->in[k] == id && (n->reads >> k & 1))
                p->step[i].call.in[k].mem = mem;
    }
}

/* Allocates the plan's own memory for an input. */
static ax_code own_input(ax_plan *p, uint32_t id, ax_err *err)
{
    size_t bytes = ax_type_bytes(ax_graph_value(p->g, id)->type);
    if (!p->owned[id - 1] && !(p->owned[id - 1] = p->be->alloc(p->dev, bytes, err)))
        return ax_plan_code(err);
    if (p->mem[id - 1] != p->owned[id - 1])
        point_at(p, id, p->owned[id - 1]);
    return AX_OK;
}

ax_code ax_plan_write(ax_plan *p, const char *name, const void *host, size_t bytes, ax_err *err)
{
    uint32_t id;
    if (find_input(p, name, &id, err) != AX_OK)
        return AX_EINVAL;
    if (bytes != ax_type_bytes(ax_graph_value(p->g, id)->type))
        return ax_fail(err, AX_EINVAL, "input '%s' has %zu bytes, not %zu", name,
                       ax_type_bytes(ax_graph_value(p->g, id)->type), bytes);
    if (own_input(p, id, err) != AX_OK)
        return ax_plan_code(err);
    p->bound[id - 1] = NULL;
    return p->be->copy(p->dev, p->owned[id - 1], host, bytes, AX_TO_DEVICE, err);
}

ax_code ax_plan_bind(ax_plan *p, const char *name, const void *mem, ax_err *err)
{
    uint32_t id;
    if (find_input(p, name, &id, err) != AX_OK)
        return AX_EINVAL;
    if (p->be->separate) {
        p->bound[id - 1] = mem;
        return own_input(p, id, err);
    }
    point_at(p, id, (void *)(uintptr_t)mem); /* kernels only read inputs */
    return AX_OK;
}

void *ax_plan_input(ax_plan *p, const char *name, ax_err *err)
{
    uint32_t id;
    if (find_input(p, name, &id, err) != AX_OK || own_input(p, id, err) != AX_OK)
        return NULL;
    p->bound[id - 1] = NULL;
    return p->owned[id - 1];
}

const void *ax_plan_kept_address(const ax_plan *p, const char *name)
{
    const uint32_t id = ax_graph_find(p->g, name).id;
    const ax_value *v = id ? ax_graph_value(p->g, id) : NULL;
    return v && (v->kind != AX_VALUE_RESULT || v->kept) ? p->mem[id - 1] : NULL;
}

ax_code ax_plan_read(const ax_plan *p, const char *name, void *host, size_t bytes, ax_err *err)
{
    const uint32_t id = ax_graph_find(p->g, name).id;
    const ax_value *v = id ? ax_graph_value(p->g, id) : NULL;
    if (!ax_plan_kept_address(p, name))
        return ax_fail(err, AX_EINVAL, "the plan keeps no value '%s'", name);
    if (bytes != ax_type_bytes(v->type))
        return ax_fail(err, AX_EINVAL, "value '%s' has %zu bytes, not %zu", name, ax_type_bytes(v->type), bytes);
    return p->be->copy(p->dev, host, p->mem[id - 1], bytes, AX_FROM_DEVICE, err);
}
