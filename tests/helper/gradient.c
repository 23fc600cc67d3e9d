/* Gradients against central differences. */
#include "tests/helper/oracle.h"
#include "tests/helper/suite.h"

#include <math.h>

/* For a depth loss: a hash of which side of its truth and of 0 every prediction is on, and which error is the
   largest. */
static uint64_t sides_of_depth(const ax_trial *t)
{
    const float *p = t->in[0], *truth = t->in[1];
    size_t most = 0, n = ax_shape_count(t->c->in[0].shape);
    uint64_t sides = 1469598103934665603u;
    for (size_t k = 0; k < n; k++) {
        most = truth[k] != 0 && fabsf(fmaxf(p[k], 0) - truth[k]) > fabsf(fmaxf(p[most], 0) - truth[most]) ? k : most;
        sides = (sides ^ (uint64_t)(1 + (p[k] > truth[k]) + 2 * (p[k] > 0))) * 1099511628211u;
    }
    return sides ^ most;
}

/* berHu's threshold is treated as a constant, so differences don't give the gradient of the element with the largest
   error. */
static bool makes_threshold(const ax_trial *t, size_t at)
{
    if (t->c->op != AX_OP_DEPTH_LOSS || t->c->attr.depth.kind != AX_BERHU)
        return false;
    const float *p = t->in[0], *truth = t->in[1];
    for (size_t k = 0; k < ax_shape_count(t->c->in[0].shape); k++)
        if (truth[k] > 0 && fabsf(p[k] - truth[k]) > fabsf(p[at] - truth[at]))
            return false;
    return truth[at] > 0;
}

/* The scalar function whose gradient is checked: the product of the arriving gradient and output 0. *sides: a hash of
   which elements of the output are at a bound of the activation, 0 or 6, and of the positions of maxima in their
   windows. */
static double objective(ax_trial *t, const ax_backend *b, ax_device *dev, uint64_t *sides)
{
    const bool window = t->c->op == AX_OP_MAXPOOL;
    assert_int_equal(ax_trial_forward(t, b, dev, window ? 3 : 1, false, NULL), AX_OK);
    double sum = 0;
    *sides = t->c->op == AX_OP_DEPTH_LOSS ? sides_of_depth(t) : 1469598103934665603u; /* FNV-1a */
    for (size_t k = 0; k < ax_shape_count(t->out_type[0].shape); k++) {
        float y = ((const float *)t->out[0])[k];
        sum += (double)t->dout[k] * y;
        *sides = (*sides ^ (uint64_t)(y == 0 ? 1 : y == 6 ? 2 : 3)) * 1099511628211u;
        if (window)
            *sides = (*sides ^ ((const uint8_t *)t->out[1])[k]) * 1099511628211u;
    }
    return sum;
}

/* Central difference; *kink is set if an element of the output crosses a bound in between, where there is no
   derivative. */
static double slope(ax_trial *t, const ax_backend *b, ax_device *dev, float *x, float h, bool *kink)
{
    float at = *x, up = at + h, down = at - h;
    uint64_t above, below;
    *x = up;
    double f = objective(t, b, dev, &above);
    *x = down;
    f -= objective(t, b, dev, &below);
    *x = at;
    *kink = above != below;
    return f / ((double)up - down);
}

void ax_trial_check_gradient(ax_trial *t, const ax_backend *b, ax_device *dev)
{
    const float h = 1.0f / 128;
    const ax_case *c = t->c;
    assert_int_equal(ax_trial_forward(t, b, dev, ~0u, false, NULL), AX_OK);
    assert_int_equal(ax_trial_backward(t, b, dev, ~0u, false, NULL), AX_OK);
    for (uint32_t i = 0; i < c->n_in; i++) {
        size_t n = ax_shape_count(c->in[i].shape), kinks = 0;
        double most = 0;
        for (size_t k = 0; t->din[i] && k < n; k++)
            most = fmax(most, fabs(t->din[i][k]));
        for (size_t k = 0; t->din[i] && k < n; k++) {
            float *x = (float *)t->in[i] + k;
            bool kink, wide_kink;
            if (makes_threshold(t, k))
                continue;
            double near = slope(t, b, dev, x, h, &kink), far = slope(t, b, dev, x, 2 * h, &wide_kink);
            double want = (4 * near - far) / 3; /* the second-order error cancels */
            if (kink || wide_kink)
                kinks++;
            else if (!(fabs(want - t->din[i][k]) <= 2e-3 * most + 2e-5))
                fail_msg("%s on %s: gradient %u: element %zu is %g, differences say %g", c->name, b->name, i, k,
                         t->din[i][k], want);
        }
        if (kinks * 2 > n)
            fail_msg("%s on %s: gradient %u: %zu of %zu elements at a kink", c->name, b->name, i, kinks, n);
    }
}
