/* Gradients of the whole small network against central differences of its loss. */
#include "tests/helper/smallnet.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double loss_of(ax_plan *p)
{
    ax_err err = { 0 };
    float loss = 0;
    if (ax_plan_run(p, &err) != AX_OK || ax_plan_read(p, "loss", &loss, sizeof loss, &err) != AX_OK)
        fail_msg("%s", err.msg);
    return loss;
}

/* The slope of the loss along a direction of length 1; the parameter is restored. */
static double slope(ax_plan *p, ax_params *params, size_t i, const float *value, const double *direction, size_t n)
{
    ax_err err = { 0 };
    const double h = 2e-3;
    double loss[2];
    float *moved = malloc(n * sizeof *moved);
    assert_non_null(moved);
    for (int side = 0; side < 2; side++) {
        for (size_t k = 0; k < n; k++)
            moved[k] = (float)(value[k] + (side ? h : -h) * direction[k]);
        assert_int_equal(ax_params_set(params, i, AX_SLOT_VALUE, moved, &err), AX_OK);
        loss[side] = loss_of(p);
    }
    assert_int_equal(ax_params_set(params, i, AX_SLOT_VALUE, value, &err), AX_OK);
    free(moved);
    return (loss[1] - loss[0]) / (2 * h);
}

static void check(ax_plan *p, ax_params *params, size_t i, ax_rng *rng)
{
    ax_err err = { 0 };
    const ax_param_spec *spec = ax_params_spec(params, i);
    size_t n = ax_shape_count(spec->type.shape);
    float value[128], grad[128];
    double direction[128], length = 0;
    assert_true(n <= 128);
    loss_of(p);
    assert_int_equal(ax_params_get(params, i, AX_SLOT_VALUE, value, &err), AX_OK);
    assert_int_equal(ax_params_get(params, i, AX_SLOT_GRAD, grad, &err), AX_OK);
    for (size_t k = 0; k < n; k++)
        length += (double)grad[k] * grad[k];
    length = sqrt(length);
    assert_true(length > 1e-3);
    for (int way = 0; way < 7; way++) { /* along the gradient, then in random directions */
        double norm = 0, want = 0;
        for (size_t k = 0; k < n; k++) {
            direction[k] = way ? ax_rng_normal(rng) : grad[k];
            norm += direction[k] * direction[k];
        }
        for (size_t k = 0; k < n; k++) {
            direction[k] /= sqrt(norm);
            want += direction[k] * grad[k];
        }
        double got = slope(p, params, i, value, direction, n);
        if (fabs(got - want) > 0.01 * length + 2e-4)
            fail_msg("%s, direction %d: slope %g, gradient says %g", spec->name, way, got, want);
    }
}

TEST(test_numeric)
{
    ax_smallnet n = ax_smallnet_build(true);
    ax_smallnet_data d;
    ax_smallnet_fill(&d, 11);
    ax_err err = { 0 };
    ax_rng rng = ax_rng_new(5, 0);
    const ax_graph *g = n.g;
    ax_params *params = ax_params_new(&g, 1, &ax_backend_ref, NULL, &rng, &err);
    ax_plan *p = ax_plan_new(g, &ax_backend_ref, NULL, params, 0, &err);
    assert_non_null(p);
    ax_smallnet_write(p, &d);
    size_t checked = 0;
    for (size_t i = 0; i < ax_params_count(params); i++)
        if (ax_params_reached(params, i)) {
            check(p, params, i, &rng);
            checked++;
        }
    assert_int_equal(checked, 10);
    ax_plan_free(p);
    ax_params_free(params);
    ax_smallnet_free(&n);
}

int main(void)
{
    return RUN_TESTS(test_numeric);
}
