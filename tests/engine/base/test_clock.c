/* The median of measured times. */
#include "engine/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void the_median_and_the_least(void **state)
{
    (void)state;
    double odd[] = { 3, 9, 1, 200, 4 }, even[] = { 8, 2, 6, 4 }, one[] = { 7 };
    assert_true(ax_clock_median(odd, 5) == 4 && odd[0] == 1);
    assert_true(ax_clock_median(even, 4) == 6 && even[0] == 2);
    assert_true(ax_clock_median(one, 1) == 7);
}

static void the_clock_goes_on(void **state)
{
    (void)state;
    double start = ax_clock(), now = start;
    while (now == start)
        now = ax_clock();
    assert_true(now > start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_and_the_least),
        cmocka_unit_test(the_clock_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
