#include "engine/graph/fuse.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX

/* What is known of a value or a node of the graph that is fused. */
typedef struct use {
    uint32_t readers; /* nodes that are needed, and 1 more for a value that is kept */
    uint32_t reader;  /* one of them */
    uint32_t now;     /* the value's id in the new graph */
} use;
typedef struct role {
    bool needed;
    uint32_t conv; /* the convolution that takes it over, or itself; NOBODY: it stays what it is */
    uint32_t last; /* of a convolution: the last node that it takes over, where the new one goes */
} role;

typedef struct pass {
    const ax_graph *g;
    ax_graph *to;
    use *value; /* per id - 1 */
    role *node;
} pass;

/* ---- what is read ---- */

static void find_uses(pass *p)
{
    for (uint32_t id = 1; id <= ax_graph_values(p->g); id++)
        p->value[id - 1].readers = ax_graph_value(p->g, id)->kept;
    for (size_t k = ax_graph_nodes(p->g); k-- > 0;) {
        const ax_node *n = ax_graph_node(p->g, k);
        p->node[k].conv = NOBODY;
        for (uint32_t i = 0; i < n->n_out; i++)
            p->node[k].needed |= n->out[i] && p->value[n->out[i] - 1].readers > 0;
        for (uint32_t i = 0; i < n->n_in && p->node[k].needed; i++)
            if (n->reads >> i & 1) {
                p->value[n->in[i] - 1].readers++;
                p->value[n->in[i] - 1].reader = (uint32_t)k;
            }
    }
}

/* The only node that reads a value, if there is one that nobody has taken. */
static uint32_t only_reader(const pass *p, uint32_t id)
{
    const use *u = &p->value[id - 1];
    if (u->readers != 1 || ax_graph_value(p->g, id)->kept || p->node[u->reader].conv != NOBODY)
        return NOBODY;
    return u->reader;
}

/* ---- what a convolution takes over ---- */

typedef struct fusion {
    ax_attr attr;
    uint32_t norm; /* node; NOBODY: none */
    uint32_t add[AX_MAX_SUMMANDS], adds;
    uint32_t out; /* value that it makes */
} fusion;

static bool frozen_norm(const pass *p, const ax_node *n, uint32_t x)
{
    return n->op == AX_OP_BNORM && !n->attr.norm.train && n->in[0] == x && !p->value[n->out[1] - 1].readers &&
           !p->value[n->out[2] - 1].readers;
}

/* Takes over node n, which reads the fusion's output; false: it can't. */
static bool take(const pass *p, fusion *f, uint32_t index)
{
    const ax_node *n = ax_graph_node(p->g, index);
    const bool plain = !f->attr.fused.act && !f->adds && !f->attr.fused.after;
    if (n->op == AX_OP_BNORM && plain && f->norm == NOBODY && frozen_norm(p, n, f->out)) {
        f->norm = index;
        f->attr.fused.norm = true;
        f->attr.fused.eps = n->attr.norm.eps;
        f->attr.fused.act = n->attr.norm.act;
    } else if (n->op == AX_OP_RELU && plain) {
        f->attr.fused.act = n->attr.act;
    } else if (n->op == AX_OP_RELU && f->adds && !f->attr.fused.after) {
        f->attr.fused.after = n->attr.act;
    } else if (n->op == AX_OP_ADD && n->n_in == 2 && f->adds < AX_MAX_SUMMANDS && !f->attr.fused.after &&
               n->in[0] != n->in[1]) {
        f->add[f->adds++] = n->in[n->in[0] == f->out ? 1 : 0];
    } else {
        return false;
    }
    f->out = n->out[0];
    return true;
}

/* What convolution k becomes; its last node is set when it takes over others, which are marked as its own. */
static fusion follow(pass *p, uint32_t k, bool mark)
{
    const ax_node *n = ax_graph_node(p->g, k);
    fusion f = { .norm = NOBODY, .out = n->out[0] };
    f.attr.conv = n->attr.conv;
    f.attr.fused.act = f.attr.fused.after = AX_ACT_NONE;
    f.attr.fused.bias = n->n_in == 3;
    f.attr.fused.norm = false;
    f.attr.fused.eps = 0;
    for (uint32_t at = k; mark || at != p->node[k].last;) {
        uint32_t next = mark ? only_reader(p, f.out) : p->value[f.out - 1].reader;
        if (mark) {
            p->node[k].conv = p->node[at].conv = k;
            p->node[k].last = at;
        }
        if (next == NOBODY || !take(p, &f, next))
            break;
        at = next;
    }
    return f;
}

