/* Every loss on numbers worked out by hand, on every backend. */
#include "tests/helper/backends.h"
#include "tests/helper/suite.h"
#include "tests/helper/types.h"
#include "tests/helper/values.h"

#include <math.h>
#include <string.h>

/* Softmax of (0, log 3) is (1/4, 3/4). */
static void ce(const values *s)
{
    const ax_case c = {
        .name = "ce", AX_OP_CE, { .act = 0 }, 2, { MAP(1, 1, 3, 2), { .shape = { 1, 1, 3, 1 }, .dtype = AX_U8 } }
    };
    const float l = logf(3);
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(0, l, 7, 9, l, 0));
    memcpy(t.in[1], (const uint8_t[]) { 0, AX_IGNORE, 0 }, 3);
    values_set(t.dout, t.out_type[0], FLOATS(10));
    values_forward(s, &t);
    values_are(s, &t, "loss", t.out[0], FLOATS((logf(4) + logf(4.0f / 3)) / 2));
    values_are(s, &t, "unit gradient", t.out[1], FLOATS(-0.375f, 0.375f, 0, 0, -0.125f, 0.125f));
    values_backward(s, &t);
    values_are(s, &t, "gradient", t.din[0], FLOATS(-3.75f, 3.75f, 0, 0, -1.25f, 1.25f));
    memset(t.in[1], AX_IGNORE, 3);
    values_forward(s, &t);
    values_are(s, &t, "loss of nothing", t.out[0], FLOATS(0));
    values_are(s, &t, "unit gradient of nothing", t.out[1], FLOATS(0, 0, 0, 0, 0, 0));
    memset(t.in[1], 1, 3);
    values_in(&t, 0, FLOATS(0, 1000, 1000, 0, 0, 0)); /* exp(1000) overflows */
    values_forward(s, &t);
    values_are(s, &t, "loss of huge logits", t.out[0], FLOATS((0 + 1000 + logf(2)) / 3));
    ax_trial_release(&t);
}

/* As above, with weights 3 and 1/2 for labels 0 and 1: each pixel counts with the weight of its label. */
static void ce_weighted(const values *s)
{
    const ax_case c = { .name = "ce, weighted",
                        AX_OP_CE,
                        { .act = 0 },
                        3,
                        { MAP(1, 1, 3, 2), { .shape = { 1, 1, 3, 1 }, .dtype = AX_U8 }, MAP(1, 1, 1, 2) } };
    const float l = logf(3);
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(0, l, 7, 9, l, 0));
    values_in(&t, 2, FLOATS(3, 0.5f));
    memcpy(t.in[1], (const uint8_t[]) { 0, AX_IGNORE, 1 }, 3);
    values_set(t.dout, t.out_type[0], FLOATS(7));
    values_forward(s, &t);
    values_are(s, &t, "loss", t.out[0], FLOATS((3 * logf(4) + logf(4) / 2) / 3.5f));
    values_are(s, &t, "unit gradient", t.out[1],
               FLOATS(-2.25f / 3.5f, 2.25f / 3.5f, 0, 0, 0.375f / 3.5f, -0.375f / 3.5f));
    values_backward(s, &t);
    values_are(s, &t, "gradient", t.din[0], FLOATS(-4.5f, 4.5f, 0, 0, 0.75f, -0.75f));
    memset(t.in[1], AX_IGNORE, 3);
    values_forward(s, &t);
    values_are(s, &t, "loss of nothing", t.out[0], FLOATS(0));
    values_are(s, &t, "unit gradient of nothing", t.out[1], FLOATS(0, 0, 0, 0, 0, 0));
    ax_trial_release(&t);
}

static void cross_entropies(const values *s)
{
    ce(s);
    ce_weighted(s);
}

static ax_trial depth_trial(const values *s, const ax_case *c, const float *p, const float *truth)
{
    ax_trial t;
    size_t n = ax_shape_count(c->in[0].shape);
    ax_trial_init(&t, c, 1);
    values_in(&t, 0, p, n);
    values_in(&t, 1, truth, n);
    values_set(t.dout, t.out_type[0], FLOATS(10));
    values_forward(s, &t);
    return t;
}

