/* Every kernel of the CUDA backend against the reference, on the emulated device, with every access of a kernel
   checked: bounds, races, uninitialised memory. Threads and blocks run in both orders. */
#include "tests/helper/emulated.h"
#include "tests/helper/oracle.h"
#include "tests/helper/suite.h"

#include <stdlib.h>

static const ax_backend *cuda;

/* In one of the ways, threads run in reverse order: the bits must be the same. */
static void agree(const ax_case *c, uint64_t seed, ax_device *oracle, ax_device *dev)
{
    ax_trial want, got[AX_WAYS];
    ax_trial_in_way(&want, c, seed, &ax_backend_ref, oracle, 0);
    for (int way = 0; way < AX_WAYS; way++) {
        ax_emulated_backwards(way == 1);
        ax_trial_in_way(&got[way], c, seed, cuda, dev, way);
        ax_trial_agrees(&want, &got[way], ax_way_name[way]);
    }
    ax_trial_identical(&got[0], &got[1], "threads in the other order");
    for (int way = 0; way < AX_WAYS; way++)
        ax_trial_release(&got[way]);
    ax_trial_release(&want);
}

/* Multiply-adds of a dense convolution; 0 for other operations. */
static size_t dense_work(const ax_case *c)
{
    if (c->op != AX_OP_CONV2D || c->attr.conv.groups != 1)
        return 0;
    ax_type y;
    assert_int_equal(ax_op_get(c->op)->infer(&c->attr, c->in, c->n_in, &y, NULL), AX_OK);
    return ax_shape_count(y.shape) * ax_shape_count(c->in[1].shape) / (size_t)c->in[1].shape.n;
}

/* own: only dense convolutions, on our own kernels instead of cuDNN's. */
static void with(bool own)
{
    enum { MOST = 600000 }; /* multiply-adds: checking every access is slow */
    bool seen[AX_OP_COUNT] = { false };
    setenv("AUXCELL_CUDA_OWN_CONVOLUTION", own ? "1" : "0", 1);
    ax_device *dev = ax_emulated_open(&cuda), *oracle = ax_backend_ref.open(0, 1, NULL);
    for (size_t i = 0; i < ax_case_count; i++) {
        size_t work = dense_work(&ax_cases[i]);
        if (own && (!work || work > MOST))
            continue;
        const bool needed = ax_cases[i].op != AX_OP_FUSED && ax_cases[i].op != AX_OP_CHAIN;
        if (needed || cuda->forward[ax_cases[i].op].run) /* backends needn't have these */
            agree(&ax_cases[i], 500 + i, oracle, dev);
        seen[ax_cases[i].op] = true;
    }
    if (!own)
        ax_every_op_was(seen);
    cuda->close(dev);
    ax_backend_ref.close(oracle);
    assert_int_equal(ax_emulated_live(), 0);
}

/* The largest difference, relative to a tensor's largest element, of a result rounded to 7 bits of mantissa and of a
   weight gradient that cuDNN computes that way. Short sums in another order may round to the neighbouring number. */
static const double HALF = 0x1p-8 + 2e-3;

/* own: only dense convolutions, on our own kernels instead of the libraries'. */
static void with_bfloat16(bool own)
{
    const size_t most = own ? 600000 : 3000000; /* multiply-adds */
    setenv("AUXCELL_CUDA_OWN_CONVOLUTION", own ? "1" : "0", 1);
    ax_device *dev = ax_emulated_open(&cuda), *oracle = ax_backend_ref.open(0, 1, NULL);
    size_t compared = 0;
    for (size_t i = 0; i < ax_case_count; i++) {
        const ax_case *c = &ax_cases[i];
        const size_t work = dense_work(c);
        if (!cuda->forward[c->op].run || !ax_op_get(c->op)->map_out || work > most || (own && !work))
            continue;
        ax_trial want, got[AX_WAYS];
        ax_trial_init(&want, c, 800 + i);
        ax_trial_round(&want);
        ax_trial_run(&want, &ax_backend_ref, oracle, ~0u, false);
        for (int way = 0; way < AX_WAYS; way++) {
            ax_emulated_backwards(way == 1);
            ax_trial_init(&got[way], c, 800 + i);
            ax_trial_round(&got[way]);
            got[way].bf16 = true;
            ax_trial_run(&got[way], cuda, dev, ~0u, way == 2);
            ax_trial_compare(&want, &got[way], HALF, 0, ax_way_name[way]);
        }
        ax_trial_identical(&got[0], &got[1], "threads in the other order");
        for (int way = 0; way < AX_WAYS; way++)
            ax_trial_release(&got[way]);
        ax_trial_release(&want);
        compared++;
    }
    assert_true(compared > (own ? 10 : 40));
    cuda->close(dev);
    ax_backend_ref.close(oracle);
    assert_int_equal(ax_emulated_live(), 0);
}

TEST(bfloat16)
{
    with_bfloat16(false);
}

TEST(own_convolutions_bfloat16)
{
    with_bfloat16(true);
}

TEST(cudnn)
{
    with(false);
}

TEST(own_convolutions)
{
    with(true);
}

int main(void)
{
    return RUN_TESTS(cudnn, own_convolutions, bfloat16, own_convolutions_bfloat16);
}
