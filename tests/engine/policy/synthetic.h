/* Rewards that need no training, for tests of strategies. */
#ifndef AX_TESTS_POLICY_SYNTHETIC_H
#define AX_TESTS_POLICY_SYNTHETIC_H

#include "engine/base/rng.h"
#include "engine/policy/strategy.h"
#include "engine/space/space.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>

/* 1 minus the fraction of decisions in which g differs from a network that the seed hides; neighbouring choices count
   half. The noise is the same for the same candidate and seed. */
static inline double synthetic_reward(const ax_genotype *g, uint64_t seed, uint32_t id, double noise)
{
    const ax_space *s = ax_space_of(g);
    ax_rng hidden = ax_rng_new(seed, 1000), own = ax_rng_new(seed, 2000 + id);
    ax_genotype best = ax_space_random(s, &hidden);
    double sum = 0;
    for (int d = 0; d < s->n_decisions; d++) {
        int far = abs(g->value[d] - best.value[d]);
        sum += far == 0 ? 0 : far == 1 ? 0.5 : 1;
    }
    return 1 - sum / s->n_decisions + noise * ax_rng_normal(&own);
}

/* The noise-free reward of the best of `candidates` networks that a strategy proposes while it learns from noisy
   rewards. Frees s. */
static inline double synthetic_best(ax_strategy *s, uint32_t candidates, uint64_t seed)
{
    double best = -1;
    for (uint32_t id = 1; id <= candidates; id++) {
        ax_proposal p;
        ax_strategy_propose(s, &p, NULL);
        p.id = id;
        ax_strategy_learn(s, &p, synthetic_reward(&p.genotype, seed, id, 0.02), NULL, NULL);
        best = fmax(best, synthetic_reward(&p.genotype, seed, id, 0));
    }
    ax_strategy_free(s);
    return best;
}

/* Fails the test unless a strategy finds clearly better networks than random search does, in both spaces: compares the
   mean of best_of over the seeds. */
static inline void synthetic_beats_random(const char *name, int seeds,
                                          double (*best_of)(const char *name, const char *space, uint64_t seed))
{
    static const char *const spaces[] = { "cells", "templates" };
    for (int k = 0; k < 2; k++) {
        double found = 0, random = 0;
        for (int seed = 1; seed <= seeds; seed++) {
            found += best_of(name, spaces[k], (uint64_t)seed) / seeds;
            random += best_of("random", spaces[k], (uint64_t)seed) / seeds;
        }
        print_message("%s: %s %.3f, random %.3f\n", spaces[k], name, found, random);
        assert_true(found > random + 0.04);
    }
}

/* Fails the test unless the strategy's state is saved as these bytes. */
static inline void synthetic_saves(ax_strategy *s, const char *want, size_t n)
{
    char *bytes;
    size_t m;
    assert_int_equal(ax_strategy_save(s, &bytes, &m, NULL), AX_OK);
    assert_int_equal(m, n);
    assert_memory_equal(bytes, want, n);
    free(bytes);
}

#endif
