/* The interface of search strategies: propose, learn, save. */
#ifndef AX_POLICY_STRATEGY_H
#define AX_POLICY_STRATEGY_H

#include "engine/base/rng.h"
#include "engine/space/space.h"

typedef struct ax_strategy_options {
    const ax_space *space;           /* space of its genotypes */
    const char *name;                /* "ppo", "reinforce", "evolution", "random", "elite", "gp" */
    uint64_t seed;                   /* seed of all its random numbers */
    bool feedback_none;              /* controller: a step's input is the previous output, not the decision */
    double entropy_weight;           /* controller: weight of the policy's entropy */
    double reinforce_lr;             /* reinforce: learning rate */
    uint32_t population, tournament; /* evolution */
    bool concat;                     /* elite, gp: part of the identity of networks (ax_genotype_canonical) */
    /* elite, gp: number of uniform proposals at first; number of the best that mutants are made from. */
    uint32_t random_first, elites;
} ax_strategy_options;
/* The published values for the first space: autoregressive, no entropy weight, REINFORCE at 6e-4 (Zoph and Le, ICLR
   2017), population 100, tournament 25; and 20 random first, 10 elites. */
ax_strategy_options ax_strategy_defaults(const char *name, uint64_t seed);

/* The strategy's knowledge at the time of a proposal; stored with the candidate and passed back to learn. */
typedef struct ax_proposal {
    ax_genotype genotype;
    uint32_t id, parent; /* id: set by the search; parent: the candidate it was made from, 0 = none */
    /* Prediction of the objective: posterior mean, and one standard deviation below and above; NAN when the strategy
       makes none. Not stored. */
    float expected, expected_low, expected_high;
    double logp;                          /* NAN when the strategy has no probabilities */
    double entropy;                       /* summed over decisions; NAN likewise */
    float logp_each[AX_MAX_DECISIONS];    /* in the order of ax_space.order */
    float entropy_each[AX_MAX_DECISIONS]; /* likewise; known at the proposal, not stored */
} ax_proposal;
/* A proposal for a genotype from elsewhere. */
ax_proposal ax_proposal_of(const ax_genotype *g);

/* Figures of an update, for events. */
typedef struct ax_learned {
    double loss, baseline, advantage, clip_fraction, entropy; /* NAN when not applicable */
    uint64_t samples;                                         /* number learned from so far */
    double length, noise;                                     /* of a Gaussian process; NAN likewise */
} ax_learned;

typedef struct ax_strategy ax_strategy;
/* AX_EINVAL lists the names, or says which option is invalid. */
ax_strategy *ax_strategy_new(const ax_strategy_options *options, ax_err *err);
void ax_strategy_free(ax_strategy *s);
const char *ax_strategy_name(const ax_strategy *s);
ax_code ax_strategy_propose(ax_strategy *s, ax_proposal *out, ax_err *err);
/* Learns from a finished candidate. A proposal without log-probability (a genotype from elsewhere) is treated as if the
   current policy had proposed it. *what (may be NULL) receives the figures. AX_EINVAL when the reward isn't finite. */
ax_code ax_strategy_learn(ax_strategy *s, const ax_proposal *p, double reward, ax_learned *what, ax_err *err);
/* Probability of each choice at present: the controller's (averaged over its preceding decisions, with a few samples
   from separate random numbers), or frequencies within the population or the elites. n = 0: no preferences. Doesn't
   affect later proposals. */
void ax_strategy_probabilities(ax_strategy *s, ax_probabilities *out);
uint64_t ax_strategy_samples(const ax_strategy *s); /* rewards learned from so far */
/* The complete state, which determines all later proposals, as one msgpack map (malloc; the caller frees it). */
ax_code ax_strategy_save(const ax_strategy *s, char **bytes, size_t *n, ax_err *err);
/* Replaces the state; AX_EFORMAT when the bytes aren't a state of this strategy (nothing is changed then). */
ax_code ax_strategy_load(ax_strategy *s, const char *bytes, size_t n, ax_err *err);

#endif
