/* Every operation that is no loss (test_losses.c) on numbers worked out by hand, on every backend. */
#include "tests/helper/backends.h"
#include "tests/helper/suite.h"
#include "tests/helper/types.h"
#include "tests/helper/values.h"

#include <math.h>
#include <string.h>

static void zero(const values *s)
{
    const ax_case c = { .name = "zero", AX_OP_ZERO, { .shape = { 1, 2, 1, 3 } }, 0 };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(0, 0, 0, 0, 0, 0));
    ax_trial_release(&t);
}

/* With ones everywhere, outputs count the taps inside the map, and gradients count how often an element was read. */
static void counting(const values *s)
{
    const ax_case c = {
        .name = "conv 3x3 of ones", AX_OP_CONV2D, CONV(3, 1, 1, 1, 1), 3, { MAP(1, 4, 4, 1), WEIGHT(1, 3, 1), SCALAR }
    };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_all(t.in[0], c.in[0], 1);
    values_all(t.in[1], c.in[1], 1);
    values_in(&t, 2, FLOATS(0.5f));
    values_all(t.dout, t.out_type[0], 1);
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0],
               FLOATS(4.5f, 6.5f, 6.5f, 4.5f, 6.5f, 9.5f, 9.5f, 6.5f, 6.5f, 9.5f, 9.5f, 6.5f, 4.5f, 6.5f, 6.5f, 4.5f));
    values_backward(s, &t);
    values_are(s, &t, "dx", t.din[0], FLOATS(4, 6, 6, 4, 6, 9, 9, 6, 6, 9, 9, 6, 4, 6, 6, 4));
    values_are(s, &t, "dw", t.din[1], FLOATS(9, 12, 9, 12, 16, 12, 9, 12, 9));
    values_are(s, &t, "db", t.din[2], FLOATS(16));
    ax_trial_release(&t);
}

/* Which tap reads which pixel, and that weights are stored as OIHW: two inputs, two outputs. */
static void conv(const values *s)
{
    const ax_case point = {
        .name = "conv 1x1", AX_OP_CONV2D, CONV(1, 1, 0, 1, 1), 2, { MAP(1, 1, 2, 2), WEIGHT(2, 1, 2) }
    };
    ax_trial t;
    ax_trial_init(&t, &point, 1);
    values_in(&t, 0, FLOATS(1, 2, 3, 4));
    values_in(&t, 1, FLOATS(10, 1, 100, -1));
    values_set(t.dout, t.out_type[0], FLOATS(1, 0, 0, 2));
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(12, 98, 34, 296));
    values_backward(s, &t);
    values_are(s, &t, "dx", t.din[0], FLOATS(10, 1, 200, -2));
    values_are(s, &t, "dw", t.din[1], FLOATS(1, 2, 6, 8));
    ax_trial_release(&t);

    /* stride 2, pad 1 over 1..9 in 3x3 (two input channels, the second all zero): w[0][0] = 1..9 */
    const ax_case strided = {
        .name = "conv 3x3 stride 2", AX_OP_CONV2D, CONV(3, 2, 1, 1, 1), 2, { MAP(1, 3, 3, 2), WEIGHT(1, 3, 2) }
    };
    ax_trial_init(&t, &strided, 1);
    values_in(&t, 0, FLOATS(1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 9, 0));
    values_in(&t, 1, FLOATS(1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -2, -3, -4, -5, -6, -7, -8, -9));
    values_forward(s, &t);
    /* top left: 1*5 + 2*6 + 4*8 + 5*9 = 94; top right: 2*4 + 3*5 + 5*7 + 6*8 = 106; ... */
    values_are(s, &t, "output", t.out[0],
               FLOATS(94, 106, 4 * 2 + 5 * 3 + 7 * 5 + 8 * 6, 5 * 1 + 6 * 2 + 8 * 4 + 9 * 5));
    ax_trial_release(&t);

    /* dilation 2: the taps on a 5x5 map are its corners, the middles of its edges and its centre */
    const ax_case dilated = {
        .name = "conv 3x3 dilated 2", AX_OP_CONV2D, CONV(3, 1, 0, 2, 1), 2, { MAP(1, 5, 5, 1), WEIGHT(1, 3, 1) }
    };
    ax_trial_init(&t, &dilated, 1);
    for (int i = 0; i < 25; i++)
        ((float *)t.in[0])[i] = (float)i;
    values_in(&t, 1, FLOATS(1, 0, 0, 0, 10, 0, 0, 0, 100));
    values_all(t.dout, t.out_type[0], 1);
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(0 + 120 + 2400));
    values_backward(s, &t);
    values_are(s, &t, "dx", t.din[0],
               FLOATS(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100));
    values_are(s, &t, "dw", t.din[1], FLOATS(0, 2, 4, 10, 12, 14, 20, 22, 24));
    ax_trial_release(&t);

    /* depthwise, stride 2, pad 1: each channel has its own kernel */
    const ax_case depthwise = {
        .name = "depthwise 3x3 stride 2", AX_OP_CONV2D, CONV(3, 2, 1, 1, 2), 2, { MAP(1, 2, 4, 2), WEIGHT(2, 3, 1) }
    };
    ax_trial_init(&t, &depthwise, 1);
    values_in(&t, 0, FLOATS(1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, 7, 70, 8, 80));
    values_in(&t, 1, FLOATS(0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1));
    values_set(t.dout, t.out_type[0], FLOATS(1, 1, 2, 3));
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(1, 140, 3, 300));
    values_backward(s, &t);
    values_are(s, &t, "dx", t.din[0], FLOATS(1, 1, 0, 4, 2, 3, 0, 3, 0, 1, 0, 4, 0, 3, 0, 3));
    values_are(s, &t, "dw", t.din[1],
               FLOATS(0, 0, 0, 4, 7, 10, 12, 19, 22, /* */ 0, 0, 0, 60, 100, 140, 180, 260, 300));
    ax_trial_release(&t);
    counting(s);
}

