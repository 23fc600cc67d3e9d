/* Building and differentiating graphs: names, handles, errors, and which gradients there are. */
#include "engine/graph/stats.h"
#include "tests/helper/smallnet.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <string.h>

static const ax_type map = { .shape = { 1, 2, 2, 3 } };

static ax_val apply(ax_graph *g, ax_op op, ax_attr a, ax_val x, ax_val y, ax_err *err)
{
    return ax_graph_apply(g, op, a, (ax_val[]) { x, y }, y.id ? 2 : 1, err);
}

static ax_val param(ax_graph *g, const char *name, ax_shape shape, bool trainable, ax_err *err)
{
    ax_param_spec spec = {
        .name = name, .type = { .shape = shape }, .group = AX_GROUP_DECODER, .trainable = trainable
    };
    return ax_graph_param(g, &spec, err);
}

static size_t count(const ax_graph *g, ax_op op, bool backward)
{
    size_t n = 0;
    for (size_t i = 0; i < ax_graph_nodes(g); i++)
        n += ax_graph_node(g, i)->op == op && ax_graph_node(g, i)->backward == backward;
    return n;
}

TEST(test_names)
{
    ax_err err = { 0 };
    ax_graph *g = ax_graph_new(&err);
    char name[16] = "x";
    ax_val x = ax_graph_input(g, name, map, &err);
    ax_val w = param(g, "w", map.shape, true, &err);
    name[0] = 'y'; /* the graph has its own copy */
    assert_int_equal(ax_graph_find(g, "x").id, x.id);
    assert_int_equal(ax_graph_find(g, "y").id, 0);
    assert_int_equal(param(g, "w", map.shape, true, &err).id, w.id);
    assert_int_equal(ax_graph_values(g), 2);
    assert_int_equal(err.code, AX_OK);
    assert_int_equal(param(g, "w", (ax_shape) { 1, 2, 2, 4 }, true, &err).id, 0);
    assert_int_equal(err.code, AX_EINVAL);
    assert_non_null(strstr(err.msg, "'w'"));
    assert_int_equal(ax_graph_input(g, "w", map, &err).id, 0);
    assert_int_equal(ax_graph_input(g, "empty", (ax_type) { .shape = { 1, 0, 2, 3 } }, &err).id, 0);
    assert_int_equal(ax_graph_keep(g, x, "w", &err), AX_EINVAL);
    ax_val y = apply(g, AX_OP_ADD, (ax_attr) { 0 }, x, w, &err);
    assert_int_equal(ax_graph_find(g, "sum").id, 0);
    assert_int_equal(ax_graph_keep(g, y, "sum", &err), AX_OK);
    assert_int_equal(ax_graph_keep(g, y, "sum", &err), AX_OK);
    assert_int_equal(ax_graph_keep(g, y, "other", &err), AX_EINVAL);
    assert_int_equal(ax_graph_find(g, "sum").id, y.id);
    ax_graph_free(g);
    ax_graph_free(NULL);
}

TEST(test_arrays_grow)
{
    ax_err err = { 0 };
    ax_graph *g = ax_graph_new(&err);
    ax_val x = ax_graph_input(g, "x", map, &err), y = x;
    for (int i = 0; i < 2000; i++)
        y = apply(g, AX_OP_ADD, (ax_attr) { 0 }, y, x, &err);
    assert_int_equal(y.id, 2001);
    assert_int_equal(ax_graph_nodes(g), 2000);
    assert_string_equal(ax_graph_value(g, x.id)->name, "x");
    assert_int_equal(ax_graph_node(g, 1999)->in[0], 2000);
    ax_graph_free(g);
}

/* The first error of a chain of calls is reported. */
TEST(test_errors_chain)
{
    ax_err err = { 0 };
    ax_graph *g = ax_graph_new(&err);
    ax_val x = ax_graph_input(g, "x", map, &err);
    ax_val other = ax_graph_input(g, "other", (ax_type) { .shape = { 1, 7, 2, 3 } }, &err);
    ax_val bad = apply(g, AX_OP_ADD, (ax_attr) { 0 }, x, other, &err);
    assert_int_equal(bad.id, 0);
    assert_int_equal(err.code, AX_EINVAL);
    assert_non_null(strstr(err.msg, "add"));
    assert_non_null(strstr(err.msg, "1x7x2x3"));
    char told[sizeof err.msg];
    memcpy(told, err.msg, sizeof told);
    size_t values = ax_graph_values(g);
    ax_val next = apply(g, AX_OP_RELU, (ax_attr) { .act = AX_ACT_RELU }, bad, (ax_val) { 0 }, &err);
    next = ax_graph_apply(g, AX_OP_RELU, (ax_attr) { 0 }, (ax_val[]) { next, x, x }, 3, &err);
    assert_int_equal(next.id, 0);
    assert_int_equal(ax_graph_keep(g, next, "end", &err), AX_EINVAL);
    assert_int_equal(ax_graph_backward(g, next, NULL, 0, &err), AX_EINVAL);
    assert_string_equal(err.msg, told);
    assert_int_equal(ax_graph_values(g), values);
    assert_int_equal(ax_graph_apply(g, AX_OP_ADD, (ax_attr) { 0 }, &x, 1, &err).id, 0);
    assert_non_null(strstr(err.msg, "1 inputs"));
    assert_int_equal(ax_graph_backward(g, x, NULL, 0, &err), AX_EINVAL);
    assert_non_null(strstr(err.msg, "scalar"));
    ax_graph_free(g);
}

