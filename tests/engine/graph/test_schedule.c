/* Nodes that run together: which ones may, in which order, and that the results stay the same; chains of additions. */
#include "engine/graph/schedule.h"
#include "engine/graph/sums.h"
#include "tests/helper/smallnet.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BRANCHES = AX_TOGETHER + 3, SIZE = 2 * 6 * 5 * 4 };

static ax_val param(ax_graph *g, const char *name, int branch, ax_shape shape, bool trainable, ax_err *err)
{
    char text[32];
    snprintf(text, sizeof text, "%s.%d", name, branch);
    ax_param_spec spec = { .name = text,
                           .type = { .shape = shape, .layout = shape.h > 1 ? AX_OIHW : AX_NHWC },
                           .init = shape.h > 1 ? AX_INIT_HE : AX_INIT_ONE,
                           .group = AX_GROUP_DECODER,
                           .trainable = trainable };
    return ax_graph_param(g, &spec, err);
}

/* Depthwise convolution and batch norm, with the running statistics of branch `statistics`. */
static ax_val branch(ax_graph *g, ax_val x, int i, int statistics, ax_err *err)
{
    const ax_shape vector = { 1, 1, 1, 4 };
    const ax_attr conv = { .conv = { .kernel = 3, .stride = 1, .pad = 1, .dilation = 1, .groups = 4 } };
    const ax_attr norm = { .norm = { .eps = 1e-5f, .momentum = 0.1f, .act = AX_ACT_RELU, .train = true } };
    ax_val y = ax_graph_apply(g, AX_OP_CONV2D, conv,
                              (ax_val[]) { x, param(g, "w", i, (ax_shape) { 4, 3, 3, 1 }, true, err) }, 2, err);
    return ax_graph_apply(g, AX_OP_BNORM, norm,
                          (ax_val[]) { y, param(g, "gamma", i, vector, true, err),
                                       param(g, "beta", i, vector, true, err),
                                       param(g, "mean", statistics, vector, false, err),
                                       param(g, "var", statistics, vector, false, err) },
                          5, err);
}

/* The mean square of the sum of all branches; shared: two of them have the same running statistics. */
static ax_graph *wide(bool shared)
{
    ax_err err = { AX_OK, "" };
    ax_graph *g = ax_graph_new(&err);
    ax_val x = ax_graph_input(g, "x", (ax_type) { .shape = { 2, 6, 5, 4 } }, &err), sum = { 0 };
    ax_val target = ax_graph_input(g, "target", (ax_type) { .shape = { 2, 6, 5, 4 } }, &err);
    for (int i = 0; i < BRANCHES; i++) {
        ax_val y = branch(g, x, i, shared && i == 1 ? 0 : i, &err);
        sum = i ? ax_graph_apply(g, AX_OP_ADD, (ax_attr) { 0 }, (ax_val[]) { sum, y }, 2, &err) : y;
    }
    ax_val loss = ax_graph_apply(g, AX_OP_MSE, (ax_attr) { 0 }, (ax_val[]) { sum, target }, 2, &err);
    if (ax_graph_keep(g, loss, "loss", &err) != AX_OK || ax_graph_backward(g, loss, &x, 1, &err) != AX_OK ||
        ax_graph_keep(g, ax_graph_grad(g, x), "dx", &err) != AX_OK)
        fail_msg("%s", err.msg);
    return g;
}

/* ---- rules ---- */

static bool reads(const ax_node *n, uint32_t id)
{
    for (uint32_t i = 0; i < n->n_in; i++)
        if ((n->reads >> i & 1) && n->in[i] == id)
            return true;
    return false;
}

static bool depends(const ax_node *later, const ax_node *earlier)
{
    for (uint32_t i = 0; i < earlier->n_out; i++)
        if (earlier->out[i] && reads(later, earlier->out[i]))
            return true;
    /* batch norm changes the running statistics that it reads */
    return earlier->op == AX_OP_BNORM && !earlier->backward && later->op == AX_OP_BNORM && !later->backward &&
           (reads(later, earlier->in[3]) || reads(later, earlier->in[4]));
}

