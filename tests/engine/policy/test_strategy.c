#include "engine/policy/strategy.h"

#include "engine/space/cells/cells.h"
#include "tests/engine/policy/synthetic.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef AX_DEBUG
enum { LONG = 8 };
#else
enum { LONG = 103 }; /* more than the buffer holds: the oldest entries are overwritten */
#endif

static const char *const strategies[] = { "ppo", "reinforce", "evolution", "random", "elite", "gp" };
enum { STRATEGIES = sizeof strategies / sizeof *strategies };

static ax_strategy *start(const char *name, uint64_t seed, ax_err *err)
{
    ax_strategy_options o = ax_strategy_defaults(name, seed);
    o.population = 20;
    o.tournament = 5;
    return ax_strategy_new(&o, err);
}

/* A reward that is easy to learn: how many of the seven operations are conv1x1. */
static double reward_of(const ax_genotype *g)
{
    const ax_cells c = ax_cells_of(g);
    int n = c.stem_op == AX_CELL_CONV1;
    for (int l = 0; l < AX_CELL_LAYERS; l++)
        n += (c.layer[l].op[0] == AX_CELL_CONV1) + (c.layer[l].op[1] == AX_CELL_CONV1);
    return n / 7.0;
}

static double run(ax_strategy *s, int rounds, char **trace, size_t *n)
{
    double sum = 0;
    ax_genotype *drawn = calloc((size_t)rounds, sizeof *drawn);
    for (int i = 0; i < rounds; i++) {
        ax_proposal p;
        assert_int_equal(ax_strategy_propose(s, &p, NULL), AX_OK);
        drawn[i] = p.genotype;
        sum += reward_of(&p.genotype);
        assert_int_equal(ax_strategy_learn(s, &p, reward_of(&p.genotype), NULL, NULL), AX_OK);
    }
    if (trace) {
        *trace = (char *)drawn;
        *n = (size_t)rounds * sizeof *drawn;
    } else {
        free(drawn);
    }
    return sum / rounds;
}

TEST(ppo_learns_what_random_does_not)
{
#ifdef AX_DEBUG
    print_message("skip: thousands of controller passes take minutes without optimisation; release builds run it\n");
    skip();
#endif
    ax_strategy *ppo = start("ppo", 4, NULL), *random = start("random", 4, NULL);
    double first = run(ppo, 30, NULL, NULL);
    run(ppo, 60, NULL, NULL);
    double last = run(ppo, 30, NULL, NULL), chance = run(random, 2000, NULL, NULL);
    assert_true(fabs(chance - 1.0 / 11) < 0.01);
    if (!(last > 1.5 * first))
        fail_msg("the mean reward went from %.3f to %.3f", first, last);
    ax_strategy_free(ppo);
    ax_strategy_free(random);
}

/* The mean reward of `last` proposals behind the first 20 and `more` is `times` that of the first 20. */
static void learns(const char *name, int more, int last, double times)
{
    ax_strategy *s = start(name, 4, NULL);
    const double early = run(s, 20, NULL, NULL);
    run(s, more, NULL, NULL);
    const double late = run(s, last, NULL, NULL);
    if (!(late > times * early))
        fail_msg("the mean reward went from %.3f to %.3f", early, late);
    ax_strategy_free(s);
}

TEST(reinforce_learns)
{
#ifdef AX_DEBUG
    print_message("skip: thousands of controller passes take minutes without optimisation; release builds run it\n");
    skip();
#endif
    learns("reinforce", 300, 50, 3);
}

TEST(evolution_learns)
{
    learns("evolution", 600, 100, 5);
}

static int differences(const ax_genotype *a, const ax_genotype *b)
{
    int n = 0;
    for (int d = 0; d < AX_DECISIONS; d++)
        n += a->value[d] != b->value[d];
    return n;
}

