#include "engine/graph/graph.h"

#include "engine/base/grow.h"
#include "engine/graph/graph_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ax_graph *ax_graph_new(ax_err *err)
{
    ax_graph *g = calloc(1, sizeof *g);
    if (!g)
        ax_fail(err, AX_ENOMEM, "no memory for a graph");
    return g;
}

void ax_graph_free(ax_graph *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->n_values; i++) {
        free((void *)(uintptr_t)g->value[i].name);
        free((void *)(uintptr_t)g->value[i].spec);
    }
    ax_names_free(&g->names);
    free(g->value);
    free(g->node);
    free(g->grad);
    free(g);
}

static bool copy_values(const ax_graph *g, ax_graph *to)
{
    for (size_t i = 0; i < g->n_values; i++) {
        ax_value *v = &to->value[i];
        ax_param_spec *spec = g->value[i].spec ? malloc(sizeof *spec) : NULL;
        *v = g->value[i];
        v->name = v->name ? strdup(v->name) : NULL;
        to->n_values = i + 1;
        if (spec) {
            *spec = *g->value[i].spec;
            spec->name = v->name;
        }
        v->spec = spec;
        if ((g->value[i].name && !v->name) || (g->value[i].spec && !spec) ||
            (v->name && ax_names_add(&to->names, v->name, (uint32_t)i + 1, NULL) != AX_OK))
            return false;
    }
    return true;
}

ax_graph *ax_graph_copy(const ax_graph *g, ax_err *err)
{
    ax_graph *to = ax_graph_new(err);
    if (!to)
        return NULL;
    to->value = malloc((g->n_values + 1) * sizeof *to->value);
    to->node = malloc((g->n_nodes + 1) * sizeof *to->node);
    to->grad = malloc((g->n_grad + 1) * sizeof *to->grad);
    if (!to->value || !to->node || !to->grad || !copy_values(g, to)) {
        ax_fail(err, AX_ENOMEM, "no memory for a copy of %zu values", g->n_values);
        ax_graph_free(to);
        return NULL;
    }
    to->cap_values = g->n_values;
    to->n_nodes = to->cap_nodes = g->n_nodes;
    to->n_grad = g->n_grad;
    to->seed = g->seed;
    to->differentiated = g->differentiated;
    if (g->n_nodes)
        memcpy(to->node, g->node, g->n_nodes * sizeof *to->node);
    if (g->n_grad)
        memcpy(to->grad, g->grad, g->n_grad * sizeof *to->grad);
    return to;
}

uint32_t ax_graph_add_value(ax_graph *g, const ax_value *v, ax_err *err)
{
    ax_value *grown = ax_grow(g->value, g->n_values, &g->cap_values, sizeof *grown);
    if (!grown) {
        ax_fail(err, AX_ENOMEM, "no memory for %zu values", g->n_values + 1);
        return 0;
    }
    g->value = grown;
    const uint32_t id = (uint32_t)g->n_values + 1;
    if (v->name && ax_names_add(&g->names, v->name, id, err) != AX_OK)
        return 0;
    g->value[g->n_values++] = *v;
    return id;
}

ax_node *ax_graph_add_node(ax_graph *g, const ax_node *n, ax_err *err)
{
    ax_node *grown = ax_grow(g->node, g->n_nodes, &g->cap_nodes, sizeof *grown);
    if (!grown) {
        ax_fail(err, AX_ENOMEM, "no memory for %zu nodes", g->n_nodes + 1);
        return NULL;
    }
    g->node = grown;
    g->node[g->n_nodes] = *n;
    return &g->node[g->n_nodes++];
}

ax_val ax_graph_find(const ax_graph *g, const char *name)
{
    const uint32_t id = ax_names_find(&g->names, name);
    return (ax_val) { id == AX_NO_NAME ? 0 : id };
}

ax_val ax_graph_input(ax_graph *g, const char *name, ax_type type, ax_err *err)
{
    if (ax_graph_find(g, name).id) {
        ax_fail(err, AX_EINVAL, "the graph has a value '%s' already", name);
        return (ax_val) { 0 };
    }
    if (type.shape.n < 1 || type.shape.h < 1 || type.shape.w < 1 || type.shape.c < 1) {
        ax_fail(err, AX_EINVAL, "input '%s' has no elements", name);
        return (ax_val) { 0 };
    }
    ax_value v = { .kind = AX_VALUE_INPUT, .type = type, .name = strdup(name) };
    if (!v.name) {
        ax_fail(err, AX_ENOMEM, "no memory for the name '%s'", name);
        return (ax_val) { 0 };
    }
    uint32_t id = ax_graph_add_value(g, &v, err);
    if (!id)
        free((void *)(uintptr_t)v.name);
    return (ax_val) { id };
}

