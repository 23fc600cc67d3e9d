/* People as samples: those of the scenes, and of small data sets in the forms of MPII and COCO. */
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/open.h"
#include "data/png_write.h"
#include "engine/base/file.h"
#include "engine/base/normalise.h"
#include "engine/task/pose/truth.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SIDE = 64, H = 100, W = 120 };

static void write_text(const char *name, const char *text)
{
    ax_err err = { AX_OK, "" };
    if (ax_file_replace(AT_FDCWD, ax_tempdir_path(name), text, strlen(text), &err) != AX_OK)
        fail_msg("%s", err.msg);
}

/* A grey picture with a white square of 5 pixels around (x, y). */
static void write_picture(const char *name, int x, int y)
{
    static uint8_t rgb[H * W * 3];
    memset(rgb, 60, sizeof rgb);
    for (int v = y - 2; v <= y + 2; v++)
        memset(rgb + (v * W + x - 2) * 3, 255, 15);
    assert_int_equal(ax_picture_write(ax_tempdir_path(name), rgb, H, W, NULL), AX_OK);
}

static int set_up(void **state)
{
    static const char *const folder[] = { "annot", "annotations", "images" };
    if (ax_tempdir_make(state))
        return -1;
    for (size_t i = 0; i < sizeof folder / sizeof *folder; i++)
        mkdir(ax_tempdir_path(folder[i]), 0700);
    write_picture("images/a.png", 40, 30);
    write_picture("images/b.png", 70, 60);
    return 0;
}

static ax_source *open_set(const char *form, const char *task, ax_err *err)
{
    char spec[160];
    snprintf(spec, sizeof spec, form, ax_tempdir);
    ax_source *s = ax_source_open(spec, task, err);
    if (s)
        s->info.task.of.pose.crop = SIDE;
    return s;
}

/* A sample with the augmentation of training, or without any. */
static ax_sample sample_of(ax_source *s, ax_split split, bool train, uint64_t index)
{
    const ax_sample_spec spec = {
        .split = split, .h = SIDE, .w = SIDE, .mirror = train, .random_crop = train, .seed = train ? 3 : index
    };
    ax_sample out;
    ax_err err = { AX_OK, "" };
    if (s->ops->sample(s, &spec, index, &out, &err) != AX_OK)
        fail_msg("%s", err.msg);
    assert_true(out.h == SIDE && out.w == SIDE);
    return out;
}

TEST(test_scenes)
{
    ax_source *s = open_set("scenes:40,20", "pose", NULL);
    assert_non_null(s);
    assert_int_equal(s->info.task.outputs, 14);
    assert_string_equal(s->info.task.name[0], "head_top");
    for (uint64_t i = 0; i < 20; i++) {
        ax_sample a = sample_of(s, AX_SPLIT_VAL, false, i), b = sample_of(s, AX_SPLIT_VAL, false, i);
        const ax_pose_truth *t = a.truth;
        int visible = 0;
        assert_memory_equal(a.truth, b.truth, sizeof *t);
        assert_memory_equal(a.image, b.image, SIDE * SIDE * 3 * sizeof(float));
        assert_true(t->neck > 1 && t->number == i);
        for (int k = 0; k < 14; k++) {
            visible += t->point[k].v > 0;
            /* the whole person is in the sample, and the label is at this place */
            assert_true(t->point[k].x > 0 && t->point[k].x < SIDE && t->point[k].y > 0 && t->point[k].y < SIDE);
        }
        assert_true(visible >= 9);
        ax_sample_release(&a);
        ax_sample_release(&b);
    }
    s->ops->close(s);
    ax_err err = { AX_OK, "" };
    assert_null(open_set("camvid:%s", "pose", &err));
    assert_int_equal(err.code, AX_EINVAL);
}

