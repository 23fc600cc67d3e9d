/* Student's t distribution with a whole number of degrees of freedom, and what it says of means of few values. */
#ifndef AX_BASE_STUDENT_H
#define AX_BASE_STUDENT_H

#include <stddef.h>
#include <stdint.h>

/* P(T <= t) with df >= 1 degrees of freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4). */
double ax_student_cdf(double t, uint32_t df);
/* t with P(T <= t) = p, for 0 < p < 1. */
double ax_student_quantile(double p, uint32_t df);

/* What n values say of their mean. */
typedef struct ax_mean {
    uint32_t n;
    double mean;  /* NAN when n = 0 */
    double error; /* standard error of the mean, s / sqrt(n) with s of n - 1 degrees of freedom; NAN when n < 2 */
} ax_mean;
ax_mean ax_mean_of(const double *values, size_t n);
/* Half of the mean's interval of this level (.95): t * error. NAN when n < 2. */
double ax_mean_interval(const ax_mean *m, double level);

/* best[i]: the probability that the i-th of n means, each of at least two values, is the highest. With normal values of
   unknown mean and variance and the prior p(mean, variance) ~ 1 / variance, what is known of a mean afterwards is
   Student's t with n - 1 degrees of freedom about the values' mean with the standard error as its scale (Gelman et al.,
   Bayesian Data Analysis, 3rd edition, section 3.2), so
       best[i] = integral of f_i(x) * product over j != i of F_j(x) dx,
   taken by the midpoint rule in the angle whose tangent is t / sqrt(df); no random numbers. They sum to 1. */
void ax_mean_best(const ax_mean *m, size_t n, double *best);

#endif