/* One channel 1, 3 (mean 2, biased variance 1, unbiased 2); gamma 2, beta 1. */
static void norm(const values *s)
{
    const float eps = 0.25f, invstd = 1 / sqrtf(1.25f);
    ax_case c = { .name = "batch norm",
                  AX_OP_BNORM,
                  { .norm = { .eps = eps, .momentum = 0.1f, .act = AX_ACT_RELU, .train = true } },
                  5,
                  { MAP(2, 1, 1, 1), SCALAR, SCALAR, SCALAR, SCALAR } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(1, 3));
    values_in(&t, 1, FLOATS(2));
    values_in(&t, 2, FLOATS(1));
    values_in(&t, 3, FLOATS(5));
    values_in(&t, 4, FLOATS(7));
    values_set(t.dout, t.out_type[0], FLOATS(8, 4));
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(0, 1 + 2 * invstd)); /* 1 - 2 * invstd is negative */
    values_are(s, &t, "mean", t.out[1], FLOATS(2));
    values_are(s, &t, "invstd", t.out[2], FLOATS(invstd));
    values_are(s, &t, "running mean", t.after[3], FLOATS(4.7f));
    values_are(s, &t, "running variance", t.after[4], FLOATS(6.5f));
    values_backward(s, &t);
    /* g = 0, 4; xhat = -invstd, invstd; dx = 2 invstd (g - 2 - xhat * 2 invstd) */
    values_are(s, &t, "dx", t.din[0],
               FLOATS(2 * invstd * (-2 + 2 * invstd * invstd), 2 * invstd * (2 - 2 * invstd * invstd)));
    values_are(s, &t, "dgamma", t.din[1], FLOATS(4 * invstd));
    values_are(s, &t, "dbeta", t.din[2], FLOATS(4));

    c.attr.norm.train =
        false; /* the running statistics are 5 and 7 + 0.25, and stay unchanged; both outputs are clipped */
    values_in(&t, 2, FLOATS(2.5f));
    const float still = 1 / sqrtf(7.25f);
    values_forward(s, &t);
    values_are(s, &t, "evaluation", t.out[0], FLOATS(0, 2.5f - 4 * still));
    values_are(s, &t, "running mean in evaluation", t.after[3], FLOATS(5));
    values_are(s, &t, "running variance in evaluation", t.after[4], FLOATS(7));
    values_backward(s, &t);
    values_are(s, &t, "dx in evaluation", t.din[0], FLOATS(0, 4 * 2 * still));
    values_are(s, &t, "dgamma in evaluation", t.din[1], FLOATS(4 * -2 * still));
    values_are(s, &t, "dbeta in evaluation", t.din[2], FLOATS(4));
    ax_trial_release(&t);
}

