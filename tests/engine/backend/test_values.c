/* Every operation on numbers worked out by hand, on every backend; the CUDA one on emulated libraries. */
#include "tests/helper/emulated.h"
#include "tests/helper/oracle.h"
#include "tests/helper/types.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct bench {
    const ax_backend *b;
    ax_device *dev;
} bench;

#define FLOATS(...) ((const float[]) { __VA_ARGS__ }), sizeof((const float[]) { __VA_ARGS__ }) / sizeof(float)

static void set(void *to, ax_type type, const float *from, size_t n)
{
    assert_int_equal(ax_shape_count(type.shape), n);
    memcpy(to, from, n * sizeof *from);
}

static void set_in(ax_trial *t, uint32_t i, const float *from, size_t n)
{
    set(t->in[i], t->c->in[i], from, n);
}

static void set_all(float *to, ax_type type, float value)
{
    for (size_t i = 0; i < ax_shape_count(type.shape); i++)
        to[i] = value;
}

static void expect(const bench *s, const ax_trial *t, const char *what, const void *got, const float *want, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(((const float *)got)[i] - want[i]) <= 1e-5f * fmaxf(1, fabsf(want[i]))))
            fail_msg("%s on %s: %s: element %zu is %g, not %g", t->c->name, s->b->name, what, i,
                     ((const float *)got)[i], want[i]);
}

static void forward(const bench *s, ax_trial *t)
{
    ax_err err = { AX_OK, "" };
    if (ax_trial_forward(t, s->b, s->dev, ~0u, false, &err) != AX_OK)
        fail_msg("%s on %s: %s", t->c->name, s->b->name, err.msg);
}

static void backward(const bench *s, ax_trial *t)
{
    ax_err err = { AX_OK, "" };
    if (ax_trial_backward(t, s->b, s->dev, ~0u, false, &err) != AX_OK)
        fail_msg("%s on %s: %s", t->c->name, s->b->name, err.msg);
}

static void zero(const bench *s)
{
    const ax_case c = { .name = "zero", AX_OP_ZERO, { .shape = { 1, 2, 1, 3 } }, 0 };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(0, 0, 0, 0, 0, 0));
    ax_trial_release(&t);
}

/* Ones everywhere count the taps that are inside the map; for the gradients, how often an element was read. */
static void counting(const bench *s)
{
    const ax_case c = {
        .name = "conv 3x3 of ones", AX_OP_CONV2D, CONV(3, 1, 1, 1, 1), 3, { MAP(1, 4, 4, 1), WEIGHT(1, 3, 1), SCALAR }
    };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_all(t.in[0], c.in[0], 1);
    set_all(t.in[1], c.in[1], 1);
    set_in(&t, 2, FLOATS(0.5f));
    set_all(t.dout, t.out_type[0], 1);
    forward(s, &t);
    expect(s, &t, "output", t.out[0],
           FLOATS(4.5f, 6.5f, 6.5f, 4.5f, 6.5f, 9.5f, 9.5f, 6.5f, 6.5f, 9.5f, 9.5f, 6.5f, 4.5f, 6.5f, 6.5f, 4.5f));
    backward(s, &t);
    expect(s, &t, "dx", t.din[0], FLOATS(4, 6, 6, 4, 6, 9, 9, 6, 6, 9, 9, 6, 4, 6, 6, 4));
    expect(s, &t, "dw", t.din[1], FLOATS(9, 12, 9, 12, 16, 12, 9, 12, 9));
    expect(s, &t, "db", t.din[2], FLOATS(16));
    ax_trial_release(&t);
}

