/* One step of each optimiser on numbers worked out by hand, on every backend. */

#include "tests/helper/backends.h"
#include "tests/helper/suite.h"

#include <math.h>

typedef struct bench {
    const ax_backend *b;
    ax_device *dev;
} bench;

static void *upload(const bench *s, const void *from, size_t bytes)
{
    void *mem = s->b->alloc(s->dev, bytes, NULL);
    assert_non_null(mem);
    s->b->copy(s->dev, mem, from, bytes, AX_TO_DEVICE, NULL);
    return mem;
}

/* Runs u over one float; *value, *m and *v are inputs and outputs. */
static void update(const bench *s, ax_code (*step)(ax_device *, const ax_update *, ax_err *), ax_update u,
                   ax_update_now now, float *value, float *m, float *v, float grad)
{
    float *mem[4];
    void *at = upload(s, &now, sizeof now);
    const float from[4] = { *value, *m, *v, grad };
    for (int i = 0; i < 4; i++)
        mem[i] = upload(s, &from[i], sizeof(float));
    u.value = mem[0];
    u.m = mem[1];
    u.v = mem[2];
    u.grad = mem[3];
    u.n = 1;
    u.now = at;
    assert_int_equal(step(s->dev, &u, NULL), AX_OK);
    float *const to[3] = { value, m, v };
    for (int i = 0; i < 4; i++) {
        if (i < 3)
            s->b->copy(s->dev, to[i], mem[i], sizeof(float), AX_FROM_DEVICE, NULL);
        s->b->release(s->dev, mem[i]);
    }
    s->b->release(s->dev, at);
}

static void near(const bench *s, const char *what, double got, double want)
{
    /* the coefficients are floats: 1 - 0.999f has a relative error of 5e-5 */
    if (!(fabs(got - want) <= (want < 0.1 ? 6e-5 : 4e-6) * fabs(want)))
        fail_msg("%s on %s: %.9g, not %.9g", what, s->b->name, got, want);
}

/* Two sums, 500 and 400: a norm of 30. */
static void clips(const bench *s, double *sums, ax_update_now *at)
{
    static const struct {
        float most, scale;
    } cases[] = { { 0, 1 }, { 31, 1 }, { 15, 0.5f } };
    ax_update_now got;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(s->b->clip(s->dev, sums, 2, cases[i].most, at, NULL), AX_OK);
        s->b->copy(s->dev, &got, at, sizeof got, AX_FROM_DEVICE, NULL);
        near(s, "norm", got.norm, 30);
        near(s, "share of the gradients", got.grad_scale, cases[i].scale);
        assert_true(got.finite == 1 && got.decay == 0.9f);
    }
    s->b->copy(s->dev, sums, &(double) { INFINITY }, sizeof *sums, AX_TO_DEVICE, NULL);
    assert_int_equal(s->b->clip(s->dev, sums, 2, 3, at, NULL), AX_OK);
    s->b->copy(s->dev, &got, at, sizeof got, AX_FROM_DEVICE, NULL);
    assert_true(got.finite == 0 && isinf(got.norm));
}

static void updates(const ax_backend *be)
{
    bench s = { .b = be };
    s.dev = s.b->open(0, 1, NULL);
    assert_non_null(s.dev);

    /* Adam's first step has the size of the learning rate and the sign of the gradient, which includes decay: g = 0.5 *
       4 + 0.1 * 10 = 3 */
    float value = 10, m = 0, v = 0;
    ax_update adam = { .weight_decay = 0.1f, .beta1 = 0.9f, .beta2 = 0.999f, .eps = 0 };
    ax_update_now now = { .lr = 0.25f, .grad_scale = 0.5f, .correct1 = 0.1f, .correct2 = 0.001f, .finite = 1 };
    update(&s, s.b->adam, adam, now, &value, &m, &v, 4);
    near(&s, "Adam, first step", value, 9.75);
    near(&s, "Adam, m", m, 0.3);
    near(&s, "Adam, v", v, 0.009);
    /* second step, g = -1 (no decay): m = .27 - .1, v = .008991 + .001, corrected by .19 and .001999 */
    adam = (ax_update) { .beta1 = 0.9f, .beta2 = 0.999f, .eps = 0.5f };
    now = (ax_update_now) { .lr = 0.25f, .grad_scale = 1, .correct1 = 0.19f, .correct2 = 0.001999f, .finite = 1 };
    update(&s, s.b->adam, adam, now, &value, &m, &v, -1);
    near(&s, "Adam, second step", value, 9.75 - 0.25 * (0.17 / 0.19) / (sqrt(0.009991 / 0.001999) + 0.5));

    /* SGD: the first step has no momentum yet; g = 2 * 3 + 0.5 * 4 = 8; then 0.9 * 8 + 1 */
    value = 4, m = 0;
    ax_update sgd = { .weight_decay = 0.5f, .momentum = 0.9f };
    now = (ax_update_now) { .lr = 0.125f, .grad_scale = 2, .finite = 1 };
    update(&s, s.b->sgd, sgd, now, &value, &m, &v, 3);
    near(&s, "SGD, first step", value, 3);
    near(&s, "SGD, m", m, 8);
    sgd.weight_decay = 0, now.grad_scale = 1;
    update(&s, s.b->sgd, sgd, now, &value, &m, &v, 1);
    near(&s, "SGD, second step", value, 3 - 0.125 * 8.2);
    now.finite = 0; /* the norm wasn't finite */
    update(&s, s.b->sgd, sgd, now, &value, &m, &v, 1);
    update(&s, s.b->adam, adam, now, &value, &m, &v, 1);
    near(&s, "no step", value, 3 - 0.125 * 8.2);

    float *a = upload(&s, (const float[]) { 10, -20 }, 8), *b = upload(&s, (const float[]) { 20, 20 }, 8), got[2];
    double sums[] = { 0, 400 }, *sum = upload(&s, sums, sizeof sums);
    ax_update_now *at = upload(&s, &(ax_update_now) { .decay = 0.9f }, sizeof *at);
    assert_int_equal(s.b->sum_squares(s.dev, a, 2, sum, NULL), AX_OK);
    s.b->copy(s.dev, sums, sum, sizeof sums, AX_FROM_DEVICE, NULL);
    near(&s, "sum of squares", sums[0], 500);
    assert_int_equal(s.b->polyak(s.dev, a, b, 2, &at->decay, NULL), AX_OK);
    s.b->copy(s.dev, got, a, 8, AX_FROM_DEVICE, NULL);
    near(&s, "average", got[0], 11);
    near(&s, "average", got[1], -16);
    clips(&s, sum, at);
    s.b->release(s.dev, sum);
    s.b->release(s.dev, at);
    s.b->release(s.dev, a);
    s.b->release(s.dev, b);
    s.b->release(s.dev, NULL);
    s.b->close(s.dev);
}

int main(void)
{
    return backends_run(updates);
}
