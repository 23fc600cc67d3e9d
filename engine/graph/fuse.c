#include "engine/graph/fuse.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX

/* Facts about a value or a node of the graph that is fused. */
typedef struct use {
    uint32_t readers; /* needed nodes that read it, plus 1 for a kept value */
    uint32_t reader;  /* one of them */
    uint32_t now;     /* its id in the new graph */
} use;
typedef struct role {
    bool needed;
    uint32_t conv;   /* the convolution that takes it over, or itself; NOBODY: it isn't fused */
    uint32_t last;   /* of a convolution: the last node it takes over; the fused node goes in its place */
    uint32_t before; /* of a convolution: the link before it in a chain; NOBODY */
    bool inside;     /* it is a link with another one behind it */
} role;

typedef struct pass {
    const ax_graph *g;
    ax_graph *to;
    size_t large;
    use *value; /* per id - 1 */
    role *node;
} pass;

/* ---- readers ---- */

static void find_uses(pass *p)
{
    for (uint32_t id = 1; id <= ax_graph_values(p->g); id++)
        p->value[id - 1].readers = ax_graph_value(p->g, id)->kept;
    for (size_t k = ax_graph_nodes(p->g); k-- > 0;) {
        const ax_node *n = ax_graph_node(p->g, k);
        p->node[k].conv = p->node[k].before = NOBODY;
        for (uint32_t i = 0; i < n->n_out; i++)
            p->node[k].needed |= n->out[i] && p->value[n->out[i] - 1].readers > 0;
        for (uint32_t i = 0; i < n->n_in && p->node[k].needed; i++)
            if (n->reads >> i & 1) {
                p->value[n->in[i] - 1].readers++;
                p->value[n->in[i] - 1].reader = (uint32_t)k;
            }
    }
}

/* The only node that reads a value, if there is exactly one that hasn't been taken over. */
static uint32_t only_reader(const pass *p, uint32_t id)
{
    const use *u = &p->value[id - 1];
    if (u->readers != 1 || ax_graph_value(p->g, id)->kept || p->node[u->reader].conv != NOBODY)
        return NOBODY;
    return u->reader;
}

/* ---- fusing nodes into a convolution ---- */

typedef struct fusion {
    ax_attr attr;
    uint32_t norm; /* node; NOBODY: none */
    uint32_t add[AX_MAX_SUMMANDS], adds;
    uint32_t out; /* its output value */
} fusion;

static bool frozen_norm(const pass *p, const ax_node *n, uint32_t x)
{
    return n->op == AX_OP_BNORM && !n->attr.norm.train && n->in[0] == x && !p->value[n->out[1] - 1].readers &&
           !p->value[n->out[2] - 1].readers;
}

/* Takes over node n, which reads the fusion's output; false when it can't. */
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

/* Collects the nodes that convolution k takes over, marks them, and sets its last node. */
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

/* When one sum joins two convolutions, the later one takes it: the other summand exists by then. */
static void find_fusions(pass *p)
{
    for (size_t k = ax_graph_nodes(p->g); k-- > 0;)
        if (p->node[k].needed && ax_graph_node(p->g, k)->op == AX_OP_CONV2D)
            follow(p, (uint32_t)k, true);
}

/* ---- chains ---- */

static bool is_conv(const ax_node *n, bool depthwise)
{
    return n->op == AX_OP_CONV2D && (n->attr.conv.groups > 1) == depthwise;
}

static bool is_pointwise(const ax_node *n)
{
    return is_conv(n, false) && n->attr.conv.kernel == 1 && n->attr.conv.stride == 1 && !n->attr.conv.pad;
}

/* Whether its output can be computed row by row at no cost. */
static bool opens_chain(const pass *p, const ax_node *n)
{
    const int32_t channels = ax_graph_value(p->g, n->in[0])->type.shape.c;
    return is_pointwise(n) || (is_conv(n, false) && n->attr.conv.kernel <= 5 && channels <= 4);
}

/* The convolution that is the only reader of convolution k's fused output, as its input, when k adds nothing;
   NOBODY. */
static uint32_t next_link(pass *p, uint32_t k)
{
    const fusion f = follow(p, k, false);
    const use *u = &p->value[f.out - 1];
    const ax_node *n = ax_graph_node(p->g, u->reader);
    const bool alone = !f.adds && u->readers == 1 && !ax_graph_value(p->g, f.out)->kept;
    return alone && n->op == AX_OP_CONV2D && n->in[0] == f.out ? u->reader : NOBODY;
}

static size_t image_bytes(const pass *p, uint32_t node)
{
    const ax_type *t = &ax_graph_value(p->g, ax_graph_node(p->g, node)->out[0])->type;
    return ax_type_bytes(*t) / (size_t)t->shape.n;
}

