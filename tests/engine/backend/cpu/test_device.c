/* The CPU device: opening, memory, hand-computed values, updates against the reference, and equal bits run to run. */
#include "tests/helper/suite.h"
#include "tests/helper/twin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

TEST(test_open)
{
    ax_err err = { 0 };
    assert_null(ax_backend_cpu.open(1, 1, &err));
    assert_int_equal(err.code, AX_EDEVICE);
    assert_null(ax_backend_cpu.open(0, -1, &err));
    assert_int_equal(err.code, AX_EINVAL);
    setenv("AUXCELL_ISA", "sse9", 1);
    assert_null(ax_backend_cpu.open(0, 1, &err));
    unsetenv("AUXCELL_ISA");
    assert_int_equal(err.code, AX_EINVAL);
    assert_string_equal(err.msg, "AUXCELL_ISA=sse9: not one of base, v3, v4");
    ax_device *dev = ax_backend_cpu.open(0, 0, &err);
    assert_non_null(dev);
    ax_backend_cpu.close(dev);
    ax_backend_cpu.close(NULL);
}

TEST(test_memory)
{
    ax_err err = { 0 };
    ax_device *dev = ax_backend_cpu.open(0, 1, &err);
    static const size_t sizes[] = { 0, 1, 63, 65, 100000, (5 << 20) + 3 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *mem = ax_backend_cpu.alloc(dev, sizes[i], &err);
        assert_non_null(mem);
        assert_int_equal((uintptr_t)mem % 64, 0);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(mem[k], 0);
        ax_backend_cpu.release(dev, mem);
    }
    assert_null(ax_backend_cpu.alloc(dev, SIZE_MAX - 5, &err));
    assert_int_equal(err.code, AX_ENOMEM);
    ax_backend_cpu.release(dev, NULL);
    float a[3] = { 1, 2, 3 }, b[3] = { 0 };
    assert_int_equal(ax_backend_cpu.copy(dev, b, a, sizeof a, AX_TO_DEVICE, &err), AX_OK);
    assert_memory_equal(a, b, sizeof a);
    assert_int_equal(ax_backend_cpu.sync(dev, &err), AX_OK);
    ax_backend_cpu.close(dev);
}

/* Runs a forward call on plain arrays. */
static void run(ax_device *dev, ax_call *call)
{
    ax_err err = { 0 };
    const ax_kernel *k = &ax_backend_cpu.forward[call->op];
    size_t work = 0;
    if (k->prepare)
        assert_int_equal(k->prepare(dev, call, &work, &err), AX_OK);
    call->work = ax_backend_cpu.alloc(dev, work, &err);
    assert_int_equal(k->run(dev, call, &err), AX_OK);
    if (k->discard)
        k->discard(dev, call);
    ax_backend_cpu.release(dev, call->work);
}

/* Ones convolved with ones: each output counts the taps inside the map. */
TEST(test_counting_convolution)
{
    ax_err err = { 0 };
    ax_device *dev = ax_backend_cpu.open(0, 2, &err);
    static const float want[16] = { 4, 6, 6, 4, 6, 9, 9, 6, 6, 9, 9, 6, 4, 6, 6, 4 };
    float x[16 * 2], w[2 * 9], y[16 * 2];
    for (int i = 0; i < 32; i++)
        x[i] = 1.0f;
    for (int i = 0; i < 18; i++)
        w[i] = 1.0f;
    ax_type map2 = twin_map(1, 4, 4, 2), map1 = twin_map(1, 4, 4, 1);
    ax_call dw = { .op = AX_OP_CONV2D,
                   .attr = { .conv = { 3, 1, 1, 1, 2 } },
                   .in = { { x, map2 }, { w, twin_weight(2, 3, 1) } },
                   .n_in = 2,
                   .out = { { y, map2 } },
                   .n_out = 1 };
    run(dev, &dw);
    for (int i = 0; i < 32; i++)
        assert_true(y[i] == want[i / 2]);
    ax_call dense = { .op = AX_OP_CONV2D,
                      .attr = { .conv = { 3, 1, 1, 1, 1 } },
                      .in = { { x, map2 }, { w, twin_weight(1, 3, 2) } },
                      .n_in = 2,
                      .out = { { y, map1 } },
                      .n_out = 1 };
    run(dev, &dense);
    for (int i = 0; i < 16; i++)
        assert_true(y[i] == 2.0f * want[i]);
    ax_backend_cpu.close(dev);
}