/* Errors 5, -3, 1, -0.5 and three pixels without truth; c = 1. */
static void berhu(const values *s)
{
    ax_case c = {
        .name = "berhu", AX_OP_DEPTH_LOSS, { .depth = { AX_BERHU, 0 } }, 2, { MAP(1, 1, 7, 1), MAP(1, 1, 7, 1) }
    };
    const float p[] = { 7, 1, 3, 1.5f, 9, -9, 0 }, truth[] = { 2, 4, 2, 2, 0, 0, 0 };
    ax_trial t = depth_trial(s, &c, p, truth);
    values_are(s, &t, "loss", t.out[0], FLOATS((13 + 5 + 1 + 0.5f) / 4));
    values_are(s, &t, "unit gradient", t.out[1], FLOATS(1.25f, -0.75f, 0.25f, -0.25f, 0, 0, 0));
    values_backward(s, &t);
    values_are(s, &t, "gradient", t.din[0], FLOATS(12.5f, -7.5f, 2.5f, -2.5f, 0, 0, 0));
    ax_trial_release(&t);

    /* BERHU_LINEAGE: the mean of all 7; through c the largest gets 0.2 * ((1 - 25) / 2 + (1 - 9) / 2) = -3.2 more */
    c.attr.depth.kind = AX_BERHU_LINEAGE;
    t = depth_trial(s, &c, p, truth);
    values_are(s, &t, "the lineage's loss", t.out[0], FLOATS(19.5f / 7));
    values_are(s, &t, "the lineage's gradient", t.out[1],
               FLOATS((5 - 3.2f) / 7, -3.0f / 7, 1.0f / 7, -1.0f / 7, 0, 0, 0));
    ax_trial_release(&t);

    /* errors -5 (p = -1 counts as 0), 5, 5, -1: c = 1; three share the -4.8 * 1.5 of 0.2 * 3 * (1 - 25) / 2 */
    t = depth_trial(s, &c, (const float[]) { -1, 8, 7, 1, 0, 0, 0 }, (const float[]) { 5, 3, 2, 2, 0, 0, 0 });
    values_are(s, &t, "loss with equals", t.out[0], FLOATS((3 * 13 + 1) / 7.0f));
    values_are(s, &t, "gradient with equals", t.out[1], FLOATS(0, (5 - 2.4f) / 7, (5 - 2.4f) / 7, -1.0f / 7, 0, 0, 0));
    ax_trial_release(&t);

    for (int kind = AX_BERHU; kind <= AX_BERHU_LINEAGE; kind++) {
        c.attr.depth.kind = (uint8_t)kind;
        t = depth_trial(s, &c, truth, truth);
        values_are(s, &t, "loss of a perfect prediction", t.out[0], FLOATS(0));
        values_are(s, &t, "gradient of a perfect prediction", t.out[1], FLOATS(0, 0, 0, 0, 0, 0, 0));
        ax_trial_release(&t);
        t = depth_trial(s, &c, p, (const float[7]) { 0 });
        values_are(s, &t, "loss without truth", t.out[0], FLOATS(0));
        values_are(s, &t, "gradient without truth", t.out[1], FLOATS(0, 0, 0, 0, 0, 0, 0));
        ax_trial_release(&t);
    }
}

