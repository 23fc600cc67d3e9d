/* The Gaussian process and the scores that it learns, against independently computed numbers. */
#include "engine/policy/gp_model.h"
#include "engine/policy/scores.h"
#include "engine/base/rng.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

static void is_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.17g, not %.17g", got, want);
}

/* Points on a line: the k-th differs from the first in k decisions. */
static ax_reduced on_line(int k)
{
    ax_reduced x = { { 0 } };
    for (int i = 0; i < k; i++)
        x.value[i] = 1;
    return x;
}

/* Three points, 0, 2 and 4 on the line, with length scale 2 and noise .1: K = (1.1, e^-1, e^-2; e^-1, 1.1, e^-1; ...).
   The expected numbers were computed by Gaussian elimination in another language. */
TEST(posterior_of_three_points)
{
    ax_gp *gp = ax_gp_new(NULL);
    const double y[] = { 1, -0.5, 2 };
    const ax_gp_choice choice = { 0, 1 };
    for (int i = 0; i < 3; i++) {
        ax_reduced x = on_line(2 * i);
        assert_int_equal(ax_gp_add(gp, &x, NULL), AX_OK);
    }
    assert_int_equal(ax_gp_count(gp), 3);
    ax_reduced x[2] = { on_line(0), on_line(6) };
    x[0].value[40] = 1; /* at distances 1, 3 and 5 from the points; the second at 6, 4 and 2, and at 7 from the first */
    double mean[2], covariance[4], evidence;
    assert_int_equal(ax_gp_posterior(gp, choice, y, x, 2, mean, covariance, NULL), AX_OK);
    is_near(mean[0], 0.5357494729847445, 1e-14);
    is_near(mean[1], 0.6546924506464826, 1e-14);
    is_near(covariance[0], 0.6651423834723584, 1e-14);
    is_near(covariance[2], 2.8766359122484736e-05, 1e-14);
    is_near(covariance[3], 0.8768127671598102, 1e-14);
    assert_int_equal(ax_gp_evidence(gp, choice, y, &evidence, NULL), AX_OK);
    is_near(evidence, -5.963644869542457, 1e-13);
    ax_gp_free(gp);
}

static ax_reduced at_random(ax_rng *rng)
{
    ax_reduced x = { { 0 } };
    for (int d = 0; d < 19; d++)
        x.value[d] = ax_rng_below(rng, 4) ? 0 : (uint8_t)ax_rng_below(rng, 4);
    return x;
}

/* log p(y) is the sum of log p(y_i | y before it), each a normal density with the posterior's mean and variance. */
TEST(evidence_is_the_product_of_predictions)
{
    enum { N = 70 };
    ax_rng rng = ax_rng_new(1, 2);
    double y[N], sum[AX_GP_LENGTHS][AX_GP_NOISES] = { { 0 } };
    ax_gp *gp = ax_gp_new(NULL);
    for (int i = 0; i < N; i++) {
        ax_reduced x = at_random(&rng);
        y[i] = ax_rng_normal(&rng);
        for (uint8_t l = 0; l < AX_GP_LENGTHS; l++)
            for (uint8_t k = 0; k < AX_GP_NOISES; k++) {
                double mean, variance;
                ax_gp_posterior(gp, (ax_gp_choice) { l, k }, y, &x, 1, &mean, &variance, NULL);
                variance += ax_gp_noise[k];
                sum[l][k] -= 0.5 * (y[i] - mean) * (y[i] - mean) / variance + 0.5 * log(2 * acos(-1) * variance);
            }
        ax_gp_add(gp, &x, NULL);
    }
    double best = -INFINITY;
    ax_gp_choice choice = { 0, 0 };
    for (uint8_t l = 0; l < AX_GP_LENGTHS; l++)
        for (uint8_t k = 0; k < AX_GP_NOISES; k++) {
            double evidence;
            ax_gp_evidence(gp, (ax_gp_choice) { l, k }, y, &evidence, NULL);
            is_near(evidence, sum[l][k], 1e-9);
            best = fmax(best, evidence);
        }
    double chosen;
    ax_gp_fit(gp, y, &choice, NULL);
    ax_gp_evidence(gp, choice, y, &chosen, NULL);
    assert_true(chosen == best);
    ax_gp_free(gp);
}

/* The fit recovers the process that the data are drawn from. */
TEST(fit_finds_what_made_the_data)
{
    enum { N = 250 };
    static const ax_gp_choice truth[] = { { 0, 0 }, { 3, 0 }, { 1, 3 } };
    for (size_t t = 0; t < sizeof truth / sizeof *truth; t++) {
        ax_rng rng = ax_rng_new(5, t);
        static double k[N * N], y[N], normal[N];
        ax_reduced x[N];
        ax_gp *gp = ax_gp_new(NULL);
        for (int i = 0; i < N; i++) {
            x[i] = at_random(&rng);
            ax_gp_add(gp, &x[i], NULL);
            normal[i] = ax_rng_normal(&rng);
            for (int j = 0; j <= i; j++)
                k[i * N + j] = exp(-(double)ax_reduced_distance(&x[i], &x[j]) / ax_gp_length[truth[t].length]) +
                               (i == j ? ax_gp_noise[truth[t].noise] : 0);
        }
        assert_true(ax_cholesky(k, N));
        for (int i = 0; i < N; i++) {
            y[i] = 0;
            for (int j = 0; j <= i; j++)
                y[i] += k[i * N + j] * normal[j];
        }
        ax_gp_choice found;
        ax_gp_fit(gp, y, &found, NULL);
        assert_int_equal(found.length, truth[t].length);
        assert_int_equal(found.noise, truth[t].noise);
        ax_gp_free(gp);
    }
}

