/* What search asks of any proposer. */
#ifndef AX_POLICY_STRATEGY_H
#define AX_POLICY_STRATEGY_H

#include "engine/base/rng.h"
#include "engine/space/genotype.h"

/* What the strategy knew when it proposed; stored with the candidate and handed back to learn. */
typedef struct ax_proposal {
    ax_genotype genotype;
    double logp;                    /* NAN when the strategy has no probabilities */
    double entropy;                 /* summed over decisions, NAN likewise */
    double logp_each[AX_DECISIONS]; /* in the controller's order of decisions */
} ax_proposal;

/* One line of insight after learning, for events. */
typedef struct ax_learned {
    double loss, baseline, advantage, clip_share, entropy; /* NAN where the strategy has none */
    uint64_t samples;                                      /* learned from so far */
} ax_learned;

typedef struct ax_strategy ax_strategy;
/* Names: "ppo", "random". seed starts all its random numbers. AX_EINVAL lists the names that exist. */
ax_strategy *ax_strategy_new(const char *name, uint64_t seed, ax_err *err);
void ax_strategy_free(ax_strategy *s);
const char *ax_strategy_name(const ax_strategy *s);
ax_code ax_strategy_propose(ax_strategy *s, ax_proposal *out, ax_err *err);
/* Learns from a finished candidate. *what (may be NULL) says what happened. */
ax_code ax_strategy_learn(ax_strategy *s, const ax_proposal *p, double reward, ax_learned *what, ax_err *err);
/* The complete state, everything that decides the future, as bytes of one msgpack map (malloc; caller frees). */
ax_code ax_strategy_save(const ax_strategy *s, char **bytes, size_t *n, ax_err *err);
/* Replaces the state; AX_EFORMAT when the bytes aren't a state of this strategy (nothing is changed then). */
ax_code ax_strategy_load(ax_strategy *s, const char *bytes, size_t n, ax_err *err);

#endif
