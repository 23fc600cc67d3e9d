/* The pose task's table: how its truth follows a crop, and its targets. */
#include "engine/task/pose/decode.h"
#include "engine/task/pose/pose_spec.h"
#include "engine/task/pose/target.h"
#include "engine/task/pose/truth.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { H = 48, W = 64 };

static ax_task_spec *spec_of(const ax_skeleton *s)
{
    ax_task_spec *spec = calloc(1, sizeof *spec);
    assert_non_null(spec);
    spec->task = &ax_task_pose;
    ax_pose_spec_of(spec, s);
    spec->of.pose.crop = 64;
    return spec;
}

static ax_pose_truth truth_of(const ax_skeleton *s)
{
    ax_pose_truth t = { .neck = 5 };
    for (int k = 0; k < s->n; k++)
        t.point[k] = t.in_image[k] = (ax_keypoint) { 3 + 2.5 * k, 40 - 1.5 * k, 1 };
    return t;
}

/* A truth mirrored as a whole equals the result of ax_keypoints_mirror; what refers to the image stays. */
TEST(test_cut_mirrors)
{
    const ax_skeleton *s = &ax_skeleton_coco;
    ax_task_spec *spec = spec_of(s);
    ax_pose_truth from = truth_of(s), to, want = from;
    const ax_truth_cut c = { .image_h = H, .image_w = W, .h = H, .w = W, .y = { H, 0, 1 }, .x = { W, W, -1 } };
    ax_task_pose.cut(spec, &c, &from, &to);
    ax_keypoints_mirror(s, W, want.point);
    for (int k = 0; k < s->n; k++) {
        assert_true(fabs(to.point[k].x - want.point[k].x) < 1e-12 && to.point[k].y == want.point[k].y);
        assert_true(to.in_image[k].x == from.in_image[k].x && to.neck == 5);
    }
    free(spec);
}

/* Twice as large, starting at pixel 8: the centre of the image's pixel 8 lies between the first two pixels of the
   cut. */
TEST(test_cut_scales)
{
    const ax_skeleton *s = &ax_skeleton_scenes;
    ax_task_spec *spec = spec_of(s);
    ax_pose_truth from = truth_of(s), to;
    from.point[0] = (ax_keypoint) { 8, 9, 1 };
    const ax_truth_cut c = { .image_h = H, .image_w = W, .h = H, .w = W, .y = { H, 8, .5 }, .x = { W, 8, .5 } };
    ax_task_pose.cut(spec, &c, &from, &to);
    assert_true(to.point[0].x == .5 && to.point[0].y == 2.5 && to.point[0].v == 1);
    free(spec);
}

TEST(test_targets)
{
    const ax_skeleton *s = &ax_skeleton_scenes;
    ax_task_spec *spec = spec_of(s);
    ax_pose_truth t = truth_of(s);
    const ax_pose_size size = { W, H, W / 4, H / 4 };
    static float want[H * W], got[H * W];
    float want_weight[AX_MAX_KEYPOINTS], weight[AX_MAX_KEYPOINTS];
    t.point[3].v = 0;
    assert_int_equal(ax_task_targets(&ax_task_pose), 2);
    ax_type maps = ax_task_pose.target_type(spec, 0, 3, H / 4, W / 4);
    ax_type weights = ax_task_pose.target_type(spec, 1, 3, H / 4, W / 4);
    assert_true(ax_shape_equal(maps.shape, (ax_shape) { 3, H / 4, W / 4, 14 }));
    assert_true(ax_shape_equal(weights.shape, (ax_shape) { 3, 1, 1, 14 }));
    for (int p = 0; p < 2; p++) {
        size_t n = (size_t)(H / 4) * (W / 4) * 14;
        spec->of.pose.protocol = p;
        ax_pose_target((ax_pose_protocol)p, &size, t.point, s->n, want, want_weight);
        ax_task_pose.fill_target(spec, 0, &t, H, W, got, H / 4, W / 4);
        ax_task_pose.fill_target(spec, 1, &t, H, W, weight, H / 4, W / 4);
        assert_memory_equal(got, want, n * sizeof *got);
        assert_memory_equal(weight, want_weight, (size_t)s->n * sizeof *weight);
        assert_true(weight[3] == 0 && weight[4] == 1);
    }
    free(spec);
}

