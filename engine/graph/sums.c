#include "engine/graph/sums.h"

#include "engine/graph/graph_internal.h"

#include <stdlib.h>

typedef struct pass {
    ax_graph *to;
    size_t *maker;    /* by value id - 1: the node of `to` that produces it */
    uint32_t *reads;  /* how many nodes read it */
    bool *wanted;     /* read by others than nodes */
    bool *taken_over; /* per node of `to` */
} pass;

static void count_reads(const ax_graph *g, pass *p)
{
    for (size_t k = 0; k < g->n_nodes; k++)
        for (uint32_t i = 0; i < g->node[k].n_in; i++)
            if (g->node[k].in[i])
                p->reads[g->node[k].in[i] - 1]++;
    for (size_t i = 0; i < g->n_values; i++) {
        p->wanted[i] |= g->value[i].kept;
        if (i < g->n_grad && g->grad[i] && g->value[i].kind != AX_VALUE_RESULT)
            p->wanted[g->grad[i] - 1] = true;
    }
}

/* The ADD that produces input i of n, if n is its only reader; NULL: none that can be taken over. */
static const ax_node *inner(const pass *p, const ax_node *n, uint32_t i)
{
    const uint32_t v = n->in[i];
    if (p->to->value[v - 1].kind != AX_VALUE_RESULT || p->wanted[v - 1] || p->reads[v - 1] != 1)
        return NULL;
    const ax_node *made = &p->to->node[p->maker[v - 1]];
    return made->op == AX_OP_ADD && !made->backward && made->n_in + n->n_in - 1 <= AX_MAX_ADD ? made : NULL;
}

/* (a + b) + c and c + (a + b) become a, b, c. When both inputs are sums, only the first is taken over: the order of
   additions must stay. */
static void take_over(pass *p, ax_node *n)
{
    for (uint32_t i = 0; i < 2 && n->n_in == 2; i++) {
        const ax_node *sum = inner(p, n, i);
        if (!sum)
            continue;
        uint32_t other = n->in[1 - i];
        p->taken_over[sum - p->to->node] = true;
        n->n_in = sum->n_in + 1;
        for (uint32_t k = 0; k < sum->n_in; k++)
            n->in[k] = sum->in[k];
        n->in[sum->n_in] = other;
        n->reads = (1u << n->n_in) - 1;
        return;
    }
}

static void merge(pass *p)
{
    ax_graph *g = p->to;
    size_t kept = 0;
    for (size_t k = 0; k < g->n_nodes; k++) {
        ax_node *n = &g->node[k];
        if (n->op == AX_OP_ADD && !n->backward)
            take_over(p, n);
        for (uint32_t i = 0; i < n->n_out; i++)
            if (n->out[i])
                p->maker[n->out[i] - 1] = k;
    }
    for (size_t k = 0; k < g->n_nodes; k++) {
        if (p->taken_over[k])
            continue;
        g->node[kept] = g->node[k];
        for (uint32_t i = 0; i < g->node[kept].n_out; i++)
            if (g->node[kept].out[i])
                g->value[g->node[kept].out[i] - 1].node = (uint32_t)kept;
        kept++;
    }
    g->n_nodes = kept;
}

ax_graph *ax_graph_sums(const ax_graph *g, ax_err *err)
{
    ax_graph *to = ax_graph_copy(g, err);
    if (!to)
        return NULL;
    pass p = { to, calloc(to->n_values + 1, sizeof *p.maker), calloc(to->n_values + 1, sizeof *p.reads),
               calloc(to->n_values + 1, sizeof *p.wanted), calloc(to->n_nodes + 1, sizeof *p.taken_over) };
    if (p.maker && p.reads && p.wanted && p.taken_over) {
        count_reads(g, &p);
        merge(&p);
    } else {
        ax_fail(err, AX_ENOMEM, "no memory for a graph's sums");
        ax_graph_free(to);
        to = NULL;
    }
    free(p.maker);
    free(p.reads);
    free(p.wanted);
    free(p.taken_over);
    return to;
}
