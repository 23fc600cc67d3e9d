/* Student's t distribution with integer degrees of freedom, and inference about means of few values. */
#ifndef AX_BASE_STUDENT_H
#define AX_BASE_STUDENT_H

#include <stddef.h>
#include <stdint.h>

/* P(T <= t) with df >= 1 degrees of freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4). */
double ax_student_cdf(double t, uint32_t df);
/* t with P(T <= t) = p, for 0 < p < 1. */
double ax_student_quantile(double p, uint32_t df);

/* Mean and standard error of n values. */
typedef struct ax_mean {
    uint32_t n;
    double mean;  /* NAN when n = 0 */
    double error; /* standard error of the mean, s / sqrt(n) with s of n - 1 degrees of freedom; NAN when n < 2 */
} ax_mean;
ax_mean ax_mean_of(const double *values, size_t n);
/* Half-width of the mean's confidence interval at this level (.95): t * error. NAN when n < 2. */
double ax_mean_interval(const ax_mean *m, double level);

/* best[i]: the probability that the i-th of n means, each of at least two values, is the highest. For normal values of
   unknown mean and variance and the prior p(mean, variance) ~ 1 / variance, the posterior of a mean is Student's t with
   n - 1 degrees of freedom around the sample mean, scaled by the standard error (Gelman et al., Bayesian Data Analysis,
   3rd edition, section 3.2). So
     best[i] = integral of f_i(x) * product over j != i of F_j(x) dx,
   computed by the midpoint rule in the angle whose tangent is t / sqrt(df), without random numbers. The values sum to
   1. */
void ax_mean_best(const ax_mean *m, size_t n, double *best);

#endif
