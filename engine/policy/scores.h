/* Normal scores: rewards as if they were drawn from a normal distribution, by their ranks alone. */
#ifndef AX_POLICY_SCORES_H
#define AX_POLICY_SCORES_H

#include <stdint.h>

/* The value that a standard normal is below with probability p, 0 < p < 1. */
double ax_normal_quantile(double p);
/* score[i] = quantile of (rank_i - 3/8) / (n + 1/4), the least having rank 1 (Blom, 1958); equal rewards share the mean
   of their ranks. order: room for n numbers, afterwards the rewards' indices, least first. */
void ax_normal_scores(const double *reward, uint32_t n, uint32_t *order, double *score);
/* The reward of a score, between those of the rewards next to it; what is beyond all is the least or the greatest.
   n > 0; order: of ax_normal_scores. */
double ax_score_reward(const double *reward, const uint32_t *order, uint32_t n, double score);

#endif
