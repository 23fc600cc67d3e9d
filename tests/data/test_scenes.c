#include "data/open.h"
#include "data/scene.h"

#include "tests/helper/datatree.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIXELS = AX_SCENE_H * AX_SCENE_W };

TEST(same_number_same_scene)
{
    ax_scene a, b;
    ax_err err = { AX_OK, "" };
    for (uint64_t i = 0; i < 5; i++) {
        assert_int_equal(ax_scene_render(1, i, &a, &err), AX_OK);
        assert_int_equal(ax_scene_render(1, i, &b, &err), AX_OK);
        assert_memory_equal(a.rgb, b.rgb, 3 * PIXELS);
        assert_memory_equal(a.labels, b.labels, PIXELS);
        assert_memory_equal(a.depth, b.depth, PIXELS * sizeof(float));
        assert_int_equal(a.people, b.people);
        ax_scene_release(&b);
        assert_int_equal(ax_scene_render(2, i, &b, &err), AX_OK);
        assert_memory_not_equal(a.rgb, b.rgb, 3 * PIXELS);
        ax_scene_release(&b);
        assert_int_equal(ax_scene_render(1, i + 1, &b, &err), AX_OK);
        assert_memory_not_equal(a.rgb, b.rgb, 3 * PIXELS);
        ax_scene_release(&b);
        ax_scene_release(&a);
    }
}

/* Every class occurs often, none fills everything, and the light differs from scene to scene. */
TEST(varied)
{
    enum { N = 100 };
    int occurs[AX_SCENE_CLASSES] = { 0 };
    double share[AX_SCENE_CLASSES] = { 0 }, darkest = 255, brightest = 0;
    for (uint64_t i = 0; i < N; i++) {
        ax_scene s;
        assert_int_equal(ax_scene_render(3, i, &s, NULL), AX_OK);
        int count[256] = { 0 };
        double light = 0;
        for (int k = 0; k < PIXELS; k++) {
            count[s.labels[k]]++;
            light += s.rgb[3 * k + 1];
        }
        int known = 0;
        for (int c = 0; c < AX_SCENE_CLASSES; c++) {
            occurs[c] += count[c] >= 20;
            share[c] += (double)count[c] / PIXELS / N;
            known += count[c];
        }
        assert_int_equal(known, PIXELS);
        darkest = fmin(darkest, light / PIXELS);
        brightest = fmax(brightest, light / PIXELS);
        ax_scene_release(&s);
    }
    for (int c = 0; c < AX_SCENE_CLASSES; c++) {
        assert_true(occurs[c] > N / 2);
        assert_true(share[c] > 0.005 && share[c] < 0.5);
    }
    assert_true(darkest < 90 && brightest > 130);
}

/* Depth agrees with the masks: none in the sky, growing upwards on the ground; joints are on people. */
TEST(depth_and_joints)
{
    int joints = 0, visible = 0, people = 0, on_people = 0;
    for (uint64_t i = 0; i < 60; i++) {
        ax_scene s;
        assert_int_equal(ax_scene_render(4, i, &s, NULL), AX_OK);
        for (int k = 0; k < PIXELS; k++) {
            assert_true((s.depth[k] == 0) == (s.labels[k] == AX_SCENE_SKY));
            bool flat = s.labels[k] == AX_SCENE_ROAD || s.labels[k] == AX_SCENE_GROUND;
            int below = k + AX_SCENE_W;
            if (flat && below < PIXELS && (s.labels[below] == AX_SCENE_ROAD || s.labels[below] == AX_SCENE_GROUND))
                assert_true(s.depth[k] > s.depth[below]);
        }
        assert_in_range(s.people, 1, AX_SCENE_PEOPLE);
        people += s.people;
        for (int n = 0; n < s.people; n++) {
            const ax_scene_person *p = &s.person[n];
            assert_true(p->joint[AX_JOINT_HEAD_TOP].y < p->joint[AX_JOINT_NECK].y);
            assert_true(p->joint[AX_JOINT_NECK].y < p->joint[AX_JOINT_L_HIP].y);
            assert_true(p->joint[AX_JOINT_L_HIP].y < p->joint[AX_JOINT_L_ANKLE].y);
            for (int j = 0; j < AX_JOINTS; j++) {
                joints++;
                if (!p->joint[j].visible)
                    continue;
                int at = (int)p->joint[j].y * AX_SCENE_W + (int)p->joint[j].x;
                assert_true(s.depth[at] == 0 || s.depth[at] >= p->z);
                on_people += s.labels[at] == AX_SCENE_PERSON;
                visible++;
            }
        }
        ax_scene_release(&s);
    }
    assert_true(people > 120);
    assert_true(visible > joints / 3 && visible < joints);
    assert_true(on_people > 0.9 * visible);
}

TEST(as_a_source)
{
    ax_err err = { AX_OK, "" };
    ax_source *s = ax_source_open("scenes", "", &err);
    assert_non_null(s);
    assert_true(ax_source_is(s, "scenes"));
    ax_datatree_has(s, 1024, 256, AX_SCENE_CLASSES);
    assert_string_equal(s->info.task.name[0], "sky");
    assert_string_equal(s->info.task.name[7], "sign");
    for (int a = 0; a < AX_SCENE_CLASSES; a++)
        for (int b = 0; b < a; b++)
            assert_memory_not_equal(s->info.task.color[a], s->info.task.color[b], 3);
    s->ops->close(s);

    s = ax_source_open("scenes:3,2", "", &err);
    assert_non_null(s);
    assert_int_equal(s->info.n_train, 3);
    assert_int_equal(s->info.n_val, 2);
    uint8_t *a, *b, *val;
    int32_t h, w;
    assert_int_equal(s->ops->picture(s, AX_SPLIT_TRAIN, 1, &a, &h, &w, &err), AX_OK);
    assert_int_equal(h, AX_SCENE_H);
    assert_int_equal(w, AX_SCENE_W);
    assert_int_equal(s->ops->picture(s, AX_SPLIT_TRAIN, 4, &b, &h, &w, &err), AX_OK); /* wraps around */
    assert_int_equal(s->ops->picture(s, AX_SPLIT_VAL, 1, &val, &h, &w, &err), AX_OK);
    assert_memory_equal(a, b, 3 * PIXELS);
    assert_memory_not_equal(a, val, 3 * PIXELS);
    free(a);
    free(b);
    free(val);
    s->ops->close(s);
}

int main(void)
{
    return RUN_TESTS(same_number_same_scene, varied, depth_and_joints, as_a_source);
}
