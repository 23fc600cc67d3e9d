/* Student's t against tables and closed forms. */
#include "engine/base/student.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>

static void close_to(double a, double b, double by)
{
    if (!(fabs(a - b) <= by))
        fail_msg("%.12g is not within %g of %.12g", a, by, b);
}

/* Abramowitz and Stegun, table 26.10, and its closed forms for 1 and 2 degrees of freedom. */
TEST(as_in_tables)
{
    static const struct {
        uint32_t df;
        double p, t;
    } row[] = { { 1, .975, 12.706 }, { 2, .975, 4.303 },  { 3, .975, 3.182 },  { 4, .975, 2.776 }, { 9, .975, 2.262 },
                { 30, .975, 2.042 }, { 60, .975, 2.000 }, { 3, .95, 2.353 },   { 5, .99, 3.365 },  { 12, .75, 0.695 },
                { 3, .025, -3.182 }, { 7, .5, 0 },        { 120, .975, 1.980 } };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        close_to(ax_student_quantile(row[i].p, row[i].df), row[i].t, 6e-4);
        close_to(ax_student_cdf(ax_student_quantile(row[i].p, row[i].df), row[i].df), row[i].p, 1e-12);
    }
    for (double t = -30; t <= 30; t += 0.37) {
        close_to(ax_student_cdf(t, 1), 0.5 + atan(t) / M_PI, 1e-14);
        close_to(ax_student_cdf(t, 2), 0.5 + t / (2 * sqrt(2 + t * t)), 1e-14);
    }
}

TEST(means_and_intervals)
{
    const double four[] = { 2, 4, 4, 6 }; /* s^2 = 8 / 3 */
    ax_mean m = ax_mean_of(four, 4);
    assert_true(m.n == 4 && m.mean == 4);
    close_to(m.error, sqrt(2.0 / 3), 1e-15);
    close_to(ax_mean_interval(&m, 0.95), 3.182446305 * sqrt(2.0 / 3), 1e-8);
    m = ax_mean_of(four, 1);
    assert_true(m.mean == 2 && isnan(m.error) && isnan(ax_mean_interval(&m, 0.95)));
    m = ax_mean_of(four, 0);
    assert_true(m.n == 0 && isnan(m.mean) && isnan(ax_mean_interval(&m, 0.95)));
}

/* With one degree of freedom each, their difference has a Cauchy distribution whose scale is the sum of theirs. */
TEST(the_better_of_two_cauchys)
{
    for (int k = 0; k < 40; k++) {
        const ax_mean m[] = { { 2, 0.1 * k, 1 }, { 2, 0.4, 0.05 + 0.1 * k } };
        double best[2];
        ax_mean_best(m, 2, best);
        close_to(best[0], 0.5 + atan((m[0].mean - m[1].mean) / (m[0].error + m[1].error)) / M_PI, 2e-3);
        close_to(best[0] + best[1], 1, 1e-14);
    }
}

/* With many degrees of freedom the values are normal: P(x > y) = Phi(difference / its standard error). */
TEST(the_better_of_two_nearly_normal_ones)
{
    const ax_mean m[] = { { 2000, 1, 0.3 }, { 2000, 0.5, 0.4 } };
    double best[2];
    ax_mean_best(m, 2, best);
    close_to(best[0], 0.5 * erfc(-(0.5 / 0.5) / sqrt(2)), 1e-3);
}

TEST(the_best_of_many)
{
    ax_mean m[10];
    double best[10];
    for (int i = 0; i < 10; i++)
        m[i] = (ax_mean) { 4, 0.6, 0.01 };
    ax_mean_best(m, 10, best);
    for (int i = 0; i < 10; i++)
        close_to(best[i], 0.1, 1e-12);
    m[3].mean = 0.62;
    ax_mean_best(m, 10, best);
    assert_true(best[3] > 0.3 && best[3] < 0.8 && best[0] < 0.1);
    m[3].mean = 0.9;
    ax_mean_best(m, 10, best);
    assert_true(best[3] > 0.99);
    ax_mean_best(m, 1, best);
    assert_true(best[0] == 1);
    /* one exact value, above and below an uncertain one */
    m[0] = (ax_mean) { 2, 1, 0 };
    m[1] = (ax_mean) { 2, 1, 0.2 };
    ax_mean_best(m, 2, best);
    close_to(best[0], 0.5, 1e-3);
    m[1].error = 0;
    m[1].mean = 1.5;
    ax_mean_best(m, 2, best);
    assert_true(best[0] == 0 && best[1] == 1);
}

int main(void)
{
    return RUN_TESTS(as_in_tables, means_and_intervals, the_better_of_two_cauchys, the_better_of_two_nearly_normal_ones,
                     the_best_of_many);
}