/* Without augmentation, images of the training part are the same in each pass. */
TEST(test_as_they_are)
{
    ax_source *s = open_set("scenes:5,5", "pose", NULL);
    assert_non_null(s);
    for (uint64_t i = 0; i < 5; i++) {
        ax_sample a = sample_of(s, AX_SPLIT_TRAIN, false, i), b = sample_of(s, AX_SPLIT_TRAIN, false, i + 5),
                  other = sample_of(s, AX_SPLIT_TRAIN, true, i);
        ax_pose_truth *t = b.truth;
        t->number = i;
        assert_memory_equal(a.image, b.image, SIDE * SIDE * 3 * sizeof(float));
        assert_memory_equal(a.truth, t, sizeof *t);
        assert_memory_not_equal(a.image, other.image, SIDE * SIDE * 3 * sizeof(float));
        ax_sample_release(&a);
        ax_sample_release(&b);
        ax_sample_release(&other);
    }
    s->ops->close(s);
}

/* The white square's position: the centre of the bright pixels. */
static void bright(const ax_sample *s, double at[2])
{
    double sum = 0, sx = 0, sy = 0;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            double v = fmax(0, (double)ax_denormalise(s->image[(y * SIDE + x) * 3], 0) - 80);
            sum += v;
            sx += v * x;
            sy += v * y;
        }
    assert_true(sum > 0);
    at[0] = sx / sum;
    at[1] = sy / sum;
}

/* The middle joint is on the square, however the person is rotated, scaled and mirrored. */
static void check_place(ax_source *s, int joint, double tolerance)
{
    int mirrored = 0, turned = 0;
    for (uint64_t i = 0; i < 40; i++) {
        ax_sample a = sample_of(s, AX_SPLIT_TRAIN, true, i);
        const ax_pose_truth *t = a.truth;
        double at[2];
        bright(&a, at);
        if (hypot(t->point[joint].x - at[0], t->point[joint].y - at[1]) > tolerance)
            fail_msg("sample %d: the joint is at (%g, %g), the square at (%g, %g)", (int)i, t->point[joint].x,
                     t->point[joint].y, at[0], at[1]);
        /* left and right swap names when the picture is mirrored, so each stays on its side of the body */
        double dx = t->point[joint + 1].x - t->point[joint + 2].x, dy = t->point[joint + 1].y - t->point[joint + 2].y;
        assert_true(dx > 0);
        mirrored += at[0] > SIDE / 2.0; /* the square is left of the person's middle */
        turned += fabs(dy) > 1;
        ax_sample_release(&a);
    }
    assert_in_range(mirrored, 8, 32);
    assert_in_range(turned, 8, 36);
}

/* A person in MPII's form around (x, y), counted from 1: the neck is there, the other joints nearby. */
static void mpii_person(char *out, size_t cap, const char *image, int x, int y)
{
    size_t n = (size_t)snprintf(out, cap,
                                "{\"image\": \"%s\", \"center\": [%d, %d], \"scale\": 0.3, \"joints_vis\": "
                                "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,0], \"joints\": [",
                                image, x, y);
    for (int k = 0; k < 16; k++)
        n += (size_t)snprintf(out + n, cap - n, "%s[%d, %d]", k ? "," : "",
                              x + (k < 3    ? -6
                                   : k == 8 ? 0
                                   : k < 6  ? 6
                                            : 2),
                              y + (k == 9 ? -10 : 0));
    snprintf(out + n, cap - n, "]%s}", x == 71 ? ", \"head_box\": [10, 10, 40, 50]" : "");
}

