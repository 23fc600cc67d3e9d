#include "engine/task/segmentation/score.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>

static void near(double a, double b)
{
    if (!(fabs(a - b) < 1e-12))
        fail_msg("%.15g is not %.15g", a, b);
}

static ax_confusion count(int32_t classes, const uint8_t *truth, const uint8_t *predicted, size_t n)
{
    ax_confusion c;
    assert_int_equal(ax_confusion_init(&c, classes, NULL), AX_OK);
    ax_confusion_add(&c, truth, predicted, n);
    return c;
}

TEST(by_hand)
{
    /* class 0: 4 pixels, 3 hit; class 1: 2 pixels, 1 hit; class 2: only predicted (once) */
    const uint8_t truth[] = { 0, 0, 0, 0, 1, 1, 255, 255 }, predicted[] = { 0, 0, 0, 1, 1, 2, 0, 1 };
    ax_confusion c = count(3, truth, predicted, 8);
    assert_int_equal(c.count[0], 3);
    assert_int_equal(c.count[1], 1);
    assert_int_equal(c.count[1 * 3 + 2], 1);
    ax_metrics m = ax_confusion_metrics(&c, -1);
    near(m.miou, (3.0 / 4 + 1.0 / 3) / 2);
    near(m.fwiou, (4 * 3.0 / 4 + 2 * 1.0 / 3) / 6);
    near(m.accuracy, (3.0 / 4 + 1.0 / 2) / 2);
    near(m.reward, cbrt(m.miou * m.fwiou * m.accuracy));
    m = ax_confusion_metrics(&c, 0); /* ignored as a class, but its mistakes still count for the others */
    near(m.miou, 1.0 / 3);
    near(m.fwiou, 1.0 / 3);
    near(m.accuracy, 0.5);
    m = ax_confusion_metrics(&c, 2); /* has no pixels in the truth anyway */
    near(m.accuracy, (3.0 / 4 + 1.0 / 2) / 2);
    ax_confusion_release(&c);
    assert_null(c.count);
}

TEST(perfect_and_hopeless)
{
    const uint8_t truth[] = { 0, 1, 2, 2 }, wrong[] = { 1, 2, 0, 0 };
    ax_confusion c = count(3, truth, truth, 4);
    ax_metrics m = ax_confusion_metrics(&c, -1);
    near(m.miou, 1);
    near(m.fwiou, 1);
    near(m.accuracy, 1);
    near(m.reward, 1);
    ax_confusion_release(&c);
    c = count(3, truth, wrong, 4);
    near(ax_confusion_metrics(&c, -1).reward, 0);
    ax_confusion_release(&c);
}

TEST(nothing_occurs)
{
    const uint8_t ignored[] = { 255, 255 }, any[] = { 0, 1 };
    ax_confusion c = count(2, ignored, any, 2);
    ax_metrics m = ax_confusion_metrics(&c, -1);
    assert_true(isnan(m.miou) && isnan(m.fwiou) && isnan(m.accuracy) && isnan(m.reward));
    ax_confusion_release(&c);
    c = count(2, any, any, 1); /* only class 0, and that is ignored */
    assert_true(isnan(ax_confusion_metrics(&c, 0).reward));
    near(ax_confusion_metrics(&c, -1).reward, 1);
    ax_confusion_release(&c);
}

TEST(wrong_class_counts)
{
    ax_confusion c;
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_confusion_init(&c, 0, &err), AX_EINVAL);
    assert_string_equal(err.msg, "0 classes: from 1 to 256 are possible");
    assert_int_equal(ax_confusion_init(&c, 257, &err), AX_EINVAL);
    assert_int_equal(ax_confusion_init(&c, 2, &err), AX_OK);
    const uint8_t truth[] = { 7, 0 }, predicted[] = { 0, 7 };
    ax_confusion_add(&c, truth, predicted, 2); /* out of range: not counted, and above all not written out of bounds */
    for (int i = 0; i < 4; i++)
        assert_int_equal(c.count[i], 0);
    ax_confusion_release(&c);
}

int main(void)
{
    return RUN_TESTS(by_hand, perfect_and_hopeless, nothing_occurs, wrong_class_counts);
}
