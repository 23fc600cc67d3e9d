/* The median of measured times. */
#include "engine/base/clock.h"
#include "tests/helper/suite.h"

#include <stdio.h>

TEST(the_median_and_the_least)
{
    double odd[] = { 3, 9, 1, 200, 4 }, even[] = { 8, 2, 6, 4 }, one[] = { 7 };
    assert_true(ax_clock_median(odd, 5) == 4 && odd[0] == 1);
    assert_true(ax_clock_median(even, 4) == 6 && even[0] == 2);
    assert_true(ax_clock_median(one, 1) == 7);
}

TEST(the_clock_goes_on)
{
    double start = ax_clock(), now = start;
    while (now == start)
        now = ax_clock();
    assert_true(now > start);
}

int main(void)
{
    return RUN_TESTS(the_median_and_the_least, the_clock_goes_on);
}