/* Which tap meets which pixel, and that weights are stored as OIHW: two inputs, two outputs. */
static void conv(const bench *s)
{
    const ax_case point = {
        .name = "conv 1x1", AX_OP_CONV2D, CONV(1, 1, 0, 1, 1), 2, { MAP(1, 1, 2, 2), WEIGHT(2, 1, 2) }
    };
    ax_trial t;
    ax_trial_init(&t, &point, 1);
    set_in(&t, 0, FLOATS(1, 2, 3, 4));
    set_in(&t, 1, FLOATS(10, 1, 100, -1));
    set(t.dout, t.out_type[0], FLOATS(1, 0, 0, 2));
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(12, 98, 34, 296));
    backward(s, &t);
    expect(s, &t, "dx", t.din[0], FLOATS(10, 1, 200, -2));
    expect(s, &t, "dw", t.din[1], FLOATS(1, 2, 6, 8));
    ax_trial_release(&t);

    /* stride 2, pad 1 over 1..9 in 3x3 (two input channels, the second all zero): w[0][0] = 1..9 */
    const ax_case strided = {
        .name = "conv 3x3 stride 2", AX_OP_CONV2D, CONV(3, 2, 1, 1, 1), 2, { MAP(1, 3, 3, 2), WEIGHT(1, 3, 2) }
    };
    ax_trial_init(&t, &strided, 1);
    set_in(&t, 0, FLOATS(1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 9, 0));
    set_in(&t, 1, FLOATS(1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -2, -3, -4, -5, -6, -7, -8, -9));
    forward(s, &t);
    /* top left: 1*5 + 2*6 + 4*8 + 5*9 = 94; top right: 2*4 + 3*5 + 5*7 + 6*8 = 106; ... */
    expect(s, &t, "output", t.out[0], FLOATS(94, 106, 4 * 2 + 5 * 3 + 7 * 5 + 8 * 6, 5 * 1 + 6 * 2 + 8 * 4 + 9 * 5));
    ax_trial_release(&t);

    /* dilation 2: the corners of a 5x5 map and its centre cross */
    const ax_case dilated = {
        .name = "conv 3x3 dilated 2", AX_OP_CONV2D, CONV(3, 1, 0, 2, 1), 2, { MAP(1, 5, 5, 1), WEIGHT(1, 3, 1) }
    };
    ax_trial_init(&t, &dilated, 1);
    for (int i = 0; i < 25; i++)
        ((float *)t.in[0])[i] = (float)i;
    set_in(&t, 1, FLOATS(1, 0, 0, 0, 10, 0, 0, 0, 100));
    set_all(t.dout, t.out_type[0], 1);
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(0 + 120 + 2400));
    backward(s, &t);
    expect(s, &t, "dx", t.din[0], FLOATS(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100));
    expect(s, &t, "dw", t.din[1], FLOATS(0, 2, 4, 10, 12, 14, 20, 22, 24));
    ax_trial_release(&t);

    /* depthwise, stride 2, pad 1: a channel never meets the other's kernel */
    const ax_case depthwise = {
        .name = "depthwise 3x3 stride 2", AX_OP_CONV2D, CONV(3, 2, 1, 1, 2), 2, { MAP(1, 2, 4, 2), WEIGHT(2, 3, 1) }
    };
    ax_trial_init(&t, &depthwise, 1);
    set_in(&t, 0, FLOATS(1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, 7, 70, 8, 80));
    set_in(&t, 1, FLOATS(0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1));
    set(t.dout, t.out_type[0], FLOATS(1, 1, 2, 3));
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(1, 140, 3, 300));
    backward(s, &t);
    expect(s, &t, "dx", t.din[0], FLOATS(1, 1, 0, 4, 2, 3, 0, 3, 0, 1, 0, 4, 0, 3, 0, 3));
    expect(s, &t, "dw", t.din[1], FLOATS(0, 0, 0, 4, 7, 10, 12, 19, 22, /* */ 0, 0, 0, 60, 100, 140, 180, 260, 300));
    ax_trial_release(&t);
    counting(s);
}

/* One channel 1, 3 (mean 2, biased variance 1, unbiased 2); gamma 2, beta 1. */
static void norm(const bench *s)
{
    const float eps = 0.25f, invstd = 1 / sqrtf(1.25f);
    ax_case c = { .name = "batch norm",
                  AX_OP_BNORM,
                  { .norm = { .eps = eps, .momentum = 0.1f, .act = AX_ACT_RELU, .train = true } },
                  5,
                  { MAP(2, 1, 1, 1), SCALAR, SCALAR, SCALAR, SCALAR } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_in(&t, 0, FLOATS(1, 3));
    set_in(&t, 1, FLOATS(2));
    set_in(&t, 2, FLOATS(1));
    set_in(&t, 3, FLOATS(5));
    set_in(&t, 4, FLOATS(7));
    set(t.dout, t.out_type[0], FLOATS(8, 4));
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(0, 1 + 2 * invstd)); /* 1 - 2 * invstd is negative */
    expect(s, &t, "mean", t.out[1], FLOATS(2));
    expect(s, &t, "invstd", t.out[2], FLOATS(invstd));
    expect(s, &t, "running mean", t.after[3], FLOATS(4.7f));
    expect(s, &t, "running variance", t.after[4], FLOATS(6.5f));
    backward(s, &t);
    /* g = 0, 4; xhat = -invstd, invstd; dx = 2 invstd (g - 2 - xhat * 2 invstd) */
    expect(s, &t, "dx", t.din[0],
           FLOATS(2 * invstd * (-2 + 2 * invstd * invstd), 2 * invstd * (2 - 2 * invstd * invstd)));
    expect(s, &t, "dgamma", t.din[1], FLOATS(4 * invstd));
    expect(s, &t, "dbeta", t.din[2], FLOATS(4));

    c.attr.norm.train = false; /* the statistics are 5 and 7 + 0.25, and stay; both outputs are cut */
    set_in(&t, 2, FLOATS(2.5f));
    const float still = 1 / sqrtf(7.25f);
    forward(s, &t);
    expect(s, &t, "evaluation", t.out[0], FLOATS(0, 2.5f - 4 * still));
    expect(s, &t, "running mean in evaluation", t.after[3], FLOATS(5));
    expect(s, &t, "running variance in evaluation", t.after[4], FLOATS(7));
    backward(s, &t);
    expect(s, &t, "dx in evaluation", t.din[0], FLOATS(0, 4 * 2 * still));
    expect(s, &t, "dgamma in evaluation", t.din[1], FLOATS(4 * -2 * still));
    expect(s, &t, "dbeta in evaluation", t.din[2], FLOATS(4));
    ax_trial_release(&t);
}

