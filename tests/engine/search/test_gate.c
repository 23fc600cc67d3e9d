#include "engine/search/gate.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

static const ax_gate_rule usual = { .bypass = false }, promoted = { .bypass = true };

static void near(double a, double b)
{
    assert_true(fabs(a - b) < 1e-12);
}

TEST(tolerance_decays_with_candidates)
{
    near(ax_gate_tolerance(0), 0.9);
    near(ax_gate_tolerance(99), 0.9);
    near(ax_gate_tolerance(100), 0.81);
    near(ax_gate_tolerance(199), 0.81);
    near(ax_gate_tolerance(200), 0.648);
    near(ax_gate_tolerance(300), 0.4536);
    near(ax_gate_tolerance(399), 0.4536);
    near(ax_gate_tolerance(400), 0.27216);
    near(ax_gate_tolerance(1000000), 0.27216);
}

TEST(mean_and_chance)
{
    ax_gate g = ax_gate_new(1);
    ax_gate_verdict v = ax_gate_ask(&g, 0.5, usual);
    assert_true(v.passed);
    near(v.mean, 0.01);
    near(v.tolerance, 0.9);
    near(v.chance, 1);
    near(g.mean, 0.99 * 0.01 + 0.01 * 0.5);    /* 0.0149 */
    v = ax_gate_ask(&g, 0.0149 * 0.55, usual); /* r/M = 0.55: 1 - 0.45/0.9 */
    assert_true(fabs(v.chance - 0.5) < 1e-9);
    near(v.mean, 0.0149);
    v = ax_gate_ask(&g, 0, usual); /* 1 - 1/0.9 < 0 */
    near(v.chance, 0);
    assert_false(v.passed);
    assert_int_equal(g.count, 3);
}

TEST(late_gate_is_strict)
{
    ax_gate g = ax_gate_new(1);
    g.mean = 0.6;
    g.count = 400;
    ax_gate_verdict v = ax_gate_ask(&g, 0.6 * 0.9, usual); /* 1 - 0.1/0.27216 */
    near(v.chance, 1 - 0.1 / 0.27216);
    g.mean = 0.6;
    v = ax_gate_ask(&g, 0.6 * 0.7, usual);
    near(v.chance, 0);
}

TEST(chance_is_what_happens)
{
    ax_gate g = ax_gate_new(7);
    int passed = 0;
    for (int i = 0; i < 4000; i++) {
        g.mean = 0.5;
        g.count = 0;
        passed += ax_gate_ask(&g, 0.5 * 0.37, usual).passed; /* 1 - 0.63/0.9 = 0.3 */
    }
    assert_in_range(passed, 1100, 1300); /* 1200 +- 3.4 sigma */
}

TEST(a_wave_changes_nobody_elses_luck)
{
    ax_gate a = ax_gate_new(3), b = ax_gate_new(3);
    a.mean = b.mean = 0.5;
    ax_gate_verdict v = ax_gate_ask(&a, 0.01, promoted);
    assert_true(v.passed);
    near(v.chance, 1);
    ax_gate_ask(&b, 0.01, usual);
    assert_memory_equal(&a, &b, sizeof a);
}

/* As published: a reward is compared with a mean that already includes it. */
TEST(a_mean_with_ones_own_reward)
{
    ax_gate g = ax_gate_new(1);
    g.mean = 0.5;
    ax_gate_verdict v = ax_gate_ask(&g, 0.3, (ax_gate_rule) { .own_first = true });
    near(v.mean, 0.99 * 0.5 + 0.01 * 0.3); /* 0.498 */
    near(v.chance, 1 - (1 - 0.3 / 0.498) / 0.9);
    near(g.mean, 0.498);
    assert_int_equal(g.count, 1);
}

/* The gate answers, and nothing changes except the random number generator. */
TEST(uncounted_rewards_move_nothing)
{
    ax_gate g = ax_gate_new(1), same = ax_gate_new(1);
    g.mean = 0.5;
    ax_gate_verdict v = ax_gate_ask(&g, 0.3, (ax_gate_rule) { .uncounted = true, .own_first = true });
    near(v.mean, 0.5);
    near(v.chance, 1 - (1 - 0.3 / 0.5) / 0.9);
    assert_true(g.mean == 0.5);
    assert_int_equal(g.count, 0);
    ax_gate_ask(&same, 0.3, usual);
    assert_memory_equal(&g.rng, &same.rng, sizeof g.rng);
}

TEST(same_seed_same_verdicts)
{
    ax_gate a = ax_gate_new(5), b = ax_gate_new(5), c = ax_gate_new(6);
    int differ = 0;
    for (int i = 0; i < 200; i++) {
        a.mean = b.mean = c.mean = 0.5;
        bool pa = ax_gate_ask(&a, 0.3, usual).passed;
        assert_int_equal(pa, ax_gate_ask(&b, 0.3, usual).passed);
        differ += pa != ax_gate_ask(&c, 0.3, usual).passed;
    }
    assert_true(differ > 20);
}

int main(void)
{
    return RUN_TESTS(tolerance_decays_with_candidates, mean_and_chance, late_gate_is_strict, chance_is_what_happens,
                     a_wave_changes_nobody_elses_luck, a_mean_with_ones_own_reward, uncounted_rewards_move_nothing,
                     same_seed_same_verdicts);
}
