#include "engine/policy/archive.h"
#include "engine/policy/gp_model.h"

#include "tests/engine/policy/synthetic.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef AX_DEBUG
enum { ROUNDS = 60, POINTS = 200 };
#else
enum { ROUNDS = 120, POINTS = AX_ARCHIVE_POINTS };
#endif
enum { FIRST = 15 };
static const char *const spaces[] = { "cells", "templates" };

static ax_strategy *start(const char *name, const char *space, uint64_t seed)
{
    ax_strategy_options o = ax_strategy_defaults(name, seed);
    o.space = ax_space_named(space);
    o.random_first = FIRST;
    ax_strategy *s = ax_strategy_new(&o, NULL);
    assert_non_null(s);
    return s;
}

static bool is_new(const ax_genotype *g, const ax_canonical *seen, uint32_t n)
{
    ax_canonical own = ax_genotype_canonical(g, false);
    for (uint32_t i = 0; i < n; i++)
        if (ax_canonical_same(&own, &seen[i]))
            return false;
    return true;
}

/* No network is proposed twice, whether it was learned from or is in training: three workers are busy at any time.
   After the first ones each proposal has an expected reward; some are mutated from others and some are not. */
TEST(proposals_are_new_and_expected)
{
    enum { WORKERS = 3 };
    for (int k = 0; k < 2; k++) {
        ax_strategy *s = start("gp", spaces[k], 2);
        ax_canonical seen[ROUNDS + 1];
        ax_proposal p[ROUNDS + 1];
        uint32_t made = 0;
        for (uint32_t id = 1; id <= ROUNDS; id++) {
            assert_int_equal(ax_strategy_propose(s, &p[id], NULL), AX_OK);
            assert_int_equal(ax_genotype_validate(&p[id].genotype, NULL), AX_OK);
            assert_true(is_new(&p[id].genotype, seen, id - 1));
            seen[id - 1] = ax_genotype_canonical(&p[id].genotype, false);
            p[id].id = id;
            assert_in_range(p[id].parent, 0, id > WORKERS ? id - WORKERS : 0);
            made += p[id].parent > 0;
            assert_int_equal(isfinite(p[id].expected), id > FIRST);
            if (id > FIRST)
                assert_true(p[id].expected_low <= p[id].expected && p[id].expected <= p[id].expected_high);
            if (id < WORKERS)
                continue;
            ax_learned what;
            const ax_proposal *done = &p[id - WORKERS + 1];
            ax_strategy_learn(s, done, synthetic_reward(&done->genotype, 2, done->id, 0.02), &what, NULL);
            assert_int_equal(isfinite(what.length) && isfinite(what.noise), id > FIRST);
        }
        assert_in_range(made, 10, ROUNDS - FIRST);
        ax_strategy_free(s);
    }
}

/* Asked repeatedly without learning, it proposes different networks from different parents. */
TEST(workers_get_different_networks)
{
    enum { WORKERS = 8 };
    ax_strategy *s = start("gp", "cells", 6);
    ax_proposal p;
    for (uint32_t id = 1; id <= 30; id++) {
        ax_strategy_propose(s, &p, NULL);
        p.id = id;
        ax_strategy_learn(s, &p, synthetic_reward(&p.genotype, 6, id, 0.02), NULL, NULL);
    }
    ax_canonical seen[WORKERS];
    int parents = 0;
    uint32_t parent[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        ax_strategy_propose(s, &p, NULL);
        assert_true(is_new(&p.genotype, seen, (uint32_t)i));
        seen[i] = ax_genotype_canonical(&p.genotype, false);
        bool known = false;
        for (int k = 0; k < parents; k++)
            known = known || parent[k] == p.parent;
        if (!known)
            parent[parents++] = p.parent;
    }
    assert_true(parents >= 2);
    ax_strategy_free(s);
}

/* Two strategies with the same history go on alike, one with its model in memory and one that rebuilds it: below and
   above the largest size of a model. */
