/* Plans against an oracle that executes the graph node by node without sharing memory, and the promises of plans. */
#include "tests/helper/smallnet.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A device for this test: the reference kernels ignore theirs, so this one can observe them. */
struct ax_device {
    ax_plan *plan;
    const ax_graph *g;
    char *arena; /* the largest allocation */
    size_t arena_bytes, step, group, poisoned;
    int allocations;
};

static void *watched_alloc(ax_device *dev, size_t bytes, ax_err *err)
{
    char *mem = ax_backend_ref.alloc(NULL, bytes, err);
    dev->allocations++;
    if (mem && bytes > dev->arena_bytes) {
        dev->arena = mem;
        dev->arena_bytes = bytes;
    }
    return mem;
}

/* Fills with NaN all memory that no live value covers: between lifetimes, and outputs not yet computed. */
static void poison(ax_device *dev)
{
    bool *live = calloc(dev->arena_bytes, 1);
    assert_non_null(live);
    for (uint32_t id = 1; id <= ax_graph_values(dev->g); id++) {
        ax_plan_extent e;
        if (ax_plan_extent_of(dev->plan, id, &e) && e.first < dev->group && dev->group <= e.last)
            memset(live + e.offset, 1, ax_type_bytes(ax_graph_value(dev->g, id)->type));
    }
    for (size_t i = 0; i < dev->arena_bytes; i++)
        if (!live[i]) {
            dev->arena[i] = (char)0xff;
            dev->poisoned++;
        }
    free(live);
}

static ax_code watched_run(ax_device *dev, const ax_call *call, ax_err *err)
{
    size_t group = dev->plan ? ax_plan_step_at(dev->plan, dev->step).group : 0;
    if (dev->plan && (!dev->step || group != dev->group)) { /* steps of a group see the same memory */
        dev->group = group;
        poison(dev);
    }
    dev->step++;
    const ax_kernel *k = call->backward ? &ax_backend_ref.backward[call->op] : &ax_backend_ref.forward[call->op];
    return k->run(NULL, call, err);
}

static ax_backend watched_backend(void)
{
    ax_backend be = ax_backend_ref;
    be.alloc = watched_alloc;
    for (int op = 0; op < AX_OP_COUNT; op++)
        be.forward[op].run = be.backward[op].run = watched_run;
    return be;
}

static ax_params *params_of(const ax_graph *g, const ax_backend *be)
{
    ax_err err = { 0 };
    ax_rng rng = ax_rng_new(7, 0);
    ax_params *p = ax_params_new(&g, 1, be, NULL, &rng, &err);
    if (!p)
        fail_msg("%s", err.msg);
    return p;
}

/* The network with its parameters and inputs. */
typedef struct small {
    ax_smallnet n;
    _Alignas(64) ax_smallnet_data d;
    ax_params *params;
} small;

static small begin(bool train, uint64_t seed)
{
    small t = { .n = ax_smallnet_build(train) };
    ax_smallnet_fill(&t.d, seed);
    t.params = params_of(t.n.g, &ax_backend_ref);
    return t;
}

static void end(small *t)
{
    ax_params_free(t->params);
    ax_smallnet_free(&t->n);
}

static ax_plan *plan_of(const small *t, unsigned flags)
{
    ax_err err = { 0 };
    ax_plan *p = ax_plan_new(t->n.g, &ax_backend_ref, NULL, t->params, flags, &err);
    if (!p)
        fail_msg("%s", err.msg);
    return p;
}

static void run(ax_plan *p)
{
    ax_err err = { 0 };
    if (ax_plan_run(p, &err) != AX_OK)
        fail_msg("%s", err.msg);
}

/* Losses, logits and all gradients equal the oracle's bit for bit. */
static void assert_as_naive(const ax_graph *g, const ax_plan *p, const ax_params *params, const ax_naive *naive)
{
    ax_err err = { 0 };
    float got[AX_SMALLNET_PIXELS * AX_SMALLNET_CLASSES];
    const char *const kept[] = { "loss", "logits" };
    for (int i = 0; i < 2; i++) {
        ax_val v = ax_graph_find(g, kept[i]);
        size_t bytes = ax_type_bytes(ax_graph_type(g, v));
        assert_int_equal(ax_plan_read(p, kept[i], got, bytes, &err), AX_OK);
        assert_memory_equal(got, naive->mem[v.id - 1], bytes);
        assert_true(isfinite(got[0]));
    }
    size_t gradients = 0;
    for (size_t i = 0; i < ax_params_count(params); i++) {
        const ax_param_spec *spec = ax_params_spec(params, i);
        ax_val grad = ax_graph_grad(g, ax_graph_find(g, spec->name));
        assert_int_equal(ax_params_reached(params, i), grad.id != 0);
        if (!grad.id)
            continue;
        assert_memory_equal(ax_params_slot(params, i, AX_SLOT_GRAD), naive->mem[grad.id - 1],
                            ax_type_bytes(spec->type));
        gradients++;
    }
    assert_int_equal(gradients, ax_graph_grad(g, ax_graph_find(g, "head")).id ? 10 : 0);
}

