/* Greedy list scheduling: kinds that never run together are executed as soon as they can be; when none is left, the
   kind with the most ready nodes runs next. So nodes of parallel branches wait for each other, and a decoder's cells,
   which share one design, advance in step. */
#include "engine/graph/schedule.h"

#include "engine/op/backend.h"

#include <stdlib.h>
#include <string.h>

enum { NOBODY = INT32_MAX };

typedef struct item {
    const ax_node *node;
    uint32_t waits; /* number of items it waits for */
    uint32_t first; /* index into `edge` of its first outgoing edge; NOBODY */
    bool done;
} item;
typedef struct edge {
    uint32_t to, next;
} edge;
typedef struct pass {
    item *item;
    edge *edge;
    size_t n, n_edges;
    uint32_t *maker; /* by value id - 1: the item that made it or touched it last; NOBODY */
} pass;

static bool alone(const ax_node *n)
{
    return n->op == AX_OP_ZERO || n->op == AX_OP_FUSED || n->op == AX_OP_CHAIN ||
           (n->op == AX_OP_CONV2D && n->attr.conv.groups == 1);
}

static bool one_kind(const ax_node *a, const ax_node *b)
{
    return a->op == b->op && a->backward == b->backward;
}

static void after(pass *p, uint32_t later, uint32_t value)
{
    const uint32_t earlier = p->maker[value - 1];
    if (earlier == NOBODY || earlier == later)
        return;
    p->edge[p->n_edges] = (edge) { later, p->item[earlier].first };
    p->item[earlier].first = (uint32_t)p->n_edges++;
    p->item[later].waits++;
}

/* A batch norm changes its running statistics: nodes that touch them keep their order. */
static bool touches(const ax_graph *g, const ax_node *n, uint32_t i)
{
    const ax_value *v = ax_graph_value(g, n->in[i]);
    return v->kind == AX_VALUE_PARAM && !v->spec->trainable;
}

static void find_edges(const ax_graph *g, pass *p)
{
    for (uint32_t k = 0; k < p->n; k++) {
        const ax_node *n = p->item[k].node;
        for (uint32_t i = 0; i < n->n_in; i++) {
            if (!(n->reads >> i & 1) || !n->in[i])
                continue;
            after(p, k, n->in[i]);
            if (touches(g, n, i))
                p->maker[n->in[i] - 1] = k;
        }
        for (uint32_t i = 0; i < n->n_out; i++)
            if (n->out[i])
                p->maker[n->out[i] - 1] = k;
    }
}

/* Collects up to AX_TOGETHER ready items of the kind of item k. */
static size_t ready_like(const pass *p, size_t k, uint32_t out[static AX_TOGETHER])
{
    size_t n = 0;
    for (size_t i = k; i < p->n && n < AX_TOGETHER; i++)
        if (!p->item[i].done && !p->item[i].waits && one_kind(p->item[i].node, p->item[k].node))
            out[n++] = (uint32_t)i;
    return n;
}

/* Chooses the next item; all before `from` are done. */
static size_t choose(const pass *p, size_t from, uint32_t out[static AX_TOGETHER])
{
    bool seen[AX_OP_COUNT][2] = { { false } };
    size_t most = 0;
    for (size_t i = from; i < p->n; i++) {
        const ax_node *node = p->item[i].node;
        uint32_t like[AX_TOGETHER];
        if (p->item[i].done || p->item[i].waits)
            continue;
        if (alone(node)) {
            out[0] = (uint32_t)i;
            return 1;
        }
        if (seen[node->op][node->backward])
            continue;
        seen[node->op][node->backward] = true;
        size_t n = ready_like(p, i, like);
        if (n > most) {
            most = n;
            memcpy(out, like, n * sizeof *like);
        }
    }
    return most;
}

static void finish(pass *p, uint32_t k)
{
    p->item[k].done = true;
    for (uint32_t e = p->item[k].first; e != NOBODY; e = p->edge[e].next)
        p->item[p->edge[e].to].waits--;
}

static void run(pass *p, size_t *step, uint32_t *group)
{
    uint32_t now[AX_TOGETHER], number = 0;
    size_t *order = step, at = 0, from = 0;
    while (at < p->n) {
        while (p->item[from].done)
            from++;
        size_t n = choose(p, from, now);
        for (size_t i = 0; i < n; i++, at++) {
            order[at] = now[i];
            group[at] = number;
            finish(p, now[i]);
        }
        number++;
    }
}

ax_code ax_schedule(const ax_graph *g, size_t *step, size_t n, uint32_t *group, ax_err *err)
{
    enum { MOST = AX_MAX_OUT + AX_MAX_IN + AX_MAX_OUT };
    pass p = { .n = n };
    size_t *before = calloc(n + 1, sizeof *before);
    p.item = calloc(n + 1, sizeof *p.item);
    p.edge = calloc(n * MOST + 1, sizeof *p.edge);
    p.maker = malloc((ax_graph_values(g) + 1) * sizeof *p.maker);
    ax_code code = AX_OK;
    if (before && p.item && p.edge && p.maker) {
        for (size_t i = 0; i < ax_graph_values(g); i++)
            p.maker[i] = NOBODY;
        for (size_t i = 0; i < n; i++)
            p.item[i] = (item) { .node = ax_graph_node(g, step[i]), .first = NOBODY };
        memcpy(before, step, n * sizeof *before);
        find_edges(g, &p);
        run(&p, step, group);
        for (size_t i = 0; i < n; i++)
            step[i] = before[step[i]];
    } else {
        code = ax_fail(err, AX_ENOMEM, "no memory to schedule %zu nodes", n);
    }
    free(before);
    free(p.item);
    free(p.edge);
    free(p.maker);
    return code;
}
