#include "engine/graph/narrow.h"

#include "engine/graph/graph_internal.h"

#include <stdlib.h>

typedef struct pass {
    const ax_graph *g;
    ax_graph *to;
    ax_dtype type;   /* of maps */
    uint32_t *other; /* by value id - 1: its copy of the other type, 0 = none yet */
    bool *wide;      /* by value id - 1: it stays float32 whatever produces it */
    ax_err *err;
} pass;

static uint8_t type_of(const pass *p, uint32_t id)
{
    return p->to->value[id - 1].type.dtype;
}

/* Appends a cast from -> to. */
static bool cast(pass *p, uint32_t from, uint32_t to)
{
    ax_node n = {
        .op = AX_OP_CAST,
        .attr = { .dtype = type_of(p, to) },
        .in = { from },
        .out = { to },
        .n_in = 1,
        .n_out = 1,
        .reads = 1,
    };
    p->to->value[to - 1].node = (uint32_t)p->to->n_nodes;
    return ax_graph_add_node(p->to, &n, p->err);
}

/* A new value like this one, but of the other type; 0: no memory. */
static uint32_t twin(pass *p, uint32_t id, uint8_t type)
{
    ax_value v = { .kind = AX_VALUE_RESULT, .type = p->to->value[id - 1].type };
    v.type.dtype = type;
    return ax_graph_add_value(p->to, &v, p->err);
}

/* The value in this type, cast if needed; 0: no memory. */
static uint32_t value_as(pass *p, uint32_t id, uint8_t type)
{
    if (type_of(p, id) == AX_U8 || type_of(p, id) == type)
        return id;
    if (!p->other[id - 1]) {
        const uint32_t made = twin(p, id, type);
        if (!made || !cast(p, id, made))
            return 0;
        p->other[id - 1] = made;
    }
    return p->other[id - 1];
}

/* Whether in[i] is a map; backward nodes list the gradients of all outputs, all inputs, all outputs. */
static bool reads_map(const ax_node *n, uint32_t i)
{
    const ax_op_info *info = ax_op_get(n->op);
    const uint32_t outs = info->n_out;
    if (!n->backward)
        return ax_op_maps_in(n->op, &n->attr, n->n_in) >> i & 1;
    if (i < outs)
        return info->map_out >> i & 1;
    return i < outs + n->n_out ? info->map_in >> (i - outs) & 1 : info->map_out >> (i - outs - n->n_out) & 1;
}

static bool makes_map(const ax_node *n, uint32_t i)
{
    const ax_op_info *info = ax_op_get(n->op);
    return (n->backward ? info->map_in : info->map_out) >> i & 1;
}

static bool stays_wide(const pass *p, const ax_node *n)
{
    bool wide = n->op == AX_OP_ADD;
    for (uint32_t i = 0; i < n->n_in && wide; i++)
        wide = type_of(p, n->in[i]) == AX_F32;
    return wide;
}

static bool append(pass *p, const ax_node *old)
{
    ax_node n = *old;
    const uint8_t maps = stays_wide(p, &n) ? AX_F32 : p->type;
    uint32_t kept[AX_MAX_IN] = { 0 };
    for (uint32_t i = 0; i < n.n_in; i++)
        if ((n.reads >> i & 1) && !(n.in[i] = value_as(p, n.in[i], reads_map(&n, i) ? maps : AX_F32)))
            return false;
    for (uint32_t i = 0; i < n.n_out; i++) {
        if (!n.out[i] || type_of(p, n.out[i]) == AX_U8)
            continue;
        if (maps != AX_F32 && makes_map(&n, i) && p->wide[n.out[i] - 1]) {
            kept[i] = n.out[i];
            if (!(n.out[i] = p->other[kept[i] - 1] = twin(p, kept[i], maps)))
                return false;
        } else if (makes_map(&n, i)) {
            p->to->value[n.out[i] - 1].type.dtype = maps;
        }
        p->to->value[n.out[i] - 1].node = (uint32_t)p->to->n_nodes;
        p->to->value[n.out[i] - 1].output = i;
    }
    if (!ax_graph_add_node(p->to, &n, p->err))
        return false;
    for (uint32_t i = 0; i < n.n_out; i++)
        if (kept[i] && !cast(p, n.out[i], kept[i]))
            return false;
    return true;
}

/* Casts for readers other than nodes. */
static void mark_wide(pass *p)
{
    for (size_t i = 0; i < p->g->n_values; i++) {
        p->wide[i] |= p->g->value[i].kept;
        if (i < p->g->n_grad && p->g->grad[i] && p->g->value[i].kind != AX_VALUE_RESULT)
            p->wide[p->g->grad[i] - 1] = true;
    }
}

ax_graph *ax_graph_narrow(const ax_graph *g, ax_dtype type, ax_err *err)
{
    ax_graph *to = ax_graph_copy(g, err);
    if (!to)
        return NULL;
    /* each value may need one more */
    pass p = {
        g, to, type, calloc(2 * to->n_values + 1, sizeof *p.other), calloc(to->n_values + 1, sizeof *p.wide), err
    };
    bool good = p.other && p.wide;
    if (good)
        mark_wide(&p);
    else
        ax_fail(err, AX_ENOMEM, "no memory for a graph of smaller maps");
    to->n_nodes = 0;
    for (size_t k = 0; k < g->n_nodes && good; k++)
        good = append(&p, &g->node[k]);
    if (!good) {
        ax_graph_free(to);
        to = NULL;
    }
    free(p.other);
    free(p.wide);
    return to;
}