static void compare(bool train, unsigned flags)
{
    small t = begin(train, 3);
    ax_naive naive = ax_naive_run(t.n.g, t.params, &t.d);
    ax_plan *p = plan_of(&t, flags);
    ax_smallnet_write(p, &t.d);
    for (int i = 0; i < 2; i++) { /* the second run finds the memory as the first one left it */
        run(p);
        assert_as_naive(t.n.g, p, t.params, &naive);
    }
    ax_plan_free(p);
    ax_naive_release(&naive);
    end(&t);
}

TEST(test_training)
{
    compare(true, 0);
    compare(true, AX_PLAN_TOGETHER);
}

TEST(test_evaluation)
{
    compare(false, 0);
    compare(false, AX_PLAN_TOGETHER);
}

TEST(test_poisoned)
{
    const unsigned ways[] = { 0, AX_PLAN_KEEP_EFFECTS, AX_PLAN_TOGETHER, AX_PLAN_KEEP_EFFECTS | AX_PLAN_TOGETHER };
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
        const unsigned flags = ways[k];
        small t = begin(true, 4);
        ax_err err = { 0 };
        ax_backend be = watched_backend();
        ax_naive naive = ax_naive_run(t.n.g, t.params, &t.d);
        ax_device dev = { .g = t.n.g };
        ax_plan *p = ax_plan_new(t.n.g, &be, &dev, t.params, flags, &err);
        assert_non_null(p);
        dev.plan = p;
        ax_smallnet_write(p, &t.d);
        int allocations = dev.allocations;
        run(p);
        assert_int_equal(dev.allocations, allocations); /* running allocates nothing */
        assert_int_equal(dev.step, ax_plan_steps(p));
        assert_true(dev.poisoned > dev.arena_bytes); /* the test is effective */
        assert_as_naive(t.n.g, p, t.params, &naive);
        ax_plan_free(p);
        ax_naive_release(&naive);
        end(&t);
    }
}

/* Two values that are live at the same step share memory only if one replaces the other in place in that step. */
TEST(test_no_overlap)
{
    small t = begin(true, 0);
    ax_plan *p = plan_of(&t, AX_PLAN_KEEP_EFFECTS);
    size_t sum = 0, taken_over = 0;
    for (uint32_t a = 1; a <= ax_graph_values(t.n.g); a++) {
        ax_plan_extent x, y;
        if (!ax_plan_extent_of(p, a, &x))
            continue;
        assert_int_equal(x.offset % 64, 0);
        assert_true(x.bytes >= ax_type_bytes(ax_graph_value(t.n.g, a)->type));
        assert_true(x.offset + x.bytes <= ax_plan_arena_bytes(p));
        sum += x.bytes;
        for (uint32_t b = a + 1; b <= ax_graph_values(t.n.g); b++) {
            if (!ax_plan_extent_of(p, b, &y) || x.first > y.last || y.first > x.last)
                continue;
            if (x.offset + x.bytes <= y.offset || y.offset + y.bytes <= x.offset)
                continue;
            assert_true(x.last == y.first || y.last == x.first);
            assert_int_equal(x.offset, y.offset);
            taken_over++;
        }
    }
    assert_true(taken_over >= 4);
    assert_true(ax_plan_arena_bytes(p) < sum);
    ax_plan_free(p);
    end(&t);
}

TEST(test_dead_code)
{
    small t = begin(true, 5);
    size_t var = ax_params_find(t.params, "idle.var"), steps[2];
    float got[4];
    for (unsigned k = 0; k < 2; k++) {
        ax_plan *p = plan_of(&t, k ? AX_PLAN_KEEP_EFFECTS : 0);
        ax_err err = { 0 };
        ax_smallnet_write(p, &t.d);
        run(p);
        steps[k] = ax_plan_steps(p);
        assert_int_equal(ax_params_get(t.params, var, AX_SLOT_VALUE, got, &err), AX_OK);
        for (int i = 0; i < 4; i++)
            assert_int_equal(got[i] != 1.0f, k);
        ax_plan_free(p);
    }
    assert_int_equal(steps[0] + 1, steps[1]);
    assert_int_equal(steps[1], ax_graph_nodes(t.n.g));
    end(&t);
}

TEST(test_predict)
{
    for (int train = 0; train < 2; train++) {
        small t = begin(train, 0);
        ax_backend be = watched_backend();
        ax_device dev = { .g = t.n.g };
        ax_err err = { 0 };
        size_t bytes = 0;
        assert_int_equal(ax_plan_predict(t.n.g, &be, &dev, 0, &bytes, &err), AX_OK);
        assert_int_equal(dev.allocations, 0);
        ax_plan *p = plan_of(&t, 0);
        assert_int_equal(bytes, ax_plan_arena_bytes(p));
        assert_true(bytes > 0);
        ax_plan_free(p);
        end(&t);
    }
}

