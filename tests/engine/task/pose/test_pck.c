#include "engine/task/pose/pck.h"
#include "tests/helper/golden.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

enum { PEOPLE = 40, J = AX_MPII_KEYPOINTS };

TEST(test_golden)
{
    static double found[PEOPLE * J * 2], truth[PEOPLE * J * 2], head[PEOPLE * 4], missing[PEOPLE * J];
    double want[J], counts[J];
    ax_json_doc *doc = golden_json("pose-pckh.json");
    const ax_json *root = ax_json_root(doc);
    golden_numbers(root, "prediction", found, PEOPLE * J * 2);
    golden_numbers(root, "truth", truth, PEOPLE * J * 2);
    golden_numbers(root, "head_box", head, PEOPLE * 4);
    golden_numbers(root, "missing", missing, PEOPLE * J);
    golden_numbers(root, "expected/per_joint", want, J);
    golden_numbers(root, "expected/counts", counts, J);
    ax_pck odd = { 0 }, even = { 0 };
    for (int i = 0; i < PEOPLE; i++) {
        ax_keypoint f[J], t[J];
        for (int k = 0; k < J; k++) {
            const double *a = found + (i * J + k) * 2, *b = truth + (i * J + k) * 2;
            f[k] = (ax_keypoint) { a[0], a[1], 1 };
            t[k] = (ax_keypoint) { b[0], b[1], missing[i * J + k] == 0 };
        }
        ax_pck_add(i % 2 ? &odd : &even, f, t, J, ax_pckh_length(head + 4 * i));
    }
    ax_pck_merge(&even, &odd);
    ax_pckh got = ax_pckh_of(&even);
    for (size_t k = 0; k < J; k++) {
        golden_near(got.joint[k], want[k], 1e-9, "per_joint", k);
        golden_near((double)even.present[k], counts[k], 0, "counts", k);
    }
    const struct {
        const char *name;
        double got;
    } groups[] = { { "head", got.head },   { "shoulder", got.shoulder }, { "elbow", got.elbow },
                   { "wrist", got.wrist }, { "hip", got.hip },           { "knee", got.knee },
                   { "ankle", got.ankle }, { "mean", got.mean },         { "mean_at_0.11", got.mean_at_011 } };
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        golden_near(groups[i].got, golden_number(golden_at(root, "expected"), groups[i].name), 1e-9, groups[i].name, 0);
    ax_json_free(doc);
}

TEST(test_by_hand)
{
    ax_pck p = { 0 };
    const ax_keypoint truth[3] = { { 10, 10, 1 }, { 20, 20, 1 }, { 30, 30, 0 } };
    const ax_keypoint found[3] = { { 10, 15, 1 }, { 20, 25.01, 1 }, { 0, 0, 1 } };
    assert_true(isnan(ax_pck_mean(&p, 3)));
    ax_pck_add(&p, found, truth, 3, 10); /* 5 of 10 is within the threshold, 5.01 isn't */
    assert_int_equal(p.present[0] + p.present[1] + p.present[2], 2);
    assert_true(ax_pck_mean(&p, 3) == 50);
    assert_true(isnan(ax_pckh_of(&p).ankle)); /* no left ankle is known */
    const double head[4] = { 1, 2, 31, 42 };
    assert_true(ax_pckh_length(head) == .6 * 50);
}

int main(void)
{
    return RUN_TESTS(test_golden, test_by_hand);
}
