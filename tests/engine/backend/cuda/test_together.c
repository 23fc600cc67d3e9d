/* Calls that run together on the emulated device, with every access checked: each operation gives the same bits as when
   run alone, in fewer launches. */
#include "engine/graph/plan.h"
#include "tests/helper/emulated.h"
#include "tests/helper/oracle.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COPIES = 3 };

typedef struct net {
    ax_graph *g;
    ax_trial trial[COPIES]; /* the inputs of the copies */
    char kept[COPIES * (AX_MAX_IN + 1)][16];
    size_t n_kept;
} net;

static void keep(net *n, ax_val v, const char *what, int copy, unsigned i, ax_err *err)
{
    if (!v.id || ax_graph_value(n->g, v.id)->kept) /* all summands share one gradient */
        return;
    snprintf(n->kept[n->n_kept], sizeof *n->kept, "%s.%d.%u", what, copy, i);
    if (ax_graph_keep(n->g, v, n->kept[n->n_kept++], err) != AX_OK)
        fail_msg("%s", err->msg);
}

/* COPIES uses of an operation, each with its own inputs, and their gradients if the operation has any. */
static net net_of(const ax_case *c)
{
    ax_err err = { AX_OK, "" };
    net n = { .g = ax_graph_new(&err) };
    ax_val in[COPIES * AX_MAX_IN], y[COPIES], loss[COPIES];
    uint8_t differentiable = ax_op_get(c->op)->differentiable;
    size_t wrt = 0;
    ax_val of[COPIES * AX_MAX_IN];
    for (int k = 0; k < COPIES; k++) {
        ax_val *x = in + (size_t)k * AX_MAX_IN;
        ax_trial_init(&n.trial[k], c, 900 + (uint64_t)k);
        for (uint32_t i = 0; i < c->n_in; i++) {
            char name[32];
            snprintf(name, sizeof name, "in.%d.%u", k, i);
            x[i] = ax_graph_input(n.g, name, c->in[i], &err);
            if (differentiable >> i & 1)
                of[wrt++] = x[i];
        }
        y[k] = ax_graph_apply(n.g, c->op, c->attr, x, c->n_in, &err);
        keep(&n, y[k], "y", k, 0, &err);
    }
    for (int k = 0; k < COPIES && differentiable; k++) {
        char name[32];
        ax_type type = ax_graph_type(n.g, y[k]);
        snprintf(name, sizeof name, "to.%d", k);
        bool scalar = ax_shape_count(type.shape) == 1;
        ax_val to = scalar ? (ax_val) { 0 } : ax_graph_input(n.g, name, type, &err);
        loss[k] = scalar ? y[k] : ax_graph_apply(n.g, AX_OP_MSE, (ax_attr) { 0 }, (ax_val[]) { y[k], to }, 2, &err);
    }
    if (differentiable) {
        const ax_attr each = { .weight = { 1, 0.5f, 2 } };
        ax_val sum = ax_graph_apply(n.g, AX_OP_WSUM, each, loss, COPIES, &err);
        if (ax_graph_backward(n.g, sum, of, wrt, &err) != AX_OK)
            fail_msg("%s: %s", c->name, err.msg);
        for (size_t i = 0; i < wrt; i++)
            keep(&n, ax_graph_grad(n.g, of[i]), "d", 0, (unsigned)i, &err);
    }
    return n;
}

static void write_inputs(net *n, const ax_case *c, ax_plan *p)
{
    ax_err err = { AX_OK, "" };
    for (int k = 0; k < COPIES; k++) {
        char name[32];
        for (uint32_t i = 0; i < c->n_in; i++) {
            snprintf(name, sizeof name, "in.%d.%u", k, i);
            if (ax_plan_write(p, name, n->trial[k].in[i], ax_type_bytes(c->in[i]), &err) != AX_OK)
                fail_msg("%s: %s", c->name, err.msg);
        }
        snprintf(name, sizeof name, "to.%d", k);
        ax_val to = ax_graph_find(n->g, name);
        if (to.id && ax_plan_write(p, name, n->trial[k].dout, ax_type_bytes(ax_graph_type(n->g, to)), &err) != AX_OK)
            fail_msg("%s: %s", c->name, err.msg);
    }
}

/* All kept values in sequence; the caller frees them. */
static char *results(net *n, const ax_case *c, const ax_backend *be, ax_device *dev, size_t *bytes)
{
    ax_err err = { AX_OK, "" };
    ax_rng rng = ax_rng_new(1, 0);
    ax_params *params = ax_params_new((const ax_graph *const *)&n->g, 1, be, dev, &rng, &err);
    ax_plan *p = params ? ax_plan_new(n->g, be, dev, params, 0, &err) : NULL;
    if (!p)
        fail_msg("%s: %s", c->name, err.msg);
    write_inputs(n, c, p);
    if (ax_plan_run(p, &err) != AX_OK)
        fail_msg("%s: %s", c->name, err.msg);
    *bytes = 0;
    for (size_t i = 0; i < n->n_kept; i++)
        *bytes += ax_type_bytes(ax_graph_type(n->g, ax_graph_find(n->g, n->kept[i])));
    char *all = calloc(1, *bytes), *at = all;
    for (size_t i = 0; i < n->n_kept; i++) {
        size_t size = ax_type_bytes(ax_graph_type(n->g, ax_graph_find(n->g, n->kept[i])));
        if (ax_plan_read(p, n->kept[i], at, size, &err) != AX_OK)
            fail_msg("%s: %s", c->name, err.msg);
        at += size;
    }
    ax_plan_free(p);
    ax_params_free(params);
    return all;
}

static long launches(void)
{
    long n = 0;
    const char *name;
    for (long i = 1; (name = ax_emulated_call(i)); i++)
        n += !strcmp(name, "cudaLaunchKernel");
    return n;
}

TEST(same_bits)
{
    const ax_backend *cuda;
    ax_device *dev = ax_emulated_open(&cuda);
    ax_backend plain = *cuda;
    plain.together = NULL;
    size_t fewer = 0, cases = 0;
    for (size_t i = 0; i < ax_case_count; i++) {
        const ax_case *c = &ax_cases[i];
        if (!cuda->forward[c->op].run || c->op == AX_OP_WSUM || c->op == AX_OP_ZERO ||
            (c->op == AX_OP_CONV2D && c->large))
            continue;
        net n = net_of(c);
        size_t bytes = 0, same = 0;
        ax_emulated_fail(0, false); /* starts counting */
        char *alone = results(&n, c, &plain, dev, &bytes);
        long one_by_one = launches();
        ax_emulated_fail(0, false);
        char *together = results(&n, c, cuda, dev, &same);
        fewer += launches() < one_by_one;
        assert_int_equal(bytes, same);
        if (memcmp(alone, together, bytes))
            fail_msg("%s: other bits together", c->name);
        free(alone);
        free(together);
        for (int k = 0; k < COPIES; k++)
            ax_trial_release(&n.trial[k]);
        ax_graph_free(n.g);
        cases++;
    }
    cuda->close(dev);
    assert_true(cases > 30);
    if (fewer < cases * 9 / 10)
        fail_msg("fewer launches in %zu of %zu cases only", fewer, cases);
    assert_int_equal(ax_emulated_live(), 0);
}

int main(void)
{
    return RUN_TESTS(same_bits);
}