/* d = ln 4, -ln 2, ln(0.001/2) with the lower limit, and one pixel that is too near. */
static void silog(const values *s)
{
    const ax_case c = {
        .name = "silog", AX_OP_DEPTH_LOSS, { .depth = { AX_SILOG, 0.1f } }, 2, { MAP(1, 2, 2, 1), MAP(1, 2, 2, 1) }
    };
    const double d[] = { log(4), -log(2), log(0.0005) }, mean = (d[0] + d[1] + d[2]) / 3;
    const double v = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) / 3 - 0.85 * mean * mean, scale = 5 / sqrt(v) / 3;
    ax_trial t = depth_trial(s, &c, (const float[]) { 4, 1, -7, 5 }, (const float[]) { 1, 2, 2, 0.1f });
    values_are(s, &t, "loss", t.out[0], FLOATS((float)(10 * sqrt(v))));
    values_are(s, &t, "unit gradient", t.out[1],
               FLOATS((float)(scale * (2 * d[0] - 1.7 * mean) / 4), (float)(scale * (2 * d[1] - 1.7 * mean)), 0, 0));
    ax_trial_release(&t);
    t = depth_trial(s, &c, (const float[]) { 4, 1, 7, 5 }, (const float[]) { 4, 1, 7, 5 });
    values_are(s, &t, "loss of a perfect prediction", t.out[0], FLOATS(0));
    values_are(s, &t, "gradient of a perfect prediction", t.out[1], FLOATS(0, 0, 0, 0));
    ax_trial_release(&t);
    t = depth_trial(s, &c, (const float[]) { 4, 1, 7, 5 }, (const float[]) { 0, 0, 0, 0.05f });
    values_are(s, &t, "loss without truth", t.out[0], FLOATS(0));
    values_are(s, &t, "gradient without truth", t.out[1], FLOATS(0, 0, 0, 0));
    ax_trial_release(&t);
}

/* A NaN prediction must not look like a good one. */
static void depth_nan(const values *s)
{
    for (int kind = AX_BERHU; kind <= AX_SILOG; kind++) {
        const ax_case c = {
            .name = "depth, NaN", AX_OP_DEPTH_LOSS, { .depth = { kind, 0.1f } }, 2, { MAP(1, 1, 2, 1), MAP(1, 1, 2, 1) }
        };
        ax_trial t = depth_trial(s, &c, (const float[]) { NAN, 3 }, (const float[]) { 1, 2 });
        if (!isnan(*(const float *)t.out[0]))
            fail_msg("%s: kind %d: the loss of NaN is %g", s->b->name, kind, *(const float *)t.out[0]);
        ax_trial_release(&t);
    }
}

static void depth_loss(const values *s)
{
    berhu(s);
    silog(s);
    depth_nan(s);
}

static void mse(const values *s)
{
    const ax_case c = { .name = "mse", AX_OP_MSE, { .act = 0 }, 2, { MAP(1, 1, 2, 2), MAP(1, 1, 2, 2) } };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(1, 2, 3, 4));
    values_in(&t, 1, FLOATS(1, 0, 6, 4));
    values_set(t.dout, t.out_type[0], FLOATS(2));
    values_forward(s, &t);
    values_are(s, &t, "loss", t.out[0], FLOATS(13.0f / 4));
    values_backward(s, &t);
    values_are(s, &t, "gradient", t.din[0], FLOATS(0, 2, -3, 0));
    assert_null(t.din[1]);
    ax_trial_release(&t);
}

/* Two images of one pixel and two channels; a channel of weight 0 still counts in the mean. */
static void wmse(const values *s)
{
    const ax_case c = {
        .name = "wmse", AX_OP_WMSE, { .act = 0 }, 3, { MAP(2, 1, 1, 2), MAP(2, 1, 1, 2), MAP(2, 1, 1, 2) }
    };
    ax_trial t;
    ax_trial_init(&t, &c, 1);
    values_in(&t, 0, FLOATS(1, 2, 3, 4));
    values_in(&t, 1, FLOATS(3, 0, 6, 4.5f));
    values_in(&t, 2, FLOATS(1, 2, 0, -1));
    values_set(t.dout, t.out_type[0], FLOATS(2));
    values_forward(s, &t);
    values_are(s, &t, "loss", t.out[0], FLOATS((4 + 16 + 0 + 0.25f) / 8));
    values_backward(s, &t);
    values_are(s, &t, "gradient", t.din[0], FLOATS(-1, 4, 0, -0.25f));
    assert_null(t.din[1]);
    assert_null(t.din[2]);
    ax_trial_release(&t);
}

static void every_loss(const ax_backend *be)
{
    static void (*const check[AX_OP_COUNT])(const values *) = {
        [AX_OP_CE] = cross_entropies,
        [AX_OP_DEPTH_LOSS] = depth_loss,
        [AX_OP_MSE] = mse,
        [AX_OP_WMSE] = wmse,
    };
    values_check(be, check);
}

int main(void)
{
    return backends_run(every_loss);
}