TEST(test_mpii)
{
    char a[1024], b[1024], text[4000];
    ax_err err = { AX_OK, "" };
    mpii_person(a, sizeof a, "a.png", 41, 31);
    mpii_person(b, sizeof b, "b.png", 71, 61);
    snprintf(text, sizeof text, "[%s, %s]", a, b);
    write_text("annot/valid.json", text);
    assert_null(open_set("mpii:%s", "pose", &err));
    assert_non_null(strstr(err.msg, "annot/train.json"));
    ax_source *s = open_set("mpii:%s,split=1/1", "pose", &err);
    if (!s)
        fail_msg("%s", err.msg);
    assert_true(s->info.n_train == 1 && s->info.n_val == 1);
    s->ops->close(s);
    snprintf(text, sizeof text, "[%s, %s, %s]", a, a, b);
    write_text("annot/train.json", text);
    s = open_set("mpii:%s", "", &err);
    assert_true(s && s->info.n_train == 3 && s->info.n_val == 2);
    assert_int_equal(s->info.task.task->id, AX_TASK_POSE);
    char name[64];
    s->ops->name(s, AX_SPLIT_TRAIN, 2, name, sizeof name);
    assert_string_equal(name, "images/b.png");
    ax_sample one = sample_of(s, AX_SPLIT_VAL, false, 1);
    const ax_pose_truth *t = one.truth;
    assert_true(t->in_image[8].x == 70 && t->in_image[8].y == 60 && t->in_image[15].v == 0);
    assert_true(t->neck == hypot(2, 10) && t->head == .6 * 50);
    assert_true(t->person.centre[0] == 70 && fabs(t->person.centre[1] - 64.5) < 1e-9);
    ax_sample_release(&one);
    s->ops->close(s);
    write_text("annot/train.json", "[{\"image\": \"a.png\"}]");
    assert_null(open_set("mpii:%s", "pose", &err));
    assert_int_equal(err.code, AX_EFORMAT);
    assert_non_null(strstr(err.msg, "annot/train.json: line 1: a person without image, center and scale"));
    snprintf(text, sizeof text, "[{\"image\": \"../a.png\"%s]", strchr(a, ','));
    write_text("annot/train.json", text);
    assert_null(open_set("mpii:%s", "pose", &err));
    assert_non_null(strstr(err.msg, "'../a.png' is not the name of a file"));
}

/* A cached image is decoded once for all persons in it. */
TEST(test_kept_images)
{
    char a[1024], b[1024], text[4000], path[64], away[64];
    mpii_person(a, sizeof a, "a.png", 41, 31);
    mpii_person(b, sizeof b, "b.png", 71, 61);
    snprintf(text, sizeof text, "[%s, %s, %s]", a, a, b);
    write_text("annot/train.json", text);
    write_text("annot/valid.json", text);
    ax_source *s = open_set("mpii:%s", "pose", NULL);
    assert_non_null(s);
    ax_sample plain[2], kept;
    for (uint64_t i = 0; i < 2; i++)
        plain[i] = sample_of(s, AX_SPLIT_TRAIN, true, i);
    s->ops->keep(s, H * W * 3); /* one image */
    kept = sample_of(s, AX_SPLIT_TRAIN, true, 0);
    ax_sample_release(&kept);
    snprintf(path, sizeof path, "%s", ax_tempdir_path("images/a.png"));
    snprintf(away, sizeof away, "%s", ax_tempdir_path("images/away.png"));
    assert_int_equal(rename(path, away), 0);
    for (uint64_t i = 0; i < 2; i++) {
        kept = sample_of(s, AX_SPLIT_TRAIN, true, i);
        assert_memory_equal(kept.image, plain[i].image, SIDE * SIDE * 3 * sizeof(float));
        assert_memory_equal(kept.truth, plain[i].truth, sizeof(ax_pose_truth));
        ax_sample_release(&kept);
        ax_sample_release(&plain[i]);
    }
    uint8_t *rgb;
    int32_t h, w;
    assert_int_equal(s->ops->picture(s, AX_SPLIT_TRAIN, 1, &rgb, &h, &w, NULL),
                     AX_OK); /* a copy that the caller owns */
    assert_true(h == H && w == W && rgb[(30 * W + 40) * 3] == 255 && rgb[0] == 60);
    free(rgb);
    kept = sample_of(s, AX_SPLIT_TRAIN, true, 2); /* the other image, for which there is no room */
    ax_sample_release(&kept);
    s->ops->keep(s, 0);
    const ax_sample_spec spec = { .split = AX_SPLIT_TRAIN, .h = SIDE, .w = SIDE };
    assert_int_equal(s->ops->sample(s, &spec, 0, &kept, NULL), AX_EIO);
    s->ops->close(s);
    assert_int_equal(rename(away, path), 0);
}

