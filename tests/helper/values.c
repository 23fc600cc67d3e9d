#include "tests/helper/values.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

void values_set(void *to, ax_type type, const float *from, size_t n)
{
    assert_int_equal(ax_shape_count(type.shape), n);
    memcpy(to, from, n * sizeof *from);
}

void values_in(ax_trial *t, uint32_t i, const float *from, size_t n)
{
    values_set(t->in[i], t->c->in[i], from, n);
}

void values_all(float *to, ax_type type, float value)
{
    for (size_t i = 0; i < ax_shape_count(type.shape); i++)
        to[i] = value;
}

void values_are(const values *s, const ax_trial *t, const char *what, const void *got, const float *want, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(((const float *)got)[i] - want[i]) <= 1e-5f * fmaxf(1, fabsf(want[i]))))
            fail_msg("%s on %s: %s: element %zu is %g, not %g", t->c->name, s->b->name, what, i,
                     ((const float *)got)[i], want[i]);
}

void values_forward(const values *s, ax_trial *t)
{
    ax_err err = { AX_OK, "" };
    if (ax_trial_forward(t, s->b, s->dev, ~0u, false, &err) != AX_OK)
        fail_msg("%s on %s: %s", t->c->name, s->b->name, err.msg);
}

void values_backward(const values *s, ax_trial *t)
{
    ax_err err = { AX_OK, "" };
    if (ax_trial_backward(t, s->b, s->dev, ~0u, false, &err) != AX_OK)
        fail_msg("%s on %s: %s", t->c->name, s->b->name, err.msg);
}

void values_check(const ax_backend *be, void (*const check[AX_OP_COUNT])(const values *))
{
    values s = { .b = be };
    s.dev = s.b->open(0, 2, NULL);
    assert_non_null(s.dev);
    for (int op = 0; op < AX_OP_COUNT; op++)
        if (check[op] && ((op != AX_OP_FUSED && op != AX_OP_CHAIN) || s.b->forward[op].run))
            check[op](&s);
    s.b->close(s.dev);
}