static bool is_last_link(const pass *p, uint32_t k)
{
    return p->node[k].before != NOBODY && p->node[p->node[k].before].inside;
}

/* Makes depthwise convolution k the middle or the beginning of a chain. A dilated one reads too many rows. */
static void link_up(pass *p, uint32_t k)
{
    const uint32_t next = next_link(p, k), before = p->node[k].before;
    if (next == NOBODY || !is_pointwise(ax_graph_node(p->g, next)) || ax_graph_node(p->g, k)->attr.conv.dilation > 1)
        return;
    const bool opened = before != NOBODY && opens_chain(p, ax_graph_node(p->g, before)) && !is_last_link(p, before);
    if (image_bytes(p, k) < p->large && !(opened && image_bytes(p, before) >= p->large))
        return;
    p->node[k].inside = true;
    if (opened)
        p->node[before].inside = true;
}

static void find_chains(pass *p)
{
    const uint32_t n = (uint32_t)ax_graph_nodes(p->g);
    for (uint32_t k = 0; k < n; k++) {
        const uint32_t next = p->node[k].conv == k ? next_link(p, k) : NOBODY;
        if (next != NOBODY)
            p->node[next].before = k;
    }
    for (uint32_t k = 0; k < n; k++)
        if (p->node[k].conv == k && is_conv(ax_graph_node(p->g, k), true))
            link_up(p, k);
}

/* ---- the new graph ---- */

/* A value of the old graph in the new one. Inputs exist already; parameters are added when they are first read. */
static ax_val value_of(pass *p, uint32_t id, ax_err *err)
{
    const ax_value *v = ax_graph_value(p->g, id);
    if (v->kind == AX_VALUE_PARAM && !p->value[id - 1].now)
        p->value[id - 1].now = ax_graph_param(p->to, v->spec, err).id;
    return (ax_val) { p->value[id - 1].now };
}

/* The inputs of convolution k besides its map, appended to the n inputs so far. */
static size_t operands_of(pass *p, uint32_t k, const fusion *f, ax_val *in, size_t n, ax_err *err)
{
    const ax_node *node = ax_graph_node(p->g, k);
    for (uint32_t i = 1; i < node->n_in; i++)
        in[n++] = value_of(p, node->in[i], err);
    for (uint32_t i = 1; i < 5 && f->norm != NOBODY; i++)
        in[n++] = value_of(p, ax_graph_node(p->g, f->norm)->in[i], err);
    for (uint32_t i = 0; i < f->adds; i++)
        in[n++] = value_of(p, f->add[i], err);
    return n;
}

/* Emits convolution k, with the links before it. */
static ax_code put_conv(pass *p, uint32_t k, ax_err *err)
{
    uint32_t link[AX_MAX_LINKS] = { k }, links = 1;
    while (links < AX_MAX_LINKS && is_last_link(p, link[links - 1]))
        link[links] = p->node[link[links - 1]].before, links++;
    ax_attr chain = { .chain = { .links = (uint8_t)links } };
    ax_val in[AX_MAX_IN] = { value_of(p, ax_graph_node(p->g, link[links - 1])->in[0], err) };
    size_t n = 1;
    fusion f = { 0 };
    for (uint32_t i = 0; i < links; i++) {
        f = follow(p, link[links - 1 - i], false);
        chain.chain.link[i] = f.attr.fused;
        n = operands_of(p, link[links - 1 - i], &f, in, n, err);
    }
    p->value[f.out - 1].now =
        ax_graph_apply(p->to, links > 1 ? AX_OP_CHAIN : AX_OP_FUSED, links > 1 ? chain : f.attr, in, n, err).id;
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
        else if (p->node[r->conv].last == k && !p->node[r->conv].inside)
            code = put_conv(p, r->conv, err);
    }
    for (uint32_t id = 1; code == AX_OK && id <= ax_graph_values(p->g); id++)
        if (ax_graph_value(p->g, id)->kept)
            code = ax_graph_keep(p->to, value_of(p, id, err), ax_graph_value(p->g, id)->name, err);
    return code;
}

ax_graph *ax_graph_fused(const ax_graph *g, size_t large, ax_err *err)
{
    pass p = { .g = g, .to = ax_graph_new(err), .large = large };
    if (!p.to)
        return NULL;
    p.value = calloc(ax_graph_values(g) + 1, sizeof *p.value);
    p.node = calloc(ax_graph_nodes(g) + 1, sizeof *p.node);
    ax_code code =
        p.value && p.node ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory to fuse %zu nodes", ax_graph_nodes(g));
    if (code == AX_OK) {
        find_uses(&p);
        find_fusions(&p);
        find_chains(&p);
        code = put_all(&p, err);
    }
    free(p.value);
    free(p.node);
    if (code == AX_OK)
        return p.to;
    ax_graph_free(p.to);
    return NULL;
}
