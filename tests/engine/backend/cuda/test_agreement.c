/* Every kernel of the CUDA backend against the reference, on the emulated device, with every access of a kernel
   checked: bounds, races, memory that nobody wrote. Threads and blocks run in both orders. */
#include "tests/helper/emulated.h"
#include "tests/helper/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const ax_backend *cuda;

static void run(ax_trial *t, const ax_backend *b, ax_device *dev, uint32_t wanted, bool inplace)
{
    ax_err err = { AX_OK, "" };
    if (ax_trial_forward(t, b, dev, ~0u, inplace, &err) != AX_OK)
        fail_msg("%s on %s: %s", t->c->name, b->name, err.msg);
    if (ax_trial_has_backward(t) && ax_trial_backward(t, b, dev, wanted, inplace, &err) != AX_OK)
        fail_msg("%s on %s: backward: %s", t->c->name, b->name, err.msg);
}

/* Gradients all together, one at a time, in place; the first is also the oracle for equal bits in the other order. */
static void agree(const ax_case *c, uint64_t seed, ax_device *oracle, ax_device *dev)
{
    ax_trial want, got[3];
    ax_trial_init(&want, c, seed);
    run(&want, &ax_backend_ref, oracle, ~0u, false);
    /* a sum of few products is off by little more than rounding; a variance by the cancellation in it */
    double tolerance = c->op == AX_OP_BNORM ? 2e-4 : 2e-5;
    for (int way = 0; way < 3; way++) {
        ax_trial_init(&got[way], c, seed);
        ax_emulated_backwards(way == 1);
        run(&got[way], cuda, dev, way == 1 ? 1 : ~0u, way == 2);
        for (uint32_t i = 1; way == 1 && i < c->n_in; i++)
            if (got[way].din[i])
                run(&got[way], cuda, dev, 1u << i, false);
        ax_trial_compare(&want, &got[way], tolerance,
                         way == 0   ? "cuda"
                         : way == 1 ? "cuda, one by one"
                                    : "cuda, in place");
    }
    ax_trial_identical(&got[0], &got[1], "cuda, threads in the other order");
    for (int way = 0; way < 3; way++)
        ax_trial_release(&got[way]);
    ax_trial_release(&want);
}

/* Multiply-adds of a dense convolution; 0 for everything else. */
static size_t dense_work(const ax_case *c)
{
    if (c->op != AX_OP_CONV2D || c->attr.conv.groups != 1)
        return 0;
    ax_type y;
    assert_int_equal(ax_op_get(c->op)->infer(&c->attr, c->in, c->n_in, &y, NULL), AX_OK);
    return ax_shape_count(y.shape) * ax_shape_count(c->in[1].shape) / (size_t)c->in[1].shape.n;
}

/* own: our own dense convolutions instead of cuDNN's, and only they. */
static void with(bool own)
{
    enum { MOST = 600000 }; /* multiply-adds: looking at every access takes its time */
    ax_err err = { AX_OK, "" };
    bool seen[AX_OP_COUNT] = { false };
    if (!(cuda = ax_emulated_backend(true)))
        skip();
    setenv("AUXCELL_CUDA_OWN_CONVOLUTION", own ? "1" : "0", 1);
    ax_device *dev = cuda->open(0, 1, &err), *oracle = ax_backend_ref.open(0, 1, NULL);
    if (!dev)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < ax_case_count; i++) {
        size_t work = dense_work(&ax_cases[i]);
        if (own && (!work || work > MOST))
            continue;
        agree(&ax_cases[i], 500 + i, oracle, dev);
        seen[ax_cases[i].op] = true;
    }
    for (int op = 0; op < AX_OP_COUNT; op++)
        if (!seen[op] && !own)
            fail_msg("%s: not compared", ax_op_get((ax_op)op)->text);
    cuda->close(dev);
    ax_backend_ref.close(oracle);
    assert_int_equal(ax_emulated_live(), 0);
}

static void cudnn(void **state)
{
    (void)state;
    with(false);
}

static void own_convolutions(void **state)
{
    (void)state;
    with(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cudnn),
        cmocka_unit_test(own_convolutions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