/* A person in COCO's form: the nose on the square, the eyes beside it. */
static void coco_person(char *out, size_t cap, int image, int x, int y, const char *more)
{
    size_t n =
        (size_t)snprintf(out, cap, "{\"image_id\": %d, \"bbox\": [%d, %d, 40, 40], \"area\": 900%s, \"keypoints\": [",
                         image, x - 12, y - 20, more);
    for (int k = 0; k < 17; k++)
        n += (size_t)snprintf(out + n, cap - n, "%s%d,%d,%d", k ? "," : "", k ? x + (k % 2 ? 6 : -6) : x, y,
                              k < 9 ? 1 + k % 2 : 0);
    snprintf(out + n, cap - n, "]}");
}

TEST(test_coco)
{
    static const char images[] = "\"images\": [{\"id\": 9, \"file_name\": \"b.png\", \"height\": 100, \"width\": 120},"
                                 "{\"id\": 4, \"file_name\": \"a.png\", \"height\": 100, \"width\": 120}]";
    char a[1024], b[1024], crowd[1024], text[5000];
    ax_err err = { AX_OK, "" };
    coco_person(a, sizeof a, 4, 40, 30, "");
    coco_person(b, sizeof b, 9, 70, 60, ", \"iscrowd\": 0");
    coco_person(crowd, sizeof crowd, 9, 70, 60, ", \"iscrowd\": 1");
    snprintf(text, sizeof text, "{\"annotations\": [%s, %s, %s], %s}", a, crowd, b, images);
    write_text("annotations/person_keypoints.json", text);
    assert_null(open_set("coco-keypoints:%s", "pose", &err));
    assert_non_null(strstr(err.msg, "split=A/B divides it"));
    ax_source *s = open_set("coco-keypoints:%s,split=1/1", "pose", &err);
    if (!s)
        fail_msg("%s", err.msg);
    assert_true(s->info.n_train == 1 && s->info.n_val == 1);
    check_place(s, 0, .6);
    ax_sample one = sample_of(s, AX_SPLIT_VAL, false, 0);
    const ax_pose_truth *t = one.truth;
    double at[2];
    bright(&one, at);
    assert_true(hypot(t->point[0].x - at[0], t->point[0].y - at[1]) < .3);
    assert_true(t->area == 900 && t->box[2] == 40 && t->in_image[0].v == 1 && t->in_image[9].v == 0);
    ax_sample_release(&one);
    s->ops->close(s);
    snprintf(text, sizeof text, "{%s, \"annotations\": [{\"image_id\": 5%s]}", images, strchr(a, ','));
    write_text("annotations/person_keypoints.json", text);
    assert_null(open_set("coco-keypoints:%s,split=1/1", "pose", &err));
    assert_non_null(strstr(err.msg, "image 5, which isn't among its images"));
    snprintf(text, sizeof text, "{%s, \"annotations\": [{\"image_id\": 4, \"keypoints\": [1, 2]}]}", images);
    write_text("annotations/person_keypoints.json", text);
    assert_null(open_set("coco-keypoints:%s,split=1/1", "pose", &err));
    assert_non_null(strstr(err.msg, "a person without image_id, bbox, area and 17 keypoints"));
}

int main(void)
{
    return RUN_TESTS_WITHIN(set_up, ax_tempdir_remove, test_scenes, test_as_they_are, test_mpii, test_kept_images,
                            test_coco);
}
