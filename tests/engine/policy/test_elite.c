#include "engine/policy/archive.h"
#include "engine/space/canonical.h"

#include "tests/engine/policy/synthetic.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 150, FIRST = 12, ELITES = 4 };

static ax_strategy *start(const char *space, uint64_t seed)
{
    ax_strategy_options o = ax_strategy_defaults("elite", seed);
    o.space = ax_space_named(space);
    o.random_first = FIRST;
    o.elites = ELITES;
    ax_strategy *s = ax_strategy_new(&o, NULL);
    assert_non_null(s);
    return s;
}

static int differences(const ax_genotype *a, const ax_genotype *b)
{
    int n = 0;
    for (int d = 0; d < ax_space_of(a)->n_decisions; d++)
        n += a->value[d] != b->value[d];
    return n;
}

/* Every child is one mutation away from one of the best, no network is proposed twice, and all of the best become
   parents. */
TEST(children_are_new_mutants_of_the_best)
{
    static const char *const spaces[] = { "cells", "templates" };
    for (int k = 0; k < 2; k++) {
        ax_strategy *s = start(spaces[k], 3);
        ax_proposal p[ROUNDS + 1];
        double reward[ROUNDS + 1];
        bool rank[ELITES] = { false };
        for (uint32_t id = 1; id <= ROUNDS; id++) {
            assert_int_equal(ax_strategy_propose(s, &p[id], NULL), AX_OK);
            assert_int_equal(ax_genotype_validate(&p[id].genotype, NULL), AX_OK);
            p[id].id = id;
            ax_canonical own = ax_genotype_canonical(&p[id].genotype, false);
            int better = 0;
            for (uint32_t other = 1; other < id; other++) {
                ax_canonical before = ax_genotype_canonical(&p[other].genotype, false);
                assert_false(ax_canonical_same(&own, &before));
                better += p[id].parent && reward[other] > reward[p[id].parent];
            }
            assert_int_equal(p[id].parent == 0, id <= FIRST);
            if (p[id].parent) {
                assert_int_equal(differences(&p[p[id].parent].genotype, &p[id].genotype), 1);
                assert_in_range(better, 0, ELITES - 1);
                rank[better] = true;
            }
            reward[id] = synthetic_reward(&p[id].genotype, 3, id, 1e-6);
            assert_int_equal(ax_strategy_learn(s, &p[id], reward[id], NULL, NULL), AX_OK);
        }
        for (int r = 0; r < ELITES; r++)
            assert_true(rank[r]);
        ax_strategy_free(s);
    }
}

/* Proposals without a reward yet count as seen, too: workers get different networks. */
TEST(what_is_in_training_is_not_proposed_again)
{
    ax_strategy *s = start("cells", 5);
    ax_proposal p;
    for (uint32_t id = 1; id <= FIRST; id++) {
        ax_strategy_propose(s, &p, NULL);
        p.id = id;
        ax_strategy_learn(s, &p, id == 1 ? 1 : 0, NULL, NULL);
    }
    ax_canonical key[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        ax_strategy_propose(s, &p, NULL);
        key[i] = ax_genotype_canonical(&p.genotype, false);
        for (int k = 0; k < i; k++)
            assert_false(ax_canonical_same(&key[i], &key[k]));
    }
    ax_strategy_free(s);
}

TEST(a_full_archive_keeps_the_best_and_the_youngest)
{
    ax_archive a;
    ax_rng rng = ax_rng_new(7, 7);
    assert_int_equal(ax_archive_init(&a, &(ax_strategy_options) { .elites = 1 }, NULL), AX_OK);
    for (uint32_t id = 1; id <= AX_ARCHIVE_POINTS; id++) {
        ax_genotype g = ax_space_random(ax_space_at(0), &rng);
        ax_proposal p = ax_proposal_of(&g);
        p.id = id;
        assert_true(ax_archive_learn(&a, &p, -(double)id)); /* the oldest ones are the best */
        assert_true(ax_archive_learn(&a, &p, 1e9));         /* already known: nothing changes */
        assert_int_equal(a.n, id);
    }
    ax_genotype g = ax_space_random(ax_space_at(0), &rng);
    ax_proposal p = ax_proposal_of(&g);
    p.id = 5000;
    assert_false(ax_archive_learn(&a, &p, 0.5));
    assert_int_equal(a.n, 2 * AX_ARCHIVE_KEPT + 1);
    for (uint32_t i = 0; i < AX_ARCHIVE_KEPT; i++) {
        assert_int_equal(a.point[i].id, i + 1);
        assert_int_equal(a.point[AX_ARCHIVE_KEPT + i].id, AX_ARCHIVE_POINTS - AX_ARCHIVE_KEPT + 1 + i);
    }
    const ax_point *best[3];
    assert_int_equal(ax_archive_best(&a, 3, best), 3);
    assert_int_equal(best[0]->id, 5000);
    assert_int_equal(best[1]->id, 1);
    assert_int_equal(best[2]->id, 2);
    assert_true(ax_archive_has_seen(&a, a.point[3].key)); /* dropped members still count as seen */
    assert_int_equal(a.n_seen, AX_ARCHIVE_POINTS + 1);
    ax_archive_release(&a);
}

/* The best of 150 candidates under a noisy reward; each seed hides its own optimum. */
static double best_of(const char *name, const char *space, uint64_t seed)
{
    ax_strategy_options o = ax_strategy_defaults(name, seed);
    o.space = ax_space_named(space);
    return synthetic_best(ax_strategy_new(&o, NULL), 150, seed);
}

TEST(finds_better_ones_than_random)
{
    synthetic_beats_random("elite", 5, best_of);
}

TEST(impossible_options_and_states_are_refused)
{
    ax_err err;
    ax_strategy_options o = ax_strategy_defaults("elite", 1);
    o.elites = 0;
    assert_null(ax_strategy_new(&o, &err));
    assert_non_null(strstr(err.msg, "elite: 0 elites"));
    ax_strategy *s = start("cells", 1);
    ax_proposal p;
    ax_strategy_propose(s, &p, NULL);
    ax_strategy_learn(s, &p, 0.5, NULL, NULL);
    char *bytes;
    size_t n;
    assert_int_equal(ax_strategy_save(s, &bytes, &n, NULL), AX_OK);
    static const char *const keys[] = { "points", "proposed", "seen" };
    for (int k = 0; k < 3; k++) {
        char *at = memmem(bytes, n, keys[k], strlen(keys[k]));
        assert_non_null(at);
        *at ^= 1; /* no key of that name */
        assert_int_equal(ax_strategy_load(s, bytes, n, &err), AX_EFORMAT);
        *at ^= 1;
        at += strlen(keys[k]);
        char first = *at;
        *at = (char)0xc0; /* nil: the rest isn't a map any more, or has the wrong type */
        assert_int_equal(ax_strategy_load(s, bytes, n, &err), AX_EFORMAT);
        *at = first;
    }
    synthetic_saves(s, bytes, n);
    free(bytes);
    ax_strategy_free(s);
}

int main(void)
{
    return RUN_TESTS(children_are_new_mutants_of_the_best, what_is_in_training_is_not_proposed_again,
                     a_full_archive_keeps_the_best_and_the_youngest, finds_better_ones_than_random,
                     impossible_options_and_states_are_refused);
}