TEST(a_rebuilt_model_has_the_same_bits)
{
    for (int k = 0; k < 2; k++) {
        ax_strategy *a = start("gp", spaces[k], 4), *b = start("gp", spaces[k], 5);
        ax_rng rng = ax_rng_new(8, (uint64_t)k);
        ax_proposal p, q;
        uint32_t id = 0;
        for (; id < POINTS - 2; id++) {
            ax_genotype g = ax_space_random(ax_space_named(spaces[k]), &rng);
            p = ax_proposal_of(&g);
            p.id = id + 1;
            ax_strategy_learn(a, &p, synthetic_reward(&g, 4, p.id, 0.02), NULL, NULL);
        }
        for (int i = 0; i < FIRST; i++)
            ax_strategy_propose(a, &p, NULL);
        for (int round = 0; round < 5; round++) {
            char *bytes;
            size_t n;
            ax_strategy_propose(a, &p, NULL);
            assert_true(isfinite(p.expected));
            assert_int_equal(ax_strategy_save(a, &bytes, &n, NULL), AX_OK);
            assert_int_equal(ax_strategy_load(b, bytes, n, NULL), AX_OK);
            p.id = ++id;
            ax_strategy_learn(a, &p, synthetic_reward(&p.genotype, 4, id, 0.02), NULL, NULL);
            ax_strategy_learn(b, &p, synthetic_reward(&p.genotype, 4, id, 0.02), NULL, NULL);
            free(bytes);
            ax_strategy_save(a, &bytes, &n, NULL);
            synthetic_saves(b, bytes, n);
            ax_strategy_propose(a, &p, NULL);
            ax_strategy_propose(b, &q, NULL);
            assert_memory_equal(&p.genotype, &q.genotype, sizeof p.genotype);
            assert_true(p.expected == q.expected && p.expected_high == q.expected_high);
            ax_strategy_load(a, bytes, n, NULL);
            free(bytes);
        }
        ax_strategy_free(a);
        ax_strategy_free(b);
    }
}

static double best_of(const char *name, const char *space, uint64_t seed)
{
    return synthetic_best(start(name, space, seed), ROUNDS, seed);
}

TEST(finds_better_ones_than_random)
{
#ifdef AX_DEBUG
    print_message("skip: ten searches take a minute without optimisation; release builds run it\n");
    skip();
#endif
    synthetic_beats_random("gp", 4, best_of);
}

TEST(impossible_states_are_refused)
{
    ax_err err;
    ax_strategy *s = start("gp", "cells", 1);
    ax_proposal p;
    for (uint32_t id = 1; id < 20; id++) {
        ax_strategy_propose(s, &p, NULL);
        p.id = id;
        ax_strategy_learn(s, &p, 0.01 * id, NULL, NULL);
    }
    char *bytes;
    size_t n;
    assert_int_equal(ax_strategy_save(s, &bytes, &n, NULL), AX_OK);
    static const char *const keys[] = { "length", "noise", "fitted" };
    static const unsigned char above[] = { AX_GP_LENGTHS, AX_GP_NOISES, 20 };
    for (int k = 0; k < 3; k++) {
        char *at = memmem(bytes, n, keys[k], strlen(keys[k]));
        assert_non_null(at);
        at += strlen(keys[k]);
        char good = *at;
        *at = (char)above[k];
        assert_int_equal(ax_strategy_load(s, bytes, n, &err), AX_EFORMAT);
        *at = good;
    }
    assert_int_equal(ax_strategy_load(s, bytes, n, &err), AX_OK);
    synthetic_saves(s, bytes, n);
    free(bytes);
    ax_strategy_free(s);
}

int main(void)
{
    return RUN_TESTS(proposals_are_new_and_expected, workers_get_different_networks, a_rebuilt_model_has_the_same_bits,
                     finds_better_ones_than_random, impossible_states_are_refused);
}