TEST(test_hand_values)
{
    ax_err err = { 0 };
    ax_device *dev = ax_backend_cpu.open(0, 1, &err);
    /* 1x2 to 1x4 with half-pixel centres: sources -1/4 (clamped), 1/4, 3/4, 5/4 (clamped) */
    float x[2] = { 0.0f, 8.0f }, y[4];
    ax_call resize = { .op = AX_OP_RESIZE,
                       .attr = { .size = { 1, 4 } },
                       .in = { { x, twin_map(1, 1, 2, 1) } },
                       .n_in = 1,
                       .out = { { y, twin_map(1, 1, 4, 1) } },
                       .n_out = 1 };
    run(dev, &resize);
    assert_true(y[0] == 0.0f && y[1] == 2.0f && y[2] == 6.0f && y[3] == 8.0f);
    /* two equal logits: loss ln 2, gradient +-1/2; the ignored pixel has no effect; then all are ignored */
    float logits[4] = { 3.0f, 3.0f, 50.0f, -50.0f }, loss, grad[4];
    uint8_t labels[2] = { 1, AX_IGNORE };
    ax_call ce = { .op = AX_OP_CE,
                   .in = { { logits, twin_map(1, 1, 2, 2) }, { labels, { { 1, 1, 2, 1 }, AX_U8, AX_NHWC } } },
                   .n_in = 2,
                   .out = { { &loss, twin_map(1, 1, 1, 1) }, { grad, twin_map(1, 1, 2, 2) } },
                   .n_out = 2 };
    run(dev, &ce);
    assert_true(fabs((double)loss - 0.6931471805599453) < 1e-7);
    assert_true(fabsf(grad[0] - 0.5f) < 1e-7f && fabsf(grad[1] + 0.5f) < 1e-7f && grad[2] == 0.0f && grad[3] == 0.0f);
    labels[0] = AX_IGNORE;
    run(dev, &ce);
    assert_true(loss == 0.0f && grad[0] == 0.0f && grad[1] == 0.0f);
    /* channel 1, 2, 3, 6: mean 3, biased variance 3.5, unbiased 14/3 */
    float v[4] = { 1, 2, 3, 6 }, gamma = 2.0f, beta = 1.0f, mean = 0.0f, var = 1.0f, out[4], m, s;
    ax_type one = twin_map(1, 1, 1, 1);
    ax_call norm = {
        .op = AX_OP_BNORM,
        .attr = { .norm = { 0.0f, 0.1f, AX_ACT_RELU, true } },
        .in = { { v, twin_map(1, 2, 2, 1) }, { &gamma, one }, { &beta, one }, { &mean, one }, { &var, one } },
        .n_in = 5,
        .out = { { out, twin_map(1, 2, 2, 1) }, { &m, one }, { &s, one } },
        .n_out = 3
    };
    run(dev, &norm);
    assert_true(fabsf(m - 3.0f) < 1e-6f && fabsf(s - 0.5345225f) < 1e-6f);
    assert_true(out[0] == 0.0f && out[1] == 0.0f && fabsf(out[2] - 1.0f) < 1e-6f);
    assert_true(fabsf(out[3] - 4.207135f) < 1e-5f);
    assert_true(fabsf(mean - 0.3f) < 1e-6f && fabsf(var - (0.9f + 1.4f / 3.0f)) < 1e-6f);
    /* the lowest id wins a tie */
    float tie[3] = { 1.0f, 7.0f, 7.0f };
    uint8_t id = 9;
    ax_call arg = { .op = AX_OP_ARGMAX,
                    .attr = { .size = { 1, 1 } },
                    .in = { { tie, twin_map(1, 1, 1, 3) } },
                    .n_in = 1,
                    .out = { { &id, { { 1, 1, 1, 1 }, AX_U8, AX_NHWC } } },
                    .n_out = 1 };
    run(dev, &arg);
    assert_int_equal(id, 1);
    ax_backend_cpu.close(dev);
}

/* Variance of values far from zero: the naive E[x^2] - E[x]^2 in float would be meaningless. */
TEST(test_norm_far_from_zero)
{
    ax_err err = { 0 };
    ax_device *dev = ax_backend_cpu.open(0, 2, &err);
    enum { PIXELS = 64 * 64 };
    float *x = calloc(2 * PIXELS, sizeof *x), *y = x + PIXELS;
    assert_non_null(x);
    for (int i = 0; i < PIXELS; i++)
        x[i] = 1000.0f + (i % 2 ? 0.25f : -0.25f);
    float gamma = 1.0f, beta = 0.0f, mean = 0.0f, var = 1.0f, m, s;
    ax_type one = twin_map(1, 1, 1, 1), map = twin_map(1, 64, 64, 1);
    ax_call norm = { .op = AX_OP_BNORM,
                     .attr = { .norm = { 1e-5f, 0.1f, AX_ACT_NONE, true } },
                     .in = { { x, map }, { &gamma, one }, { &beta, one }, { &mean, one }, { &var, one } },
                     .n_in = 5,
                     .out = { { y, map }, { &m, one }, { &s, one } },
                     .n_out = 3 };
    run(dev, &norm);
    assert_true(m == 1000.0f);
    assert_true(fabs((double)s - 1.0 / sqrt(0.0625 + 1e-5)) < 1e-5);
    free(x);
    ax_backend_cpu.close(dev);
}

enum { FLOATS = 10007 };

