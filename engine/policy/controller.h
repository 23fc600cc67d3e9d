/* The controller: a two-layer LSTM that makes the decisions of a space one after the other (Nekrasov et al., CVPR 2019;
   Zoph and Le, ICLR 2017). Decisions of one group share a head. */
#ifndef AX_POLICY_CONTROLLER_H
#define AX_POLICY_CONTROLLER_H

#include "engine/policy/strategy.h"

typedef enum ax_feedback {
    AX_FEEDBACK_PREVIOUS, /* a step's input is the embedding of the previous decision: autoregressive */
    AX_FEEDBACK_NONE      /* a step's input is the previous output, after warm-up steps: decisions are independent */
} ax_feedback;

typedef struct ax_controller ax_controller;
/* Initial weights are uniform in (-0.1, 0.1), drawn from *rng. */
ax_controller *ax_controller_new(const ax_space *space, ax_feedback feedback, ax_rng *rng, ax_err *err);
void ax_controller_free(ax_controller *c);

void ax_controller_sample(ax_controller *c, ax_rng *rng, ax_proposal *out);
/* Log-probability and entropy of a given genotype under the current weights. */
void ax_controller_score(ax_controller *c, const ax_genotype *g, ax_proposal *out);

/* Adds to p the probability of every choice of every decision, in genotype order. It is the mean of the conditional
   probabilities (not of counts: Rao-Blackwell) over a few samples of the preceding decisions, the same samples in every
   call. */
void ax_controller_probabilities(ax_controller *c, float *p);

typedef struct ax_rollout {
    ax_genotype genotype;
    double old_logp, advantage;
} ax_rollout;
/* The clipped surrogate loss (Schulman et al., 2017) of n rollouts, -mean(min(r A, clip(r, 1 - clip, 1 + clip) A)) -
   entropy_weight * mean(entropy), and its gradients. Returns the loss; *clip_fraction (may be NULL) = fraction of
   rollouts without a gradient because of the clip. */
double ax_controller_loss(ax_controller *c, const ax_rollout *rollouts, size_t n, double clip, double entropy_weight,
                          double *clip_fraction);
double ax_controller_grad_norm(const ax_controller *c);
/* One Adam step (betas .9 .999, eps 1e-8) with the current gradients, scaled to a norm of at most clip_norm. None
   when the norm isn't finite, as with rewards beyond 1e38: the policy would be lost. */
void ax_controller_adam(ax_controller *c, double lr, double clip_norm);

/* Tensors by name ("controller.lstm.input_weight.0", as in PyTorch: {400,100}), for tests, golden files and
   snapshots. */
size_t ax_controller_tensors(const ax_controller *c);
typedef struct ax_controller_tensor {
    const char *name;
    int32_t rows, cols; /* a vector has cols 0 */
    size_t count;
} ax_controller_tensor;
ax_controller_tensor ax_controller_tensor_at(const ax_controller *c, size_t i);
typedef enum ax_controller_slot {
    AX_CONTROLLER_VALUE,
    AX_CONTROLLER_GRAD,
    AX_CONTROLLER_M,
    AX_CONTROLLER_V
} ax_controller_slot;
void ax_controller_get(const ax_controller *c, size_t i, ax_controller_slot slot, float *out);
void ax_controller_set(ax_controller *c, size_t i, ax_controller_slot slot, const float *in);
uint64_t ax_controller_steps(const ax_controller *c); /* Adam steps taken */
void ax_controller_set_steps(ax_controller *c, uint64_t steps);

#endif
