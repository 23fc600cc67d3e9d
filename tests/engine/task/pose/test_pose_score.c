#include "engine/task/pose/pose_score.h"
#include "engine/task/pose/pose_spec.h"
#include "engine/task/pose/pose_text.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

TEST(test_by_neck)
{
    ax_pose_figures f;
    ax_keypoint found[AX_MAX_KEYPOINTS];
    ax_pose_score *p = ax_pose_score_new(&ax_skeleton_scenes, NULL);
    assert_non_null(p);
    assert_int_equal(ax_pose_score_take(p, &f, NULL), AX_OK);
    assert_true(isnan(f.similarity) && isnan(f.pck) && f.persons == 0);
    ax_pose_truth near = person(1), far = person(2), unknown = person(3);
    found_at(&near, 5, found); /* at half the reference length: correct, with similarity exp(-1/2) */
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

/* Two persons who differ by 4 pixels are 2 from their mean pose, wherever the boxes are and whatever was predicted. */
TEST(test_mean_reward)
{
    ax_pose_details d;
    ax_keypoint found[AX_MAX_KEYPOINTS];
    ax_pose_score *p = ax_pose_score_new(&ax_skeleton_scenes, NULL);
    assert_non_null(p);
    for (int i = 0; i < 2; i++) {
        ax_pose_truth t = person((uint64_t)i);
        t.person = (ax_person) { { 100 * i, 7 }, { 1, 1 } };
        for (int k = 0; k < J; k++)
            t.in_image[k].x += 104 * i;
        found_at(&t, 0, found);
        assert_int_equal(ax_pose_score_add(p, &t, found, NULL), AX_OK);
    }
    assert_int_equal(ax_pose_score_details(p, true, &d, NULL), AX_OK);
    assert_true(d.persons == 2 && fabs(d.similarity - exp(-2. * 2 / (2 * 5 * 5))) < 1e-12);
    assert_int_equal(ax_pose_score_details(p, false, &d, NULL), AX_OK);
    assert_true(d.similarity == 1);
    ax_pose_score_free(p);
}

/* Joints without a label don't count. */
TEST(test_labels)
{
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

/* COCO: the figures are the same, bit for bit, whatever the order of persons. */
TEST(test_order)
{
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

static const char *said(void (*say)(const void *, const ax_task_spec *, bool, ax_str *), ax_pose_score *p,
                        const ax_task_spec *spec, ax_str *out)
{
    ax_str_init(out, 0);
    say(p, spec, false, out);
    assert_true(ax_str_ok(out));
    return out->text;
}

/* Ten figures for COCO and PCKh by joint groups, where there is ground truth for them. */
TEST(test_text)
{
    ax_str text;
    ax_keypoint found[AX_MAX_KEYPOINTS];
    ax_task_spec *spec = calloc(1, sizeof *spec);
    assert_non_null(spec);
    ax_pose_spec_of(spec, &ax_skeleton_coco);
    ax_pose_score *p = ax_pose_score_new(&ax_skeleton_coco, NULL);
    ax_pose_truth t = { .area = 50 * 50, .person = { { 9, 9 }, { 1, 1 } } };
    for (int k = 0; k < AX_COCO_KEYPOINTS; k++)
        t.in_image[k] = (ax_keypoint) { 3 * k, 2 * k, 1 };
    found_at(&t, 0, found);
    assert_int_equal(ax_pose_score_add(p, &t, found, NULL), AX_OK);
    assert_string_equal(
        said(ax_pose_text, p, spec, &text),
        "  mean pose  1.0000   is its reward\n"
        "\n  OKS              AP     AP50     AP75      APm      APl       AR     AR50     AR75      ARm"
        "      ARl\n               1.0000   1.0000   1.0000   1.0000        -   1.0000   1.0000   1.0000"
        "   1.0000        -\n  mean pose    1.0000   1.0000   1.0000   1.0000        -   1.0000   1.0000   1.0000"
        "   1.0000        -\n");
    ax_str_clear(&text);
    ax_pose_details_json(p, spec, &text);
    assert_non_null(strstr(text.text, "\"oks\":{\"AP\":1.000000000,"));
    assert_non_null(strstr(text.text, "\"APl\":null"));
    assert_non_null(strstr(text.text, ",\"reward_of_mean_pose\":1.000000,"));
    ax_str_release(&text);
    ax_pose_score_free(p);
    ax_pose_spec_of(spec, &ax_skeleton_mpii);
    p = ax_pose_score_new(&ax_skeleton_mpii, NULL);
    t = person(1);
    t.person = (ax_person) { { 50, 50 }, { 1, 1 } };
    t.head = 10;
    t.neck = 0;
    t.in_image[14].v = t.in_image[15].v = 1;
    found_at(&t, 2, found); /* of 10: correct at .5, wrong at .11 */
    found[9].x += 9;        /* the head top */
    assert_int_equal(ax_pose_score_add(p, &t, found, NULL), AX_OK);
    assert_string_equal(
        said(ax_pose_text, p, spec, &text),
        "\n  PCKh@0.5       head shoulder    elbow    wrist      hip     knee    ankle     mean mean@.11"
        "\n                 0.00   100.00   100.00   100.00   100.00   100.00   100.00    92.86     0.00"
        "\n  mean pose    100.00   100.00   100.00   100.00   100.00   100.00   100.00   100.00   100.00\n");
    ax_str_release(&text);
    ax_pose_score_free(p);
    free(spec);
}

/* Scores can be merged, but with persons counted twice average precision is undefined. */
TEST(test_merge)
{
    ax_keypoint found[AX_MAX_KEYPOINTS];
    ax_pose_figures whole, sum, twice;
    ax_pose_score *all = ax_pose_score_new(&ax_skeleton_coco, NULL), *into = ax_pose_score_new(&ax_skeleton_coco, NULL);
    for (int i = 0; i < 100; i++) {
        ax_pose_score *own = ax_pose_score_new(&ax_skeleton_coco, NULL);
        ax_pose_truth t = { .area = 50 * 50, .image = (uint64_t)i / 2, .number = (uint64_t)i };
        for (int k = 0; k < AX_COCO_KEYPOINTS; k++)
            t.in_image[k] = (ax_keypoint) { 3 * k, 2 * k, 1 };
        found_at(&t, i % 9, found);
        assert_int_equal(ax_pose_score_add(all, &t, found, NULL), AX_OK);
        assert_int_equal(ax_pose_score_add(own, &t, found, NULL), AX_OK);
        ax_pose_score_merge(into, own);
        ax_pose_score_free(own);
    }
    assert_int_equal(ax_pose_score_take(all, &whole, NULL), AX_OK);
    assert_int_equal(ax_pose_score_take(into, &sum, NULL), AX_OK);
    assert_true(whole.ap > .1 && whole.ap < .99);
    assert_memory_equal(&whole, &sum, sizeof sum);
    ax_pose_score_merge(into, all);
    assert_int_equal(ax_pose_score_take(into, &twice, NULL), AX_OK);
    assert_true(isnan(twice.ap) && isnan(twice.ap50) && twice.persons == 200);
    assert_true(fabs(twice.similarity - whole.similarity) < 1e-12);
    ax_pose_score_free(all);
    ax_pose_score_free(into);
}

/* The mean pose of two persons: relative to its own length one is near enough and the other isn't. */
TEST(test_mean_pose)
{
    ax_pose_details d;
    ax_keypoint found[AX_MAX_KEYPOINTS];
    ax_pose_truth near = { .number = 1, .neck = 20, .person = { { 100, 100 }, { 1, 1 } } };
    ax_pose_truth far = { .number = 2, .neck = 30, .person = { { 500, 300 }, { 2, 2 } } };
    for (int k = 0; k < J; k++) { /* 10 and 30 units to the right of the middle */
        near.in_image[k] = (ax_keypoint) { 110, 100, 1 };
        far.in_image[k] = (ax_keypoint) { 560, 300, 1 };
    }
    far.in_image[3].v = 0; /* so that this key point's mean is that of the first person alone */
    ax_pose_score *p = ax_pose_score_new(&ax_skeleton_scenes, NULL);
    found_at(&near, 0, found);
    assert_int_equal(ax_pose_score_add(p, &near, found, NULL), AX_OK);
    found_at(&far, 0, found);
    assert_int_equal(ax_pose_score_add(p, &far, found, NULL), AX_OK);
    assert_int_equal(ax_pose_score_details(p, false, &d, NULL), AX_OK);
    assert_true(d.by_neck.right[0] == 2 && d.by_neck.right[3] == 1);
    assert_int_equal(ax_pose_score_details(p, true, &d, NULL), AX_OK);
    for (int k = 0; k < J; k++) {
        assert_int_equal(d.by_neck.present[k], k == 3 ? 1 : 2);
        assert_int_equal(d.by_neck.right[k], 1); /* at distance 10 of length 20; at distance 20 of length 30 */
    }
    assert_int_equal(d.by_neck.right_fine[0], 0);
    assert_int_equal(d.by_neck.right_fine[3], 1); /* the first person is the mean itself */
    ax_pose_score_free(p);
}

/* COCO: persons in the same pose are all matched by their mean pose, whatever a network predicts. */
TEST(test_mean_pose_of_coco)
{
    ax_pose_details d;
    ax_keypoint found[AX_MAX_KEYPOINTS];
    ax_pose_score *p = ax_pose_score_new(&ax_skeleton_coco, NULL);
    for (int i = 0; i < 5; i++) {
        const double scale = 1 + .5 * i;
        ax_pose_truth t = { .image = (uint64_t)i, .number = (uint64_t)i, .area = 4000 };
        t.person = (ax_person) { { 90, 80 }, { scale, scale } };
        for (int k = 0; k < AX_COCO_KEYPOINTS; k++)
            t.in_image[k] = (ax_keypoint) { 90 + scale * k, 80 - scale * 2 * k, 1 };
        found_at(&t, 500, found);
        assert_int_equal(ax_pose_score_add(p, &t, found, NULL), AX_OK);
    }
    assert_int_equal(ax_pose_score_details(p, false, &d, NULL), AX_OK);
    assert_true(d.has_oks && d.oks.ap == 0);
    assert_int_equal(ax_pose_score_details(p, true, &d, NULL), AX_OK);
    assert_true(d.has_oks && fabs(d.oks.ap - 1) < 1e-9);
    ax_pose_score_free(p);
}

int main(void)
{
    return RUN_TESTS(test_by_neck, test_mean_reward, test_labels, test_order, test_text, test_merge, test_mean_pose,
                     test_mean_pose_of_coco);
}