/* Factors grown point by point equal those computed at once, bit for bit; also with columns beyond a strip. */
TEST(growing_changes_no_bit)
{
    enum { N = 150, M = 45 };
    ax_rng rng = ax_rng_new(9, 9);
    ax_gp *grown = ax_gp_new(NULL), *made = ax_gp_new(NULL);
    ax_reduced x[N], pool[M];
    double y[N], a, b, mean[2][M], covariance[2][M * M];
    for (int i = 0; i < N; i++) {
        x[i] = at_random(&rng);
        y[i] = ax_rng_normal(&rng);
        ax_gp_add(grown, &x[i], NULL);
        ax_gp_evidence(grown, (ax_gp_choice) { 2, (uint8_t)(i % 2) }, y, &a, NULL);
    }
    for (int i = 0; i < M; i++)
        pool[i] = at_random(&rng);
    ax_gp_add(made, &pool[0], NULL); /* removed again */
    ax_gp_evidence(made, (ax_gp_choice) { 2, 1 }, y, &b, NULL);
    ax_gp_clear(made);
    for (int i = 0; i < N; i++)
        ax_gp_add(made, &x[i], NULL);
    memset(covariance, 0, sizeof covariance);
    for (uint8_t k = 0; k < 2; k++) {
        const ax_gp_choice choice = { 2, k };
        ax_gp_evidence(grown, choice, y, &a, NULL);
        ax_gp_evidence(made, choice, y, &b, NULL);
        assert_true(a == b);
        ax_gp_posterior(grown, choice, y, pool, M, mean[0], covariance[0], NULL);
        ax_gp_posterior(made, choice, y, pool, M, mean[1], covariance[1], NULL);
        assert_memory_equal(mean[0], mean[1], sizeof mean[0]);
        assert_memory_equal(covariance[0], covariance[1], sizeof covariance[0]);
        for (int i = 0; i < M; i++) { /* the same one by one, up to rounding */
            double alone, variance;
            ax_gp_posterior(made, choice, y, &pool[i], 1, &alone, &variance, NULL);
            is_near(mean[0][i], alone, 1e-13);
            is_near(covariance[0][i * M + i], variance, 1e-13);
        }
    }
    ax_gp_free(grown);
    ax_gp_free(made);
}

TEST(cholesky_by_hand)
{
    double a[] = { 4, 7, 7, 12, 37, 7, -16, -43, 98 };
    const double want[] = { 2, 0, 0, 6, 1, 0, -8, 5, 3 };
    assert_true(ax_cholesky(a, 3));
    for (int i = 0; i < 3; i++)
        for (int j = 0; j <= i; j++)
            is_near(a[3 * i + j], want[3 * i + j], 1e-14);
    double bad[] = { 1, 0, 2, 1 };
    assert_false(ax_cholesky(bad, 2));
}

TEST(scores)
{
    is_near(ax_normal_quantile(0.001), -3.090232306167813, 1e-12);
    is_near(ax_normal_quantile(0.025), -1.9599639845400538, 1e-13);
    is_near(ax_normal_quantile(0.3), -0.5244005127080407, 1e-13);
    is_near(ax_normal_quantile(0.5), 0, 1e-15);
    is_near(ax_normal_quantile(0.975), 1.9599639845400538, 1e-13);
    const double reward[] = { 0.7, 0.1, 0.5, 0.4 };
    double score[4];
    uint32_t order[4];
    ax_normal_scores(reward, 4, order, score);
    is_near(score[0], 1.0491313979639711, 1e-13);
    is_near(score[1], -1.0491313979639711, 1e-13);
    is_near(score[2], 0.29930691046566704, 1e-13);
    is_near(score[3], -0.29930691046566704, 1e-13);
    assert_true(order[0] == 1 && order[1] == 3 && order[2] == 2 && order[3] == 0);
    for (int i = 0; i < 4; i++)
        is_near(ax_score_reward(reward, order, 4, score[i]), reward[i], 1e-13);
    is_near(ax_score_reward(reward, order, 4, 0), 0.45, 1e-13);
    assert_true(ax_score_reward(reward, order, 4, 5) == 0.7 && ax_score_reward(reward, order, 4, -5) == 0.1);
    const double equal[] = { 0.5, 0.5, 0.2, 0.9 }; /* ranks 2.5, 2.5, 1, 4 */
    ax_normal_scores(equal, 4, order, score);
    is_near(score[0], 0, 1e-15);
    is_near(score[1], 0, 1e-15);
    is_near(score[2], -1.0491313979639711, 1e-13);
    const double one[] = { 0.3 };
    ax_normal_scores(one, 1, order, score);
    is_near(score[0], 0, 1e-15);
    assert_true(ax_score_reward(one, order, 1, 2) == 0.3);
}

int main(void)
{
    return RUN_TESTS(posterior_of_three_points, evidence_is_the_product_of_predictions, fit_finds_what_made_the_data,
                     growing_changes_no_bit, cholesky_by_hand, scores);
}