static void relu(const values *s)
{
    ax_case c = { .name = "relu", AX_OP_RELU, { .act = AX_ACT_RELU6 }, 1, { MAP(1, 1, 5, 1) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(-1, 0, 5, 6, 9));
    values_set(t.dout, t.out_type[0], FLOATS(1, 2, 3, 4, 5));
    values_forward(s, &t);
    values_are(s, &t, "relu6", t.out[0], FLOATS(0, 0, 5, 6, 6));
    values_backward(s, &t);
    values_are(s, &t, "gradient of relu6", t.din[0], FLOATS(0, 0, 3, 0, 0));
    c.attr.act = AX_ACT_RELU;
    values_forward(s, &t);
    values_are(s, &t, "relu", t.out[0], FLOATS(0, 0, 5, 6, 9));
    values_backward(s, &t);
    values_are(s, &t, "gradient of relu", t.din[0], FLOATS(0, 0, 3, 4, 5));
    ax_trial_release(&t);
}

static void add(const values *s)
{
    const ax_case c = { .name = "add", AX_OP_ADD, { .act = 0 }, 2, { MAP(1, 1, 1, 3), MAP(1, 1, 1, 3) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(1, 2, 3));
    values_in(&t, 1, FLOATS(10, -2, 0.5f));
    values_set(t.dout, t.out_type[0], FLOATS(7, 8, 9));
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(11, 0, 3.5f));
    values_backward(s, &t);
    values_are(s, &t, "da", t.din[0], FLOATS(7, 8, 9));
    values_are(s, &t, "db", t.din[1], FLOATS(7, 8, 9));
    ax_trial_release(&t);
}

/* 2x2 to 4x4: sources -1/4 (clamped to 0), 1/4, 3/4, 5/4 (clamped to 1). */
static void resize(const values *s)
{
    const ax_case up = { .name = "resize 2x2 to 4x4", AX_OP_RESIZE, { .size = { 4, 4 } }, 1, { MAP(1, 2, 2, 1) } };
    ax_trial t;
    ax_trial_init(&t, &up, 1);
    values_in(&t, 0, FLOATS(0, 4, 8, 12));
    values_all(t.dout, t.out_type[0], 1);
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12));
    values_backward(s, &t);
    values_are(s, &t, "gradient", t.din[0], FLOATS(4, 4, 4, 4));
    memset(t.dout, 0, 16 * sizeof(float));
    t.dout[5] = 16; /* a quarter away from the corner on both axes */
    values_backward(s, &t);
    values_are(s, &t, "gradient of one", t.din[0], FLOATS(9, 3, 3, 1));
    ax_trial_release(&t);

    /* four to two: sources 1/2 and 5/2, without antialiasing */
    const ax_case down = { .name = "resize 1x4 to 1x2", AX_OP_RESIZE, { .size = { 1, 2 } }, 1, { MAP(1, 1, 4, 1) } };
    ax_trial_init(&t, &down, 1);
    values_in(&t, 0, FLOATS(1, 3, 100, 200));
    values_set(t.dout, t.out_type[0], FLOATS(2, 4));
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(2, 150));
    values_backward(s, &t);
    values_are(s, &t, "gradient", t.din[0], FLOATS(1, 1, 2, 2));
    ax_trial_release(&t);

    /* the middles of odd sizes coincide: the neighbours' weight is zero */
    const ax_case middle = {
        .name = "resize 1x41 to 1x81", AX_OP_RESIZE, { .size = { 1, 81 } }, 1, { MAP(1, 1, 41, 1) }
    };
    ax_trial_init(&t, &middle, 1);
    values_all(t.in[0], t.c->in[0], 1e6f);
    ((float *)t.in[0])[20] = 0;
    values_forward(s, &t);
    assert_true(((float *)t.out[0])[40] == 0 && ((float *)t.out[0])[41] > 0);
    ax_trial_release(&t);

    const ax_case broadcast = {
        .name = "resize from a pixel", AX_OP_RESIZE, { .size = { 2, 3 } }, 1, { MAP(1, 1, 1, 2) }
    };
    ax_trial_init(&t, &broadcast, 1);
    values_in(&t, 0, FLOATS(5, 6));
    values_all(t.dout, t.out_type[0], 1);
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5, 6));
    values_backward(s, &t);
    values_are(s, &t, "gradient", t.din[0], FLOATS(6, 6));
    ax_trial_release(&t);
}