/* The average with the prediction for the mirrored image, mirrored back, as in predict --flip and eval --flip. */
TEST(test_mirrored)
{
    enum { MAP_H = 3, MAP_W = 4, N = MAP_H * MAP_W * AX_COCO_KEYPOINTS };
    const ax_skeleton *s = &ax_skeleton_coco;
    ax_task_spec *spec = spec_of(s);
    for (int p = 0; p < 2; p++) {
        float maps[N], flipped[N], mean[N];
        for (int i = 0; i < N; i++) {
            maps[i] = (float)(i * 7 % 31);
            flipped[i] = (float)(i * 11 % 37);
            mean[i] = maps[i];
        }
        spec->of.pose.protocol = p;
        ax_pose_merge_flipped(s, mean, flipped, MAP_H, MAP_W, ax_pose_shift_of((ax_pose_protocol)p));
        ax_task_pose.mirrored(spec, flipped, MAP_H, MAP_W);
        for (int y = 0; y < MAP_H; y++)
            for (int x = 0; x < MAP_W; x++)
                for (int k = 0; k < s->n; k++) {
                    int i = (y * MAP_W + x) * s->n + k, back = (y * MAP_W + MAP_W - 1 - x) * s->n + k;
                    assert_true(mean[i] == (maps[i] + flipped[back]) / 2);
                }
    }
    free(spec);
}

/* A decoded training target gives the joints: exactly except for the Gaussian's tails (UDP), within half a pixel of the
   map (PAPER). */
TEST(test_there_and_back)
{
    const ax_skeleton *s = &ax_skeleton_mpii;
    const ax_pose_size size = { 128, 128, 32, 32 };
    /* 160 pixels high: 5 of them are one pixel of the map */
    const ax_person person = { { 210.5, 140.25 }, { .8, .8 } };
    static float maps[32 * 32 * AX_MPII_KEYPOINTS];
    float weight[AX_MPII_KEYPOINTS];
    for (int p = 0; p < 2; p++) {
        ax_pose_protocol protocol = (ax_pose_protocol)p;
        ax_affine to_crop = ax_affine_to_crop(protocol, &person, 0, size.w, size.h);
        ax_keypoint in_image[AX_MPII_KEYPOINTS], in_crop[AX_MPII_KEYPOINTS], found[AX_MPII_KEYPOINTS];
        for (int k = 0; k < s->n; k++) {
            double at[2];
            in_image[k] = (ax_keypoint) { 210.5 + 55 * cos(1.7 * k), 140.25 + 55 * sin(2.3 * k), 1 };
            ax_affine_apply(&to_crop, in_image[k].x, in_image[k].y, at);
            in_crop[k] = (ax_keypoint) { at[0], at[1], 1 };
        }
        ax_pose_target(protocol, &size, in_crop, s->n, maps, weight);
        ax_pose_peaks(maps, size.map_h, size.map_w, s->n, ax_pose_refine_of(protocol), found);
        ax_pose_to_image(protocol, &person, size.map_w, size.map_h, found, s->n);
        for (int k = 0; k < s->n; k++) {
            double most = protocol == AX_POSE_UDP ? .1 : 2.6;
            if (fabs(found[k].x - in_image[k].x) > most || fabs(found[k].y - in_image[k].y) > most)
                fail_msg("%s: key point %d is found at (%g, %g), not at (%g, %g)", ax_pose_protocol_name(protocol), k,
                         found[k].x, found[k].y, in_image[k].x, in_image[k].y);
            assert_true(found[k].v > .8 && weight[k] == 1);
        }
    }
}

TEST(test_configure)
{
    ax_settings s;
    ax_err err = { AX_OK, "" };
    ax_task_spec *spec = spec_of(&ax_skeleton_mpii);
    assert_int_equal(ax_settings_preset(&s, "cpu", &err), AX_OK);
    assert_int_equal(ax_task_pose.configure(spec, &s, "data", &err), AX_OK);
    assert_true(ax_pose_protocol_of(spec) == AX_POSE_UDP && spec->of.pose.crop == 256);
    assert_int_equal(ax_settings_set(&s, "pose_protocol", "paper", &err), AX_OK);
    assert_int_equal(ax_task_pose.configure(spec, &s, "data", &err), AX_OK);
    assert_true(ax_pose_protocol_of(spec) == AX_POSE_PAPER);
    assert_int_equal(ax_settings_set(&s, "pose_protocol", "both", &err), AX_EINVAL);
    assert_int_equal(ax_settings_set(&s, "leave_out", "sky", &err), AX_OK);
    assert_int_equal(ax_task_pose.configure(spec, &s, "data", &err), AX_EINVAL);
    assert_string_equal(err.msg, "leave_out = 'sky': data has key points, no classes");
    free(spec);
}

int main(void)
{
    return RUN_TESTS(test_cut_mirrors, test_cut_scales, test_targets, test_mirrored, test_there_and_back,
                     test_configure);
}