/* Taps have no gradient unless asked for, nor have nodes that depend only on them; differentiating twice is an
   error. */
TEST(test_wanted)
{
    for (int ask = 0; ask < 2; ask++) {
        ax_err err = { 0 };
        ax_graph *g = ax_graph_new(&err);
        ax_val tap = ax_graph_input(g, "tap", map, &err), aim = ax_graph_input(g, "aim", map, &err);
        ax_val w = param(g, "w", map.shape, true, &err), idle = param(g, "idle", map.shape, true, &err);
        ax_val fixed = param(g, "fixed", map.shape, false, &err);
        ax_val quiet = apply(g, AX_OP_RELU, (ax_attr) { .act = AX_ACT_RELU }, tap, (ax_val) { 0 }, &err);
        quiet = apply(g, AX_OP_ADD, (ax_attr) { 0 }, quiet, fixed, &err);
        ax_val sum = apply(g, AX_OP_ADD, (ax_attr) { 0 }, quiet, w, &err);
        ax_val loss = apply(g, AX_OP_MSE, (ax_attr) { 0 }, sum, aim, &err);
        assert_int_equal(ax_graph_backward(g, loss, &tap, ask ? 1 : 0, &err), AX_OK);
        assert_int_not_equal(ax_graph_grad(g, w).id, 0);
        assert_int_equal(ax_graph_grad(g, w).id, ax_graph_grad(g, sum).id); /* a sum passes its gradient on */
        assert_int_equal(ax_graph_grad(g, idle).id, 0);
        assert_int_equal(ax_graph_grad(g, fixed).id, 0);
        assert_int_equal(ax_graph_grad(g, aim).id, 0);
        assert_int_equal(ax_graph_grad(g, tap).id != 0, ask);
        assert_int_equal(count(g, AX_OP_RELU, true), ask);
        assert_int_equal(count(g, AX_OP_ADD, true), 0);
        assert_int_equal(ax_graph_backward(g, loss, NULL, 0, &err), AX_EINVAL);
        assert_int_equal(apply(g, AX_OP_ADD, (ax_attr) { 0 }, w, w, &err).id, 0);
        ax_graph_free(g);
    }
}

TEST(test_fan_out)
{
    ax_smallnet n = ax_smallnet_build(true);
    /* forward: 4 sums. Backward: y is read 3 times (2 sums), sum + sum (1), pool twice (1), logits twice (1), and the
       idle batch norm has no gradient. */
    assert_int_equal(count(n.g, AX_OP_ADD, false), 4 + 5);
    assert_int_equal(count(n.g, AX_OP_BNORM, false), 3);
    assert_int_equal(count(n.g, AX_OP_BNORM, true), 2);
    assert_int_equal(ax_graph_grad(n.g, ax_graph_find(n.g, "idle.gamma")).id, 0);
    assert_int_equal(ax_graph_grad(n.g, n.x).id, 0);
    for (size_t i = 0; i < ax_graph_nodes(n.g); i++) {
        const ax_node *node = ax_graph_node(n.g, i);
        const ax_op_info *info = ax_op_get(node->op);
        if (!node->backward)
            continue;
        assert_int_equal(node->n_in, info->n_out + node->n_out + info->n_out);
        for (uint32_t k = 0; k < node->n_out; k++) /* a gradient has the shape of its value */
            if (node->out[k])
                assert_true(ax_shape_equal(ax_graph_value(n.g, node->out[k])->type.shape,
                                           ax_graph_value(n.g, node->in[info->n_out + k])->type.shape));
    }
    ax_smallnet_free(&n);
}

TEST(test_stats)
{
    ax_smallnet n = ax_smallnet_build(true);
    ax_stats s = ax_graph_stats(n.g);
    assert_int_equal(s.params, 4 * 27 + 4 * 9 + 4 * 4 + 4 + 5 * 8 + 5 + 6 * 4);
    assert_int_equal(s.macs, 2 * 30 * (4 * 27 + 4 * 9) + 2 * 16 + 2 * 120 * 40);
    ax_smallnet_free(&n);
}

int main(void)
{
    return RUN_TESTS(test_names, test_arrays_grow, test_errors_chain, test_wanted, test_fan_out, test_stats);
}