TEST(test_inputs)
{
    small t = begin(true, 6);
    static ax_smallnet_data other;
    ax_smallnet_fill(&other, 8);
    ax_plan *p = plan_of(&t, 0);
    ax_err err = { 0 };
    float loss, bound, again;
    assert_int_equal(ax_plan_run(p, &err), AX_EINVAL);
    assert_non_null(strstr(err.msg, "never written"));
    assert_int_equal(ax_plan_write(p, "x", t.d.x, 4, &err), AX_EINVAL);
    assert_int_equal(ax_plan_write(p, "y", t.d.x, 4, &err), AX_EINVAL);
    assert_int_equal(ax_plan_write(p, "logits", t.d.target, sizeof t.d.target, &err), AX_EINVAL);
    ax_smallnet_write(p, &t.d);
    run(p);
    assert_int_equal(ax_plan_read(p, "loss", &loss, sizeof loss, &err), AX_OK);
    assert_int_equal(ax_plan_read(p, "loss", &loss, 8, &err), AX_EINVAL);
    assert_int_equal(ax_plan_read(p, "nothing", &loss, 4, &err), AX_EINVAL);
    ax_smallnet_write(p, &other);
    assert_int_equal(ax_plan_bind(p, "x", t.d.x, &err), AX_OK); /* all three bound again, without a copy */
    assert_int_equal(ax_plan_bind(p, "target", t.d.target, &err), AX_OK);
    assert_int_equal(ax_plan_bind(p, "labels", t.d.labels, &err), AX_OK);
    run(p);
    assert_int_equal(ax_plan_read(p, "loss", &bound, sizeof bound, &err), AX_OK);
    assert_true(bound == loss);
    ax_smallnet_write(p, &other);
    run(p);
    assert_int_equal(ax_plan_read(p, "loss", &again, sizeof again, &err), AX_OK);
    assert_true(again != loss);
    ax_plan_free(p);
    end(&t);
}

TEST(test_errors)
{
    small t = begin(true, 6);
    ax_backend lacking = ax_backend_ref;
    lacking.backward[AX_OP_GPOOL].run = NULL;
    ax_err err = { 0 };
    size_t bytes;
    assert_null(ax_plan_new(t.n.g, &lacking, NULL, t.params, 0, &err));
    assert_int_equal(err.code, AX_EDEVICE);
    assert_non_null(strstr(err.msg, "gpool backward 2x1x1x4: "));
    assert_int_equal(ax_plan_predict(t.n.g, &lacking, NULL, 0, &bytes, &err), AX_EDEVICE);
    assert_null(ax_plan_new(t.n.g, &lacking, NULL, t.params, 0, NULL));
    ax_plan *p = plan_of(&t, 0);
    t.d.labels[0] = 9; /* there are 5 classes */
    ax_smallnet_write(p, &t.d);
    assert_int_equal(ax_plan_run(p, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "ce 2x12x10x5: label 9"));
    ax_plan_free(p);
    ax_graph *empty = ax_graph_new(&err); /* parameters of another graph */
    ax_params *few = params_of(empty, &ax_backend_ref);
    assert_null(ax_plan_new(t.n.g, &ax_backend_ref, NULL, few, 0, &err));
    assert_int_equal(err.code, AX_EINVAL);
    ax_params_free(few);
    ax_graph_free(empty);
    end(&t);
}

TEST(test_averaged)
{
    small t = begin(false, 9);
    size_t bias = ax_params_find(t.params, "head.bias");
    ax_err err = { 0 };
    assert_int_equal(ax_optim_polyak(t.params, AX_GROUP_DECODER, 0.5f, &err), AX_OK);
    assert_int_equal(ax_params_set(t.params, bias, AX_SLOT_AVERAGE, (float[5]) { 1, 1, 1, 1, 1 }, &err), AX_OK);
    static float plain[AX_SMALLNET_PIXELS * 5], averaged[AX_SMALLNET_PIXELS * 5];
    for (unsigned k = 0; k < 2; k++) {
        ax_plan *p = plan_of(&t, k ? AX_PLAN_AVERAGED : 0);
        ax_smallnet_write(p, &t.d);
        run(p);
        assert_int_equal(ax_plan_read(p, "logits", k ? averaged : plain, sizeof plain, &err), AX_OK);
        ax_plan_free(p);
    }
    for (size_t i = 0; i < AX_SMALLNET_PIXELS * 5; i++)
        assert_true(fabsf(averaged[i] - plain[i] - 1) < 1e-5f);
    end(&t);
}

TEST(test_profile)
{
    small t = begin(true, 1);
    ax_plan *p = plan_of(&t, 0);
    ax_smallnet_write(p, &t.d);
    run(p);
    ax_plan_profile(p, true);
    run(p);
    run(p);
    ax_plan_profile(p, false);
    run(p);
    for (size_t i = 0; i < ax_plan_steps(p); i++) {
        ax_plan_step s = ax_plan_step_at(p, i);
        assert_int_equal(s.runs, 2);
        assert_true(s.seconds >= 0 && s.node);
    }
    ax_plan_free(p);
    end(&t);
}

int main(void)
{
    return RUN_TESTS(test_training, test_evaluation, test_poisoned, test_no_overlap, test_dead_code, test_predict,
                     test_inputs, test_errors, test_averaged, test_profile);
}