ax_val ax_graph_param(ax_graph *g, const ax_param_spec *spec, ax_err *err)
{
    ax_val there = ax_graph_find(g, spec->name);
    if (there.id) {
        const ax_value *v = ax_graph_value(g, there.id);
        if (v->kind == AX_VALUE_PARAM && ax_shape_equal(v->type.shape, spec->type.shape) &&
            v->type.layout == spec->type.layout)
            return there;
        ax_fail(err, AX_EINVAL, "parameter '%s' is there already with another shape", spec->name);
        return (ax_val) { 0 };
    }
    ax_param_spec *own = malloc(sizeof *own);
    char *name = strdup(spec->name);
    uint32_t id = 0;
    if (!own || !name) {
        ax_fail(err, AX_ENOMEM, "no memory for parameter '%s'", spec->name);
    } else {
        *own = *spec;
        own->name = name;
        ax_value v = { .kind = AX_VALUE_PARAM, .type = spec->type, .name = name, .spec = own };
        id = ax_graph_add_value(g, &v, err);
    }
    if (!id) {
        free(own);
        free(name);
    }
    return (ax_val) { id };
}

ax_val ax_graph_apply(ax_graph *g, ax_op op, ax_attr attr, const ax_val *in, size_t n_in, ax_err *err)
{
    const ax_op_info *info = ax_op_get(op);
    ax_type in_type[AX_MAX_IN], out_type[AX_MAX_OUT];
    ax_node node = { .op = op, .attr = attr, .n_in = (uint32_t)n_in, .n_out = info->n_out };
    for (size_t i = 0; i < n_in; i++)
        if (!in[i].id) /* err holds an earlier failure */
            return (ax_val) { 0 };
    if (g->differentiated) {
        ax_fail(err, AX_EINVAL, "%s: the graph is differentiated already", info->text);
        return (ax_val) { 0 };
    }
    if (n_in < info->min_in || n_in > info->max_in) {
        ax_fail(err, AX_EINVAL, "%s: %zu inputs, not %d to %d", info->text, n_in, info->min_in, info->max_in);
        return (ax_val) { 0 };
    }
    for (size_t i = 0; i < n_in; i++) {
        assert(in[i].id <= g->n_values);
        node.in[i] = in[i].id;
        node.reads |= 1u << i;
        in_type[i] = g->value[in[i].id - 1].type;
    }
    if (info->infer(&attr, in_type, n_in, out_type, err) != AX_OK)
        return (ax_val) { 0 };
    uint32_t first = 0;
    for (uint32_t k = 0; k < info->n_out; k++) {
        ax_value v = { .kind = AX_VALUE_RESULT, .type = out_type[k], .node = (uint32_t)g->n_nodes, .output = k };
        node.out[k] = ax_graph_add_value(g, &v, err);
        if (!node.out[k])
            return (ax_val) { 0 };
        if (k == 0)
            first = node.out[0];
    }
    return (ax_val) { ax_graph_add_node(g, &node, err) ? first : 0 };
}

ax_val ax_graph_output(const ax_graph *g, ax_val v, unsigned k)
{
    if (!v.id || g->value[v.id - 1].kind != AX_VALUE_RESULT)
        return (ax_val) { 0 };
    const ax_node *n = &g->node[g->value[v.id - 1].node];
    return (ax_val) { k < n->n_out ? n->out[k] : 0 };
}

ax_code ax_graph_keep(ax_graph *g, ax_val v, const char *name, ax_err *err)
{
    if (!v.id)
        return err && err->code ? err->code : AX_EINVAL;
    ax_value *value = &g->value[v.id - 1];
    if (value->name && !strcmp(value->name, name)) {
        value->kept = true;
        return AX_OK;
    }
    if (ax_graph_find(g, name).id || value->name)
        return ax_fail(err, AX_EINVAL, "keeping '%s': %s", name,
                       value->name ? "the value has another name" : "the name is taken");
    char *own = strdup(name);
    if (!own || ax_names_add(&g->names, own, v.id, err) != AX_OK) {
        free(own);
        return ax_fail(err, AX_ENOMEM, "no memory for the name '%s'", name);
    }
    value->name = own;
    value->kept = true;
    return AX_OK;
}

ax_val ax_graph_grad(const ax_graph *g, ax_val v)
{
    return (ax_val) { v.id && v.id <= g->n_grad ? g->grad[v.id - 1] : 0 };
}

size_t ax_graph_values(const ax_graph *g)
{
    return g->n_values;
}

const ax_value *ax_graph_value(const ax_graph *g, uint32_t id)
{
    assert(id && id <= g->n_values);
    return &g->value[id - 1];
}

size_t ax_graph_nodes(const ax_graph *g)
{
    return g->n_nodes;
}

const ax_node *ax_graph_node(const ax_graph *g, size_t index)
{
    assert(index < g->n_nodes);
    return &g->node[index];
}

ax_type ax_graph_type(const ax_graph *g, ax_val v)
{
    return ax_graph_value(g, v.id)->type;
}