/* The probabilities of each decision add up to one; asking changes nothing; learning shows. */
TEST(preferences_are_probabilities)
{
    static const char *const names[] = { "ppo", "reinforce", "evolution", "elite", "gp" };
    for (int k = 0; k < 5; k++) {
        ax_strategy *s = start(names[k], 4, NULL), *same = start(names[k], 4, NULL);
        ax_probabilities before, after, again;
        const int more = k < 2 ? 20 : 100; /* a few more candidates needn't change which ones are the best */
        const ax_space *space = ax_space_at(0);
        assert_true(s && same);
        char *a, *b;
        size_t n;
        run(s, 25, &a, &n);
        free(a);
        ax_strategy_probabilities(s, &before);
        run(s, more, &a, &n);
        ax_strategy_probabilities(s, &after);
        ax_strategy_probabilities(s, &again);
        assert_memory_equal(&after, &again, sizeof after);
        assert_int_equal(after.n, ax_space_choices(space, space->n_decisions));
        for (unsigned d = 0; d < space->n_decisions; d++) {
            double sum = 0;
            for (int i = 0; i < space->decision[d].choices; i++)
                sum += (double)after.p[ax_space_choices(space, d) + (unsigned)i];
            assert_true(fabs(sum - 1) < 1e-4);
        }
        assert_memory_not_equal(&before, &after, sizeof after);
        run(same, 25, &b, &n);
        free(b);
        run(same, more, &b, &n); /* one that was never asked */
        assert_memory_equal(a, b, n);
        free(a);
        free(b);
        ax_strategy_free(s);
        ax_strategy_free(same);
    }
    ax_probabilities none;
    ax_strategy *s = start("random", 4, NULL);
    ax_strategy_probabilities(s, &none);
    assert_int_equal(none.n, 0);
    ax_strategy_free(s);
}

/* The first generation is random; then every child differs in one decision from a living parent. The parent is often
   the best one, since the tournament draws as many as the population has; an old member is no parent, however good. */
TEST(children_differ_in_one_decision)
{
    enum { POPULATION = 10, ROUNDS = 200 };
    ax_strategy_options o = ax_strategy_defaults("evolution", 8);
    o.population = POPULATION;
    o.tournament = POPULATION;
    ax_strategy *s = ax_strategy_new(&o, NULL);
    ax_genotype all[ROUNDS + 1];
    double reward[ROUNDS + 1];
    int best = 0;
    for (uint32_t id = 1; id <= ROUNDS; id++) {
        ax_proposal p;
        assert_int_equal(ax_strategy_propose(s, &p, NULL), AX_OK);
        assert_int_equal(ax_genotype_validate(&p.genotype, NULL), AX_OK);
        p.id = id;
        all[id] = p.genotype;
        reward[id] = id == 5 ? 100 : (id * 37) % 101 / 101.0;
        if (id <= POPULATION) {
            assert_int_equal(p.parent, 0);
        } else {
            assert_in_range(p.parent, id - POPULATION, id - 1);
            assert_int_equal(differences(&all[p.parent], &p.genotype), 1);
            int better = 0;
            for (uint32_t k = id - POPULATION; k < id; k++)
                better += reward[k] > reward[p.parent];
            best += better == 0;
            assert_true(better < POPULATION - 1);
        }
        assert_int_equal(ax_strategy_learn(s, &p, reward[id], NULL, NULL), AX_OK);
    }
    /* ten draws with replacement miss the best of ten with probability (9/10)^10 = .35 */
    assert_in_range(best, (ROUNDS - POPULATION) / 2, (ROUNDS - POPULATION) * 4 / 5);
    ax_strategy_free(s);
    ax_err err;
    o.tournament = POPULATION + 1;
    assert_null(ax_strategy_new(&o, &err));
    assert_non_null(strstr(err.msg, "tournament 11"));
}

