/* Data sets of images and depth maps: nyu_png: and list: with the task depth. */
#include "tests/helper/datatree.h"
#include "tests/helper/suite.h"
#include "tests/helper/tempdir.h"

#include "data/open.h"
#include "data/png_write.h"
#include "engine/train/survey.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { H = 32, W = 64, PAIRS = 3 };

static void write_text(const char *name, const char *text)
{
    FILE *f = fopen(ax_tempdir_path(name), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* Pair k: columns at k + 1 and k + 2 metres, with a hole at the top left. */
static int write_pairs(void **state)
{
    static float metres[H * W];
    static uint8_t rgb[3 * H * W];
    if (ax_tempdir_make(state))
        return -1;
    for (int k = 0; k < PAIRS; k++) {
        char name[2][24];
        for (int i = 0; i < H * W; i++)
            metres[i] = (float)(k + 1 + (i % W >= W / 2));
        metres[0] = 0;
        memset(rgb, 40 * k, sizeof rgb);
        snprintf(name[0], sizeof name[0], "%d.png", k);
        snprintf(name[1], sizeof name[1], "d%d.png", k);
        if (ax_picture_write(ax_tempdir_path(name[0]), rgb, H, W, NULL) ||
            ax_depth_write(ax_tempdir_path(name[1]), metres, H, W, 1000, NULL))
            return -1;
    }
    write_text("train.txt", "0.png d0.png\n1.png\td1.png\n");
    write_text("val.txt", "2.png d2.png\n");
    return 0;
}

static ax_source *open_set(const char *form, const char *task, ax_err *err)
{
    char spec[300];
    snprintf(spec, sizeof spec, form, ax_tempdir, ax_tempdir);
    return ax_source_open(spec, task, err);
}

static ax_source *must_open(const char *form)
{
    ax_err err = { AX_OK, "" };
    ax_source *s = open_set(form, "depth", &err);
    if (!s)
        fail_msg("%s", err.msg);
    return s;
}

static ax_sample sample(ax_source *s, const ax_sample_spec *spec, uint64_t index)
{
    ax_sample out;
    ax_err err = { AX_OK, "" };
    if (s->ops->sample(s, spec, index, &out, &err) != AX_OK)
        fail_msg("%s", err.msg);
    return out;
}

TEST(truth_is_metres)
{
    const ax_sample_spec whole = { .split = AX_SPLIT_VAL, .scale_min = 1, .scale_max = 1 };
    static const char *const form[] = { "nyu_png:%s", "nyu-png:%s", "list:%s/train.txt,%s/val.txt" };
    for (size_t k = 0; k < sizeof form / sizeof *form; k++) {
        ax_source *s = must_open(form[k]);
        ax_datatree_has(s, 2, 1, 1);
        assert_int_equal(s->info.task.task->id, AX_TASK_DEPTH);
        ax_sample got = sample(s, &whole, 0);
        const float *metres = got.truth;
        assert_true(got.h == H && got.w == W && metres[0] == 0 && metres[1] == 3 && metres[W - 1] == 4);
        ax_sample_release(&got);
        s->ops->close(s);
    }
}

/* Shown twice as large, everything is half as far away; mirrored, it is on the other side. */
TEST(truth_follows_the_image)
{
    ax_source *s = must_open("nyu_png:%s");
    const ax_sample_spec zoomed = { .split = AX_SPLIT_TRAIN, .h = 32, .w = 128, .scale_min = 2, .scale_max = 2 };
    ax_sample got = sample(s, &zoomed, 0);
    const float *metres = got.truth;
    assert_true(metres[0] == 0.5f && metres[127] == 1);
    ax_sample_release(&got);
    /* at the image's size depths stay as they are */
    const ax_sample_spec small = { .split = AX_SPLIT_TRAIN, .shorter_side = 64, .scale_min = 1, .scale_max = 1 };
    got = sample(s, &small, 0);
    metres = got.truth;
    assert_true(got.h == 64 && metres[128 * 3] == 1 && metres[127] == 2);
    ax_sample_release(&got);
    bool seen[2] = { false };
    for (uint64_t i = 0; i < 40; i += 2) {
        const ax_sample_spec either = {
            .split = AX_SPLIT_TRAIN, .scale_min = 1, .scale_max = 1, .mirror = true, .seed = 3
        };
        got = sample(s, &either, i);
        metres = got.truth;
        bool mirrored = metres[W] == 2;
        assert_true(mirrored ? metres[2 * W - 1] == 1 && metres[W - 1] == 0 : metres[W] == 1 && metres[2 * W - 1] == 2);
        seen[mirrored] = true;
        ax_sample_release(&got);
    }
    assert_true(seen[0] && seen[1]);
    s->ops->close(s);
}

/* Another scale makes it other data. */
TEST(scales)
{
    ax_fingerprint print[2];
    float far[2];
    static const char *const form[2] = { "nyu_png:%s", "nyu_png:%s,scale=500" };
    const ax_sample_spec whole = { .split = AX_SPLIT_TRAIN, .scale_min = 1, .scale_max = 1 };
    for (int k = 0; k < 2; k++) {
        ax_source *s = must_open(form[k]);
        assert_int_equal(s->ops->fingerprint(s, &print[k], NULL), AX_OK);
        ax_sample got = sample(s, &whole, 1);
        far[k] = ((const float *)got.truth)[W - 1];
        ax_sample_release(&got);
        s->ops->close(s);
    }
    assert_true(far[0] == 3 && far[1] == 6);
    assert_memory_not_equal(&print[0], &print[1], sizeof print[0]);
}

static void refused(const char *form, const char *task, ax_code code, const char *why)
{
    ax_err err = { AX_OK, "" };
    assert_null(open_set(form, task, &err));
    if (err.code != code || !strstr(err.msg, why))
        fail_msg("%s: '%s' (%d) doesn't say '%s'", form, err.msg, err.code, why);
}

TEST(what_is_wrong)
{
    refused("nyu_png:%s", "segmentation", AX_EINVAL, "no truth for segmentation");
    refused("nyu_png:%s,scale=mm", "", AX_EINVAL, "scale=mm: units of depth per metre");
    refused("list:%s/train.txt,%s/val.txt,scale=1000", "segmentation", AX_EINVAL, "scale= is for depth");
    write_text("test.txt", "2.png 1.png\n");
    refused("nyu_png:%s,part=test", "", AX_EFORMAT,
            "1.png: a depth map is a PNG of 16-bit grey, and this is RGB, 8 bits");
    write_text("test.txt", "2.png none.png\n");
    refused("nyu_png:%s,part=test", "", AX_EIO, "none.png");
    assert_int_equal(unlink(ax_tempdir_path("test.txt")), 0);
}

TEST(surveys)
{
    char spec[200];
    ax_err err = { AX_OK, "" };
    for (int wrong = 0; wrong < 2; wrong++) {
        snprintf(spec, sizeof spec, "nyu_png:%s%s", ax_tempdir, wrong ? ",scale=10" : "");
        ax_survey *s = ax_data_survey(spec, &(ax_survey_how) { .task = "depth", .all = true }, &err);
        if (!s)
            fail_msg("%s", err.msg);
        assert_int_equal(s->found[AX_FINDING_DEPTH].n, wrong ? 3 : 0);
        for (int f = 0; f < AX_FINDINGS; f++)
            if (f != AX_FINDING_DEPTH && s->found[f].n)
                fail_msg("%s: %s", spec, s->found[f].first[0].text);
        free(s);
    }
}

int main(void)
{
    return RUN_TESTS_WITHIN(write_pairs, ax_tempdir_remove, truth_is_metres, truth_follows_the_image, scales,
                            what_is_wrong, surveys);
}
