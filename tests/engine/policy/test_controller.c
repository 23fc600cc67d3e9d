/* The controller against vectors computed by PyTorch in double precision (tests/golden), and PPO's state. */
#include "engine/model/safetensors.h"
#include "engine/policy/controller.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float *floats(const ax_safetensors *st, const char *prefix, const char *name, size_t *n)
{
    char full[128];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    const ax_st_tensor *t = ax_safetensors_find(st, full);
    if (!t)
        fail_msg("no tensor %s", full);
    float *out = malloc(t->elements * sizeof *out);
    ax_st_to_float(t, out);
    *n = t->elements;
    return out;
}

static void compare(const char *what, const float *got, const float *want, size_t n)
{
    double most = 0, worst = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs(want[i]));
        worst = fmax(worst, fabs((double)got[i] - want[i]));
    }
    if (worst > 1e-4 * most + 1e-9)
        fail_msg("%s: off by %g of %g", what, worst, most);
}

static void load_slot(ax_controller *c, const ax_safetensors *st, const char *prefix, ax_controller_slot slot)
{
    for (size_t i = 0; i < ax_controller_tensors(c); i++) {
        size_t n;
        float *v = floats(st, prefix, ax_controller_tensor_at(c, i).name, &n);
        assert_int_equal(n, ax_controller_tensor_at(c, i).count);
        ax_controller_set(c, i, slot, v);
        free(v);
    }
}

static void compare_slot(ax_controller *c, const ax_safetensors *st, const char *prefix, ax_controller_slot slot)
{
    for (size_t i = 0; i < ax_controller_tensors(c); i++) {
        size_t n;
        ax_controller_tensor t = ax_controller_tensor_at(c, i);
        float *want = floats(st, prefix, t.name, &n), *got = malloc(n * sizeof *got);
        ax_controller_get(c, i, slot, got);
        compare(t.name, got, want, n);
        free(want);
        free(got);
    }
}

enum { DECISIONS = 19 }; /* of the golden files */

static void check_file(const char *path, ax_feedback feedback)
{
    static const char *const genotypes[3] = { "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
                                              "[[2,[1,0,3,6],[0,1,2,8],[2,0,6,1]],[[2,3],[3,1],[4,4]]]",
                                              "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]" };
    static const double rewards[3] = { 0.61, 0.58, 0.64 };
    ax_err err = { AX_OK, "" };
    ax_safetensors *st = ax_safetensors_open(path, &err);
    if (!st)
        fail_msg("%s", err.msg);
    ax_rng rng = ax_rng_new(1, 1);
    ax_controller *c = ax_controller_new(ax_space_at(0), feedback, &rng, &err);
    load_slot(c, st, "param.", AX_CONTROLLER_VALUE);
    size_t n;
    float *logp = floats(st, "", "logp", &n), *entropy = floats(st, "", "entropy", &n),
          *each = floats(st, "", "logp_each", &n), *old = floats(st, "ppo.", "old_logp", &n),
          *loss = floats(st, "ppo.", "loss", &n), *norm = floats(st, "ppo.", "grad_norm", &n);
    ax_rollout rollouts[3];
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ax_genotype_parse(genotypes[i], &rollouts[i].genotype, &err), AX_OK);
        rollouts[i].old_logp = old[i];
        rollouts[i].advantage = rewards[i] - 0.60;
        ax_proposal p;
        ax_controller_score(c, &rollouts[i].genotype, &p);
        float got[DECISIONS], sums[2] = { (float)p.logp, (float)p.entropy }, want[2] = { logp[i], entropy[i] };
        for (int d = 0; d < DECISIONS; d++)
            got[d] = (float)p.logp_each[d];
        compare("logp_each", got, each + i * DECISIONS, DECISIONS);
        compare("logp", &sums[0], &want[0], 1);
        compare("entropy", &sums[1], &want[1], 1);
    }
    double share;
    float got = (float)ax_controller_loss(c, rollouts, 3, 0.1, 0.01, &share);
    compare("loss", &got, loss, 1);
    assert_true(fabs(share - 1.0 / 3) < 1e-12 ||
                share == 0); /* a ratio of 1.35 with a negative advantage isn't clipped */
    compare_slot(c, st, "grad.", AX_CONTROLLER_GRAD);
    got = (float)ax_controller_grad_norm(c);
    compare("grad_norm", &got, norm, 1);
    load_slot(c, st, "grad.", AX_CONTROLLER_GRAD); /* the step from the file's gradients */
    ax_controller_adam(c, 1e-4, 2.0);
    compare_slot(c, st, "adam.", AX_CONTROLLER_VALUE);
    free(logp);
    free(entropy);
    free(each);
    free(old);
    free(loss);
    free(norm);
    ax_controller_free(c);
    ax_safetensors_free(st);
}

TEST(golden_previous)
{
    check_file("tests/golden/controller-previous.safetensors", AX_FEEDBACK_PREVIOUS);
}

TEST(golden_none)
{
    check_file("tests/golden/controller-none.safetensors", AX_FEEDBACK_NONE);
}

static void samples_of(const ax_space *space, ax_feedback feedback)
{
    ax_rng rng = ax_rng_new(5, 0);
    ax_controller *c = ax_controller_new(space, feedback, &rng, NULL);
    for (int i = 0; i < 200; i++) {
        ax_proposal p, again;
        ax_controller_sample(c, &rng, &p);
        assert_int_equal(ax_genotype_validate(&p.genotype, NULL), AX_OK);
        assert_ptr_equal(ax_space_of(&p.genotype), space);
        ax_controller_score(c, &p.genotype, &again);
        assert_memory_equal(p.logp_each, again.logp_each, sizeof p.logp_each);
        assert_true(p.logp == again.logp && p.entropy == again.entropy);
        for (int d = 0; d < space->n_decisions; d++) /* a decision with one choice is certain */
            if (space->decision[space->order[d]].choices == 1)
                assert_true(p.logp_each[d] == 0 && p.entropy_each[d] == 0);
    }
    ax_controller_free(c);
}

TEST(samples_are_valid_and_score_as_they_were_drawn)
{
    const ax_space *space;
    for (unsigned i = 0; (space = ax_space_at(i)); i++) {
        samples_of(space, AX_FEEDBACK_PREVIOUS);
        samples_of(space, AX_FEEDBACK_NONE);
    }
}

int main(void)
{
    return RUN_TESTS(golden_previous, golden_none, samples_are_valid_and_score_as_they_were_drawn);
}
