/* A front updated point by point is the front of all points. */
#include "engine/base/rng.h"
#include "engine/wire/front.h"
#include "tests/helper/suite.h"

#include <math.h>

TEST(by_hand)
{
    ax_front f = { .point = NULL };
    assert_false(ax_front_has(&f, 5, 1));
    assert_true(ax_front_add(&f, 5, .5, 1));
    assert_true(ax_front_add(&f, 6, .5, 2));  /* more expensive, not better */
    assert_true(ax_front_add(&f, 5, .5, 3));  /* equal: the first one keeps its place */
    assert_true(ax_front_add(&f, 3, .3, 4));  /* cheaper and worse */
    assert_true(ax_front_add(&f, 9, .9, 5));  /* more expensive and better */
    assert_true(ax_front_add(&f, 1, NAN, 6)); /* not added */
    assert_true(ax_front_add(&f, NAN, 1, 7)); /* not added */
    assert_true(ax_front_add(&f, -INFINITY, 1, 8));
    assert_int_equal(f.n, 3);
    assert_true(f.point[0].id == 4 && f.point[1].id == 1 && f.point[2].id == 5);
    assert_true(ax_front_has(&f, 5, 1));
    assert_false(ax_front_has(&f, 5, 3));
    assert_false(ax_front_has(&f, NAN, 1));
    assert_true(ax_front_add(&f, 3, .6, 9)); /* dominates 4 at the same cost, and 1 */
    assert_int_equal(f.n, 2);
    assert_true(f.point[0].id == 9 && f.point[1].id == 5);
    assert_true(ax_front_add(&f, 2, .95, 10)); /* dominates all */
    assert_int_equal(f.n, 1);
    ax_front_release(&f);
}

TEST(as_all_against_all)
{
    enum { N = 400 };
    static double cost[N], reward[N];
    ax_rng rng = ax_rng_new(4, 1);
    ax_front f = { .point = NULL };
    for (uint32_t i = 0; i < N; i++) {
        cost[i] = (double)ax_rng_below(&rng, 60); /* with ties */
        reward[i] = 0.01 * floor(cost[i] / 2 + ax_rng_below(&rng, 40));
        assert_true(ax_front_add(&f, cost[i], reward[i], i + 1));
        uint32_t on = 0;
        for (uint32_t a = 0; a <= i; a++) {
            int beaten = 0;
            for (uint32_t b = 0; b <= i && !beaten; b++)
                beaten = cost[b] <= cost[a] && reward[b] >= reward[a] &&
                         (cost[b] < cost[a] || reward[b] > reward[a] || b < a);
            assert_int_equal(ax_front_has(&f, cost[a], a + 1), !beaten);
            on += !beaten;
        }
        assert_int_equal(f.n, on);
    }
    assert_true(f.n > 16); /* the array has grown */
    ax_front_release(&f);
}

int main(void)
{
    return RUN_TESTS(by_hand, as_all_against_all);
}