/* Returns the number of groups; *most: the size of the largest. */
static size_t check(const ax_graph *g, size_t *most)
{
    size_t n = ax_graph_nodes(g), groups = 0;
    size_t *step = calloc(n, sizeof *step), *place = calloc(n, sizeof *place);
    uint32_t *group = calloc(n, sizeof *group);
    ax_err err = { AX_OK, "" };
    for (size_t i = 0; i < n; i++)
        step[i] = i;
    assert_int_equal(ax_schedule(g, step, n, group, &err), AX_OK);
    for (size_t i = 0; i < n; i++)
        place[step[i]] += i + 1;
    for (size_t i = 0; i < n; i++)
        assert_int_equal(step[place[i] - 1], i); /* each step once */
    *most = 0;
    for (size_t i = 0, first = 0; i < n; i++) {
        const ax_node *node = ax_graph_node(g, step[i]);
        first = i && group[i] == group[i - 1] ? first : i;
        assert_int_equal(group[i], i && first == i ? group[i - 1] + 1 : group[first]);
        groups += first == i;
        *most = i + 1 - first > *most ? i + 1 - first : *most;
        assert_true(i + 1 - first <= AX_TOGETHER);
        const ax_node *head = ax_graph_node(g, step[first]);
        assert_true(node->op == head->op && node->backward == head->backward);
        if (node->op == AX_OP_CONV2D && node->attr.conv.groups == 1)
            assert_int_equal(first, i);
        for (size_t k = first; k < n; k++) /* no node of its group or of a later one produces its inputs */
            assert_false(k != i && depends(node, ax_graph_node(g, step[k])) && step[k] < step[i]);
    }
    free(step);
    free(place);
    free(group);
    return groups;
}

TEST(the_rules)
{
    size_t most, own, shared;
    ax_smallnet n = ax_smallnet_build(true);
    assert_true(check(n.g, &most) <= ax_graph_nodes(n.g));
    ax_smallnet_free(&n);
    ax_graph *g = wide(false), *with = wide(true), *sums = ax_graph_sums(g, NULL);
    own = check(g, &most);
    assert_int_equal(most, AX_TOGETHER);
    shared = check(with, &most);
    assert_true(own < ax_graph_nodes(g) / 2 && shared <= own + 1);
    assert_true(check(sums, &most) < own);
    ax_graph_free(g);
    ax_graph_free(with);
    ax_graph_free(sums);
}

/* ---- sums ---- */

TEST(chains_are_one_node)
{
    ax_graph *g = wide(false), *sums = ax_graph_sums(g, NULL);
    size_t before = 0, after = 0, largest = 0;
    for (size_t k = 0; k < ax_graph_nodes(g); k++)
        before += ax_graph_node(g, k)->op == AX_OP_ADD;
    for (size_t k = 0; k < ax_graph_nodes(sums); k++) {
        const ax_node *n = ax_graph_node(sums, k);
        after += n->op == AX_OP_ADD;
        largest = n->op == AX_OP_ADD && n->n_in > largest ? n->n_in : largest;
        for (uint32_t i = 0; i < n->n_out; i++)
            if (n->out[i])
                assert_int_equal(ax_graph_value(sums, n->out[i])->node, k);
    }
    assert_int_equal(before, 2 * (BRANCHES - 1)); /* of the branches, and of the gradients of x */
    assert_int_equal(largest, AX_MAX_ADD);
    assert_int_equal(after, 2 * ((BRANCHES - 1 + AX_MAX_ADD - 2) / (AX_MAX_ADD - 1)));
    assert_int_equal(ax_graph_find(sums, "dx").id, ax_graph_find(g, "dx").id);
    ax_graph_free(g);
    ax_graph_free(sums);
}

/* ---- memory and results ---- */

