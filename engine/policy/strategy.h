/* What search asks of any proposer. */
#ifndef AX_POLICY_STRATEGY_H
#define AX_POLICY_STRATEGY_H

#include "engine/base/rng.h"
#include "engine/space/space.h"

typedef struct ax_strategy_options {
    const ax_space *space;           /* what its genotypes are of */
    const char *name;                /* "ppo", "reinforce", "evolution", "random", "elite", "gp" */
    uint64_t seed;                   /* starts all its random numbers */
    bool feedback_none;              /* controller: a step reads the output before it, not the decision */
    double entropy_weight;           /* controller: reward for undecidedness */
    double reinforce_lr;             /* reinforce: learning rate */
    uint32_t population, tournament; /* evolution */
    bool concat;                     /* elite, gp: which networks are the same (ax_genotype_canonical) */
    uint32_t random_first, elites;   /* elite, gp: proposals drawn evenly first; the best that mutants are made of */
} ax_strategy_options;
/* The published values, for the first space: autoregressive, no entropy weight, REINFORCE at 6e-4 (Zoph and Le,
   ICLR 2017); population 100, tournament 25; 20
   random first, 10 elites. */
ax_strategy_options ax_strategy_defaults(const char *name, uint64_t seed);

/* What the strategy knew when it proposed; stored with the candidate and handed back to learn. */
typedef struct ax_proposal {
    ax_genotype genotype;
    uint32_t id, parent; /* the candidate, set by the search; the one it was made from, 0 = none */
    /* What it was expected to come to, in the unit of what is learned: posterior mean, and one deviation below and
       above; NAN when the strategy expects nothing. Not stored. */
    float expected, expected_low, expected_high;
    double logp;                          /* NAN when the strategy has no probabilities */
    double entropy;                       /* summed over decisions, NAN likewise */
    float logp_each[AX_MAX_DECISIONS];    /* in the order of ax_space.order */
    float entropy_each[AX_MAX_DECISIONS]; /* likewise; known when it is proposed, not stored */
} ax_proposal;
/* A genotype that comes from elsewhere. */
ax_proposal ax_proposal_of(const ax_genotype *g);

/* One line of insight after learning, for events. */
typedef struct ax_learned {
    double loss, baseline, advantage, clip_fraction, entropy; /* NAN where the strategy has none */
    uint64_t samples;                                         /* learned from so far */
    double length, noise;                                     /* of a Gaussian process, NAN likewise */
} ax_learned;

typedef struct ax_strategy ax_strategy;
/* AX_EINVAL lists the names that exist, or says which option makes no sense. */
ax_strategy *ax_strategy_new(const ax_strategy_options *options, ax_err *err);
void ax_strategy_free(ax_strategy *s);
const char *ax_strategy_name(const ax_strategy *s);
ax_code ax_strategy_propose(ax_strategy *s, ax_proposal *out, ax_err *err);
/* Learns from a finished candidate. A proposal without log-probability (made by hand) is taken as if the current policy
   had proposed it. *what (may be NULL) says what happened. AX_EINVAL when the reward isn't finite. */
ax_code ax_strategy_learn(ax_strategy *s, const ax_proposal *p, double reward, ax_learned *what, ax_err *err);
/* How likely each choice is now: under the controller (over what it decides before, from a few samples with random
   numbers of their own), or as shares of the population or of the elites. n = 0: the strategy prefers nothing. Changes
   no future. */
void ax_strategy_probabilities(ax_strategy *s, ax_probabilities *out);
uint64_t ax_strategy_samples(const ax_strategy *s); /* rewards learned from so far */
/* The complete state, everything that decides the future, as bytes of one msgpack map (malloc; caller frees). */
ax_code ax_strategy_save(const ax_strategy *s, char **bytes, size_t *n, ax_err *err);
/* Replaces the state; AX_EFORMAT when the bytes aren't a state of this strategy (nothing is changed then). */
ax_code ax_strategy_load(ax_strategy *s, const char *bytes, size_t n, ax_err *err);

#endif
