#include "engine/task/segmentation/balance.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

enum { I = AX_IGNORE };

/* Two maps of 2x4. Class 0: 4 of 6 labelled pixels and 2 of 8, so 6/14; class 1: 2 of 6, so 1/3; class 2: 6 of 8, so
   3/4; class 3: absent. The median of 1/3, 3/7, 3/4 is 3/7. */
TEST(by_hand)
{
    const uint8_t a[8] = { 0, 0, 0, 0, 1, 1, I, I }, b[8] = { 0, 0, 2, 2, 2, 2, 2, 2 };
    const void *maps[] = { a, b };
    ax_task_spec spec = { .outputs = 4 };
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_segmentation_weigh(&spec, maps, 2, 2, 4, &err), AX_OK);
    const double want[4] = { 1, 9.0 / 7, 4.0 / 7, 1 };
    for (int k = 0; k < 4; k++)
        assert_true(fabs((double)spec.weight[k] - want[k]) < 1e-6);
    /* with an even number of classes the median is the mean of the middle two: 1/3 and 4/6 */
    assert_int_equal(ax_segmentation_weigh(&spec, maps, 1, 2, 4, &err), AX_OK);
    assert_true(fabs((double)spec.weight[0] - .75) < 1e-6 && fabs((double)spec.weight[1] - 1.5) < 1e-6);
    assert_true(spec.weight[2] == 1);
}

TEST(nothing_to_weigh)
{
    uint8_t a[8];
    const void *maps[] = { a };
    ax_task_spec spec = { .outputs = 4 };
    ax_err err = { AX_OK, "" };
    memset(a, I, sizeof a);
    assert_int_equal(ax_segmentation_weigh(&spec, maps, 1, 2, 4, &err), AX_EDATA);
    assert_non_null(strstr(err.msg, "no labelled pixel"));
}

int main(void)
{
    return RUN_TESTS(by_hand, nothing_to_weigh);
}