static bool overlap(const ax_operand *a, const ax_operand *b)
{
    const char *p = a->mem, *q = b->mem;
    return p && q && p < q + ax_type_bytes(b->type) && q < p + ax_type_bytes(a->type);
}

/* No step writes memory that another step of its group reads or writes. Returns how many steps share a group. */
static size_t check_memory(const ax_plan *p)
{
    size_t n = ax_plan_steps(p), pairs = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            const ax_plan_step a = ax_plan_step_at(p, i), b = ax_plan_step_at(p, k);
            if (i == k || a.group != b.group)
                continue;
            pairs++;
            for (uint32_t o = 0; o < a.call->n_out; o++) {
                for (uint32_t j = 0; j < b.call->n_in; j++)
                    assert_false(overlap(&a.call->out[o], &b.call->in[j]));
                for (uint32_t j = 0; j < b.call->n_out; j++)
                    assert_false(overlap(&a.call->out[o], &b.call->out[j]));
            }
        }
    return pairs;
}

typedef struct result {
    float loss, dx[SIZE], grad[BRANCHES * 11 * 4], mean[BRANCHES * 4];
} result;

static void results_of(const ax_graph *g, const ax_backend *be, unsigned flags, result *out)
{
    ax_err err = { AX_OK, "" };
    ax_rng rng = ax_rng_new(5, 0);
    float x[SIZE], target[SIZE];
    for (size_t i = 0; i < SIZE; i++) {
        x[i] = (float)ax_rng_normal(&rng);
        target[i] = (float)ax_rng_normal(&rng);
    }
    ax_device *dev = be->open(0, 2, &err);
    ax_params *params = ax_params_new(&g, 1, be, dev, &rng, &err);
    ax_plan *p = params ? ax_plan_new(g, be, dev, params, flags, &err) : NULL;
    if (p)
        assert_int_equal(check_memory(p) > 0, (flags & AX_PLAN_TOGETHER) != 0);
    if (!p || ax_plan_write(p, "x", x, sizeof x, &err) != AX_OK ||
        ax_plan_write(p, "target", target, sizeof target, &err) != AX_OK || ax_plan_run(p, &err) != AX_OK ||
        ax_plan_read(p, "loss", &out->loss, sizeof out->loss, &err) != AX_OK ||
        ax_plan_read(p, "dx", out->dx, sizeof out->dx, &err) != AX_OK)
        fail_msg("%s", err.msg);
    size_t grads = 0, means = 0;
    for (size_t i = 0; i < ax_params_count(params); i++) {
        const ax_param_spec *spec = ax_params_spec(params, i);
        size_t n = ax_shape_count(spec->type.shape);
        bool mean = !strncmp(spec->name, "mean", 4);
        float *to = mean ? out->mean + means : out->grad + grads;
        if (!mean && !spec->trainable)
            continue;
        assert_int_equal(ax_params_get(params, i, mean ? AX_SLOT_VALUE : AX_SLOT_GRAD, to, &err), AX_OK);
        means += mean ? n : 0;
        grads += mean ? 0 : n;
    }
    assert_int_equal(grads, BRANCHES * 11 * 4);
    ax_plan_free(p);
    ax_params_free(params);
    be->close(dev);
}

TEST(the_same_bits)
{
    const ax_backend *const backends[] = { &ax_backend_ref, &ax_backend_cpu };
    for (int shared = 0; shared < 2; shared++)
        for (size_t i = 0; i < 2; i++) {
            static result alone, together;
            ax_graph *g = wide(shared);
            memset(&alone, 0, sizeof alone);
            memset(&together, 0, sizeof together);
            results_of(g, backends[i], 0, &alone);
            results_of(g, backends[i], AX_PLAN_TOGETHER, &together);
            assert_true(alone.loss > 0);
            assert_memory_equal(&alone, &together, sizeof alone);
            ax_graph_free(g);
        }
}

int main(void)
{
    return RUN_TESTS(the_rules, chains_are_one_node, the_same_bits);
}