TEST(test_updates)
{
    static const char *const isas[] = { "base", "v3", "v4" };
    static const ax_update_now now = { .lr = 3e-3f,
                                       .correct1 = 1.0f - 0.729f,
                                       .correct2 = 1.0f - 0.997003f,
                                       .decay = 0.9f,
                                       .grad_scale = 0.7f,
                                       .finite = 1 };
    float *mem = calloc(9 * FLOATS, sizeof *mem);
    assert_non_null(mem);
    for (size_t set = 0; set < 3; set++) {
        twin t;
        if (!twin_open(&t, isas[set], 2))
            continue;
        float *grad = mem + 8 * FLOATS;
        double sums[2];
        for (size_t i = 0; i < FLOATS; i++) {
            grad[i] = sinf((float)i) * 3.0f;
            for (size_t k = 0; k < 8; k += 4) {
                mem[k * FLOATS + i] = cosf((float)i);
                mem[(k + 1) * FLOATS + i] = 0.1f * sinf(2.0f * (float)i);
                mem[(k + 2) * FLOATS + i] = 0.01f + 0.1f * fabsf(cosf(3.0f * (float)i));
                mem[(k + 3) * FLOATS + i] = 0.5f;
            }
        }
        for (int d = 0; d < 2; d++) {
            float *own = mem + d * 4 * FLOATS;
            ax_err err = { 0 };
            ax_update u = { .value = own,
                            .m = own + FLOATS,
                            .v = own + 2 * FLOATS,
                            .grad = grad,
                            .n = FLOATS,
                            .now = &now,
                            .weight_decay = 1e-2f,
                            .momentum = 0.9f,
                            .beta1 = 0.9f,
                            .beta2 = 0.999f,
                            .eps = 1e-8f };
            assert_int_equal(t.be[d]->sum_squares(t.dev[d], grad, FLOATS, &sums[d], &err), AX_OK);
            assert_int_equal(t.be[d]->adam(t.dev[d], &u, &err), AX_OK);
            assert_int_equal(t.be[d]->sgd(t.dev[d], &u, &err), AX_OK);
            assert_int_equal(t.be[d]->polyak(t.dev[d], own + 3 * FLOATS, own, FLOATS, &now.decay, &err), AX_OK);
        }
        for (size_t i = 0; i < 4 * FLOATS; i++)
            if (!(fabsf(mem[i] - mem[4 * FLOATS + i]) < 2e-6f)) /* a NaN must fail too */
                fail_msg("%s: float %zu is %g and %g", isas[set], i, (double)mem[i], (double)mem[4 * FLOATS + i]);
        assert_true(fabs(sums[0] - sums[1]) < 1e-9 * sums[0]);
        twin_close(&t);
    }
    free(mem);
}

/* The same thread count gives the same bits on each run. */
TEST(test_repeats)
{
    twin t;
    assert_true(twin_open(&t, NULL, 3));
    ax_type x = twin_map(4, 24, 24, 48), vec = twin_map(1, 1, 1, 48), label = twin_map(4, 24, 24, 1);
    label.dtype = AX_U8;
    for (unsigned round = 0; round < 5; round++) {
        ax_type dense[] = { x, twin_weight(48, 3, 48) }, point[] = { x, twin_weight(24, 1, 48) },
                deep[] = { x, twin_weight(48, 5, 1) }, norm[] = { x, vec, vec, vec, vec }, two[] = { x, label };
        twin_repeat(&t, AX_OP_CONV2D, (ax_attr) { .conv = { 3, 1, 1, 1, 1 } }, dense, 2, round);
        twin_repeat(&t, AX_OP_CONV2D, (ax_attr) { .conv = { 3, 1, 12, 12, 1 } }, dense, 2, round);
        twin_repeat(&t, AX_OP_CONV2D, (ax_attr) { .conv = { 1, 1, 0, 1, 1 } }, point, 2, round);
        twin_repeat(&t, AX_OP_CONV2D, (ax_attr) { .conv = { 5, 1, 2, 1, 48 } }, deep, 2, round);
        twin_repeat(&t, AX_OP_BNORM, (ax_attr) { .norm = { 1e-5f, 0.1f, AX_ACT_RELU, true } }, norm, 5, round);
        twin_repeat(&t, AX_OP_RESIZE, (ax_attr) { .size = { 96, 96 } }, &x, 1, round);
        twin_repeat(&t, AX_OP_GPOOL, (ax_attr) { 0 }, &x, 1, round);
        twin_repeat(&t, AX_OP_CE, (ax_attr) { 0 }, two, 2, round);
        twin_repeat(&t, AX_OP_MSE, (ax_attr) { 0 }, (ax_type[]) { x, x }, 2, round);
        twin_repeat(&t, AX_OP_WMSE, (ax_attr) { 0 }, (ax_type[]) { x, x, twin_map(4, 1, 1, 48) }, 3, round);
    }
    twin_close(&t);
}

int main(void)
{
    return RUN_TESTS(test_open, test_memory, test_hand_values, test_counting_convolution, test_repeats,
                     test_norm_far_from_zero, test_updates);
}
