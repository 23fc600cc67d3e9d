/* The reference's backward kernels against central differences of its forward kernels. */
#include "tests/helper/oracle.h"
#include "tests/helper/suite.h"

TEST(gradients)
{
    bool seen[AX_OP_COUNT] = { false };
    ax_device *dev = ax_backend_ref.open(0, 1, NULL);
    assert_non_null(dev);
    for (size_t i = 0; i < ax_case_count; i++) {
        const ax_case *c = &ax_cases[i];
        ax_trial t;
        if (c->large || !ax_op_get(c->op)->differentiable)
            continue;
        ax_trial_init(&t, c, 100 + i);
        ax_trial_check_gradient(&t, &ax_backend_ref, dev);
        ax_trial_release(&t);
        seen[c->op] = true;
    }
    for (int op = 0; op < AX_OP_COUNT; op++)
        if (seen[op] != (ax_op_get((ax_op)op)->differentiable != 0))
            fail_msg("%s: no gradient was checked", ax_op_get((ax_op)op)->text);
    ax_backend_ref.close(dev);
}

/* An operation is marked as differentiable exactly if it has a backward kernel. */
TEST(kernels_fit_the_table)
{
    for (int op = 0; op < AX_OP_COUNT; op++) {
        assert_non_null(ax_backend_ref.forward[op].run);
        assert_int_equal(ax_backend_ref.backward[op].run != NULL, ax_op_get((ax_op)op)->differentiable != 0);
    }
}

int main(void)
{
    return RUN_TESTS(gradients, kernels_fit_the_table);
}
