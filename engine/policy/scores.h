/* Normal scores: replaces rewards by normal quantiles of their ranks. */
#ifndef AX_POLICY_SCORES_H
#define AX_POLICY_SCORES_H

#include <stdint.h>

/* The quantile of the standard normal distribution for 0 < p < 1. */
double ax_normal_quantile(double p);
/* score[i] = quantile of (rank_i - 3/8) / (n + 1/4), the smallest having rank 1 (Blom, 1958); equal rewards share their
   mean rank. order: room for n numbers; afterwards the rewards' indices in ascending order. */
void ax_normal_scores(const double *reward, uint32_t n, uint32_t *order, double *score);
/* The reward that corresponds to a score, interpolated between neighbouring rewards and clamped to their range. n > 0;
   order: from ax_normal_scores. */
double ax_score_reward(const double *reward, const uint32_t *order, uint32_t n, double score);

#endif
