#include "engine/task/pose/keypoint.h"
#include "data/scene.h"
#include "tests/helper/golden.h"
#include "tests/helper/suite.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const ax_skeleton *const all[] = { &ax_skeleton_coco, &ax_skeleton_mpii, &ax_skeleton_scenes };

/* Mirrored partners refer to each other, are on different sides and have the same name except for the side; middle
   joints have none. */
TEST(test_partners)
{
    for (int i = 0; i < 3; i++) {
        const ax_skeleton *s = all[i];
        assert_ptr_equal(ax_skeleton_find(s->name), s);
        assert_ptr_equal(ax_skeleton_at(ax_skeleton_number(s)), s);
        assert_int_equal(ax_skeleton_number(s), i);
        for (int k = 0; k < s->n; k++) {
            int other = s->point[k].other;
            const char *name = s->point[k].name, *partner = s->point[other].name;
            assert_int_equal(s->point[other].other, k);
            assert_int_equal(other == k, s->point[k].side == AX_SIDE_MIDDLE);
            if (s->point[k].side == AX_SIDE_LEFT) {
                assert_int_equal(s->point[other].side, AX_SIDE_RIGHT);
                assert_memory_equal(name, "left_", 5);
                assert_memory_equal(partner, "right_", 6);
                assert_string_equal(name + 5, partner + 6);
            }
        }
        for (int l = 0; l < s->n_limbs; l++)
            assert_true(s->limb[l][0] < s->n && s->limb[l][1] < s->n && s->limb[l][0] != s->limb[l][1]);
    }
    assert_null(ax_skeleton_find("hand"));
    assert_null(ax_skeleton_at(3));
    assert_null(ax_skeleton_at(-1));
}

/* The joints of the scenes in the order of data/. */
TEST(test_scenes)
{
    static const char *const id[] = {
#define NAME(id) #id,
        AX_JOINT_LIST(NAME)
    };
    assert_int_equal(ax_skeleton_scenes.n, AX_JOINTS);
    for (int k = 0; k < AX_JOINTS; k++) {
        char want[32], *rest = want;
        bool left = !strncmp(id[k], "L_", 2), right = !strncmp(id[k], "R_", 2);
        snprintf(want, sizeof want, "%s%s", left ? "left_" : right ? "right_" : "", id[k] + (left || right ? 2 : 0));
        for (; *rest; rest++)
            *rest = (char)tolower((unsigned char)*rest);
        assert_string_equal(ax_skeleton_scenes.point[k].name, want);
    }
}

/* Names and limbs as in COCO's own files. */
TEST(test_coco)
{
    ax_json_doc *doc = golden_json("pose-oks-gt.json");
    const ax_json *list = golden_at(golden_at(ax_json_root(doc), "categories")->u.list.first, "keypoints");
    assert_int_equal(list->u.list.n, AX_COCO_KEYPOINTS);
    int k = 0;
    for (const ax_json *name = list->u.list.first; name; name = name->next)
        assert_string_equal(ax_skeleton_coco.point[k++].name, name->u.string.text);
    ax_json_free(doc);
}

TEST(test_mirror)
{
    ax_json_doc *doc = golden_json("pose-affine.json");
    const ax_json *flip = golden_at(ax_json_root(doc), "flip");
    double joints[10], visible[5], want[10], want_visible[5];
    golden_numbers(flip, "joints", joints, 10);
    golden_numbers(flip, "visible", visible, 5);
    golden_numbers(flip, "flipped_joints", want, 10);
    golden_numbers(flip, "flipped_visible", want_visible, 5);
    ax_keypoint p[AX_COCO_KEYPOINTS] = { { 0 } };
    for (int k = 0; k < 5; k++)
        p[k] = (ax_keypoint) { joints[2 * k], joints[2 * k + 1], visible[k] };
    /* its pairs are 1-2 and 3-4, too */
    ax_keypoints_mirror(&ax_skeleton_coco, (int32_t)golden_number(flip, "width"), p);
    for (int k = 0; k < 5; k++) {
        assert_true(p[k].x == want[2 * k] && p[k].y == want[2 * k + 1]);
        assert_true(p[k].v == want_visible[k]);
    }
    ax_json_free(doc);
}

int main(void)
{
    return RUN_TESTS(test_partners, test_scenes, test_coco, test_mirror);
}
