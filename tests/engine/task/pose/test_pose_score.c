#include "engine/task/pose/pose_score.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { J = 14 };

/* A person of the scenes whose neck is 10 pixels from the head top; all joints known. */
static ax_pose_truth person(uint64_t number)
{
    ax_pose_truth t = { .image = 100 - number, .number = number, .neck = 10 };
    for (int k = 0; k < J; k++)
        t.in_image[k] = (ax_keypoint) { 10 * k, 5 * k, 1 };
    return t;
}

static void found_at(const ax_pose_truth *t, double distance, ax_keypoint found[AX_MAX_KEYPOINTS])
{
    for (int k = 0; k < AX_MAX_KEYPOINTS; k++)
        found[k] = (ax_keypoint) { t->in_image[k].x + distance, t->in_image[k].y, .9 };
}

static void test_by_neck(void **state)
{
    (void)state;
    ax_pose_figures f;
    ax_keypoint found[AX_MAX_KEYPOINTS];
    ax_pose_score *p = ax_pose_score_new(&ax_skeleton_scenes, NULL);
    assert_non_null(p);
    assert_int_equal(ax_pose_score_take(p, &f, NULL), AX_OK);
    assert_true(isnan(f.similarity) && isnan(f.pck) && f.persons == 0);
    ax_pose_truth near = person(1), far = person(2), unknown = person(3);
    found_at(&near, 5, found); /* at half of the length: counted, with exp(-1/2) */
    assert_int_equal(ax_pose_score_add(p, &near, found, NULL), AX_OK);
    found_at(&far, 5.5, found);
    assert_int_equal(ax_pose_score_add(p, &far, found, NULL), AX_OK);
    unknown.neck = 0;
    assert_int_equal(ax_pose_score_add(p, &unknown, found, NULL), AX_OK);
    assert_int_equal(ax_pose_score_take(p, &f, NULL), AX_OK);
    assert_true(fabs(f.similarity - (exp(-.5) + exp(-.605)) / 2) < 1e-12);
    assert_true(f.pck == .5);
    assert_true(isnan(f.ap) && isnan(f.pckh));
    assert_int_equal(f.persons, 2);
    assert_int_equal(f.left_out, 1);
    ax_pose_score_free(p);
    ax_pose_score_free(NULL);
}

/* A joint that isn't known doesn't count. */
static void test_labels(void **state)
{
    (void)state;
    ax_pose_figures f;
    ax_keypoint found[AX_MAX_KEYPOINTS];
    ax_pose_truth t = person(1);
    ax_pose_score *p = ax_pose_score_new(&ax_skeleton_mpii, NULL);
    t.in_image[0].v = 0;
    t.head = 1000;
    found_at(&t, 0, found);
    found[0].x = 1e6;
    assert_int_equal(ax_pose_score_add(p, &t, found, NULL), AX_OK);
    assert_int_equal(ax_pose_score_take(p, &f, NULL), AX_OK);
    assert_true(f.similarity == 1 && f.pck == 1 && f.pckh == 1);
    ax_pose_score_free(p);
}

/* COCO: the same figures, bit for bit, whatever the order of persons. */
static void test_order(void **state)
{
    (void)state;
    enum { PEOPLE = 12 };
    ax_pose_figures f[2];
    ax_pose_truth t[PEOPLE];
    for (int i = 0; i < PEOPLE; i++) {
        t[i] = (ax_pose_truth) { .image = (uint64_t)i / 3, .number = (uint64_t)i, .area = 4000 + 900 * i };
        for (int k = 0; k < AX_COCO_KEYPOINTS; k++)
            t[i].in_image[k] = (ax_keypoint) { 10 * k + 150 * (i % 3), 7 * k, k % 5 != i % 5 };
    }
    for (int order = 0; order < 2; order++) {
        ax_pose_score *p = ax_pose_score_new(&ax_skeleton_coco, NULL);
        for (int i = 0; i < PEOPLE; i++) {
            int who = order ? PEOPLE - 1 - i : i;
            ax_keypoint found[AX_MAX_KEYPOINTS];
            found_at(&t[who], .7 * who, found);
            for (int k = 0; k < AX_COCO_KEYPOINTS; k++)
                found[k].v = 1 - .03 * who;
            assert_int_equal(ax_pose_score_add(p, &t[who], found, NULL), AX_OK);
        }
        assert_int_equal(ax_pose_score_take(p, &f[order], NULL), AX_OK);
        ax_pose_score_free(p);
    }
    assert_true(f[0].ap > .5 && f[0].ap < 1 && f[0].ap50 >= f[0].ap && f[0].similarity > .5);
    assert_true(isnan(f[0].pck) && isnan(f[0].pckh));
    assert_true(f[0].ap == f[1].ap && f[0].ap50 == f[1].ap50 && f[0].similarity == f[1].similarity);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_neck),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