static void gpool(const values *s)
{
    const ax_case c = { .name = "gpool", AX_OP_GPOOL, { .act = 0 }, 1, { MAP(2, 1, 2, 2) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(1, 10, 3, 30, 5, 50, 6, 70));
    values_set(t.dout, t.out_type[0], FLOATS(2, 4, 6, 8));
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(2, 20, 5.5f, 60));
    values_backward(s, &t);
    values_are(s, &t, "gradient", t.din[0], FLOATS(1, 2, 1, 2, 3, 4, 3, 4));
    ax_trial_release(&t);
}

/* Channels enough for vectors and a rest: equal values, of which the first counts; NaN, of which the last does; and
   infinities. */
static void maxpool_channels(const values *s)
{
    enum { C = 70, KINDS = 4 };
    static const float x[KINDS][3] = { { 5, 5, 5 }, { NAN, 1, 2 }, { -INFINITY, -INFINITY, 3 }, { NAN, NAN, 1 } };
    static const float y[KINDS][3] = { { 5, 5, 5 }, { NAN, NAN, 2 }, { -INFINITY, 3, 3 }, { NAN, NAN, NAN } };
    static const uint8_t place[KINDS][3] = { { 4, 3, 3 }, { 4, 3, 4 }, { 4, 5, 4 }, { 5, 4, 3 } };
    static const float dx[KINDS][3] = { { 3, 4, 0 }, { 3, 0, 4 }, { 1, 0, 6 }, { 0, 7, 0 } };
    const ax_case c = { .name = "maxpool", AX_OP_MAXPOOL, { .conv = { 3, 1, 1, 1, 1 } }, 1, { MAP(1, 1, 3, C) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    for (int i = 0; i < 3 * C; i++) {
        ((float *)t.in[0])[i] = x[i % C % KINDS][i / C];
        ((float *)t.dout)[i] = (float)(1 << i / C);
    }
    values_forward(s, &t);
    for (int i = 0; i < 3 * C; i++) {
        const float is = ((float *)t.out[0])[i], wanted = y[i % C % KINDS][i / C];
        if (!(is == wanted || (isnan(is) && isnan(wanted))))
            fail_msg("%s: element %d is %g, not %g", s->b->name, i, (double)is, (double)wanted);
        assert_int_equal(((uint8_t *)t.out[1])[i], place[i % C % KINDS][i / C]);
    }
    values_backward(s, &t);
    for (int i = 0; i < 3 * C; i++)
        assert_float_equal(((float *)t.din[0])[i], dx[i % C % KINDS][i / C], 0);
    ax_trial_release(&t);
}

/* Windows of a 3x3 map at stride 2: the maximum of each corner's window, and the first of equal ones. */
static void maxpool(const values *s)
{
    const ax_case c = { .name = "maxpool", AX_OP_MAXPOOL, { .conv = { 3, 2, 1, 1, 1 } }, 1, { MAP(1, 3, 3, 1) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(-1, -2, -7, -3, -9, -2, -4, -4, -5));
    values_set(t.dout, t.out_type[0], FLOATS(1, 10, 100, 1000));
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(-1, -2, -3, -2));
    assert_memory_equal(t.out[1], ((const uint8_t[]) { 4, 3, 1, 1 }), 4);
    values_backward(s, &t);
    values_are(s, &t, "gradient", t.din[0], FLOATS(1, 10, 0, 100, 0, 1000, 0, 0, 0));
    ax_trial_release(&t);
    maxpool_channels(s);
}

static void mix(const values *s)
{
    const ax_case c = { .name = "mix",
                        AX_OP_MIX,
                        { .act = 0 },
                        4,
                        { MAP(1, 2, 1, 2), MAP(1, 2, 1, 2), MAP(1, 1, 1, 2), MAP(1, 1, 1, 2) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(1, 2, 3, 4));
    values_in(&t, 1, FLOATS(10, 20, 30, 40));
    values_in(&t, 2, FLOATS(2, 3));
    values_in(&t, 3, FLOATS(0.5f, -1));
    values_set(t.dout, t.out_type[0], FLOATS(1, 2, 3, 4));
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(7, -14, 21, -28));
    values_backward(s, &t);
    values_are(s, &t, "dx", t.din[0], FLOATS(2, 6, 6, 12));
    values_are(s, &t, "dy", t.din[1], FLOATS(0.5f, -2, 1.5f, -4));
    values_are(s, &t, "da", t.din[2], FLOATS(10, 20));
    values_are(s, &t, "db", t.din[3], FLOATS(100, 200));
    ax_trial_release(&t);
}

static void concat(const values *s)
{
    const ax_case c = {
        .name = "concat", AX_OP_CONCAT, { .act = 0 }, 3, { MAP(1, 2, 1, 1), MAP(1, 2, 1, 2), MAP(1, 2, 1, 1) }
    };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(1, 2));
    values_in(&t, 1, FLOATS(3, 4, 5, 6));
    values_in(&t, 2, FLOATS(7, 8));
    values_set(t.dout, t.out_type[0], FLOATS(10, 20, 30, 40, 50, 60, 70, 80));
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(1, 3, 4, 7, 2, 5, 6, 8));
    values_backward(s, &t);
    values_are(s, &t, "da", t.din[0], FLOATS(10, 50));
    values_are(s, &t, "db", t.din[1], FLOATS(20, 30, 60, 70));
    values_are(s, &t, "dc", t.din[2], FLOATS(40, 80));
    ax_trial_release(&t);
}

