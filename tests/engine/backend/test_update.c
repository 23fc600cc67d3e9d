/* One step of each optimiser on numbers worked out by hand, on every backend; the CUDA one on emulated libraries. */
#include "tests/helper/emulated.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct bench {
    const ax_backend *b;
    ax_device *dev;
} bench;

/* Runs u over one float; *value, *m and *v go in and come out. */
static void update(const bench *s, ax_code (*step)(ax_device *, const ax_update *, ax_err *), ax_update u, float *value,
                   float *m, float *v, float grad)
{
    float *mem[4];
    const float from[4] = { *value, *m, *v, grad };
    for (int i = 0; i < 4; i++) {
        mem[i] = s->b->alloc(s->dev, sizeof(float), NULL);
        assert_non_null(mem[i]);
        s->b->copy(s->dev, mem[i], &from[i], sizeof(float), AX_TO_DEVICE, NULL);
    }
    u.value = mem[0];
    u.m = mem[1];
    u.v = mem[2];
    u.grad = mem[3];
    u.n = 1;
    assert_int_equal(step(s->dev, &u, NULL), AX_OK);
    float *const to[3] = { value, m, v };
    for (int i = 0; i < 4; i++) {
        if (i < 3)
            s->b->copy(s->dev, to[i], mem[i], sizeof(float), AX_FROM_DEVICE, NULL);
        s->b->release(s->dev, mem[i]);
    }
}

static void near(const bench *s, const char *what, double got, double want)
{
    /* the coefficients are floats: 1 - 0.999f is off by 5e-5 of itself */
    if (!(fabs(got - want) <= (want < 0.1 ? 6e-5 : 4e-6) * fabs(want)))
        fail_msg("%s on %s: %.9g, not %.9g", what, s->b->name, got, want);
}

static void updates(void **state)
{
    bench s = { .b = *state };
    s.dev = s.b->open(0, 1, NULL);
    assert_non_null(s.dev);

    /* Adam's first step is the learning rate, in the direction of the gradient's sign; decay belongs to the gradient:
       g = 0.5 * 4 + 0.1 * 10 = 3 */
    float value = 10, m = 0, v = 0;
    ax_update adam = { .lr = 0.25f,
                       .weight_decay = 0.1f,
                       .grad_scale = 0.5f,
                       .beta1 = 0.9f,
                       .beta2 = 0.999f,
                       .eps = 0,
                       .correct1 = 0.1f,
                       .correct2 = 0.001f };
    update(&s, s.b->adam, adam, &value, &m, &v, 4);
    near(&s, "Adam, first step", value, 9.75);
    near(&s, "Adam, m", m, 0.3);
    near(&s, "Adam, v", v, 0.009);
    /* second step, g = -1 (no decay): m = .27 - .1, v = .008991 + .001, corrected by .19 and .001999 */
    adam = (ax_update) { .lr = 0.25f,
                         .grad_scale = 1,
                         .beta1 = 0.9f,
                         .beta2 = 0.999f,
                         .eps = 0.5f,
                         .correct1 = 0.19f,
                         .correct2 = 0.001999f };
    update(&s, s.b->adam, adam, &value, &m, &v, -1);
    near(&s, "Adam, second step", value, 9.75 - 0.25 * (0.17 / 0.19) / (sqrt(0.009991 / 0.001999) + 0.5));

    /* SGD: the first step has no momentum to add; g = 2 * 3 + 0.5 * 4 = 8; then 0.9 * 8 + 1 */
    value = 4, m = 0;
    ax_update sgd = { .lr = 0.125f, .weight_decay = 0.5f, .grad_scale = 2, .momentum = 0.9f };
    update(&s, s.b->sgd, sgd, &value, &m, &v, 3);
    near(&s, "SGD, first step", value, 3);
    near(&s, "SGD, m", m, 8);
    sgd.weight_decay = 0, sgd.grad_scale = 1;
    update(&s, s.b->sgd, sgd, &value, &m, &v, 1);
    near(&s, "SGD, second step", value, 3 - 0.125 * 8.2);

    float *a = s.b->alloc(s.dev, 8, NULL), *b = s.b->alloc(s.dev, 8, NULL), got[2];
    double sum;
    s.b->copy(s.dev, a, (const float[]) { 10, -20 }, 8, AX_TO_DEVICE, NULL);
    s.b->copy(s.dev, b, (const float[]) { 20, 20 }, 8, AX_TO_DEVICE, NULL);
    assert_int_equal(s.b->sum_squares(s.dev, a, 2, &sum, NULL), AX_OK);
    near(&s, "sum of squares", sum, 500);
    assert_int_equal(s.b->polyak(s.dev, a, b, 2, 0.9f, NULL), AX_OK);
    s.b->copy(s.dev, got, a, 8, AX_FROM_DEVICE, NULL);
    near(&s, "average", got[0], 11);
    near(&s, "average", got[1], -16);
    s.b->release(s.dev, a);
    s.b->release(s.dev, b);
    s.b->release(s.dev, NULL);
    s.b->close(s.dev);
}

static void on_cuda(void **state)
{
    void *cuda = (void *)(uintptr_t)ax_emulated_backend(true);
    (void)state;
    if (!cuda)
        skip();
    updates(&cuda);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        { "ref: updates", updates, NULL, NULL, (void *)(uintptr_t)&ax_backend_ref },
        { "cpu: updates", updates, NULL, NULL, (void *)(uintptr_t)&ax_backend_cpu },
        { "cuda: updates", on_cuda, NULL, NULL, NULL },
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
