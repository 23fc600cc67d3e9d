/* A Gaussian process over networks (Rasmussen and Williams, 2006, chapters 2 and 5): prior mean 0, covariance exp(-d /
   length) for networks that differ in d decisions, and independent noise of each observation. The order of all sums is
   independent of when points were added, so a rebuilt process has the same bits. */
#ifndef AX_POLICY_GP_MODEL_H
#define AX_POLICY_GP_MODEL_H

#include "engine/base/err.h"
#include "engine/space/canonical.h"

#include <stdbool.h>
#include <stdint.h>

enum { AX_GP_LENGTHS = 4, AX_GP_NOISES = 4 };
extern const double ax_gp_length[AX_GP_LENGTHS], ax_gp_noise[AX_GP_NOISES]; /* noise: variance */

typedef struct ax_gp_choice {
    uint8_t length, noise; /* indices into these */
} ax_gp_choice;

typedef struct ax_gp ax_gp;
ax_gp *ax_gp_new(ax_err *err);
void ax_gp_free(ax_gp *gp);
/* Removes all points. */
void ax_gp_clear(ax_gp *gp);
uint32_t ax_gp_count(const ax_gp *gp);
ax_code ax_gp_add(ax_gp *gp, const ax_reduced *x, ax_err *err);

/* Log marginal likelihood of y, one value per point (equation 5.8). Costs n^2 for each point added since the last call
   with the same hyperparameters, since the Cholesky factor only grows. */
ax_code ax_gp_evidence(ax_gp *gp, ax_gp_choice choice, const double *y, double *out, ax_err *err);
/* The hyperparameters with the highest likelihood; the first among equals. */
ax_code ax_gp_fit(ax_gp *gp, const double *y, ax_gp_choice *out, ax_err *err);
/* Posterior of the m networks x, without noise: mean {m}, and covariance {m, m}, of which the lower triangle is filled
   (equations 2.25 and 2.26). */
ax_code ax_gp_posterior(ax_gp *gp, ax_gp_choice choice, const double *y, const ax_reduced *x, uint32_t m, double *mean,
                        double *covariance, ax_err *err);

/* Cholesky factor of the lower triangle of a {n, n}, in place. False: not positive definite. */
bool ax_cholesky(double *a, uint32_t n);

#endif