static void relu(const bench *s)
{
    ax_case c = { .name = "relu", AX_OP_RELU, { .act = AX_ACT_RELU6 }, 1, { MAP(1, 1, 5, 1) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_in(&t, 0, FLOATS(-1, 0, 5, 6, 9));
    set(t.dout, t.out_type[0], FLOATS(1, 2, 3, 4, 5));
    forward(s, &t);
    expect(s, &t, "relu6", t.out[0], FLOATS(0, 0, 5, 6, 6));
    backward(s, &t);
    expect(s, &t, "gradient of relu6", t.din[0], FLOATS(0, 0, 3, 0, 0));
    c.attr.act = AX_ACT_RELU;
    forward(s, &t);
    expect(s, &t, "relu", t.out[0], FLOATS(0, 0, 5, 6, 9));
    backward(s, &t);
    expect(s, &t, "gradient of relu", t.din[0], FLOATS(0, 0, 3, 4, 5));
    ax_trial_release(&t);
}

static void add(const bench *s)
{
    const ax_case c = { .name = "add", AX_OP_ADD, { .act = 0 }, 2, { MAP(1, 1, 1, 3), MAP(1, 1, 1, 3) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_in(&t, 0, FLOATS(1, 2, 3));
    set_in(&t, 1, FLOATS(10, -2, 0.5f));
    set(t.dout, t.out_type[0], FLOATS(7, 8, 9));
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(11, 0, 3.5f));
    backward(s, &t);
    expect(s, &t, "da", t.din[0], FLOATS(7, 8, 9));
    expect(s, &t, "db", t.din[1], FLOATS(7, 8, 9));
    ax_trial_release(&t);
}

/* 2x2 to 4x4: sources -1/4 (clamped to 0), 1/4, 3/4, 5/4 (clamped to 1). */
static void resize(const bench *s)
{
    const ax_case up = { .name = "resize 2x2 to 4x4", AX_OP_RESIZE, { .size = { 4, 4 } }, 1, { MAP(1, 2, 2, 1) } };
    ax_trial t;
    ax_trial_init(&t, &up, 1);
    set_in(&t, 0, FLOATS(0, 4, 8, 12));
    set_all(t.dout, t.out_type[0], 1);
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12));
    backward(s, &t);
    expect(s, &t, "gradient", t.din[0], FLOATS(4, 4, 4, 4));
    memset(t.dout, 0, 16 * sizeof(float));
    t.dout[5] = 16; /* the pixel a quarter in from the corner, on both axes */
    backward(s, &t);
    expect(s, &t, "gradient of one", t.din[0], FLOATS(9, 3, 3, 1));
    ax_trial_release(&t);

    /* four to two: sources 1/2 and 5/2, without averaging over what is between (no antialiasing) */
    const ax_case down = { .name = "resize 1x4 to 1x2", AX_OP_RESIZE, { .size = { 1, 2 } }, 1, { MAP(1, 1, 4, 1) } };
    ax_trial_init(&t, &down, 1);
    set_in(&t, 0, FLOATS(1, 3, 100, 200));
    set(t.dout, t.out_type[0], FLOATS(2, 4));
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(2, 150));
    backward(s, &t);
    expect(s, &t, "gradient", t.din[0], FLOATS(1, 1, 2, 2));
    ax_trial_release(&t);

    /* the middle of an odd size is that of another: no weight at all is left for its neighbours */
    const ax_case middle = {
        .name = "resize 1x41 to 1x81", AX_OP_RESIZE, { .size = { 1, 81 } }, 1, { MAP(1, 1, 41, 1) }
    };
    ax_trial_init(&t, &middle, 1);
    set_all(t.in[0], t.c->in[0], 1e6f);
    ((float *)t.in[0])[20] = 0;
    forward(s, &t);
    assert_true(((float *)t.out[0])[40] == 0 && ((float *)t.out[0])[41] > 0);
    ax_trial_release(&t);

    const ax_case broadcast = {
        .name = "resize from a pixel", AX_OP_RESIZE, { .size = { 2, 3 } }, 1, { MAP(1, 1, 1, 2) }
    };
    ax_trial_init(&t, &broadcast, 1);
    set_in(&t, 0, FLOATS(5, 6));
    set_all(t.dout, t.out_type[0], 1);
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5, 6));
    backward(s, &t);
    expect(s, &t, "gradient", t.din[0], FLOATS(6, 6));
    ax_trial_release(&t);
}