TEST(a_hand_made_candidate_counts_as_the_policys_own)
{
    ax_rng rng = ax_rng_new(1, 1);
    for (int k = 0; k < STRATEGIES; k++) {
        ax_strategy *s = start(strategies[k], 9, NULL);
        ax_genotype g = ax_space_random(ax_space_at(0), &rng);
        ax_proposal p = ax_proposal_of(&g);
        ax_learned what;
        assert_int_equal(ax_strategy_learn(s, &p, 0.5, &what, NULL), AX_OK);
        assert_int_equal(what.samples, 1);
        assert_true(what.baseline == 0.5);
        assert_true(isnan(what.loss) == (k > 1));
        ax_strategy_free(s);
    }
}

/* Saved and loaded at any point, every strategy goes on to the same bytes. */
/* A cost far from its target makes objectives of any size. */
TEST(a_reward_beyond_all_floats_leaves_a_policy)
{
    for (int i = 0; i < STRATEGIES; i++) {
        ax_strategy *s = start(strategies[i], 3, NULL);
        for (int k = 0; k < 30; k++) {
            ax_proposal p;
            ax_learned what = { .entropy = 0 };
            assert_int_equal(ax_strategy_propose(s, &p, NULL), AX_OK);
            assert_int_equal(ax_strategy_learn(s, &p, 1e86 * (1 + reward_of(&p.genotype)), &what, NULL), AX_OK);
            if (i < 2 && !(isfinite(what.entropy) && isfinite(what.loss) && what.entropy > 1))
                fail_msg("%s: an entropy of %g, a loss of %g", strategies[i], what.entropy, what.loss);
        }
        ax_strategy_free(s);
    }
}

TEST(a_save_at_any_point_goes_on_the_same)
{
    for (int k = 0; k < STRATEGIES; k++) {
        ax_strategy *a = start(strategies[k], 9, NULL), *b = start(strategies[k], 1, NULL);
        for (int round = 0; round < (k == 0 ? 4 : 45); round++) {
            ax_proposal p, q;
            char *bytes;
            size_t n;
            ax_strategy_propose(a, &p, NULL);
            ax_strategy_save(a, &bytes, &n, NULL); /* between proposing and learning */
            assert_int_equal(ax_strategy_load(b, bytes, n, NULL), AX_OK);
            free(bytes);
            p.id = (uint32_t)round + 1;
            ax_strategy_learn(a, &p, reward_of(&p.genotype), NULL, NULL);
            ax_strategy_learn(b, &p, reward_of(&p.genotype), NULL, NULL);
            ax_strategy_save(a, &bytes, &n, NULL);
            synthetic_saves(b, bytes, n);
            ax_strategy_propose(a, &p, NULL);
            ax_strategy_propose(b, &q, NULL);
            assert_memory_equal(&p.genotype, &q.genotype, sizeof p.genotype);
            assert_int_equal(p.parent, q.parent);
            free(bytes);
        }
        ax_strategy_free(a);
        ax_strategy_free(b);
    }
}

TEST(a_loaded_state_has_the_same_future)
{
    for (int k = 0; k < STRATEGIES; k++) {
        ax_strategy *a = start(strategies[k], 9, NULL), *b = start(strategies[k], 77, NULL);
        run(a, k ? 33 : LONG, NULL, NULL);
        char *bytes, *want, *got;
        size_t n, want_n, got_n;
        assert_int_equal(ax_strategy_save(a, &bytes, &n, NULL), AX_OK);
        assert_int_equal(ax_strategy_load(b, bytes, n, NULL), AX_OK);
        synthetic_saves(b, bytes, n);
        run(a, 4, &want, &want_n);
        run(b, 4, &got, &got_n);
        assert_memory_equal(want, got, want_n);
        free(bytes);
        free(want);
        free(got);
        ax_strategy_free(a);
        ax_strategy_free(b);
    }
}