static void wsum(const values *s)
{
    const ax_case c = { .name = "wsum", AX_OP_WSUM, { .weight = { 1, 0.5f, -2 } }, 3, { SCALAR, SCALAR, SCALAR } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(1));
    values_in(&t, 1, FLOATS(10));
    values_in(&t, 2, FLOATS(3));
    values_set(t.dout, t.out_type[0], FLOATS(4));
    values_forward(s, &t);
    values_are(s, &t, "sum", t.out[0], FLOATS(0));
    values_backward(s, &t);
    values_are(s, &t, "first gradient", t.din[0], FLOATS(4));
    values_are(s, &t, "second gradient", t.din[1], FLOATS(2));
    values_are(s, &t, "third gradient", t.din[2], FLOATS(-8));
    ax_trial_release(&t);
}

/* Any number of classes: the largest anywhere, the first of equal ones, and NaN, which is never larger. */
static void argmax_classes(const values *s)
{
    for (int32_t n = 1; n <= 70; n++) {
        const ax_case c = { .name = "argmax", AX_OP_ARGMAX, { .size = { 1, 1 } }, 1, { MAP(1, 1, 1, n) } };
        ax_trial t;
        ax_trial_init(&t, &c, 1);
        float *x = t.in[0];
        for (int32_t k = 0; k < n; k++) {
            for (int32_t i = 0; i < n; i++)
                x[i] = i == k || i == n - 1 ? -1 : (float)(-2 - i % 3);
            values_forward(s, &t);
            assert_int_equal(*(uint8_t *)t.out[0], k);
            for (int32_t i = 1; i < n; i++)
                x[i] = i == k ? x[i] : NAN;
            values_forward(s, &t);
            assert_int_equal(*(uint8_t *)t.out[0], x[k] > x[0] ? k : 0);
            x[0] = NAN;
            values_forward(s, &t);
            assert_int_equal(*(uint8_t *)t.out[0], 0);
        }
        ax_trial_release(&t);
    }
}

