#include "engine/base/student.h"

#include <math.h>

/* ---- the distribution ---- */

/* P(|T| <= sqrt(df) * tan(angle)), angle >= 0. */
static double within(double angle, uint32_t df)
{
    double c = cos(angle), term = df % 2 ? c : 1, sum = 0;
    for (uint32_t k = df % 2 ? 3 : 2; k <= df; k += 2) { /* powers of c up to df - 2 */
        sum += term;
        term *= (k - 1) / (double)k * c * c;
    }
    return df % 2 ? 2 / M_PI * (angle + sin(angle) * sum) : sin(angle) * sum;
}

static double cdf_of_angle(double angle, uint32_t df)
{
    double inside = within(fabs(angle), df);
    return angle < 0 ? (1 - inside) / 2 : (1 + inside) / 2;
}

double ax_student_cdf(double t, uint32_t df)
{
    return cdf_of_angle(atan(t / sqrt(df)), df);
}

double ax_student_quantile(double p, uint32_t df)
{
    double low = -M_PI / 2, high = M_PI / 2, angle = 0;
    for (int i = 0; i < 60; i++) { /* bisects down to the last bit */
        angle = (low + high) / 2;
        if (cdf_of_angle(angle, df) < p)
            low = angle;
        else
            high = angle;
    }
    return sqrt(df) * tan(angle);
}

/* ---- means ---- */

ax_mean ax_mean_of(const double *values, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    const double mean = sum / (double)n; /* NAN for n = 0 */
    for (size_t i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return (ax_mean) {
        .n = (uint32_t)n,
        .mean = mean,
        .error = n < 2 ? NAN : sqrt(squares / (double)(n - 1) / (double)n),
    };
}

double ax_mean_interval(const ax_mean *m, double level)
{
    return m->n < 2 ? NAN : ax_student_quantile((1 + level) / 2, m->n - 1) * m->error;
}

/* Probability that all means but the i-th are below x. */
static double all_below(const ax_mean *m, size_t n, size_t i, double x)
{
    double chance = 1;
    for (size_t j = 0; j < n && chance > 0; j++) {
        if (j == i)
            continue;
        if (m[j].error > 0)
            chance *= ax_student_cdf((x - m[j].mean) / m[j].error, m[j].n - 1);
        else /* all its values are equal: the mean is exact */
            chance *= x < m[j].mean ? 0 : x > m[j].mean ? 1 : 0.5;
    }
    return chance;
}

void ax_mean_best(const ax_mean *m, size_t n, double *best)
{
    enum { POINTS = 512 };
    double all = 0;
    for (size_t i = 0; i < n; i++) {
        const double df = m[i].n - 1;
        double sum = 0, weights = 0;
        for (int k = 0; k < POINTS; k++) {
            double angle = M_PI * ((k + 0.5) / POINTS - 0.5);
            /* density of t times dt by this angle, up to a constant factor */
            double weight = pow(cos(angle), df - 1);
            sum += weight * all_below(m, n, i, m[i].mean + m[i].error * sqrt(df) * tan(angle));
            weights += weight;
        }
        best[i] = sum / weights;
        all += best[i];
    }
    for (size_t i = 0; i < n && all > 0; i++)
        best[i] /= all;
}