TEST(damaged_states_change_nothing)
{
    ax_strategy *a = start("ppo", 9, NULL), *b = start("ppo", 3, NULL);
    run(a, 5, NULL, NULL);
    char *bytes, *before;
    size_t n, before_n;
    ax_err err;
    ax_strategy_save(a, &bytes, &n, NULL);
    ax_strategy_save(b, &before, &before_n, NULL);
    for (size_t cut = 0; cut < n; cut += cut < 64 ? 1 : n / 50)
        assert_int_equal(ax_strategy_load(b, bytes, cut, &err), AX_EFORMAT);
    bytes[1] ^= 0x40; /* the first key */
    assert_int_equal(ax_strategy_load(b, bytes, n, &err), AX_EFORMAT);
    bytes[1] ^= 0x40;
    ax_strategy *random = start("random", 3, NULL);
    assert_int_equal(ax_strategy_load(random, bytes, n, &err), AX_EFORMAT);
    assert_non_null(strstr(err.msg, "strategy random"));
    synthetic_saves(b, before, before_n);
    ax_proposal p;
    ax_strategy_propose(a, &p, NULL);
    assert_int_equal(ax_strategy_learn(a, &p, NAN, NULL, &err), AX_EINVAL);
    assert_null(start("magic", 1, &err));
    assert_non_null(strstr(err.msg, "ppo, reinforce, evolution, random, elite, gp"));
    free(bytes);
    free(before);
    ax_strategy_free(a);
    ax_strategy_free(b);
    ax_strategy_free(random);
}

static char *value_of(char *bytes, size_t n, const char *key)
{
    char *at = memmem(bytes, n, key, strlen(key));
    assert_non_null(at);
    return at + strlen(key);
}

/* Valid msgpack with values that no search could have written. */
TEST(impossible_states_are_refused)
{
    ax_strategy *a = start("ppo", 9, NULL);
    run(a, 3, NULL, NULL);
    char *bytes, *good;
    size_t n;
    ax_err err;
    ax_strategy_save(a, &good, &n, NULL);
    bytes = malloc(n);
    static const struct {
        const char *key;
        size_t at, count; /* bytes after the key that are overwritten */
        unsigned char with;
    } edit[] = {
        { "adam_v", 5 + 3, 1, 0xbf },     /* a negative second moment */
        { "adam_m", 5 + 2, 2, 0x7f },     /* huge but finite: accepted */
        { "controller", 5 + 2, 2, 0xff }, /* not a number */
        { "samples", 0, 1, 0x01 },        /* fewer than the buffer holds */
        { "baseline", 1, 2, 0xff },       /* not a number */
    };
    for (size_t i = 0; i < sizeof edit / sizeof *edit; i++) {
        memcpy(bytes, good, n);
        memset(value_of(bytes, n, edit[i].key) + edit[i].at, edit[i].with, edit[i].count);
        ax_code want = !strcmp(edit[i].key, "adam_m") ? AX_OK : AX_EFORMAT;
        if (ax_strategy_load(a, bytes, n, &err) != want)
            fail_msg("%s: %s", edit[i].key, want == AX_OK ? "refused" : "taken");
    }
    memcpy(bytes, good, n);
    char *rng = value_of(bytes, n, "rng");
    for (int i = 0; i < 4; i++)
        memset(rng + 1 + 9 * i + 1, 0, 8);
    assert_int_equal(ax_strategy_load(a, bytes, n, &err), AX_EFORMAT);
    assert_int_equal(ax_strategy_load(a, good, n, &err), AX_OK);
    synthetic_saves(a, good, n);
    free(bytes);
    free(good);
    ax_strategy_free(a);
}

int main(void)
{
    return RUN_TESTS(ppo_learns_what_random_does_not, reinforce_learns, evolution_learns, preferences_are_probabilities,
                     children_differ_in_one_decision, a_hand_made_candidate_counts_as_the_policys_own,
                     a_save_at_any_point_goes_on_the_same, a_loaded_state_has_the_same_future,
                     damaged_states_change_nothing, impossible_states_are_refused,
                     a_reward_beyond_all_floats_leaves_a_policy);
}