static void gpool(const bench *s)
{
    const ax_case c = { .name = "gpool", AX_OP_GPOOL, { .act = 0 }, 1, { MAP(2, 1, 2, 2) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_in(&t, 0, FLOATS(1, 10, 3, 30, 5, 50, 6, 70));
    set(t.dout, t.out_type[0], FLOATS(2, 4, 6, 8));
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(2, 20, 5.5f, 60));
    backward(s, &t);
    expect(s, &t, "gradient", t.din[0], FLOATS(1, 2, 1, 2, 3, 4, 3, 4));
    ax_trial_release(&t);
}

/* Windows of a 3x3 map at stride 2: each corner's has its largest number, and of equals the first. */
static void maxpool(const bench *s)
{
    const ax_case c = { .name = "maxpool", AX_OP_MAXPOOL, { .conv = { 3, 2, 1, 1, 1 } }, 1, { MAP(1, 3, 3, 1) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_in(&t, 0, FLOATS(-1, -2, -7, -3, -9, -2, -4, -4, -5));
    set(t.dout, t.out_type[0], FLOATS(1, 10, 100, 1000));
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(-1, -2, -3, -2));
    assert_memory_equal(t.out[1], ((const uint8_t[]) { 4, 3, 1, 1 }), 4);
    backward(s, &t);
    expect(s, &t, "gradient", t.din[0], FLOATS(1, 10, 0, 100, 0, 1000, 0, 0, 0));
    ax_trial_release(&t);
}

static void mix(const bench *s)
{
    const ax_case c = { .name = "mix",
                        AX_OP_MIX,
                        { .act = 0 },
                        4,
                        { MAP(1, 2, 1, 2), MAP(1, 2, 1, 2), MAP(1, 1, 1, 2), MAP(1, 1, 1, 2) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_in(&t, 0, FLOATS(1, 2, 3, 4));
    set_in(&t, 1, FLOATS(10, 20, 30, 40));
    set_in(&t, 2, FLOATS(2, 3));
    set_in(&t, 3, FLOATS(0.5f, -1));
    set(t.dout, t.out_type[0], FLOATS(1, 2, 3, 4));
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(7, -14, 21, -28));
    backward(s, &t);
    expect(s, &t, "dx", t.din[0], FLOATS(2, 6, 6, 12));
    expect(s, &t, "dy", t.din[1], FLOATS(0.5f, -2, 1.5f, -4));
    expect(s, &t, "da", t.din[2], FLOATS(10, 20));
    expect(s, &t, "db", t.din[3], FLOATS(100, 200));
    ax_trial_release(&t);
}

static void concat(const bench *s)
{
    const ax_case c = {
        .name = "concat", AX_OP_CONCAT, { .act = 0 }, 3, { MAP(1, 2, 1, 1), MAP(1, 2, 1, 2), MAP(1, 2, 1, 1) }
    };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_in(&t, 0, FLOATS(1, 2));
    set_in(&t, 1, FLOATS(3, 4, 5, 6));
    set_in(&t, 2, FLOATS(7, 8));
    set(t.dout, t.out_type[0], FLOATS(10, 20, 30, 40, 50, 60, 70, 80));
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(1, 3, 4, 7, 2, 5, 6, 8));
    backward(s, &t);
    expect(s, &t, "da", t.din[0], FLOATS(10, 50));
    expect(s, &t, "db", t.din[1], FLOATS(20, 30, 60, 70));
    expect(s, &t, "dc", t.din[2], FLOATS(40, 80));
    ax_trial_release(&t);
}

/* Softmax of (0, log 3) is (1/4, 3/4). */
static void ce(const bench *s)
{
    const ax_case c = {
        .name = "ce", AX_OP_CE, { .act = 0 }, 2, { MAP(1, 1, 3, 2), { .shape = { 1, 1, 3, 1 }, .dtype = AX_U8 } }
    };
    const float l = logf(3);
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_in(&t, 0, FLOATS(0, l, 7, 9, l, 0));
    memcpy(t.in[1], (const uint8_t[]) { 0, AX_IGNORE, 0 }, 3);
    set(t.dout, t.out_type[0], FLOATS(10));
    forward(s, &t);
    expect(s, &t, "loss", t.out[0], FLOATS((logf(4) + logf(4.0f / 3)) / 2));
    expect(s, &t, "unit gradient", t.out[1], FLOATS(-0.375f, 0.375f, 0, 0, -0.125f, 0.125f));
    backward(s, &t);
    expect(s, &t, "gradient", t.din[0], FLOATS(-3.75f, 3.75f, 0, 0, -1.25f, 1.25f));
    memset(t.in[1], AX_IGNORE, 3);
    forward(s, &t);
    expect(s, &t, "loss of nothing", t.out[0], FLOATS(0));
    expect(s, &t, "unit gradient of nothing", t.out[1], FLOATS(0, 0, 0, 0, 0, 0));
    memset(t.in[1], 1, 3);
    set_in(&t, 0, FLOATS(0, 1000, 1000, 0, 0, 0)); /* exp(1000) is infinite */
    forward(s, &t);
    expect(s, &t, "loss of huge logits", t.out[0], FLOATS((0 + 1000 + logf(2)) / 3));
    ax_trial_release(&t);
}

/* As above, with weights 3 and 1/2 of labels 0 and 1: each pixel counts as much as its label. */
static void ce_weighted(const bench *s)
{
    const ax_case c = { .name = "ce, weighted",
                        AX_OP_CE,
                        { .act = 0 },
                        3,
                        { MAP(1, 1, 3, 2), { .shape = { 1, 1, 3, 1 }, .dtype = AX_U8 }, MAP(1, 1, 1, 2) } };
    const float l = logf(3);
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_in(&t, 0, FLOATS(0, l, 7, 9, l, 0));
    set_in(&t, 2, FLOATS(3, 0.5f));
    memcpy(t.in[1], (const uint8_t[]) { 0, AX_IGNORE, 1 }, 3);
    set(t.dout, t.out_type[0], FLOATS(7));
    forward(s, &t);
    expect(s, &t, "loss", t.out[0], FLOATS((3 * logf(4) + logf(4) / 2) / 3.5f));
    expect(s, &t, "unit gradient", t.out[1], FLOATS(-2.25f / 3.5f, 2.25f / 3.5f, 0, 0, 0.375f / 3.5f, -0.375f / 3.5f));
    backward(s, &t);
    expect(s, &t, "gradient", t.din[0], FLOATS(-4.5f, 4.5f, 0, 0, 0.75f, -0.75f));
    memset(t.in[1], AX_IGNORE, 3);
    forward(s, &t);
    expect(s, &t, "loss of nothing", t.out[0], FLOATS(0));
    expect(s, &t, "unit gradient of nothing", t.out[1], FLOATS(0, 0, 0, 0, 0, 0));
    ax_trial_release(&t);
}

static void cross_entropies(const bench *s)
{
    ce(s);
    ce_weighted(s);
}

static ax_trial depth_trial(const bench *s, const ax_case *c, const float *p, const float *truth)
{
    ax_trial t;
    size_t n = ax_shape_count(c->in[0].shape);
    ax_trial_init(&t, c, 1);
    set_in(&t, 0, p, n);
    set_in(&t, 1, truth, n);
    set(t.dout, t.out_type[0], FLOATS(10));
    forward(s, &t);
    return t;
}

/* Errors 5, -3, 1, -0.5 and three holes; c = 1. */
static void berhu(const bench *s)
{
    ax_case c = {
        .name = "berhu", AX_OP_DEPTH_LOSS, { .depth = { AX_BERHU, 0 } }, 2, { MAP(1, 1, 7, 1), MAP(1, 1, 7, 1) }
    };
    const float p[] = { 7, 1, 3, 1.5f, 9, -9, 0 }, truth[] = { 2, 4, 2, 2, 0, 0, 0 };
    ax_trial t = depth_trial(s, &c, p, truth);
    expect(s, &t, "loss", t.out[0], FLOATS((13 + 5 + 1 + 0.5f) / 4));
    expect(s, &t, "unit gradient", t.out[1], FLOATS(1.25f, -0.75f, 0.25f, -0.25f, 0, 0, 0));
    backward(s, &t);
    expect(s, &t, "gradient", t.din[0], FLOATS(12.5f, -7.5f, 2.5f, -2.5f, 0, 0, 0));
    ax_trial_release(&t);

    /* the lineage: over all 7; through c the largest gets 0.2 * ((1 - 25) / 2 + (1 - 9) / 2) = -3.2 more */
    c.attr.depth.kind = AX_BERHU_LINEAGE;
    t = depth_trial(s, &c, p, truth);
    expect(s, &t, "the lineage's loss", t.out[0], FLOATS(19.5f / 7));
    expect(s, &t, "the lineage's gradient", t.out[1], FLOATS((5 - 3.2f) / 7, -3.0f / 7, 1.0f / 7, -1.0f / 7, 0, 0, 0));
    ax_trial_release(&t);

    /* errors -5 (p = -1 counts as 0), 5, 5, -1: c = 1; three share the -4.8 * 1.5 of 0.2 * 3 * (1 - 25) / 2 */
    t = depth_trial(s, &c, (const float[]) { -1, 8, 7, 1, 0, 0, 0 }, (const float[]) { 5, 3, 2, 2, 0, 0, 0 });
    expect(s, &t, "loss with equals", t.out[0], FLOATS((3 * 13 + 1) / 7.0f));
    expect(s, &t, "gradient with equals", t.out[1], FLOATS(0, (5 - 2.4f) / 7, (5 - 2.4f) / 7, -1.0f / 7, 0, 0, 0));
    ax_trial_release(&t);

    for (uint8_t kind = AX_BERHU; kind <= AX_BERHU_LINEAGE; kind++) {
        c.attr.depth.kind = kind;
        t = depth_trial(s, &c, truth, truth);
        expect(s, &t, "loss of a perfect prediction", t.out[0], FLOATS(0));
        expect(s, &t, "gradient of a perfect prediction", t.out[1], FLOATS(0, 0, 0, 0, 0, 0, 0));
        ax_trial_release(&t);
        t = depth_trial(s, &c, p, (const float[7]) { 0 });
        expect(s, &t, "loss without truth", t.out[0], FLOATS(0));
        expect(s, &t, "gradient without truth", t.out[1], FLOATS(0, 0, 0, 0, 0, 0, 0));
        ax_trial_release(&t);
    }
}

/* d = ln 4, -ln 2, ln(0.001/2) with the floor, and one pixel that is too near. */
static void silog(const bench *s)
{
    const ax_case c = {
        .name = "silog", AX_OP_DEPTH_LOSS, { .depth = { AX_SILOG, 0.1f } }, 2, { MAP(1, 2, 2, 1), MAP(1, 2, 2, 1) }
    };
    const double d[] = { log(4), -log(2), log(0.0005) }, mean = (d[0] + d[1] + d[2]) / 3;
    const double v = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) / 3 - 0.85 * mean * mean, scale = 5 / sqrt(v) / 3;
    ax_trial t = depth_trial(s, &c, (const float[]) { 4, 1, -7, 5 }, (const float[]) { 1, 2, 2, 0.1f });
    expect(s, &t, "loss", t.out[0], FLOATS((float)(10 * sqrt(v))));
    expect(s, &t, "unit gradient", t.out[1],
           FLOATS((float)(scale * (2 * d[0] - 1.7 * mean) / 4), (float)(scale * (2 * d[1] - 1.7 * mean)), 0, 0));
    ax_trial_release(&t);
    t = depth_trial(s, &c, (const float[]) { 4, 1, 7, 5 }, (const float[]) { 4, 1, 7, 5 });
    expect(s, &t, "loss of a perfect prediction", t.out[0], FLOATS(0));
    expect(s, &t, "gradient of a perfect prediction", t.out[1], FLOATS(0, 0, 0, 0));
    ax_trial_release(&t);
    t = depth_trial(s, &c, (const float[]) { 4, 1, 7, 5 }, (const float[]) { 0, 0, 0, 0.05f });
    expect(s, &t, "loss without truth", t.out[0], FLOATS(0));
    expect(s, &t, "gradient without truth", t.out[1], FLOATS(0, 0, 0, 0));
    ax_trial_release(&t);
}

/* A prediction that isn't a number must not look like a good one. */
static void depth_nan(const bench *s)
{
    for (uint8_t kind = AX_BERHU; kind <= AX_SILOG; kind++) {
        const ax_case c = {
            .name = "depth, NaN", AX_OP_DEPTH_LOSS, { .depth = { kind, 0.1f } }, 2, { MAP(1, 1, 2, 1), MAP(1, 1, 2, 1) }
        };
        ax_trial t = depth_trial(s, &c, (const float[]) { NAN, 3 }, (const float[]) { 1, 2 });
        if (!isnan(*(const float *)t.out[0]))
            fail_msg("%s: kind %d: the loss of NaN is %g", s->b->name, kind, *(const float *)t.out[0]);
        ax_trial_release(&t);
    }
}

static void depth_loss(const bench *s)
{
    berhu(s);
    silog(s);
    depth_nan(s);
}

static void mse(const bench *s)
{
    const ax_case c = { .name = "mse", AX_OP_MSE, { .act = 0 }, 2, { MAP(1, 1, 2, 2), MAP(1, 1, 2, 2) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_in(&t, 0, FLOATS(1, 2, 3, 4));
    set_in(&t, 1, FLOATS(1, 0, 6, 4));
    set(t.dout, t.out_type[0], FLOATS(2));
    forward(s, &t);
    expect(s, &t, "loss", t.out[0], FLOATS(13.0f / 4));
    backward(s, &t);
    expect(s, &t, "gradient", t.din[0], FLOATS(0, 2, -3, 0));
    assert_null(t.din[1]);
    ax_trial_release(&t);
}

/* Two images of one pixel and two channels; a channel of weight 0 counts in the mean. */
static void wmse(const bench *s)
{
    const ax_case c = {
        .name = "wmse", AX_OP_WMSE, { .act = 0 }, 3, { MAP(2, 1, 1, 2), MAP(2, 1, 1, 2), MAP(2, 1, 1, 2) }
    };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_in(&t, 0, FLOATS(1, 2, 3, 4));
    set_in(&t, 1, FLOATS(3, 0, 6, 4.5f));
    set_in(&t, 2, FLOATS(1, 2, 0, -1));
    set(t.dout, t.out_type[0], FLOATS(2));
    forward(s, &t);
    expect(s, &t, "loss", t.out[0], FLOATS((4 + 16 + 0 + 0.25f) / 8));
    backward(s, &t);
    expect(s, &t, "gradient", t.din[0], FLOATS(-1, 4, 0, -0.25f));
    assert_null(t.din[1]);
    assert_null(t.din[2]);
    ax_trial_release(&t);
}

static void wsum(const bench *s)
{
    const ax_case c = { .name = "wsum", AX_OP_WSUM, { .weight = { 1, 0.5f, -2 } }, 3, { SCALAR, SCALAR, SCALAR } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    set_in(&t, 0, FLOATS(1));
    set_in(&t, 1, FLOATS(10));
    set_in(&t, 2, FLOATS(3));
    set(t.dout, t.out_type[0], FLOATS(4));
    forward(s, &t);
    expect(s, &t, "sum", t.out[0], FLOATS(0));
    backward(s, &t);
    expect(s, &t, "first gradient", t.din[0], FLOATS(4));
    expect(s, &t, "second gradient", t.din[1], FLOATS(2));
    expect(s, &t, "third gradient", t.din[2], FLOATS(-8));
    ax_trial_release(&t);
}

static void argmax(const bench *s)
{
    ax_case c = { .name = "argmax", AX_OP_ARGMAX, { .size = { 1, 4 } }, 1, { MAP(1, 1, 2, 3) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    /* at 0: 5 5 0 (a tie: 0); at 1/4: 4.5 3.75 1; at 3/4: 3.5 1.25 3; at 1: 3 0 4 */
    set_in(&t, 0, FLOATS(5, 5, 0, 3, 0, 4));
    forward(s, &t);
    assert_memory_equal(t.out[0], ((const uint8_t[]) { 0, 0, 0, 2 }), 4);
    set_in(&t, 0, FLOATS(-3, -1, -2, -9, -8, -7)); /* nothing is above zero */
    forward(s, &t);
    assert_memory_equal(t.out[0], ((const uint8_t[]) { 1, 1, 2, 2 }), 4);
    ax_trial_release(&t);
}

static void fused(const bench *s)
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
    set_in(&t, 0, FLOATS(1, 2, 3, 4));
    set_in(&t, 1, FLOATS(1, 1, 1, -1));     /* 3, -1; 7, -1 */
    set_in(&t, 2, FLOATS(1, 3));            /* 4, 2; 8, 2 */
    set_in(&t, 3, FLOATS(2, -4));           /* gamma */
    set_in(&t, 4, FLOATS(-1, 1));           /* beta */
    set_in(&t, 5, FLOATS(5, 1));            /* mean: -1, 1; 3, 1 */
    set_in(&t, 6, FLOATS(4, 16));           /* variance: -2, 0; 2, 0 */
    set_in(&t, 7, FLOATS(-1, 1, 4, -0.5f)); /* after the relu 0, 0; 2, 0: -1, 1; 6, -0.5 */
    set_in(&t, 8, FLOATS(0.5f, 2, 1, 0));   /* -0.5, 3; 7, -0.5 */
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(0, 3, 6, 0));
    ax_trial_release(&t);
}

/* Ties go to even: 1 + 2^-8 is between 1 and 1 + 2^-7, 1 + 3 * 2^-8 between 1 + 2^-7 and 1 + 2^-6. */
static void cast(const bench *s)
{
    const float in[] = { 1, 1 + 0x1p-8f, 1 + 0x1p-8f + 0x1p-20f, 1 + 3 * 0x1p-8f, -3.0e38f, 3.4e38f };
    const uint16_t out[] = { 0x3f80, 0x3f80, 0x3f81, 0x3f82, 0xff62, 0x7f80 };
    const float back[] = { 1, 1, 1 + 0x1p-7f, 1 + 0x1p-6f, -0x1.c4p127f, INFINITY };
    ax_case c = { .name = "cast", AX_OP_CAST, { .dtype = AX_BF16 }, 1, { MAP(1, 1, 2, 3) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    memcpy(t.in[0], in, sizeof in);
    forward(s, &t);
    assert_memory_equal(t.out[0], out, sizeof out);
    ((float *)t.in[0])[0] = NAN;
    forward(s, &t);
    assert_int_equal(*(uint16_t *)t.out[0] & 0x7fff, 0x7fff);
    ax_trial_release(&t);
    c = (ax_case) { .name = "cast back", AX_OP_CAST, { .dtype = AX_F32 }, 1, { MAP(1, 1, 2, 3) } };
    c.in[0].dtype = AX_BF16;
    ax_trial_init(&t, &c, 1);
    memcpy(t.in[0], out, sizeof out);
    forward(s, &t);
    assert_memory_equal(t.out[0], back, sizeof back);
    ax_trial_release(&t);
}

static void chain(const bench *s)
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
    set_in(&t, 0, FLOATS(1, 2, 4));
    set_in(&t, 1, FLOATS(9, 1, 9, 9, 2, 9, 9, -1, 9)); /* 2 - 2, 1 + 4 - 4, 2 + 8: 0, 1, 10 */
    set_in(&t, 2, FLOATS(1, -1));
    set_in(&t, 3, FLOATS(0, 3)); /* 0, 3; 1, 2; 10, -7 */
    set_in(&t, 4, FLOATS(0.5f, 0, 0, 1, 0, 0));
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(0.5f, 3, 1, 3, 10, -7));
    set_in(&t, 1, FLOATS(9, 1, 9, 9, 2, 9, 9, -2, 9)); /* -2, -3, 10: the relu of what is between */
    forward(s, &t);
    expect(s, &t, "output", t.out[0], FLOATS(0.5f, 3, 0, 4, 10, -7));
    ax_trial_release(&t);
}

static void every_operation(void **state)
{
    static void (*const check[AX_OP_COUNT])(const bench *) = {
        [AX_OP_ZERO] = zero,
        [AX_OP_CONV2D] = conv,
        [AX_OP_BNORM] = norm,
        [AX_OP_RELU] = relu,
        [AX_OP_ADD] = add,
        [AX_OP_RESIZE] = resize,
        [AX_OP_GPOOL] = gpool,
        [AX_OP_CONCAT] = concat,
        [AX_OP_CE] = cross_entropies,
        [AX_OP_DEPTH_LOSS] = depth_loss,
        [AX_OP_MSE] = mse,
        [AX_OP_WSUM] = wsum,
        [AX_OP_ARGMAX] = argmax,
        [AX_OP_WMSE] = wmse,
        [AX_OP_MAXPOOL] = maxpool,
        [AX_OP_MIX] = mix,
        [AX_OP_FUSED] = fused,
        [AX_OP_CAST] = cast,
        [AX_OP_CHAIN] = chain,
    };
    bench s = { .b = *state };
    s.dev = s.b->open(0, 2, NULL);
    assert_non_null(s.dev);
    for (int op = 0; op < AX_OP_COUNT; op++) {
        if (!check[op])
            fail_msg("%s: no value was worked out", ax_op_get((ax_op)op)->text);
        if ((op != AX_OP_FUSED && op != AX_OP_CHAIN) || s.b->forward[op].run) /* backends need not have these */
            check[op](&s);
    }
    s.b->close(s.dev);
}

static void on_cuda(void **state)
{
    void *cuda = (void *)(uintptr_t)ax_emulated_backend(true);
    (void)state;
    if (!cuda)
        skip();
    every_operation(&cuda);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        { "ref: every operation", every_operation, NULL, NULL, (void *)(uintptr_t)&ax_backend_ref },
        { "cpu: every operation", every_operation, NULL, NULL, (void *)(uintptr_t)&ax_backend_cpu },
        { "cuda: every operation", on_cuda, NULL, NULL, NULL },
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
