/* Maps in bfloat16: the type of each value, that a value is cast at most once, and that nothing else changes. */
#include "engine/graph/narrow.h"
#include "tests/helper/smallnet.h"
#include "tests/helper/suite.h"

#include <stdlib.h>

static uint8_t type_of(const ax_graph *g, uint32_t id)
{
    return ax_graph_value(g, id)->type.dtype;
}

/* Whether operand i of a node is a map; the operands of a backward node are output gradients, inputs and outputs, in
   this order. */
static bool is_map(const ax_node *n, uint32_t i, bool out)
{
    const ax_op_info *info = ax_op_get(n->op);
    const uint32_t outs = info->n_out;
    if (out)
        return (n->backward ? info->map_in : info->map_out) >> i & 1;
    if (!n->backward)
        return info->map_in >> i & 1;
    return i < outs              ? info->map_out >> i & 1
           : i < outs + n->n_out ? info->map_in >> (i - outs) & 1
                                 : info->map_out >> (i - outs - n->n_out) & 1;
}

/* All maps of a node have the same type: bfloat16, except for sums of floats; everything else is float32. */
static void check_node(const ax_graph *g, const ax_node *n)
{
    int maps = -1;
    for (uint32_t k = 0; k < n->n_in + n->n_out; k++) {
        const bool out = k >= n->n_in;
        const uint32_t i = out ? k - n->n_in : k, id = out ? n->out[i] : n->in[i];
        if (!id || (!out && !(n->reads >> i & 1)) || type_of(g, id) == AX_U8)
            continue;
        const uint8_t type = type_of(g, id);
        if (is_map(n, i, out) && maps < 0)
            maps = type;
        if (type != (is_map(n, i, out) ? maps : AX_F32))
            fail_msg("%s%s: operand %u", ax_op_get(n->op)->text, n->backward ? " backward" : "", k);
    }
    if (maps == AX_F32 && n->op != AX_OP_ADD)
        fail_msg("%s: of floats", ax_op_get(n->op)->text);
}

static ax_graph *narrowed(const ax_graph *g)
{
    ax_err err = { AX_OK, "" };
    ax_graph *half = ax_graph_narrow(g, AX_BF16, &err);
    if (!half)
        fail_msg("%s", err.msg);
    return half;
}

TEST(types)
{
    ax_smallnet net = ax_smallnet_build(true);
    ax_graph *g = net.g, *half = narrowed(g);
    const size_t values = ax_graph_values(half);
    size_t casts = 0, narrow = 0;
    uint8_t *cast = calloc(values + 1, 1), *made = calloc(values + 1, 1);
    assert_true(cast && made);
    for (size_t k = 0; k < ax_graph_nodes(half); k++) {
        const ax_node *n = ax_graph_node(half, k);
        for (uint32_t i = 0; i < n->n_in; i++)
            if ((n->reads >> i & 1) && ax_graph_value(half, n->in[i])->kind == AX_VALUE_RESULT)
                assert_true(made[n->in[i]]);
        for (uint32_t i = 0; i < n->n_out; i++) {
            if (!n->out[i])
                continue;
            assert_int_equal(ax_graph_value(half, n->out[i])->node, k);
            assert_int_equal(ax_graph_value(half, n->out[i])->output, i);
            made[n->out[i]] = 1;
            narrow += type_of(half, n->out[i]) == AX_BF16;
        }
        if (n->op != AX_OP_CAST) {
            check_node(half, n);
            continue;
        }
        casts++;
        assert_int_not_equal(type_of(half, n->in[0]), type_of(half, n->out[0]));
        assert_false(cast[n->in[0]]++);
    }
    assert_true(casts > 2 && narrow > 2 * casts);
    assert_int_equal(ax_graph_nodes(half) - casts, ax_graph_nodes(g));
    free(cast);
    free(made);
    ax_graph_free(half);
    ax_smallnet_free(&net);
}

/* Values that are read by others than nodes keep their id, name and type. */
TEST(what_is_seen_stays)
{
    ax_smallnet net = ax_smallnet_build(true);
    ax_graph *g = net.g, *half = narrowed(g);
    size_t gradients = 0;
    for (uint32_t id = 1; id <= ax_graph_values(g); id++) {
        const ax_value *v = ax_graph_value(g, id), *now = ax_graph_value(half, id);
        const uint32_t grad = ax_graph_grad(g, (ax_val) { id }).id;
        assert_true(v->kind == now->kind && v->kept == now->kept && ax_shape_equal(v->type.shape, now->type.shape));
        assert_int_equal(ax_graph_grad(half, (ax_val) { id }).id, grad);
        if (v->name) {
            assert_string_equal(v->name, now->name);
            assert_int_equal(ax_graph_find(half, v->name).id, id);
        }
        if (v->kept || v->kind != AX_VALUE_RESULT)
            assert_int_equal(now->type.dtype, v->type.dtype);
        if (v->kind == AX_VALUE_PARAM && grad) {
            assert_int_equal(type_of(half, grad), AX_F32);
            gradients++;
        }
    }
    assert_true(gradients > 3);
    ax_graph_free(half);
    ax_smallnet_free(&net);
}

int main(void)
{
    return RUN_TESTS(types, what_is_seen_stays);
}