static void argmax(const values *s)
{
    ax_case c = { .name = "argmax", AX_OP_ARGMAX, { .size = { 1, 4 } }, 1, { MAP(1, 1, 2, 3) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    /* at 0: 5 5 0 (a tie: 0); at 1/4: 4.5 3.75 1; at 3/4: 3.5 1.25 3; at 1: 3 0 4 */
    values_in(&t, 0, FLOATS(5, 5, 0, 3, 0, 4));
    values_forward(s, &t);
    assert_memory_equal(t.out[0], ((const uint8_t[]) { 0, 0, 0, 2 }), 4);
    values_in(&t, 0, FLOATS(-3, -1, -2, -9, -8, -7)); /* nothing is positive */
    values_forward(s, &t);
    assert_memory_equal(t.out[0], ((const uint8_t[]) { 1, 1, 2, 2 }), 4);
    ax_trial_release(&t);
    argmax_classes(s);
}

static void fused(const values *s)
{
    const ax_attr attr = { .fused = { .kernel = 1,
                                      .stride = 1,
                                      .dilation = 1,
                                      .groups = 1,
                                      .act = AX_ACT_RELU,
                                      .after = AX_ACT_RELU6,
                                      .bias = true,
                                      .norm = true } };
    const ax_case c = { .name = "fused",
                        .op = AX_OP_FUSED,
                        .attr = attr,
                        .n_in = 9,
                        .in = { MAP(1, 1, 2, 2), WEIGHT(2, 1, 2), MAP(1, 1, 1, 2), MAP(1, 1, 1, 2), MAP(1, 1, 1, 2),
                                MAP(1, 1, 1, 2), MAP(1, 1, 1, 2), MAP(1, 1, 2, 2), MAP(1, 1, 2, 2) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(1, 2, 3, 4));
    values_in(&t, 1, FLOATS(1, 1, 1, -1));     /* 3, -1; 7, -1 */
    values_in(&t, 2, FLOATS(1, 3));            /* 4, 2; 8, 2 */
    values_in(&t, 3, FLOATS(2, -4));           /* gamma */
    values_in(&t, 4, FLOATS(-1, 1));           /* beta */
    values_in(&t, 5, FLOATS(5, 1));            /* mean: -1, 1; 3, 1 */
    values_in(&t, 6, FLOATS(4, 16));           /* variance: -2, 0; 2, 0 */
    values_in(&t, 7, FLOATS(-1, 1, 4, -0.5f)); /* after the relu 0, 0; 2, 0: -1, 1; 6, -0.5 */
    values_in(&t, 8, FLOATS(0.5f, 2, 1, 0));   /* -0.5, 3; 7, -0.5 */
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(0, 3, 6, 0));
    ax_trial_release(&t);
}

/* Ties go to even: 1 + 2^-8 is between 1 and 1 + 2^-7, 1 + 3 * 2^-8 between 1 + 2^-7 and 1 + 2^-6. */
static void cast(const values *s)
{
    const float in[] = { 1, 1 + 0x1p-8f, 1 + 0x1p-8f + 0x1p-20f, 1 + 3 * 0x1p-8f, -3.0e38f, 3.4e38f };
    const uint16_t out[] = { 0x3f80, 0x3f80, 0x3f81, 0x3f82, 0xff62, 0x7f80 };
    const float back[] = { 1, 1, 1 + 0x1p-7f, 1 + 0x1p-6f, -0x1.c4p127f, INFINITY };
    ax_case c = { .name = "cast", AX_OP_CAST, { .dtype = AX_BF16 }, 1, { MAP(1, 1, 2, 3) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    memcpy(t.in[0], in, sizeof in);
    values_forward(s, &t);
    assert_memory_equal(t.out[0], out, sizeof out);
    ((float *)t.in[0])[0] = NAN;
    values_forward(s, &t);
    assert_int_equal(*(uint16_t *)t.out[0] & 0x7fff, 0x7fff);
    ax_trial_release(&t);
    c = (ax_case) { .name = "cast back", AX_OP_CAST, { .dtype = AX_F32 }, 1, { MAP(1, 1, 2, 3) } };
    c.in[0].dtype = AX_BF16;
    ax_trial_init(&t, &c, 1);
    memcpy(t.in[0], out, sizeof out);
    values_forward(s, &t);
    assert_memory_equal(t.out[0], back, sizeof back);
    ax_trial_release(&t);
}

static void chain(const values *s)
{
    const ax_fused_attr depthwise = {
        .kernel = 3, .stride = 1, .pad = 1, .dilation = 1, .groups = 1, .act = AX_ACT_RELU
    };
    const ax_fused_attr last = { .kernel = 1, .stride = 1, .dilation = 1, .groups = 1, .bias = true };
    const ax_case c = { .name = "chain",
                        .op = AX_OP_CHAIN,
                        .attr = { .chain = { .link = { depthwise, last }, .links = 2 } },
                        .n_in = 5,
                        .in = { MAP(1, 3, 1, 1), WEIGHT(1, 3, 1), WEIGHT(2, 1, 1), MAP(1, 1, 1, 2), MAP(1, 3, 1, 2) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(1, 2, 4));
    values_in(&t, 1, FLOATS(9, 1, 9, 9, 2, 9, 9, -1, 9)); /* 2 - 2, 1 + 4 - 4, 2 + 8: 0, 1, 10 */
    values_in(&t, 2, FLOATS(1, -1));
    values_in(&t, 3, FLOATS(0, 3)); /* 0, 3; 1, 2; 10, -7 */
    values_in(&t, 4, FLOATS(0.5f, 0, 0, 1, 0, 0));
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(0.5f, 3, 1, 3, 10, -7));
    values_in(&t, 1, FLOATS(9, 1, 9, 9, 2, 9, 9, -2, 9)); /* -2, -3, 10: the relu of what is between */
    values_forward(s, &t);
    values_are(s, &t, "output", t.out[0], FLOATS(0.5f, 3, 0, 4, 10, -7));
    ax_trial_release(&t);
}

static void every_operation(const ax_backend *be)
{
    static void (*const check[AX_OP_COUNT])(const values *) = {
        [AX_OP_ZERO] = zero,   [AX_OP_CONV2D] = conv,   [AX_OP_BNORM] = norm,      [AX_OP_RELU] = relu,
        [AX_OP_ADD] = add,     [AX_OP_RESIZE] = resize, [AX_OP_GPOOL] = gpool,     [AX_OP_CONCAT] = concat,
        [AX_OP_WSUM] = wsum,   [AX_OP_ARGMAX] = argmax, [AX_OP_MAXPOOL] = maxpool, [AX_OP_MIX] = mix,
        [AX_OP_FUSED] = fused, [AX_OP_CAST] = cast,     [AX_OP_CHAIN] = chain,
    };
    for (int op = 0; op < AX_OP_COUNT; op++)
        if (!check[op] && op != AX_OP_CE && op != AX_OP_DEPTH_LOSS && op != AX_OP_MSE && op != AX_OP_WMSE)
            fail_msg("%s: no value was worked out", ax_op_get((ax_op)op)->text);
    values_check(be, check);
}

int main(void)
{
    return backends_run(every_operation);
}
