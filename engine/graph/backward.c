/* Reverse-mode differentiation: appends a backward node per forward node, last first. */
#include "engine/graph/graph_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct pass {
    ax_graph *g;
    size_t n_forward; /* nodes before differentiation */
    size_t n_values;
    bool *wanted; /* value id - 1: its gradient leads to a parameter or to a wrt input */
    ax_err *err;
} pass;

/* Marks the values that depend on a trainable parameter or on an input in wrt. */
static void mark_wanted(pass *p, const ax_val *wrt, size_t n_wrt)
{
    ax_graph *g = p->g;
    for (size_t i = 0; i < p->n_values; i++)
        p->wanted[i] = g->value[i].kind == AX_VALUE_PARAM && g->value[i].spec->trainable;
    for (size_t i = 0; i < n_wrt; i++)
        if (wrt[i].id)
            p->wanted[wrt[i].id - 1] = true;
    for (size_t k = 0; k < p->n_forward; k++) {
        const ax_node *n = &g->node[k];
        uint8_t differentiable = ax_op_get(n->op)->differentiable;
        for (uint32_t i = 0; i < n->n_in; i++)
            if ((differentiable >> i & 1) && p->wanted[n->in[i] - 1])
                p->wanted[n->out[0] - 1] = true;
    }
}

/* Adds a gradient of value id: the first is stored, later ones are summed. */
static ax_code arrive(pass *p, uint32_t id, uint32_t grad)
{
    ax_graph *g = p->g;
    if (!g->grad[id - 1]) {
        g->grad[id - 1] = grad;
        return AX_OK;
    }
    ax_node add = { .op = AX_OP_ADD, .n_in = 2, .n_out = 1, .reads = 3, .in = { g->grad[id - 1], grad } };
    ax_value v = { .kind = AX_VALUE_RESULT, .type = g->value[id - 1].type, .node = (uint32_t)g->n_nodes };
    add.out[0] = ax_graph_add_value(g, &v, p->err);
    if (!add.out[0] || !ax_graph_add_node(g, &add, p->err))
        return AX_ENOMEM;
    g->grad[id - 1] = add.out[0];
    return AX_OK;
}

/* The inputs of a backward node in the order of ax_call: gradients of all outputs, all inputs, all outputs. */
static ax_node backward_node(const ax_graph *g, const ax_node *n)
{
    const ax_op_info *info = ax_op_get(n->op);
    ax_node b = { .op = n->op, .backward = true, .attr = n->attr, .n_out = n->n_in };
    for (uint32_t k = 0; k < n->n_out; k++) {
        b.in[b.n_in] = g->grad[n->out[k] - 1];
        if (b.in[b.n_in])
            b.reads |= 1u << b.n_in;
        b.n_in++;
    }
    for (uint32_t i = 0; i < n->n_in; i++, b.n_in++) {
        b.in[b.n_in] = n->in[i];
        b.reads |= (info->backward_reads_in >> i & 1u) << b.n_in;
    }
    for (uint32_t k = 0; k < n->n_out; k++, b.n_in++) {
        b.in[b.n_in] = n->out[k];
        b.reads |= (info->backward_reads_out >> k & 1u) << b.n_in;
    }
    return b;
}

static ax_code differentiate(pass *p, size_t index)
{
    ax_graph *g = p->g;
    ax_node n = g->node[index]; /* a copy: the array may be reallocated below */
    uint32_t arriving = g->grad[n.out[0] - 1];
    if (!arriving)
        return AX_OK;
    uint8_t differentiable = ax_op_get(n.op)->differentiable;
    if (n.op == AX_OP_ADD) { /* the gradient of both summands of an ADD is the incoming gradient: no kernel, no copy */
        for (uint32_t i = 0; i < n.n_in; i++)
            if (p->wanted[n.in[i] - 1] && arrive(p, n.in[i], arriving) != AX_OK)
                return AX_ENOMEM;
        return AX_OK;
    }
    ax_node b = backward_node(g, &n);
    bool any = false;
    for (uint32_t i = 0; i < n.n_in; i++) {
        if (!(differentiable >> i & 1) || !p->wanted[n.in[i] - 1])
            continue;
        ax_value v = {
            .kind = AX_VALUE_RESULT, .type = g->value[n.in[i] - 1].type, .node = (uint32_t)g->n_nodes, .output = i
        };
        b.out[i] = ax_graph_add_value(g, &v, p->err);
        if (!b.out[i])
            return AX_ENOMEM;
        any = true;
    }
    if (!any)
        return AX_OK;
    if (!ax_graph_add_node(g, &b, p->err))
        return AX_ENOMEM;
    for (uint32_t i = 0; i < n.n_in; i++)
        if (b.out[i] && arrive(p, n.in[i], b.out[i]) != AX_OK)
            return AX_ENOMEM;
    return AX_OK;
}

ax_code ax_graph_backward(ax_graph *g, ax_val loss, const ax_val *wrt, size_t n_wrt, ax_err *err)
{
    if (!loss.id)
        return err && err->code ? err->code : AX_EINVAL;
    if (g->differentiated || ax_shape_count(g->value[loss.id - 1].type.shape) != 1)
        return ax_fail(err, AX_EINVAL, "backward: %s",
                       g->differentiated ? "the graph is differentiated already" : "the loss isn't a scalar");
    ax_val seed = ax_graph_input(g, AX_GRAPH_SEED, g->value[loss.id - 1].type, err);
    if (!seed.id)
        return AX_ENOMEM;
    pass p = { .g = g, .n_forward = g->n_nodes, .n_values = g->n_values, .err = err };
    p.wanted = calloc(p.n_values, sizeof *p.wanted);
    g->grad = calloc(p.n_values, sizeof *g->grad);
    g->n_grad = g->grad ? p.n_values : 0;
    ax_code code = p.wanted && g->grad ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for the backward pass");
    if (code == AX_OK) {
        mark_wanted(&p, wrt, n_wrt);
        g->grad[loss.id - 1] = g->seed = seed.id;
        g->differentiated = true;
    }
    for (size_t k = p.n_forward; k-- > 0 && code == AX_OK;)
        code = differentiate(&p, k);
    free(p.wanted);
    return code;
}