/* Of two convolutions that one sum joins the later one takes it: what it adds is there by then. */
static void find_fusions(pass *p)
{
    for (size_t k = ax_graph_nodes(p->g); k-- > 0;)
        if (p->node[k].needed && ax_graph_node(p->g, k)->op == AX_OP_CONV2D)
            follow(p, (uint32_t)k, true);
}

/* ---- the new graph ---- */

/* A value of the old graph in the new one. Inputs are there; parameters come as they are read. */
static ax_val value_of(pass *p, uint32_t id, ax_err *err)
{
    const ax_value *v = ax_graph_value(p->g, id);
    if (v->kind == AX_VALUE_PARAM && !p->value[id - 1].now)
        p->value[id - 1].now = ax_graph_param(p->to, v->spec, err).id;
    return (ax_val) { p->value[id - 1].now };
}

static ax_code put_fused(pass *p, uint32_t k, ax_err *err)
{
    const ax_node *n = ax_graph_node(p->g, k);
    const fusion f = follow(p, k, false);
    ax_val in[AX_MAX_IN];
    size_t count = 0;
    for (uint32_t i = 0; i < n->n_in; i++)
        in[count++] = value_of(p, n->in[i], err);
    for (uint32_t i = 1; i < 5 && f.norm != NOBODY; i++)
        in[count++] = value_of(p, ax_graph_node(p->g, f.norm)->in[i], err);
    for (uint32_t i = 0; i < f.adds; i++)
        in[count++] = value_of(p, f.add[i], err);
    p->value[f.out - 1].now = ax_graph_apply(p->to, AX_OP_FUSED, f.attr, in, count, err).id;
    return p->value[f.out - 1].now ? AX_OK : err->code;
}

static ax_code put_copy(pass *p, size_t k, ax_err *err)
{
    const ax_node *n = ax_graph_node(p->g, k);
    ax_val in[AX_MAX_IN];
    for (uint32_t i = 0; i < n->n_in; i++)
        in[i] = value_of(p, n->in[i], err);
    ax_val out = ax_graph_apply(p->to, n->op, n->attr, in, n->n_in, err);
    for (uint32_t i = 0; i < n->n_out && out.id; i++)
        p->value[n->out[i] - 1].now = ax_graph_output(p->to, out, i).id;
    return out.id ? AX_OK : err->code;
}

static ax_code put_inputs(pass *p, ax_err *err)
{
    for (uint32_t id = 1; id <= ax_graph_values(p->g); id++) {
        const ax_value *v = ax_graph_value(p->g, id);
        if (v->kind == AX_VALUE_INPUT && !(p->value[id - 1].now = ax_graph_input(p->to, v->name, v->type, err).id))
            return err->code;
    }
    return AX_OK;
}

static ax_code put_all(pass *p, ax_err *err)
{
    ax_code code = put_inputs(p, err);
    for (size_t k = 0; code == AX_OK && k < ax_graph_nodes(p->g); k++) {
        const role *r = &p->node[k];
        if (!r->needed)
            continue;
        if (r->conv == NOBODY)
            code = put_copy(p, k, err);
        else if (p->node[r->conv].last == k)
            code = put_fused(p, r->conv, err);
    }
    for (uint32_t id = 1; code == AX_OK && id <= ax_graph_values(p->g); id++)
        if (ax_graph_value(p->g, id)->kept)
            code = ax_graph_keep(p->to, value_of(p, id, err), ax_graph_value(p->g, id)->name, err);
    return code;
}

ax_graph *ax_graph_fused(const ax_graph *g, ax_err *err)
{
    pass p = { .g = g, .to = ax_graph_new(err) };
    if (!p.to)
        return NULL;
    p.value = calloc(ax_graph_values(g) + 1, sizeof *p.value);
    p.node = calloc(ax_graph_nodes(g) + 1, sizeof *p.node);
    ax_code code =
        p.value && p.node ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory to fuse %zu nodes", ax_graph_nodes(g));
    if (code == AX_OK) {
        find_uses(&p);
        find_fusions(&p);
        code = put_all(&p, err);
    }
    free(p.value);
    free(p.node);
    if (code == AX_OK)
        return p.to;
    ax_graph_free(p.to);
    return NULL;
}
