#include "engine/task/pose/affine.h"
#include "tests/helper/golden.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <string.h>

static void check_matrix(const ax_affine *a, const ax_json *t, const char *name, double tolerance)
{
    double want[6];
    golden_numbers(t, name, want, 6);
    for (size_t i = 0; i < 6; i++)
        golden_near(a->m[i / 3][i % 3], want[i], tolerance, name, i);
}

static void check_transform(const ax_json *t, ax_pose_protocol protocol, const char *matrix, const char *inverse,
                            const char *moved)
{
    ax_person p;
    double size[2], points[6], want[6], at[2];
    golden_numbers(t, "center", p.centre, 2);
    golden_numbers(t, "scale", p.scale, 2);
    golden_numbers(t, "size", size, 2);
    golden_numbers(t, "points", points, 6);
    golden_numbers(t, moved, want, 6);
    ax_affine a = ax_affine_to_crop(protocol, &p, golden_number(t, "rotation"), (int32_t)size[0], (int32_t)size[1]);
    ax_affine b = ax_affine_inverse(&a);
    check_matrix(&a, t, matrix, 1e-9);
    check_matrix(&b, t, inverse, 1e-8);
    for (size_t i = 0; i < 6; i += 2) {
        ax_affine_apply(&a, points[i], points[i + 1], at);
        golden_near(at[0], want[i], 1e-8, moved, i);
        golden_near(at[1], want[i + 1], 1e-8, moved, i + 1);
        ax_affine_apply(&b, at[0], at[1], at);
        golden_near(at[0], points[i], 1e-8, "there and back", i);
    }
}

TEST(test_transforms)
{
    ax_json_doc *doc = golden_json("pose-affine.json");
    const ax_json *list = golden_at(ax_json_root(doc), "transforms");
    assert_int_equal(list->u.list.n, 28);
    for (const ax_json *t = list->u.list.first; t; t = t->next) {
        check_transform(t, AX_POSE_PAPER, "matrix", "inverse", "moved");
        check_transform(t, AX_POSE_UDP, "udp_matrix", "udp_inverse", "udp_moved");
    }
    ax_json_free(doc);
    ax_affine none = ax_affine_inverse(&(ax_affine) { { { 0 } } });
    for (size_t i = 0; i < 6; i++)
        assert_true(none.m[i / 3][i % 3] == 0);
}

static void check_person(const ax_person *got, const ax_json *want)
{
    double centre[2], scale[2];
    golden_numbers(want, "center", centre, 2);
    golden_numbers(want, "scale", scale, 2);
    for (size_t i = 0; i < 2; i++) {
        golden_near(got->centre[i], centre[i], 1e-12, "centre", i);
        golden_near(got->scale[i], scale[i], 1e-12, "scale", i);
    }
}

TEST(test_boxes)
{
    ax_json_doc *doc = golden_json("pose-affine.json");
    const ax_json *list = golden_at(ax_json_root(doc), "coco_boxes");
    int dropped = 0, annotated = 0;
    for (const ax_json *b = list->u.list.first; b; b = b->next) {
        double box[4], size[2], aspect = golden_number(b, "aspect");
        golden_numbers(b, "bbox", box, 4);
        golden_numbers(b, "image_size", size, 2);
        const ax_json *want = golden_at(b, "result");
        ax_person p = ax_person_of_box(box, aspect);
        if (strcmp(ax_json_text(b, "from"), "annotation") == 0) {
            bool kept = ax_person_of_coco(box, 1, (int32_t)size[0], (int32_t)size[1], aspect, &p);
            assert_int_equal(kept, want->kind == AX_JSON_OBJECT);
            dropped += !kept;
            annotated++;
            assert_false(ax_person_of_coco(box, 0, (int32_t)size[0], (int32_t)size[1], aspect, &p));
        }
        if (want->kind == AX_JSON_OBJECT)
            check_person(&p, want);
    }
    assert_int_equal(annotated, 8);
    assert_int_equal(dropped, 2);
    list = golden_at(ax_json_root(doc), "mpii_persons");
    assert_int_equal(list->u.list.n, 3);
    for (const ax_json *m = list->u.list.first; m; m = m->next) {
        double centre[2];
        golden_numbers(m, "center", centre, 2);
        ax_person p = ax_person_of_mpii(centre, golden_number(m, "scale"));
        check_person(&p, golden_at(m, "result"));
    }
    ax_json_free(doc);
}

/* A crop of 3 x 2 pixels, shifted right by half a pixel: means of neighbours, and black outside. */
TEST(test_crop)
{
    enum { H = 2, W = 3 };
    uint8_t rgb[H * W * 3], crop[H * W * 3];
    for (int i = 0; i < H * W; i++)
        for (int c = 0; c < 3; c++)
            rgb[i * 3 + c] = (uint8_t)(20 * i + c);
    const ax_affine same = { { { 1, 0, 0 }, { 0, 1, 0 } } }, right = { { { 1, 0, .5 }, { 0, 1, 0 } } };
    ax_affine_crop(&same, rgb, H, W, crop, H, W);
    assert_memory_equal(crop, rgb, sizeof rgb);
    ax_affine_crop(&right, rgb, H, W, crop, H, W);
    static const int want[H * W] = { 10, 30, 20, 70, 90, 50 }; /* the last column is half black */
    for (int i = 0; i < H * W; i++)
        assert_int_equal(crop[i * 3], want[i]);
    assert_int_equal(crop[1], 11);
    assert_int_equal(crop[2 * 3 + 1], 21); /* 20.5 */
    /* a quarter turn: pixel (u, v) shows (v, 1 - u) */
    const ax_affine turn = { { { 0, 1, 0 }, { -1, 0, 1 } } };
    ax_affine_crop(&turn, rgb, H, W, crop, W, H);
    static const int turned[H * W] = { 60, 0, 80, 20, 100, 40 };
    for (int i = 0; i < H * W; i++)
        assert_int_equal(crop[i * 3], turned[i]);
    const ax_affine far = { { { 1e300, 0, 1e300 }, { 0, NAN, 0 } } };
    ax_affine_crop(&far, rgb, H, W, crop, H, W);
    for (size_t i = 0; i < sizeof crop; i++)
        assert_int_equal(crop[i], 0);
}

int main(void)
{
    return RUN_TESTS(test_transforms, test_boxes, test_crop);
}
